"""Findings for the terminal, for a machine and for the outside."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from righthelp.onsite.findings import (
    KINDS,
    Finding,
    FindingLog,
    Ledger,
    RecordsRefused,
    count_kinds,
    dump_findings,
    refuse_if_blocked,
    tabulate_findings,
)

FINDINGS = (
    Finding("byte_order_mark", "patients", file="patients.csv", row=1),
    Finding("date_unreadable", "appointments", "start_date", "a.csv", 7, "31/02 [bold]", 3),
    Finding("column_missing", "patients", "sex", "patients.csv", 1, "sex", 9),
)


def test_the_table_shows_what_blocks_first_and_takes_values_as_they_are() -> None:
    out = io.StringIO()
    Console(file=out, width=200).print(tabulate_findings(FINDINGS))
    lines = out.getvalue().splitlines()
    shown = [line for line in lines if any(each.where in line for each in FINDINGS)]
    assert [line.split("│")[1].strip() for line in shown] == ["refused", "dropped", "noted"]
    assert "31/02 [bold]" in out.getvalue()


def test_a_machine_reads_every_field() -> None:
    ledger = Ledger("appointments", 10, 7, {"date_unreadable": 3})
    told = json.loads(dump_findings(FINDINGS, [ledger]))
    assert told["findings"][1] == {
        "kind": "date_unreadable",
        "table": "appointments",
        "column": "start_date",
        "file": "a.csv",
        "row": 7,
        "value": "31/02 [bold]",
        "n_rows": 3,
        "effect": "dropped",
        "says": "A date that is needed cannot be read",
        "do": KINDS["date_unreadable"].do,
    }
    assert told["ledger"] == [
        {"table": "appointments", "rows_in": 10, "kept": 7, "left_out": {"date_unreadable": 3}}
    ]


def test_only_kinds_and_counts_are_told_outside() -> None:
    twice = (
        *FINDINGS,
        Finding("date_unreadable", "appointments", "start_date", "b.csv", 2, "x", 4),
    )
    assert count_kinds(twice) == {
        ("byte_order_mark", "patients", ""): 0,
        ("date_unreadable", "appointments", "start_date"): 7,
        ("column_missing", "patients", "sex"): 9,
    }


def test_the_error_lists_what_blocks_and_counts_the_rest() -> None:
    with pytest.raises(RecordsRefused) as refused:
        refuse_if_blocked(FINDINGS, site="site a")
    assert [problem.where for problem in refused.value.problems] == ["patients.csv: line 1, sex"]
    assert refused.value.findings == FINDINGS
    assert refused.value.exit_code == 4
    refuse_if_blocked(FINDINGS[:2], site="site a")


def test_a_kind_that_is_not_declared_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="undeclared"):
        FindingLog().add("odd", "patients")


def test_a_long_value_is_cut_and_line_breaks_are_taken_out() -> None:
    log = FindingLog()
    log.add("unknown_word", "appointments", value="a\n b" + "x" * 200)
    assert log.findings[0].value.startswith("a bxxx")
    assert len(log.findings[0].value) == 80


def test_a_ledger_that_does_not_add_up_says_so() -> None:
    assert Ledger("patients", 5, 3, {"blank_row": 2}).adds_up
    assert not Ledger("patients", 5, 3, {"blank_row": 1}).adds_up
