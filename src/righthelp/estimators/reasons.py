"""Change in contacts by what they were for, per 100 people; the parts add up to the whole exactly.

A fall is not a success and a rise is not a failure: what a change means lies in its parts
(METHODS.md section 7). Each person's contacts are counted once under one of K reasons.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts
from righthelp.estimators.influence import rank_codes, two_way_products
from righthelp.estimators.result import NO_VARIATION, Change, Difference

PEOPLE = 100
ONE_PERSON = "one person gives no interval"
REUSED = "comparators serve in too many of so few sets for an interval"


@dataclass(frozen=True, eq=False)
class ReasonChanges:
    """The change of each reason and their total.

    parts: K of them, in the order of the columns; total: their exact sum. covariance: (K, K) of the
    parts' changes, so that the total's variance is its sum; None when "not_estimable" or for one
    person. n: people.
    """

    parts: tuple[Change, ...]
    total: Change
    covariance: FloatArray | None
    n: int


@dataclass(frozen=True, eq=False)
class ReasonDifferences:
    """The difference in change of each reason and their total.

    parts: K of them; total: their exact sum. covariance: (K, K) of the parts' differences, the
    total's variance its sum; None for fewer than two sets. n_comparators: different people, n_rows
    their rows.
    """

    parts: tuple[Difference, ...]
    total: Difference
    covariance: FloatArray | None
    n_sets: int
    n_comparators: int
    n_rows: int


@dataclass(frozen=True, eq=False)
class UncodedBounds:
    """How far the change of each reason could move had the uncoded contacts been coded.

    low, high, proportional: (K - 1,), per 100 people, for the reasons other than uncoded in their
    order. low: every uncoded contact before, and none after, was this reason's; high: the reverse.
    Each is the worst case of one reason by itself; no two can be met together. proportional: the
    uncoded shared out as the coded are, before and after apart; None where a window has uncoded
    contacts and no coded one, and why.
    """

    low: FloatArray
    high: FloatArray
    proportional: FloatArray | None
    reason: str = ""


def change_by_reason(
    *,
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    before_length: float = 1.0,
    after_length: float = 1.0,
) -> ReasonChanges:
    """Return the change in contacts per 100 people by reason, with its joint covariance.

    before, after: (n, K) contacts of complete people by reason. before_length, after_length: the
    full windows in one unit, everybody's alike; rates are per 100 people and unit, per window where
    they are left at 1. With d_i = after_i/after_length - before_i/before_length, change = 100 mean
    of d, covariance = 100^2 S/n, S the sample covariance of d (divisor n - 1): the joint sandwich
    of K differences of means, clustered on person. Contacts of a person under two reasons go
    together, which the covariance holds and K errors by themselves do not. Nobody: not estimable.
    Nobody differs from another under a reason: a point. Source: Liang & Zeger 1986, Biometrika
    73:13, with the identity link. Checked by hand, against statsmodels OLS clustered, and by
    simulated coverage.
    """
    d = _per_person(before, after, before_length, after_length)
    n, k = d.shape
    if n == 0:
        none = Change(None, None, None, None, 0, "not_estimable", "nobody was seen")
        return ReasonChanges((none,) * k, none, None, 0)
    rate_before = PEOPLE * as_counts(before, ndim=2).sum(axis=0) / (n * before_length)
    rate_after = PEOPLE * as_counts(after, ndim=2).sum(axis=0) / (n * after_length)
    covariance = None
    if n > 1:
        d = d - d.mean(axis=0)
        covariance = (d.T @ d) * (PEOPLE**2 / (n * (n - 1)))
    errors = _errors(covariance, k)
    parts = [
        _change(x, y, error, n)
        for x, y, error in zip(rate_before.tolist(), rate_after.tolist(), errors[:-1], strict=True)
    ]
    total = _change(float(rate_before.sum()), float(rate_after.sum()), errors[-1], n)
    return ReasonChanges(tuple(parts), total, covariance, n)


def compare_by_reason(
    *,
    case_before: npt.ArrayLike,
    case_after: npt.ArrayLike,
    case_person: npt.ArrayLike,
    row_set: npt.ArrayLike,
    row_before: npt.ArrayLike,
    row_after: npt.ArrayLike,
    row_person: npt.ArrayLike,
    before_length: float = 1.0,
    after_length: float = 1.0,
) -> ReasonDifferences:
    """Return the difference in change per 100 people by reason of cases and matched comparators.

    case_before, case_after: (n, K), one row a set; row_before, row_after: (r, K), one row a
    comparator of a set, row_set its set 0..n-1; every set has at least one. *_person: codes, the
    same on both sides. Lengths as in change_by_reason. With d a person's change and m the size of a
    set, difference = 100 (mean of cases' d - mean over sets of their comparators' mean d). psi of a
    case d/n, of a comparator -d/(m n), each less its mean; covariance = [sum over sets (sum psi)
    (sum psi)' + the same over people - sum over rows psi psi'] n/(n-1) 100^2, as in compare_matched
    on the scale of counts. No sets: not estimable. A variance not above 0 (nobody differs, or heavy
    reuse in few sets), which two-way errors allow: a point. Source: Cameron, Gelbach &
    Miller 2011, J Bus Econ Stat 29:238. Checked against statsmodels OLS clustered by set and by set
    and person, and by simulated coverage.
    """
    sets, people = as_codes(row_set), as_codes(row_person)
    cases = as_codes(case_person)
    d1 = _per_person(case_before, case_after, before_length, after_length)
    d0 = _per_person(row_before, row_after, before_length, after_length)
    n, k = d1.shape
    assert n == cases.size and len(d0) == sets.size == people.size and d0.shape[1] == k
    n_people = int(rank_codes(people)[0].size)
    if n == 0:
        why = "nobody seen has comparators"
        none = Difference(None, None, None, None, 0, "not_estimable", why)
        return ReasonDifferences((none,) * k, none, None, 0, n_people, sets.size)
    size = np.bincount(sets, minlength=n)
    assert size.size == n and size.min() > 0, "a set with nobody"
    weight = 1 / size[sets]
    case, comparators = d1.mean(axis=0), weight @ d0 / n
    covariance = None
    if n > 1:
        covariance = two_way_products(
            influence=np.vstack([d1 - case, (comparators - d0) * weight[:, None]]) / n,
            group=np.concatenate([np.arange(n), sets]),
            person=np.concatenate([cases, people]),
        ) * (PEOPLE**2 * n / (n - 1))
    errors = _errors(covariance, k)
    case, comparators = PEOPLE * case, PEOPLE * comparators
    parts = [
        _difference(x, y, error, n)
        for x, y, error in zip(case.tolist(), comparators.tolist(), errors[:-1], strict=True)
    ]
    total = _difference(float(case.sum()), float(comparators.sum()), errors[-1], n)
    return ReasonDifferences(tuple(parts), total, covariance, n, n_people, sets.size)


def bound_uncoded(*, before: npt.ArrayLike, after: npt.ArrayLike, uncoded: int) -> UncodedBounds:
    """Return the change of each reason at worst, at best and were the uncoded like the coded.

    before, after: (K,) rates (or counts of the same people), uncoded: the column of contacts
    without a reason. With u the uncoded, low = after_k - (before_k + u_before), high = (after_k +
    u_after) - before_k; proportional scales each window's coded rates to its total, so that their
    changes add up to the total's. Proportional assumes that a contact's chance of being coded does
    not depend on its reason; the bounds assume nothing and hold no sampling error. Source: Horowitz
    & Manski 2000, J Am Stat Assoc 95:77. Checked by hand and by properties.
    """
    b, a = as_counts(before), as_counts(after)
    assert b.size == a.size > 1, "a reason beside the uncoded"
    assert 0 <= uncoded < b.size
    coded = np.arange(b.size) != uncoded
    b_coded, a_coded = b[coded], a[coded]
    low, high = a_coded - (b_coded + b[uncoded]), a_coded + a[uncoded] - b_coded
    if (b[uncoded] > 0 and not b_coded.any()) or (a[uncoded] > 0 and not a_coded.any()):
        return UncodedBounds(low, high, None, "in one of the windows no contact has a reason")
    proportional = _share_out(a_coded, a[uncoded]) - _share_out(b_coded, b[uncoded])
    return UncodedBounds(low, high, proportional)


def _change(before: float, after: float, error: float | str, n: int) -> Change:
    if isinstance(error, str):
        return Change(before, after, after - before, None, n, "point_only", error)
    return Change(before, after, after - before, error, n, "ok")


def _difference(case: float, comparators: float, error: float | str, n: int) -> Difference:
    if isinstance(error, str):
        return Difference(case, comparators, case - comparators, None, n, "point_only", error)
    return Difference(case, comparators, case - comparators, error, n, "ok")


def _share_out(coded: FloatArray, uncoded: float) -> FloatArray:
    return coded * (1 + uncoded / coded.sum()) if coded.any() else coded


def _per_person(
    before: npt.ArrayLike, after: npt.ArrayLike, before_length: float, after_length: float
) -> FloatArray:
    b, a = as_counts(before, ndim=2), as_counts(after, ndim=2)
    assert b.shape == a.shape
    assert b.shape[1] > 0, "no reasons"
    assert before_length > 0 and after_length > 0
    return a / after_length - b / before_length


def _errors(covariance: FloatArray | None, k: int) -> list[float | str]:
    """Standard errors of the K parts and, last, of their sum; or why there is none.

    What is within 1e-14 of the terms that make a variance up is rounding.
    """
    if covariance is None:
        return [ONE_PERSON] * (k + 1)
    sums = [(float(v), float(v)) for v in np.diag(covariance)]
    sums.append((float(covariance.sum()), float(np.abs(covariance).sum())))
    return [_error(variance, max(1e-20, 1e-14 * abs(size))) for variance, size in sums]


def _error(variance: float, rounding: float) -> float | str:
    if variance > rounding:
        return math.sqrt(variance)
    return NO_VARIATION if variance >= -rounding else REUSED
