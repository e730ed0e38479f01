"""Projection: what people with the same past did next, nobody having referred them.

The primary adjustment for regression to the mean (METHODS.md section 4). Reference people's count
after is regressed on their history, with an intercept for each stratum; the line gives what was to
be expected of each seen person.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts
from righthelp.estimators.influence import (
    leave_one_out_residual,
    rank_codes,
    sum_of_squares_by_person,
)
from righthelp.estimators.result import Estimate
from righthelp.estimators.strata import STRATUM_MINIMUM, Strata, merge_strata


@dataclass(frozen=True)
class Projection:
    """Observed over expected contacts of the seen people, with both sides of the ratio.

    observed, expected: contacts after the index, A and E; expected is None where it could not be
    made. n_reference: different people, n_reference_rows: their rows; strata_used: intercepts
    fitted; bands_used: independent history directions fitted (fewer than given where a band is
    constant or repeats another). history_outside: seen people differ in a band in which reference
    people do not vary, so that band was left out for both.
    """

    estimate: Estimate
    observed: float
    expected: float | None
    n_seen: int
    n_reference: int
    n_reference_rows: int
    strata_used: int = 0
    bands_used: int = 0
    history_outside: bool = False


@dataclass(frozen=True, eq=False)
class _Line:
    """A regression with stratum intercepts, kept as means by stratum and what is left of them."""

    mean_history: FloatArray
    slopes: FloatArray
    inverse: FloatArray
    centred: FloatArray
    deviation: FloatArray
    size: FloatArray
    mean_after: FloatArray


def projection(
    *,
    seen_after: npt.ArrayLike,
    seen_history: npt.ArrayLike,
    seen_ladder: npt.ArrayLike,
    seen_person: npt.ArrayLike,
    reference_after: npt.ArrayLike,
    reference_history: npt.ArrayLike,
    reference_ladder: npt.ArrayLike,
    reference_person: npt.ArrayLike,
) -> Projection:
    """Return the log ratio of the seen people's contacts to those expected from reference people.

    *_after: (n,) or (m,) counts; *_history: (n, h) or (m, h) earlier counts; *_ladder: (n, L) or
    (m, L) stratum codes, see merge_strata; *_person: codes that mean the same person on both sides.
    One person may be reference several times, or reference and seen. E = sum e_i, rho = A/E,
    H_j = c'(X'X)^-1 x_j with c = sum of x over the seen, u_j the HC3 residual:
    var(log RR) = [n/(n-1) sum (a_i - rho e_i)^2 + rho^2 sum (H_j u_j)^2] / A^2, a person's
    influences over all roles summed before squaring. No seen people, no contacts, fewer than 50
    reference people or an expectation not above 0: not estimable. The support rule is the
    caller's. Source: the regression estimator in a treated population (Oaxaca-Blinder; Kline 2011,
    Am Econ Rev 101:532); HC3 MacKinnon & White 1985. Checked against statsmodels OLS with dummies,
    a loop over people, and by simulated coverage.
    """
    after, history = as_counts(seen_after), as_counts(seen_history, ndim=2)
    past_after, past = as_counts(reference_after), as_counts(reference_history, ndim=2)
    person, past_person = as_codes(seen_person), as_codes(reference_person)
    assert len(after) == len(history) == person.size
    assert past.shape[1] == history.shape[1]
    assert len(past_after) == len(past) == past_person.size
    observed, n = float(after.sum()), after.size
    n_reference = rank_codes(past_person)[0].size
    reason = _why_not(n, observed, n_reference)
    if reason:
        estimate = Estimate.none(n=n, reason=reason)
        return Projection(estimate, observed, None, n, n_reference, past_after.size)
    strata = merge_strata(
        seen_ladder=seen_ladder,
        reference_ladder=reference_ladder,
        reference_person=past_person,
        minimum=STRATUM_MINIMUM,
    )
    line, rank = _fit_line(past_after, past, strata)
    expected_each = line.mean_after[strata.seen] + (
        (history - line.mean_history[strata.seen]) @ line.slopes
    )
    expected = float(expected_each.sum())
    reference_part, outside = _reference_influence(line, history, strata)
    if expected <= 0:
        estimate = Estimate.none(n=n, reason="the expected number of contacts is not above 0")
    else:
        rho = observed / expected
        seen_part = math.sqrt(n / max(n - 1, 1)) * (after - rho * expected_each) / observed
        variance = sum_of_squares_by_person(
            person=np.concatenate([person, past_person]),
            influence=np.concatenate([seen_part, -reference_part / expected]),
        )
        estimate = Estimate.from_variance(log_rr=math.log(rho), variance=variance, n=n)
    return Projection(
        estimate=estimate,
        observed=observed,
        expected=expected,
        n_seen=n,
        n_reference=n_reference,
        n_reference_rows=past_after.size,
        strata_used=strata.n_strata,
        bands_used=rank,
        history_outside=outside,
    )


def _why_not(n: int, observed: float, n_reference: int) -> str:
    if n == 0:
        return "nobody was seen"
    if n_reference < STRATUM_MINIMUM:
        return f"there are fewer than {STRATUM_MINIMUM} reference people"
    return "" if observed > 0 else "no contacts were counted after the index"


def _fit_line(after: FloatArray, history: FloatArray, strata: Strata) -> tuple[_Line, int]:
    """Fit the slopes on what is left after each stratum's mean (Frisch-Waugh-Lovell)."""
    size = np.bincount(strata.reference, minlength=strata.n_strata).astype(np.float64)
    mean_after = _sum_by(strata.reference, after[:, None], strata.n_strata)[:, 0] / size
    mean_history = _sum_by(strata.reference, history, strata.n_strata) / size[:, None]
    centred = history - mean_history[strata.reference]
    deviation = after - mean_after[strata.reference]
    inverse, rank = _invert(centred.T @ centred, (history * history).sum(axis=0))
    slopes = inverse @ (centred.T @ deviation)
    return _Line(mean_history, slopes, inverse, centred, deviation, size, mean_after), rank


