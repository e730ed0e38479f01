"""Paired scores: by hand, against statsmodels, and what chance alone gives, by simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import DescrStatsW

from righthelp.estimators.paired import (
    BETTER,
    SAME,
    WORSE,
    Scale,
    chance_of_moving,
    change_beyond_regression,
    paired_means,
    score_change,
    score_direction,
)

LIFE = Scale(lowest=0, highest=10, important=1, higher_is_better=True, step=1)
WORRY = replace(LIFE, higher_is_better=False)
NOBODY = np.zeros(0)


def test_statsmodels_gives_the_same_means_and_interval() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(20, 4, 40)
    last = first + rng.normal(1.5, 3, 40)
    found = paired_means(first=first, last=last)
    theirs = DescrStatsW(last - first)
    assert found.change == pytest.approx(theirs.mean)
    assert found.se == pytest.approx(theirs.std_mean)
    assert (found.low, found.high) == pytest.approx(theirs.tconfint_mean(0.05))
    assert found.correlation == pytest.approx(np.corrcoef(first, last)[0, 1])
    assert (found.mean_first, found.mean_last) == pytest.approx((first.mean(), last.mean()))


def test_who_moved_by_hand() -> None:
    """Up by 1 is better of life satisfaction and worse of anxiety; half a point is neither."""
    first, last = [3, 5, 7, 4, 4], [4, 5, 5, 4.5, 5]
    assert score_direction(first=first, last=last, scale=LIFE).tolist() == [
        BETTER,
        SAME,
        WORSE,
        SAME,
        BETTER,
    ]
    assert score_direction(first=first, last=last, scale=WORRY).tolist() == [
        WORSE,
        SAME,
        BETTER,
        SAME,
        WORSE,
    ]


def test_a_difference_that_is_important_but_for_rounding_counts() -> None:
    scale = Scale(lowest=7, highest=35, important=0.3, higher_is_better=True)
    found = score_direction(first=[20.1, 20.1], last=[20.1 + 0.1 + 0.2, 20.39], scale=scale)
    assert 20.1 + 0.1 + 0.2 - 20.1 != 0.3
    assert found.tolist() == [BETTER, SAME]


def test_counts_ends_and_bounds_by_hand() -> None:
    """Four with both scores (changes 2, 0, -1, 0), two without, who began at 9 and at 2.

    As far as the scale goes the two may fall by 9 + 2 and rise by 1 + 8: (1 - 11)/6, (1 + 9)/6.
    """
    given: dict[str, Any] = {"first": [3, 0, 6, 10], "last": [5, 0, 5, 10], "first_only": [9, 2]}
    found = score_change(**given, scale=LIFE)
    assert (found.n_improved, found.n_same, found.n_worsened) == (1, 2, 1)
    assert (found.n_floor_first, found.n_ceiling_first) == (1, 1)
    assert (found.n_floor_last, found.n_ceiling_last) == (1, 1)
    assert found.n_first_only == 2
    assert found.share(found.n_improved) == 1 / 4
    bounds = found.bounds
    assert bounds is not None
    assert (bounds.mean_low, bounds.mean_high) == pytest.approx((-10 / 6, 10 / 6))
    assert (bounds.improved_low, bounds.improved_high) == (1 / 6, 3 / 6)
    assert (bounds.worsened_low, bounds.worsened_high) == (1 / 6, 3 / 6)
    # No more than 3 either way: the one at 9 can rise by 1, the one at 2 fall by 2.
    near = score_change(**given, scale=LIFE, lost_within=3).bounds
    assert near is not None
    assert (near.mean_low, near.mean_high) == pytest.approx(((1 - 5) / 6, (1 + 4) / 6))


def test_with_nobody_lost_the_bounds_are_what_was_seen() -> None:
    found = score_change(first=[3, 0, 6], last=[5, 0, 5], first_only=NOBODY, scale=LIFE)
    assert found.bounds is not None
    assert found.bounds.mean_low == found.bounds.mean_high == pytest.approx(1 / 3)
    assert found.bounds.improved_low == found.bounds.improved_high == 1 / 3


def test_if_nobody_has_a_second_score_only_the_bounds_are_left() -> None:
    found = score_change(first=NOBODY, last=NOBODY, first_only=[4], scale=LIFE)
    assert (found.means.status, found.chance.status) == ("not_estimable", "not_estimable")
    assert found.share(found.n_improved) is None
    assert found.bounds is not None
    assert (found.bounds.mean_low, found.bounds.mean_high) == (-4, 6)
    nobody = score_change(first=NOBODY, last=NOBODY, first_only=NOBODY, scale=LIFE)
    assert nobody.bounds is None


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_off_the_scale_is_our_bug(score: float) -> None:
    with pytest.raises(AssertionError, match="the scale"):
        score_change(first=[5], last=[score], first_only=NOBODY, scale=LIFE)


@pytest.mark.parametrize(
    ("first", "last", "status", "reason"),
    [
        ([1.0], [3.0], "point_only", "one person"),
        ([1.0, 2.0, 5.0], [2.0, 3.0, 6.0], "point_only", "do not differ"),
        ([], [], "not_estimable", "nobody has two"),
    ],
)
def test_what_has_no_interval_says_why(
    first: list[float], last: list[float], status: str, reason: str
) -> None:
    found = paired_means(first=first, last=last)
    assert (found.status, found.se, found.low) == (status, None, None)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ([1, 2], [2, 1], "fewer than three"),
        ([3, 3, 3], [1, 2, 3], "do not vary"),
        ([1, 2, 3], [4, 4, 4], "do not vary"),
        ([1, 2, 3], [2, 3, 4], "without error"),
    ],
)
def test_chance_that_cannot_be_told_says_why(
    first: list[float], last: list[float], reason: str
) -> None:
    found = chance_of_moving(first=first, last=last, scale=LIFE)
    assert (found.status, found.probability, found.improved) == ("not_estimable", None, None)
    assert reason in found.reason


def _scores(seed: int, n: int, *, reliability: float) -> tuple[Any, Any]:
    """True scores of mean 6 and SD 2 with errors, nothing changed."""
    rng = np.random.default_rng(seed)
    noise = 2 * math.sqrt(1 / reliability - 1)
    true = rng.normal(6, 2, n)
    return true + rng.normal(0, noise, n), true + rng.normal(0, noise, n)


FINE = Scale(lowest=-100, highest=100, important=1.5, higher_is_better=True)


def test_the_closed_form_for_the_whole_group() -> None:
    """Changes of bivariate normal scores have SD sqrt(s1^2 + s2^2 - 2 r s1 s2)."""
    first, last = _scores(2, 200_000, reliability=0.6)
    found = chance_of_moving(first=first, last=last, scale=FINE)
    s1, s2, r = first.std(), last.std(), np.corrcoef(first, last)[0, 1]
    share = norm.sf(1.5 / math.sqrt(s1**2 + s2**2 - 2 * r * s1 * s2))
    assert found.improved == pytest.approx(share, abs=0.002)
    assert found.worsened == pytest.approx(share, abs=0.002)
    assert found.mean_change == pytest.approx(0, abs=1e-12)
    assert found.correlation == pytest.approx(r)


@pytest.mark.parametrize("higher", [True, False])
def test_people_who_come_at_a_bad_time_improve_by_themselves(higher: bool) -> None:
    """Only people below 5 are asked, nothing changes, the population's mean is known to be 6."""
    first, last = _scores(3, 200_000, reliability=0.6)
    sign = 1 if higher else -1
    asked = first < 5
    scale = replace(FINE, higher_is_better=higher)
    x, y = sign * first[asked], sign * last[asked]
    found = chance_of_moving(first=x, last=y, scale=scale, reference_mean=sign * 6.0)
    moved = score_direction(first=x, last=y, scale=scale)
    assert found.improved == pytest.approx((moved == BETTER).mean(), abs=0.006)
    assert found.worsened == pytest.approx((moved == WORSE).mean(), abs=0.006)
    assert found.mean_change == pytest.approx((y - x).mean(), abs=0.03)
    assert sign * (found.mean_change or 0) > 0.5


