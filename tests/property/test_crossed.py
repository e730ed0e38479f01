"""Cells of a table that are withheld cannot be had from its totals and the cells that are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.crossed import hide_cells
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.wellbeing_rows import RANK, show_ends

counts = st.one_of(st.integers(0, 9), st.integers(0, 60))
tables = st.lists(counts, min_size=12, max_size=12).map(lambda n: np.array(n).reshape(3, 4))
policies = st.sampled_from(sorted(POLICIES))


def find_known(table: np.ndarray, hidden: np.ndarray, *, threshold: int) -> list[tuple[int, int]]:
    """Withheld cells that the totals above the threshold fix, by linear algebra."""
    places = [tuple(at) for at in np.argwhere(hidden).tolist()]
    lines = [
        [place[0] == row for place in places] for row in range(3) if table[row].sum() > threshold
    ]
    lines += [
        [place[1] == column for place in places]
        for column in range(4)
        if table[:, column].sum() > threshold
    ]
    known = np.array(lines, dtype=float).reshape(len(lines), len(places))
    rank = np.linalg.matrix_rank(known) if known.size else 0
    found = []
    for at, place in enumerate(places):
        unit = np.zeros((1, len(places)))
        unit[0, at] = 1
        if np.linalg.matrix_rank(np.vstack([known, unit])) == rank:
            found.append((place[0], place[1]))
    return found


@settings(max_examples=150, deadline=None)
@given(tables, policies)
def test_no_small_cell_is_shown_or_known(table: np.ndarray, policy: str) -> None:
    threshold = POLICIES[policy].threshold
    hidden = hide_cells(table, POLICIES[policy], rank=RANK)
    small = (table > 0) & (table <= threshold)
    assert hidden[small].all()
    assert not hidden[table == 0].any()
    # A row or a column that is large and has a small cell keeps more than the threshold to itself.
    for line, gone, few in (
        *zip(table, hidden, small, strict=True),
        *zip(table.T, hidden.T, small.T, strict=True),
    ):
        if few.any() and line.sum() > threshold:
            assert gone.sum() > 1
            assert line[gone].sum() > threshold
    known = find_known(table, hidden, threshold=threshold)
    assert [at for at in known if table[at] <= threshold] == []


@settings(max_examples=150, deadline=None)
@given(tables, policies)
def test_nothing_is_withheld_where_no_cell_is_small(table: np.ndarray, policy: str) -> None:
    large = np.where(table > 0, table + POLICIES[policy].threshold, 0)
    assert not hide_cells(large, POLICIES[policy]).any()


def test_neutral_cells_are_withheld_before_corners() -> None:
    table = np.array([[45, 80, 5, 170], [0, 15, 9, 50], [25, 38, 9, 50]])
    hidden = hide_cells(table, POLICIES["default"], rank=RANK)
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
