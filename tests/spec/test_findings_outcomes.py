"""What is odd in scores and answers, and what is done about it: each kind at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.engine import open_engine
from righthelp.onsite.findings import Finding, FindingLog, RecordsRefused, refuse_if_blocked
from righthelp.onsite.sources.columns import ColumnCheck
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.outcome_checks import check_outcomes
from righthelp.onsite.sources.outcome_kinds import OUTCOME_KINDS
from righthelp.protocol.outcomes import Outcomes
from righthelp.protocol.records import OUTCOME_ITEMS, OUTCOMES
from righthelp.protocol.sitemap import SiteMap

GOOD = (
    "1,2023-03-01,ucla3,,5",
    "1,2023-03-01,ONS4 Anxious,,7",
    "1,2023-03-01,swemwbs,raw,21",
    "1,2023-09-01,swemwbs,metric,22.35",
    "2,2023-03-01,PAM,13,56.4",
    "2,2023-03-01,eq5d5l_vas,,80",
    "2,2023-03-01,care,,41.11",
)
GOOD_ITEMS = (
    "1,2023-03-01,ucla3,,1,2",
    "1,2023-03-01,ucla3,,2,3",
    "1,2023-03-01,ucla3,,3,",
    "1,2023-03-01,EQ-5D-5L,,Self-care,2",
    "1,2023-03-01,MYCaW,,Concern 1,6",
)


@dataclass(frozen=True)
class Case:
    """Rows added to the good ones, the one kind that they raise, and how many of them are kept."""

    kind: str
    rows: Sequence[str]
    n_rows: int
    kept: int
    column: str
    shows: str = ""
    outcomes: dict[str, Any] = field(default_factory=dict)


SCORES = (
    Case("score_missing", ["3,2023-03-01,ucla3,,"], 1, 0, "score"),
    Case("score_out_of_range", ["3,2023-03-01,ucla3,,2"], 1, 0, "score", "ucla3 2"),
    Case("score_out_of_range", ["3,2023-03-01,pam,,101"], 1, 0, "score", "pam 101"),
    Case("score_not_possible", ["3,2023-03-01,ucla3,,4.5"], 1, 0, "score", "ucla3 4.5"),
    Case("score_not_possible", ["3,2023-03-01,swemwbs,,20"], 1, 0, "score", "swemwbs 20"),
    Case("score_not_possible", ["3,2023-03-01,swemwbs,metric,17.9"], 1, 0, "score"),
    Case("score_not_possible", ["3,2023-03-01,swemwbs,Raw,17.98"], 1, 0, "score"),
    Case(
        "score_doubled",
        ["3,2023-03-01,ucla3,,5", "3,2023-03-01,ucla3,,6", "3,2023-03-02,ucla3,,6"],
        2,
        1,
        "score",
        "ucla3 5.0, ucla3 6.0",
    ),
    Case(
        "score_doubled",
        ["3,2023-03-01,swemwbs,raw,20", "3,2023-03-01,swemwbs,,19.25"],
        2,
        0,
        "score",
    ),
    Case("version_unknown", ["3,2023-03-01,pam,22,50"], 1, 1, "version", "pam 22"),
    Case(
        "versions_mixed",
        ["3,2023-03-01,pam,10,50", "3,2023-09-01,pam,13,60"],
        2,
        2,
        "version",
        "pam 10, pam 13",
    ),
    Case(
        "utility_without_value_set",
        ["3,2023-03-01,eq5d5l_utility,,0.7", "3,2023-03-02,eq5d5l_utility,x,0.7"],
        2,
        0,
        "version",
    ),
    Case(
        "utility_without_value_set",
        ["3,2023-03-01,eq5d5l_utility,made up 2,0.7", "3,2023-03-01,eq5d5l_utility,Made up 1,0.7"],
        1,
        1,
        "version",
        "made up 2",
        {"value_set": {"eq5d5l": {"path": "x.csv", "version": "made up 1"}}},
    ),
    Case(
        "instrument_not_used",
        ["3,2023-03-01,mycaw_wellbeing,,3"],
        1,
        0,
        "instrument",
        "mycaw_wellbeing",
        {"instruments": ["ucla3", "ons4", "swemwbs", "pam", "eq5d5l", "care"]},
    ),
)
ITEMS = (
    Case("items_not_allowed", ["3,2023-03-01,pam,,1,2"], 1, 1, "instrument", "pam"),
    Case("item_unknown", ["3,2023-03-01,ucla3,,4,2"], 1, 0, "item", "ucla3 4"),
    Case("item_unknown", ["3,2023-03-01,ucla3,,vas,2"], 1, 0, "item", "ucla3 vas"),
    Case(
        "answer_out_of_range",
        ["3,2023-03-01,ucla3,,1,4", "3,2023-03-01,ucla3,,2,1.5"],
        2,
        2,
        "answer",
        "ucla3 1: 4.0, ucla3 2: 1.5",
    ),
    Case(
        "answers_disagree",
        [
            "3,2023-03-01,ucla3,,1,2",
            "3,2023-03-01,ucla3,,1,3",
            "3,2023-03-01,ucla3,,2,3",
            "3,2023-03-02,ucla3,,2,3",
        ],
        3,
        1,
        "answer",
    ),
    Case(
        "instrument_not_used",
        ["3,2023-03-01,care,,1,2"],
        1,
        0,
        "instrument",
        "care",
        {"instruments": ["ucla3", "eq5d5l", "mycaw_concern_1"]},
    ),
)


def read(
    folder: Path, scores: Sequence[str], items: Sequence[str], outcomes: Outcomes
) -> tuple[tuple[Finding, ...], dict[str, list[tuple[Any, ...]]]]:
    """The findings, and the rows that are kept."""
    files = {OUTCOMES: scores, OUTCOME_ITEMS: items}
    log = FindingLog()
    with open_engine(threads=1) as engine:
        columns = "(name VARCHAR, row_id BIGINT, kind VARCHAR)"
        engine.execute(f"CREATE OR REPLACE TABLE read_left_out {columns}")
        engine.execute("SET preserve_insertion_order = true")
        site_map = SiteMap()
        landing = Landing(engine, site_map=site_map, scratch=folder, log=log)
        landed: dict[str, Landed] = {}
        for table, lines in files.items():
            path = folder / f"{table.name}.csv"
            path.write_text("\n".join([",".join(table.names), *lines]) + "\n", encoding="utf-8")
            landed[table.name] = landing.land(table, (path,) if lines else ())
        check = ColumnCheck(engine, site_map, log, date(2024, 1, 1), date(2024, 6, 1))
        for one in landed.values():
            check.check(one)
        check_outcomes(check, landed, outcomes=outcomes)
        kept = {
            name: engine.rows(
                f"SELECT {', '.join(one.table.names)} FROM {one.name} WHERE rowid NOT IN "
                "(SELECT row_id FROM read_left_out WHERE name = ?) ORDER BY rowid",
                [name],
            )
            for name, one in landed.items()
        }
    return log.findings, kept


def check_case(case: Case, table: str, found: tuple[Finding, ...], kept: int) -> None:
    (finding,) = found
    assert (finding.kind, finding.table, finding.column) == (case.kind, table, case.column)
    assert finding.n_rows == case.n_rows
    assert case.shows in finding.value
    assert kept == case.kept


@pytest.mark.parametrize("case", SCORES, ids=lambda case: case.kind)
def test_odd_scores(case: Case, tmp_path: Path) -> None:
    rows = [*GOOD, *case.rows]
    found, kept = read(tmp_path, rows, (), Outcomes.model_validate(case.outcomes))
    check_case(case, "outcomes", found, len(kept["outcomes"]) - len(GOOD))


@pytest.mark.parametrize("case", ITEMS, ids=lambda case: case.kind)
def test_odd_answers(case: Case, tmp_path: Path) -> None:
    rows = [*GOOD_ITEMS, *case.rows]
    found, kept = read(tmp_path, (), rows, Outcomes.model_validate(case.outcomes))
    check_case(case, "outcome_items", found, len(kept["outcome_items"]) - len(GOOD_ITEMS))


def test_rows_that_are_in_order_raise_nothing_and_are_all_kept(tmp_path: Path) -> None:
    """Upper and lower case, blanks and hyphens of a word do not matter."""
    found, kept = read(tmp_path, GOOD, GOOD_ITEMS, Outcomes())
    assert found == ()
    assert [row[2] for row in kept["outcomes"]] == [
        "ucla3",
        "ons4_anxious",
        "swemwbs",
        "swemwbs",
        "pam",
        "eq5d5l_vas",
        "care",
    ]
    assert [row[4] for row in kept["outcome_items"]] == ["1", "2", "3", "self_care", "concern_1"]


def test_no_file_is_no_finding(tmp_path: Path) -> None:
    assert read(tmp_path, (), (), Outcomes())[0] == ()


@pytest.mark.parametrize("table", ["outcomes", "outcome_items"])
def test_an_instrument_that_nobody_knows_is_shown_with_its_word_and_left_out(
    table: str, tmp_path: Path
) -> None:
    scores = [*GOOD, "3,2023-03-01,phq9,,5"] if table == "outcomes" else ()
    items = [*GOOD_ITEMS, "3,2023-03-01,phq9,,1,2"] if table == "outcome_items" else ()
    found, kept = read(tmp_path, scores, items, Outcomes())
    assert [(one.kind, one.value, one.n_rows) for one in found] == [
        ("unknown_word", "phq9", 1),
        ("instrument_unknown", "unknown", 1),
    ]
    assert all(row[2] != "unknown" for row in kept[table])


def test_an_answer_that_cannot_be_is_taken_as_not_given(tmp_path: Path) -> None:
    _, kept = read(tmp_path, (), ["3,2023-03-01,ucla3,,1,4"], Outcomes())
    assert kept["outcome_items"][0][5] is None


def test_data_with_answers_to_pam_are_refused(tmp_path: Path) -> None:
    found, _ = read(tmp_path, GOOD, ["3,2023-03-01,pam,,1,2"], Outcomes())
    with pytest.raises(RecordsRefused, match="answers may not be held"):
        refuse_if_blocked(found, site="site a")


def test_a_row_with_two_troubles_stands_under_the_first_of_them(tmp_path: Path) -> None:
    rows = ["3,2023-03-01,ucla3,,12", "3,2023-03-01,ucla3,,5"]
    found, kept = read(tmp_path, rows, (), Outcomes())
    assert [one.kind for one in found] == ["score_out_of_range"]
    assert [row[4] for row in kept["outcomes"]] == [5]


def test_every_kind_of_these_is_raised_here() -> None:
    raised = {case.kind for case in (*SCORES, *ITEMS)} | {"instrument_unknown"}
    assert raised == {name for name, *_ in OUTCOME_KINDS}
