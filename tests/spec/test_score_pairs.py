"""Which two scores of a person are compared, and how answers become scores at the site."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from righthelp.onsite.outcomes import ScorePairs, read_value_sets
from righthelp.protocol.outcomes import Outcomes
from righthelp.protocol.study import Study
from tests.lib.scores import Answer, Pair, Sent, list_pairs, pair_scores
from tests.lib.studies import make_study


def tell(*sent: tuple[int, float] | tuple[int, float, str]) -> ScorePairs:
    """Ann's scores as (day, score) or (day, score, version)."""
    rows = [Sent("ann", one[0], one[1], version=one[2] if len(one) > 2 else None) for one in sent]
    return pair_scores(["ann"], rows)["ucla3"]


def find(told: ScorePairs) -> Pair | None:
    return list_pairs(["ann"], told).get("ann")


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ([-60], -60),
        ([-61], None),
        ([-40, -3, 1], -3),  # the last one on or before the day of the contact
        ([-50, 0, 1], 0),
        ([5, 30], 5),  # none before: the earliest after
        ([30], 30),
        ([31], None),
    ],
)
def test_the_first_score_lies_around_the_first_contact(days: list[int], first: int | None) -> None:
    told = tell(*((day, 5) for day in days), (182, 4))
    pair = find(told)
    assert (pair.first[0] if pair else None) == first
    assert (told.n, told.n_last_only) == ((1, 0) if pair else (0, 1))


@pytest.mark.parametrize(
    ("days", "last"),
    [
        ([60], 60),
        ([59], None),
        ([365], 365),
        ([366], None),
        ([100, 180, 200], 180),
        ([172, 192], 172),  # as near: the earlier
        ([90, 270, 275], 270),
    ],
)
def test_the_last_score_lies_nearest_to_the_day_of_follow_up(
    days: list[int], last: int | None
) -> None:
    told = tell((0, 5), *((day, 4) for day in days))
    pair = find(told)
    assert (pair.last[0] if pair else None) == last
    assert (told.n, told.n_first_only) == ((1, 0) if pair else (0, 1))


def test_only_scores_of_one_version_are_compared() -> None:
    told = tell((0, 5, "a"), (182, 4, "b"))
    assert (told.n, told.n_versions_differ) == (0, 1)
    pair = find(tell((-20, 6, "a"), (-1, 5, "b"), (182, 4, "a")))
    assert pair == Pair("a", (-20, 6), (182, 4))
    both = find(tell((-20, 6, "a"), (-1, 5, "b"), (182, 4, "a"), (90, 3, "B ")))
    assert both == Pair("b", (-1, 5), (90, 3))


def test_two_scores_of_a_day_that_disagree_are_both_left_out_and_counted() -> None:
    told = tell((-10, 6), (0, 5), (0, 7), (182, 4), (182, 4))
    assert find(told) == Pair("", (-10, 6), (182, 4))
    assert told.n_disagreeing == 1


def test_everybody_seen_is_accounted_for() -> None:
    sent = [
        Sent("both", 0, 5),
        Sent("both", 182, 4),
        Sent("first", 0, 5),
        Sent("last", 182, 5),
        Sent("late", 400, 5),
        Sent("stranger", 0, 5),
        Sent("stranger", 182, 5),
    ]
    told = pair_scores(["both", "first", "last", "late", "silent"], sent)["ucla3"]
    assert (told.n_seen, told.n, told.n_first_only, told.n_last_only) == (5, 1, 1, 1)
    assert told.n_neither == 2
    assert told.unit.tolist() == [0]


@pytest.mark.parametrize("score", [2.0, 10.0, 4.5])
def test_a_score_that_the_instrument_cannot_give_is_never_compared(score: float) -> None:
    assert tell((0, score), (1, 5), (182, 4)).first.tolist() == [5]


def test_a_raw_total_of_swemwbs_goes_through_the_table_and_a_metric_score_does_not() -> None:
    sent = [
        Sent("ann", 0, 21, "swemwbs", "raw"),
        Sent("ann", 182, 22.35, "swemwbs", "metric"),
        Sent("bob", 0, 19.25, "swemwbs"),
        Sent("bob", 182, 25, "swemwbs", "Raw"),
    ]
    told = pair_scores(["ann", "bob"], sent)["swemwbs"]
    assert list_pairs(["ann", "bob"], told) == {
        "ann": Pair("metric", (0, 19.25), (182, 22.35)),
        "bob": Pair("metric", (0, 19.25), (182, 22.35)),
    }
    assert told.minimal_change == 3


def test_a_raw_total_that_is_sent_as_a_metric_score_is_not_used() -> None:
    sent = [Sent("ann", 0, 21, "swemwbs"), Sent("ann", 182, 25, "swemwbs", "metric")]
    assert pair_scores(["ann"], sent) == {}


def test_answers_are_scored_at_the_site() -> None:
    answers = [
        *(Answer("ann", 0, str(item), value) for item, value in ((1, 2), (2, 3), (3, 3))),
        *(Answer("ann", 182, str(item), 1) for item in (1, 2, 3)),
        *(Answer("bob", 0, str(item), 4, "swemwbs") for item in range(1, 8)),
    ]
    sent = [Sent("bob", 182, 28.13, "swemwbs", "metric")]
    told = pair_scores(["ann", "bob"], sent, answers)
    assert list_pairs(["ann", "bob"], told["ucla3"]) == {"ann": Pair("", (0, 8), (182, 3))}
    assert list_pairs(["ann", "bob"], told["swemwbs"]) == {
        "bob": Pair("metric", (0, 25.03), (182, 28.13))
    }


