"""How well a design does over many seeds, each measure with its Monte Carlo error.

Over n seeds (Morris, White & Crowther 2019, Statistics in Medicine 38:2074, table 6), x the
estimates, s their standard errors, d the truth:

- bias mean(x) - d: S/sqrt(n), with S = sd(x), the empirical standard error;
- empirical standard error S: S/sqrt(2(n-1));
- root mean squared error R, R^2 = mean((x-d)^2): sd((x-d)^2)/sqrt(n)/(2R), delta method;
- model over empirical standard error M/S, M^2 = mean(s^2):
  (M/S) sqrt(var(s^2)/(4 n M^4) + 1/(2(n-1)));
- a share p (coverage, claims): sqrt(p(1-p)/n).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.evidence.estimates import Z95

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """A share of seeds and its Monte Carlo error."""

    value: float
    error: float

    @classmethod
    def of(cls, flags: npt.NDArray[np.bool_]) -> Share:
        """The share of flags that are set."""
        p = float(flags.mean())
        return cls(p, math.sqrt(p * (1 - p) / flags.size))


@dataclass(frozen=True)
class Performance:
    """A design over all seeds: (value, Monte Carlo error) of each measure, on the log scale.

    excludes: share of 95% intervals without 1. differs: share of verdicts "differs from what was
    expected", None for a design that never says so.
    """

    n: int
    bias: Share
    rmse: Share
    empirical_se: Share
    se_ratio: Share
    coverage: Share
    excludes: Share
    differs: Share | None


def measure(
    *, log_rr: Floats, se: Floats, truth: float, differs: npt.NDArray[np.bool_] | None
) -> Performance:
    """Performance of estimates (n,) with standard errors (n,) against a truth; n of 2 or more."""
    n = log_rr.size
    empirical = float(log_rr.std(ddof=1))
    squares = (log_rr - truth) ** 2
    rmse = math.sqrt(squares.mean())
    model = math.sqrt((se**2).mean())
    ratio = model / empirical
    spread = float((se**2).var(ddof=1)) / (4 * n * model**4)
    half = Z95 * se
    return Performance(
        n=n,
        bias=Share(float(log_rr.mean()) - truth, empirical / math.sqrt(n)),
        rmse=Share(rmse, float(squares.std(ddof=1)) / math.sqrt(n) / (2 * rmse)),
        empirical_se=Share(empirical, empirical / math.sqrt(2 * (n - 1))),
        se_ratio=Share(ratio, ratio * math.sqrt(spread + 1 / (2 * (n - 1)))),
        coverage=Share.of(np.abs(log_rr - truth) <= half),
        excludes=Share.of(np.abs(log_rr) > half),
        differs=None if differs is None else Share.of(differs),
    )
