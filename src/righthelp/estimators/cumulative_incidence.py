"""Cumulative incidence with competing events: how many had it by then, when others came first.

Days to the first contact or the first support, where some people leave the scheme or die before.
One less Kaplan-Meier would count them as if they could still have had it.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes
from righthelp.estimators.result import NO_VARIATION, Status


@dataclass(frozen=True)
class ShareByDay:
    """The share of people who had had one kind of event by the end of a day, with its error.

    n_at_risk: people without an event and still followed when the day began. share and se are None
    when status is "not_estimable", se alone when "point_only"; reason reads on from "because".
    """

    day: int
    share: float | None
    se: float | None
    n_at_risk: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.share is None) == (self.status == "not_estimable")
        assert (self.se is None) == (self.status != "ok")
        assert bool(self.reason) == (self.status != "ok")

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the interval of share, normal on the scale of log(-log); None without an error.

        share^exp(-+z se/(share log share)): it stays between 0 and 1. Source: Kalbfleisch &
        Prentice 1980. Checked against lifelines.
        """
        if self.share is None or self.se is None or self.share >= 1:
            return None
        z = NormalDist().inv_cdf((1 + level) / 2)
        half = z * self.se / (self.share * math.log(self.share))
        return self.share ** math.exp(-half), self.share ** math.exp(half)


@dataclass(frozen=True)
class CumulativeIncidence:
    """For each kind of event 1..C the share by each day asked for, and how many people there were.

    kinds[k - 1][j]: kind k on the j-th day. event_free[j]: share with no event at all by then; with
    the shares of all kinds it makes 1; None where they are. n: people; n_events: of each kind.
    """

    kinds: tuple[tuple[ShareByDay, ...], ...]
    event_free: tuple[float | None, ...]
    n: int
    n_events: tuple[int, ...]


def cumulative_incidence(
    *, day: npt.ArrayLike, kind: npt.ArrayLike, n_kinds: int, at_days: npt.ArrayLike
) -> CumulativeIncidence:
    """Return the Aalen-Johansen cumulative incidence of each kind of event by each day asked for.

    day: (n,) whole days from 0 to a person's event or to the end of what is known of them; kind:
    (n,) 0 known no longer (censored), 1..n_kinds; at_days: (J,) whole days. Events of a day come
    before its censorings. With d_kj events of kind k on day j, n_j at risk and S the share free of
    any event, F_k(t) = sum over j <= t of S(j-) d_kj/n_j. Variance of the Greenwood kind, from d_j
    multinomial given n_j:
    sum [F(t) - F(j)]^2 d_j/(n_j(n_j - d_j)) + sum S(j-)^2 d_kj(n_j - d_kj)/n_j^3
    - 2 sum [F(t) - F(j)] S(j-) d_kj/n_j^2;
    right with several events a day, and F(1 - F)/n where nobody is censored. Censoring must say
    nothing of what would have come. A day after the last day known of anybody, while somebody had
    no event: not estimable. No event of the kind yet: a point of 0. Sources: Aalen & Johansen 1978,
    Scand J Stat 5:141; variance Marubini & Valsecchi 1995, chapter 10; Allignol, Schumacher &
    Beyersmann 2010, Biom J 52:126 (who recommend it). Checked on
    cif_breast_cancer, by hand, against statsmodels (ties and all) and on cif_lifelines. Own code:
    twenty lines, where a library would bring pandas to every site.
    """
    days, kinds, asked = as_codes(day), as_codes(kind), as_codes(at_days)
    assert days.size == kinds.size
    assert n_kinds > 0
    assert (days >= 0).all() and (asked >= 0).all(), "days are counted from 0"
    assert ((kinds >= 0) & (kinds <= n_kinds)).all()
    times, place = np.unique(days, return_inverse=True)
    counts = np.bincount(
        place * (n_kinds + 1) + kinds, minlength=times.size * (n_kinds + 1)
    ).reshape(times.size, n_kinds + 1)
    left = days.size - np.cumsum(counts.sum(axis=1))
    at_risk = (left + counts.sum(axis=1)).astype(np.float64)
    events = counts[:, 1:].astype(np.float64)
    free = np.cumprod(1 - events.sum(axis=1) / at_risk)
    free_before = np.concatenate([[1.0], free[:-1]]) if times.size else free
    shares = np.cumsum(free_before[:, None] * events / at_risk[:, None], axis=0)
    n_at_risk = [int((days >= when).sum()) for when in asked.tolist()]
    known = [_is_known(when, times, free) for when in asked.tolist()]
    upto = np.searchsorted(times, asked, side="right").tolist()
    found = []
    for place_of in range(n_kinds):
        row = []
        for when, n, is_known, j in zip(asked.tolist(), n_at_risk, known, upto, strict=True):
            if not is_known:
                why = "nobody was followed that long" if days.size else "there is nobody"
                row.append(ShareByDay(when, None, None, n, "not_estimable", why))
                continue
            share = float(shares[j - 1, place_of]) if j else 0.0
            variance = _variance(
                shares[:j, place_of], free_before[:j], events[:j], place_of, at_risk[:j]
            )
            row.append(_share(when, share, variance, n))
        found.append(tuple(row))
    return CumulativeIncidence(
        kinds=tuple(found),
        event_free=tuple(
            (float(free[j - 1]) if j else 1.0) if is_known else None
            for j, is_known in zip(upto, known, strict=True)
        ),
        n=days.size,
        n_events=tuple(int(n) for n in counts[:, 1:].sum(axis=0)),
    )


def _is_known(when: int, times: IntArray, free: FloatArray) -> bool:
    return bool(times.size) and (when <= times[-1] or free[-1] <= 0)


def _share(when: int, share: float, variance: float, n: int) -> ShareByDay:
    if share <= 0:
        why = "no such event had happened"
        return ShareByDay(when, 0.0, None, n, "point_only", why)
    if variance <= 1e-20:
        return ShareByDay(when, share, None, n, "point_only", NO_VARIATION)
    return ShareByDay(when, share, math.sqrt(variance), n, "ok")


def _variance(
    share: FloatArray, free_before: FloatArray, events: FloatArray, kind: int, at_risk: FloatArray
) -> float:
    """Variance of the last share: what is given is on the days up to the one asked for."""
    if not share.size:
        return 0.0
    gap, own, all_kinds = share[-1] - share, events[:, kind], events.sum(axis=1)
    # Where everybody left had an event nothing can follow, and the gap is 0.
    remaining = np.where(all_kinds < at_risk, at_risk - all_kinds, 1)
    terms = (
        gap**2 * all_kinds / (at_risk * remaining)
        + free_before**2 * own * (at_risk - own) / at_risk**3
        - 2 * gap * free_before * own / at_risk**2
    )
    return float(terms.sum())
