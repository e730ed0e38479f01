"""Balance with sets of several comparators, and where there is nothing to divide by."""

from __future__ import annotations

import numpy as np
import pytest

from righthelp.estimators.balance import NO_SPREAD, NOBODY, ONE_CASE, balance, weigh_sets


def test_a_set_of_k_weighs_as_much_as_its_case() -> None:
    assert weigh_sets([7, 3, 7, 7, 7]).tolist() == [0.25, 1.0, 0.25, 0.25, 0.25]
    assert weigh_sets(np.zeros(0, dtype=int)).tolist() == []


def test_a_table_by_hand() -> None:
    """Two cases with 3 and 5 visits; comparators 2 and 4 for the one, 6 for the other.

    Means 4 and (3 + 6)/2; SD of the cases sqrt(2). In the other column half the cases and a
    quarter of the comparators have a need: SD sqrt(1/2 * 1/2).
    """
    visits, need = balance(
        case_values=[[3, 1], [5, 0]],
        row_values=[[2, 1], [4, 0], [6, 0]],
        row_weight=weigh_sets([0, 0, 1]),
    )
    assert (visits.case_mean, visits.comparator_mean) == (4.0, 4.5)
    assert visits.smd == pytest.approx(-0.5 / 2**0.5, rel=1e-15)
    assert (need.case_mean, need.comparator_mean) == (0.5, 0.25)
    assert need.smd == pytest.approx(0.5, rel=1e-15)
    assert need.variance_ratio is None


@pytest.mark.parametrize("seed", range(5))
def test_weighted_means_and_variances_are_those_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cases, rows = rng.poisson(4, (30, 3)), rng.poisson(3, (90, 3))
    weight = weigh_sets(np.r_[np.arange(30), rng.integers(0, 30, 60)])
    found = balance(case_values=cases, row_values=rows, row_weight=weight)
    for column, one in enumerate(found):
        mean = np.average(rows[:, column], weights=weight)
        variance = float(np.cov(rows[:, column], aweights=weight))
        sd = np.std(cases[:, column], ddof=1)
        assert one.smd == pytest.approx((cases[:, column].mean() - mean) / sd, rel=1e-12)
        assert one.variance_ratio == pytest.approx(sd**2 / variance, rel=1e-12)


def test_who_was_left_unmatched_does_not_change_the_yardstick() -> None:
    cases, rows = np.array([[1.0], [2.0], [30.0]]), np.array([[1.0], [1.0]])
    found = balance(case_values=cases[:2], row_values=rows, spread_values=cases)[0]
    assert found.smd == pytest.approx(0.5 / np.std(cases, ddof=1), rel=1e-14)


@pytest.mark.parametrize(
    ("cases", "rows", "reason"),
    [
        ([[2.0], [2.0]], [[1.0], [3.0]], NO_SPREAD),
        ([[1.0], [1.0]], [[1.0], [0.0]], NO_SPREAD),
        ([[1.5]], [[1.0], [3.0]], ONE_CASE),
        (np.zeros((0, 1)), [[1.0], [3.0]], NOBODY),
        ([[1.0], [3.0]], np.zeros((0, 1)), NOBODY),
    ],
)
def test_what_cannot_be_made_says_why(cases: object, rows: object, reason: str) -> None:
    found = balance(case_values=np.array(cases), row_values=np.array(rows))
    assert [(one.smd, one.variance_ratio, one.reason) for one in found] == [(None, None, reason)]


def test_comparators_all_alike_have_a_difference_and_no_variance_ratio() -> None:
    found = balance(case_values=[[1.0], [3.0]], row_values=[[5.0], [5.0]])[0]
    assert found.smd == pytest.approx(-3 / 2**0.5, rel=1e-15)
    assert found.variance_ratio is None
