"""Estimates from published or supplied summary numbers: n, means and standard deviations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import as_floats
from righthelp.estimators.result import Estimate

CORRELATIONS = (0.0, 0.25, 0.5, 0.75)
NO_SDS = "no standard deviations were supplied, so no interval can be made"


@dataclass(frozen=True)
class RatioOfRatios:
    """Seen people's change over reference people's, one estimate for each assumed correlation.

    baseline_ratio: seen mean over reference mean before; None where the latter is 0. Far from 1
    the two groups were not alike at the start.
    """

    estimates: tuple[Estimate, ...]
    baseline_ratio: float | None


@dataclass(frozen=True)
class RegressionToMean:
    """Expected means of people selected above a cut, and the fall that selection alone brings."""

    mean_before: float
    mean_after: float
    effect: float


def before_after_summary(
    *,
    n: int,
    mean_before: float,
    sd_before: float | None,
    mean_after: float,
    sd_after: float | None,
    correlations: Sequence[float] = CORRELATIONS,
) -> tuple[Estimate, ...]:
    """Return the log ratio of two means of the same people, once for each assumed correlation.

    Means and SDs (divisor n-1) per person over windows of equal length. Delta method:
    var = (ca^2 + cb^2 - 2 r ca cb)/n with c = SD/mean. A missing SD: points alone; a mean of 0:
    not estimable. Always as many estimates as correlations. Source: ratio of correlated means
    (Lajeunesse 2011, Ecology 92:2049, equation 3). With the correlation that the rows have it is
    the crude rate ratio of complete people: checked so.
    """
    assert n >= 0
    assert mean_before >= 0
    assert mean_after >= 0
    assert correlations
    reason = _why_not(n, mean_before, mean_after)
    if reason:
        return tuple(Estimate.none(n=n, reason=reason) for _ in correlations)
    log_rr = math.log(mean_after / mean_before)
    if sd_before is None or sd_after is None:
        return tuple(Estimate.point(log_rr=log_rr, n=n, reason=NO_SDS) for _ in correlations)
    after, before = sd_after / mean_after, sd_before / mean_before
    return tuple(
        Estimate.from_variance(
            log_rr=log_rr, variance=_variance(after, before, correlation) / n, n=n
        )
        for correlation in correlations
    )


def ratio_of_ratios(
    *,
    n_seen: int,
    seen_before: float,
    seen_after: float,
    reference_before: float,
    reference_after: float,
    n_reference: int | None = None,
    sd_seen_before: float | None = None,
    sd_seen_after: float | None = None,
    sd_reference_before: float | None = None,
    sd_reference_after: float | None = None,
    correlations: Sequence[float] = CORRELATIONS,
) -> RatioOfRatios:
    """Return the seen people's ratio of means over the reference people's.

    Means per person over windows of equal length; SDs with divisor n-1. The variances of the two
    groups add (different people, no matching assumed), each at the same assumed correlation. An
    SD or n_reference missing: points alone, and why. Checked on City and Hackney (Hull, Carnes et
    al, SAPC 2016, the study of Carnes et al 2017, BMC Health Serv Res 17:835): 10.0 to 8.6
    against 3.9 to 4.3 is 0.780, and 2.56 times as many at the start.
    """
    seen = before_after_summary(
        n=n_seen,
        mean_before=seen_before,
        sd_before=sd_seen_before,
        mean_after=seen_after,
        sd_after=sd_seen_after,
        correlations=correlations,
    )
    reference = before_after_summary(
        n=1 if n_reference is None else n_reference,
        mean_before=reference_before,
        sd_before=sd_reference_before,
        mean_after=reference_after,
        sd_after=sd_reference_after,
        correlations=correlations,
    )
    estimates = tuple(
        _divide(one, two, n_known=n_reference is not None)
        for one, two in zip(seen, reference, strict=True)
    )
    return RatioOfRatios(estimates, seen_before / reference_before if reference_before else None)


def external_correlation(
    *,
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    population_mean: float,
    correlations: Sequence[float] = CORRELATIONS,
    n: int | None = None,
) -> tuple[Estimate, ...]:
    """Return the log ratio of contacts to those expected, once for each correlation from outside.

    e = m + r (b - m), m the population's mean over a window as long as before and after. before,
    after: (n,) counts of the seen, or their two means alone with n. Always points: the correlation
    and m are not the site's own, so the range is the answer, not an interval. r = 1 is the crude
    ratio. Source: Davis 1976, Am J Epidemiol 104:493. Checked by hand values.
    """
    counts, outcome = as_floats(np.atleast_1d(before)), as_floats(np.atleast_1d(after))
    assert counts.shape == outcome.shape
    assert population_mean >= 0
    assert correlations
    n_seen = counts.size if n is None else n
    if counts.size == 0 or n_seen == 0:
        return tuple(Estimate.none(n=0, reason="nobody was seen") for _ in correlations)
    mean_before, mean_after = float(counts.mean()), float(outcome.mean())
    return tuple(
        _point_at(population_mean + r * (mean_before - population_mean), mean_after, n_seen, r)
        for r in correlations
    )


def regression_to_mean_normal(
    *, mean: float, sd: float, rho: float, cut: float
) -> RegressionToMean:
    """Return what selection above a cut alone does to the means of two normal measurements.

    Both have the given mean and sd, and correlation rho; people enter when the first exceeds
    `cut`. effect = sd (1 - rho) phi(z)/(1 - Phi(z)), z = (cut - mean)/sd, is the fall to expect.
    Source: Davis 1976; Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34:215, equation 1.
    Checked on rtm_bivariate_normal (every row).
    """
    from scipy.special import log_ndtr

    assert sd > 0
    assert -1 <= rho <= 1
    z = (cut - mean) / sd
    log_density = -0.5 * z * z - 0.5 * math.log(2 * math.pi)
    excess = sd * math.exp(log_density - float(log_ndtr(-z)))
    return RegressionToMean(mean + excess, mean + rho * excess, (1 - rho) * excess)


def _why_not(n: int, mean_before: float, mean_after: float) -> str:
    if n == 0:
        return "nobody was seen"
    if mean_before == 0:
        return "no contacts were counted before"
    return "" if mean_after > 0 else "no contacts were counted after"


def _variance(after: float, before: float, correlation: float) -> float:
    """Return (a - b)^2 + 2(1 - r)ab: what a^2 + b^2 - 2rab is, without the loss of digits."""
    assert -1 <= correlation <= 1
    return (after - before) ** 2 + 2 * (1 - correlation) * after * before


def _divide(seen: Estimate, reference: Estimate, *, n_known: bool) -> Estimate:
    if seen.log_rr is None:
        return seen
    if reference.log_rr is None:
        return Estimate.none(n=seen.n, reason=f"among the reference people {reference.reason}")
    log_rr = seen.log_rr - reference.log_rr
    if seen.se is not None and reference.se is not None:
        return Estimate.ok(log_rr=log_rr, se=math.hypot(seen.se, reference.se), n=seen.n)
    if seen.se is not None and not n_known:
        reason = "the number of reference people was not supplied, so no interval can be made"
        return Estimate.point(log_rr=log_rr, n=seen.n, reason=reason)
    return Estimate.point(log_rr=log_rr, n=seen.n, reason=seen.reason or reference.reason)


def _point_at(expected: float, observed: float, n: int, correlation: float) -> Estimate:
    if expected <= 0 or observed <= 0:
        side = "expected" if expected <= 0 else "counted after"
        return Estimate.none(n=n, reason=f"no contacts were {side}")
    reason = f"it rests on an assumed correlation of {correlation:g}, not on the site's own data"
    return Estimate.point(log_rr=math.log(observed / expected), n=n, reason=reason)
