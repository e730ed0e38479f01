"""The change of a ratio of sums: by hand, against statsmodels, and against the paired t test."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.estimators.paired import paired_means
from righthelp.estimators.ratio_change import (
    NOTHING_THERE,
    TOO_FEW,
    RatioParts,
    change_in_ratio,
    compare_changes_in_ratio,
)
from righthelp.estimators.result import NO_VARIATION


def draw(n: int, seed: int, *, level: float = 1.0) -> RatioParts:
    """Sums over counts of n rows; some have nothing to divide by."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for window, shift in (("before", 1.0), ("after", level)):
        under = rng.poisson(2.5, n).astype(float)
        columns[f"under_{window}"] = under
        columns[f"over_{window}"] = np.where(under > 0, rng.gamma(2.0, shift, n) * under, 0.0)
    return RatioParts.of(**columns)


def fit(
    sides: list[tuple[RatioParts, np.ndarray, np.ndarray]],
) -> tuple[list[float], list[float], int]:
    """Coefficients of weighted means, one a side and window, with the errors of the changes.

    sides: parts, weights, clusters. A ratio of sums is the mean of over/under with weights under,
    so it is a coefficient of statsmodels' WLS; its cluster errors without a small-sample factor,
    times G/(G - 1), are those stated here.
    """
    y, w, x, groups = [], [], [], []
    for side, (parts, weight, cluster) in enumerate(sides):
        for window, over, under in (
            (0, parts.over_before, parts.under_before),
            (1, parts.over_after, parts.under_after),
        ):
            kept = under > 0
            y.append(over[kept] / under[kept])
            w.append((weight * under)[kept])
            row = np.zeros((int(kept.sum()), 2 * len(sides)))
            row[:, 2 * side + window] = 1
            x.append(row)
            groups.append(cluster[kept])
    group = np.concatenate(groups)
    result = sm.WLS(np.concatenate(y), np.concatenate(x), weights=np.concatenate(w)).fit(
        cov_type="cluster", cov_kwds={"groups": group, "use_correction": False}
    )
    n = np.unique(group).size
    contrast = np.array([[-1.0, 1.0]]) if len(sides) == 1 else np.array([[-1.0, 1.0, 1.0, -1.0]])
    variance = float((contrast @ result.cov_params() @ contrast.T)[0, 0]) * n / (n - 1)
    return list(result.params), [math.sqrt(variance)], n


def test_two_people_by_hand() -> None:
    """Before 10/2 and 20/3, so 30/5 = 6; after 12/2 and 8/2, so 20/4 = 5. psi of the first is
    (12 - 5 x 2)/4 - (10 - 6 x 2)/5 = 0.9, of the second -0.9; variance 2/1 (0.81 + 0.81)."""
    parts = RatioParts.of(
        over_before=[10, 20], under_before=[2, 3], over_after=[12, 8], under_after=[2, 2]
    )
    found = change_in_ratio(parts, person=[1, 2])
    assert (found.before, found.after, found.change, found.n) == (6, 5, -1, 2)
    assert found.se == pytest.approx(math.sqrt(2 * 2 * 0.81))


def test_rows_of_one_person_go_together_as_statsmodels_has_it() -> None:
    parts = draw(300, 1, level=1.2)
    person = np.repeat(np.arange(100), 3)
    weight = np.random.default_rng(2).uniform(0.2, 1.0, 300)
    found = change_in_ratio(parts, person=person, weight=weight)
    params, (se,), n = fit([(parts, weight, person)])
    assert [found.before, found.after] == pytest.approx(params)
    assert found.se == pytest.approx(se)
    assert found.n == n


def test_a_mean_over_the_same_people_has_the_paired_error() -> None:
    rng = np.random.default_rng(3)
    first, last, one = rng.uniform(0, 1, 40), rng.uniform(0, 1, 40), np.ones(40)
    parts = RatioParts.of(over_before=first, under_before=one, over_after=last, under_after=one)
    found, paired = (
        change_in_ratio(parts, person=np.arange(40)),
        paired_means(first=first, last=last),
    )
    assert (found.change, found.se) == pytest.approx((paired.change, paired.se))


