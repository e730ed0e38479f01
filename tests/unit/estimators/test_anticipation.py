"""A scheme without effect: who is referred had a bad spell, and the spell alone makes an effect.

Each practice refers the people who came most in the quarter before its start; nothing is done for
them, and the rate followed is theirs. In practices that never start, everybody's rate is followed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from righthelp.estimators.staggered import NEVER, StaggeredStart, anticipation_sensitivity

N_QUARTERS, N_PEOPLE, N_REFERRED = 12, 120, 30
START = np.repeat([5, 6, 7, NEVER], [12, 12, 12, 24])
Array = npt.NDArray[np.float64]


def _follow(seed: int, *, by_visits: bool) -> Array:
    """Return mean visits a quarter of the people followed, a practice a row."""
    rng = np.random.default_rng(seed)
    usual = rng.gamma(2.0, 1.0, (START.size, N_PEOPLE, 1))
    spell = np.where(rng.random((START.size, N_PEOPLE, N_QUARTERS)) < 0.15, 2.5, 0.75)
    visits = rng.poisson(usual * spell)
    rates = visits.mean(axis=1)
    for practice in np.flatnonzero(START != NEVER):
        before = visits[practice, :, START[practice] - 1]
        rank = before if by_visits else rng.random(N_PEOPLE)
        rates[practice] = visits[practice, np.argsort(rank)[-N_REFERRED:]].mean(axis=0)
    return rates


def _run(seed: int, *, by_visits: bool = True) -> tuple[StaggeredStart, ...]:
    return anticipation_sensitivity(rates=_follow(seed, by_visits=by_visits), start=START)


def test_the_quarter_before_the_start_is_no_base() -> None:
    none, one, two = _run(1)
    assert none.simple.status == one.simple.status == two.simple.status == "ok"
    att = [run.simple.att or 0.0 for run in (none, one, two)]
    low, high = none.simple.interval() or (0.0, 0.0)
    assert low < high < -1  # a certain fall of more than a visit a quarter, where nothing was done
    assert max(abs(att[1]), abs(att[2])) < abs(att[0]) / 8


def test_the_spell_shows_in_the_quarter_before_and_in_no_other() -> None:
    _, one, _ = _run(1)
    by_time = {since: effect.att or 0.0 for since, effect in one.by_time}
    assert by_time[-1] > 1
    assert max(abs(by_time[since]) for since in (-4, -3, -2)) < by_time[-1] / 5


def test_over_seeds_only_the_base_without_the_spell_is_right() -> None:
    """The mean of eight runs, so that it is bias and not chance that is looked at."""
    runs = [_run(seed) for seed in range(8)]
    bias = np.mean([[run.simple.att or 0.0 for run in three] for three in runs], axis=0)
    assert bias[0] < -1
    assert abs(bias[1]) < 0.1
    assert abs(bias[2]) < 0.1


def test_people_referred_whatever_their_visits_need_no_anticipation() -> None:
    """The bias is of who is referred, not of the method."""
    runs = [_run(seed, by_visits=False)[0].simple.att or 0.0 for seed in range(8)]
    assert abs(float(np.mean(runs))) < 0.1
