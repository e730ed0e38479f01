"""The data dictionary: one line for every column of every CSV that is written, and no other."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.report import write_tables
from righthelp.report.cells import Heading, ShownTable
from righthelp.report.dictionary import describe_columns, has_meaning, list_dictionary
from righthelp.report.tables import list_all
from righthelp.returns.columns import STATES
from righthelp.returns.tables import Released
from tests.unit.evidence.test_scheme import list_practice
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()


@cache
def gather_eight() -> Evidence:
    """The eight sites, one of them with a series of months."""

    def add(released: Released) -> Released:
        if released.site != "riverside":
            return released
        rows = tuple(list_practice(1, site="riverside", start=30))
        return Released(released.site, {**released.tables, "series": rows}, released.provenance)

    return gather(STUDY, [add(one) for one in make_returns(STUDY)])


def test_every_column_that_is_written_has_one_line_and_no_line_is_without_a_column(
    tmp_path: Path,
) -> None:
    evidence = gather_eight()
    written = []
    for path in write_tables(evidence, tmp_path):
        with path.open(encoding="utf-8", newline="") as file:
            written += [(path.stem, column) for column in next(csv.reader(file))]
    lines = [(str(row[0]), str(row[1])) for row in list_dictionary(evidence).rows]
    assert Counter(lines) == Counter(written)
    assert max(Counter(written).values()) == 1
    assert lines == written


def test_every_heading_has_a_meaning_of_its_own() -> None:
    lacking = [
        (table.name, heading.key)
        for table in list_all(gather_eight())
        for heading in table.headings
        if not has_meaning(table.name, heading)
    ]
    assert lacking == []


def test_a_heading_nobody_described_means_what_its_label_says() -> None:
    heading = Heading("depth", "Depth of the pond", "number")
    (line,) = describe_columns(ShownTable("pond", "The pond", (heading,), ((3.5,),)))
    assert not has_meaning("pond", heading)
    assert (line.type, line.unit, line.meaning) == ("number", "", "Depth of the pond")


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("change", "fell", {"type": "number", "unit": "people"}),
        ("change", "fell_state", {"type": "text", "unit": "", "states": ", ".join(STATES)}),
        ("change", "fell_withheld", {"type": "integer", "unit": "sites"}),
        ("change", "adjusted_rr", {"type": "number", "unit": "ratio"}),
        ("change", "site", {"type": "text", "unit": "", "states": ""}),
        ("questions", "site", {"meaning": "The site"}),
        ("estimates", "n", {"type": "integer", "unit": "people"}),
        ("estimates", "log_rr", {"type": "number", "unit": "log ratio"}),
        ("course", "riverside_seen", {"type": "number", "unit": "contacts per 100 people"}),
        ("capacity", "capacity_low", {"type": "number", "unit": "contacts per 100 people"}),
        ("series", "practices", {"type": "integer", "unit": "practices"}),
        ("found", "seen", {"type": "number", "unit": "per 100 people"}),
    ],
)
def test_a_line_says_what_the_column_is(table: str, column: str, expected: dict[str, Any]) -> None:
    shown = list_dictionary(gather_eight())
    names = [heading.key for heading in shown.headings]
    found = [dict(zip(names, row, strict=True)) for row in shown.rows]
    (line,) = [one for one in found if (one["table"], one["column"]) == (table, column)]
    assert {name: line[name] for name in expected} == expected


def test_a_dash_that_stands_for_a_number_is_told() -> None:
    (line,) = [
        one
        for table in list_all(gather_eight())
        if table.name == "flow"
        for one in describe_columns(table)
        if one.column == "city"
    ]
    assert line.states == "given or rounded; empty in any other state; or the text “–”"


def test_what_is_written_is_of_the_type_that_its_line_says(tmp_path: Path) -> None:
    evidence = gather_eight()
    write_tables(evidence, tmp_path)
    for table in list_all(evidence):
        kinds = {one.column: one for one in describe_columns(table)}
        with (tmp_path / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for column, value in row.items():
                    line = kinds[column]
                    if line.type == "text" or value in ("", "–"):
                        continue
                    float(value)
                    assert line.type == "number" or value.lstrip("-").isdigit()