def test_matched_people_who_serve_once_are_as_statsmodels_has_them() -> None:
    """Nobody is in two sets, so that errors are those of sets alone."""
    n, k = 80, 3
    cases, rows = draw(n, 4), draw(n * k, 5, level=1.3)
    place = np.repeat(np.arange(n), k)
    found = compare_changes_in_ratio(
        cases,
        rows,
        case_person=np.arange(n),
        row_set=place,
        row_person=n + np.arange(n * k),
    )
    sides = [(cases, np.ones(n), np.arange(n)), (rows, np.full(n * k, 1 / k), place)]
    params, (se,), groups = fit(sides)
    case, others = params[1] - params[0], params[3] - params[2]
    assert (found.case, found.comparators) == pytest.approx((case, others))
    assert found.difference == pytest.approx(case - others)
    # Ours counts the cases with anything to divide by, statsmodels the sets with any row.
    assert found.n == int(np.count_nonzero(cases.counts))
    factor = found.n / (found.n - 1) * (groups - 1) / groups
    assert found.se == pytest.approx(se * math.sqrt(factor))


def test_somebody_in_several_sets_counts_by_set_and_by_person() -> None:
    """Sets and people in loops: what a person adds in several sets goes together."""
    n, k = 30, 2
    cases, rows = draw(n, 6), draw(n * k, 7)
    place, people = np.repeat(np.arange(n), k), 1000 + np.arange(n * k) % 20
    found = compare_changes_in_ratio(
        cases, rows, case_person=np.arange(n), row_set=place, row_person=people
    )
    psi = _influences(cases, rows, place, k)
    named = [
        (at, int(people[number - n]) if number >= n else number, value)
        for number, (at, _, value) in enumerate(psi)
    ]
    counted = int(np.count_nonzero(cases.counts))
    assert found.se == pytest.approx(math.sqrt(_count_both_ways(named, counted)))


def _influences(
    cases: RatioParts, rows: RatioParts, place: np.ndarray, k: int
) -> list[tuple[int, int, float]]:
    """(set, person, what it adds) of every row, in loops; people as numbered here."""
    found: list[tuple[int, int, float]] = []
    sides = ((cases, np.arange(len(cases.over_before)), 1.0), (rows, place, -1 / k))
    for parts, sets, sign in sides:
        b = parts.over_before.sum() / parts.under_before.sum()
        a = parts.over_after.sum() / parts.under_after.sum()
        scale = abs(sign)
        for at in range(len(sets)):
            after = (parts.over_after[at] - a * parts.under_after[at]) / (
                scale * parts.under_after.sum()
            )
            before = (parts.over_before[at] - b * parts.under_before[at]) / (
                scale * parts.under_before.sum()
            )
            found.append((int(sets[at]), len(found), sign * float(after - before)))
    return found


def _count_both_ways(rows: list[tuple[int, int, float]], n: int) -> float:
    by_set: dict[int, float] = defaultdict(float)
    by_person: dict[int, float] = defaultdict(float)
    for at, person, value in rows:
        by_set[at] += value
        by_person[person] += value
    total = sum(one**2 for one in by_set.values()) + sum(one**2 for one in by_person.values())
    return n / (n - 1) * (total - sum(value**2 for *_, value in rows))


@pytest.mark.parametrize(
    ("columns", "status", "reason"),
    [
        (([1], [1], [2], [1]), "point_only", TOO_FEW),
        (([1, 1], [1, 1], [2, 2], [1, 1]), "point_only", NO_VARIATION),
        (([0, 0], [0, 0], [2, 2], [1, 1]), "not_estimable", NOTHING_THERE),
        (([], [], [], []), "not_estimable", NOTHING_THERE),
    ],
)
def test_what_cannot_be_told_is_said(columns: Any, status: str, reason: str) -> None:
    names = ("over_before", "under_before", "over_after", "under_after")
    parts = RatioParts.of(**dict(zip(names, columns, strict=True)))
    people = np.arange(len(columns[0]))
    found = change_in_ratio(parts, person=people)
    assert (found.status, found.reason) == (status, reason)
    compared = compare_changes_in_ratio(
        parts, parts, case_person=people, row_set=people, row_person=people + 10
    )
    assert (compared.status, compared.reason) == (status, reason)
