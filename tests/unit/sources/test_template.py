"""The empty sheets: made from the declarations and the study, filled in and read back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.template import write_counts_template, write_summary_template
from righthelp.protocol.records import COUNTS, SUMMARY
from tests.unit.sources.small_sheet import ROWS, SUMMARY_ROWS, read_form, read_sheet
from tests.unit.sources.small_site import make_study


@pytest.fixture
def counts_path(tmp_path: Path) -> Path:
    path = tmp_path / "counts.xlsx"
    write_counts_template(make_study(route="counts", windows={"after_months": 5}), path)
    return path


def test_the_first_line_is_for_machines_and_is_frozen(counts_path: Path) -> None:
    sheet = openpyxl.load_workbook(counts_path)["counts"]
    assert tuple(cell.value for cell in sheet[1]) == COUNTS.names
    assert sheet.freeze_panes == "A2"
    said = [str(cell.comment.text) for cell in sheet[1] if cell.comment]
    assert len(said) == len(COUNTS.names)
    assert said[1].startswith("Seen by the link worker")


def test_another_reader_opens_it_too(counts_path: Path) -> None:
    book = CalamineWorkbook.from_path(str(counts_path))
    assert book.sheet_names == ["counts", "notes"]
    assert tuple(book.get_sheet_by_name("counts").to_python()[0]) == COUNTS.names


def test_what_is_typed_is_checked(counts_path: Path) -> None:
    """Lists for words, whole numbers of zero or more, months no longer than the window."""
    sheet = openpyxl.load_workbook(counts_path)["counts"]
    rules = {
        str(rule.sqref)[0]: (rule.type, rule.formula1, rule.formula2)
        for rule in sheet.data_validations.dataValidation
    }
    assert rules == {
        "B": ("list", '"seen,reference"', None),
        "C": ("list", '"yes,no"', None),
        "D": ("whole", "0", None),
        "E": ("whole", "0", None),
        "F": ("whole", "0", None),
        "G": ("decimal", "0", "6"),
        "H": ("decimal", "0", "5"),
        "I": ("list", '"female,male,intersex,unknown"', None),
    }
    assert sheet["J2"].number_format == "@"


def test_the_notes_say_which_dates_are_meant_and_what_never_to_enter(counts_path: Path) -> None:
    """Index month March 2023, six months before and five after, the months written by hand."""
    notes = openpyxl.load_workbook(counts_path)["notes"]
    text = "\n".join(str(row[0]) for row in notes.iter_rows(values_only=True) if row[0])
    assert "Never enter a name, an NHS number, a date of birth" in text
    assert "index month 1 March 2023 to 31 March 2023" in text
    assert "Before: 1 September 2022 to 28 February 2023." in text
    assert "After: 1 April 2023 to 31 August 2023." in text
    assert "Earlier: 1 February 2022 to 31 July 2022" in text
    assert "Appointments with a GP." in text
    assert "at most one contact a person a day" in text


def test_the_notes_for_an_index_day(tmp_path: Path) -> None:
    study = make_study(
        route="counts",
        index={"anchor": "date", "index_from": "2023-01-01", "index_to": "2023-03-01"},
        windows={"washout_days": 14},
    )
    write_counts_template(study, tmp_path / "c.xlsx")
    notes = openpyxl.load_workbook(tmp_path / "c.xlsx")["notes"]
    text = "\n".join(str(row[0]) for row in notes.iter_rows(values_only=True) if row[0])
    assert "the 6 months ending the day before it" in text
    assert "beginning 14 days later" in text


def test_an_empty_template_says_that_it_is_empty(counts_path: Path) -> None:
    with pytest.raises(RecordsRefused, match="no usable row"):
        read_sheet(counts_path)


def test_a_filled_in_template_is_read_without_a_finding(counts_path: Path) -> None:
    book = openpyxl.load_workbook(counts_path)
    for line, row in enumerate(ROWS, start=2):
        for place, value in enumerate(row, start=1):
            if value is not None:
                book["counts"].cell(row=line, column=place, value=value)
    book["counts"]["H3"] = 5
    book["counts"]["H5"] = 5
    book.save(counts_path)
    counts = read_sheet(counts_path)
    assert counts.findings == ()
    assert counts.before.tolist() == [6, 4, 1, 0]


def test_the_form_is_filled_in_and_read_back(tmp_path: Path) -> None:
    """A group left without figures is left out; the notes name the index month."""
    path = tmp_path / "form.xlsx"
    write_summary_template(make_study(route="summary"), path)
    book = openpyxl.load_workbook(path)
    sheet = book["summary"]
    assert tuple(cell.value for cell in sheet[1]) == SUMMARY.names
    assert [sheet.cell(row=line, column=1).value for line in (2, 3, 4)] == [
        "seen",
        "reference",
        "population",
    ]
    for line, row in enumerate(SUMMARY_ROWS, start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(row=line, column=place, value=value)
    book.save(path)
    form = read_form(path)
    assert form.findings == ()
    assert set(form.rows) == {"seen", "reference"}
    assert form.ledger[0].adds_up
