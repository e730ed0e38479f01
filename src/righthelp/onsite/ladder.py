"""What must be the same for two people to be matched: a ladder of rungs, finest first.

A rung gives up something only where the one above it finds too few people. Counts before are given
up last: of all that is recorded they say most of what comes after.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

FINE, MIDDLE, COARSE = (0, 1, 2, 3, 5, 7, 10), (0, 1, 3, 6), (0, 2, 5)
"""Where a bin of counts begins."""
BY_WEEKS, BY_SEASON, ANY_LAG = (0, 8, 22, 46, 76), (0, 22, 76), (0,)
"""Where a bin of the days from the visit to the index begins."""
MOST_CONTACTS, MOST_LAG_DAYS = 99, 399
"""Higher ones are taken as these."""

Strata = Literal["age and sex", "age", "none"]


@dataclass(frozen=True)
class Rung:
    """One rung: bins of the three bands of history, strata, months of the visit taken together."""

    bins: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    strata: Strata
    months: int
    lags: tuple[int, ...]

    @property
    def words(self) -> str:
        """What must be the same, in plain words."""
        counts = {
            (FINE, FINE, FINE): "counts before in fine bins",
            (FINE, MIDDLE, MIDDLE): "the last three months in fine bins, earlier ones in coarser",
            (MIDDLE, COARSE, COARSE): "counts before in coarse bins",
        }[self.bins]
        who = {"age and sex": "sex, age band, ", "age": "age band, ", "none": ""}[self.strata]
        when = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}[self.months]
        return f"{who}{counts}, {when} of the visit"


def list_bins(starts: Sequence[int], *, most: int) -> list[int]:
    """The bin of each number from 0 to `most`; bins are numbered from 0."""
    return [bisect_right(starts, number) - 1 for number in range(most + 1)]


LADDER: tuple[Rung, ...] = (
    Rung((FINE, FINE, FINE), "age and sex", 1, BY_WEEKS),
    Rung((FINE, FINE, FINE), "age and sex", 3, BY_SEASON),
    Rung((FINE, FINE, FINE), "age", 6, ANY_LAG),
    Rung((FINE, FINE, FINE), "none", 12, ANY_LAG),
    Rung((FINE, MIDDLE, MIDDLE), "age", 12, ANY_LAG),
    Rung((FINE, MIDDLE, MIDDLE), "none", 12, ANY_LAG),
    Rung((MIDDLE, COARSE, COARSE), "none", 12, ANY_LAG),
)
