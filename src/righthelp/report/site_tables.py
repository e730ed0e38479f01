"""The table of the sites that were asked: how they answered, and what asking took."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from righthelp.evidence import Evidence
from righthelp.evidence.sites import ROUTES, SiteAccount
from righthelp.report.cells import Cell, Heading, ShownTable

Fact = tuple[str, str, Callable[[SiteAccount], str | float | None]]
FACTS: tuple[Fact, ...] = (
    ("system", "System", lambda site: site.system or None),
    ("list_size", "Registered people", lambda site: site.list_size),
    ("imd_decile", "Deprivation decile", lambda site: site.imd_decile),
    ("asked_on", "Asked on", lambda site: _name_day(site.effort.asked_on)),
    ("days", "Days until the answer", lambda site: site.effort.days),
    ("reminded", "Reminded", lambda site: site.effort.n_reminded),
    ("corrected", "Corrected", lambda site: site.effort.n_corrected),
    ("hours", "Hours it took the site", lambda site: site.effort.hours),
)
TEXTS = ("system", "asked_on")
SHOWN_DIGITS = 16
"""Of a digest: enough to tell two returns apart, and fit for a page."""


def list_sites(evidence: Evidence) -> ShownTable:
    """Who was asked, how they could answer, and who did not."""
    told = [fact for fact in FACTS if any(fact[2](site) is not None for site in evidence.sites)]
    rows: list[tuple[Cell, ...]] = [
        (
            site.label,
            ROUTES[site.route],
            site.index,
            "answered" if site.answered else "no answer",
            *_list_facts(site, told),
        )
        for site in evidence.sites
    ]
    return ShownTable(
        "sites",
        "The sites that were asked",
        (
            Heading("site", "Site"),
            Heading("route", "Answers from"),
            Heading("index", "Index"),
            Heading("answer", "Answer"),
            *(
                Heading(name, words, "text" if name in TEXTS else "number")
                for name, words, _ in told
            ),
        ),
        tuple(rows),
    )


QUESTIONS: tuple[tuple[str, str, Callable[[Evidence], set[str]]], ...] = (
    (
        "before_after",
        "Contacts before and after",
        lambda evidence: {twin.site for twin in evidence.twins if twin.crude},
    ),
    (
        "expected",
        "What was to be expected",
        lambda evidence: {twin.site for twin in evidence.twins if twin.adjusted},
    ),
    (
        "matched",
        "Matched people",
        lambda evidence: {site.site for site in evidence.matched.sites},
    ),
    (
        "reasons",
        "What contacts were about",
        lambda evidence: {one.site for one in evidence.meaning.reasons.sites if one.groups},
    ),
    (
        "consultation",
        "The consultation itself",
        lambda evidence: {one.site for one in evidence.meaning.consultation.sites if one.groups},
    ),
    (
        "support",
        "Help in time",
        lambda evidence: set(evidence.meaning.support.sites),
    ),
    (
        "scores",
        "How people fared",
        lambda evidence: {
            site.site
            for one in evidence.meaning.wellbeing.scales
            for site in one.sites
            if site.state != "not_collected"
        },
    ),
)
"""What a study asks, and the sites that could answer it."""


def list_questions(evidence: Evidence) -> ShownTable:
    """Which question each site could answer from what it has."""
    could = [(name, words, read(evidence)) for name, words, read in QUESTIONS]
    return ShownTable(
        "questions",
        "What each site could answer",
        (
            Heading("site", "Site"),
            Heading("route", "Answers from"),
            *(Heading(name, words) for name, words, _ in could),
        ),
        tuple(
            (
                site.label,
                ROUTES[site.route],
                *("yes" if site.id in sites else "no" for _, _, sites in could),
            )
            for site in evidence.answered
        ),
        (
            (
                "A no is of the way in which the site could answer, or of numbers too small to "
                "leave it; it says nothing about its care."
            ),
        ),
    )


def list_returns(evidence: Evidence) -> ShownTable:
    """Which return each site's numbers are from."""
    rows: list[tuple[Cell, ...]] = [
        (site.label, mark.made_on, mark.righthelp, *mark.extract, mark.whole[:SHOWN_DIGITS])
        for site in evidence.answered
        if (mark := site.fingerprint) is not None
    ]
    return ShownTable(
        "returns",
        "The returns that were brought together",
        (
            Heading("site", "Site"),
            Heading("made_on", "Made on"),
            Heading("righthelp", "By righthelp"),
            Heading("extract_from", "Records from"),
            Heading("extract_to", "to"),
            Heading("digest", "Digest, its first signs"),
        ),
        tuple(rows),
        ("Whole digests stand in record.json, those of every file in provenance.csv.",)
        if rows
        else (),
    )


def _list_facts(site: SiteAccount, told: Sequence[Fact]) -> Iterator[Cell]:
    """What the study file and the log say of a site; a dash where they are silent."""
    for _, _, read in told:
        value = read(site)
        yield "–" if value is None else value


def _name_day(day: date | None) -> str | None:
    return f"{day.day} {day:%B %Y}" if day else None
