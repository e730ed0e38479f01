"""Moments and what comes straight from them: for all counts and exposures."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from righthelp.estimators.moments import (
    Moments,
    aggregate,
    moments_from_patterns,
    moments_from_rows,
)
from righthelp.estimators.rates import event_study, rate_ratio, rate_table

Array = npt.NDArray[np.float64]
Rows = list[list[tuple[int, int]]]


@st.composite
def unit_rows(draw: st.DrawFn, min_units: int = 0, k: int | None = None) -> tuple[Array, Array]:
    """Counts and whole days of some units; no contact outside the time at risk."""
    periods = draw(st.integers(1, 4)) if k is None else k
    period = st.integers(0, 3).flatmap(
        lambda days: st.tuples(st.integers(0, 6) if days else st.just(0), st.just(days))
    )
    unit = st.lists(period, min_size=periods, max_size=periods)
    rows: Rows = draw(st.lists(unit, min_size=min_units, max_size=12))
    table = np.array(rows, dtype=float).reshape(len(rows), periods, 2)
    return table[:, :, 0], table[:, :, 1]


def _assert_same(one: Moments, other: Moments, *, rel: float = 0.0) -> None:
    assert one.n == other.n
    assert one.s == pytest.approx(other.s, rel=rel, abs=rel)
    assert one.q == pytest.approx(other.q, rel=rel, abs=rel)


@given(unit_rows())
def test_moments_are_the_sums_a_loop_makes(rows: tuple[Array, Array]) -> None:
    y, t = rows
    moments = moments_from_rows(y=y, t=t)
    size = 2 * y.shape[1]
    s, q = [0.0] * size, [[0.0] * size for _ in range(size)]
    for counts, days in zip(y.tolist(), t.tolist(), strict=True):
        z = counts + days
        for i in range(size):
            s[i] += z[i]
            for j in range(size):
                q[i][j] += z[i] * z[j]
    assert moments.s.tolist() == s
    assert moments.q.tolist() == q
    assert moments.n == sum(any(days) for days in t.tolist())
    assert moments.k == y.shape[1]


@given(unit_rows(), st.data())
def test_two_half_sites_sum_to_the_whole(rows: tuple[Array, Array], data: st.DataObject) -> None:
    y, t = rows
    first = np.array(
        data.draw(st.lists(st.booleans(), min_size=len(y), max_size=len(y))), dtype=bool
    )
    halves = [moments_from_rows(y=y[half], t=t[half]) for half in (first, ~first)]
    _assert_same(halves[0] + halves[1], moments_from_rows(y=y, t=t))


@given(unit_rows(), st.randoms(use_true_random=False))
def test_row_order_and_people_without_exposure_change_nothing(
    rows: tuple[Array, Array], random: object
) -> None:
    y, t = rows
    order = list(range(len(y)))
    random.shuffle(order)  # type: ignore[attr-defined]
    nobody = np.zeros((2, y.shape[1]))
    shuffled = moments_from_rows(y=np.vstack([y[order], nobody]), t=np.vstack([t[order], nobody]))
    _assert_same(shuffled, moments_from_rows(y=y, t=t))


@given(unit_rows())
def test_patterns_of_exposure_give_the_moments_of_the_rows(rows: tuple[Array, Array]) -> None:
    y, t = rows
    patterns, place = np.unique(t, axis=0, return_inverse=True)
    sums = np.zeros_like(patterns)
    np.add.at(sums, place, y)
    from_patterns = moments_from_patterns(
        n=np.bincount(place, minlength=len(patterns)), y=sums, t=patterns, q_yy=y.T @ y
    )
    _assert_same(from_patterns, moments_from_rows(y=y, t=t))


@given(unit_rows(k=4), st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1))
def test_aggregated_moments_are_those_of_aggregated_rows(
    rows: tuple[Array, Array], matrix: list[list[int]]
) -> None:
    y, t = rows
    weights = np.array(matrix, dtype=float)
    direct = moments_from_rows(y=y @ weights.T, t=t @ weights.T)
    _assert_same(aggregate(moments_from_rows(y=y, t=t), weights, n=direct.n), direct)


@given(unit_rows(min_units=2, k=2))
def test_rate_ratio_is_the_formula_person_by_person(rows: tuple[Array, Array]) -> None:
    """METHODS section 3, in a loop."""
    y, t = rows
    estimate = rate_ratio(moments_from_rows(y=y, t=t), after=1, before=0)
    (before, after), (t_before, t_after) = y.sum(axis=0), t.sum(axis=0)
    n = sum(any(days) for days in t.tolist())
    assert estimate.n == n
    if before == 0 or after == 0:
        assert estimate.status == "not_estimable"
        return
    ra, rb = after / t_after, before / t_before
    assert estimate.log_rr == pytest.approx(math.log(ra / rb), abs=1e-12)
    total = 0.0
    for (b, a), (tb, ta) in zip(y.tolist(), t.tolist(), strict=True):
        total += ((a - ra * ta) / (ra * t_after) - (b - rb * tb) / (rb * t_before)) ** 2
    if n > 1 and total > 1e-12:
        assert estimate.status == "ok"
        assert estimate.se == pytest.approx(math.sqrt(n / (n - 1) * total), rel=1e-9)
    else:
        assert estimate.status == "point_only"


def _panel(seed: int, n: int, k: int) -> tuple[Array, Array]:
    """Days and visits with late joiners and early leavers; some are never at risk."""
    rng = np.random.default_rng(seed)
    joined, left = rng.integers(-60, 31 * k, n), rng.integers(0, 31 * k + 120, n)
    start, end = np.arange(k) * 31, (np.arange(k) + 1) * 31
    t = np.clip(np.minimum(left[:, None], end) - np.maximum(joined[:, None], start), 0, 31)
    return rng.poisson(rng.gamma(0.7, 0.15, (n, 1)) * t).astype(float), t.astype(float)


def _cluster_glm(
    y: Array, t: Array, person: npt.NDArray[np.int64], x: Array, factor: float
) -> tuple[float, float]:
    """Return the last coefficient and its clustered error, times the root of the factor."""
    model = sm.GLM(y, x, family=sm.families.Poisson(), offset=np.log(t))
    options = {"groups": person, "use_correction": False}
    fit = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds=options)
    return float(fit.params[-1]), float(fit.bse[-1]) * math.sqrt(factor)


@pytest.mark.parametrize("seed", range(8))
def test_event_study_and_rates_are_clustered_poisson_models(seed: int) -> None:
    """statsmodels, for each month outside the baseline and for each month's rate."""
    y, t = _panel(seed, n=60, k=6)
    moments, baseline = moments_from_rows(y=y, t=t), [0, 1, 2]
    factor = moments.n / (moments.n - 1)
    person = np.repeat(np.arange(len(y))[:, None], 6, axis=1)
    for month, estimate in enumerate(event_study(moments, baseline=baseline)):
        if month in baseline:
            continue
        kept = np.zeros_like(t, dtype=bool)
        kept[:, [*baseline, month]] = True
        kept &= t > 0
        own = (np.broadcast_to(np.arange(6) == month, t.shape))[kept]
        x = np.column_stack([np.ones(own.size), own])
        coef, se = _cluster_glm(y[kept], t[kept], person[kept], x, factor)
        assert estimate.log_rr == pytest.approx(coef, abs=1e-10)
        assert estimate.se == pytest.approx(se, rel=1e-9)
    for month, rate in enumerate(rate_table(moments)):
        at_risk = t[:, month] > 0
        coef, se = _cluster_glm(
            y[at_risk, month],
            t[at_risk, month],
            person[at_risk, month],
            np.ones((int(at_risk.sum()), 1)),
            factor,
        )
        assert rate.rate == pytest.approx(math.exp(coef), rel=1e-10)
        assert rate.se == pytest.approx(math.exp(coef) * se, rel=1e-9)


