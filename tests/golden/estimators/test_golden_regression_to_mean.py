"""Regression to the mean: the closed form against integration, and Hauer's worked example."""

from __future__ import annotations

import math

import pytest

from righthelp.estimators.empirical_bayes import empirical_bayes
from righthelp.estimators.summary import regression_to_mean_normal
from tests.golden.estimators.cases import read_columns, read_expected

NORMAL, HAUER = "rtm_bivariate_normal", "rtm_eb_hauer_tutorial"


def test_every_row_of_the_normal_grid() -> None:
    grid = read_columns(NORMAL)
    expected = read_columns(NORMAL, "expected_rows.csv")
    assert len(grid["mu"]) == len(expected["mu"]) == 108
    for place in range(108):
        ours = regression_to_mean_normal(
            mean=grid["mu"][place],
            sd=grid["sd"][place],
            rho=grid["rho"][place],
            cut=grid["cut"][place],
        )
        assert ours.mean_before == pytest.approx(expected["mean_before"][place], abs=1e-10)
        assert ours.mean_after == pytest.approx(expected["mean_after"][place], abs=1e-10)
        assert ours.effect == pytest.approx(expected["rtm_effect"][place], abs=1e-10)


def test_several_measurements_before_soften_it() -> None:
    """The mean of k measurements has variance s2b + s2w/k and correlation s2b over that."""
    rows = read_expected(NORMAL)["averaged_baseline"]
    assert [row["k"] for row in rows] == [1, 2, 4]
    for row in rows:
        variance = row["s2b"] + row["s2w"] / row["k"]
        ours = regression_to_mean_normal(
            mean=row["mu"], sd=math.sqrt(variance), rho=row["s2b"] / variance, cut=row["cut"]
        )
        assert ours.effect == pytest.approx(row["rtm"], rel=1e-12)


def test_hauers_road_segment() -> None:
    """1.8 miles, 12 accidents in a year, prior 2.05 a mile: 8.48 to expect, with an SD of 2.14."""
    data = {name: column[0] for name, column in read_columns(HAUER).items()}
    expected = read_expected(HAUER)
    mean_rate = data["length"] * data["spf_coef"] * data["adt"] ** data["spf_power"]
    assert mean_rate == pytest.approx(expected["mu"], rel=1e-13)
    ours = empirical_bayes(
        before=[data["count"]],
        after=[1],
        t_before=[data["years"]],
        t_after=[1],
        mean_rate=mean_rate,
        k=data["phi_per_unit"] * data["length"],
        trend=1,
    )
    assert ours.expected == pytest.approx(expected["estimate"], rel=1e-13)
    assert ours.variance_expected == pytest.approx(expected["sd"] ** 2, rel=1e-13)
    assert ours.expected == pytest.approx(expected["published"]["estimate"], abs=0.005)
    assert ours.variance_expected == pytest.approx(expected["published"]["sd"] ** 2, abs=0.025)
