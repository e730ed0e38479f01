"""Interrupted time series: British car casualties and the seat-belt law of 1983, against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from righthelp.estimators.series import InterruptedSeries, interrupted_series
from tests.golden.estimators.cases import read_columns, read_expected

CASE = "its_seatbelts"


def _fit(series: str, **settings: Any) -> InterruptedSeries:
    data = read_columns(CASE)
    return interrupted_series(
        counts=data[series],
        person_months=data["kms"],
        month_of_year=data["month"].astype(int),
        start=int(np.argmax(data["law"])),
        lag_months=12,
        **settings,
    )


@pytest.mark.parametrize(
    ("series", "row"), [("front", "front_level"), ("rear", "rear_level_control_series")]
)
def test_level_error_and_dispersion_are_those_of_glm(series: str, row: str) -> None:
    """R's glm stops at 1e-8 of the deviance, hence nine digits of the dispersion."""
    expected = read_expected(CASE)[row]
    ours = _fit(series)
    assert ours.level.log_rr == pytest.approx(expected["law"]["estimate"], abs=1e-12)
    assert ours.level_quasi_se == pytest.approx(expected["law"]["se"], rel=1e-9)
    assert ours.dispersion == pytest.approx(expected["phi"], rel=1e-8)
    assert (ours.n_months, ours.slope, ours.slope_quasi_se) == (192, None, None)


def test_level_and_slope_are_those_of_glm() -> None:
    expected = read_expected(CASE)["front_level_slope"]
    ours = _fit("front", with_slope=True)
    assert ours.slope is not None
    assert ours.level.log_rr == pytest.approx(expected["law"]["estimate"], abs=1e-12)
    assert ours.slope.log_rr == pytest.approx(expected["t_after"]["estimate"], abs=1e-12)
    assert ours.level_quasi_se == pytest.approx(expected["law"]["se"], rel=1e-9)
    assert ours.slope_quasi_se == pytest.approx(expected["t_after"]["se"], rel=1e-9)
    assert ours.dispersion == pytest.approx(expected["phi"], rel=1e-8)


def test_newey_west_is_that_of_sandwich_and_as_the_wider_is_the_one_given() -> None:
    ours = _fit("front")
    expected = read_expected(CASE)["front_level_NeweyWest12_se_law"]
    assert ours.level_newey_west_se == pytest.approx(expected, rel=1e-10)
    assert ours.level.se == ours.level_newey_west_se
