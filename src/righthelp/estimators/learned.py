"""Learned correlation: what a past count says of the next one, learned from everybody.

For sites where no reference people overlap with the seen, or none have counts after the index
(METHODS.md section 4). The line is fitted one step earlier and applied one step on, times the
trend of everybody.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes, as_counts
from righthelp.estimators.influence import leave_one_out_residual, sum_of_squares_by_person
from righthelp.estimators.result import Estimate

LINE_MINIMUM = 50


@dataclass(frozen=True)
class Learned:
    """Observed over expected contacts of the seen people, and the line that gave what to expect.

    before = intercept + slope * earlier; expected after = trend * (intercept + slope * before).
    observed, expected: contacts after the index, summed over the seen. None where not made.
    """

    estimate: Estimate
    slope: float | None = None
    intercept: float | None = None
    trend: float | None = None
    observed: float | None = None
    expected: float | None = None


@dataclass(frozen=True, eq=False)
class _Line:
    """Intercept and slope, and each row's influence on both (r, 2), its weight not yet in."""

    intercept: float
    slope: float
    influence: FloatArray

    def at(self, count: FloatArray) -> FloatArray:
        value: FloatArray = self.intercept + self.slope * count
        return value


def learned_correlation(
    *,
    seen_before: npt.ArrayLike,
    seen_after: npt.ArrayLike,
    line_earlier: npt.ArrayLike,
    line_before: npt.ArrayLike,
    line_weight: npt.ArrayLike,
    trend_before: npt.ArrayLike,
    trend_after: npt.ArrayLike,
    trend_weight: npt.ArrayLike,
    seen_person: npt.ArrayLike | None = None,
    line_person: npt.ArrayLike | None = None,
    trend_person: npt.ArrayLike | None = None,
) -> Learned:
    """Return the log ratio of contacts to those a line learned one step earlier leads to expect.

    seen_*: (n,) counts. line_*: (r,) counts of everybody, whoever is seen later, in the two
    windows before (with the same gap between them as between before and after); trend_*: (q,)
    counts of the people who show the trend: everybody, seen or not. Those not seen alone would
    carry each error of the slope into the trend, doubling it (on rwm5yr 1.25 for 1.18); the price
    is that an effect in the seen leaks into the trend, by their share of all contacts. A weight is
    a number of people: rows have weight 1, histograms more. trend = sum after / sum (a + b before);
    no counts after: not estimable (a trend of 1 is not assumed).
    *_person: (n,), (r,), (q,) codes, all three or none, weights 1; a person's influences over all
    roles are summed before squaring. Without codes roles count as independent people.
    Variance by influence functions: seen (factor n/(n-1)), line (HC3), trend (factor q/(q-1)).
    Source: conditional expectation of a repeated measure (Davis 1976, Am J Epidemiol 104:493,
    with a learned slope in place of normality); delta method. Checked against statsmodels WLS,
    numerical derivatives, and by simulated coverage.
    """
    before, after = as_counts(seen_before), as_counts(seen_after)
    earlier, target, people = (
        as_counts(line_earlier),
        as_counts(line_before),
        as_counts(line_weight),
    )
    rest_before, rest_after = as_counts(trend_before), as_counts(trend_after)
    rest_people = as_counts(trend_weight)
    assert before.shape == after.shape
    assert earlier.shape == target.shape == people.shape
    assert rest_before.shape == rest_after.shape == rest_people.shape
    n = before.size
    reason = _why_not(after, earlier, people, rest_after * rest_people, rest_people)
    if reason:
        return Learned(Estimate.none(n=n, reason=reason))
    line = _fit_line(earlier, target, people)
    seen_line, rest_line = line.at(before), line.at(rest_before)
    seen_total, rest_total = float(seen_line.sum()), float(rest_people @ rest_line)
    if seen_total <= 0 or rest_total <= 0:
        reason = "the expected number of contacts is not above 0"
        return Learned(Estimate.none(n=n, reason=reason), line.slope, line.intercept)
    observed, rest_observed = float(after.sum()), float(rest_people @ rest_after)
    n_rest = float(rest_people.sum())
    gradient = _means(rest_people, rest_before, rest_total) - _means(np.ones(n), before, seen_total)
    variance = _add_up(
        influences=(
            math.sqrt(n / max(n - 1, 1)) * (after / observed - seen_line / seen_total),
            line.influence @ gradient,
            math.sqrt(n_rest / (n_rest - 1))
            * (rest_line / rest_total - rest_after / rest_observed),
        ),
        weights=(np.ones(n), people, rest_people),
        codes=_codes(seen_person, line_person, trend_person),
    )
    trend = rest_observed / rest_total
    expected = trend * seen_total
    estimate = Estimate.from_variance(log_rr=math.log(observed / expected), variance=variance, n=n)
    return Learned(estimate, line.slope, line.intercept, trend, observed, expected)


def _why_not(
    after: FloatArray,
    earlier: FloatArray,
    people: FloatArray,
    rest_after: FloatArray,
    rest_people: FloatArray,
) -> str:
    if after.size == 0:
        return "nobody was seen"
    if after.sum() <= 0:
        return "no contacts were counted after the index"
    if people.sum() < LINE_MINIMUM:
        return f"there are fewer than {LINE_MINIMUM} people with two earlier windows"
    if np.ptp(earlier[people > 0]) == 0:
        return "everybody had the same number of earlier contacts"
    if rest_people.sum() < 2:
        return "there are no counts after the index of the registered people"
    return "" if rest_after.sum() > 0 else "the registered people had no contacts after the index"


def _fit_line(earlier: FloatArray, before: FloatArray, people: FloatArray) -> _Line:
    """Fit before on earlier by least squares over people, with HC3 influences on (a, b)."""
    total = people.sum()
    centre, level = people @ earlier / total, people @ before / total
    x, deviation = earlier - centre, before - level
    squares = people @ (x * x)
    slope = float(people @ (x * deviation) / squares)
    residual = leave_one_out_residual(
        residual=deviation - slope * x,
        leverage=1 / total + x * x / squares,
        deviation=deviation,
    )
    on_slope = x / squares * residual
    on_intercept = residual / total - centre * on_slope
    return _Line(float(level - slope * centre), slope, np.column_stack([on_intercept, on_slope]))


def _means(people: FloatArray, before: FloatArray, total: float) -> FloatArray:
    """Return d log(total) / d(a, b) for total = sum of people * (a + b before)."""
    return np.array([people.sum(), people @ before]) / total


def _codes(*roles: npt.ArrayLike | None) -> tuple[IntArray, ...] | None:
    given = [as_codes(role) for role in roles if role is not None]
    assert len(given) in (0, len(roles)), "person codes for all three roles or for none"
    return tuple(given) or None


def _add_up(
    *,
    influences: tuple[FloatArray, ...],
    weights: tuple[FloatArray, ...],
    codes: tuple[IntArray, ...] | None,
) -> float:
    if codes is None:
        return sum(float(w @ (part * part)) for part, w in zip(influences, weights, strict=True))
    assert all((w == 1).all() for w in weights), "person codes go with rows, one person a row"
    return sum_of_squares_by_person(
        person=np.concatenate(codes), influence=np.concatenate(influences)
    )
