"""The German health reform: a Poisson regression with six covariates, from R's glm and sandwich."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm

from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.poisson import PoissonFit, fit_poisson
from righthelp.estimators.rates import rate_ratio
from tests.golden.estimators.cases import read_columns, read_expected

CASE = "nb_pooled_mdvis_reform"
TERMS = (
    "(Intercept)",
    "reform",
    "badh",
    "factor(educ)2",
    "factor(educ)3",
    "factor(agegrp)2",
    "factor(agegrp)3",
    "loginc",
)


def _covariates() -> npt.NDArray[np.float64]:
    data = read_columns(CASE)
    return np.column_stack(
        [
            np.ones(len(data["numvisit"])),
            data["reform"],
            data["badh"],
            *(data[name] == level for name in ("educ", "agegrp") for level in (2, 3)),
            data["loginc"],
        ]
    )


def _fit_all() -> PoissonFit:
    """Fit with one cell for each set of covariates that occurs, one period."""
    patterns, cell = np.unique(_covariates(), axis=0, return_inverse=True)
    counts = read_columns(CASE)["numvisit"][:, None]
    members = [counts[cell == place] for place in range(len(patterns))]
    cells = [moments_from_rows(y=rows, t=np.ones_like(rows)) for rows in members]
    assert len(cells) < len(counts)
    return fit_poisson(cells=cells, designs=[pattern[None, :] for pattern in patterns])


def test_coefficients_and_robust_errors_are_those_of_glm_and_sandwich() -> None:
    """R's glm stops at 1e-8 of the deviance, and sandwich takes the weights of the step before.

    So seven digits of the coefficients and four of the errors; the next test has the rest.
    """
    expected = read_expected(CASE)
    fit = _fit_all()
    assert fit.coef is not None
    assert fit.cov is not None
    plain_se = np.sqrt(np.diag(fit.cov) * (fit.n - 1) / fit.n)
    for place, term in enumerate(TERMS):
        row = expected["poisson_robust_HC0"][term]
        assert fit.coef[place] == pytest.approx(expected["poisson"][term]["estimate"], abs=1e-7)
        assert fit.coef[place] == pytest.approx(row["estimate"], abs=1e-7)
        assert plain_se[place] == pytest.approx(row["se"], rel=5e-5)


def test_statsmodels_driven_to_the_last_digit_agrees_to_it() -> None:
    model = sm.GLM(read_columns(CASE)["numvisit"], _covariates(), family=sm.families.Poisson())
    theirs = model.fit(tol=1e-15, maxiter=100, cov_type="HC0")
    fit = _fit_all()
    assert fit.cov is not None
    assert fit.coef == pytest.approx(theirs.params, abs=1e-12)
    assert fit.cov * (fit.n - 1) / fit.n == pytest.approx(theirs.cov_params(), rel=1e-10)


def test_the_published_rate_ratio() -> None:
    """Hilbe 2011: about 0.87 to 0.88."""
    reform = _fit_all().contrast(np.eye(len(TERMS))[1])
    assert reform.rr is not None
    assert round(reform.rr, 2) == 0.87
    assert reform.n == 2227


def test_the_crude_ratio_is_the_negative_binomial_coefficient() -> None:
    """With one yes-or-no covariate every log-linear mean model has the ratio of the two means."""
    data = read_columns(CASE)
    reform = data["reform"]
    y = np.column_stack([data["numvisit"] * (reform == 0), data["numvisit"] * (reform == 1)])
    t = np.column_stack([reform == 0, reform == 1]).astype(float)
    estimate = rate_ratio(moments_from_rows(y=y, t=t), after=1, before=0)
    expected = read_expected(CASE)["nb_unadjusted"]["reform"]["estimate"]
    assert estimate.log_rr == pytest.approx(expected, abs=1e-9)
