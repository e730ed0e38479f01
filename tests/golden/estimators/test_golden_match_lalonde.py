"""Balance of the LaLonde trial's treated and their 1:1 matched comparators, as MatchIt has it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from righthelp.estimators.balance import balance, weigh_sets
from tests.golden.estimators.cases import read_columns, read_expected, read_rows

CASE = "match_lalonde_1to1"
EXPECTED = read_expected(CASE)["nn_1to1_noreplace"]
COVARIATES = tuple(EXPECTED["smd_all"])
Array = npt.NDArray[np.float64]


def _covariates() -> Array:
    """Return a row a person, in the order of the input, and MatchIt's columns in its order."""
    numbers = read_columns(CASE)
    numbers["distance"] = read_columns(CASE, "expected_propensity.csv")["ps"]
    races = [row["race"] for row in read_rows(CASE)]
    for race in ("black", "hispan", "white"):
        numbers[f"race{race}"] = np.array([float(own == race) for own in races])
    return np.column_stack([numbers[name] for name in COVARIATES])


def _pairs() -> tuple[Array, Array]:
    cases, rows = np.array(EXPECTED["pairs"]).T - 1
    values = _covariates()
    return values[cases], values[rows]


def _treated() -> npt.NDArray[np.bool_]:
    return read_columns(CASE)["treat"] == 1


def test_balance_of_everybody_before_matching() -> None:
    values, treated = _covariates(), _treated()
    found = balance(case_values=values[treated], row_values=values[~treated])
    _assert_as_matchit([one.smd for one in found], "smd_all")
    _assert_as_matchit([one.variance_ratio for one in found], "var_ratio_all")


def test_balance_of_the_pairs() -> None:
    cases, rows = _pairs()
    assert len(cases) == EXPECTED["n_treated_matched"] == EXPECTED["n_control_matched"]
    found = balance(
        case_values=cases,
        row_values=rows,
        row_weight=weigh_sets(np.arange(len(rows))),
        spread_values=_covariates()[_treated()],
    )
    _assert_as_matchit([one.smd for one in found], "smd_matched")
    _assert_as_matchit([one.variance_ratio for one in found], "var_ratio_matched")


def test_the_digits_of_the_vignette() -> None:
    """The propensity score of everybody and of the pairs: 1.7941 and 0.9739."""
    values, treated = _covariates(), _treated()
    cases, rows = _pairs()
    everybody = balance(case_values=values[treated], row_values=values[~treated])[0]
    paired = balance(case_values=cases, row_values=rows, spread_values=values[treated])[0]
    assert everybody.smd == pytest.approx(1.7941, abs=5e-5)
    assert paired.smd == pytest.approx(0.9739, abs=5e-5)


def _assert_as_matchit(ours: list[float | None], row: str) -> None:
    for name, value in zip(COVARIATES, ours, strict=True):
        expected = EXPECTED[row][name]
        if expected is None:
            assert value is None, name
        else:
            assert value == pytest.approx(expected, rel=1e-11), name
