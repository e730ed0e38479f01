"""Diagnostics of a comparison: what holds for all counts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from righthelp.estimators.attrition import bound_attrition
from righthelp.estimators.balance import balance, weigh_sets
from righthelp.estimators.detectable import detect_ratios, detect_summary
from righthelp.estimators.pretrend import check_pretrend

Array = npt.NDArray[np.float64]
expectations = st.lists(st.floats(0, 20), max_size=8)
positive = st.floats(0.01, 1_000)


@st.composite
def lost_people(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "observed": draw(st.integers(0, 500)),
        "expected": draw(positive),
        "n_complete": draw(st.integers(1, 200)),
        "dead_expected": draw(expectations),
        "departed_expected": draw(expectations),
        "complete_after": draw(st.lists(st.integers(0, 30), min_size=1, max_size=40)),
    }


@given(lost_people(), st.tuples(*[st.floats(0, 1)] * 4))
def test_wider_quantiles_give_wider_bounds(people: dict[str, Any], cuts: tuple[float, ...]) -> None:
    outer_low, low, high, outer_high = sorted(cuts)
    inner = bound_attrition(**people, low=low, high=high)
    outer = bound_attrition(**people, low=outer_low, high=outer_high)
    for one, other in (
        (inner.deaths, outer.deaths),
        (inner.departures, outer.departures),
        (inner.both, outer.both),
    ):
        assert other.rr_low is not None and one.rr_low is not None
        assert other.rr_high is not None and one.rr_high is not None
        assert other.rr_low <= one.rr_low <= one.rr_high <= other.rr_high


@given(lost_people())
def test_whatever_the_lost_had_within_the_range_lies_within_the_bounds(
    people: dict[str, Any],
) -> None:
    """A different count each, drawn between the two; and the gap is theirs over what's expected."""
    found = bound_attrition(**people)
    assert found.low_count is not None and found.high_count is not None
    lost = [*people["dead_expected"], *people["departed_expected"]]
    counts = np.random.default_rng(len(lost)).uniform(found.low_count, found.high_count, len(lost))
    total = people["expected"] + sum(lost)
    truth = (people["observed"] + counts.sum()) / total
    assert found.both.rr_low is not None and found.both.rr_high is not None
    assert found.both.rr_low - 1e-9 <= truth <= found.both.rr_high + 1e-9
    gap = len(lost) * (found.high_count - found.low_count) / total
    assert found.both.rr_high - found.both.rr_low == pytest.approx(gap, rel=1e-9, abs=1e-9)


@given(lost_people())
def test_one_more_lost_widens_what_is_not_known_about_the_sum(people: dict[str, Any]) -> None:
    """In contacts (the ratio times what was expected): the gap grows by the range of one count."""
    before = bound_attrition(**people).both
    more = {**people, "dead_expected": [*people["dead_expected"], 0.0]}
    after = bound_attrition(**more).both
    assert before.rr_low is not None and before.rr_high is not None
    assert after.rr_low is not None and after.rr_high is not None
    assert after.rr_high - after.rr_low >= before.rr_high - before.rr_low - 1e-9
    assert after.share_lost > before.share_lost


@given(
    n=st.integers(1, 500),
    expected=positive,
    more=st.floats(1.01, 10),
    dispersion=st.floats(0, 10),
    error=st.floats(0, 0.5),
)
def test_more_contacts_or_less_spread_let_smaller_changes_be_found(
    n: int, expected: float, more: float, dispersion: float, error: float
) -> None:
    base = detect_ratios(n=n, expected=expected, dispersion=dispersion, expected_log_se=error)
    better = [
        detect_ratios(n=n, expected=expected * more, dispersion=dispersion, expected_log_se=error),
        detect_ratios(
            n=n, expected=expected, dispersion=dispersion / more, expected_log_se=error / more
        ),
    ]
    assert base.above is not None
    for found in better:
        assert found.above is not None
        assert found.above <= base.above * (1 + 1e-9)
        if base.below is not None:
            assert found.below is not None
            assert found.below >= base.below * (1 - 1e-9)


@given(n=st.integers(1, 500), mean=st.floats(0.1, 20), sd=st.floats(0, 20))
def test_windows_that_go_together_let_smaller_changes_be_found(
    n: int, mean: float, sd: float
) -> None:
    found = [one.above for one in detect_summary(n=n, mean=mean, sd=sd)]
    above = [value for value in found if value is not None]
    assert len(above) == 4
    assert all(later <= one * (1 + 1e-9) for one, later in pairwise(above))


@st.composite
def matched_months(draw: st.DrawFn) -> dict[str, Array]:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    months = draw(st.integers(2, 5))
    n = draw(st.integers(5 * months, 40))
    sets = np.r_[np.arange(n), rng.integers(0, n, draw(st.integers(0, 40)))]
    people = rng.permutation(n + 60)
    return {
        "case_counts": rng.poisson(2, (n, months)),
        "row_counts": rng.poisson(2, (sets.size, months)),
        "row_set": sets,
        "case_person": people[:n],
        "row_person": n + 60 + np.arange(sets.size) // draw(st.integers(1, 2)),
    }


@given(matched_months(), st.integers(2, 50), st.randoms(use_true_random=False))
def test_the_unit_of_counts_and_the_order_of_sets_change_no_test(
    months: dict[str, Array], times: int, random: Any
) -> None:
    """Neither do the order of the months (but for the slope) or other codes for the same people."""
    found = check_pretrend(**months)
    assume(found.status == "ok")
    n, k = months["case_counts"].shape
    sets, rows, month = list(range(n)), list(range(len(months["row_set"]))), list(range(k))
    for order in (sets, rows, month):
        random.shuffle(order)
    other = check_pretrend(
        case_counts=months["case_counts"][sets][:, month] * times,
        row_counts=months["row_counts"][rows][:, month] * times,
        row_set=np.argsort(sets)[months["row_set"][rows]],
        case_person=1_000 - months["case_person"][sets],
        row_person=1_000 - months["row_person"][rows],
    )
    assert other.statistic == pytest.approx(found.statistic, rel=1e-6)
    assert other.p_value == pytest.approx(found.p_value, rel=1e-6, abs=1e-12)


values = st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=12).map(
    lambda rows: np.array(rows, dtype=float)
)


@given(values, values, st.integers(2, 9), st.integers(1, 100))
def test_the_unit_and_the_origin_of_a_count_change_no_balance(
    cases: Array, rows: Array, times: int, shift: int
) -> None:
    cases, rows = cases + 2, rows + 2  # away from 0 and 1, which have their own SD
    one = balance(case_values=cases, row_values=rows)
    other = balance(case_values=cases * times + shift, row_values=rows * times + shift)
    for found, moved in zip(one, other, strict=True):
        assert moved.reason == found.reason
        for value, expected in (
            (moved.smd, found.smd),
            (moved.variance_ratio, found.variance_ratio),
        ):
            assert (value is None) == (expected is None)
            assert value is None or value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(values, st.integers(2, 4))
def test_people_matched_to_their_likes_are_balanced(cases: Array, k: int) -> None:
    """Each case with k comparators like itself."""
    rows, sets = np.repeat(cases, k, axis=0), np.repeat(np.arange(len(cases)), k)
    for found in balance(case_values=cases, row_values=rows, row_weight=weigh_sets(sets)):
        assert found.comparator_mean == pytest.approx(found.case_mean, abs=1e-12)
        assert found.smd is None or found.smd == pytest.approx(0, abs=1e-12)
