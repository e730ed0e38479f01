"""Four quadrants: change in contacts against change in a score, with what chance alone would give.

Fewer contacts in somebody who is better and in somebody who is worse are opposite findings; a rate
ratio cannot tell them apart (METHODS.md section 7).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes, as_counts
from righthelp.estimators.paired import BETTER, SAME, WORSE

FEWER, MORE = 0, 2
NO_SCORE = 3
CONTACTS = ("fewer", "same", "more")
SCORES = ("better", "same", "worse")
NAMES = (
    ("relieved", "fewer_alone", "withdrawn"),
    ("better_alone", "neither", "worse_alone"),
    ("activated", "more_alone", "escalating"),
)
CORNERS = ("relieved", "activated", "withdrawn", "escalating")
PROBABILITY_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Quadrant:
    """One cell of the table: how many people, and how many there could be.

    name: one of NAMES; n: people with a score in it; n_high: were everybody without a score and
    with this direction of contacts in it; n is the least. share, share_low, share_high: of the
    people with a score, and of all people at least and at most; None without any.
    """

    name: str
    n: int
    n_high: int
    share: float | None
    share_low: float | None
    share_high: float | None


@dataclass(frozen=True, eq=False)
class Quadrants:
    """The joint table of people: rows CONTACTS, columns SCORES.

    table: (3, 3) people with a score; no_score: (3,) those without, by direction of contacts; n:
    both together. cells: the nine, as NAMES, row by row.
    """

    table: IntArray
    no_score: IntArray
    n: int
    cells: tuple[Quadrant, ...]

    def cell(self, name: str) -> Quadrant:
        """Return the cell of that name; another name is our bug: an assertion."""
        found = [cell for cell in self.cells if cell.name == name]
        assert found, f"no cell is called {name}"
        return found[0]


@dataclass(frozen=True, eq=False)
class ChanceQuadrants:
    """The table to expect had nothing but chance moved contacts and scores.

    expected: (3, 3) people, rows CONTACTS, columns SCORES; sd: of the count in each cell, the
    probabilities taken as known. n: people.
    """

    expected: FloatArray
    sd: FloatArray
    n: int


def contacts_direction(*, before: npt.ArrayLike, after: npt.ArrayLike) -> IntArray:
    """Return FEWER (0), SAME (1) or MORE (2) for each person: (n,); windows equally long."""
    b, a = as_counts(before), as_counts(after)
    assert b.size == a.size
    return np.sign(a - b).astype(np.int64) + 1


def quadrants(*, contacts: npt.ArrayLike, score: npt.ArrayLike) -> Quadrants:
    """Return the joint table of directions, with each cell at least and at most.

    contacts: (n,) FEWER, SAME, MORE; score: (n,) BETTER, SAME, WORSE (paired.score_direction) or
    NO_SCORE. At least: nobody without a score was in the cell; at most: all of them with its
    direction of contacts. Two cells of a row cannot both be at their most. No sampling error is in
    the bounds. Source: Manski 1989, J Hum Resour 24:343. Checked by hand and by properties.
    """
    rows, columns = as_codes(contacts), as_codes(score)
    assert rows.size == columns.size
    assert ((rows >= FEWER) & (rows <= MORE)).all()
    assert ((columns >= BETTER) & (columns <= NO_SCORE)).all()
    counts = np.bincount(rows * 4 + columns, minlength=12).reshape(3, 4)
    table, missing = counts[:, :NO_SCORE], counts[:, NO_SCORE]
    n, n_scored = rows.size, int(table.sum())

    def cell(row: int, column: int) -> Quadrant:
        found = int(table[row, column])
        high = found + int(missing[row])
        return Quadrant(
            name=NAMES[row][column],
            n=found,
            n_high=high,
            share=found / n_scored if n_scored else None,
            share_low=found / n if n else None,
            share_high=high / n if n else None,
        )

    cells = tuple(
        cell(row, column) for row in (FEWER, SAME, MORE) for column in (BETTER, SAME, WORSE)
    )
    return Quadrants(table, missing, n, cells)


def directions_of_comparators(
    *, row_set: npt.ArrayLike, row_direction: npt.ArrayLike, n_sets: int
) -> FloatArray:
    """Return for each set the shares of its comparators with fewer, as many and more contacts.

    row_set: (r,) 0..n_sets-1, every set has at least one; row_direction: (r,) FEWER, SAME, MORE.
    (n_sets, 3): what chance_quadrants takes as the case's probabilities. A single set's shares are
    rough; their sum over people is not.
    """
    sets, direction = as_codes(row_set), as_codes(row_direction)
    assert sets.size == direction.size
    assert ((direction >= FEWER) & (direction <= MORE)).all()
    counts = np.bincount(sets * 3 + direction, minlength=3 * n_sets).reshape(-1, 3)
    assert len(counts) == n_sets and (counts.sum(axis=1) > 0).all(), "a set with nobody"
    shares: FloatArray = counts / counts.sum(axis=1, keepdims=True)
    return shares


def chance_quadrants(
    *, contacts_probability: npt.ArrayLike, score_probability: npt.ArrayLike
) -> ChanceQuadrants:
    """Return the table to expect if nothing but regression to the mean happened.

    contacts_probability: (n, 3) of each person with a score, fewer, same, more, had nothing been
    done: from people with the same past (directions_of_comparators or a projection);
    score_probability: (n, 3) better, same, worse (paired.chance_of_moving); rows add up to 1.
    expected = sum over people of p q'; sd^2 = sum of p q (1 - p q), people independent.
    It assumes that, given each one's own past, contacts and score move by chance independently of
    one another. A passing bad time moves both, towards fewer and better: relieved (and escalating)
    is then expected more often than stated here, so a small excess over it is no finding. Checked
    by hand and by simulation.
    """
    p, q = as_counts(contacts_probability, ndim=2), as_counts(score_probability, ndim=2)
    assert p.shape == q.shape
    assert p.shape[1] == 3
    for given in (p, q):
        assert (np.abs(given.sum(axis=1) - 1) <= PROBABILITY_TOLERANCE).all(), "shares of 1"
    joint = p[:, :, None] * q[:, None, :]
    variance = (joint * (1 - joint)).sum(axis=0)
    return ChanceQuadrants(joint.sum(axis=0), np.sqrt(np.maximum(variance, 0)), len(p))
