"""A report as a Word file, for who has to edit it: headings, captions, alt text, repeated heads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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
from righthelp.report.paper import cut_table, gather_folded, share_width, weigh_columns

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

INK, MUTED, LINE = "1F2933", "56626C", "D5DBE1"
PAGE_CM, MARGIN_CM = (21.0, 29.7), 2.0
ACROSS_CM = PAGE_CM[0] - 2 * MARGIN_CM
MOST_HIGH_CM = 22.0
DOTS_PER_INCH = 200
SMALL, SMALLER, SMALLEST = 8.0, 7.0, 6.0
"""Points in tables of up to 6, up to 9 and more columns."""
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the date of making, so that the same report is the same file."""


def render_docx(document: Document) -> bytes:
    """The report as a Word file, A4, with page numbers and a running head."""
    import docx

    paper = gather_folded(document)
    word = docx.Document()
    _set_up(word, document)
    word.add_heading(document.title, 0)
    _add(word, document.question, style="Subtitle")
    if document.audience:
        _add(word, document.audience, style="Subtitle")
    for at, part in enumerate(paper.parts):
        heading = word.add_heading(part.title, 1)
        heading.paragraph_format.page_break_before = at > 0
        for section in part.sections:
            if section.title:
                word.add_heading(section.title, 2)
            for block in section.blocks:
                _write(word, block, level=3 if section.title else 2)
    file = io.BytesIO()
    word.save(file)
    return _still(file.getvalue())


def _write(word: Any, block: Block, *, level: int) -> None:
    match block:
        case Subheading():
            word.add_heading(block.text, level)
        case Prose():
            _add(word, block.text, style=_PROSE[block.role])
        case Bullets():
            for item in block.items:
                _add(word, item, style="List Bullet")
        case Terms():
            _add_terms(word, block)
        case Cards():
            _add_cards(word, block)
        case Signs():
            _add_signs(word, block)
        case Picture():
            _add_picture(word, block)
        case Table():
            _add_table(word, block)
        case Grid():
            _add_grid(word, block)


_PROSE = {"plain": "Normal", "lead": "Intense Quote", "note": "Note"}


def _add(place: Any, text: str, *, style: str = "Normal") -> Paragraph:
    paragraph: Paragraph = place.add_paragraph(text, style=style)
    return paragraph


def _add_terms(place: Any, block: Terms) -> None:
    for word, texts in block.rows:
        paragraph = _add(place, "")
        paragraph.add_run(f"{word}: ").bold = True
        paragraph.add_run(" ".join(texts))


def _add_signs(place: Any, block: Signs) -> None:
    for sign in block.signs:
        paragraph = _add(place, f"{sign.glyph} {sign.text}")
        paragraph.add_run(sign.strong).bold = True
        paragraph.add_run(sign.rest)


def _add_cards(word: WordDocument, block: Cards) -> None:
    from docx.shared import Pt

    table = word.add_table(rows=1, cols=len(block.cards))
    _rule(table)
    for cell, card in zip(table.rows[0].cells, block.cards, strict=True):
        lines = (card.title, card.number, card.interval, card.verdict)
        for at, text in enumerate(lines):
            paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            run = paragraph.add_run(text)
            run.bold = at in (1, 3)
            run.font.size = Pt(15 if at == 1 else 9.5)
            paragraph.paragraph_format.space_after = Pt(2)
    _add(word, "")


def _add_picture(word: WordDocument, block: Picture) -> None:
    from docx.shared import Cm, Emu

    figure = block.figure
    _caption(word, f"Figure {block.number}. {figure.title}")
    shape = word.add_picture(io.BytesIO(figure.png(DOTS_PER_INCH)))
    fit = min(1, Cm(ACROSS_CM) / shape.width, Cm(MOST_HIGH_CM) / shape.height)
    shape.width, shape.height = Emu(fit * shape.width), Emu(fit * shape.height)
    about = shape._inline.docPr
    about.set("descr", figure.alt)
    about.set("title", figure.title)
    behind = f" The numbers: table {block.table_number}." if block.table_number else ""
    _add(word, f"{figure.n}{behind}", style="Note")


def _caption(word: WordDocument, text: str) -> None:
    _add(word, text, style="Caption").paragraph_format.keep_with_next = True


