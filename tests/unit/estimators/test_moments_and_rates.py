"""Edges of moments, rates, the event study and the Poisson model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from righthelp.estimators.moments import aggregate, moments_from_patterns, moments_from_rows
from righthelp.estimators.poisson import fit_poisson
from righthelp.estimators.rates import event_study, rate_ratio, rate_table

DAYS = [[180, 180], [180, 180], [180, 90]]


def test_a_contact_outside_the_time_at_risk_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="outside the time at risk"):
        moments_from_rows(y=[[1, 0]], t=[[0, 5]])
    with pytest.raises(AssertionError, match="outside the time at risk"):
        moments_from_patterns(n=[2], y=[[1, 0]], t=[[0, 5]], q_yy=[[1, 0], [0, 0]])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
def test_a_count_that_is_none_is_our_bug(bad: float) -> None:
    with pytest.raises(AssertionError):
        moments_from_rows(y=[[bad, 0]], t=[[5, 5]])


def test_moments_of_other_periods_do_not_add() -> None:
    two = moments_from_rows(y=[[1, 0]], t=[[5, 5]])
    three = moments_from_rows(y=[[1, 0, 1]], t=[[5, 5, 5]])
    with pytest.raises(AssertionError, match="do not add"):
        two + three


def test_people_at_risk_only_in_months_left_out_are_counted_on_unless_told() -> None:
    months = moments_from_rows(y=[[1, 0, 2], [0, 3, 0]], t=[[30, 30, 30], [0, 30, 0]])
    ends = [[1, 0, 0], [0, 0, 1]]
    assert aggregate(months, ends).n == 2
    assert aggregate(months, ends, n=1).n == 1


def test_no_contacts_or_nobody_at_risk_on_a_side_is_not_estimable() -> None:
    nothing_after = moments_from_rows(y=[[1, 0], [2, 0], [0, 0]], t=DAYS)
    estimate = rate_ratio(nothing_after, after=1, before=0)
    assert (estimate.status, estimate.log_rr, estimate.n) == ("not_estimable", None, 3)
    assert "no contacts" in estimate.reason
    nobody = moments_from_rows(y=[[0, 1], [0, 2]], t=[[0, 30], [0, 30]])
    assert "nobody was at risk" in rate_ratio(nobody, after=1, before=0).reason
    assert (
        rate_ratio(moments_from_rows(y=np.empty((0, 2)), t=np.empty((0, 2))), after=1, before=0).n
        == 0
    )


def test_one_person_and_identical_people_give_a_point() -> None:
    one = rate_ratio(moments_from_rows(y=[[4, 2]], t=[[180, 180]]), after=1, before=0)
    assert (one.status, one.n) == ("point_only", 1)
    assert one.rr == pytest.approx(0.5)
    same = rate_ratio(moments_from_rows(y=[[3, 2]] * 7, t=[[181, 184]] * 7), after=1, before=0)
    assert (same.status, same.n) == ("point_only", 7)
    assert same.rr == pytest.approx(2 / 3 * 181 / 184)


def test_two_people_by_hand() -> None:
    """Counts 1 -> 2 and 3 -> 2, equal time: ratio 1, psi = +-1/4, variance 2 (1/16 + 1/16)."""
    estimate = rate_ratio(
        moments_from_rows(y=[[1, 2], [3, 2]], t=[[1, 1], [1, 1]]), after=1, before=0
    )
    assert (estimate.log_rr, estimate.se) == pytest.approx((0, 0.5), abs=1e-14)


def test_rates_without_contacts_or_exposure() -> None:
    rates = rate_table(moments_from_rows(y=[[0, 1, 0], [0, 3, 0]], t=[[9, 9, 0], [9, 9, 0]]))
    assert [rate.status for rate in rates] == ["point_only", "ok", "not_estimable"]
    assert (rates[0].rate, rates[0].se, rates[2].rate) == (0.0, None, None)
    assert rates[0].reason == "no contacts were counted"
    assert rates[1].rate == pytest.approx(4 / 18)
    assert rates[1].se == pytest.approx(math.sqrt(2 * 2 * (1 / 18) ** 2))


def test_a_month_is_its_own_baseline_at_zero() -> None:
    moments = moments_from_rows(y=[[1, 2, 0], [3, 2, 0]], t=np.full((2, 3), 30))
    own, other, empty = event_study(moments, baseline=[0])
    assert (own.log_rr, own.status, own.reason) == (
        0.0,
        "point_only",
        "this period is the baseline",
    )
    assert other == rate_ratio(moments, after=1, before=0)
    assert empty.status == "not_estimable"
    assert event_study(moments, baseline=[0, 0])[0] == own
    with pytest.raises(AssertionError):
        event_study(moments, baseline=[])


def test_poisson_covariates_that_cannot_be_told_apart() -> None:
    cell = moments_from_rows(y=[[1, 2], [3, 2]], t=[[1, 1], [1, 1]])
    fit = fit_poisson(cells=[cell], designs=[[[1, 0, 2], [1, 1, 2]]])
    assert (fit.status, fit.coef, fit.cov) == ("not_estimable", None, None)
    assert "told apart" in fit.reason
    assert fit.contrast([0, 1, 0]).reason == fit.reason


def test_poisson_with_all_contacts_on_one_side() -> None:
    """A group without contacts sends its coefficient to minus infinity: said, not printed."""
    some = moments_from_rows(y=[[1, 2], [3, 2]], t=[[1, 1], [1, 1]])
    none = moments_from_rows(y=[[0, 0], [0, 0]], t=[[1, 1], [1, 1]])
    designs = [[[1, 0, 0], [1, 1, 0]], [[1, 0, 1], [1, 1, 1]]]
    fit = fit_poisson(cells=[some, none], designs=designs)
    assert (fit.status, fit.n) == ("not_estimable", 4)
    assert fit.reason == "one of the groups or periods compared has no contacts"
    assert fit_poisson(cells=[none], designs=[designs[0]]).reason == "no contacts were counted"


def test_poisson_where_cells_without_contacts_do_no_harm() -> None:
    """The empty cell lies between others in the covariates, so the maximum is finite: a trend."""
    y = [[4, 0, 6], [2, 0, 5]]
    cell = moments_from_rows(y=y, t=np.ones((2, 3)))
    fit = fit_poisson(cells=[cell], designs=[[[1, 0], [1, 1], [1, 2]]])
    assert fit.status == "ok"
    assert fit.coef is not None
    residual = np.sum(y, axis=0) - 2 * np.exp(fit.coef[0] + fit.coef[1] * np.arange(3))
    assert [residual.sum(), residual @ np.arange(3)] == pytest.approx([0, 0], abs=1e-10)


def test_poisson_with_one_person_is_a_point() -> None:
    cell = moments_from_rows(y=[[4, 2]], t=[[180, 90]])
    fit = fit_poisson(cells=[cell], designs=[[[1, 0], [1, 1]]])
    assert (fit.status, fit.cov, fit.n) == ("point_only", None, 1)
    contrast = fit.contrast([0, 1])
    assert contrast.status == "point_only"
    assert contrast.rr == pytest.approx(1.0)


def test_a_cluster_is_a_unit_like_any_other() -> None:
    """Practices' sums as rows: the error between practices, not between people."""
    rng = np.random.default_rng(3)
    practice = np.repeat(np.arange(12), 20)
    y = rng.poisson(rng.gamma(5, 0.4, 12)[practice, None], (240, 2)) + (practice[:, None] % 2) * [
        0,
        1,
    ]
    t = np.ones((240, 2))
    sums = [np.array([part[practice == p].sum(axis=0) for p in range(12)]) for part in (y, t)]
    people = rate_ratio(moments_from_rows(y=y, t=t), after=1, before=0)
    practices = rate_ratio(moments_from_rows(y=sums[0], t=sums[1]), after=1, before=0)
    assert practices.log_rr == pytest.approx(people.log_rr, abs=1e-12)
    assert practices.n == 12
    assert practices.se is not None
    assert people.se is not None
    assert practices.se > people.se
