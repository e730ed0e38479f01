"""What could name a person is refused wherever it stands in a file that leaves the practice."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhs_number.validate import is_valid
from openpyxl.comments import Comment

from righthelp.errors import DisclosureRefused
from righthelp.onsite.sources.identifiers import find_nhs_numbers, is_naming_header
from tests.unit.sources.small_sheet import read_form, read_sheet, write_sheet

# the example of the NHS Data Dictionary
NUMBER = "9434765919"


@pytest.mark.parametrize(
    "cell",
    [
        9434765919,
        9434765919.0,
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "943\u00a0476\u00a05919",
        "NHS no. 943 476 5919 (checked)",
        "9434765919.0",
        "943 \u2013 476 \u2013 5919".replace(" \u2013 ", "\u2013"),
    ],
)
def test_an_nhs_number_is_known_however_it_is_written(cell: object) -> None:
    assert find_nhs_numbers(cell) == [NUMBER]


@pytest.mark.parametrize(
    "cell",
    [
        "9434765918",  # the check digit is wrong
        9434765918,
        "94347659190",  # eleven digits
        "19434765919",
        "0.9434765919",  # decimals
        943476591,
        "1234",
        None,
        True,
        date(2023, 1, 10),
        datetime(2023, 1, 10, 10, 30),  # noqa: DTZ001
        "2023-01-10 10:30",
        float("nan"),
        1e300,
    ],
)
def test_other_cells_are_not_taken_for_one(cell: object) -> None:
    assert find_nhs_numbers(cell) == []


@given(st.integers(0, 2**32), st.sampled_from(["{}", "no {} x", "{}\n"]))
def test_every_valid_number_is_found(seed: int, frame: str) -> None:
    digits = make_number(seed)
    assert find_nhs_numbers(frame.format(digits)) == [digits]
    assert find_nhs_numbers(float(digits)) == ([digits] if digits[0] != "0" else [])


def make_number(seed: int) -> str:
    """A number with the right check digit (modulus 11), made without the package."""
    body = f"{4_000_000_00 + seed % 400_000_000:09d}"
    while True:
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
        if check != 10:
            return f"{body}{0 if check == 11 else check}"
        body = f"{int(body) + 1:09d}"


def test_the_package_agrees_with_the_rule() -> None:
    assert all(is_valid(make_number(seed)) for seed in range(0, 10**8, 999_983))


@pytest.mark.parametrize(
    "name", ["NHS number", "nhs_no", " NHS No.", "Surname", "D.O.B.", "Date of birth:", "Post code"]
)
def test_headers_that_name_people(name: str) -> None:
    assert is_naming_header(name)


@pytest.mark.parametrize("name", ["before", "row_label", "age_band", "practice name code", None])
def test_headers_that_do_not(name: object) -> None:
    assert not is_naming_header(name)


def test_all_places_are_named_at_once_and_only_three_digits_are_shown(tmp_path: Path) -> None:
    """Any column, any sheet, the header, a comment, the name of a sheet."""
    path = write_sheet(tmp_path / "counts.xlsx", {"A3": "943 476 5919", "K1": "Surname"})
    book = openpyxl.load_workbook(path)
    book["counts"]["H2"].comment = Comment("call 943-476-5919", "me")
    notes = book.create_sheet("9434765919")
    notes["C4"] = 9434765919
    notes.sheet_state = "hidden"
    book.save(path)
    with pytest.raises(DisclosureRefused) as refused:
        read_sheet(path)
    said = str(refused.value)
    places = [problem.where for problem in refused.value.problems]
    assert len(places) == 5
    assert "cell A3" in said
    assert "cell K1" in said
    assert "cell C4" in said
    assert any("comments" in place for place in places)
    assert "ending 919" in said
    assert not re.search(r"943\D?476", said)


def test_a_number_in_a_csv_file_and_in_a_form_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "row_label,group,before,after\n943 476 5919,seen,1,1\n", encoding="utf-8"
    )
    with pytest.raises(DisclosureRefused, match="cell A2"):
        read_sheet(tmp_path / "c.csv")
    (tmp_path / "s.csv").write_text(
        "group,mean_before,mean_after,who\nseen,1,2,9434765919\n", encoding="utf-8"
    )
    with pytest.raises(DisclosureRefused, match="cell D2"):
        read_form(tmp_path / "s.csv")
