"""Events after the index by person-time: the rate in seen people against the rate in others."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_counts
from righthelp.estimators.influence import sum_of_squares_by_person, two_way_products
from righthelp.estimators.result import Estimate


@dataclass(frozen=True)
class Incidence:
    """The log incidence rate ratio with events and person-time of both sides.

    seen_events, seen_time; other_events, other_time: sums, those of matched comparators weighted
    1/m in a set of m. seen_rate, other_rate: events per unit of time; None without person-time.
    """

    estimate: Estimate
    seen_events: float
    seen_time: float
    other_events: float
    other_time: float

    @property
    def seen_rate(self) -> float | None:
        """Events per unit of time of the seen people."""
        return self.seen_events / self.seen_time if self.seen_time > 0 else None

    @property
    def other_rate(self) -> float | None:
        """Events per unit of time of the others, or of a mean comparator."""
        return self.other_events / self.other_time if self.other_time > 0 else None


@dataclass(frozen=True)
class _Side:
    """One side of the ratio: weighted sums, and each row's influence on the log of its rate."""

    events: float
    time: float
    influence: FloatArray

    @classmethod
    def of(
        cls, events: npt.ArrayLike, time: npt.ArrayLike, *, weight: FloatArray | None = None
    ) -> "_Side":
        y, t = as_counts(events), as_counts(time)
        assert y.size == t.size
        assert not ((y > 0) & (t == 0)).any(), "an event outside the time at risk"
        if weight is not None:
            y, t = y * weight, t * weight
        total, exposure = float(y.sum()), float(t.sum())
        if total <= 0 or exposure <= 0:
            return cls(total, exposure, np.zeros(y.size))
        return cls(total, exposure, y / total - t / exposure)


def incidence_ratio(
    *,
    seen_events: npt.ArrayLike,
    seen_time: npt.ArrayLike,
    seen_person: npt.ArrayLike,
    other_events: npt.ArrayLike,
    other_time: npt.ArrayLike,
    other_person: npt.ArrayLike,
) -> Incidence:
    """Return the log incidence rate ratio of two groups of rows, with errors clustered on person.

    *_events, *_time: (n,) and (m,) events and days (or years) at risk, a row a person or a spell;
    *_person: codes, the same on both sides, as somebody may be an other first and seen later.
    log RR = log(Y1/T1) - log(Y0/T0); psi = +-(y/Y - t/T), summed by person before squaring, times
    G/(G-1), G the people with time at risk: a Poisson regression with log time as offset and a
    sandwich error, so events of a person may come in bouts. No events or no time on a side: not
    estimable, because the ratio is 0, infinite or undefined; nothing is added to a zero. A handful
    of events gives an interval that is too short; the caller sets the least number. n: seen people
    with time. Source: Liang & Zeger 1986, Biometrika 73:13. Checked by hand and against statsmodels
    GEE and GLM clustered.
    """
    first, second = _Side.of(seen_events, seen_time), _Side.of(other_events, other_time)
    seen, other = as_codes(seen_person), as_codes(other_person)
    assert seen.size == first.influence.size and other.size == second.influence.size
    at_risk = np.concatenate([as_counts(seen_time), as_counts(other_time)]) > 0
    person = np.concatenate([seen, other])
    n_people = np.unique(person[at_risk]).size
    n = np.unique(seen[at_risk[: seen.size]]).size
    variance = sum_of_squares_by_person(
        person=person, influence=np.concatenate([first.influence, -second.influence])
    )
    return _compare(first, second, variance * n_people / max(n_people - 1, 1), n)


def matched_incidence_ratio(
    *,
    case_events: npt.ArrayLike,
    case_time: npt.ArrayLike,
    case_person: npt.ArrayLike,
    row_set: npt.ArrayLike,
    row_events: npt.ArrayLike,
    row_time: npt.ArrayLike,
    row_person: npt.ArrayLike,
) -> Incidence:
    """Return the log incidence rate ratio of cases to matched comparators, with two-way errors.

    case_*: (n,) one a set; row_*: (r,) one a comparator of a set, row_set its set 0..n-1, every set
    has at least one; *_person as in incidence_ratio. A comparator of a set of m weighs 1/m in
    events and in time. psi as there, weighted; V = sum over sets (sum psi)^2 + sum over people
    (sum psi)^2 - sum over rows psi^2, times G/(G-1), G the sets with time at risk. Where
    everybody is at risk as long, it is compare_matched's ratio of the level after. Fewer than two
    sets, no events or no time on a side: not estimable. Checked against statsmodels GLM weighted
    and clustered both ways, and against compare_matched.
    """
    sets, cases, people = as_codes(row_set), as_codes(case_person), as_codes(row_person)
    n = cases.size
    size = np.bincount(sets, minlength=n)
    assert size.size == n and (size > 0).all(), "a set with nobody"
    first = _Side.of(case_events, case_time)
    second = _Side.of(row_events, row_time, weight=1 / size[sets])
    assert first.influence.size == n and second.influence.size == sets.size == people.size
    set_time = as_counts(case_time) + np.bincount(sets, weights=as_counts(row_time), minlength=n)
    n_sets, n = int((set_time > 0).sum()), int((as_counts(case_time) > 0).sum())
    if n_sets < 2:
        reason = "fewer than two people seen have comparators"
        return _result(Estimate.none(n=n, reason=reason), first, second)
    variance = two_way_products(
        influence=np.concatenate([first.influence, -second.influence])[:, None],
        group=np.concatenate([np.arange(cases.size), sets]),
        person=np.concatenate([cases, people]),
    )
    return _compare(first, second, max(float(variance[0, 0]), 0.0) * n_sets / (n_sets - 1), n)


def _compare(seen: _Side, other: _Side, variance: float, n: int) -> Incidence:
    for side, who in ((seen, "the people seen"), (other, "the people compared with")):
        if side.time <= 0:
            return _result(Estimate.none(n=n, reason=f"{who} had no time at risk"), seen, other)
        if side.events <= 0:
            return _result(Estimate.none(n=n, reason=f"{who} had no events"), seen, other)
    log_rr = math.log(seen.events / seen.time) - math.log(other.events / other.time)
    return _result(Estimate.from_variance(log_rr=log_rr, variance=variance, n=n), seen, other)


def _result(estimate: Estimate, seen: _Side, other: _Side) -> Incidence:
    return Incidence(estimate, seen.events, seen.time, other.events, other.time)
