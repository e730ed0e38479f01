"""Random-effects synthesis of the sites' log rate ratios (METHODS.md section 6)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_floats
from righthelp.estimators.result import Status

Method = Literal["REML", "PM"]
PREDICTION_MINIMUM = 3
LEVEL = 0.95


@dataclass(frozen=True)
class Synthesis:
    """The mean log rate ratio of the sites, how far they spread, and where a new site might lie.

    se, ci_*: of the mean. tau2: variance between sites. i2: share (0 to 1) of the variance that is
    between sites. q: Cochran's Q. pi_*: prediction interval, None below three sites. weights: (k,)
    shares that add to 1. One site: its own estimate and normal interval, tau2, i2 and q None.
    """

    log_rr: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    tau2: float | None
    i2: float | None
    q: float | None
    pi_low: float | None
    pi_high: float | None
    k: int
    status: Status
    reason: str = ""
    weights: tuple[float, ...] = ()


def synthesise(
    *,
    log_rr: npt.ArrayLike,
    se: npt.ArrayLike,
    method: Method = "REML",
    hartung_knapp: bool = True,
) -> Synthesis:
    """Return the random-effects mean of k sites with Hartung-Knapp error and prediction interval.

    log_rr, se: (k,), every se above 0. tau2 by REML (its highest point over a grid, then the root
    of the score, so a second peak does no harm) or Paule-Mandel. Hartung-Knapp: variance
    max(q, 1)/sum w, q = sum w (y - mu)^2/(k - 1), interval t(k-1). hartung_knapp=False: variance
    1/sum w, normal interval. Prediction interval in both cases mu -+ t(k-1) sqrt(tau2 + se^2) with
    that se (Higgins, Thompson & Spiegelhalter 2009 with k-1; metafor 3.8 has it so with knha, and
    a normal quantile without). I^2 = tau2/(tau2 + s2) with Higgins & Thompson's typical variance.
    No site: not estimable. Sources: Viechtbauer 2005, J Educ Behav Stat 30:261 (REML); Paule &
    Mandel 1982; Hartung & Knapp 2001; Roever, Knapp & Friede 2015, BMC Med Res Methodol 15:99
    (q >= 1). Checked on meta_bcg and against statsmodels combine_effects.
    """
    y, errors = as_floats(log_rr), as_floats(se)
    assert y.shape == errors.shape
    assert (errors > 0).all()
    k = y.size
    if k == 0:
        return _without_spread(None, None, k)
    if k == 1:
        return _without_spread(float(y[0]), float(errors[0]), k)
    v = errors**2
    tau2 = {"REML": _tau2_reml, "PM": _tau2_paule_mandel}[method](y, v)
    w = 1 / (v + tau2)
    mean = float(w @ y / w.sum())
    variance = 1 / float(w.sum())
    if hartung_knapp:
        variance *= max(1.0, float(w @ (y - mean) ** 2) / (k - 1))
    quantile = _quantile_t(k - 1)
    half = math.sqrt(variance) * (quantile if hartung_knapp else _quantile_normal())
    reach = quantile * math.sqrt(tau2 + variance) if k >= PREDICTION_MINIMUM else None
    return Synthesis(
        log_rr=mean,
        se=math.sqrt(variance),
        ci_low=mean - half,
        ci_high=mean + half,
        tau2=tau2,
        i2=tau2 / (tau2 + _typical_variance(v)),
        q=_spread(y, v, 0.0),
        pi_low=None if reach is None else mean - reach,
        pi_high=None if reach is None else mean + reach,
        k=k,
        status="ok",
        weights=tuple((w / w.sum()).tolist()),
    )


def leave_one_out(
    *,
    log_rr: npt.ArrayLike,
    se: npt.ArrayLike,
    method: Method = "REML",
    hartung_knapp: bool = True,
) -> tuple[Synthesis, ...]:
    """Return, for each site in turn, the synthesis of all the others. Checked on meta_bcg."""
    y, errors = as_floats(log_rr), as_floats(se)
    return tuple(
        synthesise(
            log_rr=np.delete(y, i),
            se=np.delete(errors, i),
            method=method,
            hartung_knapp=hartung_knapp,
        )
        for i in range(y.size)
    )


def _without_spread(log_rr: float | None, se: float | None, k: int) -> Synthesis:
    half = None if se is None else _quantile_normal() * se
    return Synthesis(
        log_rr=log_rr,
        se=se,
        ci_low=None if log_rr is None or half is None else log_rr - half,
        ci_high=None if log_rr is None or half is None else log_rr + half,
        tau2=None,
        i2=None,
        q=None,
        pi_low=None,
        pi_high=None,
        k=k,
        status="ok" if k else "not_estimable",
        reason="" if k else "no site gave an estimate with its standard error",
        weights=(1.0,) * k,
    )


def _tau2_reml(y: FloatArray, v: FloatArray) -> float:
    """Return the variance between sites at the highest point of the restricted likelihood."""
    top = 4 * float(np.ptp(y)) ** 2
    if top == 0:
        return 0.0
    grid = np.concatenate([[0.0], top * np.geomspace(1e-10, 1, 400)])
    best = int(np.argmax(_restricted_likelihood(y, v, grid)))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    if _score(y, v, low) <= 0 or _score(y, v, high) >= 0:
        return float(grid[best])
    return _root(lambda tau2: _score(y, v, tau2), low, high)


def _restricted_likelihood(y: FloatArray, v: FloatArray, tau2: FloatArray) -> FloatArray:
    """Return the restricted log-likelihood, less a constant, at each of the given variances."""
    w = 1 / (v + tau2[:, None])
    total = w.sum(axis=1)
    distance = y - (w @ y / total)[:, None]
    log_likelihood: FloatArray = (
        np.log(w).sum(axis=1) - np.log(total) - (w * distance**2).sum(axis=1)
    ) / 2
    return log_likelihood


def _score(y: FloatArray, v: FloatArray, tau2: float) -> float:
    """Return twice the slope of the restricted likelihood: y'PPy - tr(P)."""
    w = 1 / (v + tau2)
    residual = w * (y - w @ y / w.sum())
    return float(residual @ residual - w.sum() + (w @ w) / w.sum())


def _tau2_paule_mandel(y: FloatArray, v: FloatArray) -> float:
    """Return the variance between sites at which the spread is what chance gives, k - 1."""
    degrees = y.size - 1
    if _spread(y, v, 0.0) <= degrees:
        return 0.0
    return _root(lambda tau2: _spread(y, v, tau2) - degrees, 0.0, 4 * float(np.ptp(y)) ** 2)


def _spread(y: FloatArray, v: FloatArray, tau2: float) -> float:
    w = 1 / (v + tau2)
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _typical_variance(v: FloatArray) -> float:
    w = 1 / v
    return float((w.size - 1) * w.sum() / (w.sum() ** 2 - w @ w))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-13))


def _quantile_t(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, (1 + LEVEL) / 2))


def _quantile_normal() -> float:
    return NormalDist().inv_cdf((1 + LEVEL) / 2)
