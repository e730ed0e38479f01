"""An interrupted time series: when it is refused, and what its errors are worth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm

from righthelp.estimators.series import InterruptedSeries, interrupted_series

Array = npt.NDArray[np.float64]


def _months(n: int) -> npt.NDArray[np.int64]:
    """Return months of the year that begin with April, as the NHS year does."""
    return (np.arange(n) + 3) % 12 + 1


def _draw(rng: np.random.Generator, n: int, *, correlation: float = 0.0, mean: int = 2000) -> Array:
    """Return counts with a season, no effect, and chance that may last from month to month."""
    noise = rng.normal(0, 1, n)
    for place in range(1, n):
        fresh = math.sqrt(1 - correlation**2) * noise[place]
        noise[place] = correlation * noise[place - 1] + fresh
    season = 0.15 * np.cos(2 * np.pi * _months(n) / 12)
    return rng.poisson(mean * np.exp(season + 0.05 * noise)).astype(float)


def _fit(counts: Array, *, start: int, **settings: Any) -> InterruptedSeries:
    given: dict[str, Any] = {
        "person_months": np.full(counts.size, 1000.0),
        "month_of_year": _months(counts.size),
    }
    return interrupted_series(counts=counts, start=start, **(given | settings))


@pytest.mark.parametrize(
    ("n_before", "n_after", "n_waves", "reason"),
    [
        (23, 12, 0, "fewer than 24 months before"),
        (24, 6, 0, ""),
        (24, 5, 0, "fewer than 6 months after"),
        (11, 12, 1, "fewer than 12 months before"),
        (12, 6, 1, ""),
        (0, 40, 0, "fewer than 24 months before"),
        (40, 0, 0, "fewer than 6 months after"),
    ],
)
def test_a_series_that_is_too_short_says_so(
    n_before: int, n_after: int, n_waves: int, reason: str
) -> None:
    counts = _draw(np.random.default_rng(3), n_before + n_after)
    ours = _fit(counts, start=n_before, n_waves=n_waves, with_slope=True)
    assert ours.slope is not None
    assert ours.level.status == ours.slope.status == ("not_estimable" if reason else "ok")
    assert reason in ours.level.reason
    assert (ours.dispersion is None) == bool(reason)
    assert ours.n_months == n_before + n_after


def test_a_month_of_the_year_without_contacts_cannot_be_fitted() -> None:
    counts = np.where(_months(48) == 8, 0.0, 50.0)
    assert "has no contacts" in _fit(counts, start=24).level.reason
    assert _fit(counts * 0, start=24).level.reason == "no contacts were counted"


def test_months_without_person_time_are_not_months_of_the_series() -> None:
    counts = _draw(np.random.default_rng(3), 36)
    person_months = np.full(36, 1000.0)
    counts[[5, 6]] = person_months[[5, 6]] = 0
    ours = _fit(counts, start=24, person_months=person_months)
    assert "fewer than 24 months before" in ours.level.reason
    assert ours.n_months == 34


def test_counts_without_chance_give_the_change_and_no_interval() -> None:
    """Level 0.8 and slope 0.99 a month are put in; the trend and the season do not hide them."""
    place, start = np.arange(48), 30
    after = place >= start
    log_rate = 0.01 * place + 0.2 * np.sin(_months(48)) + after * math.log(0.8)
    counts = 1000 * np.exp(log_rate + after * (place - start) * math.log(0.99))
    ours = _fit(counts, start=start, with_slope=True)
    assert ours.slope is not None
    assert ours.level.rr == pytest.approx(0.8, rel=1e-10)
    assert ours.slope.rr == pytest.approx(0.99, rel=1e-10)
    assert ours.level.status == ours.slope.status == "point_only"


@pytest.mark.parametrize("n_waves", [0, 2])
@pytest.mark.parametrize("lag", [0, 1, 12])
def test_both_errors_of_level_and_slope_are_those_of_statsmodels(n_waves: int, lag: int) -> None:
    counts = _draw(np.random.default_rng(5), 60, correlation=0.4)
    person_months = np.linspace(900, 1100, 60)
    place, month = np.arange(60), _months(60)
    after = (place >= 40).astype(float)
    dummies = [month == number for number in range(2, 13)]
    waves = [f(2 * np.pi * k * month / 12) for k in (1, 2) for f in (np.cos, np.sin)]
    terms = [after, after * (place - 40), np.ones(60), place, *(waves if n_waves else dummies)]
    model = sm.GLM(
        counts,
        np.column_stack(terms).astype(float),
        family=sm.families.Poisson(),
        offset=np.log(person_months),
    )
    plain = model.fit(scale="X2", tol=1e-13)
    robust = model.fit(
        cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": False}, tol=1e-13
    )
    ours = _fit(
        counts,
        start=40,
        person_months=person_months,
        with_slope=True,
        n_waves=n_waves,
        lag_months=lag,
    )
    assert ours.slope is not None
    assert [ours.level.log_rr, ours.slope.log_rr] == pytest.approx(plain.params[:2], abs=1e-11)
    assert ours.dispersion == pytest.approx(plain.scale, rel=1e-9)
    quasi = [ours.level_quasi_se, ours.slope_quasi_se]
    newey_west = [ours.level_newey_west_se, ours.slope_newey_west_se]
    assert quasi == pytest.approx(plain.bse[:2], rel=1e-8)
    assert newey_west == pytest.approx(robust.bse[:2], rel=1e-8)
    assert ours.level.se == max(ours.level_quasi_se or 0, ours.level_newey_west_se or 0)


def test_gaps_keep_their_place_among_the_lags() -> None:
    """A gap of two months in the middle: with lag 1 its two sides do not touch."""
    counts, person_months = _draw(np.random.default_rng(5), 62), np.full(62, 1000.0)
    gap = np.isin(np.arange(62), [30, 31])
    counts[gap] = person_months[gap] = 0
    ours = _fit(counts, start=40, person_months=person_months, lag_months=1)
    month, place = _months(62), np.arange(62)
    terms = [place >= 40, np.ones(62), place, *(month == number for number in range(2, 13))]
    x = np.column_stack(terms).astype(float)
    model = sm.GLM(counts[~gap], x[~gap], family=sm.families.Poisson()).fit(tol=1e-13)
    score = np.zeros_like(x)
    score[~gap] = x[~gap] * (counts[~gap] - model.mu)[:, None]
    meat = np.zeros((14, 14))
    for one in range(62):
        for other in range(max(one - 1, 0), min(one + 2, 62)):
            meat += (1 if one == other else 0.5) * np.outer(score[one], score[other])
    bread = np.linalg.inv((x[~gap] * model.mu[:, None]).T @ x[~gap])
    expected = math.sqrt((bread @ meat @ bread)[0, 0])
    assert ours.level_newey_west_se == pytest.approx(expected, rel=1e-9)
    assert ours.n_months == 60


def test_in_short_series_newey_west_alone_would_claim_far_too_often() -> None:
    """24 months and 12, no effect, independent months: the figures of the docstring.

    500 series: one standard error of a share near .93 is .011, near .52 .022.
    """
    rng = np.random.default_rng(11)
    wide, narrow = [], []
    for _ in range(500):
        counts = _draw(rng, 36)
        ours = _fit(counts, start=24)
        lag_12 = _fit(counts, start=24, lag_months=12).level_newey_west_se
        assert ours.level.log_rr is not None and ours.level.se is not None and lag_12 is not None
        wide.append(abs(ours.level.log_rr) < 1.96 * ours.level.se)
        narrow.append(abs(ours.level.log_rr) < 1.96 * lag_12)
    assert 0.90 < np.mean(wide) < 0.97
    assert 0.45 < np.mean(narrow) < 0.60
