"""Summary numbers and empirical Bayes: for all inputs, the rows they came from and a posterior."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from righthelp.estimators.empirical_bayes import empirical_bayes, shape_from
from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.rates import rate_ratio
from righthelp.estimators.summary import (
    before_after_summary,
    external_correlation,
    ratio_of_ratios,
    regression_to_mean_normal,
)

PAIRS = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=3, max_size=40)


@given(PAIRS, st.sampled_from([1.0, 182.0]))
def test_with_the_correlation_of_the_rows_it_is_the_crude_ratio(
    pairs: list[tuple[int, int]], days: float
) -> None:
    y = np.array(pairs, dtype=float)
    means, sds = y.mean(axis=0), y.std(axis=0, ddof=1)
    assume(means.min() > 0)
    assume(sds.min() > 0)
    correlation = min(max(float(np.corrcoef(y.T)[0, 1]), -1.0), 1.0)
    (ours,) = before_after_summary(
        n=len(y),
        mean_before=means[0],
        sd_before=sds[0],
        mean_after=means[1],
        sd_after=sds[1],
        correlations=[correlation],
    )
    crude = rate_ratio(moments_from_rows(y=y, t=np.full_like(y, days)), after=1, before=0)
    assert ours.log_rr == pytest.approx(crude.log_rr, abs=1e-12)
    assert ours.n == crude.n
    if crude.se is not None:
        assume(crude.se > 1e-5)
        assert ours.se == pytest.approx(crude.se, rel=1e-6)


@given(PAIRS, PAIRS, st.floats(-0.9, 0.9))
def test_ratio_of_ratios_is_the_difference_of_two_independent_logs(
    seen: list[tuple[int, int]], reference: list[tuple[int, int]], correlation: float
) -> None:
    one, other = np.array(seen, dtype=float) + 0.5, np.array(reference, dtype=float) + 0.5
    sds = [group.std(axis=0, ddof=1) for group in (one, other)]
    assume(min(sd.min() for sd in sds) > 0)
    ours = ratio_of_ratios(
        n_seen=len(one),
        seen_before=one[:, 0].mean(),
        seen_after=one[:, 1].mean(),
        reference_before=other[:, 0].mean(),
        reference_after=other[:, 1].mean(),
        n_reference=len(other),
        sd_seen_before=sds[0][0],
        sd_seen_after=sds[0][1],
        sd_reference_before=sds[1][0],
        sd_reference_after=sds[1][1],
        correlations=[correlation],
    )
    variance = 0.0
    for group in (one, other):
        covariance = np.cov(group.T)
        covariance[0, 1] = covariance[1, 0] = correlation * math.sqrt(
            covariance[0, 0] * covariance[1, 1]
        )
        slope = np.array([-1, 1]) / group.mean(axis=0)
        variance += slope @ covariance @ slope / len(group)
    (estimate,) = ours.estimates
    assert estimate.se == pytest.approx(math.sqrt(variance), rel=1e-9)
    assert estimate.n == len(one)
    assert ours.baseline_ratio == pytest.approx(one[:, 0].mean() / other[:, 0].mean(), rel=1e-12)


@given(PAIRS, st.floats(0.1, 10))
def test_an_external_correlation_of_one_is_the_crude_ratio_and_of_none_the_population(
    pairs: list[tuple[int, int]], mean: float
) -> None:
    before, after = np.array(pairs, dtype=float).T
    assume(before.sum() > 0)
    assume(after.sum() > 0)
    none, half, full = external_correlation(
        before=before, after=after, population_mean=mean, correlations=[0, 0.5, 1]
    )
    assert none.rr == pytest.approx(after.mean() / mean, rel=1e-12)
    assert full.rr == pytest.approx(after.sum() / before.sum(), rel=1e-12)
    expected = [mean + 0.5 * (count - mean) for count in before.tolist()]
    assert half.rr == pytest.approx(after.sum() / sum(expected), rel=1e-12)
    assert {estimate.status for estimate in (none, half, full)} == {"point_only"}
    means = external_correlation(
        before=before.mean(),
        after=after.mean(),
        population_mean=mean,
        correlations=[0.5],
        n=len(before),
    )
    assert means[0].log_rr == pytest.approx(half.log_rr, abs=1e-12)
    assert means[0].n == half.n


@given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(-0.9, 0.99), st.floats(-3, 5))
def test_selection_above_a_cut_by_scipys_truncated_normal(
    mean: float, sd: float, rho: float, z: float
) -> None:
    ours = regression_to_mean_normal(mean=mean, sd=sd, rho=rho, cut=mean + z * sd)
    first = stats.truncnorm(z, np.inf, loc=mean, scale=sd).mean()
    assert ours.mean_before == pytest.approx(first, abs=1e-8)
    assert ours.mean_after == pytest.approx(mean + rho * (first - mean), abs=1e-8)
    assert ours.effect == pytest.approx(ours.mean_before - ours.mean_after, abs=1e-9)


@settings(max_examples=25)
@given(
    st.integers(0, 12),
    st.floats(0.3, 2),
    st.floats(0.3, 2),
    st.floats(0.5, 4),
    st.floats(0.4, 6),
    st.floats(0.5, 2),
)
def test_expected_and_its_variance_are_those_of_the_posterior(
    count: int, t_before: float, t_after: float, mean_rate: float, k: float, trend: float
) -> None:
    """Bayes' rule by numerical integration over the person's rate."""
    ours = empirical_bayes(
        before=[count],
        after=[3],
        t_before=[t_before],
        t_after=[t_after],
        mean_rate=mean_rate,
        k=k,
        trend=trend,
    )
    prior = stats.gamma(k, scale=mean_rate / k)

    def moment(power: int) -> float:
        def density(root: float) -> float:
            rate = root * root
            weight = prior.pdf(rate) * stats.poisson.pmf(count, rate * t_before)
            return float((trend * t_after * rate) ** power * weight * 2 * root)

        total: float = integrate.quad(density, 1e-12, 12, limit=400, points=[0.5, 1, 2, 3])[0]
        return total

    whole = moment(0)
    expected = moment(1) / whole
    assert ours.expected == pytest.approx(expected, rel=2e-4)
    assert ours.variance_expected == pytest.approx(moment(2) / whole - expected**2, rel=2e-3)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30), st.floats(0.2, 5))
def test_a_population_without_spread_expects_the_same_of_everybody(
    counts: list[int], mean_rate: float
) -> None:
    n = len(counts)
    t = np.ones(n)
    after = np.ones(n)
    ours = empirical_bayes(
        before=counts, after=after, t_before=t, t_after=t, mean_rate=mean_rate, k=math.inf, trend=1
    )
    nearly = empirical_bayes(
        before=counts, after=after, t_before=t, t_after=t, mean_rate=mean_rate, k=1e12, trend=1
    )
    assert ours.expected == pytest.approx(n * mean_rate, rel=1e-12)
    assert ours.estimate.log_rr == pytest.approx(-math.log(mean_rate), abs=1e-12)
    assert nearly.expected == pytest.approx(ours.expected, rel=1e-9)


@given(st.floats(0.2, 10), st.floats(0.2, 10))
def test_shape_is_that_of_scipys_negative_binomial(mean: float, k: float) -> None:
    variance = float(stats.nbinom(k, k / (k + mean)).var())
    assert shape_from(mean, variance) == pytest.approx(k, rel=1e-6)
    assert shape_from(mean, mean) == math.inf
    assert shape_from(mean, mean / 2) == math.inf
