"""Scores of questionnaires: published tables and sums done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from righthelp.estimators.scores import Scores, look_up_metric, look_up_utility, sum_answers
from righthelp.onsite.outcomes import score_scale
from righthelp.protocol.instruments import Scale, find_scale
from tests.golden.estimators.cases import read_columns

MISSING = math.nan


def scale(name: str) -> Scale:
    found = find_scale(name)
    assert found is not None
    return found


def score(name: str, *forms: list[float]) -> Scores:
    """Score forms by a declared scale; NaN stands for an answer that was not given."""
    answers = np.array(forms, dtype=float)
    answered = np.isfinite(answers)
    return score_scale(scale(name), answers=answers, answered=answered, tables={})


def test_every_raw_total_of_swemwbs_has_its_published_metric_score() -> None:
    table = read_columns("swemwbs_metric")
    assert table["raw"].tolist() == list(range(7, 36))
    forms = []
    for raw in range(7, 36):
        rest, seven = raw - 7, []
        for _ in range(7):
            more = min(4, rest)
            seven.append(1.0 + more)
            rest -= more
        forms.append(seven)
    made = score("swemwbs", *forms)
    assert made.is_scored.all()
    assert made.score.tolist() == table["score"].tolist()


def test_swemwbs_with_a_missing_answer_has_no_score() -> None:
    made = score("swemwbs", [5, 5, 5, 5, 5, 5, MISSING])
    assert not made.is_scored[0] and math.isnan(made.score[0])


@pytest.mark.parametrize(
    ("answers", "expected", "n_replaced"),
    [
        ([5, 4, 3, 4, 5, 4, 3, 4, 5, 4], 41.0, 0),
        # Nine answers sum to 37, their mean is 37/9: 37 + 37/9 = 370/9.
        ([5, 4, 3, 4, 5, 4, 3, 4, 5, MISSING], 370 / 9, 1),
        # Eight answers sum to 32, their mean is 4: 32 + 8 = 40.
        ([MISSING, 4, 3, 4, 5, 4, 3, 4, 5, MISSING], 40.0, 2),
    ],
)
def test_care_replaces_up_to_two_answers_by_the_mean_of_the_rest(
    answers: list[float], expected: float, n_replaced: int
) -> None:
    made = score("care", answers)
    assert made.score[0] == pytest.approx(expected, rel=1e-15)
    assert made.n_replaced.tolist() == [n_replaced]


@pytest.mark.parametrize("n_missing", [3, 9, 10])
def test_care_with_more_than_two_missing_has_no_score(n_missing: int) -> None:
    made = score("care", [MISSING] * n_missing + [5.0] * (10 - n_missing))
    assert not made.is_scored[0] and math.isnan(made.score[0]) and made.n_replaced[0] == 0


def test_ucla_3_is_the_sum_of_three_answers() -> None:
    made = score("ucla3", [1, 1, 1], [2, 3, 1], [3, 3, 3], [3, MISSING, 3])
    assert made.score[:3].tolist() == [3, 6, 9]
    assert made.is_scored.tolist() == [True, True, True, False]


@pytest.mark.parametrize("name", ["mycaw_concern_1", "mycaw_concern_2", "mycaw_wellbeing"])
def test_each_question_of_mycaw_is_its_own_score(name: str) -> None:
    assert score(name, [0.0], [4.0], [6.0]).score.tolist() == [0, 4, 6]


def test_utility_under_a_made_up_value_set() -> None:
    """Two dimensions of three levels; the states 11, 12, 13, 21, ... 33 have these values."""
    values = [1.0, 0.9, 0.7, 0.8, 0.65, 0.5, 0.4, 0.2, -0.1]
    made = look_up_utility(
        levels=[[1, 1], [1, 3], [2, 1], [3, 2], [3, 3], [3, 0]],
        answered=[[True, True]] * 5 + [[True, False]],
        utilities=values,
        n_levels=3,
    )
    assert made.score[:5].tolist() == [1.0, 0.7, 0.8, 0.2, -0.1]
    assert made.is_scored.tolist() == [True] * 5 + [False] and math.isnan(made.score[5])


def test_a_raw_total_outside_the_table_has_no_score() -> None:
    raw = sum_answers(answers=[[2.0], [5.0], [2.5], [1.0]], answered=[[True]] * 3 + [[False]])
    made = look_up_metric(raw=raw, table_raw=[1, 2, 3], table_score=[0.5, 2.5, 4.5])
    assert made.is_scored.tolist() == [True, False, False, False]
    assert made.score[0] == 2.5


def test_no_form_at_all_gives_no_score_at_all() -> None:
    empty, none = np.zeros((0, 3)), np.zeros((0, 3), dtype=bool)
    assert sum_answers(answers=empty, answered=none).score.shape == (0,)
    utilities = np.zeros(8)
    made = look_up_utility(levels=empty, answered=none, utilities=utilities, n_levels=2)
    assert made.score.shape == (0,)
