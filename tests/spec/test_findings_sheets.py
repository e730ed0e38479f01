"""What is odd in a hand-kept sheet or form, and what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from righthelp.onsite.findings import KINDS, Finding, RecordsRefused
from righthelp.onsite.sources.outcome_kinds import OUTCOME_KINDS
from righthelp.onsite.sources.system_kinds import SYSTEM_KINDS
from tests.spec.test_findings import CASES as RECORD_CASES
from tests.unit.sources.small_sheet import (
    HEADER,
    ROWS,
    SUMMARY_HEADER,
    SUMMARY_ROWS,
    read_form,
    read_sheet,
    write_sheet,
)


@dataclass(frozen=True)
class Case:
    """Cells that differ from the good sheet, and the finding they must raise."""

    kind: str
    cells: Mapping[str, object] = field(default_factory=dict)
    column: str = ""
    row: int | None = None
    n_rows: int = 1
    shows: str = ""


COUNTS_CASES = (
    Case("column_missing", {"D1": "pre"}, "before", 1, 0, "before"),
    Case("column_doubled", {"F1": "Before"}, "before", 1, 0, "D and F"),
    Case("column_not_read", {"K1": "Remarks", "K2": "well"}, "", 1, 0, "Remarks in K"),
    Case("blank_row", {"A8": 5, "B8": "reference", "D8": 0, "E8": 0, "F8": 0}, "", None, 2),
    Case("group_unknown", {"B3": "cases"}, "group", 3, shows="cases"),
    Case("answer_unknown", {"C3": "perhaps"}, "ongoing", 3, shows="perhaps"),
    Case("unknown_word", {"I3": "X"}, "sex", 3, shows="X"),
    Case("number_negative", {"D3": -1}, "before", 3, shows="-1"),
    Case("number_fractional", {"D3": 2.5}, "before", 3, shows="2.5"),
    Case("not_a_number", {"D3": "many"}, "before", 3, shows="many"),
    Case("thousands_comma", {"D3": "1,024"}, "before", 3, shows="1,024"),
    Case("count_missing", {"E3": None}, "after", 3),
    Case("count_high", {"E2": 121}, "after", 2, shows="121"),
    Case("count_without_time", {"H3": 0}, "after", 3, shows="4"),
    Case("months_too_long", {"G3": 7}, "months_before", 3, shows="7 of 6"),
    Case("label_doubled", {"A3": 1}, "row_label", 3, shows="1, also line 2"),
    Case("label_missing", {"A3": None}, "row_label", 3),
    Case("column_all_zero", {"F2": 0, "F3": 0, "F5": 0}, "earlier", None, 4),
    Case("earlier_incomplete", {"F4": None}, "earlier", None, 1),
    Case("group_missing", {"B2": "reference", "B3": "reference"}, "group", None, 0, "seen"),
)
SUMMARY_CASES = (
    Case("group_doubled", {"A3": "seen"}, "group", 3, shows="seen"),
    Case("group_unknown", {"A3": "controls"}, "group", 3, shows="controls"),
    Case("group_missing", {"A2": "population"}, "group", None, 0, "seen"),
    Case("figure_missing", {"C2": None}, "mean_before", 2),
    Case("number_out_of_range", {"G2": 1.5}, "correlation", 2, shows="1.5"),
    Case("not_a_number", {"D2": "n/a"}, "sd_before", 2, shows="n/a"),
)


def check_case(case: Case, read: Callable[[], tuple[Finding, ...]]) -> None:
    """One finding of the kind, with its place; an error exactly when it is refused."""
    if KINDS[case.kind].effect == "refused":
        with pytest.raises(RecordsRefused) as refused:
            read()
        findings = refused.value.findings
    else:
        findings = read()
    found = [each for each in findings if each.kind == case.kind]
    assert len(found) == 1, f"found {[each.kind for each in findings]}"
    assert (found[0].column, found[0].row, found[0].n_rows) == (case.column, case.row, case.n_rows)
    assert case.shows in found[0].value


@pytest.mark.parametrize("case", COUNTS_CASES, ids=lambda case: case.kind)
def test_a_cell_of_the_counts_is_named(case: Case, tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "counts.xlsx", case.cells)

    def read() -> tuple[Finding, ...]:
        counts = read_sheet(path)
        assert counts.ledger[0].adds_up
        assert counts.ledger[0].kept == len(counts.seen)
        return counts.findings

    check_case(case, read)


@pytest.mark.parametrize("case", SUMMARY_CASES, ids=lambda case: case.kind)
def test_a_cell_of_the_form_is_named(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_sheet(path, case.cells, header=SUMMARY_HEADER, rows=SUMMARY_ROWS, name="summary")
    check_case(case, lambda: read_form(path).findings)


def test_a_csv_file_that_is_not_utf8_is_read_as_windows_1252(tmp_path: Path) -> None:
    """An age band with a dash, saved by a spreadsheet program on Windows."""
    path = tmp_path / "counts.csv"
    lines = [",".join(HEADER), "1,seen,no,6,3,2,,,female,40\u201364"]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    found = [(each.kind, each.effect) for each in read_sheet(path).findings]
    assert found == [("encoding_guessed", "changed"), ("windows_line_ends", "noted")]


def test_a_workbook_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "other.xlsx", header=("ward", "beds"), rows=((1, 2),))
    with pytest.raises(RecordsRefused, match="No sheet has the template's columns"):
        read_sheet(path)


def test_all_wrong_cells_come_at_once_and_long_lists_are_cut(tmp_path: Path) -> None:
    """Twenty cells of a kind and column are named one by one, the rest are counted."""
    rows = tuple((n, "seen", "no", -1, 2.5 if n == 7 else 3) for n in range(1, 31))
    path = write_sheet(tmp_path / "counts.xlsx", header=HEADER[:5], rows=rows)
    with pytest.raises(RecordsRefused) as refused:
        read_sheet(path)
    negative = [each for each in refused.value.findings if each.kind == "number_negative"]
    assert [each.row for each in negative] == [*range(2, 22), 22]
    assert negative[-1].value == "and 10 more cells"
    assert sum(each.n_rows for each in negative) == 30
    assert any(each.kind == "number_fractional" for each in refused.value.findings)


def test_every_kind_of_finding_is_raised_by_a_test() -> None:
    """Here or for records; the rest are raised in the named tests of this folder."""
    raised = {case.kind for case in (*RECORD_CASES, *COUNTS_CASES, *SUMMARY_CASES)}
    elsewhere = {"folder_missing", "encoding_guessed", "sheet_missing"}
    of_others = {name for name, *_ in (*SYSTEM_KINDS, *OUTCOME_KINDS)}
    assert raised | elsewhere | of_others == set(KINDS)
    assert not raised & (elsewhere | of_others)


@pytest.mark.parametrize("kind", [name for name, *_ in SYSTEM_KINDS])
def test_every_kind_that_only_extracts_have_is_raised_in_their_tests(kind: str) -> None:
    folder = Path(__file__).parents[1] / "unit" / "sources"
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("test_*.py")]
    assert any(f'"{kind}"' in text for text in texts)


def test_a_sheet_in_order_raises_nothing(tmp_path: Path) -> None:
    counts = read_sheet(write_sheet(tmp_path / "counts.xlsx"))
    assert counts.findings == ()
    assert counts.ledger[0].rows_in == counts.ledger[0].kept == len(ROWS)
