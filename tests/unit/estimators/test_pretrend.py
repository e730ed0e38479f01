"""The pre-trend test against a clustered Poisson model, a loop over pairs of rows, and chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import statsmodels.api as sm

from righthelp.estimators.pretrend import Pretrend, check_pretrend

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Drawn = dict[str, Any]


def _draw(rng: Rng, *, n: int, months: int, sizes: tuple[int, int] = (1, 6)) -> Drawn:
    """Draw sets of unequal size; frail people, a rate that rises for cases and comparators alike.

    In a third of the sets everybody is twice as frail, so that a set's members go together.
    """
    size = rng.integers(*sizes, n)
    sets = np.repeat(np.arange(n), size)
    shared = np.where(rng.random(n) < 1 / 3, 2.0, 1.0)
    course = np.linspace(0.5, 0.8, months)
    cases = rng.poisson(1.4 * (rng.gamma(1.2, 1, n) * shared)[:, None] * course)
    rows = rng.poisson((rng.gamma(1.2, 1, sets.size) * shared[sets])[:, None] * course)
    return {"case_counts": cases, "row_counts": rows, "row_set": sets}


def _set_means(drawn: Drawn) -> Array:
    sets, rows = drawn["row_set"], drawn["row_counts"]
    return np.array([rows[sets == own].mean(axis=0) for own in range(len(drawn["case_counts"]))])


def _fit_statsmodels(cases: Array, means: Array) -> tuple[Any, Array, Array]:
    """Fit a mean to every month of both groups; return the fit, the contrasts and the slope."""
    n, k = cases.shape
    month = np.tile(np.arange(k), 2 * n)
    dummies = (month[:, None] == np.arange(k)).astype(float)
    is_case = np.repeat([1.0, 0.0], n * k)
    model = sm.GLM(
        np.concatenate([cases.ravel(), means.ravel()]),
        np.hstack([dummies, dummies * is_case[:, None]]),
        family=sm.families.Poisson(),
    )
    options = {"groups": np.tile(np.repeat(np.arange(n), k), 2), "use_correction": False}
    fit = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds=options)
    contrasts = np.hstack([np.zeros((k - 1, k)), -np.ones((k - 1, 1)), np.eye(k - 1)])
    centred = np.arange(k) - (k - 1) / 2
    return fit, contrasts, np.r_[np.zeros(k), centred / (centred @ centred)]


@pytest.mark.parametrize(("seed", "months"), [(0, 2), (1, 4), (2, 12), (3, 12)])
def test_it_is_the_wald_test_of_a_clustered_poisson_model(seed: int, months: int) -> None:
    """Statsmodels without its factor; ours is n/(n-1), which divides the statistic."""
    n = 80
    drawn = _draw(np.random.default_rng(seed), n=n, months=months)
    ours = check_pretrend(**drawn)
    fit, contrasts, form = _fit_statsmodels(drawn["case_counts"], _set_means(drawn))
    wald = fit.wald_test(contrasts, use_f=False, scalar=True)
    factor = n / (n - 1)
    assert ours.df == months - 1
    assert ours.statistic == pytest.approx(wald.statistic / factor, rel=1e-9)
    slope = fit.t_test(form)
    assert ours.slope == pytest.approx(float(slope.effect[0]), abs=1e-11)
    assert ours.slope_se == pytest.approx(float(slope.sd[0, 0]) * factor**0.5, rel=1e-9)


@pytest.mark.parametrize("months", [2, 12])
def test_p_values_are_those_of_scipy(months: int) -> None:
    from scipy import stats

    n = 90
    ours = check_pretrend(**_draw(np.random.default_rng(5), n=n, months=months))
    assert ours.statistic is not None
    assert ours.slope is not None
    assert ours.slope_se is not None
    df = months - 1
    f = ours.statistic * (n - df) / (df * (n - 1))
    assert ours.p_value == pytest.approx(stats.f.sf(f, df, n - df), rel=1e-10)
    assert ours.p_chi2 == pytest.approx(stats.chi2.sf(ours.statistic, df), rel=1e-10)
    z = abs(ours.slope) / ours.slope_se
    assert ours.slope_p_value == pytest.approx(2 * stats.norm.sf(z), rel=1e-10)


def test_hotelling_of_independent_differences_is_the_known_one() -> None:
    """Statsmodels' one-sample Hotelling test of the sets' psi shifted by what was observed."""
    from statsmodels.stats.multivariate import test_mvmean as one_sample

    drawn = _draw(np.random.default_rng(6), n=70, months=5)
    ours = check_pretrend(**drawn)
    cases, means = drawn["case_counts"], _set_means(drawn)
    psi = 70 * (cases / cases.sum(axis=0) - means / means.sum(axis=0))
    psi += np.log(cases.sum(axis=0) / means.sum(axis=0))
    theirs = one_sample(psi[:, 1:] - psi[:, :1])
    # Theirs divides each variance by n - 1, ours the sum by n and times n/(n-1): the same.
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_people_who_serve_in_several_sets_count_as_the_same(seed: int) -> None:
    """V in a loop over all pairs of rows that share their set or their person."""
    rng = np.random.default_rng(seed)
    n, k = 30, 3
    pool = rng.poisson(rng.gamma(1.5, 1, (60, 1)), (60, k)) + 1
    cases, case_person = pool[:n], np.arange(n)
    # Half of the comparators' roles fall to people who are cases of another set.
    people = [rng.choice(np.delete(np.arange(60), own), 3, replace=False) for own in range(n)]
    row_person, row_set = np.concatenate(people), np.repeat(np.arange(n), 3)
    rows = pool[row_person]
    ours = check_pretrend(
        case_counts=cases,
        row_counts=rows,
        row_set=row_set,
        case_person=case_person,
        row_person=row_person,
    )
    psi = [a / cases.sum(axis=0) - 1 / n for a in cases]
    psi += [-(b / (rows.sum(axis=0) / 3) - 1 / n) / 3 for b in rows]
    sets, persons = [*range(n), *row_set], [*case_person, *row_person]
    v = np.zeros((k, k))
    for i, one in enumerate(psi):
        for j, other in enumerate(psi):
            if sets[i] == sets[j] or persons[i] == persons[j]:
                v += np.outer(one, other) * n / (n - 1)
    theta = np.log(cases.sum(axis=0) / (rows.sum(axis=0) / 3))
    c = np.array([[0.0, -1.0, 1.0], [1.0, -1.0, 0.0]])
    expected = c @ theta @ np.linalg.inv(c @ v @ c.T) @ c @ theta
    assert ours.statistic == pytest.approx(expected, rel=1e-9)
    assert ours.slope == pytest.approx((theta[2] - theta[0]) / 2, rel=1e-12)
    form = np.array([-0.5, 0.0, 0.5])
    assert ours.slope_se == pytest.approx((form @ v @ form) ** 0.5, rel=1e-9)


def test_means_of_sets_say_the_same_as_their_rows() -> None:
    drawn = _draw(np.random.default_rng(9), n=70, months=4)
    whole = check_pretrend(**drawn)
    means = check_pretrend(case_counts=drawn["case_counts"], row_counts=_set_means(drawn))
    assert means.statistic == pytest.approx(whole.statistic, rel=1e-11)
    assert means.slope_se == pytest.approx(whole.slope_se, rel=1e-11)


def test_people_who_serve_once_each_have_the_errors_of_their_sets() -> None:
    drawn = _draw(np.random.default_rng(10), n=70, months=4)
    persons = {"case_person": np.arange(70), "row_person": 70 + np.arange(len(drawn["row_set"]))}
    coded = check_pretrend(**drawn, **persons)
    plain = check_pretrend(**drawn)
    assert coded.statistic == pytest.approx(plain.statistic, rel=1e-11)


DRAWS = 600


def _reject(draw: Any, *, draws: int = DRAWS) -> tuple[Array, Array]:
    """Return the joint and the slope's p-values of seeded draws, all of them informative."""
    found = [check_pretrend(**draw(np.random.default_rng([3, i]))) for i in range(draws)]
    assert {one.status for one in found} == {"ok"}
    joint = np.array([one.p_value for one in found], dtype=float)
    return joint, np.array([one.slope_p_value for one in found], dtype=float)


