"""Paired counts with unequal follow-up and a control arm: geepack, sandwich, fixest and R's glm."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from righthelp.estimators.moments import Moments, moments_from_rows
from righthelp.estimators.poisson import PoissonFit, fit_poisson
from righthelp.estimators.rates import rate_ratio, rate_table
from tests.golden.estimators.cases import read_columns, read_expected

CASE = "paired_epil_weeks_offset"
TERMS = ("(Intercept)", "post", "trt", "post:trt")
Array = npt.NDArray[np.float64]


def _arms(file: str, *, without: int | None = None) -> list[Moments]:
    """Return the moments of the control and the treated arm, a column for each visit."""
    data = read_columns(CASE, file)
    kept = data["id"] != (-1 if without is None else without)
    n_visits = int((data["id"] == data["id"][0]).sum())
    y, t, arm = (data[name][kept].reshape(-1, n_visits) for name in ("y", "weeks", "trt"))
    return [moments_from_rows(y=y[arm[:, 0] == a], t=t[arm[:, 0] == a]) for a in (0, 1)]


def _design(treated: int, n_visits: int) -> Array:
    post = np.r_[0.0, np.ones(n_visits - 1)]
    return np.column_stack([np.ones(n_visits), post, np.full(n_visits, treated), post * treated])


def _fit(file: str, *, without: int | None = None) -> PoissonFit:
    arms = _arms(file, without=without)
    return fit_poisson(cells=arms, designs=[_design(a, arms[a].k) for a in (0, 1)])


def _coef_and_plain_se(fit: PoissonFit) -> tuple[Array, Array]:
    """Return the coefficients and their errors without the factor G/(G-1), as GEE gives them."""
    assert fit.coef is not None
    assert fit.cov is not None
    return fit.coef, np.sqrt(np.diag(fit.cov) * (fit.n - 1) / fit.n)


@pytest.mark.parametrize(
    ("file", "row"),
    [
        ("input.csv", "gee_independence_all"),
        ("input.csv", "gee_exchangeable_all"),
        ("input_two_period.csv", "gee_exchangeable_two_period"),
    ],
)
def test_fit_from_moments_is_the_gee_of_all_patients(file: str, row: str) -> None:
    expected = read_expected(CASE)[row]["coef"]
    coef, se = _coef_and_plain_se(_fit(file))
    assert coef == pytest.approx([expected[term]["estimate"] for term in TERMS], abs=1e-12)
    assert se == pytest.approx([expected[term]["se"] for term in TERMS], rel=1e-10)


def test_the_published_digits() -> None:
    fit = _fit("input.csv")
    coef, se = _coef_and_plain_se(fit)
    assert (round(coef[3], 4), round(se[3], 4), fit.n) == (-0.1047, 0.2134, 59)


def test_without_the_patient_the_textbook_leaves_out() -> None:
    """Diggle et al. 2002, section 8.4: about -0.30 with an error of 0.17."""
    expected = read_expected(CASE)["gee_exchangeable_without_id49"]["coef"]
    coef, se = _coef_and_plain_se(_fit("input.csv", without=49))
    assert coef == pytest.approx([expected[term]["estimate"] for term in TERMS], abs=1e-12)
    assert se == pytest.approx([expected[term]["se"] for term in TERMS], rel=1e-10)


def test_fixed_effects_of_patients_change_only_the_factor() -> None:
    """Everybody was watched equally long, so fixest's 59/58 (295-1)/(295-3) is all there is.

    fixest stops at 1e-8 of the deviance, hence six digits.
    """
    expected = read_expected(CASE)["fepois_patient_fe_cluster_default_ssc"]
    coef, se = _coef_and_plain_se(_fit("input.csv"))
    factor = math.sqrt(59 / 58 * 294 / 292)
    for place, term in ((1, "post"), (3, "post:trt")):
        assert coef[place] == pytest.approx(expected[term]["estimate"], abs=1e-10)
        assert se[place] * factor == pytest.approx(expected[term]["se"], rel=1e-6)


def test_before_and_after_in_the_treated_alone() -> None:
    """sandwich's HC0 by cluster is ours without the factor, its CR1 with (N-1)/(N-p) besides."""
    expected = read_expected(CASE)
    estimate = rate_ratio(_arms("input_two_period.csv")[1], after=1, before=0)
    assert estimate.status == "ok"
    assert estimate.n == 31
    assert estimate.se is not None
    plain = expected["before_after_treated_poisson_cluster_HC0_noadj"]["post"]
    assert estimate.log_rr == pytest.approx(plain["estimate"], abs=1e-12)
    assert estimate.se == pytest.approx(plain["se"] * math.sqrt(31 / 30), rel=1e-11)
    cr1 = expected["before_after_treated_poisson_cluster_CR1"]["post"]["se"]
    assert estimate.se == pytest.approx(cr1 / math.sqrt(61 / 60), rel=1e-11)


def test_counts_weeks_and_ratio_of_the_treated() -> None:
    expected = read_expected(CASE)["poisson_test_treated"]
    treated = _arms("input_two_period.csv")[1]
    assert treated.counts.tolist() == [expected["events_pre"], expected["events_post"]]
    assert treated.exposures.tolist() == [expected["weeks_pre"], expected["weeks_post"]]
    assert rate_ratio(treated, after=1, before=0).rr == pytest.approx(
        expected["rate_ratio"], rel=1e-13
    )


def test_rates_are_the_exponents_of_the_intercepts() -> None:
    """The rate's error is the log's times the rate (delta method; exact for one coefficient)."""
    expected = read_expected(CASE)["before_after_treated_poisson_cluster_HC0_noadj"]["(Intercept)"]
    before = rate_table(_arms("input_two_period.csv")[1])[0]
    assert before.rate == pytest.approx(expected["exp_estimate"], rel=1e-11)
    assert before.se == pytest.approx(
        expected["exp_estimate"] * expected["se"] * math.sqrt(31 / 30), rel=1e-11
    )
