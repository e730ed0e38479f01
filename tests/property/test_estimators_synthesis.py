"""Synthesis: for all sites, statsmodels and a likelihood written out in full."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.meta_analysis import combine_effects

from righthelp.estimators.synthesis import leave_one_out, synthesise

Array = npt.NDArray[np.float64]


@st.composite
def sites(draw: st.DrawFn, min_sites: int = 3) -> tuple[Array, Array]:
    k = draw(st.integers(min_sites, 12))
    effects = st.floats(-1.5, 1.5).map(lambda x: round(x, 3))
    errors = st.floats(0.02, 0.8).map(lambda x: round(x, 3))
    y = draw(st.lists(effects, min_size=k, max_size=k))
    se = draw(st.lists(errors, min_size=k, max_size=k))
    return np.array(y), np.array(se)


def _restricted_likelihood(tau2: float, y: Array, se: Array) -> float:
    """Return the log-density of the contrasts y_i - y_k: what REML means (Patterson & Thompson)."""
    k = y.size
    contrast = np.hstack([np.eye(k - 1), -np.ones((k - 1, 1))])
    covariance = contrast @ np.diag(se**2 + tau2) @ contrast.T
    density: float = stats.multivariate_normal(np.zeros(k - 1), covariance).logpdf(contrast @ y)
    return density


@given(sites())
def test_reml_is_the_highest_point_of_the_likelihood_of_the_contrasts(
    given: tuple[Array, Array],
) -> None:
    y, se = given
    ours = synthesise(log_rr=y, se=se)
    assert ours.tau2 is not None
    top = _restricted_likelihood(ours.tau2, y, se)
    others = np.concatenate(
        [[0.0], np.geomspace(1e-8, 20, 60), ours.tau2 * np.array([0.999, 1.001])]
    )
    assert all(top >= _restricted_likelihood(float(other), y, se) - 1e-9 for other in others)
    near = optimize.minimize_scalar(
        lambda tau2: -_restricted_likelihood(tau2, y, se),
        bounds=(0.5 * ours.tau2, 2 * ours.tau2 + 1e-6),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert ours.tau2 == pytest.approx(near.x, rel=1e-3, abs=2e-6)


@given(sites())
def test_paule_mandel_and_hartung_knapp_are_those_of_statsmodels(
    given: tuple[Array, Array],
) -> None:
    """And the equation that defines Paule-Mandel holds, also where statsmodels stops at 0."""
    y, se = given
    ours = synthesise(log_rr=y, se=se, method="PM")
    plain = synthesise(log_rr=y, se=se, method="PM", hartung_knapp=False)
    with np.errstate(all="ignore"):
        theirs = combine_effects(y, se**2, method_re="iterated", use_t=False, atol=1e-12)
    assert ours.tau2 is not None
    weights = 1 / (se**2 + ours.tau2)
    spread = weights @ (y - np.average(y, weights=weights)) ** 2
    assert spread <= (y.size - 1) * (1 + 1e-9)
    if ours.tau2 > 0:
        assert spread == pytest.approx(y.size - 1, rel=1e-9)
    if theirs.tau2 <= 0 or ours.tau2 < 1e-6:
        return
    assert ours.tau2 == pytest.approx(theirs.tau2, rel=1e-5)
    assert plain.log_rr == pytest.approx(theirs.mean_effect_re, abs=1e-6)
    assert plain.se == pytest.approx(theirs.sd_eff_w_re, rel=1e-5)
    assert ours.se == pytest.approx(max(theirs.sd_eff_w_re, theirs.sd_eff_w_re_hksj), rel=1e-5)
    assert ours.q == pytest.approx(theirs.q, rel=1e-9)


@given(sites(), st.sampled_from(["REML", "PM"]))
def test_intervals(given: tuple[Array, Array], method: str) -> None:
    y, se = given
    k = y.size
    ours = synthesise(log_rr=y, se=se, method="REML" if method == "REML" else "PM")
    assert ours.tau2 is not None
    assert ours.se is not None
    assert ours.log_rr is not None
    weights = 1 / (se**2 + ours.tau2)
    mean = np.average(y, weights=weights)
    q = float(weights @ (y - mean) ** 2) / (k - 1)
    assert ours.log_rr == pytest.approx(mean, abs=1e-12)
    assert ours.se == pytest.approx(math.sqrt(max(q, 1) / weights.sum()), rel=1e-12)
    t = stats.t.ppf(0.975, k - 1)
    assert (ours.ci_low, ours.ci_high) == pytest.approx((mean - t * ours.se, mean + t * ours.se))
    reach = t * math.sqrt(ours.tau2 + ours.se**2)
    assert (ours.pi_low, ours.pi_high) == pytest.approx((mean - reach, mean + reach))


@given(sites(), st.floats(-3, 3), st.randoms(use_true_random=False))
def test_order_and_a_shift_of_all_sites_change_nothing_else(
    given: tuple[Array, Array], shift: float, random: object
) -> None:
    y, se = given
    order = list(range(y.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    ours, moved = synthesise(log_rr=y, se=se), synthesise(log_rr=y[order] + shift, se=se[order])
    assert ours.log_rr is not None
    assert moved.log_rr == pytest.approx(ours.log_rr + shift, abs=1e-6)
    assert moved.tau2 == pytest.approx(ours.tau2, rel=1e-5, abs=1e-8)
    assert moved.i2 == pytest.approx(ours.i2, rel=1e-5, abs=1e-6)


@given(sites(min_sites=2))
def test_leaving_one_out_is_the_synthesis_of_the_others(given: tuple[Array, Array]) -> None:
    y, se = given
    for place, ours in enumerate(leave_one_out(log_rr=y, se=se)):
        kept = [i for i in range(y.size) if i != place]
        assert ours == synthesise(log_rr=y[kept], se=se[kept])
        assert ours.k == y.size - 1
