"""On which side of no change a number lies, where an interval is wide enough to say it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

Side = Literal[-1, 0, 1]
MARGIN = 0.05
"""A change smaller than this share of the value before is never called one."""


def find_side(change: float, se: float | None, *, margin: float, critical: float) -> Side:
    """-1 or 1 where change ± critical * se leaves out every change within the margin, else 0.

    margin: in the unit of the change, not below 0. Without an error nothing can be told.
    """
    if se is None:
        return 0
    if change + critical * se < -margin:
        return -1
    return 1 if change - critical * se > margin else 0


def widen_for(k: int) -> float:
    """The normal quantile with which k intervals all hold in 95 studies of 100 at least.

    Source: Šidák 1967, J Am Stat Assoc 62:626.
    """
    return NormalDist().inv_cdf(0.5 + 0.95 ** (1 / k) / 2)
