"""Person-level pieces of a variance: leave-one-out residuals, sums and counts over people."""

import numpy as np

from righthelp.estimators.arrays import FloatArray, IntArray


def leave_one_out_residual(
    *, residual: FloatArray, leverage: FloatArray, deviation: FloatArray
) -> FloatArray:
    """Return residual / (1 - leverage), how far a row lies from a fit made without it.

    All (m,). A row that alone decides a slope has leverage 1 and no residual; without it that
    slope would be gone, so its `deviation` from the mean stands in. Source: MacKinnon & White
    1985, J Econometrics 29:305 (HC3). Checked against statsmodels HC3.
    """
    alone = leverage > 1 - 1e-8
    inflated: FloatArray = np.where(alone, deviation, residual / np.where(alone, 1, 1 - leverage))
    return inflated


def rank_codes(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the different codes in order, and each row's place among them, as numpy.unique does.

    Where the codes lie close together a table replaces the sort, in a quarter of the time.
    """
    if codes.size == 0:
        return codes, codes
    low, span = int(codes.min()), int(codes.max()) - int(codes.min()) + 1
    if span > 4 * codes.size:
        different, place = np.unique(codes, return_inverse=True)
        return different, place
    met = np.zeros(span, dtype=np.bool_)
    met[codes - low] = True
    return np.flatnonzero(met) + low, (np.cumsum(met) - 1)[codes - low]


def sum_of_squares_by_person(*, person: IntArray, influence: FloatArray) -> float:
    """Return the sum over people of the squared total of each one's influences.

    person, influence: (r,), one row a role; a person may have many (METHODS.md section 4).
    """
    totals = np.bincount(rank_codes(person)[1], weights=influence)
    return float(totals @ totals)


def count_people(*, group: IntArray, person: IntArray, n_groups: int) -> IntArray:
    """Return the number of different people in each group; group codes are 0..n_groups-1."""
    people, place = rank_codes(person)
    if people.size == person.size:
        return np.bincount(group, minlength=n_groups)
    pairs = np.sort(group * people.size + place)
    first = np.append(True, pairs[1:] != pairs[:-1])
    return np.bincount(pairs[first] // people.size, minlength=n_groups)


def sum_products_by_group(*, influence: FloatArray, group: IntArray) -> FloatArray:
    """Return the sum over groups of (sum psi)(sum psi)'; influence: (r, K), group: (r,) from 0."""
    n_groups = int(group.max()) + 1 if group.size else 0
    columns = [np.bincount(group, weights=column, minlength=n_groups) for column in influence.T]
    totals = np.array(columns, dtype=np.float64)
    return totals @ totals.T


def two_way_products(*, influence: FloatArray, group: IntArray, person: IntArray) -> FloatArray:
    """Return sums of products by set and by person, less those of the rows that both hold: (K, K).

    influence: (r, K), group: (r,) from 0, person: (r,) codes; a person is in a set only once, so
    what a set and a person share is one row (METHODS.md section 5). It need not be positive
    definite. Source: Cameron, Gelbach & Miller 2011, J Bus Econ Stat 29:238.
    """
    by_set = sum_products_by_group(influence=influence, group=group)
    by_person = sum_products_by_group(influence=influence, group=rank_codes(person)[1])
    both: FloatArray = by_set + by_person - influence.T @ influence
    return both
