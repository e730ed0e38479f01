"""Risk-set matching: comparators for each new person, from the reference visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators.matched import Matched, compare_matched
from righthelp.onsite.cohort import SQL
from righthelp.onsite.ladder import LADDER, Rung
from righthelp.onsite.rules import Rules
from righthelp.protocol.study import Matching as MatchingRule


@dataclass(frozen=True)
class Matching:
    """What matching gave: cases by rung of the ladder, those left without, and the estimates."""

    n_by_rung: tuple[int, ...]
    n_unmatched: int
    matched: Matched

    @property
    def share_matched(self) -> float | None:
        """Share of the cases that have comparators; None without cases."""
        n = sum(self.n_by_rung)
        return n / (n + self.n_unmatched) if n + self.n_unmatched else None


def match_people(engine: Engine, rules: Rules) -> Matching:
    """Match and compare; `people` must hold the counts of the study's own definition.

    Leaves `sets`: a row (unit of the case, unit of the comparator, rung) each.
    """
    engine.run_file(SQL, "matchable.sql")
    climb(engine, rules.study.matching, ladder=LADDER)
    found = dict(engine.rows("SELECT rung, count(DISTINCT unit) FROM sets GROUP BY rung"))
    return Matching(
        n_by_rung=tuple(found.get(number, 0) for number in range(1, len(LADDER) + 1)),
        n_unmatched=engine.rows("SELECT count(*) FROM cases_left")[0][0],
        matched=_compare(engine),
    )


def climb(engine: Engine, matching: MatchingRule, *, ladder: Sequence[Rung]) -> None:
    """Find comparators among `matchable` on each rung in turn, for those who have none yet."""
    _write_rule(engine, matching)
    for number, rung in enumerate(ladder, start=1):
        _write_rung(engine, number, rung)
        engine.run_file(SQL, "match.sql")


def _write_rule(engine: Engine, matching: MatchingRule) -> None:
    engine.create_table(
        "matching_rule",
        {"per_person": "INTEGER", "at_least": "INTEGER"},
        rows=[(matching.per_person, min(matching.at_least, matching.per_person))],
    )
    # One step more than people wanted: one of those met may be the case's own earlier visit.
    engine.create_table(
        "matching_steps",
        {"step": "INTEGER"},
        rows=[(step,) for step in range(matching.per_person + 1)],
    )


def _write_rung(engine: Engine, number: int, rung: Rung) -> None:
    engine.create_table(
        "rung",
        {"rung": "INTEGER", "strata": "VARCHAR", "months": "INTEGER"},
        rows=[(number, rung.strata, rung.months)],
    )
    bins = {"band": "SMALLINT", "contacts": "INTEGER", "bin": "SMALLINT"}
    engine.create_table("rung_bins", bins, rows=rung.list_bins())
    lags = {"lag_days": "INTEGER", "bin": "SMALLINT"}
    engine.create_table("rung_lags", lags, rows=rung.list_lags())


def _compare(engine: Engine) -> Matched:
    columns = "p.before, p.after, p.band_1, p.band_2, p.band_3, p.person"
    cases = engine.columns(
        f"SELECT s.unit, {columns} FROM (SELECT DISTINCT unit FROM sets) AS s "
        "JOIN people AS p ON s.unit = p.unit ORDER BY s.unit"
    )
    rows = engine.columns(
        f"SELECT s.unit, {columns} FROM sets AS s JOIN people AS p ON s.comparator = p.unit "
        "ORDER BY s.unit, s.comparator"
    )
    return compare_matched(
        case_before=cases["before"].astype(float),
        case_after=cases["after"].astype(float),
        case_history=_history(cases),
        case_person=cases["person"].astype(np.int64),
        row_set=np.searchsorted(cases["unit"], rows["unit"]),
        row_before=rows["before"].astype(float),
        row_after=rows["after"].astype(float),
        row_history=_history(rows),
        row_person=rows["person"].astype(np.int64),
    )


def _history(rows: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([rows[f"band_{band}"].astype(float) for band in (1, 2, 3)])
