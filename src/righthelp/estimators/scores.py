"""Scores of questionnaires from answers: sums, replaced answers, tables of scores, utilities.

A score that cannot be made is NaN with its flag down, so that no use of it goes unseen.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, as_codes, as_floats


@dataclass(frozen=True)
class Scores:
    """One score a form. score: (n,), NaN where none; is_scored: (n,); n_replaced: (n,) answers."""

    score: FloatArray
    is_scored: npt.NDArray[np.bool_]
    n_replaced: npt.NDArray[np.int64]


def sum_answers(
    *, answers: npt.ArrayLike, answered: npt.ArrayLike, most_missing: int = 0
) -> Scores:
    """Return the sum of each form's answers, a few missing ones taken as the mean of the rest.

    answers: (n, k), anything where not answered; answered: (n, k) flags. With k' of k answered the
    score is k/k' times their sum; with more than most_missing missing, or none answered, there is
    none. most_missing 0: every answer is needed. Source: Mercer et al 2004, Fam Pract 21:699 (CARE:
    up to two of ten). Checked by hand.
    """
    given = np.asarray(answered, dtype=np.bool_)
    values = as_floats(np.where(given, np.asarray(answers, dtype=np.float64), 0.0), ndim=2)
    assert given.shape == values.shape
    assert most_missing >= 0
    k = values.shape[1]
    n_answered = given.sum(axis=1)
    is_scored = (n_answered > 0) & (k - n_answered <= most_missing)
    share = np.where(is_scored, k / np.maximum(n_answered, 1), math.nan)
    n_replaced = np.where(is_scored, k - n_answered, 0).astype(np.int64)
    return Scores(values.sum(axis=1) * share, is_scored, n_replaced)


def look_up_metric(*, raw: Scores, table_raw: npt.ArrayLike, table_score: npt.ArrayLike) -> Scores:
    """Return the score that a table gives for each raw total (Rasch metric scores).

    table_raw: (m,) whole totals, rising; table_score: (m,) their scores. A total that is not in the
    table gets no score. Source: Stewart-Brown et al 2009, Health Qual Life Outcomes 7:15, for
    SWEMWBS. Checked against every row of its table.
    """
    totals, scores = as_codes(table_raw), as_floats(table_score)
    assert totals.shape == scores.shape
    assert totals.size and (np.diff(totals) > 0).all(), "raw totals rise"
    sums = np.where(raw.is_scored, raw.score, math.inf)
    place = np.minimum(np.searchsorted(totals, sums), totals.size - 1)
    is_scored = raw.is_scored & (totals[place] == sums)
    return Scores(np.where(is_scored, scores[place], math.nan), is_scored, raw.n_replaced)


def look_up_utility(
    *,
    levels: npt.ArrayLike,
    answered: npt.ArrayLike,
    utilities: npt.ArrayLike,
    n_levels: int,
) -> Scores:
    """Return the utility of each form's state under a value set; every dimension is needed.

    levels: (n, d) whole numbers from 1 (no problems) to n_levels, anything where not answered;
    answered: (n, d) flags; utilities: (n_levels^d,) in the order of the states, the first dimension
    changing slowest. Checked on a made-up value set by hand.
    """
    values = as_floats(utilities)
    given = np.asarray(answered, dtype=np.bool_)
    state = np.where(given, np.asarray(levels, dtype=np.float64), 1.0)
    assert state.ndim == 2 and given.shape == state.shape
    assert values.size == n_levels ** state.shape[1]
    assert ((state >= 1) & (state <= n_levels) & (state == np.floor(state))).all()
    weights = n_levels ** np.arange(state.shape[1] - 1, -1, -1)
    is_scored = np.asarray(given.all(axis=1), dtype=np.bool_)
    place = (state.astype(np.int64) - 1) @ weights
    score = np.where(is_scored, values[place], math.nan)
    return Scores(score, is_scored, np.zeros(len(score), dtype=np.int64))
