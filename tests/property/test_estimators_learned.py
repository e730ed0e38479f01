"""Learned correlation: for all people, statsmodels WLS and derivatives taken numerically."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.learned import Learned, learned_correlation

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class People:
    """Three windows of everybody's counts, and who is seen after the second."""

    counts: Array
    seen: npt.NDArray[np.bool_]

    def learn(self, *, coded: bool, names: npt.NDArray[np.int64] | None = None) -> Learned:
        person = np.arange(len(self.counts)) if names is None else names
        earlier, before, after = self.counts.T
        codes = {
            "seen_person": person[self.seen],
            "line_person": person,
            "trend_person": person[~self.seen],
        }
        return learned_correlation(
            seen_before=before[self.seen],
            seen_after=after[self.seen],
            line_earlier=earlier,
            line_before=before,
            line_weight=np.ones(len(before)),
            trend_before=before[~self.seen],
            trend_after=after[~self.seen],
            trend_weight=np.ones(int((~self.seen).sum())),
            **(codes if coded else {}),
        )


@st.composite
def people(draw: st.DrawFn) -> People:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(60, 300))
    rate = rng.gamma(draw(st.sampled_from([0.7, 2.0])), 2.0, n)
    counts = rng.poisson(rate[:, None] * [1, 1, draw(st.sampled_from([0.7, 1.0, 1.4]))], (n, 3))
    chance = np.minimum(1, (counts[:, 1] + 1) / 12)
    seen = rng.random(n) < chance
    seen[:2], seen[2:5] = True, False
    return People(counts.astype(float) + (np.arange(n) < 5)[:, None], seen)


def _log_ratio(parts: tuple[Array, Array, Array], weights: tuple[Array, Array, Array]) -> float:
    """Return the estimate when each person of each role counts with a weight of their own."""
    (seen, line, unseen), (w_seen, w_line, w_unseen) = parts, weights
    fit = sm.WLS(line[:, 1], sm.add_constant(line[:, 0]), weights=w_line).fit()
    a, b = fit.params
    trend = (w_unseen @ unseen[:, 2]) / (w_unseen @ (a + b * unseen[:, 1]))
    return math.log((w_seen @ seen[:, 2]) / (trend * (w_seen @ (a + b * seen[:, 1]))))


@given(people())
@settings(max_examples=40)
def test_line_trend_and_expectation(given: People) -> None:
    earlier, before, after = given.counts.T
    a, b = sm.OLS(before, sm.add_constant(earlier)).fit().params
    ours = given.learn(coded=False)
    trend = after[~given.seen].sum() / (a + b * before[~given.seen]).sum()
    expected = trend * (a + b * before[given.seen]).sum()
    assert (ours.intercept, ours.slope) == pytest.approx((a, b), rel=1e-9)
    assert (ours.trend, ours.expected) == pytest.approx((trend, expected), rel=1e-9)
    assert ours.estimate.log_rr == pytest.approx(
        math.log(after[given.seen].sum() / expected), abs=1e-9
    )


@given(people())
@settings(max_examples=12)
def test_variance_is_made_of_numerical_derivatives(given: People) -> None:
    """Infinitesimal jackknife: d log RR by each person's weight, for each role by differences.

    HC3 and n/(n-1) then inflate; alone and with every person's roles summed.
    """
    parts = (given.counts[given.seen], given.counts, given.counts[~given.seen])
    step = 1e-5
    x = sm.add_constant(parts[1][:, 0])
    leverage = np.einsum("ij,jk,ik->i", x, np.linalg.inv(x.T @ x), x)
    sizes = tuple(len(part) for part in parts)
    inflate = (
        np.full(sizes[0], math.sqrt(sizes[0] / (sizes[0] - 1))),
        1 / (1 - leverage),
        np.full(sizes[2], math.sqrt(sizes[2] / (sizes[2] - 1))),
    )
    person = np.arange(len(given.counts))
    codes = (person[given.seen], person, person[~given.seen])
    by_person: dict[int, float] = defaultdict(float)
    alone = 0.0
    for role in range(3):
        for i in range(sizes[role]):
            values = []
            for change in (step, -step):
                weights = tuple(np.ones(size) for size in sizes)
                weights[role][i] += change
                values.append(_log_ratio(parts, (weights[0], weights[1], weights[2])))
            influence = (values[0] - values[1]) / (2 * step) * inflate[role][i]
            alone += influence**2
            by_person[int(codes[role][i])] += influence
    together = sum(part**2 for part in by_person.values())
    assert given.learn(coded=False).estimate.se == pytest.approx(math.sqrt(alone), rel=1e-5)
    assert given.learn(coded=True).estimate.se == pytest.approx(math.sqrt(together), rel=1e-5)


@given(people())
@settings(max_examples=40)
def test_a_histogram_gives_what_the_rows_give(given: People) -> None:
    _, before, after = given.counts.T
    line, line_people = np.unique(given.counts[:, :2], axis=0, return_counts=True)
    rest, rest_people = np.unique(given.counts[~given.seen][:, 1:], axis=0, return_counts=True)
    ours = learned_correlation(
        seen_before=before[given.seen],
        seen_after=after[given.seen],
        line_earlier=line[:, 0],
        line_before=line[:, 1],
        line_weight=line_people,
        trend_before=rest[:, 0],
        trend_after=rest[:, 1],
        trend_weight=rest_people,
    )
    rows = given.learn(coded=False)
    assert ours.expected == pytest.approx(rows.expected, rel=1e-10)
    assert ours.estimate.log_rr == pytest.approx(rows.estimate.log_rr, abs=1e-10)
    assert ours.estimate.se == pytest.approx(rows.estimate.se, rel=1e-9)


@given(people(), st.integers(2, 9))
@settings(max_examples=40)
def test_names_change_nothing_and_an_effect_does_not_leak_into_the_trend(
    given: People, times: int
) -> None:
    plain = given.learn(coded=True)
    renamed = given.learn(coded=True, names=np.arange(len(given.counts)) * 77_777 + 3)
    assert renamed.estimate.se == pytest.approx(plain.estimate.se, rel=1e-10)
    more = given.counts.copy()
    more[given.seen, 2] *= times
    changed = People(more, given.seen).learn(coded=True)
    assert (changed.trend, changed.expected) == (plain.trend, plain.expected)
    assert changed.estimate.log_rr is not None
    assert plain.estimate.log_rr is not None
    assert changed.estimate.log_rr == pytest.approx(
        plain.estimate.log_rr + math.log(times), abs=1e-10
    )
