"""The words that explain: what was asked for, how each comparison is made, and words used."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.claims import HEADLINES, MARGIN, SAME_ZONE
from righthelp.evidence.designs import FAMILIES, Design
from righthelp.evidence.summary import join_words
from righthelp.protocol.study import Study

DISCLOSURE = {
    "default": "Counts of people up to 7 are withheld, the rest rounded to the nearest 5.",
    "sacro10": "Counts of people below 10 are withheld, the rest rounded to the nearest 5.",
}
WITHHELD_TOO = (
    "A number that would give a withheld one back is withheld as well. Nothing about one person, "
    "and no row, leaves a site."
)
VERDICTS: tuple[tuple[str, str], ...] = (
    (
        f"{HEADLINES['fewer']}, {HEADLINES['more']}",
        f"The 95% interval excludes 1; the ratio lies beyond {MARGIN[0]:.2f} to {MARGIN[1]:.2f}.",
    ),
    (
        HEADLINES["as_expected"],
        f"The whole 95% interval lies within {SAME_ZONE[0]:.2f} to {SAME_ZONE[1]:.2f}.",
    ),
    (
        HEADLINES["cannot_tell"],
        "Anything else: the interval is too wide or missing, or the comparison too weak to say.",
    ),
    (HEADLINES["not_estimable"], "No number can be made; the reason is given."),
)
GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        "adjusted",
        "Set against what would have been expected anyway.",
    ),
    (
        "comparators",
        "Registered people with the same past as somebody seen, who had not seen a link worker.",
    ),
    ("as counted", "After against before, with nothing set beside it."),
    (
        "expected",
        "What would have been counted if people had gone on like others with the same past.",
    ),
    (
        "index",
        "The month or day of the link worker contact, from which before and after are counted.",
    ),
    (
        "interval (95%)",
        "The range of values that fit the data: of many such ranges, 95 in 100 hold the truth.",
    ),
    ("link worker", "Somebody who hears what matters to a person, and finds support with them."),
    ("prediction interval", "Where the ratio of another, similar site might lie."),
    ("ratio", "1 means as many; 0.5 half as many; 2 twice as many."),
    (
        "reference people",
        "Registered people who were not referred, from whom the expected course is learned.",
    ),
    (
        "sensitivity range",
        "All that the intervals of two estimates cover. The truth can lie outside it.",
    ),
    (
        "regression to the mean",
        "People are referred at a bad time, so fewer contacts follow even if nothing is done.",
    ),
    ("seen", "Had a contact with a link worker that makes them part of the study."),
    ("site", "One return, of one or more practices."),
    ("withheld", "Not let out by the site, as too few people stand behind the number."),
)


def list_designs(evidence: Evidence) -> tuple[Design, ...]:
    """The families of designs that any return holds, in their order."""
    used = {one.family.name for one in evidence.estimates}
    return tuple(family for family in FAMILIES if family.name in used)


def list_rules(study: Study) -> tuple[tuple[str, str], ...]:
    """What the protocol asks for, in words: (rule, what it is here)."""
    windows, contacts, reference = study.windows, study.contacts, study.reference
    who = "people new to the link worker" if study.index.who == "new" else "everybody seen"
    index = (
        "everybody the link worker saw in the site's index month; the month is in neither window"
        if study.index.anchor == "month"
        else "each person's first contact in the period; the day is in neither window"
    )
    length = f"{windows.before_months} calendar months before, {windows.after_months} after"
    if windows.washout_days:
        length += f", starting {windows.washout_days} days after the index"
    return (
        ("Index", index),
        ("People described", f"{who}; adjusted estimates are made for new people"),
        ("Windows", length),
        ("History", f"{windows.history_months} months before the index"),
        ("Contacts counted", _say_contacts(study)),
        (
            "Several a day",
            "at most one contact a person a day"
            if contacts.same_day == "one"
            else "every appointment counts",
        ),
        (
            "Records without role",
            "the site is refused"
            if contacts.if_role_missing == "refuse"
            else "contacts with all staff are counted, and the site is marked",
        ),
        (
            "Reference people",
            f"{reference.per_seen} visits a new person; {reference.lag_days} days lag if unknown",
        ),
        ("Disclosure", f"{DISCLOSURE[study.disclosure.policy]} {WITHHELD_TOO}"),
    )


def _say_contacts(study: Study) -> str:
    contacts = study.contacts
    parts = [
        f"with {_say_values(contacts.roles)}",
        f"held as {_say_values(contacts.modes)}",
        f"with status {_say_values(contacts.statuses)}",
    ]
    if contacts.categories:
        parts.append(f"in the categories {join_words(list(contacts.categories))}")
    return "; ".join(parts)


def _say_values(values: tuple[str, ...]) -> str:
    return join_words([value.replace("_", " ").replace("gp", "GP") for value in values])
