"""Aalen-Johansen by hand, against statsmodels with ties, in closed form and by simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from statsmodels.duration.api import CumIncidenceRight

from righthelp.estimators.cumulative_incidence import (
    CumulativeIncidence,
    ShareByDay,
    cumulative_incidence,
)


def _find(at: list[int], days: Any, kinds: Any, n_kinds: int = 2) -> CumulativeIncidence:
    return cumulative_incidence(day=days, kind=kinds, n_kinds=n_kinds, at_days=at)


def test_a_table_worked_by_hand() -> None:
    """Ten people, an event and a censoring on day 2, events of both kinds on day 4.

    day 1: 10 at risk, one of kind 1: F1 = 1/10, S = 9/10.
    day 2: 9 at risk, one of kind 2 (and one censored after it): F2 = 9/10 x 1/9 = 1/10, S = 8/10.
    day 4: 7 at risk, two of kind 1, one of kind 2: F1 = 1/10 + 8/10 x 2/7 = 23/70,
    F2 = 1/10 + 8/10 x 1/7 = 15/70, S = 8/10 x 4/7 = 32/70.
    """
    found = _find(
        [0, 1, 2, 3, 4, 5], [1, 2, 2, 4, 4, 4, 5, 6, 6, 7], [1, 2, 0, 1, 1, 2, 0, 0, 0, 0]
    )
    assert [one.share for one in found.kinds[0]] == pytest.approx(
        [0, 1 / 10, 1 / 10, 1 / 10, 23 / 70, 23 / 70]
    )
    assert [one.share for one in found.kinds[1]] == pytest.approx(
        [0, 0, 1 / 10, 1 / 10, 15 / 70, 15 / 70]
    )
    assert list(found.event_free) == pytest.approx([1, 9 / 10, 8 / 10, 8 / 10, 32 / 70, 32 / 70])
    assert [one.n_at_risk for one in found.kinds[0]] == [10, 10, 9, 7, 7, 4]
    assert (found.n, found.n_events) == (10, (3, 2))
    # Kind 1 by day 4, term by term: days 1, 2 and 4.
    first = (23 / 70 - 1 / 10) ** 2 / (10 * 9) + 9 / 1000 - 2 * (23 / 70 - 1 / 10) / 100
    second = (23 / 70 - 1 / 10) ** 2 / (9 * 8)
    third = (8 / 10) ** 2 * 2 * 5 / 7**3
    assert found.kinds[0][4].se == pytest.approx(math.sqrt(first + second + third))


def test_events_come_before_the_censorings_of_their_day() -> None:
    """Two people, one censored and one with the event on day 3: both at risk, so one in two."""
    assert _find([3], [3, 3], [0, 1], 1).kinds[0][0].share == pytest.approx(1 / 2)


@pytest.mark.parametrize("seed", range(6))
def test_statsmodels_gives_the_same_with_many_ties(seed: int) -> None:
    """Up to the last day but one: where the last are all events, statsmodels divides by 0."""
    rng = np.random.default_rng(seed)
    n = 150
    day = np.append(rng.integers(0, 30, n), 40)
    kind = np.append(rng.choice(4, n, p=[0.3, 0.3, 0.25, 0.15]), 0)
    theirs = CumIncidenceRight(day, kind)
    at = [int(time) for time in theirs.times]
    ours = _find(at, day, kind, 3)
    for k in range(3):
        assert [one.share for one in ours.kinds[k]] == pytest.approx(theirs.cinc[k], abs=1e-12)
        _same_errors(ours.kinds[k], theirs.cinc_se[k])


def _same_errors(ours: tuple[ShareByDay, ...], theirs: Any) -> None:
    for one, se in zip(ours, theirs, strict=True):
        if one.share == 0:
            assert (one.status, one.se) == ("point_only", None)
            assert se == 0
        else:
            assert one.se == pytest.approx(se, rel=1e-9)


def test_where_nobody_is_censored_it_is_a_plain_share() -> None:
    """F = count/n and variance F(1 - F)/n, ties and all."""
    rng = np.random.default_rng(7)
    day, kind = rng.integers(0, 10, 60), rng.integers(1, 3, 60)
    found = _find([0, 4, 8, 9, 500], day, kind)
    for one in (*found.kinds[0], *found.kinds[1]):
        which = 1 if one in found.kinds[0] else 2
        share = float(((day <= one.day) & (kind == which)).mean())
        assert one.share == pytest.approx(share)
        assert one.se == pytest.approx(math.sqrt(share * (1 - share) / 60))
    assert found.event_free[-1] == pytest.approx(0)


def test_days_beyond_what_is_known_are_not_made_up() -> None:
    found = _find([20, 21], [5, 10, 20], [1, 2, 0])
    assert found.kinds[0][0].share == pytest.approx(1 / 3)
    late = found.kinds[0][1]
    assert (late.share, late.se, late.n_at_risk, late.status) == (None, None, 0, "not_estimable")
    assert "followed that long" in late.reason
    assert found.event_free[1] is None
    assert late.interval() is None


def test_no_such_event_is_a_point_of_nothing() -> None:
    found = _find([9], [5, 10], [1, 0], 3).kinds[2][0]
    assert (found.share, found.se, found.status) == (0.0, None, "point_only")
    assert "no such event" in found.reason


def test_an_event_in_everybody_at_once_has_no_interval() -> None:
    found = _find([3, 4], [3, 3, 3], [1, 1, 1], 1).kinds[0]
    assert [one.share for one in found] == [1.0, 1.0]
    assert {one.status for one in found} == {"point_only"}


def test_with_nobody_there_is_nothing() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    found = _find([3], nobody, nobody)
    assert found.kinds[0][0].status == "not_estimable"
    assert (found.n, found.n_events, found.event_free) == (0, (0, 0), (None,))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """400 draws of 100 people, geometric days: 95% +- 3.3% (three Monte Carlo errors)."""
    rng = np.random.default_rng(11)
    truth = 0.6 * (1 - 0.95**15)
    held = 0
    for _ in range(400):
        event, lost = rng.geometric(0.05, 100), rng.geometric(0.02, 100)
        kind = np.where(event <= lost, rng.choice([1, 2], 100, p=[0.6, 0.4]), 0)
        interval = _find([15], np.minimum(event, lost), kind).kinds[0][0].interval()
        assert interval is not None
        held += interval[0] <= truth <= interval[1]
    assert 0.917 <= held / 400 <= 0.983
