"""The Word file: real headings, alt text, heads that repeat, and the numbers of the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Cm

from righthelp.report import compose
from righthelp.report.blocks import Document, Grid, Picture, Section, Subheading, Table
from righthelp.report.cells import ShownTable
from righthelp.report.compose import AUDIENCES
from righthelp.report.docx import ACROSS_CM, MOST_HIGH_CM, render_docx
from righthelp.report.paper import (
    MOST_COLUMNS,
    ROOM,
    cut_table,
    gather_folded,
    share_width,
    weigh_columns,
)
from tests.lib.small_demo import gather_small_demo


@cache
def make(audience: str = AUDIENCES[0]) -> tuple[Document, WordDocument]:
    document = compose(gather_small_demo(), audience)
    return document, docx.Document(io.BytesIO(render_docx(document)))


@pytest.mark.parametrize("audience", [*AUDIENCES, "ashby"])
def test_headings_are_headings_and_go_down_one_level_at_a_time(audience: str) -> None:
    document, word = make(audience)
    paragraphs: list[Any] = word.paragraphs
    heads = [one for one in paragraphs if one.style.name.startswith("Heading ")]
    levels = [int(one.style.name.split()[1]) for one in heads]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    titles = {section.title for section in document.sections} - {""}
    assert titles <= {one.text for one in heads}
    assert word.core_properties.title == document.title
    assert word.core_properties.language == "en-GB"


def test_every_picture_has_its_words() -> None:
    document, word = make()
    figures = [block.figure for block in document.blocks() if isinstance(block, Picture)]
    told = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert told == [figure.alt for figure in figures]
    for shape, figure in zip(word.inline_shapes, figures, strict=True):
        wide, high = figure.wide_size
        assert 0 < shape.width <= Cm(ACROSS_CM) + 1
        assert 0 < shape.height <= Cm(MOST_HIGH_CM) + 1
        assert shape.width / shape.height == pytest.approx(wide / high, rel=0.02)
    assert len(figures) > 10


def test_tables_hold_the_same_text_and_their_heads_repeat() -> None:
    document, word = make()
    paper = gather_folded(document)
    pieces = [
        piece
        for block in paper.blocks()
        if isinstance(block, Table | Grid)
        for piece in (cut_table(block.table) if isinstance(block, Table) else (block,))
    ]
    tables = word.tables[1:]
    assert len(tables) == len(pieces) > 30
    for piece, table in zip(pieces, tables, strict=True):
        head: Any = table.rows[0]._tr
        assert head.trPr.find(qn("w:tblHeader")) is not None
        if isinstance(piece, Grid):
            continue
        shown = piece.table
        assert [cell.text for cell in table.rows[0].cells] == [one.label for one in shown.headings]
        first, last = next(shown.texts()), list(shown.texts())[-1]
        assert [cell.text for cell in table.rows[1].cells] == [text for text, _ in first]
        assert [cell.text for cell in table.rows[-1].cells] == [text for text, _ in last]


def test_a_wide_table_is_cut_and_loses_nothing() -> None:
    document, _ = make()
    wide = [
        block.table
        for block in document.blocks()
        if isinstance(block, Table) and len(block.table.headings) > 5
    ]
    assert wide
    for table in wide:
        for most in (4, 5, MOST_COLUMNS):
            pieces = cut_table(table, most)
            heads = [one for piece in pieces for one in piece.table.headings]
            assert list(dict.fromkeys(heads)) == list(table.headings)
            assert all(len(piece.table.headings) <= most for piece in pieces)
            assert [note for piece in pieces for note in piece.table.notes] == list(table.notes)
            for piece in pieces:
                assert len(piece.table.rows) == len(table.rows)


def test_on_paper_no_heading_stands_over_nothing() -> None:
    """A table that is moved to the end takes the heading above it along, if it had nothing else."""
    document, _ = make()
    pairs = [
        pair
        for section in gather_folded(document).sections
        for pair in pairwise((*section.blocks, None))
        if isinstance(pair[0], Subheading)
    ]
    assert pairs and not any(isinstance(after, Subheading | None) for _, after in pairs)
    kept = Section("a", "A", (Subheading("One"), Table(next(_tables(document)), folded=True)))
    part = replace(document.parts[1], sections=(kept,))
    paper = gather_folded(replace(document, parts=(document.parts[0], part, document.parts[2])))
    assert paper.parts[1].sections[0].blocks == ()


def _tables(document: Document) -> Iterator[ShownTable]:
    return (block.table for block in document.blocks() if isinstance(block, Table))


def test_longest_words_fit_beside_each_other() -> None:
    """A word wider than its column would be printed over the next one."""
    document, _ = make()
    for block in document.blocks():
        for piece in cut_table(block.table) if isinstance(block, Table) else ():
            weights = weigh_columns(piece.table)
            assert sum(one.word for one in weights) <= ROOM
            widths = share_width(weights)
            assert sum(widths) == pytest.approx(1)
            for width, one in zip(widths, weights, strict=True):
                assert width * ROOM >= one.word - 1e-9


def test_the_same_document_is_the_same_file() -> None:
    document, _ = make()
    assert render_docx(document) == render_docx(document)
