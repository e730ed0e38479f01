"""Tables declared once: checks, suppression, export and reference pages all come from here."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from righthelp.errors import Problem

Type = Literal["text", "integer", "number", "date", "boolean"]
Role = Literal["key", "people", "sum", "free"]
"""What disclosure control must know of a column: it names the row, counts people, is a sum or
statistic over people (so it may only stand where enough people stand behind it), or is free."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning and unit, and what it is to disclosure control."""

    name: str
    type: Type
    description: str
    unit: str = ""
    nullable: bool = False
    role: Role = "free"
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A declared table; the order of the columns is the order in every file."""

    name: str
    description: str
    columns: tuple[Column, ...]
    optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def to_csv(self, rows: Sequence[Row]) -> str:
        """The rows as CSV text: declared columns, UTF-8, empty for null, T and F for booleans."""
        lines = [self.names, *([_to_text(row.get(name)) for name in self.names] for row in rows)]
        return "".join(",".join(map(_quote, line)) + "\n" for line in lines)

    def from_csv(self, text: str, *, where: str) -> tuple[list[dict[str, object]], list[Problem]]:
        """Read CSV text written by `to_csv`; also everything that breaks the declaration."""
        try:
            header, *lines = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
        except csv.Error as error:
            remedy = "Ask the site to make the return again; it was changed by hand."
            return [], [Problem(f"the file is not CSV: {error}", where, remedy)]
        if tuple(header) != self.names:
            return [], [
                Problem(
                    f"the columns are {', '.join(header) or 'none'}, not {', '.join(self.names)}",
                    where,
                    "Use a return made by this version of righthelp.",
                )
            ]
        rows: list[dict[str, object]] = []
        problems: list[Problem] = []
        for line, values in enumerate(lines, start=2):
            if len(values) != len(header):
                problems.append(
                    Problem(
                        f"{len(values)} values for {len(header)} columns",
                        f"{where}: line {line}",
                        "Ask the site to make the return again; it was changed by hand.",
                    )
                )
                continue
            row: dict[str, object] = {}
            for column, value in zip(self.columns, values, strict=True):
                parsed, complaint = _from_text(column, value)
                row[column.name] = parsed
                if complaint:
                    problems.append(
                        Problem(
                            complaint,
                            f"{where}: line {line}, {column.name}",
                            "Ask the site to make the return again; it was changed by hand.",
                        )
                    )
            rows.append(row)
        return rows, problems


@dataclass(frozen=True)
class Catalogue:
    """A named family of tables, for the reference pages."""

    title: str
    tables: tuple[Table, ...] = field(default_factory=tuple)


def _quote(text: str) -> str:
    """A CSV field; unlike the csv module it quotes a lone carriage return too."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, float):
        return repr(value)
    return str(value)


def _from_text(column: Column, value: str) -> tuple[object, str]:
    """The value in its type, and a complaint if it is not one (the value is then None)."""
    if value == "":
        return (None, "") if column.nullable else (None, "a value is missing")
    if column.values and value not in column.values:
        return None, f"{value!r} is not one of {', '.join(column.values)}"
    try:
        if column.type == "integer":
            return int(value), ""
        if column.type == "number":
            number = float(value)
            return (number, "") if math.isfinite(number) else (None, f"{value!r} is not a number")
        if column.type == "date":
            return date.fromisoformat(value), ""
    except ValueError:
        return None, f"{value!r} is not a {column.type}"
    if column.type == "boolean":
        return (value == "T", "") if value in ("T", "F") else (None, f"{value!r} is not T or F")
    return value, ""
