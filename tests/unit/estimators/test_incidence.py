"""Incidence rate ratios by hand and against statsmodels, clustered one way and both ways."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.estimators.incidence import incidence_ratio, matched_incidence_ratio
from righthelp.estimators.matched import compare_matched


def _groups(seed: int) -> dict[str, Any]:
    """Spells of seen and other people; some have several, some are first other and then seen."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(1.0, 0.01, 60)
    seen, other = rng.integers(0, 30, 45), rng.integers(20, 60, 90)
    seen_time, other_time = rng.integers(20, 180, 45), rng.integers(20, 180, 90)
    return {
        "seen_events": rng.poisson(rate[seen] * seen_time),
        "seen_time": seen_time,
        "seen_person": seen,
        "other_events": rng.poisson(rate[other] * other_time),
        "other_time": other_time,
        "other_person": other,
    }


def _sets(seed: int, *, same_time: bool = False, reuse: bool = True) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n = 50
    row_set = np.repeat(np.arange(n), rng.integers(1, 6, n))
    r = row_set.size
    # A person is in a set once: rows of a set follow one another, and people come round in order.
    person = np.arange(r) % (r // 3) if reuse else np.arange(r)
    case_person = np.arange(n) + 1000
    if reuse:
        # Half way round the pool from the set's own comparators: nobody is in a set twice.
        own = person[np.searchsorted(row_set, np.arange(10))]
        case_person[:10] = (own + r // 6) % (r // 3)
    case_time = np.full(n, 180) if same_time else rng.integers(30, 181, n)
    row_time = np.full(r, 180) if same_time else rng.integers(30, 181, r)
    frailty = rng.gamma(1.0, 0.01, r)
    return {
        "case_events": rng.poisson(rng.gamma(1.0, 0.01, n) * case_time),
        "case_time": case_time,
        "case_person": case_person,
        "row_set": row_set,
        "row_events": rng.poisson(frailty[person] * row_time),
        "row_time": row_time,
        "row_person": person,
    }


def test_by_hand() -> None:
    """Three events in 300 days against two in 400: 0.01 against 0.005.

    psi of the seen: 1/3 - 100/300 = 0, 2/3 - 200/300 = 0; of the others 2/2 - 100/400 = 0.75 and
    0 - 300/400 = -0.75. Four people: variance 4/3 x 2 x 0.75^2.
    """
    found = incidence_ratio(
        seen_events=[1, 2],
        seen_time=[100, 200],
        seen_person=[1, 2],
        other_events=[2, 0],
        other_time=[100, 300],
        other_person=[3, 4],
    )
    assert found.estimate.rr == pytest.approx(2)
    assert found.estimate.se == pytest.approx(math.sqrt(4 / 3 * 2 * 0.75**2))
    assert (found.seen_rate, found.other_rate) == pytest.approx((0.01, 0.005))
    assert found.estimate.n == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statsmodels_clustered_by_person_gives_the_same(seed: int) -> None:
    made = _groups(seed)
    found = incidence_ratio(**made).estimate
    y = np.concatenate([made["seen_events"], made["other_events"]])
    t = np.concatenate([made["seen_time"], made["other_time"]])
    person = np.concatenate([made["seen_person"], made["other_person"]])
    x = np.column_stack([np.ones(y.size), np.repeat([1.0, 0.0], [45, 90])])
    groups = np.unique(person).size
    glm = sm.GLM(y, x, family=sm.families.Poisson(), offset=np.log(t)).fit(
        cov_type="cluster", cov_kwds={"groups": person, "use_correction": False}, tol=1e-14
    )
    order = np.argsort(person, kind="stable")
    gee = sm.GEE(
        y[order],
        x[order],
        groups=person[order],
        family=sm.families.Poisson(),
        cov_struct=sm.cov_struct.Independence(),
        offset=np.log(t[order]),
    ).fit(ctol=1e-12)
    for fitted in (glm, gee):
        assert found.log_rr == pytest.approx(float(fitted.params[1]), abs=1e-9)
        se = float(fitted.bse[1]) * math.sqrt(groups / (groups - 1))
        assert found.se == pytest.approx(se, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statsmodels_clustered_by_set_and_person_gives_the_same_of_matched(seed: int) -> None:
    """Weights 1/m as rows repeated 60 or 60/m times."""
    made = _sets(seed)
    found = matched_incidence_ratio(**made).estimate
    n, r = made["case_events"].size, made["row_set"].size
    times = np.concatenate([np.full(n, 60), 60 // np.bincount(made["row_set"])[made["row_set"]]])

    def both(case: str, row: str) -> Any:
        return np.repeat(np.concatenate([made[case], made[row]]), times)

    sets = np.repeat(np.concatenate([np.arange(n), made["row_set"]]), times)
    person = np.unique(both("case_person", "row_person"), return_inverse=True)[1]
    is_case = np.repeat(np.repeat([1.0, 0.0], [n, r]), times)
    fitted = sm.GLM(
        both("case_events", "row_events"),
        np.column_stack([np.ones_like(is_case), is_case]),
        family=sm.families.Poisson(),
        offset=np.log(both("case_time", "row_time")),
    ).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.column_stack([sets, person]), "use_correction": False},
        tol=1e-14,
    )
    assert found.log_rr == pytest.approx(float(fitted.params[1]), abs=1e-9)
    assert found.se == pytest.approx(float(fitted.bse[1]) * math.sqrt(n / (n - 1)), rel=1e-9)


@pytest.mark.parametrize("reuse", [False, True])
def test_over_equal_time_it_is_the_matched_ratio_of_the_level_after(reuse: bool) -> None:
    made = _sets(5, same_time=True, reuse=reuse)
    found = matched_incidence_ratio(**made).estimate
    n, r = made["case_events"].size, made["row_set"].size
    matched = compare_matched(
        case_before=np.ones(n),
        case_after=made["case_events"],
        case_history=np.zeros((n, 1)),
        case_person=made["case_person"],
        row_set=made["row_set"],
        row_before=np.ones(r),
        row_after=made["row_events"],
        row_history=np.zeros((r, 1)),
        row_person=made["row_person"],
    ).after
    assert found.log_rr == pytest.approx(matched.log_rr)
    assert found.se == pytest.approx(matched.se)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seen_events": [0, 0]}, "the people seen had no events"),
        ({"other_events": [0, 0]}, "the people compared with had no events"),
        ({"seen_events": [0, 0], "seen_time": [0, 0]}, "the people seen had no time at risk"),
    ],
)
def test_nothing_is_added_to_a_zero(changes: dict[str, Any], reason: str) -> None:
    given = {
        "seen_events": [1, 2],
        "seen_time": [100, 200],
        "seen_person": [1, 2],
        "other_events": [2, 0],
        "other_time": [100, 300],
        "other_person": [3, 4],
    }
    found = incidence_ratio(**(given | changes))
    assert (found.estimate.status, found.estimate.log_rr) == ("not_estimable", None)
    assert found.estimate.reason == reason
    assert found.seen_rate == (None if "time" in reason else found.seen_events / 300)
    assert found.seen_events == (0 if "seen_events" in changes else 3)


def test_people_without_time_are_no_people() -> None:
    """Somebody who left on the day of the index changes neither estimate nor the small-sample G."""
    made = _groups(4)
    more = {
        **made,
        "seen_events": np.append(made["seen_events"], 0),
        "seen_time": np.append(made["seen_time"], 0),
        "seen_person": np.append(made["seen_person"], 999),
    }
    assert incidence_ratio(**more) == incidence_ratio(**made)


def test_sets_without_time_are_no_sets() -> None:
    made = _sets(6)
    more = {
        "case_events": np.append(made["case_events"], 0),
        "case_time": np.append(made["case_time"], 0),
        "case_person": np.append(made["case_person"], 9999),
        "row_set": np.append(made["row_set"], 50),
        "row_events": np.append(made["row_events"], 0),
        "row_time": np.append(made["row_time"], 0),
        "row_person": np.append(made["row_person"], 9998),
    }
    found, alone = (
        matched_incidence_ratio(**more).estimate,
        matched_incidence_ratio(**made).estimate,
    )
    assert (found.log_rr, found.n) == (alone.log_rr, 50)
    assert found.se == pytest.approx(alone.se, rel=1e-12)


def test_one_set_is_too_few() -> None:
    found = matched_incidence_ratio(
        case_events=[1],
        case_time=[10],
        case_person=[1],
        row_set=[0],
        row_events=[1],
        row_time=[10],
        row_person=[2],
    )
    assert "fewer than two" in found.estimate.reason


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """400 draws, rate ratio 1.5, rates that differ by person: 95% +- 3.3%."""
    rng = np.random.default_rng(17)
    held = 0
    for _ in range(400):
        time = rng.uniform(0.3, 1.0, 300)
        frailty = rng.gamma(2.0, 0.5, 300)
        effect = np.repeat([1.5, 1.0], [150, 150])
        events = rng.poisson(frailty * effect * time)
        interval = incidence_ratio(
            seen_events=events[:150],
            seen_time=time[:150],
            seen_person=np.arange(150),
            other_events=events[150:],
            other_time=time[150:],
            other_person=np.arange(150, 300),
        ).estimate.interval()
        assert interval is not None
        held += interval[0] <= math.log(1.5) <= interval[1]
    assert 0.917 <= held / 400 <= 0.983
