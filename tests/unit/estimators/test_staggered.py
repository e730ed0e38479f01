"""Staggered start: which practices and periods are used, and what is said where it cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import righthelp.estimators.staggered as module
from righthelp.estimators.staggered import (
    FEW_A_GROUP,
    MISSING_LIBRARY,
    NEVER,
    anticipation_sensitivity,
    staggered_start,
    two_way_did,
)

Ints = npt.NDArray[np.int64]


def _starts(*groups: tuple[int, int]) -> Ints:
    """Return the first period of practices, from (first period, how many practices)."""
    return np.repeat([first for first, _ in groups], [size for _, size in groups])


def _rates(start: Ints, *, n_periods: int = 8, effect: float = 0.0) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(8)
    rates = rng.normal(5, 1, (start.size, 1)) + rng.normal(0, 0.1, (start.size, n_periods))
    treated = (start[:, None] <= np.arange(n_periods)) & (start[:, None] != NEVER)
    return rates + effect * treated


@pytest.mark.parametrize(
    ("groups", "settings", "counted"),
    [
        # (started, compared with, left out, periods used)
        ([(4, 6), (NEVER, 5)], {}, (6, 5, 0, 8)),
        # No base: the scheme was there in the first period, or its anticipation was.
        ([(0, 6), (4, 6), (NEVER, 5)], {}, (6, 5, 6, 8)),
        ([(1, 6), (4, 6), (NEVER, 5)], {}, (12, 5, 0, 8)),
        ([(1, 6), (4, 6), (NEVER, 5)], {"anticipation_periods": 1}, (6, 5, 6, 8)),
        # Beyond the last period: untouched; its anticipation within: neither one nor the other.
        ([(4, 6), (8, 5)], {}, (6, 5, 0, 8)),
        ([(4, 6), (8, 3), (NEVER, 5)], {"anticipation_periods": 1}, (6, 5, 3, 8)),
        ([(4, 6), (9, 5)], {"anticipation_periods": 1}, (6, 5, 0, 8)),
        # Nobody without: the last starters serve, in whole groups, until the first is touched.
        ([(2, 6), (6, 6)], {}, (6, 6, 0, 6)),
        ([(2, 6), (6, 6)], {"anticipation_periods": 1}, (6, 6, 0, 5)),
        ([(2, 6), (5, 4), (6, 2), (NEVER, 1)], {}, (6, 7, 0, 5)),
        ([(2, 6), (5, 4), (6, 4), (NEVER, 1)], {}, (10, 5, 0, 6)),
        # The group next to them cannot be placed once its anticipation reaches past the end.
        ([(2, 6), (5, 6), (6, 6)], {"anticipation_periods": 1}, (6, 6, 6, 5)),
    ],
)
def test_who_is_compared_with_whom(
    groups: list[tuple[int, int]], settings: dict[str, Any], counted: tuple[int, ...]
) -> None:
    start = _starts(*groups)
    ours = staggered_start(rates=_rates(start), start=start, **settings)
    assert (ours.n_started, ours.n_compared, ours.n_left_out, ours.n_periods) == counted
    assert ours.simple.status == "ok"
    assert ours.simple.n_practices == counted[0]


@pytest.mark.parametrize(
    ("groups", "settings", "reason"),
    [
        ([(4, 6), (NEVER, 4)], {"comparison": "never"}, "fewer than 5 practices never started"),
        ([(4, 2), (NEVER, 2)], {}, "fewer than 5 practices can be compared with"),
        ([(NEVER, 9)], {}, "no practice started"),
        ([(0, 9), (NEVER, 9)], {}, "no practice started"),
        ([(2, 9)], {}, "no practice started"),
        ([(1, 9), (3, 9)], {"anticipation_periods": 3}, "no practice started"),
    ],
)
def test_what_cannot_be_made_says_why(
    groups: list[tuple[int, int]], settings: dict[str, Any], reason: str
) -> None:
    start = _starts(*groups)
    ours = staggered_start(rates=_rates(start), start=start, **settings)
    assert ours.simple.status == ours.over_time.status == ours.over_groups.status
    assert ours.simple.status == "not_estimable"
    assert reason in ours.simple.reason
    assert (ours.by_time, ours.by_group) == ((), ())
    assert ours.simple.interval() is None


def test_without_the_library_the_reader_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "moderndid", None)
    start = _starts((4, 6), (NEVER, 6))
    ours = staggered_start(rates=_rates(start), start=start)
    assert (ours.simple.status, ours.simple.reason) == ("not_estimable", MISSING_LIBRARY)
    assert "righthelp[scheme]" in ours.simple.reason
    assert (ours.n_started, ours.n_compared) == (6, 6)


def test_the_module_loads_no_library_before_it_is_asked() -> None:
    source = str(Path(module.__file__).parents[2])
    program = (
        f"import sys; sys.path.insert(0, {source!r}); import righthelp.estimators.staggered; "
        "print({'moderndid', 'polars', 'pyarrow', 'pandas'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"


def test_one_group_is_the_difference_of_differences_of_means() -> None:
    start = _starts((3, 6), (NEVER, 7))
    rates = _rates(start, n_periods=5, effect=2.0)
    ours = staggered_start(rates=rates, start=start)
    change = rates - rates[:, [2]]
    by_period = change[start == 3].mean(axis=0) - change[start == NEVER].mean(axis=0)
    assert dict(ours.by_time)[0].att == pytest.approx(by_period[3], abs=1e-12)
    assert ours.simple.att == pytest.approx(by_period[3:].mean(), abs=1e-12)
    step = -by_period[1]  # before the start each period is set against the one before it
    assert dict(ours.by_time)[-1].att == pytest.approx(step, abs=1e-12)
    spread = change[:, 3:].mean(axis=1)
    variance = sum(spread[start == one].var() / (start == one).sum() for one in (3, NEVER))
    assert ours.simple.se == pytest.approx(variance**0.5, rel=1e-10)
    low, high = ours.simple.interval() or (0.0, 0.0)
    assert (low + high) / 2 == pytest.approx(ours.simple.att, rel=1e-12)
    assert high - low == pytest.approx(2 * 1.959964 * variance**0.5, rel=1e-6)


def test_base_and_comparison_move_with_anticipation() -> None:
    """With one period of anticipation the base is two before, and the next starters touched one."""
    start = _starts((3, 6), (5, 6), (NEVER, 6))
    rates = _rates(start, n_periods=7)
    ours = dict(staggered_start(rates=rates, start=start, anticipation_periods=1).by_group)
    change = rates - rates[:, [1]]

    def against(period: int, others: npt.NDArray[np.bool_]) -> float:
        return float(change[start == 3, period].mean() - change[others, period].mean())

    never = start == NEVER
    # In period 3 those who start in 5 are still untouched; from period 4 on they are not.
    by_hand = [against(3, never | (start == 5)), *(against(t, never) for t in (4, 5, 6))]
    assert ours[3].att == pytest.approx(np.mean(by_hand), abs=1e-12)


def test_groups_of_few_practices_give_a_point_without_an_interval() -> None:
    start = _starts((2, 7), (4, 2), (NEVER, 9))
    ours = staggered_start(rates=_rates(start), start=start)
    groups, times = dict(ours.by_group), dict(ours.by_time)
    assert (groups[2].status, groups[4].status) == ("ok", "point_only")
    assert groups[4].reason == FEW_A_GROUP
    # Nine in two groups are too few on average; six periods on, only the group of seven is seen.
    assert (ours.simple.status, ours.simple.n_practices) == ("point_only", 9)
    assert (times[5].status, times[5].n_practices) == ("ok", 7)
    assert (times[-3].status, times[-3].n_practices) == ("point_only", 2)


def test_practices_that_do_not_differ_give_a_point_without_an_interval() -> None:
    start = _starts((3, 6), (NEVER, 6))
    rates = np.where(start[:, None] == 3, 1.0, 4.0) + np.arange(6) + 0.0
    ours = staggered_start(rates=rates, start=start)
    assert ours.simple.status == "point_only"
    assert ours.simple.att == pytest.approx(0, abs=1e-12)
    assert "do not differ" in ours.simple.reason


def test_practices_compared_with_that_do_not_differ_lose_no_period() -> None:
    start = _starts((3, 6), (NEVER, 6))
    rates = np.where(start[:, None] == 3, _rates(start), 0.0)
    ours = staggered_start(rates=rates, start=start)
    change = (rates - rates[:, [2]])[start == 3].mean(axis=0)
    assert [since for since, _ in ours.by_time] == [-2, -1, 0, 1, 2, 3, 4]
    assert ours.simple.att == pytest.approx(change[3:].mean(), abs=1e-12)
    assert ours.simple.status == "ok"


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_the_unit_of_the_rates_is_the_unit_of_the_effect(unit: float) -> None:
    start = _starts((3, 6), (NEVER, 6))
    rates = _rates(start, effect=1.0)
    ours = staggered_start(rates=rates, start=start).simple
    scaled = staggered_start(rates=rates * unit, start=start).simple
    assert scaled.att == pytest.approx((ours.att or 0) * unit, rel=1e-10)
    assert scaled.se == pytest.approx((ours.se or 0) * unit, rel=1e-10)


def test_the_order_of_the_practices_changes_nothing() -> None:
    start = _starts((2, 6), (4, 6), (NEVER, 6))
    rates = _rates(start)
    shuffled = np.random.default_rng(2).permutation(start.size)
    one = staggered_start(rates=rates, start=start)
    other = staggered_start(rates=rates[shuffled], start=start[shuffled])
    assert one.simple.att == pytest.approx(other.simple.att, abs=1e-12)
    assert one.simple.se == pytest.approx(other.simple.se, rel=1e-10)
    assert one == staggered_start(rates=rates, start=start)


def test_the_sensitivity_is_the_same_estimate_at_each_anticipation() -> None:
    start = _starts((3, 6), (5, 6), (NEVER, 6))
    rates = _rates(start)
    ours = anticipation_sensitivity(rates=rates, start=start, comparison="never")
    assert [one.anticipation_periods for one in ours] == [0, 1, 2]
    for one in ours:
        again = staggered_start(
            rates=rates,
            start=start,
            comparison="never",
            anticipation_periods=one.anticipation_periods,
        )
        assert one == again


@pytest.mark.parametrize(
    "groups", [[(NEVER, 5)], [(9, 5)], [(0, 5), (NEVER, 5)], [(3, 5)]], ids=str
)
def test_two_way_needs_somebody_to_compare_with(groups: list[tuple[int, int]]) -> None:
    start = _starts(*groups)
    ours = two_way_did(rates=_rates(start), start=start)
    assert (ours.status, ours.att) == ("not_estimable", None)
    assert "no practice starts" in ours.reason


def test_two_way_without_chance_is_a_point() -> None:
    start = _starts((3, 5), (NEVER, 5))
    treated = (start[:, None] == 3) & (np.arange(8) >= 3)
    ours = two_way_did(rates=np.arange(10)[:, None] + np.arange(8) - 0.5 * treated, start=start)
    assert (ours.status, ours.n_practices) == ("point_only", 5)
    assert ours.att == pytest.approx(-0.5, abs=1e-12)


def test_two_way_misses_effects_that_grow_where_group_times_do_not() -> None:
    """Why it is not the estimate: early starters serve as a base for late ones (Goodman-Bacon)."""
    start = _starts((2, 6), (5, 6))
    since = np.arange(7) - start[:, None]
    rates = _rates(start, n_periods=7) + np.where(since >= 0, 1.0 + since, 0.0)
    ours = staggered_start(rates=rates, start=start).simple
    assert ours.att == pytest.approx(2.0, abs=0.15)  # 1, 2, 3 while the others had not started
    assert (two_way_did(rates=rates, start=start).att or 0) < 1.0
