"""What a report is made of, whatever it is written as: blocks in sections, sections in parts.

A page, a PDF and a Word file are three ways of writing the same blocks, so that a sentence or a
number stands in one place only. Nothing here knows how it will look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable

PartName = Literal["summary", "findings", "annex"]


@dataclass(frozen=True)
class Prose:
    """A paragraph. lead: the one that opens a report; note: what a reviewer wants to know."""

    kind: ClassVar[str] = "prose"
    text: str
    role: Literal["plain", "lead", "note"] = "plain"


@dataclass(frozen=True)
class Subheading:
    """A heading inside a section."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list. reasons: small print."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]
    role: Literal["plain", "reasons"] = "plain"


@dataclass(frozen=True)
class Terms:
    """Words and what they mean. rules: word beside text; designs: word above; inline: before."""

    kind: ClassVar[str] = "terms"
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    role: Literal["rules", "designs", "inline"] = "rules"


@dataclass(frozen=True)
class Card:
    """One number shown large: what it is, the number, its interval, what may be said of it."""

    title: str
    number: str
    interval: str
    verdict: str


@dataclass(frozen=True)
class Cards:
    """Numbers that may only be read side by side."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Sign:
    """One thing looked at: a glyph that can be told apart in grey, and words that say the same."""

    glyph: str
    text: str
    strong: str
    rest: str


@dataclass(frozen=True)
class Signs:
    """A list of things looked at."""

    kind: ClassVar[str] = "signs"
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Picture:
    """A figure. number: counted through the report."""

    kind: ClassVar[str] = "picture"
    figure: ShownFigure
    number: int = 0
    table_number: int = 0


@dataclass(frozen=True)
class Table:
    """A table. folded: the numbers behind a figure, for who wants them."""

    kind: ClassVar[str] = "table"
    table: ShownTable
    folded: bool = False
    number: int = 0


@dataclass(frozen=True)
class Grid:
    """A table whose cells hold blocks; the first cell of a row names it."""

    kind: ClassVar[str] = "grid"
    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[Prose | Terms | Signs, ...], ...], ...]
    number: int = 0


Block = Prose | Subheading | Bullets | Terms | Cards | Signs | Picture | Table | Grid


@dataclass(frozen=True)
class Section:
    """A section: its name is its anchor, on a page and in a link."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Part:
    """One of the depths: the summary, the findings, the annex."""

    name: PartName
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Document:
    """A report: for whom it is, and its parts.

    version: of righthelp. digest: of the study's rules. record: what it was made from and says, in
    plain values; None where the reader may not have all of it.
    """

    title: str
    question: str
    audience: str
    parts: tuple[Part, ...]
    version: str
    digest: str
    record: Mapping[str, object] | None = None

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections of all parts."""
        return tuple(section for part in self.parts for section in part.sections)

    def blocks(self) -> Iterator[Block]:
        """The blocks of all sections, in the order of reading."""
        for section in self.sections:
            yield from section.blocks


def number_document(document: Document) -> Document:
    """Count figures and tables through, so that every way of writing calls them the same.

    A figure is told the number of its table; a figure whose table is not in the document has 0.
    """
    tables: dict[str, int] = {}
    for block in document.blocks():
        if isinstance(block, Table):
            tables[block.table.name] = len(tables) + 1
        elif isinstance(block, Grid):
            tables[block.name] = len(tables) + 1
    figures: dict[str, int] = {}

    def number(block: Block) -> Block:
        if isinstance(block, Table):
            return replace(block, number=tables[block.table.name])
        if isinstance(block, Grid):
            return replace(block, number=tables[block.name])
        if isinstance(block, Picture):
            figures[block.figure.name] = len(figures) + 1
            return replace(
                block,
                number=figures[block.figure.name],
                table_number=tables.get(block.figure.table, 0),
            )
        return block

    return replace(document, parts=_map_blocks(document, number))


def _map_blocks(document: Document, change: Callable[[Block], Block]) -> tuple[Part, ...]:
    return tuple(
        replace(
            part,
            sections=tuple(
                replace(section, blocks=tuple(change(block) for block in section.blocks))
                for section in part.sections
            ),
        )
        for part in document.parts
    )
