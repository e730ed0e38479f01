"""A Poisson regression with person-clustered errors, exact from moments (METHODS.md section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_floats
from righthelp.estimators.moments import Moments
from righthelp.estimators.result import Estimate, Status

MAX_STEPS = 100


@dataclass(frozen=True, eq=False)
class PoissonFit:
    """Coefficients and their clustered covariance, or the reason why there are none.

    coef: (p,) on the log scale; cov: (p, p), with the factor G/(G-1); n: G, units with exposure.
    coef and cov are None when status is "not_estimable"; cov alone when "point_only" (one unit).
    """

    coef: FloatArray | None
    cov: FloatArray | None
    n: int
    status: Status
    reason: str = ""

    def contrast(self, weights: npt.ArrayLike) -> Estimate:
        """Return the linear combination weights'coef as an estimate; weights: (p,)."""
        if self.coef is None:
            return Estimate.none(n=self.n, reason=self.reason)
        form = as_floats(weights)
        value = float(form @ self.coef)
        if self.cov is None:
            return Estimate.point(log_rr=value, n=self.n, reason=self.reason)
        return Estimate.from_variance(
            log_rr=value, variance=float(form @ self.cov @ form), n=self.n
        )


def fit_poisson(*, cells: Sequence[Moments], designs: Sequence[npt.ArrayLike]) -> PoissonFit:
    """Fit log E[y] = log t + X b with independence working correlation, from moments alone.

    cells: one Moments a cell, each unit in one cell only. designs: for each cell a (K, p) array,
    its covariates in each period; so covariates are constant within (cell, period), and there are
    no unit fixed effects. Periods without exposure drop out. Bread sum X'D S_T X, meat
    X'(Q_yy - Q_yt D - D Q_ty + D Q_tt D)X with D = diag(exp(Xb)), times G/(G-1) with G the units
    that have exposure. (statsmodels' default factor is G/(G-1) (N-1)/(N-p); GEE has none.)
    Covariates that cannot be told apart, or a coefficient that runs to infinity because contacts
    are all on one side: not estimable. Source: Liang & Zeger 1986, Biometrika 73:13, equation for
    V_G. Checked against statsmodels GLM clustered, and on paired_epil_weeks_offset and
    nb_pooled_mdvis_reform.
    """
    assert cells, "no cells"
    assert len(cells) == len(designs), "one design a cell"
    x_by_cell = [as_floats(design, ndim=2) for design in designs]
    assert all(x.shape[0] == cell.k for x, cell in zip(x_by_cell, cells, strict=True))
    n = sum(cell.n for cell in cells)
    y = np.concatenate([cell.counts for cell in cells])
    t = np.concatenate([cell.exposures for cell in cells])
    x = np.vstack(x_by_cell)
    at_risk = t > 0
    reason = _why_not(y[at_risk], x[at_risk])
    if reason:
        return PoissonFit(None, None, n, "not_estimable", reason)
    coef = _maximise(y[at_risk], t[at_risk], x[at_risk])
    if coef is None:
        return PoissonFit(None, None, n, "not_estimable", "the model did not settle on a value")
    if n < 2:
        return PoissonFit(coef, None, n, "point_only", "one person gives no interval")
    bread = np.linalg.inv((x * (t * np.exp(x @ coef))[:, None]).T @ x)
    meat = sum(_meat(cell, design, coef) for cell, design in zip(cells, x_by_cell, strict=True))
    return PoissonFit(coef, n / (n - 1) * (bread @ meat @ bread), n, "ok")


def _why_not(y: FloatArray, x: FloatArray) -> str:
    """Return why the likelihood has no single finite maximum; empty when it has.

    It has none where a direction of the coefficients lowers only rows without contacts (Santos
    Silva & Tenreyro 2010, Economics Letters 107:310): a small linear programme finds it.
    """
    if y.sum() <= 0:
        return "no contacts were counted"
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return "the groups and periods compared cannot be told apart"
    _, sizes, directions = np.linalg.svd(np.linalg.qr(x[y > 0], mode="r"))
    rank = int((sizes > sizes[0] * 1e-10).sum())
    if rank == x.shape[1]:
        return ""
    from scipy.optimize import linprog

    free = x[y == 0] @ directions[rank:].T
    found = linprog(free.sum(axis=0), A_ub=free, b_ub=np.zeros(len(free)), bounds=(-1, 1))
    return "one of the groups or periods compared has no contacts" if found.fun < -1e-9 else ""


def _maximise(y: FloatArray, t: FloatArray, x: FloatArray) -> FloatArray | None:
    """Return the coefficients by Newton's method with halved steps; None if it does not settle."""
    offset = np.log(t)
    coef: FloatArray = np.linalg.lstsq(x, np.log(np.maximum(y, 0.5)) - offset, rcond=None)[0]
    fit = _log_likelihood(y, offset + x @ coef)
    for _ in range(MAX_STEPS):
        mean = np.exp(offset + x @ coef)
        step = np.linalg.solve((x * mean[:, None]).T @ x, x.T @ (y - mean))
        new_fit = _log_likelihood(y, offset + x @ (coef + step))
        while new_fit < fit - 1e-9 * abs(fit):
            step = step / 2
            new_fit = _log_likelihood(y, offset + x @ (coef + step))
        coef, fit = coef + step, new_fit
        if np.abs(step).max() <= 1e-12 * (1 + np.abs(coef).max()):
            return coef
    return None


def _log_likelihood(y: FloatArray, log_mean: FloatArray) -> float:
    with np.errstate(over="ignore"):
        return float(y @ log_mean - np.exp(log_mean).sum())


def _meat(cell: Moments, x: FloatArray, coef: FloatArray) -> FloatArray:
    """Return the sum over the cell's units of (X'(y - D t))(X'(y - D t))'."""
    rate = np.exp(x @ coef)
    form = np.vstack([x, -x * rate[:, None]])
    meat: FloatArray = form.T @ cell.q @ form
    return meat
