"""A report made ready for paper: tables behind the figures in the annex, wide tables in pieces."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from righthelp.report.blocks import Block, Document, Section, Subheading, Table
from righthelp.report.cells import Heading, ShownTable

BEHIND = "Numbers behind the figures"
MOST_COLUMNS = 12
MOST_LEADING = 2
ROOM = 135
"""Characters across a page in the smallest type that tables are set in."""
BESIDE = 2
"""What lies beside a column, in characters."""
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
                replace(section, blocks=tuple(_leave_out_folded(section.blocks)))
                for section in sections
            )
        elif part.name == "annex" and moved:
            sections = (*sections, Section("numbers", BEHIND, tuple(moved)))
        parts.append(replace(part, sections=sections))
    return replace(document, parts=tuple(parts))


def cut_table(table: ShownTable, most: int = MOST_COLUMNS) -> tuple[Piece, ...]:
    """A table in pieces of at most `most` columns whose longest words fit beside each other.

    The leading words are repeated in each piece. Notes stand under the last one.
    """
    needs = [column.word for column in weigh_columns(table)]
    lead = min(sum(1 for _ in _leading(table.headings)), MOST_LEADING) or 1
    pieces = _spread(needs, lead=lead, most=most)
    return tuple(
        Piece(
            replace(
                table,
                headings=tuple(table.headings[at] for at in keep),
                rows=tuple(tuple(row[at] for at in keep) for row in table.rows),
                notes=table.notes if part == len(pieces) else (),
            ),
            part,
            len(pieces),
        )
        for part, keep in enumerate(pieces, 1)
    )


def _spread(needs: Sequence[int], *, lead: int, most: int) -> list[tuple[int, ...]]:
    """The places of the columns in as few pieces as will do, about as many in each."""
    n = len(_fill(needs, lead=lead, most=most))
    return _fill(needs, lead=lead, most=lead + math.ceil((len(needs) - lead) / n))


def _fill(needs: Sequence[int], *, lead: int, most: int) -> list[tuple[int, ...]]:
    first = tuple(range(lead))
    pieces = [first]
    for at in range(lead, len(needs)):
        last = pieces[-1]
        full = len(last) >= most or sum(needs[one] for one in (*last, at)) > ROOM
        if full and len(last) > lead:
            pieces.append(first)
        pieces[-1] = (*pieces[-1], at)
    return pieces


@dataclass(frozen=True)
class Weight:
    """What a column asks for, in characters: for its longest word, and to be easy to read."""

    word: int
    text: int


def weigh_columns(table: ShownTable) -> tuple[Weight, ...]:
    """What each column asks for."""
    texts = [[heading.label] for heading in table.headings]
    for row in table.texts():
        for at, (text, _) in enumerate(row):
            texts[at].append(text)
    return tuple(_weigh(column) for column in texts)


def share_width(weights: Sequence[Weight]) -> tuple[float, ...]:
    """Parts of the width, by the texts; but no column is narrower than its longest word."""
    fixed: set[int] = set()
    while True:
        left = max(ROOM - sum(weights[at].word for at in fixed), 0)
        texts = sum(one.text for at, one in enumerate(weights) if at not in fixed) or 1
        widths = [
            one.word if at in fixed else left * one.text / texts for at, one in enumerate(weights)
        ]
        short = {at for at, one in enumerate(weights) if widths[at] < one.word}
        if not short:
            return tuple(width / sum(widths) for width in widths)
        fixed |= short


def find_longest(table: ShownTable) -> Iterator[tuple[str, str, str]]:
    """Of each column the longest word of its heading, and the longest word and text of its cells.

    A text is asked for where it is a number with its interval; of words, the longest word is.
    """
    rows = list(table.texts())
    for at, heading in enumerate(table.headings):
        texts = [row[at][0] for row in rows]
        words = [word for text in texts for word in text.split(" ")]
        word = max(words, key=len, default="")
        text = max(texts, key=len, default="") if heading.kind == "number" else word
        yield max(heading.label.split(" "), key=len), word, text


def _weigh(column: Sequence[str]) -> Weight:
    """Of a column, its heading first: its longest word, or its longest text folded into lines."""
    word = max(len(word) for text in column for word in text.split(" "))
    longest = max((len(text) for text in column[1:]), default=0)
    text = longest if longest <= ONE_LINE else ONE_LINE + 2 * math.isqrt(longest - ONE_LINE)
    return Weight(word + BESIDE, max(word, text) + BESIDE)


def _leading(headings: tuple[Heading, ...]) -> Iterator[Heading]:
    for heading in headings:
        if heading.kind != "text":
            return
        yield heading


def _leave_out_folded(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks without folded tables, and without a heading under which nothing else stands."""
    kept = [one for one in blocks if not _is_folded(one)]
    for block, after in zip_longest(kept, kept[1:]):
        if not isinstance(block, Subheading) or not isinstance(after, Subheading | None):
            yield block


def _is_folded(block: Block) -> bool:
    return isinstance(block, Table) and block.folded
