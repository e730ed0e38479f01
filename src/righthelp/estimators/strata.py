"""Strata of people, merged down a ladder until each holds enough reference people."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import IntArray, as_codes
from righthelp.estimators.influence import count_people, rank_codes

STRATUM_MINIMUM = 50


@dataclass(frozen=True, eq=False)
class Strata:
    """The stratum of everybody: seen (n,), reference (m,), codes 0..n_strata-1."""

    seen: IntArray
    reference: IntArray
    n_strata: int


def merge_strata(
    *,
    seen_ladder: npt.ArrayLike,
    reference_ladder: npt.ArrayLike,
    reference_person: npt.ArrayLike,
    minimum: int = STRATUM_MINIMUM,
) -> Strata:
    """Return strata that each hold at least `minimum` different reference people.

    seen_ladder: (n, L), reference_ladder: (m, L) integer codes; column 0 the finest stratum, each
    next one coarser, the last usually all 0 (everybody). People whose code has too few reference
    people go on to the next column together with the other leftovers there; those left over at the
    end join the largest stratum. Fewer than `minimum` reference people in all: one stratum.
    Checked against a loop with dicts.
    """
    seen_codes, reference_codes = as_codes(seen_ladder, ndim=2), as_codes(reference_ladder, ndim=2)
    person = as_codes(reference_person)
    seen = np.full(len(seen_codes), -1, dtype=np.int64)
    reference = np.full(len(reference_codes), -1, dtype=np.int64)
    n_strata = 0
    for level in range(reference_codes.shape[1]):
        left = np.flatnonzero(reference < 0)
        if left.size == 0:
            break
        codes, place = rank_codes(reference_codes[left, level])
        people = count_people(group=place, person=person[left], n_groups=codes.size)
        kept = people >= minimum
        stratum = np.where(kept, n_strata + np.cumsum(kept) - 1, -1)
        reference[left] = stratum[place]
        waiting = np.flatnonzero(seen < 0)
        wanted = seen_codes[waiting, level]
        nearest = np.minimum(np.searchsorted(codes, wanted), codes.size - 1)
        seen[waiting] = np.where(codes[nearest] == wanted, stratum[nearest], -1)
        n_strata += int(kept.sum())
    if n_strata == 0:
        return Strata(np.zeros_like(seen), np.zeros_like(reference), 1)
    largest = int(np.bincount(reference[reference >= 0], minlength=n_strata).argmax())
    seen[seen < 0] = largest
    reference[reference < 0] = largest
    return Strata(seen, reference, n_strata)
