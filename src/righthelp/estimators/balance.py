"""How alike cases and comparators are in what they were not matched on (METHODS.md section 5)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts, as_floats

NOBODY = "there are no cases or no comparators"
NO_SPREAD = "the cases do not differ from one another in it"
ONE_CASE = "one case has no spread"


@dataclass(frozen=True)
class Balance:
    """One covariate among the cases and among their comparators.

    smd: (mean of cases - mean of comparators) / SD among the cases; None and the reason without
    spread. variance_ratio: variance of cases over that of comparators; None for what is only ever
    0 or 1 (its variance follows from its mean) and where a side has no spread.
    """

    case_mean: float | None
    comparator_mean: float | None
    smd: float | None
    variance_ratio: float | None
    reason: str = ""

    def __post_init__(self) -> None:
        assert bool(self.reason) == (self.smd is None)


def weigh_sets(row_set: npt.ArrayLike) -> FloatArray:
    """Return the weight 1/k of each comparator row in its set of k; row_set: (m,) set codes."""
    codes = as_codes(row_set)
    _, place, size = np.unique(codes, return_inverse=True, return_counts=True)
    return 1 / size[place].astype(np.float64)


def balance(
    *,
    case_values: npt.ArrayLike,
    row_values: npt.ArrayLike,
    row_weight: npt.ArrayLike | None = None,
    spread_values: npt.ArrayLike | None = None,
) -> tuple[Balance, ...]:
    """Return the balance of each covariate, in the order of the columns.

    case_values: (n, p); row_values: (m, p), a comparator as often as it serves; row_weight: (m,),
    1/k from weigh_sets, all alike if not given; spread_values: (N, p), the cases whose SD divides,
    so that leaving the unmatched out does not change the yardstick; if not given case_values.
    SD "in the treated" as in MatchIt (Ho, Imai, King & Stuart 2011, J Stat Softw 42(8)): divisor
    N-1, but sqrt(p(1-p)) where nobody on any side has a value other than 0 and 1. Variance of
    weighted rows: sum w(x - mean)^2 / (1 - sum w^2), weights adding to 1. No cases or comparators,
    or a spread that is 0: no number, and why. Checked on match_lalonde_1to1, and with weights
    against numpy.cov.
    """
    cases, rows = as_floats(case_values, ndim=2), as_floats(row_values, ndim=2)
    spread = cases if spread_values is None else as_floats(spread_values, ndim=2)
    weight = np.ones(len(rows)) if row_weight is None else as_counts(row_weight)
    assert cases.shape[1] == rows.shape[1] == spread.shape[1]
    assert weight.size == len(rows)
    if not (len(cases) and len(spread) and weight.any()):
        return tuple(Balance(None, None, None, None, NOBODY) for _ in cases.T)
    return tuple(
        _compare(case, row, weight=weight / weight.sum(), spread=scale)
        for case, row, scale in zip(cases.T, rows.T, spread.T, strict=True)
    )


def _compare(
    case: FloatArray, row: FloatArray, *, weight: FloatArray, spread: FloatArray
) -> Balance:
    mean, other = float(case.mean()), float(weight @ row)
    binary = bool(np.isin(np.concatenate([case, row, spread]), (0, 1)).all())
    if spread.size < 2:
        return Balance(mean, other, None, None, ONE_CASE)
    if np.ptp(spread) == 0:
        return Balance(mean, other, None, None, NO_SPREAD)
    smd = (mean - other) / math.sqrt(spread.var(ddof=0 if binary else 1))
    return Balance(mean, other, smd, None if binary else _variance_ratio(case, row, weight))


def _variance_ratio(case: FloatArray, row: FloatArray, weight: FloatArray) -> float | None:
    if case.size < 2 or np.ptp(case) == 0 or np.ptp(row[weight > 0]) == 0:
        return None
    below = float(weight @ (row - weight @ row) ** 2 / (1 - weight @ weight))
    return float(case.var(ddof=1)) / below
