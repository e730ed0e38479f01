"""Staggered start: teen employment and the minimum wage against R's did; organ donors, fixest."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from righthelp.estimators.staggered import (
    NEVER,
    Comparison,
    Effect,
    StaggeredStart,
    staggered_start,
    two_way_did,
)
from tests.golden.estimators.cases import read_columns, read_expected, read_rows

MPDTA = "did_callaway_santanna_mpdta"
ORGANS = "did_organ_donations"
FIRST_YEAR, N_YEARS = 2003, 5
ROWS = [("never", "never_dr_nocov"), ("not_yet", "notyet_dr_nocov")]
Array = npt.NDArray[np.float64]


def _counties() -> tuple[Array, npt.NDArray[np.int64]]:
    """Return log employment, a county a row and a year a column, and each county's first year."""
    data = read_columns(MPDTA)
    order = np.lexsort((data["year"], data["countyreal"]))
    rates = data["lemp"][order].reshape(-1, N_YEARS)
    first = data["first.treat"][order].reshape(-1, N_YEARS)[:, 0].astype(int)
    return rates, np.where(first == 0, NEVER, first - FIRST_YEAR)


@cache
def _estimate(comparison: Comparison) -> StaggeredStart:
    rates, start = _counties()
    return staggered_start(rates=rates, start=start, comparison=comparison)


def _same(ours: Effect, att: float, se: float) -> None:
    assert ours.status == "ok"
    assert ours.att == pytest.approx(att, abs=1e-12)
    assert ours.se == pytest.approx(se, rel=1e-10)


@pytest.mark.parametrize(("comparison", "row"), ROWS)
def test_the_simple_average_is_that_of_did(comparison: Comparison, row: str) -> None:
    expected = read_expected(MPDTA)[row]["simple"]
    ours = _estimate(comparison)
    _same(ours.simple, expected["overall"], expected["overall_se"])
    assert (ours.n_started, ours.n_compared, ours.n_left_out, ours.n_periods) == (191, 309, 0, 5)


@pytest.mark.parametrize(("comparison", "row"), ROWS)
def test_effects_by_time_since_the_start_are_those_of_did(comparison: Comparison, row: str) -> None:
    expected = read_expected(MPDTA)[row]["dynamic"]
    ours = _estimate(comparison)
    _same(ours.over_time, expected["overall"], expected["overall_se"])
    assert [since for since, _ in ours.by_time] == expected["egt"]
    for (_, effect), att, se in zip(ours.by_time, expected["att"], expected["se"], strict=True):
        _same(effect, att, se)


@pytest.mark.parametrize(("comparison", "row"), ROWS)
def test_effects_by_group_are_those_of_did(comparison: Comparison, row: str) -> None:
    expected = read_expected(MPDTA)[row]["group"]
    ours = _estimate(comparison)
    assert ours.over_groups.att == pytest.approx(expected["overall"], abs=1e-12)
    assert [FIRST_YEAR + first for first, _ in ours.by_group] == expected["egt"]
    for (_, effect), att, se in zip(ours.by_group, expected["att"], expected["se"], strict=True):
        _same(effect, att, se)


def test_the_error_over_groups_is_the_papers_where_did_takes_the_wrong_rows() -> None:
    """did 2.1.2 reads the group of the first three rows of its table, 2004 each time.

    By hand, with its slip, the error comes out as it printed it; without, as we give it.
    """
    printed = read_expected(MPDTA)["never_dr_nocov"]["group"]["overall_se"]
    groups = [2004 - FIRST_YEAR, 2006 - FIRST_YEAR, 2007 - FIRST_YEAR]
    assert _error_over_groups(groups, as_read=[groups[0]] * 3) == pytest.approx(printed, rel=1e-10)
    ours = _estimate("never").over_groups
    assert ours.se == pytest.approx(_error_over_groups(groups, as_read=groups), rel=1e-10)


def _error_over_groups(groups: list[int], *, as_read: list[int]) -> float:
    """Return the error from influence functions, with never-starters to compare with."""
    rates, start = _counties()
    n = len(start)
    control = start == NEVER
    att, influence = [], []
    for first in groups:
        one = start == first
        change = rates[:, first:].mean(axis=1) - rates[:, first - 1]
        mean, other = change[one].mean(), change[control].mean()
        att.append(mean - other)
        influence.append(
            n * (one * (change - mean) / one.sum() - control * (change - other) / control.sum())
        )
    share = np.array([(start == first).mean() for first in groups])
    member = np.column_stack([start == first for first in as_read]) - share
    of_shares = member / share.sum() - np.outer(member.sum(axis=1), share / share.sum() ** 2)
    total = np.column_stack(influence) @ (share / share.sum()) + of_shares @ np.array(att)
    return math.sqrt(float((total**2).sum())) / n


def test_the_published_digits() -> None:
    ours = _estimate("never")
    assert (ours.simple.att, ours.simple.se) == pytest.approx((-0.03995, 0.01203), abs=5e-6)


def test_organ_donors_are_those_of_fixest() -> None:
    rows = read_rows(ORGANS)
    states = sorted({row["State"] for row in rows})
    rates = np.zeros((27, 6))
    for row in rows:
        rates[states.index(row["State"]), int(row["Quarter_Num"]) - 1] = float(row["Rate"])
    start = np.where(np.array(states) == "California", 3, NEVER)
    ours = two_way_did(rates=rates, start=start)
    expected = read_expected(ORGANS)["twfe_cluster_state"]["treatedTRUE"]
    assert ours.att == pytest.approx(expected["estimate"], abs=1e-12)
    assert ours.se == pytest.approx(expected["se"], rel=1e-10)
    assert (ours.att, ours.se) == pytest.approx((-0.0225, 0.0061), abs=5e-5)
