"""An estimate is a number with its error, a point, or a reason; never a NaN."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from righthelp.estimators.result import Estimate, Status


def test_ratio_and_normal_interval() -> None:
    estimate = Estimate.ok(log_rr=-0.1, se=0.2, n=30)
    assert estimate.rr == pytest.approx(math.exp(-0.1), rel=1e-15)
    for level in (0.5, 0.95, 0.99):
        z = stats.norm.ppf((1 + level) / 2)
        assert estimate.interval(level) == pytest.approx((-0.1 - z * 0.2, -0.1 + z * 0.2))
    assert estimate.interval() == estimate.interval(0.95)


def test_a_point_has_no_interval_and_a_missing_estimate_no_ratio() -> None:
    point = Estimate.point(log_rr=0.3, n=5, reason="why")
    assert point.rr == pytest.approx(math.exp(0.3))
    assert point.interval() is None
    none = Estimate.none(n=0, reason="nobody was seen")
    assert (none.rr, none.interval(), none.log_rr, none.se) == (None, None, None, None)


def test_one_person_or_no_variation_gives_a_point_with_the_reason() -> None:
    assert Estimate.from_variance(log_rr=0.1, variance=0.04, n=9).se == pytest.approx(0.2)
    alone = Estimate.from_variance(log_rr=0.1, variance=0.04, n=1)
    same = Estimate.from_variance(log_rr=0.1, variance=1e-33, n=9)
    assert (alone.status, same.status) == ("point_only", "point_only")
    assert "one person" in alone.reason
    assert "do not differ" in same.reason


@pytest.mark.parametrize(
    ("log_rr", "se", "status", "reason"),
    [
        (math.nan, 0.1, "ok", ""),
        (0.1, math.nan, "ok", ""),
        (0.1, 0.0, "ok", ""),
        (0.1, -1.0, "ok", ""),
        (0.1, None, "ok", ""),
        (0.1, 0.1, "ok", "a reason"),
        (0.1, 0.1, "point_only", "a reason"),
        (0.1, None, "point_only", ""),
        (0.1, None, "not_estimable", "a reason"),
        (None, None, "not_estimable", ""),
        (math.inf, None, "point_only", "a reason"),
    ],
)
def test_what_contradicts_its_status_is_our_bug(
    log_rr: float | None, se: float | None, status: Status, reason: str
) -> None:
    with pytest.raises(AssertionError):
        Estimate(log_rr, se, 3, status, reason)
