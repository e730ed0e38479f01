"""The matching benchmark itself: people like the product's, and words for what was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.contestants import make_book, make_rules, open_tables
from bench.matchable import make_matchable
from bench.matching import (
    PACKAGE,
    Size,
    bin_finest,
    compare_peers,
    find_obstacle,
    print_peer,
    print_rungs,
    print_verdict,
    read_frames,
    time_opensafely,
    time_righthelp,
)
from righthelp.engine import Engine, open_engine
from righthelp.onsite.cohort import SQL, select_cohort
from righthelp.onsite.ladder import LADDER
from righthelp.onsite.matching import climb
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Matching

SMALL = Size(300, 3_000, 2)
PEER = Size(60, 20_000, 1)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as engine:
        make_matchable(engine, n_cases=300, n_people=3_000, visits_each=2)
        climb(engine, Matching(), ladder=LADDER)
        yield engine


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    return time_righthelp(SMALL)


def test_the_table_has_the_columns_and_types_of_the_product(engine: Engine, tmp_path: Path) -> None:
    make_book(tmp_path / "small", 100_000)
    rules = make_rules()
    with open_tables(tmp_path / "small") as product:
        select_cohort(product, rules)
        fill_store(product)
        count_contacts(product, rules.definitions[0])
        product.run_file(SQL, "matchable.sql")
        made = {table: product.rows(f"DESCRIBE {table}") for table in ("matchable", "sets")}
    assert {table: engine.rows(f"DESCRIBE {table}") for table in made} == made


def test_counts_vary_more_than_poisson_counts_and_visits_fill_a_year(engine: Engine) -> None:
    for band in ("band_1", "band_2", "band_3"):
        mean, variance = engine.rows(f"SELECT avg({band}), var_samp({band}) FROM matchable")[0]
        assert 0.5 < mean < 6
        assert variance > 1.5 * mean
    facts = engine.rows(
        "SELECT count(*), count(DISTINCT hashed), count(DISTINCT person), count(DISTINCT stratum), "
        "count(DISTINCT month_number), min(lag_days), max(lag_days) FROM matchable"
    )
    assert facts == [(6_300, 6_300, 3_300, 8, 12, 0, 100)]


def test_sets_hold_different_candidates_who_are_the_same_on_the_rung(engine: Engine) -> None:
    rows = engine.columns("FROM matchable ORDER BY unit")
    person, is_case = rows["person"], rows["is_case"]
    finest = np.column_stack(list(bin_finest(rows, rung=LADDER[0]).values()))
    sets: dict[int, list[int]] = defaultdict(list)
    n_finest = 0
    for case, comparator, rung in engine.rows("FROM sets"):
        assert is_case[case] and not is_case[comparator]
        sets[case].append(person[comparator])
        if rung == 1:
            n_finest += 1
            assert (finest[case] == finest[comparator]).all()
    assert n_finest > 0
    for people in sets.values():
        assert 3 <= len(set(people)) == len(people) <= 5
    left = {unit for (unit,) in engine.rows("FROM cases_left")}
    assert left.isdisjoint(sets) and left | set(sets) == set(range(300))


def test_every_rung_is_timed_and_every_case_is_somewhere(
    ours: dict[str, Any], engine: Engine
) -> None:
    assert len(ours["rungs"]) == len(LADDER)
    assert 0 < sum(ours["rungs"]) <= ours["seconds"]
    assert sum(ours["n_by_rung"]) + ours["n_unmatched"] == SMALL.n_cases
    again = dict(engine.rows("SELECT rung, count(DISTINCT unit) FROM sets GROUP BY rung"))
    assert ours["n_by_rung"] == [again.get(number, 0) for number in range(1, len(LADDER) + 1)]


def test_the_package_matches_the_cases_that_the_finest_rung_matches() -> None:
    """A second program, written apart; it may lose a few, since it uses nobody twice."""
    assert not find_obstacle(), f"{PACKAGE} is among the packages of the tests"
    cases, candidates = read_frames(PEER)
    assert len(cases) == PEER.n_cases and len(candidates) == PEER.n_people
    theirs, finest = time_opensafely(PEER)["n_matched"], time_righthelp(PEER)["n_by_rung"][0]
    assert theirs > 0
    assert 0.9 * finest <= theirs <= finest


def test_what_is_printed_says_whether_the_limits_are_met(
    ours: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def make(microseconds: float, peak_mb: float) -> dict[str, Any]:
        seconds = microseconds * SMALL.n_cases / 1e6
        return {**ours, "seconds": seconds, "cpu": seconds, "peak_mb": peak_mb, "n_matched": 7}

    quick = [make(one, 900) for one in (90, 100, 150)]
    print_rungs(quick, SMALL)
    print_verdict(quick, SMALL)
    print_verdict([make(201, 2_100)], SMALL)
    print_peer({"righthelp": quick, "opensafely": [make(4_500, 500)] * 3}, SMALL)
    printed = capsys.readouterr().out
    assert "300 cases, 6,000 candidate visits of 3,000 people" in printed
    assert "microseconds a case: met (100, 90 to 150; processor time 100)" in printed
    assert "microseconds a case: NOT met (201" in printed
    assert "under 2,000 MB: met (900 MB)" in printed
    assert "under 2,000 MB: NOT met (2,100 MB)" in printed
    assert f"{PACKAGE} took 45 times as long (30 to 50)." in printed


def test_a_package_that_is_not_there_is_left_out_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bench.matching.MODULE", "no_such_module")
    compare_peers((PEER,), rounds=1)
    assert capsys.readouterr().out == f"{PACKAGE} was left out: it is not installed.\n"
