"""The designs as the reader meets them: in which order, how strong, how each compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from righthelp.returns.tables import DESIGNS

Strength = Literal["described", "weaker", "adjusted"]
"""described: never says what was expected; weaker: says so, on assumptions too thin for a claim;
adjusted: may be brought together and may earn a claim."""
Verdict = Literal["fewer", "more", "as_expected", "cannot_tell", "not_estimable"]

ALL_VERDICTS: frozenset[Verdict] = frozenset({"fewer", "more", "as_expected"})


@dataclass(frozen=True)
class Design:
    """A family of designs of `returns.tables`: its place, its strength and two plain sentences.

    members: names in the return; several only where one assumption is varied. verdicts: what it
    may say beyond "cannot tell"; `unless` is the reason given when it may not. is_range: the
    members' points differ, and their range is the answer.
    """

    name: str
    label: str
    strength: Strength
    members: tuple[str, ...]
    how: str
    assumption: str
    verdicts: frozenset[Verdict] = frozenset()
    unless: str = ""
    is_range: bool = False


READ_TOGETHER = "matched estimates are read together, as a range"
READ_BESIDE = "these people are read beside the other comparators"

FAMILIES: tuple[Design, ...] = (
    Design(
        "crude",
        "As counted",
        "described",
        (
            "crude",
            "summary_correlation_0.50",
            "summary_correlation_0.00",
            "summary_correlation_0.25",
            "summary_correlation_0.75",
        ),
        "Contacts after the index are divided by contacts before it, for the people seen. Where a "
        "site gave means and standard deviations only, the interval is made for several "
        "correlations of a person's counts, and all are listed.",
        "Nothing about what was to be expected. People are referred at a bad time, so fewer "
        "contacts afterwards are to be expected anyway.",
    ),
    Design(
        "projection",
        "Same past",
        "adjusted",
        ("projection",),
        "Registered people who were not referred show what usually follows a given history of "
        "contacts. That pattern is applied to the history of each person seen, and the sum is what "
        "was expected.",
        "Given their history, age band and sex, people seen would have gone on like people not "
        "referred. What the records do not hold (a crisis at home) is not allowed for.",
        ALL_VERDICTS,
    ),
    Design(
        "count_projection",
        "Same counts before",
        "adjusted",
        ("count_projection",),
        "As above, but from a sheet of counts without dates: people not referred who had as many "
        "contacts before show what usually follows.",
        "People are referred at a visit and in a bad spell, and a sheet cannot choose people at "
        "such a moment. In simulated schemes that changed nothing this way gave 1.06 to 1.12, so "
        "it never says “more” or “about as expected” here.",
        frozenset({"fewer"}),
        "a sheet of counts cannot choose its comparison people at a visit and so expects too few "
        "contacts",
    ),
    Design(
        "matched_after",
        "Matched: contacts after",
        "adjusted",
        ("matched_after",),
        "Each person seen is matched to registered people who were not yet seen, came to such a "
        "visit as long before, and had the same numbers of contacts in the year before it. "
        "Contacts after are set against theirs.",
        "Given what they were matched on, people seen would have come as often as their "
        "comparators. Where only a coarse match was found, people seen came a little more often "
        "before, and this leans towards “more”.",
        frozenset(),
        READ_TOGETHER,
    ),
    Design(
        "matched_change",
        "Matched: change from before",
        "adjusted",
        ("matched_change",),
        "The same people: after over before among the people seen, divided by after over before "
        "among their comparators (difference in differences).",
        "Whatever differs between them differs by the same ratio before and after.",
        frozenset(),
        READ_TOGETHER,
    ),
    Design(
        "matched_adjusted",
        "Matched: past taken off",
        "adjusted",
        ("matched_adjusted",),
        "As contacts after, with what is left of the difference in their past taken off by a "
        "regression among the comparators.",
        "As for contacts after; a coarse match matters less.",
        frozenset(),
        READ_TOGETHER,
    ),
    Design(
        "projection_declined",
        "Same past, declined",
        "adjusted",
        ("projection_declined",),
        "As same past, but the reference people are those who were referred and declined. Their "
        "index is the day on which they would have been seen.",
        "Given their history, people who declined would have come as often as people seen. Who "
        "declines may be better or worse off than who accepts; the records do not say.",
        frozenset(),
        READ_BESIDE,
    ),
    Design(
        "projection_waiting",
        "Same past, waiting",
        "adjusted",
        ("projection_waiting",),
        "As same past, but the reference people are those who were referred and had not been seen "
        "by the end of the after window.",
        "Given their history, people who waited so long would have come as often as people seen. "
        "Who is left waiting is known only afterwards, and need may have moved others up.",
        frozenset(),
        READ_BESIDE,
    ),
    Design(
        "learned_correlation",
        "Foretold by earlier counts",
        "weaker",
        ("learned_correlation",),
        "How well one half-year's contacts foretell the next is learned from everybody registered, "
        "one step earlier. The line is then applied to the people seen and moved so that it "
        "foretells the total of everybody.",
        "The line of the earlier step also holds for the later one, and for people with counts as "
        "high as those of the people seen. On a real panel of doctor visits where nothing was done "
        "it gave 1.11, 1.14 and 0.89 in three years, so it earns no verdict.",
        frozenset(),
        "how well one window foretells the next changes from year to year",
    ),
    Design(
        "empirical_bayes",
        "Practice rate and spread",
        "adjusted",
        ("empirical_bayes",),
        "Each person's count before is drawn towards the rate of the whole practice, the more so "
        "the more of the spread in counts is chance. The sum of the drawn counts is what was "
        "expected.",
        "Everybody has a steady rate of their own. Real rates drift, so this way expects too many "
        "contacts: it gave 0.79 in a trial of insurance where nothing had been done to the people "
        "compared. It therefore never says “fewer” or “about as expected” here.",
        frozenset({"more"}),
        "this way of comparing takes people's rates to be steady and so expects too many contacts",
    ),
    Design(
        "ratio_of_ratios",
        "Comparison group's change",
        "weaker",
        ("ratio_of_ratios",),
        "The ratio of after to before among the people seen is divided by the same ratio in the "
        "site's comparison group. It uses group means only.",
        "Both groups would have changed by the same ratio, however differently they started. Where "
        "they started far apart this is hard to believe.",
        frozenset(),
        "the comparison group was not chosen by the same past, so its change is a weak guide",
    ),
    Design(
        "external_correlation",
        "If counts correlate as elsewhere",
        "weaker",
        (
            "external_correlation_0.50",
            "external_correlation_0.25",
            "external_correlation_0.75",
        ),
        "The mean before is drawn towards the mean of the population by a correlation taken from "
        "elsewhere: 0.25, 0.50 and 0.75. The range of the three answers is shown.",
        "The true correlation lies in that range. The site's own data cannot say where.",
        frozenset(),
        "what was expected rests on a correlation taken from elsewhere",
        is_range=True,
    ),
    Design(
        "donut",
        "Against months 7 to 12 before",
        "described",
        ("donut",),
        "Contacts after are set against months 7 to 12 before the index instead of the six months "
        "just before it. That leaves out the bad time at which people are referred.",
        "Nothing about what was to be expected; the trend over a year is not allowed for.",
    ),
)

TWIN_ORDER: tuple[str, ...] = (
    "projection",
    "count_projection",
    "learned_correlation",
    "empirical_bayes",
    "ratio_of_ratios",
    "external_correlation",
)
"""The adjusted twin of a site is the first of these that gives a number."""

FAMILY_OF: Mapping[str, Design] = {
    member: family for family in FAMILIES for member in family.members
}
assert set(FAMILY_OF) == set(DESIGNS), "every design of a return has its place here"


def find_family(name: str) -> Design:
    """The family with this name."""
    return next(family for family in FAMILIES if family.name == name)
