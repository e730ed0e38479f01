"""Which cells of a table are withheld where its row and column totals may be known."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import product

import numpy as np
import numpy.typing as npt

from righthelp.onsite.disclosure import Policy

Flags = npt.NDArray[np.bool_]
Look = tuple[Flags, Flags]
"""The cells that some rows have without some columns, and those that these have without them: the
rows' totals less the columns' give the first less the second."""


def hide_cells(
    counts: npt.NDArray[np.int64], policy: Policy, *, rank: npt.NDArray[np.int64] | None = None
) -> Flags:
    """Return which cells are withheld, (R, C) flags: small ones, and what would give them back.

    Row and column totals are taken as known. Others are withheld, those of the lowest rank and then
    the smallest first, until no sum of rows less a sum of columns leaves people of no more than the
    threshold. A total that is itself so small gives nothing back, being withheld where it stands.
    Noughts are shown. R and C are small: all 2^(R + C) looks are taken.
    """
    table = np.asarray(counts)
    order = np.zeros_like(table) if rank is None else rank
    hidden: Flags = (table > 0) & (table <= policy.threshold)
    looks = list(_list_looks(table))
    done: set[int] = set()
    while (leak := _find_leak(table, hidden, policy, looks=looks, done=done)) is not None:
        free = (looks[leak][0] | looks[leak][1]) & ~hidden & (table > 0)
        if not free.any():
            done.add(leak)
            continue
        least = min(np.argwhere(free).tolist(), key=lambda at: (order[*at], table[*at], at))
        hidden[tuple(least)] = True
    # What was withheld early may no longer be needed; the most telling are tried first.
    spare = np.argwhere(hidden & (table > policy.threshold)).tolist()
    for at in sorted(spare, key=lambda at: (order[*at], table[*at], at), reverse=True):
        hidden[tuple(at)] = False
        if _find_leak(table, hidden, policy, looks=looks, done=done) is not None:
            hidden[tuple(at)] = True
    return hidden


def _list_looks(table: npt.NDArray[np.int64]) -> Iterator[Look]:
    n_rows, n_columns = table.shape
    for rows in product((False, True), repeat=n_rows):
        for columns in product((False, True), repeat=n_columns):
            r, c = np.array(rows)[:, None], np.array(columns)[None, :]
            yield r & ~c & (table > 0), ~r & c & (table > 0)


def _find_leak(
    table: npt.NDArray[np.int64],
    hidden: Flags,
    policy: Policy,
    *,
    looks: list[Look],
    done: Set[int],
) -> int | None:
    """A look that leaves only a few people; one that leaves one large cell makes that known."""
    unknown = hidden.copy()
    again = True
    while again:
        again = False
        for place, (more, less) in enumerate(looks):
            left, other = unknown & more, unknown & less
            if place in done or left.any() == other.any():
                continue
            alone = left if left.any() else other
            if table[alone].sum() <= policy.threshold:
                return place
            if alone.sum() == 1:
                unknown &= ~alone
                again = True
    return None
