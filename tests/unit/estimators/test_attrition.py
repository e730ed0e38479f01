"""Bounds for people who were lost, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from righthelp.estimators.attrition import Attrition, Bound, bound_attrition

NOBODY = np.zeros(0)


def _bound(**changes: Any) -> Attrition:
    """A = 90 contacts where 100 were expected of 40 people; one complete person a count 0..9."""
    given: dict[str, Any] = {
        "observed": 90,
        "expected": 100,
        "n_complete": 40,
        "dead_expected": [6.0, 4.0],
        "departed_expected": [2.0, 2.0, 1.0],
        "complete_after": np.arange(10),
    }
    return bound_attrition(**(given | changes))


def test_the_lost_are_put_in_at_a_low_and_at_a_high_count() -> None:
    """10% of ten people have 0, 90% have no more than 8.

    Two deaths: (90 + 0)/110 and (90 + 16)/110. Three departures: 90/105 and 114/105. All five:
    90/115 and 130/115.
    """
    found = _bound()
    assert (found.low_count, found.high_count) == (0.0, 8.0)
    assert found.deaths == Bound(90 / 110, 106 / 110, 2, 2 / 42, "ok")
    assert found.departures == Bound(90 / 105, 114 / 105, 3, 3 / 43, "ok")
    assert found.both == Bound(90 / 115, 130 / 115, 5, 5 / 45, "ok")


def test_other_quantiles_may_be_declared() -> None:
    """Of 1, 1, 2, 3 a quarter have 1 or less and three quarters 2 or less."""
    found = _bound(complete_after=[3, 1, 2, 1], low=0.25, high=0.75)
    assert (found.low_count, found.high_count) == (1.0, 2.0)
    assert found.departures == Bound(93 / 105, 96 / 105, 3, 3 / 43, "ok")


def test_the_bounds_need_not_hold_the_complete_ratio() -> None:
    """Lost people of whom little was expected pull up even at the low count."""
    found = _bound(complete_after=[4, 5, 6], dead_expected=[0.5], departed_expected=NOBODY)
    assert found.deaths.rr_low is not None
    assert found.deaths.rr_low > 90 / 100
    assert found.both == found.deaths


def test_with_nobody_lost_nothing_moves() -> None:
    found = _bound(dead_expected=NOBODY, departed_expected=NOBODY, complete_after=NOBODY)
    assert found.deaths == found.departures == found.both == Bound(0.9, 0.9, 0, 0.0, "ok")
    assert (found.low_count, found.high_count) == (None, None)


def test_deaths_alone_leave_the_departures_alone() -> None:
    found = _bound(departed_expected=NOBODY)
    assert found.departures == Bound(0.9, 0.9, 0, 0.0, "ok")
    assert found.both == found.deaths


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"complete_after": NOBODY}, "nobody complete says"),
        ({"expected": 0, "dead_expected": [0.0, 0.0]}, "no contacts are expected"),
    ],
)
def test_what_cannot_be_bounded_says_why(changes: dict[str, Any], reason: str) -> None:
    found = _bound(**changes).deaths
    assert (found.status, found.rr_low, found.rr_high, found.n_lost) == (
        "not_estimable",
        None,
        None,
        2,
    )
    assert reason in found.reason


def test_if_nobody_is_complete_the_lost_are_all_there_is() -> None:
    found = _bound(observed=0, expected=0, n_complete=0).both
    assert found == Bound(0.0, 40 / 15, 5, 1.0, "ok")