def _sum_by(group: npt.NDArray[np.int64], values: FloatArray, n_groups: int) -> FloatArray:
    columns = [np.bincount(group, weights=column, minlength=n_groups) for column in values.T]
    return np.array(columns, dtype=np.float64).reshape(len(columns), n_groups).T


def _invert(gram: FloatArray, raw_squares: FloatArray) -> tuple[FloatArray, int]:
    """Return the pseudo-inverse of the centred sums of squares, and its rank.

    Columns are brought to unit length first, so that bands in different units weigh the same in
    the judgement of what repeats another; a column that is only rounding is left out.
    """
    length = np.sqrt(np.diag(gram))
    varies = np.diag(gram) > 1e-20 * raw_squares
    scale = np.where(varies, 1 / np.where(varies, length, 1), 0)
    values, vectors = np.linalg.eigh(gram * np.outer(scale, scale))
    kept = values > 1e-10
    basis = vectors[:, kept] * scale[:, None]
    return (basis / values[kept]) @ basis.T, int(kept.sum())


def _reference_influence(
    line: _Line, seen_history: FloatArray, strata: Strata
) -> tuple[FloatArray, bool]:
    """Return each reference row's H_j u_j, its influence on E, and whether the seen lie outside.

    Block inverse: H_j = n_s/m_s + d' G^- (x_j - xbar_s), with d the sum over the seen of their
    distance from the mean of their stratum; so no matrix of dummies is ever made.
    """
    n_seen = np.bincount(strata.seen, minlength=strata.n_strata)
    distance = (seen_history - line.mean_history[strata.seen]).sum(axis=0)
    weight = (n_seen / line.size)[strata.reference] + line.centred @ (line.inverse @ distance)
    spread = np.einsum("ij,ij->i", line.centred @ line.inverse, line.centred)
    leverage = (1 / line.size)[strata.reference] + spread
    residual = leave_one_out_residual(
        residual=line.deviation - line.centred @ line.slopes,
        leverage=leverage,
        deviation=line.deviation,
    )
    reached = line.centred.T @ (line.centred @ (line.inverse @ distance))
    scale = np.abs(seen_history).sum(axis=0) + np.abs(line.mean_history).max(axis=0) * n_seen.sum()
    outside = bool((np.abs(distance - reached) > 1e-8 * (1 + scale)).any())
    return weight * residual, outside