def _add_table(word: WordDocument, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    for piece in cut_table(block.table):
        shown = piece.table
        _caption(word, f"Table {block.number}. {piece.caption}")
        points = _size(len(shown.headings))
        rows = list(shown.texts())
        heads = [heading.label for heading in shown.headings]
        widths = share_width(weigh_columns(shown))
        table = _open_table(word, len(rows), heads, widths=widths, points=points)
        numbers = [heading.kind == "number" for heading in shown.headings]
        for cells, row in zip(table, rows, strict=True):
            total = is_total(row)
            for cell, (text, kind), number in zip(cells, row, numbers, strict=True):
                paragraph = _fill(cell, text, points=points, bold=total, italic="state" in kind)
                if number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for note in shown.notes:
            _add(word, note, style="Note")
    _add(word, "", style="Note")


def _add_grid(word: WordDocument, block: Grid) -> None:
    _caption(word, f"Table {block.number}. {block.caption}")
    table = _open_table(
        word, len(block.rows), list(block.headings), widths=(0.13, 0.27, 0.36, 0.24), points=SMALL
    )
    for cells, row in zip(table, block.rows, strict=True):
        for cell, inner in zip(cells, row, strict=True):
            for one in inner:
                _write(cell, one, level=3)
            for paragraph in cell.paragraphs:
                _shrink(paragraph, SMALL)
            if not cell.paragraphs[0].text and len(cell.paragraphs) > 1:
                cell._tc.remove(cell.paragraphs[0]._p)


def _open_table(
    word: WordDocument,
    n_rows: int,
    headings: list[str],
    *,
    widths: tuple[float, ...],
    points: float,
) -> Iterator[tuple[_Cell, ...]]:
    """An empty table of the page's width with its head, repeated on every page; its rows.

    widths: of the columns, as parts of the whole.
    """
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = word.add_table(rows=n_rows + 1, cols=len(headings))
    table.autofit = False
    _rule(table)
    rows = [row.cells for row in table.rows]
    sizes = [Cm(ACROSS_CM * width) for width in widths]
    for column, size in zip(table.columns, sizes, strict=True):
        column.width = size
    for cells in rows:
        for cell, size in zip(cells, sizes, strict=True):
            cell.width = size
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    for cell, text in zip(rows[0], headings, strict=True):
        _fill(cell, text, points=points, bold=True)
    return iter(rows[1:])


def _rule(table: WordTable) -> None:
    """Fine lines between rows, none between columns, and little room beside the text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("color", LINE)):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    for side in ("left", "right"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), "50")
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    table._tbl.tblPr.append(borders)
    table._tbl.tblPr.append(margins)


def _fill(
    cell: _Cell, text: str, *, points: float, bold: bool = False, italic: bool = False
) -> Paragraph:
    from docx.shared import Pt

    paragraph: Paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold or None, italic or None, Pt(points)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def _shrink(paragraph: Paragraph, points: float) -> None:
    from docx.shared import Pt

    for run in paragraph.runs:
        run.font.size = Pt(points)
    paragraph.paragraph_format.space_after = Pt(2)


def _size(n_columns: int) -> float:
    return SMALL if n_columns <= 6 else SMALLER if n_columns <= 9 else SMALLEST


def _set_up(word: WordDocument, document: Document) -> None:
    """A4, the house's type and colours, the running head, page numbers, language and title."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = word.sections[0]
    section.page_width, section.page_height = (Cm(one) for one in PAGE_CM)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(MARGIN_CM))
    styles = word.styles
    note = styles.add_style("Note", WD_STYLE_TYPE.PARAGRAPH)
    note.base_style = styles["Normal"]
    looks = {
        "Normal": (10.5, INK),
        "Title": (22, INK),
        "Subtitle": (12, MUTED),
        "Heading 1": (17, INK),
        "Heading 2": (13, INK),
        "Heading 3": (11, INK),
        "Caption": (9.5, INK),
        "Note": (8.5, MUTED),
        "Intense Quote": (10.5, INK),
    }
    for name, (points, colour) in looks.items():
        font = styles[name].font
        font.name, font.size, font.color.rgb = "Calibri", Pt(points), RGBColor.from_string(colour)
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(script), None)
        font.italic = False
        font.bold = name.startswith("Heading") or name in ("Title", "Caption")
    for name, after in (("Normal", 5), ("List Bullet", 2), ("Subtitle", 4), ("Note", 3)):
        spacing = styles[name].paragraph_format
        spacing.space_after, spacing.line_spacing = Pt(after), 1.08
    language = styles["Normal"].element.get_or_add_rPr()
    tag = language.makeelement(qn("w:lang"), {qn("w:val"): "en-GB"})
    language.append(tag)
    section.header.paragraphs[0].text = document.title
    _number_pages(section.footer.paragraphs[0], document.version)
    about = word.core_properties
    about.title, about.language, about.author = document.title, "en-GB", "righthelp"
    about.created = about.modified = NO_DATE
    about.last_modified_by, about.comments = "", ""


def _number_pages(paragraph: Paragraph, version: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph.add_run(f"righthelp {version}    page ")
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            one = OxmlElement("w:fldChar")
            one.set(qn("w:fldCharType"), kind)
        else:
            one = OxmlElement("w:instrText")
            one.text = text
        run._r.append(one)


def _still(data: bytes) -> bytes:
    """The same archive with the same dates in it every time."""
    import zipfile

    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            name = zipfile.ZipInfo(info.filename, date_time=(2000, 1, 1, 0, 0, 0))
            name.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(name, source.read(info.filename))
    return out.getvalue()