def test_each_person_has_their_own_chance() -> None:
    """The one at 2 is likelier to rise than the one at 9, with the population at 6."""
    first, last = _scores(4, 500, reliability=0.6)
    first[:2] = [2, 9]
    found = chance_of_moving(first=first, last=last, scale=FINE, reference_mean=6)
    assert found.probability is not None
    assert found.probability.sum(axis=1) == pytest.approx(np.ones(500))
    assert found.probability[0, BETTER] > 0.5 > found.probability[1, BETTER]
    assert found.probability[1, WORSE] > found.probability[0, WORSE]


def test_a_given_reliability_goes_before_the_observed_correlation() -> None:
    """True changes that differ lower the correlation; the reliability leaves them out."""
    first, last = _scores(5, 20_000, reliability=0.8)
    last = last + np.random.default_rng(6).normal(0, 2, 20_000)
    own = chance_of_moving(first=first, last=last, scale=FINE)
    given = chance_of_moving(first=first, last=last, scale=FINE, reliability=0.8)
    assert given.correlation == 0.8
    assert (given.improved or 1) < (own.improved or 0)


@pytest.mark.parametrize("important", [1, 1.5, 2])
def test_whole_numbers_land_half_a_step_past(important: float) -> None:
    """Scores rounded to whole points; without the half step far too few would be expected."""
    first, last = np.round(_scores(7, 100_000, reliability=0.5))
    scale = Scale(lowest=-50, highest=50, important=important, higher_is_better=True, step=1)
    moved = score_direction(first=first, last=last, scale=scale)
    found = chance_of_moving(first=first, last=last, scale=scale)
    assert found.improved == pytest.approx((moved == BETTER).mean(), abs=0.006)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """400 draws of twelve people: 95% +- 3.3%."""
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(400):
        first = rng.normal(5, 2, 12)
        found = paired_means(first=first, last=first + rng.normal(0.7, 1.5, 12))
        assert found.low is not None and found.high is not None
        held += found.low <= 0.7 <= found.high
    assert 0.917 <= held / 400 <= 0.983


