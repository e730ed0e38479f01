"""The PDF: tagged for a screen reader, complete, and with the numbers of the page."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from righthelp.report import compose
from righthelp.report.blocks import Document, Grid, Picture, Table
from righthelp.report.compose import AUDIENCES
from righthelp.report.pdf import render_pdf
from tests.lib.small_demo import gather_small_demo

EVERYBODY, *OTHERS = AUDIENCES


@cache
def make(audience: str = EVERYBODY) -> tuple[Document, PdfReader]:
    document = compose(gather_small_demo(), audience)
    return document, PdfReader(io.BytesIO(render_pdf(document)))


def walk(node: Any) -> Iterator[Any]:
    """The structure elements of a tagged PDF, in the order of reading."""
    if isinstance(node, IndirectObject):
        node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from walk(one)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        yield from walk(node.get("/K", []))


def elements(reader: PdfReader) -> list[Any]:
    root: Any = reader.trailer["/Root"]
    return list(walk(root["/StructTreeRoot"]))


def read_words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize("audience", [*AUDIENCES, "ashby", "hart"])
def test_it_is_tagged_and_says_so(audience: str) -> None:
    """ISO 14289-1 (PDF/UA-1): marked, a language, a shown title, and the claim in its metadata."""
    document, reader = make(audience)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.title in str(getattr(reader.metadata, "title", ""))
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfuaid:part>1</pdfuaid:part>", xmp)
    assert all("/StructParents" in page for page in reader.pages)
    assert {str(page["/Tabs"]) for page in reader.pages} == {"/S"}


def test_every_figure_has_its_words_and_every_table_its_heads() -> None:
    document, reader = make()
    found = elements(reader)
    kinds = Counter(str(one["/S"]) for one in found)
    pictures = [block for block in document.blocks() if isinstance(block, Picture)]
    tables = [block for block in document.blocks() if isinstance(block, Table | Grid)]
    described = [str(one["/Alt"]) for one in found if one["/S"] == "/Figure" and "/Alt" in one]
    assert described == [block.figure.alt for block in pictures]
    assert len(pictures) > 10
    assert kinds["/Table"] >= len(tables) > 30
    assert kinds["/THead"] == kinds["/Table"]
    assert kinds["/TH"] > 3 * kinds["/Table"]
    assert kinds["/Caption"] >= len(tables) + len(pictures)


def test_headings_go_down_one_level_at_a_time() -> None:
    for audience in (*AUDIENCES, "ashby"):
        document, reader = make(audience)
        names = [str(one["/S"]) for one in elements(reader)]
        levels = [int(name[2:]) for name in names if re.fullmatch(r"/H[1-6]", name)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert levels.count(1) == len(document.parts)


def test_the_summary_is_one_page_and_says_the_same_as_the_document() -> None:
    document, reader = make()
    first, second = (" ".join(reader.pages[at].extract_text().split()) for at in (0, 1))
    for block in document.sections[0].blocks:
        for text in (getattr(block, "text", ""), *getattr(block, "items", ())):
            assert text in first
    assert "Findings" in second


def test_pages_are_numbered_and_have_a_running_head() -> None:
    document, reader = make()
    for at, page in enumerate(reader.pages, 1):
        text = " ".join(page.extract_text().split())
        assert f"{at} of {len(reader.pages)}" in text
        if at > 1:
            assert document.title in text
    marks = [str(one.title) for one in reader.outline if not isinstance(one, list)]
    assert marks == [part.title for part in document.parts]


@pytest.mark.parametrize("audience", [*AUDIENCES, "ashby"])
def test_every_cell_of_every_table_is_there(audience: str) -> None:
    document, reader = make(audience)
    words = re.sub(r"\s", "", read_words(reader))
    for block in document.blocks():
        if isinstance(block, Table):
            for row in block.table.texts():
                for text, _ in row:
                    assert re.sub(r"\s", "", text) in words, (block.table.name, text)


def test_the_same_document_is_the_same_file() -> None:
    document, _ = make()
    assert render_pdf(document) == render_pdf(document)
