"""Cumulative incidence: a table worked in a paper, and lifelines on people of their own days."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from righthelp.estimators.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from tests.golden.estimators.cases import read_expected, read_rows


def _breast_cancer(at: list[int]) -> CumulativeIncidence:
    rows = read_rows("cif_breast_cancer")
    longer = read_expected("cif_breast_cancer")["n"] - len(rows)
    return cumulative_incidence(
        day=[int(row["month"]) for row in rows] + [100] * longer,
        kind=[int(row["kind"]) for row in rows] + [0] * longer,
        n_kinds=2,
        at_days=at,
    )


def test_survival_and_people_at_risk_of_the_paper() -> None:
    printed = read_expected("cif_breast_cancer")["survival"]
    found = _breast_cancer(printed["month"])
    assert [100 * (free or 0) for free in found.event_free] == pytest.approx(
        printed["percent"], abs=0.051
    )
    assert [one.n_at_risk for one in found.kinds[0]] == printed["at_risk"]


def test_steps_of_the_incidence_of_the_paper() -> None:
    """Each step as printed; the paper's last column adds up rounded steps, so 1.2 for 1.3."""
    printed = read_expected("cif_breast_cancer")["incidence"]
    shares = [100 * (one.share or 0) for one in _breast_cancer(printed["month"]).kinds[0]]
    assert np.diff([0, *shares]) == pytest.approx(printed["step_percent"], abs=0.05)
    assert np.cumsum(np.round(np.diff([0, *shares]), 1)) == pytest.approx(
        printed["cumulative_percent_of_rounded_steps"]
    )
    by_hand = (
        Fraction(1, 304)
        + Fraction(303, 304) / 302
        + Fraction(303, 304) * Fraction(300, 302) / 300
        + Fraction(303, 304) * Fraction(299, 302) * Fraction(297, 298) / 297
    )
    assert shares[-1] == pytest.approx(float(100 * by_hand), rel=1e-12)


@pytest.mark.parametrize("data", ["distinct", "tied"])
@pytest.mark.parametrize("kind", [1, 2])
def test_shares_errors_and_intervals_of_lifelines(data: str, kind: int) -> None:
    rows = [row for row in read_rows("cif_lifelines") if row["data"] == data]
    expected = read_expected("cif_lifelines")[data]
    printed = expected["kinds"][kind - 1]
    found = cumulative_incidence(
        day=[int(row["day"]) for row in rows],
        kind=[int(row["kind"]) for row in rows],
        n_kinds=2,
        at_days=expected["at_days"],
    ).kinds[kind - 1]
    assert [one.share for one in found] == pytest.approx(printed["share"], abs=1e-12)
    assert [(one.se or 0) ** 2 for one in found] == pytest.approx(printed["variance"], rel=1e-9)
    intervals = [one.interval() or (np.nan, np.nan) for one in found]
    assert [low for low, _ in intervals] == pytest.approx(printed["low"], abs=1e-9)
    assert [high for _, high in intervals] == pytest.approx(printed["high"], abs=1e-9)