def _draw_reused(rng: Rng) -> Drawn:
    """Draw 100 sets of five from 120 people, each in about four sets, without a difference."""
    n, k, pool = 100, 12, 120
    course = np.linspace(0.5, 0.8, k)
    counts = rng.poisson(rng.gamma(1.2, 1, (pool, 1)) * course)
    people = np.concatenate([rng.choice(pool, 5, replace=False) for _ in range(n)])
    return {
        "case_counts": rng.poisson(1.4 * rng.gamma(1.2, 1, (n, 1)) * course),
        "row_counts": counts[people],
        "row_set": np.repeat(np.arange(n), 5),
        "case_person": pool + np.arange(n),
        "row_person": people,
    }


def test_without_a_difference_p_values_are_about_uniform() -> None:
    """Each decile of both tests within four Monte Carlo errors (600 draws: 1.2 points)."""
    for p_values in _reject(lambda rng: _draw(rng, n=100, months=12)):
        deciles = np.histogram(p_values, bins=10, range=(0, 1))[0] / DRAWS
        assert deciles == pytest.approx(np.full(10, 0.1), abs=0.05)
        assert np.mean(p_values < 0.05) == pytest.approx(0.05, abs=0.03)


def test_without_a_difference_people_in_several_sets_do_not_raise_the_alarm() -> None:
    """By set alone, the same draws reject more often than they should."""
    joint, slope = _reject(_draw_reused)
    assert np.mean(joint < 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(slope < 0.05) == pytest.approx(0.05, abs=0.03)
    by_set = _reject(lambda rng: {k: v for k, v in _draw_reused(rng).items() if "person" not in k})
    assert np.mean(by_set[1] < 0.05) > 0.1


def test_a_steady_drift_is_found_by_the_slope_more_often_than_by_the_joint_test() -> None:
    def drifting(rng: Rng) -> Drawn:
        drawn = _draw(rng, n=150, months=12)
        more = rng.poisson(0.04 * np.arange(12) * np.ones((150, 1)))
        return {**drawn, "case_counts": drawn["case_counts"] + more}

    joint, slope = _reject(drifting, draws=100)
    assert np.mean(slope < 0.05) > np.mean(joint < 0.05) + 0.1
    assert np.mean(slope < 0.05) > 0.5


def _many(months: int = 4, n: int = 40) -> tuple[Array, Array]:
    rng = np.random.default_rng(12)
    return rng.poisson(2.0, (n, months)).astype(float), rng.poisson(2.0, (n, months)).astype(float)


def _without_first(counts: Array) -> Array:
    return counts * np.r_[0.0, np.ones(counts.shape[1] - 1)]


CASES, MEANS = _many()
RARE = np.zeros_like(CASES)
RARE[:4] = np.eye(4)


@pytest.mark.parametrize(
    ("cases", "rows", "reason"),
    [
        (CASES[:19], MEANS[:19], "fewer than 5 matched sets a month"),
        (_without_first(CASES), MEANS, "a side had no contacts"),
        (CASES, _without_first(MEANS), "a side had no contacts"),
        (RARE, MEANS, "fewer than 5 contacts are expected"),
        (CASES, RARE, "fewer than 5 contacts are expected"),
        (CASES[:, [0, 0, 1, 2]], MEANS[:, [0, 0, 1, 2]], "cannot be told apart"),
        (CASES[:0], MEANS[:0], "fewer than 5 matched sets a month"),
    ],
)
def test_what_cannot_be_tested_is_not_informative(cases: Array, rows: Array, reason: str) -> None:
    found = check_pretrend(case_counts=cases, row_counts=rows)
    assert (found.status, found.statistic, found.p_value) == ("not_informative", None, None)
    assert (found.slope, found.slope_p_value, found.n_sets) == (None, None, len(cases))
    assert reason in found.reason


def test_twenty_sets_are_enough_for_four_months() -> None:
    assert check_pretrend(case_counts=CASES[:20], row_counts=MEANS[:20]).status == "ok"


def test_cases_that_are_a_multiple_of_their_comparators_show_no_trend() -> None:
    found: Pretrend = check_pretrend(case_counts=2 * MEANS, row_counts=MEANS[::-1])
    assert found.statistic == pytest.approx(0, abs=1e-20)
    assert found.p_value == pytest.approx(1)
