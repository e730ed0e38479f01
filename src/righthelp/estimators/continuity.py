"""Continuity of care: how far a person's visits go to the same clinician.

Both indices are shares of a person's visits in a window, averaged over people, never over visits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes
from righthelp.estimators.paired import PairedMeans, paired_means

AT_LEAST = 2


@dataclass(frozen=True, eq=False)
class Continuity:
    """Both indices of each person with enough visits, in the order of their codes.

    person, n_visits, upc, coc: (p,). n_below: people with a visit, but too few of them.
    """

    person: IntArray
    n_visits: IntArray
    upc: FloatArray
    coc: FloatArray
    n_below: int

    @property
    def mean_upc(self) -> float | None:
        """The mean of people's usual provider index; None without anybody."""
        return float(self.upc.mean()) if self.upc.size else None

    @property
    def mean_coc(self) -> float | None:
        """The mean of people's Bice-Boxerman index; None without anybody."""
        return float(self.coc.mean()) if self.coc.size else None


@dataclass(frozen=True)
class ContinuityChange:
    """The change of both indices in people with enough visits before and after.

    n_visits: the change of their visits, because UPC moves with it. n_before_only, n_after_only:
    people with enough visits in that window alone, who are in none of the means.
    """

    upc: PairedMeans
    coc: PairedMeans
    n_visits: PairedMeans
    n_before_only: int
    n_after_only: int


def continuity(
    *,
    person: npt.ArrayLike,
    clinician: npt.ArrayLike,
    n_visits: npt.ArrayLike,
    at_least: int = AT_LEAST,
) -> Continuity:
    """Return the usual provider index and the Bice-Boxerman index of each person.

    person, clinician: (r,) codes, n_visits: (r,) whole visits of the one to the other; rows of the
    same pair add up. With n_j visits to clinician j and N in all, UPC = max n_j/N and
    COC = (sum n_j^2 - N)/(N(N - 1)), the share of pairs of visits that were to the same clinician.
    at_least: fewest visits for a value, no fewer than 2; UPC takes 2, COC more often 3
    (Br J Gen Pract 2023, 73:279, table 1). COC's expectation does not depend on N where
    each visit has the same chances; UPC's falls with N (two visits never give less than a half). So
    a change in how often people come moves UPC by itself: read COC first. Visits without a known
    clinician are the caller's to leave out and to count. Sources: Breslau & Reeb 1975, J Med Educ
    50:965 (UPC); Bice & Boxerman 1977, Med Care 15:347 (COC); Jee & Cabana 2006, Med Care Res Rev
    63:158. Checked on continuity_worked_patients and against a loop over pairs
    of visits.
    """
    people, clinicians, visits = as_codes(person), as_codes(clinician), as_codes(n_visits)
    assert people.size == clinicians.size == visits.size
    assert at_least >= 2, "one visit says nothing of continuity"
    assert (visits >= 0).all()
    kept = visits > 0
    different, place = np.unique(people[kept], return_inverse=True)
    seen, which = np.unique(clinicians[kept], return_inverse=True)
    pairs, pair = np.unique(place * max(seen.size, 1) + which, return_inverse=True)
    by_pair = np.bincount(pair, weights=visits[kept], minlength=pairs.size).astype(np.int64)
    owner = pairs // max(seen.size, 1)
    total, most, squares = (np.zeros(different.size, dtype=np.int64) for _ in range(3))
    np.add.at(total, owner, by_pair)
    np.maximum.at(most, owner, by_pair)
    np.add.at(squares, owner, by_pair * by_pair)
    enough = total >= at_least
    n = total[enough]
    return Continuity(
        person=different[enough],
        n_visits=n,
        upc=most[enough] / n,
        coc=(squares[enough] - n) / (n * (n - 1)),
        n_below=int((~enough).sum()),
    )


def change_in_continuity(*, before: Continuity, after: Continuity) -> ContinuityChange:
    """Return the change of the means over people who have both indices before and after.

    People are found by their codes. They are the frequent attenders of both windows: who came too
    seldom after is not in the change, and is counted. Checked by hand.
    """
    _, first, last = np.intersect1d(
        before.person, after.person, assume_unique=True, return_indices=True
    )
    return ContinuityChange(
        upc=paired_means(first=before.upc[first], last=after.upc[last]),
        coc=paired_means(first=before.coc[first], last=after.coc[last]),
        n_visits=paired_means(first=before.n_visits[first], last=after.n_visits[last]),
        n_before_only=before.person.size - first.size,
        n_after_only=after.person.size - last.size,
    )
