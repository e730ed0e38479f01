"""Continuity of care: by a loop over pairs of visits, and what a change in visits does to it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from righthelp.estimators.continuity import change_in_continuity, continuity


def test_rows_of_the_same_pair_add_up_and_rows_without_visits_count_for_nothing() -> None:
    """Person 7: three visits to one clinician in two rows and one to another; person 9: one."""
    found = continuity(person=[7, 9, 7, 7, 8], clinician=[1, 1, 1, 2, 3], n_visits=[2, 1, 1, 1, 0])
    assert found.person.tolist() == [7]
    assert (found.upc.tolist(), found.coc.tolist()) == ([3 / 4], [3 / 6])
    assert (found.n_visits.tolist(), found.n_below) == ([4], 1)


@pytest.mark.parametrize("at_least", [2, 3, 5])
def test_coc_is_the_share_of_pairs_of_visits_to_the_same_clinician(at_least: int) -> None:
    rng = np.random.default_rng(at_least)
    person, clinician = rng.integers(0, 40, 150), rng.integers(100, 106, 150)
    found = continuity(
        person=person, clinician=clinician, n_visits=np.ones(150, dtype=int), at_least=at_least
    )
    expected = {}
    for one in sorted(set(person.tolist())):
        visits = clinician[person == one].tolist()
        if len(visits) >= at_least:
            pairs = [a == b for a, b in combinations(visits, 2)]
            upc = max(visits.count(a) for a in visits) / len(visits)
            expected[one] = (upc, sum(pairs) / len(pairs))
    assert found.person.tolist() == list(expected)
    assert found.upc == pytest.approx([upc for upc, _ in expected.values()])
    assert found.coc == pytest.approx([coc for _, coc in expected.values()])
    assert found.n_below == len(set(person.tolist())) - len(expected)


def test_more_visits_move_upc_and_not_coc() -> None:
    """Each visit goes to one of four clinicians with chances .4, .3, .2, .1, whatever happened.

    COC is .30 in expectation with three visits and with ten; UPC falls from .60 to .48.
    """
    rng = np.random.default_rng(5)
    found = {}
    for n in (3, 10):
        counts = rng.multinomial(n, [0.4, 0.3, 0.2, 0.1], 20_000)
        person, clinician = np.nonzero(counts)
        found[n] = continuity(
            person=person, clinician=clinician, n_visits=counts[person, clinician]
        )
    for n in (3, 10):
        assert found[n].mean_coc == pytest.approx(0.30, abs=0.01)
    assert (found[3].mean_upc or 0) - (found[10].mean_upc or 1) > 0.1


def test_the_change_is_of_people_with_enough_visits_in_both_windows() -> None:
    """Person 1 before AA, after AB; person 2 AAB, then AAA; 3 only before, 4 only after."""
    before = continuity(person=[1, 2, 2, 3], clinician=[1, 1, 2, 1], n_visits=[2, 2, 1, 2])
    after = continuity(person=[1, 1, 2, 3, 4], clinician=[1, 2, 1, 1, 1], n_visits=[1, 1, 3, 1, 2])
    found = change_in_continuity(before=before, after=after)
    assert (found.n_before_only, found.n_after_only, found.upc.n) == (1, 1, 2)
    assert found.upc.mean_first == pytest.approx((1 + 2 / 3) / 2)
    assert found.upc.change == pytest.approx((-1 / 2 + 1 / 3) / 2)
    assert found.coc.change == pytest.approx((-1 + 2 / 3) / 2)
    # Changes -1 and 2/3 of COC: half their distance is the error of the mean of two.
    assert found.coc.se == pytest.approx((1 + 2 / 3) / 2)
    assert found.n_visits.change == 0


def test_nobody_has_no_mean() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = continuity(person=none, clinician=none, n_visits=none)
    assert (found.mean_upc, found.mean_coc, found.n_below) == (None, None, 0)
    change = change_in_continuity(before=found, after=found)
    assert change.upc.status == "not_estimable"
