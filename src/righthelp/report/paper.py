"""A report made ready for paper: tables behind the figures in the annex, wide tables in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isqrt

from righthelp.report.blocks import Block, Document, Section, Table
from righthelp.report.cells import Heading, ShownTable

BEHIND = "Numbers behind the figures"
MOST_COLUMNS = 12
LEAST_SHARE = 18
"""No column is narrower than this part of the whole."""
ONE_LINE = 34
"""Characters that a text may ask for to stand on one line; longer ones ask for little more."""


@dataclass(frozen=True)
class Piece:
    """A table, or some of its columns: what fits across a page. part: of several, from 1."""

    table: ShownTable
    part: int
    parts: int

    @property
    def caption(self) -> str:
        """The caption, and which piece of how many this is."""
        of = f" ({self.part} of {self.parts})" if self.parts > 1 else ""
        return f"{self.table.caption}{of}"


def gather_folded(document: Document) -> Document:
    """The document with the folded tables of its findings in a section at the end of the annex."""
    if not any(part.name == "annex" for part in document.parts):
        return document
    moved: list[Block] = []
    parts = []
    for part in document.parts:
        sections = part.sections
        if part.name == "findings":
            moved += [one for section in sections for one in section.blocks if _is_folded(one)]
            sections = tuple(
                replace(section, blocks=tuple(one for one in section.blocks if not _is_folded(one)))
                for section in sections
            )
        elif part.name == "annex" and moved:
            sections = (*sections, Section("numbers", BEHIND, tuple(moved)))
        parts.append(replace(part, sections=sections))
    return replace(document, parts=tuple(parts))


def cut_table(table: ShownTable, most: int = MOST_COLUMNS) -> tuple[Piece, ...]:
    """A table in pieces of at most `most` columns, the leading words repeated in each.

    Notes stand under the last piece.
    """
    if len(table.headings) <= most:
        return (Piece(table, 1, 1),)
    lead = max(1, sum(1 for _ in _leading(table.headings)))
    lead = min(lead, most // 2)
    room = most - lead
    starts = range(lead, len(table.headings), room)
    n = len(starts)
    pieces = []
    for part, start in enumerate(starts, 1):
        keep = (*range(lead), *range(start, min(start + room, len(table.headings))))
        pieces.append(
            Piece(
                replace(
                    table,
                    headings=tuple(table.headings[at] for at in keep),
                    rows=tuple(tuple(row[at] for at in keep) for row in table.rows),
                    notes=table.notes if part == n else (),
                ),
                part,
                n,
            )
        )
    return tuple(pieces)


def weigh_columns(table: ShownTable) -> tuple[int, ...]:
    """How much room each column asks for, in characters."""
    texts = [[heading.label] for heading in table.headings]
    for row in table.texts():
        for at, (text, _) in enumerate(row):
            texts[at].append(text)
    widths = [_weigh(column) for column in texts]
    least = sum(widths) // LEAST_SHARE
    return tuple(max(width, least) for width in widths)


def _weigh(column: Sequence[str]) -> int:
    """Of a column, its heading first: its longest word, or its longest text folded into lines."""
    word = max(len(word) for text in column for word in (text.split() or [""]))
    longest = max((len(text) for text in column[1:]), default=0)
    text = longest if longest <= ONE_LINE else ONE_LINE + 2 * isqrt(longest - ONE_LINE)
    return max(word, text, 4) + 1


def _leading(headings: tuple[Heading, ...]) -> Iterator[Heading]:
    for heading in headings:
        if heading.kind != "text":
            return
        yield heading


def _is_folded(block: Block) -> bool:
    return isinstance(block, Table) and block.folded
