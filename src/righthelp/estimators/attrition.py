"""How far the rate ratio could move had those who were lost been followed to the end."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import as_counts

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Bound:
    """The rate ratio with the lost put in, all at the low count (rr_low) or all at the high one.

    n_lost: people put in; share_lost: 0 to 1, of them and the complete. Both ratios are None when
    status is "not_estimable"; reason reads on from "because".
    """

    rr_low: float | None
    rr_high: float | None
    n_lost: int
    share_lost: float
    status: Literal["ok", "not_estimable"]
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.rr_low is None) == (self.rr_high is None) == (self.status != "ok")
        assert bool(self.reason) == (self.status != "ok")


@dataclass(frozen=True)
class Attrition:
    """Bounds with the deaths put in, with the departures, and with both.

    low_count, high_count: contacts after that each lost person is given; None where nobody
    complete could say. They are quantiles of a person's count: on site only.
    """

    deaths: Bound
    departures: Bound
    both: Bound
    low_count: float | None
    high_count: float | None


def bound_attrition(
    *,
    observed: float,
    expected: float,
    n_complete: int,
    dead_expected: npt.ArrayLike,
    departed_expected: npt.ArrayLike,
    complete_after: npt.ArrayLike,
    low: float = LOW,
    high: float = HIGH,
) -> Attrition:
    """Return worst and best case of A/E for people who died or left before the window's end.

    observed, expected: A and E, contacts after of the n_complete people followed to the end, and
    those expected of them (by projection, or their comparators' means); dead_expected: (d,),
    departed_expected: (l,) what was expected of each lost person over a whole window;
    complete_after: (m,) counts after of complete reference people or comparators. Each lost person
    is taken to have had, over a whole window, the count at quantile `low` of complete_after (the
    least that at least 10% of people do not exceed) or at quantile `high` (90%):
    rr = (A + n_lost count)/(E + sum of the lost people's expectations). So the bounds are as wide
    as those two quantiles, no wider: not every thinkable count, and no sampling error. What the
    lost had before they were lost is not used. A death has no contacts after it: read its bounds
    as "had they lived". Nobody lost: both bounds are A/E. Nothing expected, or nobody complete to
    take the counts from: not estimable. Source: worst and best case (Horowitz & Manski 2000, J Am
    Stat Assoc 95:77), counts limited to a declared range. Checked by hand and by properties.
    """
    assert observed >= 0
    assert expected >= 0
    assert n_complete >= 0
    assert 0 <= low <= high <= 1
    dead, departed = as_counts(dead_expected), as_counts(departed_expected)
    after = as_counts(complete_after)
    counts = None
    if after.size:
        least, most = np.quantile(after, [low, high], method="inverted_cdf")
        counts = float(least), float(most)

    def bound(lost: npt.NDArray[np.float64]) -> Bound:
        return _bound(lost, observed, expected, n_complete, counts)

    return Attrition(
        deaths=bound(dead),
        departures=bound(departed),
        both=bound(np.concatenate([dead, departed])),
        low_count=counts[0] if counts else None,
        high_count=counts[1] if counts else None,
    )


def _bound(
    lost: npt.NDArray[np.float64],
    observed: float,
    expected: float,
    n_complete: int,
    counts: tuple[float, float] | None,
) -> Bound:
    n = lost.size
    share = n / max(n + n_complete, 1)
    total = expected + float(lost.sum())
    if total <= 0:
        return Bound(None, None, n, share, "not_estimable", "no contacts are expected")
    if n and counts is None:
        reason = "nobody complete says what the lost would have had"
        return Bound(None, None, n, share, "not_estimable", reason)
    low, high = counts or (0.0, 0.0)
    return Bound((observed + n * low) / total, (observed + n * high) / total, n, share, "ok")
