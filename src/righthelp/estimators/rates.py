"""Crude rates, rate ratios and the event study, each straight from moments (METHODS.md section 3).

The influence of unit i on the log rate of a set of periods is y_i/Y - t_i/T (its counts and
exposures there over everybody's), a linear form g'z_i; so the variance of any contrast of log
rates is n/(n-1) g'Qg. Source: the linearised ratio estimator (Cochran 1977, Sampling Techniques,
section 6.3); the same as a Poisson model with unit-clustered errors (Liang & Zeger 1986).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from righthelp.estimators.arrays import FloatArray
from righthelp.estimators.moments import Moments
from righthelp.estimators.result import NO_VARIATION, Estimate, Status


@dataclass(frozen=True)
class Rate:
    """Contacts per unit of exposure in one period, with its unit-clustered standard error.

    n: units behind the moments. No exposure: not estimable. No contacts: 0 without an error.
    """

    rate: float | None
    se: float | None
    n: int
    status: Status
    reason: str = ""


def rate_ratio(moments: Moments, *, after: int, before: int) -> Estimate:
    """Return the crude log rate ratio of period `after` against period `before`.

    psi_i = (a_i - ra Ta_i)/(ra sum Ta) - (b_i - rb Tb_i)/(rb sum Tb), variance n/(n-1) sum psi^2
    (METHODS.md section 3). No contacts or no exposure on a side: not estimable; one unit: a point.
    Checked on paired_epil_weeks_offset and against statsmodels GLM clustered.
    """
    return _compare(moments, [after], [before])


def rate_table(moments: Moments) -> tuple[Rate, ...]:
    """Return the rate of each period and its standard error, per unit of exposure.

    psi_i = (y_i - r t_i)/sum t, variance n/(n-1) sum psi^2.
    Checked against statsmodels GLM clustered on exp(coefficient).
    """
    return tuple(_rate(moments, period) for period in range(moments.k))


def event_study(moments: Moments, *, baseline: Sequence[int]) -> tuple[Estimate, ...]:
    """Return for every period its log rate against the pooled rate of the baseline periods.

    baseline: indices of periods (for months -12..-7 the columns that hold them). A period of the
    baseline shares its people with it and its error says so; a baseline of one period alone is 0
    by definition, a point. Checked against statsmodels GLM clustered.
    """
    periods = sorted(set(baseline))
    assert periods, "the baseline needs at least one period"
    return tuple(
        Estimate.point(log_rr=0.0, n=moments.n, reason="this period is the baseline")
        if [period] == periods
        else _compare(moments, [period], periods)
        for period in range(moments.k)
    )


def _compare(moments: Moments, after: list[int], before: list[int]) -> Estimate:
    for periods, side in ((after, "period compared"), (before, "period compared with")):
        if moments.exposures[periods].sum() <= 0:
            return Estimate.none(n=moments.n, reason=f"nobody was at risk in the {side}")
        if moments.counts[periods].sum() <= 0:
            return Estimate.none(n=moments.n, reason=f"no contacts were counted in the {side}")
    log_after, form_after = _log_rate(moments, after)
    log_before, form_before = _log_rate(moments, before)
    return Estimate.from_variance(
        log_rr=log_after - log_before,
        variance=_variance(moments, form_after - form_before),
        n=moments.n,
    )


def _log_rate(moments: Moments, periods: list[int]) -> tuple[float, FloatArray]:
    count = moments.counts[periods].sum()
    exposure = moments.exposures[periods].sum()
    form = np.zeros(2 * moments.k)
    form[periods] = 1 / count
    form[[moments.k + period for period in periods]] = -1 / exposure
    return math.log(count / exposure), form


def _variance(moments: Moments, form: FloatArray) -> float:
    """Return n/(n-1) g'Qg, with what is only rounding of the cancelling terms set to 0."""
    if moments.n < 2:
        return 0.0
    total = float(form @ moments.q @ form)
    size = float(np.abs(form) @ np.abs(moments.q) @ np.abs(form))
    return 0.0 if total <= 1e-14 * size else moments.n / (moments.n - 1) * total


def _rate(moments: Moments, period: int) -> Rate:
    count, exposure = moments.counts[period], moments.exposures[period]
    if exposure <= 0:
        return Rate(None, None, moments.n, "not_estimable", "nobody was at risk")
    rate = float(count / exposure)
    form = np.zeros(2 * moments.k)
    form[period], form[moments.k + period] = 1 / exposure, -rate / exposure
    variance = _variance(moments, form)
    if variance > 0:
        return Rate(rate, math.sqrt(variance), moments.n, "ok")
    reason = "no contacts were counted" if count == 0 else NO_VARIATION
    return Rate(rate, None, moments.n, "point_only", reason)
