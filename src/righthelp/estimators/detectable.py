"""How large a change a site could find at all, said before anybody looks at what came after.

Nothing here takes a seen person's count after the index. What a test finds with a given power lies
where |log RR| = (z_{1-alpha/2} + z_power) SE(RR). An effect that multiplies everybody's rate by
rho leaves Poisson noise of 1/rho and the spread between people as it is, so with E the expected
contacts and phi their dispersion (variance over mean, given the past)

    SE(rho)^2 = (1/rho + phi - 1)/E + variance of log E.

Source: Zhu & Lakkis 2014, Stat Med 33:376 (the same, for two groups of negative binomial counts).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts
from righthelp.estimators.influence import sum_of_squares_by_person
from righthelp.estimators.summary import CORRELATIONS

ALPHA = 0.05
POWER = 0.8
RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Detectable:
    """The rate ratios nearest to 1, one below and one above, that would be found often enough.

    se: of the log rate ratio were nothing changed. n: seen people. "above_only": even the largest
    fall would not be found that often, so below is None. "not_estimable": all None, and why.
    """

    below: float | None
    above: float | None
    se: float | None
    n: int
    status: Literal["ok", "above_only", "not_estimable"]
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.below is None) == (self.status != "ok")
        assert (self.above is None) == (self.se is None) == (self.status == "not_estimable")
        assert self.below is None or 0 < self.below < 1
        assert self.above is None or self.above > 1
        assert bool(self.reason) == (self.status != "ok")


def detect_ratios(
    *,
    n: int,
    expected: float,
    dispersion: float,
    expected_log_se: float = 0.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> Detectable:
    """Return what a two-sided test of the log rate ratio at `alpha` finds with `power`.

    n: seen people; expected: E, contacts expected of all of them together; dispersion: phi, below
    1 taken as 1 (no less noise than chance); expected_log_se: SE of log E, for k matched
    comparators each sqrt(phi/(k E)). Nobody seen or E not above 0: not estimable. Checked against
    statsmodels power_negbin_ratio_2indep, and by simulated power.
    """
    assert n >= 0
    assert dispersion >= 0
    assert expected_log_se >= 0
    if n == 0 or expected <= 0:
        return _not_estimable(n, "nobody was seen" if n == 0 else "no contacts are expected")
    between = max(dispersion - 1, 0) / expected + expected_log_se**2
    return _solve(n, noise=1 / expected, between=between, z=_sum_of_quantiles(alpha, power))


def detect_from_history(
    *,
    seen_history: npt.ArrayLike,
    seen_stratum: npt.ArrayLike,
    reference_after: npt.ArrayLike,
    reference_history: npt.ArrayLike,
    reference_stratum: npt.ArrayLike,
    reference_person: npt.ArrayLike,
    alpha: float = ALPHA,
    power: float = POWER,
) -> Detectable:
    """Return what the projection could find, from the seen people's past and the reference people.

    seen_history: (n, h), reference_history: (m, h) earlier counts; reference_after: (m,);
    *_stratum: codes, each with reference people (merge_strata); reference_person: (m,) codes.
    Reference people's count after is regressed on history with an intercept a stratum, as in
    projection. E = sum of the line over the seen; phi = residual variance (divisor m - rank) over
    the mean count after; SE of log E from the rows' influence on E, summed by person. phi is
    exactly alike among reference and seen people where rates are gamma and stable (the variance
    given the past is then proportional to the expectation); on real visits of a German panel the SE
    comes out 6 to 10% too small. No more rows than coefficients: not estimable. E checked against
    projection and OLS of statsmodels, phi against the latter, the whole by simulated power.
    """
    history, past = as_counts(seen_history, ndim=2), as_counts(reference_history, ndim=2)
    after, person = as_counts(reference_after), as_codes(reference_person)
    seen_codes, codes = as_codes(seen_stratum), as_codes(reference_stratum)
    assert not codes.size or np.isin(seen_codes, codes).all(), "a stratum without reference people"
    strata = np.unique(codes)
    x = np.hstack([codes[:, None] == strata, past]).astype(np.float64)
    x_seen = np.hstack([seen_codes[:, None] == strata, history]).astype(np.float64)
    n, free = len(history), len(after) - int(np.linalg.matrix_rank(x)) if after.size else 0
    if free < 1:
        return _not_estimable(n, "there are too few reference people")
    if not after.any():
        return _not_estimable(n, "reference people had no contacts after")
    inverse = np.linalg.pinv(x.T @ x, rcond=RANK_TOLERANCE, hermitian=True)
    slopes, total = inverse @ (x.T @ after), x_seen.sum(axis=0)
    residual: FloatArray = after - x @ slopes
    expected = float(total @ slopes)
    spread = sum_of_squares_by_person(person=person, influence=x @ (inverse @ total) * residual)
    return detect_ratios(
        n=n,
        expected=expected,
        dispersion=float(residual @ residual) / free / float(after.mean()),
        expected_log_se=math.sqrt(spread) / expected if expected > 0 else 0.0,
        alpha=alpha,
        power=power,
    )


def detect_summary(
    *,
    n: int,
    mean: float,
    sd: float,
    correlations: Sequence[float] = CORRELATIONS,
    alpha: float = ALPHA,
    power: float = POWER,
) -> tuple[Detectable, ...]:
    """Return what a before/after ratio of means could find, once for each assumed correlation.

    n people with mean and sd of the counts before; the window after is as long. With c = sd/mean,
    SE(rho)^2 = [(1/rho - 1)/mean + 2(1 - r)c^2]/n. Two windows share at most what people differ
    by beyond chance, so r c^2 is at most c^2 - 1/mean, and c^2 at least 1/mean. Nobody, or a mean
    of 0: not estimable. At r = 0 checked against statsmodels power_negbin_ratio_2indep.
    """
    assert mean >= 0
    assert sd >= 0
    assert all(-1 <= correlation <= 1 for correlation in correlations)
    if n == 0 or mean == 0:
        reason = "nobody was seen" if n == 0 else "no contacts were counted before"
        return tuple(_not_estimable(n, reason) for _ in correlations)
    chance, differ = 1 / mean, max((sd / mean) ** 2 - 1 / mean, 0)
    betweens = [
        chance + 2 * (differ - min(correlation * (chance + differ), differ))
        for correlation in correlations
    ]
    z = _sum_of_quantiles(alpha, power)
    return tuple(_solve(n, noise=chance / n, between=between / n, z=z) for between in betweens)


def _not_estimable(n: int, reason: str) -> Detectable:
    return Detectable(None, None, None, n, "not_estimable", reason)


def _sum_of_quantiles(alpha: float, power: float) -> float:
    assert 0 < alpha < 1
    assert 0.5 <= power < 1
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)


def _solve(n: int, *, noise: float, between: float, z: float) -> Detectable:
    """Solve |log rho| = z sqrt(noise/rho + between) on both sides of 1."""
    from scipy.optimize import brentq

    def clearance(log_rho: float) -> float:
        return abs(log_rho) - z * math.sqrt(noise * math.exp(-log_rho) + between)

    se = math.sqrt(noise + between)
    above = math.exp(brentq(clearance, 0, z * se * (1 + 1e-9), xtol=1e-13))
    # Below 1 the clearance is concave in log rho; at its top 2s = z(s^2 - between), s the error.
    top = (1 + math.sqrt(1 + z * z * between)) / z
    lowest = -math.log((top * top - between) / noise)
    if lowest >= 0 or clearance(lowest) < 0:
        reason = "with so few contacts even the largest fall would not be found often enough"
        return Detectable(None, above, se, n, "above_only", reason)
    below = math.exp(brentq(clearance, lowest, 0, xtol=1e-13))
    return Detectable(below, above, se, n, "ok")
