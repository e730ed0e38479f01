"""Projection: for all people, statsmodels OLS with dummies and a loop over persons."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.projection import Projection, projection
from righthelp.estimators.strata import merge_strata

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class People:
    """Seen and reference rows; the same code on both sides is the same person."""

    seen_after: Array
    seen_history: Array
    seen_ladder: Codes
    seen_person: Codes
    reference_after: Array
    reference_history: Array
    reference_ladder: Codes
    reference_person: Codes

    def project(self) -> Projection:
        return projection(**vars(self))


def _make(seed: int, *, n: int, m: int, bands: int, places: int, uses: int) -> People:
    """Reference rows of about m/uses persons, of whom some are seen later."""
    rng = np.random.default_rng(seed)
    n_people = max(m // uses, 70)
    person = rng.integers(0, n_people, m)
    seen_person = rng.choice(2 * n_people, n, replace=False)
    rate = rng.gamma(1.2, 2.0, 2 * n_people)
    place = rng.integers(0, places, rate.size)

    def ladder(who: Codes) -> Codes:
        return np.column_stack([place[who], place[who] // 3, np.zeros_like(who)])

    return People(
        seen_after=rng.poisson(rate[seen_person] + 1).astype(float),
        seen_history=rng.poisson(rate[seen_person, None], (n, bands)).astype(float),
        seen_ladder=ladder(seen_person),
        seen_person=seen_person,
        reference_after=rng.poisson(rate[person]).astype(float),
        reference_history=rng.poisson(rate[person, None], (m, bands)).astype(float),
        reference_ladder=ladder(person),
        reference_person=person,
    )


@st.composite
def people(draw: st.DrawFn, *, uses: int = 3) -> People:
    return _make(
        draw(st.integers(0, 2**32 - 1)),
        n=draw(st.integers(2, 40)),
        m=draw(st.integers(200, 500)),
        bands=draw(st.integers(1, 4)),
        places=draw(st.integers(1, 9)),
        uses=draw(st.integers(1, uses)),
    )


def _dummies(given: People) -> tuple[Array, Array]:
    """Return the dense design of seen and reference rows: dummies of the strata, then history."""
    strata = merge_strata(
        seen_ladder=given.seen_ladder,
        reference_ladder=given.reference_ladder,
        reference_person=given.reference_person,
    )
    dummies = np.eye(strata.n_strata)
    return (
        np.hstack([dummies[strata.seen], given.seen_history]),
        np.hstack([dummies[strata.reference], given.reference_history]),
    )


@given(people())
@settings(max_examples=35)
def test_expectation_is_the_prediction_of_ordinary_least_squares(given: People) -> None:
    ours = given.project()
    x_seen, x = _dummies(given)
    fit = sm.OLS(given.reference_after, x).fit()
    assert ours.expected == pytest.approx(float((x_seen @ fit.params).sum()), rel=1e-9)
    assert ours.observed == given.seen_after.sum()
    assert ours.strata_used == x.shape[1] - given.seen_history.shape[1]
    assert ours.bands_used == given.seen_history.shape[1]
    assert ours.n_reference == len(set(given.reference_person.tolist()))
    assert not ours.history_outside


@given(people(uses=1))
@settings(max_examples=35)
def test_variance_of_different_people_is_the_seen_part_plus_hc3(given: People) -> None:
    """METHODS section 4; everybody gets one role, so the two parts simply add."""
    n, m = given.seen_after.size, given.reference_after.size
    alone = replace(given, seen_person=np.arange(n), reference_person=n + np.arange(m))
    x_seen, x = _dummies(alone)
    fit = sm.OLS(alone.reference_after, x).fit(cov_type="HC3")
    total = x_seen.sum(axis=0)
    a, e = alone.seen_after, x_seen @ fit.params
    rho = a.sum() / e.sum()
    seen_part = n / (n - 1) * ((a - rho * e) ** 2).sum()
    variance = (seen_part + rho**2 * total @ fit.cov_params() @ total) / a.sum() ** 2
    estimate = alone.project().estimate
    assert estimate.log_rr == pytest.approx(math.log(rho), abs=1e-9)
    assert estimate.se == pytest.approx(math.sqrt(variance), rel=1e-8)


@given(people())
@settings(max_examples=35)
def test_a_persons_influence_is_summed_over_all_roles_before_squaring(given: People) -> None:
    x_seen, x = _dummies(given)
    inverse = np.linalg.inv(x.T @ x)
    coef = inverse @ x.T @ given.reference_after
    e = x_seen @ coef
    a, n, rho = given.seen_after, given.seen_after.size, given.seen_after.sum() / e.sum()
    by_person: dict[int, float] = defaultdict(float)
    for i in range(n):
        seen_part = math.sqrt(n / (n - 1)) * (a[i] - rho * e[i]) / a.sum()
        by_person[int(given.seen_person[i])] += seen_part
    for j, row in enumerate(x):
        leverage = row @ inverse @ row
        residual = (given.reference_after[j] - row @ coef) / (1 - leverage)
        pull = x_seen.sum(axis=0) @ inverse @ row
        by_person[int(given.reference_person[j])] -= rho * pull * residual / a.sum()
    variance = sum(part**2 for part in by_person.values())
    assert given.project().estimate.se == pytest.approx(math.sqrt(variance), rel=1e-8)


@given(people(), st.integers(0, 2), st.integers(0, 9))
@settings(max_examples=35)
def test_a_band_that_tells_nothing_new_changes_nothing(
    given: People, kind: int, constant: int
) -> None:
    """A constant, twice another band, or the sum of all bands."""

    def widen(history: Array) -> Array:
        if kind == 0:
            band = np.full(len(history), constant / 7)
        elif kind == 1:
            band = 2 * history[:, 0] + constant
        else:
            band = history.sum(axis=1)
        return np.column_stack([history, band])

    wide = replace(
        given,
        seen_history=widen(given.seen_history),
        reference_history=widen(given.reference_history),
    )
    ours, plain = wide.project(), given.project()
    assert ours.bands_used == plain.bands_used
    assert not ours.history_outside
    assert ours.estimate.log_rr == pytest.approx(plain.estimate.log_rr, abs=1e-9)
    assert ours.estimate.se == pytest.approx(plain.estimate.se, rel=1e-7)


@given(people(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_names_and_units_of_history_change_nothing(given: People, random: object) -> None:
    rows = list(range(given.reference_after.size))
    random.shuffle(rows)  # type: ignore[attr-defined]
    renamed = replace(
        given,
        seen_person=given.seen_person * 1_000_003 - 7,
        reference_person=given.reference_person[rows] * 1_000_003 - 7,
        reference_after=given.reference_after[rows],
        reference_history=given.reference_history[rows] * 100,
        reference_ladder=given.reference_ladder[rows] * 11 - 5,
        seen_ladder=given.seen_ladder * 11 - 5,
        seen_history=given.seen_history * 100,
    )
    ours, plain = renamed.project(), given.project()
    assert ours.estimate.log_rr == pytest.approx(plain.estimate.log_rr, abs=1e-10)
    assert ours.estimate.se == pytest.approx(plain.estimate.se, rel=1e-9)
    assert (ours.n_reference, ours.strata_used) == (plain.n_reference, plain.strata_used)
