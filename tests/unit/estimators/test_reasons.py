"""Change by reason: by hand, against statsmodels, exact sums and simulated coverage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.estimators.reasons import bound_uncoded, change_by_reason, compare_by_reason


def _people(seed: int, *, n: int = 80) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    rate = rng.gamma(1.5, 1.0, (n, 1)) * np.array([0.2, 1.0, 0.5, 0.1])
    return rng.poisson(rate), rng.poisson(rate * np.array([1.5, 0.8, 1.0, 0.5]))


def _sets(seed: int, *, reuse: bool, n: int = 60) -> dict[str, Any]:
    """Sets whose people share a rate; half the cases have served as comparators where reused."""
    rng = np.random.default_rng(seed)
    row_set = np.repeat(np.arange(n), rng.integers(1, 6, n))
    r = row_set.size
    person = np.arange(r) % (r // 3) if reuse else np.arange(r)
    mix = np.array([0.3, 1.0, 0.5])
    own = rng.gamma(2.0, 0.5, r)[person][:, None]
    rate = rng.gamma(2.0, 0.5, (n, 1)) * mix
    case_person = np.arange(n) + 1000
    if reuse:
        # Half way round the pool from the set's own comparators: nobody is in a set twice.
        case_person[: n // 2] = (person[np.searchsorted(row_set, np.arange(n // 2))] + r // 6) % (
            r // 3
        )
    return {
        "case_before": rng.poisson(rate),
        "case_after": rng.poisson(rate * np.array([1.4, 0.7, 1.0])),
        "case_person": case_person,
        "row_set": row_set,
        "row_before": rng.poisson(own * mix),
        "row_after": rng.poisson(own * mix),
        "row_person": person,
    }


def test_three_people_and_two_reasons_by_hand() -> None:
    """Changes of the people (1, -1), (0, 1), (2, 0): means 1 and 0; sample covariance by hand."""
    found = change_by_reason(before=[[0, 2], [1, 0], [1, 1]], after=[[1, 1], [1, 1], [3, 1]])
    first, second = found.parts
    assert (first.before, first.after, first.change) == pytest.approx((200 / 3, 500 / 3, 100))
    assert (second.before, second.after, second.change) == pytest.approx((100, 100, 0))
    # Deviations (0, -1), (-1, 1), (1, 0): sums of products 2, 2 and -1, over 2 and 3 people.
    assert found.covariance == pytest.approx(1e4 / 6 * np.array([[2, -1], [-1, 2]]))
    assert found.total.change == pytest.approx(100)
    assert found.total.se == pytest.approx(math.sqrt(1e4 / 6 * 2))
    assert (found.n, first.status) == (3, "ok")


def test_rates_are_per_unit_of_the_windows_lengths() -> None:
    """Six months before and twelve after: rates a month."""
    before, after = _people(3)
    found = change_by_reason(before=before, after=after, before_length=6, after_length=12)
    assert found.parts[1].before == pytest.approx(100 * before[:, 1].mean() / 6)
    assert found.parts[1].after == pytest.approx(100 * after[:, 1].mean() / 12)
    person = after[:, 1] / 12 - before[:, 1] / 6
    assert found.parts[1].se == pytest.approx(100 * person.std(ddof=1) / math.sqrt(80))


@pytest.mark.parametrize("seed", [1, 2])
def test_statsmodels_clustered_by_person_gives_the_same(seed: int) -> None:
    """A row for every reason and window; an intercept and a change for each; errors by person."""
    before, after = _people(seed)
    n, k = before.shape
    late, reason, person = np.indices((2, k, n)).reshape(3, -1)
    dummies = (reason[:, None] == np.arange(k)).astype(float)
    design = np.hstack([dummies, dummies * late[:, None]])
    y = 100 * np.stack([before.T, after.T]).reshape(-1)
    fitted = sm.OLS(y, design).fit(
        cov_type="cluster", cov_kwds={"groups": person, "use_correction": False}
    )
    found = change_by_reason(before=before, after=after)
    assert [part.change for part in found.parts] == pytest.approx(list(fitted.params[k:]))
    theirs = np.asarray(fitted.cov_params())[k:, k:] * n / (n - 1)
    assert found.covariance == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("reuse", [False, True])
def test_statsmodels_clustered_by_set_and_person_gives_the_same_of_matched(reuse: bool) -> None:
    """One reason at a time; weights 1/m as rows repeated 60 or 60/m times."""
    made = _sets(4, reuse=reuse)
    found = compare_by_reason(**made)
    n, row_set = len(made["case_before"]), made["row_set"]
    times = np.concatenate([np.full(n, 60), 60 // np.bincount(row_set)[row_set]])
    sets = np.repeat(np.concatenate([np.arange(n), row_set]), times)
    person = np.repeat(np.concatenate([made["case_person"], made["row_person"]]), times)
    groups = np.column_stack([sets, np.unique(person, return_inverse=True)[1]])
    is_case = np.repeat(np.repeat([1.0, 0.0], [n, row_set.size]), times)
    change = np.concatenate(
        [made["case_after"] - made["case_before"], made["row_after"] - made["row_before"]]
    )
    change = np.column_stack([change, change.sum(axis=1)])
    for place, part in enumerate([*found.parts, found.total]):
        fitted = sm.OLS(
            100.0 * np.repeat(change[:, place], times),
            np.column_stack([np.ones_like(is_case), is_case]),
        ).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
        assert part.difference == pytest.approx(float(fitted.params[1]), abs=1e-9)
        assert part.comparators == pytest.approx(float(fitted.params[0]), abs=1e-9)
        assert part.se == pytest.approx(float(fitted.bse[1]) * math.sqrt(n / (n - 1)), rel=1e-9)


def test_sets_of_one_by_hand() -> None:
    """Cases change by 2 and 0, their comparators by 1 and -1: differences 1 and 1 of each set."""
    found = compare_by_reason(
        case_before=[[1], [1]],
        case_after=[[3], [1]],
        case_person=[1, 2],
        row_set=[0, 1],
        row_before=[[0], [2]],
        row_after=[[1], [1]],
        row_person=[3, 4],
    )
    part = found.parts[0]
    assert (part.case, part.comparators, part.difference) == (100, 0, 100)
    assert (part.status, part.se) == ("point_only", None)
    assert (found.n_sets, found.n_comparators, found.n_rows) == (2, 2, 2)


def test_a_comparator_of_two_sets_counts_as_one_person() -> None:
    """The same comparator in both sets: no more is known than of one, and the error says so."""
    alone: dict[str, Any] = {
        "case_before": [[0], [0], [0]],
        "case_after": [[2], [1], [3]],
        "case_person": [1, 2, 3],
        "row_set": [0, 1, 2],
        "row_before": [[0], [0], [0]],
        "row_after": [[1], [1], [4]],
        "row_person": [4, 5, 6],
    }
    apart = compare_by_reason(**alone)
    shared = compare_by_reason(**(alone | {"row_person": [4, 4, 6]}))
    assert shared.n_comparators == 2
    # psi of the shared rows -(1 - 2)/3 each: by person they add 2 x 1/9 to the variance, x 3/2.
    assert shared.covariance is not None and apart.covariance is not None
    added = shared.covariance - apart.covariance
    assert float(added[0, 0]) == pytest.approx(1e4 * 2 / 9 * 3 / 2)


def test_a_variance_below_nothing_is_no_interval_and_says_why() -> None:
    """Three people who serve in one another's sets so that every set and every person adds to 0.

    Rows B +1, C -1; A -1, C +1; A +1, B -1: V = 0 + 0 - 6 (1/6)^2, times 3/2 and 100^2.
    """
    found = compare_by_reason(
        case_before=[[1], [1], [1]],
        case_after=[[1], [1], [1]],
        case_person=[1, 2, 3],
        row_set=[0, 0, 1, 1, 2, 2],
        row_before=[[0], [1], [1], [0], [0], [1]],
        row_after=[[1], [0], [0], [1], [1], [0]],
        row_person=[2, 3, 1, 3, 1, 2],
    )
    assert found.covariance is not None
    assert float(found.covariance[0, 0]) == pytest.approx(-1e4 / 4)
    assert (found.parts[0].status, found.parts[0].se) == ("point_only", None)
    assert "too many of so few" in found.parts[0].reason


def test_where_people_do_not_differ_there_is_no_interval() -> None:
    found = change_by_reason(before=[[1, 0], [2, 0]], after=[[0, 0], [2, 0]])
    assert [part.status for part in found.parts] == ["ok", "point_only"]
    assert found.parts[1].change == 0
    assert "do not differ" in found.parts[1].reason


def test_changes_that_cancel_leave_the_total_without_an_interval() -> None:
    """What moves from one reason to the other leaves the sum as it was in everybody."""
    found = change_by_reason(before=[[3, 0], [1, 1], [5, 2]], after=[[0, 3], [1, 1], [4, 3]])
    assert (found.total.change, found.total.status) == (0, "point_only")
    assert {part.status for part in found.parts} == {"ok"}


def test_one_person_is_a_point_and_nobody_nothing() -> None:
    one = change_by_reason(before=[[1, 2]], after=[[0, 0]])
    assert (one.total.change, one.total.status, one.covariance) == (-300, "point_only", None)
    nobody = change_by_reason(before=np.zeros((0, 2)), after=np.zeros((0, 2)))
    assert (nobody.total.change, nobody.total.status) == (None, "not_estimable")
    assert len(nobody.parts) == 2
    none = np.zeros(0, dtype=np.int64)
    unmatched = compare_by_reason(
        case_before=np.zeros((0, 2)),
        case_after=np.zeros((0, 2)),
        case_person=none,
        row_set=none,
        row_before=np.zeros((0, 2)),
        row_after=np.zeros((0, 2)),
        row_person=none,
    )
    assert (unmatched.total.status, unmatched.n_sets) == ("not_estimable", 0)


def test_bounds_of_the_uncoded_by_hand() -> None:
    """60 and 20 coded before and 20 uncoded; 40 and 40 coded after and 10 uncoded."""
    found = bound_uncoded(before=[60, 20, 20], after=[40, 40, 10], uncoded=2)
    assert found.low.tolist() == [40 - 80, 40 - 40]
    assert found.high.tolist() == [50 - 60, 50 - 20]
    # Before each coded one stands for 100/80, after for 90/80.
    assert found.proportional == pytest.approx([40 * 9 / 8 - 75, 40 * 9 / 8 - 25])


def test_uncoded_contacts_alone_cannot_be_shared_out() -> None:
    found = bound_uncoded(before=[0, 0, 5], after=[1, 0, 2], uncoded=2)
    assert found.proportional is None
    assert "no contact has a reason" in found.reason
    assert (found.low.tolist(), found.high.tolist()) == ([-4, -5], [3, 2])


@pytest.mark.parametrize("reuse", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(reuse: bool) -> None:
    """400 draws: 95% +- 3.3% (three Monte Carlo errors); never far too wide.

    True differences per 100 people: rates 0.3, 1.0 and 0.5 times 0.4, -0.3 and 0.
    """
    truth, held = np.array([12.0, -30.0, 0.0, -18.0]), np.zeros(4)
    for seed in range(400):
        found = compare_by_reason(**_sets(seed, reuse=reuse, n=100))
        for place, part in enumerate([*found.parts, found.total]):
            assert part.difference is not None and part.se is not None
            held[place] += abs(part.difference - truth[place]) <= 1.959964 * part.se
    assert (held / 400 >= 0.915).all() and (held / 400 <= 0.99).all(), held


def test_the_joint_covariance_is_how_the_estimates_move_together() -> None:
    """2000 draws of people whose contacts under every reason rise with one rate of their own.

    Mean of the covariances stated against the covariance drawn, four Monte Carlo errors.
    """
    rng = np.random.default_rng(23)
    mix = np.array([0.6, 2.0, 1.0])
    stated, changes = np.zeros((3, 3)), []
    for _ in range(2000):
        rate = rng.gamma(2.0, 0.5, (30, 1)) * mix
        found = change_by_reason(before=rng.poisson(rate), after=rng.poisson(3 * rate))
        assert found.covariance is not None
        stated += found.covariance / 2000
        changes.append([part.change for part in found.parts])
    drawn = np.cov(np.array(changes, dtype=float).T)
    error = np.sqrt((np.outer(np.diag(drawn), np.diag(drawn)) + drawn**2) / 2000)
    assert (np.abs(stated - drawn) <= 4 * error).all()
    assert (drawn > 4 * error).all(), "so that reasons taken one by one would not do"
