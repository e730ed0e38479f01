"""Reporting checklists, filled from the study, the returns and their provenance.

What nothing in them says is marked as the team's to write; no answer is made up. The items are
paraphrased, in a table a checklist beside this module; sources.csv names where they are from.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from righthelp.evidence import Evidence
from righthelp.report.cells import Cell, Heading, ShownTable
from righthelp.report.checklists import answers, results
from righthelp.report.titles import TITLES

FOR_TEAM = "For the team to fill: "
TEAM_ADDS = "For the team to add: "

FILLERS: Mapping[str, Callable[[Evidence], str]] = {
    name: getattr(module, name)
    for module in (answers, results)
    for name in vars(module)
    if name.startswith("say_") and getattr(module, name).__module__ == module.__name__
}
"""The functions that answer an item, by the name that the tables use."""


@dataclass(frozen=True)
class Item:
    """One item of a checklist: what it asks, where the report answers it, and who fills it.

    filled_by: a name of FILLERS, or empty. team: what only the team can write: all of the answer
    where nothing fills it, else what is to be added to it.
    """

    item: str
    topic: str
    asks: str
    section: str
    filled_by: str
    team: str


@dataclass(frozen=True)
class Source:
    """Where a checklist is from, and under what licence it was published."""

    checklist: str
    title: str
    source: str
    doi: str
    licence: str


def list_checklists(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every checklist as a table: item, what it asks, the answer, and where the report has it."""
    return tuple(_list_one(source, evidence) for source in read_sources())


@cache
def read_items(checklist: str) -> tuple[Item, ...]:
    """The items of a checklist in their published order."""
    return tuple(Item(**row) for row in _read(f"{checklist}.csv"))


@cache
def read_sources() -> tuple[Source, ...]:
    """The checklists and where they are from."""
    return tuple(Source(**row) for row in _read("sources.csv"))


def _read(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _list_one(source: Source, evidence: Evidence) -> ShownTable:
    items = read_items(source.checklist)
    told = [FILLERS[one.filled_by](evidence) if one.filled_by else "" for one in items]
    rows: list[tuple[Cell, ...]] = [
        (one.item, one.topic, one.asks, _answer(one, text), _name_section(one, evidence))
        for one, text in zip(items, told, strict=True)
    ]
    n_blank = told.count("")
    n_part = sum(bool(text and one.team) for one, text in zip(items, told, strict=True))
    return ShownTable(
        f"checklist_{source.checklist}",
        source.title,
        (
            Heading("item", "Item"),
            Heading("topic", "Topic"),
            Heading("asks", "Asks"),
            Heading("answer", "Answer"),
            Heading("where", "Where"),
        ),
        tuple(rows),
        (
            (
                f"{len(items)} items. Filled from the study and the returns: "
                f"{len(items) - n_blank - n_part}; in part: {n_part}; for the team to fill: "
                f"{n_blank}."
            ),
            f"After {source.source} (doi {source.doi}), in our words.",
        ),
    )


def _answer(item: Item, told: str) -> str:
    if not told:
        assert item.team, f"nobody fills item {item.item}"
        return f"{FOR_TEAM}{item.team}"
    return f"{told} {TEAM_ADDS}{item.team}" if item.team else told


def _name_section(item: Item, evidence: Evidence) -> str:
    """The title of the item's section; none where the report has no such part this time."""
    left_out = item.section == "matched" and not evidence.matched.sites
    return TITLES[item.section] if item.section and not left_out else ""
