"""A published table without standard deviations: City and Hackney."""

from __future__ import annotations

import pytest

from righthelp.estimators.summary import before_after_summary, ratio_of_ratios
from tests.golden.estimators.cases import read_expected, read_rows

CASE = "carnes_city_and_hackney"


def test_ratio_of_ratios_is_a_point_with_a_reason() -> None:
    seen, controls = read_rows(CASE)
    expected = read_expected(CASE)
    ours = ratio_of_ratios(
        n_seen=int(seen["n"]),
        seen_before=float(seen["mean_before"]),
        seen_after=float(seen["mean_after"]),
        reference_before=float(controls["mean_before"]),
        reference_after=float(controls["mean_after"]),
    )
    for estimate in ours.estimates:
        assert estimate.rr is not None
        assert round(estimate.rr, 3) == expected["ratio_of_ratios"]
        assert (estimate.status, estimate.se, estimate.n) == ("point_only", None, 381)
        assert "no standard deviations" in estimate.reason
    assert ours.baseline_ratio is not None
    assert round(ours.baseline_ratio, 2) == expected["baseline_ratio"]


def test_the_crude_ratio_has_no_interval_either() -> None:
    seen = read_rows(CASE)[0]
    ours = before_after_summary(
        n=int(seen["n"]),
        mean_before=float(seen["mean_before"]),
        sd_before=None,
        mean_after=float(seen["mean_after"]),
        sd_after=None,
    )
    assert len(ours) == 4
    assert {estimate.status for estimate in ours} == {"point_only"}
    assert ours[0].rr == pytest.approx(read_expected(CASE)["seen_ratio"], rel=1e-12)
