"""The tables as shown and as files: numbers as text in one place, withheld never a number."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from righthelp.evidence import gather
from righthelp.evidence.counts import Count
from righthelp.report import write_tables
from righthelp.report.cells import Cell, Heading, Ratio, show
from righthelp.report.tables import list_all
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
NUMBER = Heading("n", "People", "number")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Count(1240, "rounded"), "1,240"),
        (Count(0, "rounded"), "0"),
        (Count(None, "suppressed"), "withheld"),
        (Count(None, "not_collected"), "not collected"),
        (Count(None, "not_estimable"), "not estimable here"),
        (Count(130, "rounded", 4, 2), "130 (2\u00a0withheld)"),
        (Ratio(math.log(0.5), math.log(0.4), math.log(0.625)), "0.50 (0.40\u00a0to\u00a00.62)"),
        (Ratio(math.log(0.78)), "0.78 (no\u00a0interval)"),
        (Ratio(-0.1, -0.2, -0.003), "0.90 (0.82\u00a0to\u00a00.997)"),
        (Ratio(None), "not estimable here"),
        (Ratio(0.0, span=(-0.1, 0.1)), "0.90\u00a0to\u00a01.11 (range)"),
        (-12, "\u221212"),
        ("as it is", "as it is"),
        (None, ""),
    ],
)
def test_a_cell_becomes_text(cell: Cell, text: str) -> None:
    assert show(cell, NUMBER) == text


def test_a_median_has_no_idle_nought() -> None:
    median = Heading("median", "Median", "number", 1, short=True)
    assert show(Count(3.0, "rounded"), median) == "3"
    assert show(Count(3.5, "rounded"), median) == "3.5"
    assert show(Count(10.0, "rounded"), median) == "10"


def test_every_table_shown_is_written(tmp_path: Path) -> None:
    evidence = gather(STUDY, make_returns(STUDY))
    paths = write_tables(evidence, tmp_path / "tables")
    assert {path.stem for path in paths} == {table.name for table in list_all(evidence)}
    for path, table in zip(paths, list_all(evidence), strict=True):
        with path.open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(table.rows)


def test_a_withheld_number_is_empty_in_a_file_and_has_its_state(tmp_path: Path) -> None:
    evidence = gather(STUDY, make_returns(STUDY))
    write_tables(evidence, tmp_path)
    with (tmp_path / "flow.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["step"]: row for row in csv.DictReader(file)}
    died = rows["left out: died before the end of the after window"]
    assert (died["hillview"], died["hillview_state"]) == ("", "suppressed")
    assert (died["riverside"], died["riverside_state"]) == ("10.0", "rounded")
    assert (died["all_sites"], died["all_sites_withheld"]) == ("20.0", "2")


def test_ratios_are_written_in_full(tmp_path: Path) -> None:
    evidence = gather(STUDY, make_returns(STUDY))
    write_tables(evidence, tmp_path)
    with (tmp_path / "twins.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert float(first["adjusted_rr"]) == pytest.approx(math.exp(-0.015), rel=1e-12)
    half = 1.959963984540054 * 1.05 / math.sqrt(420)
    assert float(first["adjusted_low"]) == pytest.approx(math.exp(-0.015 - half), rel=1e-9)
