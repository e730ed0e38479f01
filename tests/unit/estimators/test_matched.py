"""Matched sets against a fit row by row, numeric influence, and simulated coverage."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.estimators.matched import Matched, compare_matched
from righthelp.estimators.result import Estimate


def _make(seed: int, *, n: int = 60, reuse: bool = False, effect: float = 1.0) -> dict[str, Any]:
    """Sets of one to five comparators of the same past; people of one rate through time."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 6, n)
    row_set = np.repeat(np.arange(n), size)
    rate = rng.gamma(2.0, 1.0, n)
    pool = int(row_set.size / 3) if reuse else row_set.size
    person = rng.permutation(row_set.size) % pool
    own = rng.gamma(3.0, 1 / 3, pool)[person]
    rows = rate[row_set] * own
    return {
        "case_before": rng.poisson(rate),
        "case_after": rng.poisson(effect * rate),
        "case_history": rng.poisson(np.column_stack([rate, rate / 2])),
        "case_person": np.arange(n) + 10_000,
        "row_set": row_set,
        "row_before": rng.poisson(rows),
        "row_after": rng.poisson(rows),
        "row_history": rng.poisson(np.column_stack([rows, rows / 2])),
        "row_person": person,
    }


def _fit(made: dict[str, Any], *, change: bool) -> tuple[float, float]:
    """Poisson clustered by set (statsmodels); weights 1/k as rows repeated 60 or 60/k times."""
    n = made["case_after"].size
    times = np.concatenate([np.full(n, 60), 60 // np.bincount(made["row_set"])[made["row_set"]]])
    is_case = np.repeat(np.concatenate([np.ones(n), np.zeros(made["row_set"].size)]), times)
    sets = np.repeat(np.concatenate([np.arange(n), made["row_set"]]), times)
    after = np.repeat(np.concatenate([made["case_after"], made["row_after"]]), times)
    before = np.repeat(np.concatenate([made["case_before"], made["row_before"]]), times)
    y, design = after, np.column_stack([np.ones_like(is_case), is_case])
    if change:
        late = np.repeat([1.0, 0.0], is_case.size)
        case = np.tile(is_case, 2)
        y = np.concatenate([after, before])
        design = np.column_stack([np.ones_like(late), case, late, case * late])
        sets = np.tile(sets, 2)
    fitted = sm.GLM(y, design, family=sm.families.Poisson()).fit(
        cov_type="cluster",
        cov_kwds={"groups": sets, "use_correction": False},
        tol=1e-14,
        maxiter=200,
    )
    return float(fitted.params[-1]), float(fitted.bse[-1]) * math.sqrt(n / (n - 1))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("change", [False, True])
def test_a_row_level_fit_gives_the_same_where_nobody_is_reused(seed: int, change: bool) -> None:
    made = _make(seed)
    ours = compare_matched(**made)
    estimate = ours.change if change else ours.after
    log_rr, se = _fit(made, change=change)
    assert estimate.log_rr == pytest.approx(log_rr, abs=1e-9)
    assert estimate.se == pytest.approx(se, rel=1e-9)


def test_sets_of_one_by_hand() -> None:
    """Cases 4 and 2 after, 5 and 5 before; comparators 2 and 2, and 4 and 1."""
    made = compare_matched(
        case_before=[5, 5],
        case_after=[4, 2],
        case_history=[[0], [0]],
        case_person=[1, 2],
        row_set=[0, 1],
        row_before=[4, 1],
        row_after=[2, 2],
        row_history=[[0], [0]],
        row_person=[3, 4],
    )
    assert made.after.log_rr == pytest.approx(math.log(6 / 4))
    assert made.change.log_rr == pytest.approx(math.log((6 / 4) / (10 / 5)))
    # psi of the sets: 4/6 - 2/4 and 2/6 - 2/4; two sets, so twice the sum of their squares.
    assert made.after.se == pytest.approx(math.sqrt(2 * ((1 / 6) ** 2 + (1 / 6) ** 2)))
    assert (made.n_sets, made.n_comparators, made.n_rows) == (2, 2, 2)


@pytest.mark.parametrize("name", ["after", "change", "adjusted"])
def test_the_influence_of_a_person_is_what_their_weight_does(name: str) -> None:
    """The two-way variance from numeric derivatives by the weight of each case and each row."""
    made = _make(5, n=25, reuse=True)
    n, rows = made["case_after"].size, made["row_set"].size
    step = 1e-6
    case = np.array([_move(made, name, place, step) for place in range(n)])
    row = np.array([_move(made, name, n + place, step) for place in range(rows)])
    size = np.bincount(made["row_set"])[made["row_set"]]
    case, row = case - case.mean(), row - row.sum() / n / size
    by_set = case + np.bincount(made["row_set"], weights=row, minlength=n)
    by_person = np.bincount(made["row_person"], weights=row)
    variance = by_set @ by_set + by_person @ by_person - row @ row
    estimate = getattr(compare_matched(**made), name)
    assert estimate.se == pytest.approx(math.sqrt(variance * n / (n - 1)), rel=1e-4)


def _move(made: dict[str, Any], name: str, place: int, step: float) -> float:
    """How the estimate moves by the weight of one case or one comparator's row."""
    n, rows = made["case_after"].size, made["row_set"].size
    up, down = np.ones(n + rows), np.ones(n + rows)
    up[place] += step
    down[place] -= step
    return (_weigh(made, name, up) - _weigh(made, name, down)) / (2 * step)


def _weigh(made: dict[str, Any], name: str, weights: np.ndarray) -> float:
    n = made["case_after"].size
    case, row = weights[:n], weights[n:] / np.bincount(made["row_set"])[made["row_set"]]
    a1, a0 = case @ made["case_after"], row @ made["row_after"]
    b1, b0 = case @ made["case_before"], row @ made["row_before"]
    if name == "after":
        return float(math.log(a1 / a0))
    if name == "change":
        return float(math.log(a1 / a0) - math.log(b1 / b0))
    x = np.column_stack([np.ones(row.size), made["row_history"]])
    beta = np.linalg.solve((x * row[:, None]).T @ x, x.T @ (row * made["row_after"]))[1:]
    gap = case @ made["case_history"] - row @ made["row_history"]
    return float(math.log(a1 / (a0 + gap @ beta)))


@pytest.mark.parametrize("reuse", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(reuse: bool) -> None:
    """400 draws, effect 0.8: 95% +- 3.3% (three Monte Carlo errors); never far too wide."""
    held = {"after": 0, "change": 0}
    for seed in range(400):
        made = compare_matched(**_make(seed, n=120, reuse=reuse, effect=0.8))
        for name in held:
            low, high = getattr(made, name).interval()
            held[name] += low <= math.log(0.8) <= high
    for name, n_held in held.items():
        assert 0.915 <= n_held / 400 <= 0.99, name


def test_the_adjusted_one_takes_off_what_the_history_says() -> None:
    """Cases with one contact more before, and each is worth half a contact after: 0.5 a case."""
    rng = np.random.default_rng(3)
    n = 4000
    past = rng.poisson(3.0, n)
    made = compare_matched(
        case_before=past + 1,
        case_after=2 + 0.5 * (past + 1),
        case_history=(past + 1)[:, None],
        case_person=np.arange(n),
        row_set=np.arange(n),
        row_before=past,
        row_after=2 + 0.5 * past,
        row_history=past[:, None],
        row_person=n + np.arange(n),
    )
    assert made.adjusted.log_rr == pytest.approx(0.0, abs=1e-12)
    assert made.after.log_rr is not None and made.after.log_rr > 0.1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"case_after": [0, 0]}, "the people seen had no contacts after the index"),
        ({"row_after": [0, 0]}, "their comparators had no contacts after the index"),
    ],
)
def test_without_contacts_there_is_no_number(changes: dict[str, Any], reason: str) -> None:
    made = _pair(**changes)
    assert [made.after.reason, made.change.reason, made.adjusted.reason] == [reason] * 3


def test_without_contacts_before_there_is_no_change_and_with_one_set_nothing() -> None:
    assert _pair(row_before=[0, 0]).change.reason == "one side had no contacts before the index"
    assert _pair(row_before=[0, 0]).after.status == "ok"
    one = compare_matched(
        **{key: value[:1] for key, value in _PAIR.items()},
    )
    assert one.after == Estimate.none(n=1, reason="fewer than two people seen have comparators")


_PAIR: dict[str, Any] = {
    "case_before": [5, 4],
    "case_after": [4, 2],
    "case_history": [[1], [2]],
    "case_person": [1, 2],
    "row_set": [0, 1],
    "row_before": [4, 1],
    "row_after": [2, 3],
    "row_history": [[1], [2]],
    "row_person": [3, 4],
}


def _pair(**changes: Any) -> Matched:
    return compare_matched(**{**_PAIR, **changes})
