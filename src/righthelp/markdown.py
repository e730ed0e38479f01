"""The pieces of a reference page in Markdown: the page, tables, lists of words, docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from righthelp.schema import Table

HEAD = "<!-- Made by `make docs` from the code; changes made here are lost. -->"


def page(*parts: str) -> str:
    """The parts that are not empty, under a line that says where the page comes from."""
    return "\n\n".join((HEAD, *(part for part in parts if part))) + "\n"


def tabulate(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of texts; upright strokes in them stay what they are."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def tabulate_columns(table: Table, *, with_role: bool = False) -> str:
    """A declared table, a row a column; the last column says what disclosure control knows."""
    header = ("Column", "Type", "Unit", "May be empty", "Meaning", "Disclosure")
    rows = []
    for column in table.columns:
        words = f": {list_words(column.values)}" if column.values else ""
        empty = "yes" if column.nullable else "no"
        meaning = column.description + words
        rows.append((f"`{column.name}`", column.type, column.unit, empty, meaning, column.role))
    width = len(header) if with_role else len(header) - 1
    return tabulate(header[:width], (row[:width] for row in rows))


def list_words(words: Iterable[str]) -> str:
    """Words as code, with commas between."""
    return ", ".join(f"`{word}`" for word in words)


def as_text(docstring: str) -> str:
    """A docstring as Markdown: stars and loose underscores stay what they are."""
    return re.sub(r"(\*|<|(?<!\w)_)", r"\\\1", docstring)
