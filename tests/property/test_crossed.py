"""Cells of a table that are withheld cannot be had from its totals and the cells that are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.crossed import hide_cells
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.wellbeing_rows import RANK, TOTALS, show_ends

counts = st.one_of(st.integers(0, 9), st.integers(0, 60))
tables = st.lists(counts, min_size=12, max_size=12).map(lambda n: np.array(n).reshape(3, 4))
policies = st.sampled_from(sorted(POLICIES))


def list_totals(table: np.ndarray, *, threshold: int) -> list[tuple[list[int], list[int]]]:
    """The blocks (rows, columns) whose people are known from tables that leave beside this one."""

    def small(n: int) -> bool:
        return 0 < n <= threshold

    rows, columns = [0, 1, 2], [0, 1, 2, 3]
    known = [(rows, columns)]
    if not any(small(int(table[row].sum())) for row in rows):
        known += [([row], columns) for row in rows]
    scored, unscored = int(table[:, :3].sum()), int(table[:, 3].sum())
    if not small(scored) and not small(unscored):
        known += [(rows, [0, 1, 2]), (rows, [3])]
        if not any(small(int(table[:, column].sum())) for column in range(3)):
            known += [(rows, [column]) for column in range(3)]
    return known


def find_known(table: np.ndarray, hidden: np.ndarray, *, threshold: int) -> list[tuple[int, int]]:
    """Withheld cells that the known totals fix, by linear algebra."""
    places = [(row, column) for row, column in np.argwhere(hidden).tolist()]
    lines = [
        [row in rows and column in columns for row, column in places]
        for rows, columns in list_totals(table, threshold=threshold)
    ]
    known = np.array(lines, dtype=float).reshape(len(lines), len(places))
    rank = np.linalg.matrix_rank(known) if places else 0
    found = []
    for at, place in enumerate(places):
        unit = np.zeros((1, len(places)))
        unit[0, at] = 1
        if np.linalg.matrix_rank(np.vstack([known, unit])) == rank:
            found.append(place)
    return found


@settings(max_examples=150, deadline=None)
@given(tables, policies)
def test_no_small_cell_is_shown_or_known(table: np.ndarray, policy: str) -> None:
    threshold = POLICIES[policy].threshold
    hidden = hide_cells(table, POLICIES[policy], columns=TOTALS, rank=RANK)
    small = (table > 0) & (table <= threshold)
    assert hidden[small].all()
    if hidden.all():
        return
    assert not hidden[table == 0].any()
    for rows, columns in list_totals(table, threshold=threshold):
        block, gone = table[np.ix_(rows, columns)], hidden[np.ix_(rows, columns)]
        if small[np.ix_(rows, columns)].any():
            assert gone.sum() > 1
            assert block[gone].sum() > threshold
    known = find_known(table, hidden, threshold=threshold)
    assert [at for at in known if table[at] <= threshold] == []


@given(st.lists(st.integers(8, 60), min_size=12, max_size=12), st.integers(0, 11), policies)
def test_one_small_cell_costs_no_whole_table(n: list[int], at: int, policy: str) -> None:
    """Among large cells three others are enough: one of its row, one of its column, and theirs."""
    counts = [one + 2 for one in n]
    counts[at] = 3
    table = np.array(counts).reshape(3, 4)
    assert hide_cells(table, POLICIES[policy], columns=TOTALS, rank=RANK).sum() <= 4


@settings(max_examples=150, deadline=None)
@given(tables, policies)
def test_nothing_is_withheld_where_no_cell_is_small(table: np.ndarray, policy: str) -> None:
    large = np.where(table > 0, table + POLICIES[policy].threshold, 0)
    assert not hide_cells(large, POLICIES[policy], columns=TOTALS).any()


def test_neutral_cells_are_withheld_before_corners() -> None:
    table = np.array([[45, 80, 5, 170], [0, 15, 9, 50], [25, 38, 9, 50]])
    hidden = hide_cells(table, POLICIES["default"], columns=TOTALS, rank=RANK)
    assert np.argwhere(hidden).tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_a_small_end_of_a_scale_is_not_had_from_the_other(policy: str) -> None:
    """Every way in which 20 to 40 people stand at the ends of a scale and in between."""
    rule = POLICIES[policy]
    for n in range(20, 41):
        alike: dict[tuple[int | None, ...], list[tuple[int, int, int]]] = {}
        for low in range(n + 1):
            for high in range(n - low + 1):
                shown = tuple(show_ends(low, high, n=n, policy=rule))
                alike.setdefault(shown, []).append((low, n - low - high, high))
        for shown, ways in alike.items():
            for part, number in ((0, shown[0]), (1, None), (2, shown[1])):
                values = {way[part] for way in ways}
                if number is None:
                    assert len(values) > 1 or not rule.hides(values.pop())
                else:
                    assert not any(rule.hides(value) for value in values)
