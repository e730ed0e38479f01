"""Which cells of a table are withheld where its row and column totals may be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from righthelp.onsite.disclosure import Policy

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
Look = tuple[Flags, Flags]
"""The cells that some rows have without some columns, and those that these have without them: the
rows' totals less the columns' give the first less the second."""


def hide_cells(
    counts: Counts,
    policy: Policy,
    *,
    columns: Sequence[Sequence[int]],
    rank: Counts | None = None,
) -> Flags:
    """Return which cells are withheld, (R, C) flags: small ones, and what would give them back.

    columns: groups of columns whose totals leave together or, if one of them is small, as their sum
    alone; the rows are one such group. Where a group is small, only the sum of all is known. Others
    are withheld, those of the lowest rank and then the smallest first, until no known rows less
    known columns leave people of no more than the threshold. Noughts are shown, unless nothing but
    the whole table can be withheld. All 2^(R + C) looks are taken, so R and C are small.
    """
    table = np.asarray(counts)
    order = np.zeros_like(table) if rank is None else rank
    hidden: Flags = (table > 0) & (table <= policy.threshold)
    looks = list(_list_looks(table, columns, policy=policy))
    while (leak := _find_leak(table, hidden, policy, looks=looks)) is not None:
        free = leak & ~hidden
        if not free.any():
            return np.ones_like(hidden)
        least = min(np.argwhere(free).tolist(), key=lambda at: (order[*at], table[*at], at))
        hidden[tuple(least)] = True
    # What was withheld early may no longer be needed; the most telling are tried first.
    spare = np.argwhere(hidden & (table > policy.threshold)).tolist()
    for at in sorted(spare, key=lambda at: (order[*at], table[*at], at), reverse=True):
        hidden[tuple(at)] = False
        if _find_leak(table, hidden, policy, looks=looks) is not None:
            hidden[tuple(at)] = True
    return hidden


def _list_looks(
    table: Counts, columns: Sequence[Sequence[int]], *, policy: Policy
) -> Iterator[Look]:
    rows = [range(len(table))]
    by_row = _list_known(table.sum(axis=1).tolist(), rows, policy=policy)
    by_column = _list_known(table.sum(axis=0).tolist(), columns, policy=policy)
    for r, c in product(_list_unions(by_row), _list_unions(by_column)):
        across = np.isin(np.arange(table.shape[0]), r)[:, None]
        down = np.isin(np.arange(table.shape[1]), c)[None, :]
        yield across & ~down & (table > 0), ~across & down & (table > 0)


def _list_known(
    totals: Sequence[int], groups: Sequence[Sequence[int]], *, policy: Policy
) -> list[list[int]]:
    """The lines whose totals are known: each by itself, its group together, or all together."""
    if any(policy.hides(sum(totals[line] for line in group)) for group in groups):
        return [list(range(len(totals)))]
    known = []
    for group in groups:
        apart = not any(policy.hides(totals[line]) for line in group)
        known += [[line] for line in group] if apart else [list(group)]
    return known


def _list_unions(parts: Sequence[Sequence[int]]) -> list[list[int]]:
    return [
        [line for part, taken in zip(parts, choice, strict=True) if taken for line in part]
        for choice in product((False, True), repeat=len(parts))
    ]


def _find_leak(
    table: Counts, hidden: Flags, policy: Policy, *, looks: Sequence[Look]
) -> Flags | None:
    """The cells of the looks that lead to only a few people; None where none do.

    A look that leaves one large cell makes that cell known to every other look.
    """
    unknown, used = hidden.copy(), np.zeros_like(hidden)
    again = True
    while again:
        again = False
        for more, less in looks:
            left, other = unknown & more, unknown & less
            if left.any() == other.any():
                continue
            alone = left if left.any() else other
            if table[alone].sum() <= policy.threshold:
                return more | less | used
            if alone.sum() == 1:
                unknown &= ~alone
                used |= more | less
                again = True
    return None
