"""Empirical Bayes: expected contacts from a person's count and the population's rate and spread."""

import math
from dataclasses import dataclass

import numpy.typing as npt

from righthelp.estimators.arrays import as_counts
from righthelp.estimators.result import Estimate


@dataclass(frozen=True)
class EmpiricalBayes:
    """Hauer's index of effectiveness, with what was observed and expected behind it.

    observed, expected: contacts after the index summed over the seen; variance_expected: of the
    sum expected. None where not made.
    """

    estimate: Estimate
    observed: float
    expected: float | None = None
    variance_expected: float | None = None


def shape_from(mean: float, variance: float) -> float:
    """Return k of the gamma spread of personal rates from complete people's counts.

    k = mean^2/(variance - mean); infinity when variance <= mean (everybody has the same rate).
    mean, variance: of counts over one window of equal length. Source: method of moments for the
    negative binomial (Hauer 1997, section 11.3). Checked on hand values.
    """
    assert mean >= 0
    assert variance >= 0
    return mean * mean / (variance - mean) if variance > mean else math.inf


def empirical_bayes(
    *,
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    t_before: npt.ArrayLike,
    t_after: npt.ArrayLike,
    mean_rate: float,
    k: float,
    trend: float,
) -> EmpiricalBayes:
    """Return Hauer's before-after index: contacts after, over what each person's own rate foretold.

    before, after: (n,) counts; t_before, t_after: (n,) exposures in the unit of time of mean_rate
    (population contacts per person and unit, m). k: spread, see shape_from; infinity allowed.
    trend: the population's after rate over its before rate.
    e_i = trend Ta_i (k + b_i)/(k/m + Tb_i); var(E) = sum trend Ta_i e_i/(k/m + Tb_i), which is
    Hauer's sum (1 - w_i) e_i r_i with r_i = trend Ta_i/Tb_i. Index (A/E)/(1 + var(E)/E^2), SE of
    its log sqrt(1/A + var(E)/E^2)/(1 + var(E)/E^2): a Poisson A given the rates, and m, k and
    trend taken as known. It assumes that personal rates are stable (METHODS.md section 4).
    Nobody seen, no contacts after, nothing to expect, or a trend or rate of 0: not estimable.
    Source: Hauer 1997, Observational Before-After Studies in Road Safety, equations 6.2 and 6.4
    and chapter 11; Hauer et al 2002, Transp Res Rec 1784:126. Checked on rtm_eb_hauer_tutorial
    and against the gamma posterior.
    """
    counts, outcome = as_counts(before), as_counts(after)
    exposure, follow_up = as_counts(t_before), as_counts(t_after)
    assert counts.shape == outcome.shape == exposure.shape == follow_up.shape
    assert not ((counts > 0) & (exposure == 0)).any(), "a contact outside the time at risk"
    assert k > 0
    assert mean_rate >= 0
    assert trend >= 0
    n, observed = counts.size, float(outcome.sum())
    reason = _why_not(
        n=n, observed=observed, follow_up=float(follow_up.sum()), rate=mean_rate * trend
    )
    if reason:
        return EmpiricalBayes(Estimate.none(n=n, reason=reason), observed)
    if math.isinf(k):
        each = trend * follow_up * mean_rate
        variance = 0.0
    else:
        prior = k / mean_rate
        each = trend * follow_up * (k + counts) / (prior + exposure)
        variance = float((trend * follow_up * each / (prior + exposure)).sum())
    expected = float(each.sum())
    relative = variance / expected**2
    estimate = Estimate.ok(
        log_rr=math.log(observed / expected) - math.log1p(relative),
        se=math.sqrt(1 / observed + relative) / (1 + relative),
        n=n,
    )
    return EmpiricalBayes(estimate, observed, expected, variance)


def _why_not(*, n: int, observed: float, follow_up: float, rate: float) -> str:
    if n == 0:
        return "nobody was seen"
    if follow_up <= 0:
        return "nobody was at risk after the index"
    if rate <= 0:
        return "the population had no contacts"
    return "" if observed > 0 else "no contacts were counted after the index"
