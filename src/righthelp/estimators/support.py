"""Whether reference people exist who had as many contacts before as the seen people had."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import as_codes, as_counts
from righthelp.estimators.influence import count_people

SUPPORT_LIMIT = 0.05
SUPPORT_MINIMUM = 5
BIN_STARTS = (0, 1, 2, 3, 5, 7, 10, 15, 20)

Direction = Literal["none", "above", "below", "both"]


@dataclass(frozen=True)
class Support:
    """The share of seen people without enough reference people in their bin, and on which side.

    share_outside: 0 to 1. direction: where those bins lie from the median bin of the reference
    people; the only part that travels (METHODS.md section 4). n_outside and n_seen stay on site.
    """

    share_outside: float
    direction: Direction
    n_outside: int
    n_seen: int

    @property
    def within_limit(self) -> bool:
        """Whether no more than SUPPORT_LIMIT of the seen people are outside."""
        return self.share_outside <= SUPPORT_LIMIT


def support(
    *,
    seen: npt.ArrayLike,
    reference: npt.ArrayLike,
    minimum: int = SUPPORT_MINIMUM,
    reference_person: npt.ArrayLike | None = None,
) -> Support:
    """Return how many seen people lie where fewer than `minimum` reference people lie.

    seen: (n,), reference: (m,) counts before the index, in the bins 0, 1, 2, 3-4, 5-6, 7-9, 10-14,
    15-19, 20+. reference_person: (m,) codes where one person is reference several times; people
    are counted, not rows. No seen people: nobody is outside. No reference people: everybody is,
    on both sides. Checked against a loop over people.
    """
    seen_counts, reference_counts = as_counts(seen), as_counts(reference)
    seen_bin, reference_bin = _bins(seen_counts), _bins(reference_counts)
    person = np.arange(reference_bin.size) if reference_person is None else reference_person
    n_bins = len(BIN_STARTS)
    people = count_people(group=reference_bin, person=as_codes(person), n_groups=n_bins)
    seen_outside = np.bincount(seen_bin, minlength=n_bins) * (people < minimum)
    n_outside = int(seen_outside.sum())
    middle = int(np.searchsorted(np.cumsum(people), people.sum() / 2)) if people.any() else None
    return Support(
        share_outside=n_outside / max(seen_bin.size, 1),
        direction=_direction(np.flatnonzero(seen_outside), middle),
        n_outside=n_outside,
        n_seen=seen_bin.size,
    )


def _bins(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.searchsorted(BIN_STARTS, counts, side="right").astype(np.int64) - 1


def _direction(outside: npt.NDArray[np.intp], middle: int | None) -> Direction:
    if outside.size == 0:
        return "none"
    if middle is None:
        return "both"
    above, below = bool((outside >= middle).any()), bool((outside < middle).any())
    return "both" if above and below else "above" if above else "below"
