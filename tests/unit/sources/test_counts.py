"""A sheet of counts as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from righthelp.onsite.sources.counts import SiteCounts
from tests.unit.sources.small_sheet import HEADER, ROWS, read_sheet, write_sheet

CSV = """row_label,group,ongoing,before,after,earlier,months_before,months_after,sex,age_band
1,seen,no,6,3,2,,,female,40-64
2,seen,yes,4,4,3,6,2.5,male,65-79
3,reference,,1,2,0,,,female,40-64
4,reference,,0,1,1,6,6,male,40-64
"""


def as_lists(counts: SiteCounts) -> dict[str, list[float]]:
    return {
        name: getattr(counts, name).tolist()
        for name in (
            "seen",
            "ongoing",
            "before",
            "after",
            "earlier",
            "months_before",
            "months_after",
            "ladder",
            "person",
        )
    }


def test_the_rows_become_arrays_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    counts = read_sheet(write_sheet(tmp_path / "counts.xlsx"))
    assert as_lists(counts) == {
        "seen": [True, True, False, False],
        "ongoing": [False, True, False, False],
        "before": [6, 4, 1, 0],
        "after": [3, 4, 2, 1],
        "earlier": [2, 3, 0, 1],
        "months_before": [6, 6, 6, 6],
        "months_after": [6, 2.5, 6, 6],
        "ladder": [[0, 0, 0], [2, 1, 0], [0, 0, 0], [1, 0, 0]],
        "person": [0, 1, 2, 3],
    }
    assert counts.has_earlier
    assert counts.before.dtype == np.float64
    assert len(counts.checksums["counts.xlsx"]) == 64


def test_the_same_sheet_as_csv_gives_the_same_arrays(tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(CSV, encoding="utf-8")
    from_csv = read_sheet(tmp_path / "counts.csv")
    from_xlsx = read_sheet(write_sheet(tmp_path / "counts.xlsx"))
    assert as_lists(from_csv) == as_lists(from_xlsx)


def test_only_the_first_columns_are_needed(tmp_path: Path) -> None:
    """Without strata everybody is in one; without earlier counts they are NaN and flagged."""
    rows = tuple(row[1:2] + row[3:5] for row in ROWS)
    path = write_sheet(tmp_path / "c.xlsx", header=("group", "before", "after"), rows=rows)
    counts = read_sheet(path)
    assert not counts.has_earlier
    assert np.isnan(counts.earlier).all()
    assert counts.ladder.tolist() == [[0, 0, 0]] * 4
    assert counts.months_after.tolist() == [6] * 4
    lacking = {row["column"] for row in counts.supply if row["table"] == "counts"} - {None}
    said = {row["column"] for row in counts.supply if row["table"] == "counts" and row["supplied"]}
    assert {"group", "before", "after", "group seen", "group reference"} == said - {None}
    assert {"earlier", "months_after", "sex"} <= lacking - said


def test_headers_and_words_may_be_the_sites_own(tmp_path: Path) -> None:
    """The header is not on the first line, and is written in the site's words."""
    book = openpyxl.Workbook()
    book.active.append(["Counts for the study"])
    sheet = book.create_sheet("Data")
    for row in (
        ["made in May"],
        [],
        ["Arm", "GP contacts  before", "AFTER", "Age  band"],
        ["Cases", 3, 2, "10-19"],
        ["Controls", 1, 1, "20-29"],
    ):
        sheet.append(row)
    book.save(tmp_path / "ours.xlsx")
    site_map = {
        "counts": {
            "columns": {"group": "arm", "before": "GP Contacts Before"},
            "values": {"group": {"cases": "seen", "controls": "reference"}},
        }
    }
    counts = read_sheet(tmp_path / "ours.xlsx", site_map=site_map)
    assert counts.seen.tolist() == [True, False]
    assert counts.before.tolist() == [3, 1]
    assert counts.ladder.tolist() == [[0, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize(("months", "kept"), [(6.2, 6.0), (0.5, 0.5)])
def test_months_made_from_days_may_exceed_the_window_a_little(
    months: float, kept: float, tmp_path: Path
) -> None:
    counts = read_sheet(write_sheet(tmp_path / "c.xlsx", {"G2": months}))
    assert counts.findings == ()
    assert counts.months_before[0] == kept


def test_a_person_without_a_count_after_is_left_out_and_accounted_for(tmp_path: Path) -> None:
    counts = read_sheet(write_sheet(tmp_path / "c.xlsx", {"E3": None}))
    assert counts.before.tolist() == [6, 1, 0]
    assert (counts.ledger[0].rows_in, counts.ledger[0].left_out) == (4, {"count_missing": 1})


def test_an_age_band_that_became_a_date_is_unknown(tmp_path: Path) -> None:
    """A spreadsheet turns 10-19 into October 2019."""
    from datetime import date

    counts = read_sheet(write_sheet(tmp_path / "c.xlsx", {"J2": date(2019, 10, 1)}))
    assert [(each.kind, each.column) for each in counts.findings] == [("unknown_word", "age_band")]
    assert "format the cells as text" in counts.findings[0].value


def test_whole_numbers_come_as_floats_and_stay_whole(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "c.xlsx", {"A2": 7.0, "D2": 12.0, "D3": " 4\u00a0"})
    counts = read_sheet(path)
    assert counts.findings == ()
    assert counts.before[:2].tolist() == [12, 4]
    assert HEADER[3] == "before"
