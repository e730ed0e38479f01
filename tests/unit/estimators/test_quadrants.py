"""The four quadrants: by hand, and the table chance alone gives, by hand and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from righthelp.estimators.paired import Scale, chance_of_moving, score_direction
from righthelp.estimators.quadrants import (
    CORNERS,
    NAMES,
    chance_quadrants,
    contacts_direction,
    directions_of_comparators,
    quadrants,
)


def test_ten_people_by_hand() -> None:
    """Contacts 0 fewer, 1 same, 2 more; scores 0 better, 1 same, 2 worse, 3 none."""
    found = quadrants(contacts=[0, 0, 0, 0, 1, 1, 2, 2, 2, 2], score=[0, 0, 2, 3, 1, 3, 0, 2, 3, 3])
    assert found.table.tolist() == [[2, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert found.no_score.tolist() == [1, 1, 2]
    assert found.n == 10
    relieved, withdrawn = found.cell("relieved"), found.cell("withdrawn")
    assert (relieved.n, relieved.n_high) == (2, 3)
    assert (relieved.share, relieved.share_low, relieved.share_high) == (2 / 6, 2 / 10, 3 / 10)
    assert (withdrawn.n, withdrawn.n_high) == (1, 2)
    assert (found.cell("activated").n, found.cell("activated").n_high) == (1, 3)
    assert (found.cell("escalating").n, found.cell("escalating").n_high) == (1, 3)
    assert (found.cell("neither").n, found.cell("fewer_alone").n) == (1, 0)


def test_the_corners_are_where_their_names_say() -> None:
    """Fewer and better, more and better, fewer and worse, more and worse."""
    for name, contacts, score in zip(CORNERS, (0, 2, 0, 2), (0, 0, 2, 2), strict=True):
        found = quadrants(contacts=[contacts], score=[score])
        assert [cell.name for cell in found.cells if cell.n] == [name]
        assert NAMES[contacts][score] == name


def test_a_name_that_is_none_of_the_nine_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="no cell is called"):
        quadrants(contacts=[0], score=[0]).cell("relieved?")


def test_without_scores_only_the_most_there_could_be_is_known() -> None:
    cell = quadrants(contacts=[0, 0, 2], score=[3, 3, 3]).cell("relieved")
    assert (cell.n, cell.n_high, cell.share) == (0, 2, None)
    assert (cell.share_low, cell.share_high) == (0, 2 / 3)
    none = np.zeros(0, dtype=np.int64)
    assert quadrants(contacts=none, score=none).cell("relieved").share_high is None


def test_the_direction_of_contacts() -> None:
    assert contacts_direction(before=[5, 2, 0], after=[3, 2, 1]).tolist() == [0, 1, 2]


def test_the_shares_of_comparators_by_hand() -> None:
    """Set 0: two with fewer, one with more; set 1: one with as many."""
    found = directions_of_comparators(row_set=[0, 1, 0, 0], row_direction=[0, 1, 2, 0], n_sets=2)
    assert found == pytest.approx(np.array([[2 / 3, 0, 1 / 3], [0, 1, 0]]))


def test_a_set_without_comparators_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="a set with nobody"):
        directions_of_comparators(row_set=[0], row_direction=[1], n_sets=2)


def test_two_people_under_chance_by_hand() -> None:
    """One certain of fewer, with scores .5, .3, .2; one of halves and quarters, certain to be same.

    fewer and better 1 x .5 + .5 x 0; fewer and same 1 x .3 + .5 x 1.
    """
    found = chance_quadrants(
        contacts_probability=np.array([[1, 0, 0], [0.5, 0.25, 0.25]]),
        score_probability=np.array([[0.5, 0.3, 0.2], [0, 1, 0]]),
    )
    assert found.expected == pytest.approx(np.array([[0.5, 0.8, 0.2], [0, 0.25, 0], [0, 0.25, 0]]))
    assert found.sd[0, 1] == pytest.approx(np.sqrt(0.3 * 0.7 + 0.5 * 0.5))
    assert found.n == 2


def test_probabilities_that_do_not_add_up_are_our_bug() -> None:
    with pytest.raises(AssertionError, match="shares of 1"):
        chance_quadrants(contacts_probability=[[1, 1, 0]], score_probability=[[1, 0, 0]])


def test_where_nothing_changed_the_table_is_the_one_expected() -> None:
    """3000 people come at a bad score and after many contacts; neither rate nor true score changes.

    Each has five comparators of the same count before. Every cell within four of its errors, that
    of the comparators being a fifth of the table's own.
    """
    rng = np.random.default_rng(31)
    rate = rng.gamma(2.0, 1.5, 200_000)
    before, after = rng.poisson(rate), rng.poisson(rate)
    true = rng.normal(6, 1.5, 200_000)
    first, last = true + rng.normal(0, 1.5, 200_000), true + rng.normal(0, 1.5, 200_000)
    seen = np.flatnonzero((first < 6) & (before >= 3) & (before < 10))[:3000]
    others = np.arange(100_000, 200_000)
    rows = np.array([rng.choice(others[before[others] == before[one]], 5) for one in seen])
    sets = np.repeat(np.arange(seen.size), 5)
    row = rows.ravel()
    scale = Scale(lowest=-50, highest=50, important=1, higher_is_better=True)
    chance = chance_of_moving(first=first[seen], last=last[seen], scale=scale, reference_mean=6)
    assert chance.probability is not None
    expected = chance_quadrants(
        contacts_probability=directions_of_comparators(
            row_set=sets,
            row_direction=contacts_direction(before=before[row], after=after[row]),
            n_sets=seen.size,
        ),
        score_probability=chance.probability,
    )
    found = quadrants(
        contacts=contacts_direction(before=before[seen], after=after[seen]),
        score=score_direction(first=first[seen], last=last[seen], scale=scale),
    )
    error = expected.sd * np.sqrt(1 + 1 / 5)
    assert (np.abs(found.table - expected.expected) <= 4 * error).all()
    # Chance alone makes relieved the largest of the corners, well beyond an even share.
    assert expected.expected[0, 0] > 2 * expected.expected[2, 2]
