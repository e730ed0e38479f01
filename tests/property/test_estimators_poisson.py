"""The Poisson model from moments equals statsmodels' fit of the rows, for all panels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.poisson import PoissonFit, fit_poisson
from righthelp.estimators.rates import rate_ratio

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """People in groups over months, some of whom join late or leave early."""

    y: Array
    t: Array
    group: npt.NDArray[np.int64]

    def design(self, group: int) -> Array:
        """Months of the group: an intercept, months, group, and group from the middle month on."""
        k, n_groups = self.y.shape[1], int(self.group.max()) + 1
        months = np.eye(k)[:, 1:]
        groups = np.tile(np.eye(n_groups)[group, 1:], (k, 1))
        later = (np.arange(k) >= k // 2)[:, None]
        return np.hstack([np.ones((k, 1)), months, groups, groups * later])


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k, n_groups = draw(st.integers(2, 6)), draw(st.integers(1, 3))
    n = draw(st.integers(20, 120))
    group = np.r_[np.arange(n_groups), rng.integers(0, n_groups, n - n_groups)]
    joined, left = rng.integers(-90, 31 * k, n), rng.integers(0, 31 * k + 150, n)
    start, end = np.arange(k) * 31, (np.arange(k) + 1) * 31
    t = np.clip(np.minimum(left[:, None], end) - np.maximum(joined[:, None], start), 0, 31)
    rate = rng.gamma(1.0, draw(st.sampled_from([0.02, 0.1, 0.5])), (n, 1)) * (1 + group[:, None])
    return Panel(rng.poisson(rate * t).astype(float), t.astype(float), group)


def _fit(panel: Panel) -> PoissonFit:
    groups = range(int(panel.group.max()) + 1)
    members = [panel.group == g for g in groups]
    cells = [moments_from_rows(y=panel.y[who], t=panel.t[who]) for who in members]
    return fit_poisson(cells=cells, designs=[panel.design(g) for g in groups])


@given(panels())
def test_coefficients_and_covariance_are_those_of_the_rows(panel: Panel) -> None:
    """statsmodels GLM Poisson, cluster, use_correction=False, times the stated G/(G-1)."""
    fit = _fit(panel)
    x = np.vstack([panel.design(int(g)) for g in panel.group])
    person = np.repeat(np.arange(len(panel.y)), panel.y.shape[1])
    kept = panel.t.ravel() > 0
    y, offset = panel.y.ravel()[kept], np.log(panel.t.ravel()[kept])
    assert fit.n == np.unique(person[kept]).size
    if fit.status != "ok":
        assert _has_no_finite_maximum(x[kept], y)
        return
    assert fit.coef is not None
    assert fit.cov is not None
    model = sm.GLM(y, x[kept], family=sm.families.Poisson(), offset=offset)
    theirs = model.fit(
        start_params=fit.coef,
        tol=1e-14,
        maxiter=100,
        cov_type="cluster",
        cov_kwds={"groups": person[kept], "use_correction": False},
    )
    assert fit.coef == pytest.approx(theirs.params, abs=1e-9)
    expected = theirs.cov_params() * fit.n / (fit.n - 1)
    assert fit.cov == pytest.approx(expected, rel=1e-9, abs=1e-10 * np.abs(expected).max())


def _has_no_finite_maximum(x: Array, y: Array) -> bool:
    """Say whether a group or month has no exposure or no contact at all, the one cause here."""
    blocks, place = np.unique(x, axis=0, return_inverse=True)
    contacts = np.bincount(place, weights=y, minlength=len(blocks))
    return np.linalg.matrix_rank(x) < x.shape[1] or bool((contacts == 0).any())


@given(panels())
def test_two_periods_alone_are_the_crude_ratio(panel: Panel) -> None:
    y, t = panel.y[:, :2], panel.t[:, :2]
    moments = moments_from_rows(y=y, t=t)
    fit = fit_poisson(cells=[moments], designs=[[[1, 0], [1, 1]]])
    crude, model = rate_ratio(moments, after=1, before=0), fit.contrast([0, 1])
    if crude.log_rr is None:
        assert model.status == "not_estimable"
        return
    assert model.log_rr == pytest.approx(crude.log_rr, abs=1e-10)
    assert model.se == pytest.approx(crude.se, rel=1e-9)
    assert model.n == crude.n
