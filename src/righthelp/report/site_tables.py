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


def _list_facts(site: SiteAccount, told: Sequence[Fact]) -> Iterator[Cell]:
    """What the study file and the log say of a site; a dash where they are silent."""
    for _, _, read in told:
        value = read(site)
        yield "–" if value is None else value


def _name_day(day: date | None) -> str | None:
    return f"{day.day} {day:%B %Y}" if day else None
