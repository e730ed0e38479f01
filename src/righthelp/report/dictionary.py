"""What each column of each CSV of the report means: type, unit, meaning, and states of a number."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Literal

from righthelp.evidence import Evidence
from righthelp.evidence.summary import begin_low
from righthelp.report.cells import Cell, Heading, ShownTable
from righthelp.report.tables import list_all
from righthelp.returns.columns import STATES

Type = Literal["text", "integer", "number"]
PEOPLE = "people"
"""The unit of a number of people of the study: what disclosure control is about."""
EMPTY = "empty where there is no number"
GIVEN = "given or rounded; empty in any other state"


@dataclass(frozen=True)
class ColumnMeaning:
    """One column of one CSV. states: what a number can be, or what stands where there is none."""

    table: str
    column: str
    type: Type
    unit: str
    meaning: str
    states: str


@dataclass(frozen=True)
class Meaning:
    """A line of dictionary.csv: `*` in table or column stands for any part of a name."""

    table: str
    column: str
    unit: str
    meaning: str


def list_dictionary(evidence: Evidence) -> ShownTable:
    """Every column of every table that is written, as a table itself."""
    names = ("table", "column", "type", "unit", "meaning", "states")
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.table, one.column, one.type, one.unit, one.meaning, one.states)
        for table in list_all(evidence)
        for one in describe_columns(table)
    )
    return ShownTable(
        "dictionary",
        "What each column of the tables means",
        tuple(Heading(name, name.capitalize()) for name in names),
        rows,
        (
            (
                "A number that can be withheld has two columns beside it: its state, and from how "
                "many sites it is withheld. A ratio is written as three columns: the ratio and the "
                "ends of its interval."
            ),
        ),
    )


def describe_columns(table: ShownTable) -> Iterator[ColumnMeaning]:
    """Each column that the CSV of a table has, in its order."""
    columns = table.columns()
    for column, heading in columns.items():
        found = find_meaning(table.name, heading)
        suffix = column.removeprefix(heading.key)
        if suffix == "_state":
            told = _describe_state(found)
        elif suffix == "_withheld":
            told = _describe_withheld(found)
        elif f"{heading.key}_rr" in columns:
            told = _describe_ratio(found, suffix)
        else:
            told = _describe_value(found, suffix, table=table, heading=heading)
        kind, unit, meaning, states = told
        yield ColumnMeaning(table.name, column, kind, unit, meaning, states)


def find_meaning(table: str, heading: Heading) -> Meaning:
    """The line of dictionary.csv that is of a heading: its own, its table's, or that of all tables.

    A heading without one means what its label says.
    """
    for one in _read_meanings():
        if fnmatchcase(table, one.table) and fnmatchcase(heading.key, one.column):
            return one
    return Meaning(table, heading.key, "", heading.label)


def has_meaning(table: str, heading: Heading) -> bool:
    """Whether dictionary.csv has a line of a heading."""
    return find_meaning(table, heading) in _read_meanings()


@cache
def _read_meanings() -> tuple[Meaning, ...]:
    """The lines, those that name most first."""
    text = resources.files(__package__).joinpath("dictionary.csv").read_text("utf-8")
    lines = [Meaning(**row) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(lines, key=lambda one: ("*" in one.column, "*" in one.table)))


Told = tuple[Type, str, str, str]


def _describe_state(found: Meaning) -> Told:
    return "text", "", f"What became of the number: {begin_low(found.meaning)}", ", ".join(STATES)


def _describe_withheld(found: Meaning) -> Told:
    meaning = f"Sites whose number is withheld and not in the sum: {begin_low(found.meaning)}"
    return "integer", "sites", meaning, ""


def _describe_ratio(found: Meaning, suffix: str) -> Told:
    if not suffix:
        return "text", "", f"What stands in place of the ratio: {begin_low(found.meaning)}", ""
    return "number", found.unit, _name_part(found, suffix), EMPTY


def _describe_value(found: Meaning, suffix: str, *, table: ShownTable, heading: Heading) -> Told:
    at = table.headings.index(heading)
    cells = [row[at] for row in table.rows]
    words = sorted({cell for cell in cells if isinstance(cell, str) and cell})
    numbers = [cell for cell in cells if cell is not None and not isinstance(cell, str)]
    if not numbers:
        kind: Type = "text" if words or heading.kind == "text" else "number"
        return kind, found.unit, found.meaning, "" if kind == "text" else EMPTY
    kind = "integer" if all(isinstance(cell, int) for cell in numbers) else "number"
    states = GIVEN if f"{heading.key}_state" in table.columns() else EMPTY
    if words:
        states += f"; or the text {', '.join(f'“{word}”' for word in words)}"
    return kind, found.unit, _name_part(found, suffix), states


def _name_part(found: Meaning, suffix: str) -> str:
    ends = {"_low": "Lower", "_high": "Upper"}
    if suffix not in ends:
        return found.meaning
    return f"{ends[suffix]} end of the interval or range: {begin_low(found.meaning)}"