def test_each_answer_of_ons4_is_a_score() -> None:
    answers = [
        Answer("ann", day, item, value, "ons4")
        for day, values in ((0, (3, 4, 5, 9)), (182, (7, 6, 5, None)))
        for item, value in zip(("satisfied", "worthwhile", "happy", "anxious"), values, strict=True)
    ]
    told = pair_scores(["ann"], answers=answers)
    assert {name: (one.first.tolist(), one.last.tolist()) for name, one in told.items()} == {
        "ons4_satisfied": ([3], [7]),
        "ons4_worthwhile": ([4], [6]),
        "ons4_happy": ([5], [5]),
        "ons4_anxious": ([], []),
    }
    assert told["ons4_anxious"].n_first_only == 1


def test_care_may_lack_two_answers() -> None:
    def fill(name: str, day: int, n: int) -> list[Answer]:
        return [Answer(name, day, str(item), 4, "care") for item in range(1, n + 1)]

    answers = [*fill("ann", 0, 8), *fill("ann", 182, 10), *fill("bob", 0, 7)]
    told = pair_scores(["ann", "bob"], answers=answers)["care"]
    assert list_pairs(["ann", "bob"], told) == {"ann": Pair("", (0, 40), (182, 40))}
    assert told.n_neither == 1


@pytest.mark.parametrize(
    ("item", "answer"), [("1", 3.0), ("3", 4.0), ("3", 0.0), ("3", 2.5), ("4", 1.0), ("3", None)]
)
def test_a_form_with_an_answer_that_cannot_be_or_two_that_disagree_has_no_score(
    item: str, answer: float | None
) -> None:
    """Beside two good answers: a second one to the first item, or a third that is none."""
    answers = [Answer("ann", 0, "1", 1), Answer("ann", 0, "2", 1), Answer("ann", 0, item, answer)]
    assert pair_scores(["ann"], [Sent("ann", 182, 4)], answers)["ucla3"].n_last_only == 1


def test_a_score_and_the_answers_behind_it_count_once_if_they_agree() -> None:
    answers = [Answer("ann", 0, item, 2) for item in "123"]
    agreed = pair_scores(["ann"], [Sent("ann", 0, 6), Sent("ann", 182, 4)], answers)["ucla3"]
    assert (agreed.n, agreed.n_disagreeing) == (1, 0)
    apart = pair_scores(["ann"], [Sent("ann", 0, 7), Sent("ann", 182, 4)], answers)["ucla3"]
    assert (apart.n, apart.n_disagreeing) == (0, 1)


def test_answers_to_pam_are_never_scored() -> None:
    answers = [Answer("ann", 0, str(item), 4, "pam") for item in range(1, 11)]
    assert pair_scores(["ann"], answers=answers) == {}


def fill_eq5d(day: int, levels: str) -> list[Answer]:
    dimensions = (
        "mobility",
        "self_care",
        "usual_activities",
        "pain_discomfort",
        "anxiety_depression",
    )
    return [
        Answer("ann", day, item, int(level), "eq5d5l")
        for item, level in zip(dimensions, levels, strict=True)
    ]


def make_valued(folder: Path, **changes: Any) -> Study:
    """A made-up value set: every level above the first takes off 0.05."""
    path = folder / "set.csv"
    states = itertools.product(range(1, 6), repeat=5)
    lines = [f"{''.join(map(str, one))},{1 - 0.05 * (sum(one) - 5):.2f}" for one in states]
    path.write_text("\n".join(["state,utility", *lines]), encoding="utf-8")
    named = {"eq5d5l": {"path": path, "version": "Made up 1"}}
    return make_study(outcomes={"value_set": named, **changes})


def test_without_a_value_set_the_levels_and_the_scale_are_used_and_no_utility() -> None:
    answers = [*fill_eq5d(0, "13211"), *fill_eq5d(182, "11211")]
    answers += [Answer("ann", 0, "vas", 60, "eq5d5l"), Answer("ann", 182, "vas", 75, "eq5d5l")]
    sent = [Sent("ann", 0, 0.7, "eq5d5l_utility", "another set")]
    told = pair_scores(["ann"], sent, answers)
    assert (told["eq5d5l_self_care"].first[0], told["eq5d5l_self_care"].last[0]) == (3, 1)
    assert (told["eq5d5l_vas"].first[0], told["eq5d5l_vas"].last[0]) == (60, 75)
    utility = told["eq5d5l_utility"]
    assert (utility.n, utility.reason) == (0, "no value set named")


def test_with_a_value_set_the_state_has_a_utility_of_that_version(tmp_path: Path) -> None:
    study = make_valued(tmp_path)
    sent = [
        Sent("ann", 10, 0.1, "eq5d5l_utility", "another set"),
        Sent("ann", 182, 0.8, "eq5d5l_utility", "made up 1"),
    ]
    told = pair_scores(["ann"], sent, fill_eq5d(0, "13211"), study=study)["eq5d5l_utility"]
    assert list_pairs(["ann"], told) == {"ann": Pair("made up 1", (0, 0.85), (182, 0.8))}
    assert told.reason == "" and told.minimal_change is None
    assert read_value_sets(Outcomes()) == {}


def test_a_study_that_names_instruments_hears_of_all_of_them_and_no_others() -> None:
    study = make_study(outcomes={"instruments": ["ons4", "pam"], "minimal_change": {"pam": 6}})
    sent = [Sent("ann", 0, 5), Sent("ann", 182, 5), Sent("ann", 0, 60.5, "pam", "13")]
    told = pair_scores(["ann"], sent, study=study)
    assert list(told) == ["ons4_satisfied", "ons4_worthwhile", "ons4_happy", "ons4_anxious", "pam"]
    assert told["ons4_happy"].n_neither == 1
    assert (told["pam"].n_first_only, told["pam"].minimal_change) == (1, 6)


def test_nothing_sent_is_nothing_told() -> None:
    assert pair_scores(["ann"]) == {}
