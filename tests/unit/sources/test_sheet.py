"""Files that are no sheet, or that would fill the memory, are refused with a reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from righthelp.onsite.findings import FindingLog, RecordsRefused
from righthelp.onsite.sources.sheet import name_column, open_workbook
from tests.unit.sources.small_sheet import read_sheet, write_sheet


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def make_bomb() -> bytes:
    """A small file that unpacks to 30 MB of blanks."""
    return zip_of(xl__workbook=b"<workbook/>", xl__worksheets__sheet1=b" " * 30_000_000)


def make_far_cell() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = "group"
    book.active["XFD1048576"] = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_lying_zip() -> bytes:
    """An entry whose size in the directory is not its size."""
    data = bytearray(zip_of(xl__workbook=b"<workbook/>", xl__big=b"x" * 100_000))
    size = (100_000).to_bytes(4, "little")
    return bytes(data.replace(size, (10).to_bytes(4, "little")))


def make_many_entries() -> bytes:
    return zip_of(xl__workbook=b"", **{f"part{number}": b"" for number in range(2_100)})


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (make_bomb, "would unpack"),
        (make_far_cell, "far outside the table"),
        (make_lying_zip, ""),
        (make_many_entries, "would unpack"),
        (lambda: zip_of(content=b"<document/>"), "not an .xlsx workbook"),
        (lambda: b"PK\x03\x04 broken", ""),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old .xls"),
    ],
    ids=["bomb", "far cell", "lying sizes", "many entries", "no workbook", "broken", "old"],
)
def test_a_file_that_cannot_be_meant_is_refused(
    make: Callable[[], bytes], why: str, tmp_path: Path
) -> None:
    path = tmp_path / "counts.xlsx"
    path.write_bytes(make())
    assert path.stat().st_size < 400_000
    with pytest.raises(RecordsRefused, match="damaged or not what its name says") as refused:
        read_sheet(path)
    assert why in refused.value.findings[0].value


def test_a_missing_and_an_empty_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused, match="not found"):
        read_sheet(tmp_path / "counts.xlsx")
    (tmp_path / "counts.xlsx").write_bytes(b"")
    with pytest.raises(RecordsRefused, match="empty"):
        read_sheet(tmp_path / "counts.xlsx")


def test_what_a_file_is_shows_in_its_content_not_in_its_name(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "counts.xlsx")
    path.rename(tmp_path / "counts.csv")
    assert len(read_sheet(tmp_path / "counts.csv").seen) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_file_in_many_forms(encoding: str, delimiter: str, end: str, tmp_path: Path) -> None:
    lines = (("group", "before"), ("séen", "1"))
    text = end.join(delimiter.join(line) for line in lines)
    (tmp_path / "c.csv").write_bytes(text.encode(encoding))
    book = open_workbook(tmp_path / "c.csv", table="counts", log=FindingLog())
    assert book is not None
    assert book.sheets[0].rows == lines


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [name_column(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
