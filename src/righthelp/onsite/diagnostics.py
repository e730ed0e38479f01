"""Checks of the matched comparison that can fail: what was not matched on, looked at afterwards.

What was matched on is alike by construction and is no evidence (METHODS.md section 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators.attrition import Attrition, bound_attrition
from righthelp.estimators.balance import Balance, balance, weigh_sets
from righthelp.estimators.detectable import Detectable, detect_from_history
from righthelp.estimators.matched import compare_matched
from righthelp.estimators.pretrend import Pretrend, check_pretrend
from righthelp.estimators.result import Estimate
from righthelp.estimators.strata import merge_strata
from righthelp.onsite.cohort import SQL
from righthelp.onsite.estimates import project
from righthelp.onsite.people import Counted
from righthelp.onsite.rules import EARLIEST_MONTH, KINDS, Rules
from righthelp.returns.tables import COVARIATES

FEWEST_MONTHS = 6
"""So many months before the history must be covered for them to say anything."""
SHARE_COVERED = 0.8
SHARE_RECORDED = 0.8
"""A covariate that is recorded for fewer of the people is not compared."""
NOT_COVERED = (
    f"the records do not reach {FEWEST_MONTHS} months further back than the history that people "
    "were matched on"
)


@dataclass(frozen=True)
class Alike:
    """One covariate that was not matched on: among all candidates, and among the matched."""

    covariate: str
    unmatched: Balance
    matched: Balance


@dataclass(frozen=True)
class Diagnostics:
    """What the checks gave. earlier: cases over comparators in months before the history (log
    rate ratio; 0 if they were alike). pretrend: whether that ratio was steady over those months.
    detectable: what the site could find, from the past alone. lost: how far the projection could
    move by the new people who died or left before the after window ended.
    """

    alike: tuple[Alike, ...]
    earlier: Estimate
    pretrend: Pretrend | None
    detectable: Detectable
    lost: Attrition


def diagnose(engine: Engine, rules: Rules, *, counted: Counted) -> Diagnostics:
    """Run the checks on the matched sets that `match_people` left."""
    primary = rules.definitions[0]
    engine.create_table(
        "other_kinds",
        {"kind": "SMALLINT", "is_missed": "BOOLEAN"},
        rows=[
            (number, status == "did_not_attend")
            for number, (role, mode, status, _) in enumerate(KINDS)
            if (status == "did_not_attend" and role in primary.roles and mode in primary.modes)
            or (status == "attended" and role not in (*primary.roles, "link_worker"))
        ],
    )
    engine.run_file(SQL, "alike.sql")
    earlier, pretrend = _look_earlier(engine, rules)
    return Diagnostics(
        alike=_compare_alike(engine),
        earlier=earlier,
        pretrend=pretrend,
        detectable=_detect(counted),
        lost=_bound_lost(engine, counted),
    )


def _compare_alike(engine: Engine) -> tuple[Alike, ...]:
    columns = ", ".join(f"a.{name}" for name in COVARIATES)
    every = engine.columns(
        f"SELECT m.is_case, {columns} FROM alike AS a JOIN matchable AS m ON a.unit = m.unit"
    )
    cases = engine.columns(
        f"SELECT {columns} FROM alike AS a SEMI JOIN sets AS s ON a.unit = s.unit"
    )
    rows = engine.columns(
        f"SELECT s.unit, {columns} FROM sets AS s JOIN alike AS a ON s.comparator = a.unit "
        "ORDER BY s.unit, s.comparator"
    )
    weight = weigh_sets(rows["unit"])
    is_case = every["is_case"].astype(bool)
    found = []
    for name in COVARIATES:
        whole, case, row = (np.ma.asarray(one[name]) for one in (every, cases, rows))
        known = [~np.ma.getmaskarray(one) for one in (whole, case, row)]
        if min((one.mean() for one in known if one.size), default=0.0) < SHARE_RECORDED:
            continue
        spread, others = whole[is_case & known[0]], whole[~is_case & known[0]]
        before = balance(case_values=_column(spread), row_values=_column(others))
        after = balance(
            case_values=_column(case[known[1]]),
            row_values=_column(row[known[2]]),
            row_weight=weight[known[2]],
            spread_values=_column(spread),
        )
        found.append(Alike(name, before[0], after[0]))
    return tuple(found)


def _column(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def _look_earlier(engine: Engine, rules: Rules) -> tuple[Estimate, Pretrend | None]:
    """Cases and comparators in the months before the history, where they are covered."""
    cases = engine.columns(
        "SELECT a.unit, p.person, coalesce(a.covered_from, 0) AS covered_from FROM alike AS a "
        "JOIN people AS p ON a.unit = p.unit SEMI JOIN sets AS s ON a.unit = s.unit ORDER BY a.unit"
    )
    rows = engine.columns(
        "SELECT s.unit AS case_unit, a.unit, p.person, coalesce(a.covered_from, 0) AS covered_from "
        "FROM sets AS s JOIN alike AS a ON s.comparator = a.unit JOIN people AS p "
        "ON a.unit = p.unit ORDER BY s.unit, s.comparator"
    )
    n, covered = cases["unit"].size, cases["covered_from"]
    matched_from = -max(12, rules.study.windows.history_months)
    first = next(
        (
            month
            for month in range(EARLIEST_MONTH, matched_from - FEWEST_MONTHS + 1)
            if n and (covered <= month).mean() >= SHARE_COVERED
        ),
        None,
    )
    if first is None:
        return Estimate.none(n=n, reason=NOT_COVERED), None
    kept = covered <= first
    place = np.searchsorted(cases["unit"], rows["case_unit"])
    inside = (rows["covered_from"] <= first) & kept[place]
    kept &= np.bincount(place[inside], minlength=n) > 0
    inside &= kept[place]
    if not kept.any():
        return Estimate.none(n=n, reason=NOT_COVERED), None
    months = range(first, matched_from)
    counts = _count_months(engine, months)
    row_set = (np.cumsum(kept) - 1)[place[inside]]
    case_counts, row_counts = counts[cases["unit"][kept]], counts[rows["unit"][inside]]
    people = {
        "case_person": cases["person"][kept].astype(np.int64),
        "row_person": rows["person"][inside].astype(np.int64),
    }
    compared = compare_matched(
        case_before=case_counts.sum(axis=1),
        case_after=case_counts.sum(axis=1),
        case_history=np.zeros((len(case_counts), 1)),
        row_set=row_set,
        row_before=row_counts.sum(axis=1),
        row_after=row_counts.sum(axis=1),
        row_history=np.zeros((len(row_counts), 1)),
        **people,
    )
    quarters = [
        counts_of.reshape(len(counts_of), -1, 3).sum(axis=2)
        for counts_of in (case_counts[:, len(months) % 3 :], row_counts[:, len(months) % 3 :])
    ]
    pretrend = check_pretrend(
        case_counts=quarters[0], row_counts=quarters[1], row_set=row_set, **people
    )
    return compared.after, pretrend


def _count_months(engine: Engine, months: range) -> np.ndarray:
    """(units, months) contacts of every unit in months counted from its qualifying visit."""
    found = engine.columns(
        "SELECT unit, month, contacts FROM unit_history "
        f"WHERE month >= {months.start} AND month < {months.stop}"
    )
    n_units = engine.rows("SELECT coalesce(max(unit) + 1, 0) FROM units")[0][0]
    counts = np.zeros((n_units, len(months)), dtype=np.int16)
    counts[found["unit"], found["month"] - months.start] = found["contacts"]
    return counts


def _detect(counted: Counted) -> Detectable:
    assert counted.reference is not None
    seen = counted.seen.where(counted.seen.is_new & counted.seen.comparable)
    # Nobody who is seen: as reference people at an earlier visit they would bring their after.
    reference = counted.reference.where(~np.isin(counted.reference.person, counted.seen.person))
    strata = merge_strata(
        seen_ladder=seen.ladder,
        reference_ladder=reference.ladder,
        reference_person=reference.person,
    )
    return detect_from_history(
        seen_history=seen.history,
        seen_stratum=strata.seen,
        reference_after=reference.after,
        reference_history=reference.history,
        reference_stratum=strata.reference,
        reference_person=reference.person,
    )


def _bound_lost(engine: Engine, counted: Counted) -> Attrition:
    """Each of the lost is expected to have had as many contacts as the complete are, on average."""
    seen = counted.seen.where(counted.seen.is_new & counted.seen.comparable)
    rr = project(counted.seen.where(counted.seen.is_new), counted.reference).rr
    observed = float(seen.after.sum())
    expected = observed / rr if rr else 0.0
    lost = dict(
        engine.rows(
            "SELECT step, count(*) FROM seen_steps WHERE is_new AND step IN ('died', 'left') "
            "GROUP BY step"
        )
    )
    each = expected / max(seen.n, 1)
    return bound_attrition(
        observed=observed,
        expected=expected,
        n_complete=seen.n,
        dead_expected=np.full(lost.get("died", 0), each),
        departed_expected=np.full(lost.get("left", 0), each),
        complete_after=counted.reference.after if counted.reference else [],
    )
