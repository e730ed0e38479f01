"""Thirteen trials of BCG vaccine: metafor's models, and the digits of its documentation."""

from __future__ import annotations

import math
from typing import Any

import pytest

from righthelp.estimators.synthesis import Method, Synthesis, leave_one_out, synthesise
from tests.golden.estimators.cases import read_columns, read_expected

CASE = "meta_bcg"


def _pool(method: Method, *, hartung_knapp: bool) -> Synthesis:
    data = read_columns(CASE)
    return synthesise(
        log_rr=data["yi"], se=data["vi"] ** 0.5, method=method, hartung_knapp=hartung_knapp
    )


def _assert_equal(ours: Synthesis, row: dict[str, Any], *, rel: float) -> None:
    assert ours.log_rr == pytest.approx(row["mu"], rel=rel)
    assert ours.se == pytest.approx(row["se"], rel=rel)
    assert (ours.ci_low, ours.ci_high) == pytest.approx((row["ci_low"], row["ci_high"]), rel=rel)
    assert ours.tau2 == pytest.approx(row["tau2"], rel=rel)
    assert ours.i2 is not None
    assert 100 * ours.i2 == pytest.approx(row["I2"], rel=rel)
    assert ours.q == pytest.approx(row["Q"], rel=1e-12)
    assert ours.k == row["k"]


def test_the_published_digits() -> None:
    pooled = _pool("REML", hartung_knapp=False)
    assert pooled.log_rr is not None
    assert pooled.se is not None
    assert pooled.tau2 is not None
    digits = round(pooled.log_rr, 4), round(pooled.se, 4), round(pooled.tau2, 4)
    assert digits == (-0.7145, 0.1798, 0.3132)


@pytest.mark.parametrize(
    ("method", "row", "rel"),
    [
        ("REML", "REML", 1e-6),
        ("PM", "EB", 2e-9),  # the same equation, which metafor solves further as EB than as PM
        ("PM", "PM", 1e-4),
    ],
)
@pytest.mark.parametrize("suffix", ["z", "knha"])
def test_models(method: Method, row: str, rel: float, suffix: str) -> None:
    expected = read_expected(CASE)["models"][f"{row}_{suffix}"]
    _assert_equal(_pool(method, hartung_knapp=suffix == "knha"), expected, rel=rel)


def test_hartung_knapp_is_never_narrower_than_the_plain_error() -> None:
    """metafor calls q >= 1 "adhoc"; here q is above 1, so it equals the unmodified interval."""
    _assert_equal(_pool("REML", hartung_knapp=True), read_expected(CASE)["REML_adhoc_kh"], rel=1e-6)


def test_prediction_intervals_use_t_with_k_less_one() -> None:
    expected = read_expected(CASE)
    with_hk = _pool("REML", hartung_knapp=True)
    row = expected["models"]["REML_knha"]
    assert (with_hk.pi_low, with_hk.pi_high) == pytest.approx(
        (row["pi_low"], row["pi_high"]), rel=1e-6
    )
    without = _pool("REML", hartung_knapp=False)
    assert (without.pi_low, without.pi_high) == pytest.approx(
        expected["REML_pi_t_k_minus_1"], rel=1e-6
    )


def test_leave_one_out() -> None:
    data = read_columns(CASE)
    expected = read_expected(CASE)["REML_leave_one_out"]
    ours = leave_one_out(log_rr=data["yi"], se=data["vi"] ** 0.5, hartung_knapp=False)
    assert len(ours) == 13
    for place, pooled in enumerate(ours):
        assert pooled.log_rr == pytest.approx(expected["estimate"][place], rel=1e-6)
        assert pooled.se == pytest.approx(expected["se"][place], rel=1e-6)
        assert pooled.tau2 == pytest.approx(expected["tau2"][place], rel=1e-5)


def test_weights_are_shares_of_the_inverse_variances() -> None:
    data = read_columns(CASE)
    pooled = _pool("REML", hartung_knapp=True)
    assert math.fsum(pooled.weights) == pytest.approx(1, rel=1e-14)
    mean = sum(w * y for w, y in zip(pooled.weights, data["yi"], strict=True))
    assert mean == pytest.approx(read_expected(CASE)["models"]["REML_z"]["mu"], rel=1e-8)
