"""Counts by month: the middle of the months around one, and shares that moved between quarters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

MONTHS_AROUND, QUARTER = 6, 3


@dataclass(frozen=True)
class Move:
    """A share that moved: `change` from the three months before the month at `place` to the three
    from it on, -1 to 1, of the counts in `column`."""

    place: int
    column: int
    change: float


def median_around(counts: np.ndarray, place: int) -> float:
    """The middle count of the months up to half a year before and after one, itself among them."""
    around = counts[max(0, place - MONTHS_AROUND) : place + MONTHS_AROUND + 1]
    return float(np.median(around))


def list_moves(counts: np.ndarray, total: np.ndarray) -> Iterator[Move]:
    """For each month with three before and two after it, the share of the total that moved most.

    counts: (months, K); total: (months,), of which each count is a part. Quarters that count
    nothing are passed over.
    """
    for place in range(QUARTER, len(total) - QUARTER + 1):
        earlier, later = slice(place - QUARTER, place), slice(place, place + QUARTER)
        n_before, n_after = total[earlier].sum(), total[later].sum()
        if n_before and n_after:
            moved = counts[later].sum(axis=0) / n_after - counts[earlier].sum(axis=0) / n_before
            column = int(np.abs(moved).argmax())
            yield Move(place, column, float(moved[column]))
