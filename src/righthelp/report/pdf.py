"""A report as a PDF: tagged for screen readers (PDF/UA-1), with page numbers and running heads.

Typst sets it; its template gets the document as data. Fonts come with the packages (Lato; DejaVu
Sans for the figures), so that the same report is the same file on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from righthelp.report.blocks import (
    Block,
    Bullets,
    Cards,
    Document,
    Grid,
    Picture,
    Prose,
    Signs,
    Subheading,
    Table,
    Terms,
)
from righthelp.report.cells import is_total
from righthelp.report.paper import (
    cut_table,
    find_longest,
    gather_folded,
    weigh_columns,
)

STANDARD: Final = "ua-1"
WIDE_FROM = 62
"""Tables that ask for more characters than this take the whole width."""


def render_pdf(document: Document) -> bytes:
    """The report as a PDF/UA-1 file: the same bytes from the same document."""
    import typst

    compile_source: Any = typst.compile
    source = files("righthelp.report").joinpath("templates", "document.typ").read_bytes()
    return bytes(
        compile_source(
            source,
            font_paths=[str(path) for path in _find_fonts()],
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(_describe(gather_folded(document)))},
            pdf_standards=[STANDARD],
        )
    )


def _find_fonts() -> Iterator[Path]:
    import font_lato
    import matplotlib as mpl

    yield Path(font_lato.__file__).parent / "files"
    yield Path(mpl.get_data_path()) / "fonts" / "ttf"


def _describe(document: Document) -> dict[str, Any]:
    audience = document.audience
    return {
        "title": document.title,
        "full_title": f"{document.title} ({audience})" if audience else document.title,
        "question": document.question,
        "audience": audience,
        "version": document.version,
        "digest": document.digest,
        "parts": [
            {
                "name": part.name,
                "title": part.title,
                "sections": [
                    {
                        "name": section.name,
                        "title": section.title,
                        "blocks": [one for block in section.blocks for one in _tell(block)],
                    }
                    for section in part.sections
                ],
            }
            for part in document.parts
        ],
    }


def _tell(block: Block) -> Iterator[dict[str, Any]]:
    """A block as plain values; a wide table is several."""
    kind = block.kind
    match block:
        case Prose():
            yield {"kind": kind, "text": block.text, "role": block.role}
        case Subheading():
            yield {"kind": kind, "text": block.text}
        case Bullets():
            yield {"kind": kind, "items": block.items, "role": block.role}
        case Terms():
            yield {"kind": kind, "rows": block.rows, "role": block.role}
        case Cards():
            yield {"kind": kind, "cards": [vars(card) for card in block.cards]}
        case Signs():
            yield {"kind": kind, "signs": [vars(sign) for sign in block.signs]}
        case Picture():
            yield _tell_picture(block)
        case Table():
            yield from _tell_table(block)
        case Grid():
            yield {
                "kind": kind,
                "name": block.name,
                "caption": block.caption,
                "number": block.number,
                "headings": block.headings,
                "rows": [
                    [[told for inner in cell for told in _tell(inner)] for cell in row]
                    for row in block.rows
                ],
            }


def _tell_picture(block: Picture) -> dict[str, Any]:
    figure = block.figure
    return {
        "kind": block.kind,
        "svg": figure.svg("wide"),
        "width": figure.wide_size[0],
        "height": figure.wide_size[1],
        "alt": figure.alt,
        "title": figure.title,
        "n": figure.n,
        "number": block.number,
        "table": figure.table,
        "table_number": block.table_number,
    }


def _tell_table(block: Table) -> Iterator[dict[str, Any]]:
    for piece in cut_table(block.table):
        table = piece.table
        weights = weigh_columns(table)
        yield {
            "kind": block.kind,
            "name": table.name if piece.part == 1 else f"{table.name}-{piece.part}",
            "caption": piece.caption,
            "number": block.number,
            "columns": [
                {
                    "label": heading.label,
                    "number": heading.kind == "number",
                    "longest": longest,
                    "text": weight.text,
                }
                for heading, longest, weight in zip(
                    table.headings, find_longest(table), weights, strict=True
                )
            ],
            "wide": sum(weight.text for weight in weights) > WIDE_FROM,
            "rows": [
                {
                    "total": is_total(row),
                    "cells": [{"text": text, "state": "state" in kind} for text, kind in row],
                }
                for row in table.texts()
            ],
            "notes": table.notes,
        }
