"""Cases against their matched comparators: the change, the level after, and the level adjusted.

One person may be comparator of several cases, so errors count both ways: by set and by person
(METHODS.md section 5).
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes, as_counts
from righthelp.estimators.influence import rank_codes
from righthelp.estimators.result import Estimate


@dataclass(frozen=True)
class Matched:
    """What the matched sets say: log rate ratios of cases to comparators.

    after: of the level after the index; change: of after over before, the difference in
    differences on the log scale; adjusted: of the level after, what is left of the difference in
    history taken off by regression. n_sets, n_comparators (different people), n_rows (their rows).
    """

    after: Estimate
    change: Estimate
    adjusted: Estimate
    n_sets: int
    n_comparators: int
    n_rows: int


def compare_matched(
    *,
    case_before: npt.ArrayLike,
    case_after: npt.ArrayLike,
    case_history: npt.ArrayLike,
    case_person: npt.ArrayLike,
    row_set: npt.ArrayLike,
    row_before: npt.ArrayLike,
    row_after: npt.ArrayLike,
    row_history: npt.ArrayLike,
    row_person: npt.ArrayLike,
) -> Matched:
    """Return the three log rate ratios of matched sets, with two-way errors.

    case_*: (n,) one a set; row_*: (r,) one a comparator of a set, row_set its set 0..n-1; every
    set has at least one. *_history: (n, h), (r, h). With A1, B1 the cases' sums, A0, B0 the sums
    over sets of the comparators' means and k the size of a set, after = log(A1/A0), change =
    log(A1/A0) - log(B1/B0). psi of a case a/A1 - b/B1, of a comparator -(1/k)(a/A0 - b/B0), each
    less its mean, without the b terms for after. V = sum over sets (sum psi)^2 + sum over people
    (sum psi)^2 - sum over (person, set) psi^2, times n/(n-1). adjusted: A0 + beta'(sum of the
    cases' history - sum of the comparators' means), beta by least squares among the comparators,
    weights 1/k, its uncertainty in V (Abadie & Imbens 2011, J Bus Econ Stat 29:1).
    No contacts on a side, or fewer than two sets: not estimable. Checked against statsmodels GLM
    clustered by set where nobody is reused, numeric influence, and simulated coverage.
    """
    sets = _Sets.of(row_set, case_person=case_person, row_person=row_person)
    a1, a0 = as_counts(case_after), as_counts(row_after)
    b1, b0 = as_counts(case_before), as_counts(row_before)
    x1, x0 = as_counts(case_history, ndim=2), as_counts(row_history, ndim=2)
    assert len(a1) == len(b1) == len(x1) == sets.n
    assert len(a0) == len(b0) == len(x0) == sets.row_set.size
    slopes, influence = _fit_history(sets, x1, x0, a0)
    after_rows, before_rows = a0 * sets.weight, b0 * sets.weight
    moved_case, moved_rows = x1 @ slopes, -(x0 @ slopes) * sets.weight
    sums = {
        "case_after": float(a1.sum()),
        "rows_after": float(after_rows.sum()),
        "case_before": float(b1.sum()),
        "rows_before": float(before_rows.sum()),
        "moved": float(after_rows.sum() + moved_case.sum() + moved_rows.sum()),
    }
    reason = _why_not(sets.n, sums["case_after"], sums["rows_after"])
    if reason:
        none = Estimate.none(n=sets.n, reason=reason)
        return Matched(none, none, none, sets.n, sets.n_comparators, sets.row_set.size)
    case, rows = a1 / sums["case_after"], -after_rows / sums["rows_after"]
    log_after = math.log(sums["case_after"] / sums["rows_after"])
    after = sets.estimate(log_after, case=case, rows=rows)
    if sums["case_before"] > 0 and sums["rows_before"] > 0:
        change = sets.estimate(
            log_after - math.log(sums["case_before"] / sums["rows_before"]),
            case=case - b1 / sums["case_before"],
            rows=rows + before_rows / sums["rows_before"],
        )
    else:
        change = Estimate.none(n=sets.n, reason="one side had no contacts before the index")
    if sums["moved"] > 0:
        adjusted = sets.estimate(
            math.log(sums["case_after"] / sums["moved"]),
            case=case - moved_case / sums["moved"],
            rows=-(after_rows + moved_rows + influence) / sums["moved"],
        )
    else:
        adjusted = Estimate.none(n=sets.n, reason="the expected number of contacts is not above 0")
    return Matched(after, change, adjusted, sets.n, sets.n_comparators, sets.row_set.size)


@dataclass(frozen=True)
class _Sets:
    """Which row belongs to which set, and which rows are the same person."""

    n: int
    row_set: IntArray
    weight: FloatArray
    case_person: IntArray
    row_person: IntArray

    @classmethod
    def of(
        cls, row_set: npt.ArrayLike, *, case_person: npt.ArrayLike, row_person: npt.ArrayLike
    ) -> "_Sets":
        place, cases, people = as_codes(row_set), as_codes(case_person), as_codes(row_person)
        assert place.size == people.size
        size = np.bincount(place, minlength=cases.size)
        assert size.size == cases.size and (not size.size or size.min() > 0), "a set with nobody"
        return cls(cases.size, place, 1 / size[place], cases, people)

    @property
    def n_comparators(self) -> int:
        return int(rank_codes(self.row_person)[0].size)

    def estimate(self, log_rr: float, *, case: FloatArray, rows: FloatArray) -> Estimate:
        """An estimate from the influence of each case and each comparator row, centred here."""
        case = case - case.mean()
        rows = rows - self.weight * rows.sum() / self.n
        by_set = case + np.bincount(self.row_set, weights=rows, minlength=self.n)
        person = rank_codes(np.concatenate([self.case_person, self.row_person]))[1]
        influence = np.concatenate([case, rows])
        by_person = np.bincount(person, weights=influence)
        # A person is in a set once, so (person, set) pairs are the rows themselves.
        total = by_set @ by_set + by_person @ by_person - influence @ influence
        variance = max(float(total), 0.0) * self.n / max(self.n - 1, 1)
        return Estimate.from_variance(log_rr=log_rr, variance=variance, n=self.n)


def _fit_history(
    sets: _Sets, case_history: FloatArray, row_history: FloatArray, row_after: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slopes of the after-count on history among comparators, and each row's part in what they add.

    The second is w_j D'M^-1 x_j u_j, D the difference in history of cases and comparators.
    """
    if not row_after.size:
        return np.zeros(row_history.shape[1]), np.zeros(0)
    weight = sets.weight / sets.weight.sum()
    centred = row_history - weight @ row_history
    deviation = row_after - weight @ row_after
    inverse = np.linalg.pinv((centred * sets.weight[:, None]).T @ centred, hermitian=True)
    slopes = inverse @ ((centred * sets.weight[:, None]).T @ deviation)
    gap = case_history.sum(axis=0) - sets.weight @ row_history
    residual = deviation - centred @ slopes
    return slopes, sets.weight * residual * (centred @ (inverse @ gap))


def _why_not(n: int, cases_after: float, rows_after: float) -> str:
    if n < 2:
        return "fewer than two people seen have comparators"
    if cases_after <= 0:
        return "the people seen had no contacts after the index"
    return "" if rows_after > 0 else "their comparators had no contacts after the index"
