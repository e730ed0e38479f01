"""Edges of the routes without reference people: learned, empirical Bayes, summary, synthesis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from righthelp.estimators.empirical_bayes import EmpiricalBayes, empirical_bayes, shape_from
from righthelp.estimators.learned import Learned, learned_correlation
from righthelp.estimators.summary import (
    before_after_summary,
    external_correlation,
    ratio_of_ratios,
)
from righthelp.estimators.synthesis import leave_one_out, synthesise

EARLIER = np.array([0.0, 1.0, 2.0, 3.0])
BEFORE = 1 + EARLIER / 2


def _learn(**changes: Any) -> Learned:
    """Before = 1 + earlier/2 exactly; the unseen go from 2 to 3 where the line says 2."""
    given: dict[str, Any] = {
        "seen_before": [6, 8],
        "seen_after": [5, 6],
        "line_earlier": EARLIER,
        "line_before": BEFORE,
        "line_weight": [40, 30, 20, 10],
        "trend_before": [2, 2],
        "trend_after": [2, 4],
        "trend_weight": [30, 30],
    }
    return learned_correlation(**(given | changes))


def test_a_line_by_hand() -> None:
    """e = 1.5 (1 + b/2): 6 and 7.5, against 5 and 6 seen."""
    ours = _learn()
    assert (ours.intercept, ours.slope) == pytest.approx((1, 0.5))
    assert (ours.trend, ours.expected, ours.observed) == pytest.approx((1.5, 13.5, 11))
    assert ours.estimate.rr == pytest.approx(11 / 13.5)
    # The line fits exactly, so what is left is the seen's and the trend's part.
    seen = 2 * ((5 / 11 - 4 / 9) ** 2 + (6 / 11 - 5 / 9) ** 2)
    trend = 60 / 59 * 30 * ((2 / 180 - 2 / 120) ** 2 + (4 / 180 - 2 / 120) ** 2)
    assert ours.estimate.se == pytest.approx(math.sqrt(seen + trend), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seen_before": [], "seen_after": []}, "nobody was seen"),
        ({"seen_after": [0, 0]}, "no contacts were counted after the index"),
        ({"line_weight": [10, 10, 10, 10]}, "fewer than 50 people"),
        ({"line_earlier": [2, 2, 2, 2]}, "same number of earlier contacts"),
        (
            {"trend_before": [], "trend_after": [], "trend_weight": []},
            "no counts after the index of the registered people",
        ),
        ({"trend_weight": [0, 0]}, "no counts after the index of the registered people"),
        ({"trend_after": [0, 0]}, "had no contacts after the index"),
        ({"line_before": 9 - 3 * EARLIER}, "not above 0"),
    ],
)
def test_a_learned_estimate_that_cannot_be_made_says_why(
    changes: dict[str, Any], reason: str
) -> None:
    ours = _learn(**changes)
    assert (ours.estimate.status, ours.trend, ours.expected) == ("not_estimable", None, None)
    assert reason in ours.estimate.reason


def test_person_codes_go_with_rows_and_with_all_three_roles() -> None:
    with pytest.raises(AssertionError, match="all three roles"):
        _learn(seen_person=[0, 1])
    with pytest.raises(AssertionError, match="one person a row"):
        _learn(seen_person=[0, 1], line_person=[0, 1, 2, 3], trend_person=[4, 5])
    assert _learn(seen_before=[6], seen_after=[5]).estimate.status == "point_only"


def _bayes(**changes: Any) -> EmpiricalBayes:
    given: dict[str, Any] = {
        "before": [6, 1],
        "after": [2, 2],
        "t_before": [1, 1],
        "t_after": [1, 0.5],
        "mean_rate": 2.0,
        "k": 2.0,
        "trend": 1.0,
    }
    return empirical_bayes(**(given | changes))


def test_hauers_index_by_hand() -> None:
    """k/m = 1: e = (2+6)/2 = 4 and (2+1)/2/2 = 0.75; variances 4/2 and 0.75 (0.5)/2."""
    ours = _bayes()
    expected, variance = 4.75, 2 + 0.1875
    assert (ours.expected, ours.variance_expected) == pytest.approx((expected, variance))
    relative = variance / expected**2
    assert ours.estimate.rr == pytest.approx(4 / expected / (1 + relative), rel=1e-14)
    assert ours.estimate.se == pytest.approx(math.sqrt(1 / 4 + relative) / (1 + relative))
    assert ours.estimate.n == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"before": [], "after": [], "t_before": [], "t_after": []}, "nobody was seen"),
        ({"after": [0, 0]}, "no contacts were counted after the index"),
        ({"after": [0, 0], "t_after": [0, 0]}, "nobody was at risk after the index"),
        ({"mean_rate": 0.0}, "the population had no contacts"),
        ({"trend": 0.0}, "the population had no contacts"),
    ],
)
def test_empirical_bayes_that_cannot_be_made_says_why(changes: dict[str, Any], reason: str) -> None:
    ours = _bayes(**changes)
    assert (ours.estimate.status, ours.expected) == ("not_estimable", None)
    assert reason in ours.estimate.reason


def test_somebody_without_a_before_is_expected_at_the_population_rate() -> None:
    ours = _bayes(before=[0, 0], t_before=[0, 0])
    assert ours.expected == pytest.approx(2.0 * 1.5)


def test_shape_by_hand() -> None:
    assert shape_from(2.0, 6.0) == 1.0
    assert shape_from(0.0, 0.0) == math.inf


def test_summary_numbers_by_hand() -> None:
    """Means 10 to 8, SD half of each, 100 people, r = 0.5: variance (1/4 + 1/4 - 1/4)/100."""
    ours = before_after_summary(
        n=100, mean_before=10, sd_before=5, mean_after=8, sd_after=4, correlations=(0.5,)
    )
    assert (ours[0].rr, ours[0].se) == pytest.approx((0.8, 0.05))


def test_summary_defaults_show_four_correlations_and_less_error_with_more() -> None:
    ours = before_after_summary(n=50, mean_before=6, sd_before=5, mean_after=5, sd_after=5)
    errors = [estimate.se or math.nan for estimate in ours]
    assert len(errors) == 4
    assert errors == sorted(errors, reverse=True)
    assert {estimate.log_rr for estimate in ours} == {math.log(5 / 6)}


@pytest.mark.parametrize(
    ("n", "before", "after", "reason"),
    [
        (0, 3.0, 2.0, "nobody was seen"),
        (9, 0.0, 2.0, "no contacts were counted before"),
        (9, 3.0, 0.0, "no contacts were counted after"),
    ],
)
def test_summary_that_cannot_be_made_says_why(
    n: int, before: float, after: float, reason: str
) -> None:
    ours = before_after_summary(n=n, mean_before=before, sd_before=1, mean_after=after, sd_after=1)
    assert [(estimate.status, estimate.reason) for estimate in ours] == [
        ("not_estimable", reason)
    ] * 4


def test_one_person_summed_up_is_a_point() -> None:
    (ours,) = before_after_summary(
        n=1, mean_before=3, sd_before=1, mean_after=2, sd_after=1, correlations=[0]
    )
    assert ours.status == "point_only"


def test_ratio_of_ratios_names_what_is_missing() -> None:
    given: dict[str, Any] = {
        "n_seen": 40,
        "seen_before": 6,
        "seen_after": 5,
        "reference_before": 3,
        "reference_after": 3,
        "sd_seen_before": 2,
        "sd_seen_after": 2,
        "sd_reference_before": 2,
        "sd_reference_after": 2,
        "correlations": [0.5],
    }
    whole = ratio_of_ratios(**given, n_reference=90).estimates[0]
    assert whole.status == "ok"
    assert whole.rr == pytest.approx(5 / 6)
    unknown = ratio_of_ratios(**given).estimates[0]
    assert unknown.status == "point_only"
    assert unknown.rr == pytest.approx(5 / 6)
    assert "number of reference people" in unknown.reason
    bare = ratio_of_ratios(**(given | {"sd_reference_after": None}), n_reference=90).estimates[0]
    assert bare.reason.startswith("no standard deviations")
    empty = ratio_of_ratios(**(given | {"reference_before": 0}), n_reference=90)
    assert empty.baseline_ratio is None
    assert empty.estimates[0].reason == (
        "among the reference people no contacts were counted before"
    )
    gone = ratio_of_ratios(**(given | {"seen_after": 0}), n_reference=90).estimates[0]
    assert (gone.status, gone.reason) == ("not_estimable", "no contacts were counted after")


def test_external_correlation_edges() -> None:
    """Ten seen at 8 before and 6 after in a population of 4: expected 4, 6 and 8."""
    ours = external_correlation(
        before=8, after=6, population_mean=4, correlations=[0, 0.5, 1], n=10
    )
    assert [estimate.rr for estimate in ours] == pytest.approx([1.5, 1.0, 0.75])
    assert "0.5" in ours[1].reason
    assert {estimate.n for estimate in ours} == {10}
    nobody = external_correlation(before=[], after=[], population_mean=4)
    assert [estimate.status for estimate in nobody] == ["not_estimable"] * 4
    nothing = external_correlation(before=8, after=0, population_mean=4, n=10)[0]
    assert nothing.reason == "no contacts were counted after"
    zero = external_correlation(before=8, after=6, population_mean=0, correlations=[0], n=10)[0]
    assert zero.reason == "no contacts were expected"


def test_no_site_one_site_and_two_sites() -> None:
    none = synthesise(log_rr=[], se=[])
    assert (none.status, none.log_rr, none.k) == ("not_estimable", None, 0)
    assert "no site" in none.reason
    one = synthesise(log_rr=[0.2], se=[0.1])
    assert (one.log_rr, one.se, one.k, one.weights) == (0.2, 0.1, 1, (1.0,))
    assert (one.ci_low, one.ci_high) == pytest.approx((0.2 - 0.1959964, 0.2 + 0.1959964))
    assert (one.tau2, one.i2, one.q, one.pi_low) == (None, None, None, None)
    two = synthesise(log_rr=[0.2, -0.1], se=[0.1, 0.1])
    assert (two.pi_low, two.pi_high, two.k) == (None, None, 2)
    assert two.log_rr == pytest.approx(0.05)
    assert synthesise(log_rr=[0.2, -0.1, 0], se=[0.1, 0.1, 0.2]).pi_low is not None
    assert leave_one_out(log_rr=[0.2], se=[0.1]) == (none,)


def test_sites_that_agree_are_pooled_as_one_and_no_closer_than_chance() -> None:
    """q would be 0 and the Hartung-Knapp interval a point; with q >= 1 it is 1/sqrt(sum w)."""
    ours = synthesise(log_rr=[0.3, 0.3, 0.3], se=[0.1, 0.2, 0.2])
    assert (ours.tau2, ours.i2) == (0.0, 0.0)
    assert ours.se == pytest.approx(1 / math.sqrt(100 + 25 + 25))
    assert ours.q == pytest.approx(0, abs=1e-25)


def test_a_site_without_error_is_our_bug() -> None:
    with pytest.raises(AssertionError):
        synthesise(log_rr=[0.3, 0.1], se=[0.1, 0.0])
