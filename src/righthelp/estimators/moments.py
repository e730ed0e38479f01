"""Sums over people from which the estimates are made (METHODS.md section 2).

A unit is a person, a matched set or a practice. Over K periods it has counts y and exposures t;
its vector is z = (y_1..y_K, t_1..t_K). Moments are n, sum z and sum z z'. They add over units,
shards and half-sites, so the order and the split of the rows change nothing. They can point to a
person and stay beside the records.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_counts, as_floats


@dataclass(frozen=True, eq=False)
class Moments:
    """First and second sums of (y, t) over the units of one cell.

    n: units with exposure in at least one period. s: (2K,) sum of z. q: (2K, 2K) sum of z z'.
    Exposure is in any one unit of time (days, months); rates come out per that unit.
    """

    n: int
    s: FloatArray
    q: FloatArray

    def __post_init__(self) -> None:
        assert self.n >= 0
        assert self.s.ndim == 1
        assert self.s.size % 2 == 0
        assert self.q.shape == (self.s.size, self.s.size)

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both groups of units together; the periods must be the same."""
        assert self.s.shape == other.s.shape, "moments of different periods do not add"
        return Moments(self.n + other.n, self.s + other.s, self.q + other.q)

    @property
    def k(self) -> int:
        """Number of periods."""
        return self.s.size // 2

    @property
    def counts(self) -> FloatArray:
        """(K,) contacts in each period."""
        return self.s[: self.k]

    @property
    def exposures(self) -> FloatArray:
        """(K,) time at risk in each period."""
        return self.s[self.k :]


def moments_from_rows(*, y: npt.ArrayLike, t: npt.ArrayLike) -> Moments:
    """Return the moments of units given one a row.

    y, t: (n, K) counts and exposures. A count where the exposure is 0 is our bug: an assertion.
    Units without any exposure are not counted in n. Checked in
    tests/property/test_estimators_moments.py against sums in plain Python.
    """
    counts, exposures = as_counts(y, ndim=2), as_counts(t, ndim=2)
    assert counts.shape == exposures.shape
    assert not ((counts > 0) & (exposures == 0)).any(), "a contact outside the time at risk"
    z = np.hstack([counts, exposures])
    return Moments(int(exposures.any(axis=1).sum()), z.sum(axis=0), z.T @ z)


def moments_from_patterns(
    *, n: npt.ArrayLike, y: npt.ArrayLike, t: npt.ArrayLike, q_yy: npt.ArrayLike
) -> Moments:
    """Return the moments of units that share exposure patterns: exact, as if from the rows.

    n: (P,) units with pattern p; y: (P, K) sum of their counts; t: (P, K) the exposure each of
    them has; q_yy: (K, K) sum of y y' over all units. Sum y t' = y' t and sum t t' = t' diag(n) t,
    because everybody in a pattern has the same t. Patterns without exposure are not counted in n.
    Checked against moments_from_rows.
    """
    units, counts = as_counts(n), as_counts(y, ndim=2)
    exposures, products = as_counts(t, ndim=2), as_counts(q_yy, ndim=2)
    k = counts.shape[1]
    assert exposures.shape == counts.shape == (units.size, k)
    assert products.shape == (k, k)
    assert not ((counts > 0) & (exposures == 0)).any(), "a contact outside the time at risk"
    q_yt = counts.T @ exposures
    q_tt = (exposures * units[:, None]).T @ exposures
    s = np.concatenate([counts.sum(axis=0), units @ exposures])
    q = np.block([[products, q_yt], [q_yt.T, q_tt]])
    return Moments(int(units[exposures.any(axis=1)].sum()), s, q)


def aggregate(moments: Moments, matrix: npt.ArrayLike, *, n: int | None = None) -> Moments:
    """Return the moments of J periods, each a weighted sum of the K given ones.

    matrix: (J, K), row j the weights of the months in period j (0 and 1 for before, after, donut).
    Exact, because moments are linear in z. n: units with exposure in any of the J periods, where
    the caller knows it; without it the units of the K periods are counted on, which touches only
    the factor n/(n-1), and only if somebody's exposure lies wholly in the periods left out.
    """
    weights = as_floats(matrix, ndim=2)
    assert weights.shape[1] == moments.k
    blocks = np.kron(np.eye(2), weights)
    units = moments.n if n is None else n
    assert 0 <= units <= moments.n
    return Moments(units, blocks @ moments.s, blocks @ moments.q @ blocks.T)