def test_what_is_beyond_regression_is_what_statsmodels_foretells_at_the_mean() -> None:
    """The line of last on first, taken at the mean of the population, less that mean; HC3."""
    rng = np.random.default_rng(5)
    first = rng.normal(18, 4, 80)
    last = 22 + 0.6 * (first - 22) + rng.normal(1, 3, 80)
    found = change_beyond_regression(first=first, last=last, reference_mean=22)
    moved = np.column_stack([np.ones(80), first - 22])
    theirs = OLS(last - 22, moved).fit(cov_type="HC3", use_t=True)
    assert found.beyond == pytest.approx(theirs.params[0])
    assert found.se == pytest.approx(theirs.bse[0])
    assert (found.low, found.high) == pytest.approx(tuple(theirs.conf_int()[0]))
    means = paired_means(first=first, last=last)
    assert means.change is not None and found.expected is not None
    assert found.expected + theirs.params[0] == pytest.approx(means.change)


def test_what_is_to_be_expected_anyway_is_what_chance_of_moving_expects() -> None:
    rng = np.random.default_rng(6)
    first = rng.normal(5, 2, 50)
    last = 6 + 0.5 * (first - 6) + rng.normal(0, 1, 50)
    wide = replace(LIFE, lowest=-20, highest=30, step=0)
    chance = chance_of_moving(first=first, last=last, scale=wide, reference_mean=7)
    found = change_beyond_regression(first=first, last=last, reference_mean=7)
    assert found.expected == pytest.approx(chance.mean_change)


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ([1, 2, 3], [1, 2, 3], "not_estimable"),
        ([4, 4, 4, 4], [1, 2, 3, 4], "not_estimable"),
        ([1, 2, 3, 4], [4, 4, 4, 4], "not_estimable"),
        ([1, 1, 1, 5], [1, 2, 3, 4], "not_estimable"),
        ([1, 2, 3, 4], [2, 3, 4, 5], "point_only"),
    ],
)
def test_where_nothing_can_be_said_beyond_regression(
    first: list[float], last: list[float], status: str
) -> None:
    found = change_beyond_regression(first=first, last=last, reference_mean=5)
    assert (found.status, found.se, found.low) == (status, None, None)
    assert found.reason


@pytest.mark.parametrize("gain", [0.0, 0.5])
def test_the_interval_beyond_regression_holds_the_truth(gain: float) -> None:
    """400 studies of 60 people who come at a bad time: none gains but by regression, or all do."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        first = rng.normal(-0.6, 0.9, 60)
        last = 0.6 * first + gain + rng.normal(0, 0.6, 60)
        found = change_beyond_regression(first=first, last=last, reference_mean=0)
        assert found.low is not None and found.high is not None
        held += found.low <= gain <= found.high
    assert 0.925 <= held / 400 <= 0.98
