"""How a ratio of sums over people changed, and how that differs from matched people's change.

Minutes over consultations, missed over booked, a share of contacts: each is a sum over a sum, and a
person with many contacts stands in both. Errors are clustered on the person throughout. A mean over
people is the case in which each counts once.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts, as_floats
from righthelp.estimators.influence import sum_of_squares_by_person, two_way_products
from righthelp.estimators.result import NO_VARIATION, Change, Difference

NOTHING_THERE = "there is nothing to divide by in one of the windows"
TOO_FEW = "one person gives no interval"


@dataclass(frozen=True, eq=False)
class RatioParts:
    """What each row gives to a ratio in both windows, (r,) each, nothing below 0.

    over, under: numerator and denominator; a row without a denominator has no numerator.
    """

    over_before: FloatArray
    under_before: FloatArray
    over_after: FloatArray
    under_after: FloatArray

    @classmethod
    def of(
        cls,
        *,
        over_before: npt.ArrayLike,
        under_before: npt.ArrayLike,
        over_after: npt.ArrayLike,
        under_after: npt.ArrayLike,
    ) -> "RatioParts":
        """Check and keep the four columns."""
        parts = cls(*map(as_counts, (over_before, under_before, over_after, under_after)))
        assert len({one.size for one in parts.columns}) == 1
        assert not parts.over_before[parts.under_before == 0].any()
        assert not parts.over_after[parts.under_after == 0].any()
        return parts

    @property
    def columns(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """The four columns: before over and under, after over and under."""
        return self.over_before, self.under_before, self.over_after, self.under_after

    def take(self, places: npt.NDArray[np.int64]) -> "RatioParts":
        """The rows at some places, in that order; a place may come twice."""
        return RatioParts(*(column[places] for column in self.columns))

    @property
    def counts(self) -> npt.NDArray[np.bool_]:
        """Whether a row has anything to divide by in either window: (r,)."""
        counted: npt.NDArray[np.bool_] = (self.under_before > 0) | (self.under_after > 0)
        return counted


def change_in_ratio(
    parts: RatioParts, *, person: npt.ArrayLike, weight: npt.ArrayLike | None = None
) -> Change:
    """Return the change of a ratio of weighted sums, with an error clustered on the person.

    person: (r,) codes; rows of one person go together. weight: (r,), above 0, 1 where left out.
    With R = sum w over/sum w under of a window, psi = w(over_a - R_a under_a)/sum w under_a - the
    same before, variance P/(P - 1) sum over people (sum psi)^2, P people with anything to divide
    by. For a mean over the same people in both windows this is the paired t test's error. Nothing
    to divide by in a window: not estimable; one person, or no variation: a point. Source: Cochran
    1977, Sampling Techniques, section 6.3; Liang & Zeger 1986, Biometrika 73:13. Checked by hand,
    against statsmodels WLS clustered on the person, and paired_means.
    """
    people = as_codes(person)
    w = np.ones(people.size) if weight is None else as_floats(weight)
    assert people.size == w.size == parts.over_before.size
    assert (w > 0).all()
    n = int(np.unique(people[parts.counts]).size)
    found = _influence(parts, w)
    if found is None:
        return Change(None, None, None, None, n, "not_estimable", NOTHING_THERE)
    before, after, psi = found
    if n < 2:
        return Change(before, after, after - before, None, n, "point_only", TOO_FEW)
    variance = n / (n - 1) * sum_of_squares_by_person(person=people, influence=psi)
    se = _root(variance, before, after)
    if se is None:
        return Change(before, after, after - before, None, n, "point_only", NO_VARIATION)
    return Change(before, after, after - before, se, n, "ok")


def compare_changes_in_ratio(
    cases: RatioParts,
    rows: RatioParts,
    *,
    case_person: npt.ArrayLike,
    row_set: npt.ArrayLike,
    row_person: npt.ArrayLike,
) -> Difference:
    """Return how the change of a ratio in cases differs from that in their matched comparators.

    cases: one row a set; rows: one row a comparator of a set, row_set its set 0..n-1; every set has
    at least one, and k comparators count 1/k each. *_person: codes, the same on both sides.
    V = sum over sets (sum psi)^2 + sum over people (sum psi)^2 - sum over (person, set) psi^2,
    times n/(n - 1), psi as in change_in_ratio and with a minus for comparators (METHODS.md section
    5). Nothing to divide by on a side: not estimable. Checked against statsmodels WLS clustered by
    set where nobody is reused, against loops, and by coverage where nothing is done.
    """
    case, place, people = as_codes(case_person), as_codes(row_set), as_codes(row_person)
    size = np.bincount(place, minlength=case.size)
    assert size.size == case.size and (not case.size or size.min() > 0), "a set with nobody"
    assert cases.over_before.size == case.size
    assert rows.over_before.size == place.size == people.size
    n = int(np.count_nonzero(cases.counts))
    own = _influence(cases, np.ones(case.size))
    others = _influence(rows, 1 / size[place])
    if own is None or others is None:
        return Difference(None, None, None, None, n, "not_estimable", NOTHING_THERE)
    changes = own[1] - own[0], others[1] - others[0]
    told = (*changes, changes[0] - changes[1])
    if n < 2:
        return Difference(*told, None, n, "point_only", TOO_FEW)
    products = two_way_products(
        influence=np.concatenate([own[2], -others[2]])[:, None],
        group=np.concatenate([np.arange(case.size), place]),
        person=np.concatenate([case, people]),
    )
    se = _root(n / (n - 1) * float(products[0, 0]), *own[:2], *others[:2])
    if se is None:
        return Difference(*told, None, n, "point_only", NO_VARIATION)
    return Difference(*told, se, n, "ok")


def _influence(parts: RatioParts, weight: FloatArray) -> tuple[float, float, FloatArray] | None:
    """The ratio before and after, and what each row adds to their difference."""
    sums = [float(weight @ column) for column in parts.columns]
    if not (sums[1] > 0 and sums[3] > 0):
        return None
    before, after = sums[0] / sums[1], sums[2] / sums[3]
    psi = weight * (parts.over_after - after * parts.under_after) / sums[3]
    psi = psi - weight * (parts.over_before - before * parts.under_before) / sums[1]
    return before, after, psi


def _root(variance: float, *ratios: float) -> float | None:
    """The standard error; None where it is nothing but rounding."""
    nothing = 1e-12 * max(1.0, *(abs(one) for one in ratios))
    return math.sqrt(variance) if variance > nothing**2 else None
