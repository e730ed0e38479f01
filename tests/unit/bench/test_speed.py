"""The speed benchmark itself: what it compares counts the same, and what it says is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.contestants import keep_cohort, make_book, time_floor, time_pandas, time_righthelp
from bench.speed import (
    FROM_STORE,
    SCANS,
    find_obstacle,
    print_pandas,
    print_stages,
    print_verdict,
)
from tests.conftest import lack

N_ROWS = 300_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speed") / "small"
    make_book(folder, N_ROWS)
    facts = keep_cohort(folder)
    assert facts["n_rows"] == N_ROWS
    assert facts["n_seen"] > 50
    return folder


@pytest.fixture(scope="module")
def ours(folder: Path) -> dict[str, Any]:
    return time_righthelp(folder)


def test_the_book_is_made_whole_or_not_at_all(folder: Path) -> None:
    assert (folder / "appointments.parquet").exists()
    assert not folder.with_name("small-unfinished").exists()


def test_every_stage_is_timed(ours: dict[str, Any]) -> None:
    assert set(SCANS) | set(FROM_STORE) <= set(ours["stages"])
    assert all(stage["seconds"] > 0 for stage in ours["stages"].values())
    assert sum(stage["seconds"] for stage in ours["stages"].values()) <= ours["seconds"]


def test_pandas_finds_the_same_sums_by_month(folder: Path, ours: dict[str, Any]) -> None:
    """A second program, written apart, counts every group and month alike."""
    obstacle = find_obstacle(N_ROWS)
    if obstacle:
        lack(f"pandas cannot read the book: {obstacle}")
    sums = time_pandas(folder)["sums"]
    assert sums == ours["sums"]
    assert sum(sums["new"]) > 0
    assert sum(sums["reference"]) > 0


def test_too_little_memory_is_a_reason_to_leave_pandas_out() -> None:
    assert "GB are free" in find_obstacle(10**15)


def test_what_is_printed_says_whether_the_limits_are_met(
    folder: Path, ours: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def make(seconds: float) -> dict[str, Any]:
        stages = {name: {"seconds": seconds, "cpu": seconds} for name in (*SCANS, *FROM_STORE)}
        whole = seconds * (len(stages) + 1)
        return {"seconds": whole, "stages": stages, "sums": ours["sums"], "peak_mb": 900.0}

    floor = [{"seconds": 1.0, "cpu": 1.0, "peak_mb": 100.0}] * 3
    pandas = [{"seconds": 30.0, "sums": ours["sums"], "peak_mb": 5_000.0}] * 3
    results = {"floor": floor, "righthelp": [make(one) for one in (1.0, 1.3, 2.0)]}
    print_stages(results)
    for n_rows in (10**7, 10**8):
        print_verdict(results, n_rows)
    print_pandas({**results, "pandas": pandas}, "")
    print_pandas(results, "it is not installed")
    printed = capsys.readouterr().out
    n_stages = len(SCANS) + len(FROM_STORE)
    assert f"within 6 times the floor: met ({1.3 * n_stages:.1f}" in printed
    assert f"within 5 times the floor: NOT met ({1.3 * n_stages:.1f}" in printed
    assert "under 1,000 MB: met (900 MB; floor 100 MB)" in printed
    assert "Sums by month are the same" in printed
    assert "pandas was left out: it is not installed." in printed
    assert time_floor(folder)["seconds"] > 0
