"""A spreadsheet or CSV file as cells, read behind guards against files that unpack to gigabytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from righthelp.onsite.findings import FindingLog
from righthelp.protocol.sitemap import fold_word

MOST_BYTES = 100 * 2**20
MOST_RATIO = 200
MOST_ENTRIES = 2_000
MOST_CELLS = 5_000_000
_HEADER_WITHIN = 20
_SIDE_PARTS = re.compile(r"comments|threadedcomments|persons|drawings/drawing|docprops/", re.I)
_CELL = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]*?\br="([A-Z]{0,3})(\d*)"')


class SheetUnreadableError(Exception):
    """The file cannot be read as a sheet; the text says why, for a finding."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its cells, row by row from the first."""

    name: str
    rows: tuple[tuple[object, ...], ...]

    def find_header(self, names: set[str]) -> int | None:
        """The place of the header row: the first with two or more of the (folded) names."""
        for place, row in enumerate(self.rows[:_HEADER_WITHIN]):
            if len({fold_word(str(cell)) for cell in row if cell is not None} & names) > 1:
                return place
        return None

    def cells(self) -> Iterator[tuple[str, object]]:
        """Every cell that holds something, with its place."""
        for line, row in enumerate(self.rows, start=1):
            for place, cell in enumerate(row):
                if cell not in (None, ""):
                    yield f"sheet {self.name!r}, cell {name_column(place)}{line}", cell


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file, and the text that stands beside the cells (notes, text boxes)."""

    sheets: tuple[Sheet, ...]
    side_texts: tuple[tuple[str, str], ...]

    def cells(self) -> Iterator[tuple[str, object]]:
        """Everything that is written anywhere in the file, with its place."""
        for sheet in self.sheets:
            yield f"the name of sheet {sheet.name!r}", sheet.name
            yield from sheet.cells()
        yield from self.side_texts


def name_column(place: int) -> str:
    """The letters of a column, the first being A."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def open_workbook(path: Path, *, table: str, log: FindingLog) -> Workbook | None:
    """Read an XLSX or CSV file, told apart by content; None, with a finding, when it is no use."""
    if not path.is_file():
        log.add("file_missing", table, file=path.name, value=str(path))
        return None
    size = path.stat().st_size
    if size == 0:
        log.add("file_empty", table, file=path.name)
        return None
    try:
        if size > MOST_BYTES:
            raise SheetUnreadableError("it is larger than 100 MB")
        data = path.read_bytes()
        if data.startswith(b"PK"):
            return _read_xlsx(data)
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise SheetUnreadableError("an old .xls file or one with a password; save it as .xlsx")
        return Workbook((_read_csv(data, path.name, table=table, log=log),), ())
    except SheetUnreadableError as error:
        log.add("file_unreadable", table, file=path.name, value=error)
        return None


def _read_csv(data: bytes, name: str, *, table: str, log: FindingLog) -> Sheet:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            log.add("encoding_guessed", table, file=name)
            text = data.decode("cp1252", errors="replace")
    if text.startswith("\ufeff"):
        log.add("byte_order_mark", table, file=name, row=1)
        text = text[1:]
    if "\r\n" in text:
        log.add("windows_line_ends", table, file=name, n_rows=text.count("\r\n"))
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in text.split("\n") if line.strip(" ,;\t")), "")
    delimiter = max(",\t;|", key=first.count)
    try:
        rows = tuple(
            tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        )
    except csv.Error as error:
        raise SheetUnreadableError(f"it is not a CSV file: {error}") from None
    return Sheet(name, rows)


def _read_xlsx(data: bytes) -> Workbook:
    sides = _guard_zip(data)
    from python_calamine import CalamineError, CalamineWorkbook, ZipError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = tuple(
            Sheet(
                name,
                tuple(
                    tuple(None if cell == "" else cell for cell in row)
                    for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ),
            )
            for name in book.sheet_names
        )
    except (CalamineError, ZipError, ValueError, OSError) as error:
        raise SheetUnreadableError(str(error)) from None
    return Workbook(sheets, sides)


def _guard_zip(data: bytes) -> tuple[tuple[str, str], ...]:
    """Refuse what would unpack to more than can be meant; returns the notes beside the cells."""
    sides: list[tuple[str, str]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or total > MOST_BYTES:
                raise SheetUnreadableError("it would unpack to far more than a sheet of counts")
            if total > 2**20 and total > MOST_RATIO * len(data):
                raise SheetUnreadableError("it would unpack to far more than a sheet of counts")
            if "xl/workbook.xml" not in archive.namelist():
                raise SheetUnreadableError("it is not an .xlsx workbook; save it as .xlsx or CSV")
            for entry in entries:
                lower = entry.filename.lower()
                if entry.flag_bits & 1:
                    raise SheetUnreadableError("it has a password; save it without one")
                content = archive.read(entry)  # checks length and CRC, so the sizes above are true
                if lower.startswith("xl/worksheets/"):
                    _guard_sheet(content)
                elif _SIDE_PARTS.search(lower) and lower.endswith((".xml", ".vml")):
                    text = content.decode("utf-8", errors="replace")
                    sides += [
                        (f"the notes ({entry.filename})", part)
                        for part in re.findall(r">([^<>]*\d[^<>]*)<", text)
                    ]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SheetUnreadableError(str(error)) from None
    return tuple(sides)


def _guard_sheet(content: bytes) -> None:
    """Refuse a sheet whose last cell lies so far out that its rectangle would fill the memory."""
    widest = tallest = n_cells = 0
    for letters, digits in _CELL.findall(content):
        n_cells += 1
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        widest, tallest = max(widest, column), max(tallest, int(digits or 0))
    if max(widest, 1) * max(tallest, 1) > MOST_CELLS or n_cells > MOST_CELLS:
        raise SheetUnreadableError("a cell far outside the table holds something; delete it")