@given(st.integers(0, 10_000))
def test_a_month_of_the_baseline_shares_its_people_with_it(seed: int) -> None:
    """The jackknife in a loop: the error of log(rate of month / pooled rate) to first order."""
    y, t = _panel(seed, n=400, k=4)
    moments = moments_from_rows(y=y, t=t)
    estimate = event_study(moments, baseline=[0, 1, 2])[1]
    kept = t.any(axis=1)
    y, t = y[kept], t[kept]
    without_y, without_t = y.sum(axis=0) - y, t.sum(axis=0) - t
    values = np.log(without_y[:, 1] / without_t[:, 1]) - np.log(
        without_y[:, :3].sum(axis=1) / without_t[:, :3].sum(axis=1)
    )
    n = len(values)
    jackknife = math.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())
    assert estimate.se == pytest.approx(jackknife, rel=0.03)


@given(unit_rows(min_units=2, k=3), st.integers(1, 400))
def test_the_unit_of_time_changes_no_ratio(rows: tuple[Array, Array], unit: int) -> None:
    y, t = rows
    days = event_study(moments_from_rows(y=y, t=t), baseline=[0, 1])
    scaled = event_study(moments_from_rows(y=y, t=t * unit), baseline=[0, 1])
    for one, other in zip(days, scaled, strict=True):
        assert (one.status, one.n) == (other.status, other.n)
        if one.log_rr is not None:
            assert one.log_rr == pytest.approx(other.log_rr, abs=1e-10)
        if one.se is not None:
            assert one.se == pytest.approx(other.se, rel=1e-8)
