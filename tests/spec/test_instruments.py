"""What is declared of instruments, and what a study may set of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from righthelp.errors import ProtocolError
from righthelp.protocol.instruments import (
    Band,
    Instrument,
    Scale,
    find_instrument,
    find_scale,
    list_instruments,
    list_scales,
)
from righthelp.protocol.load import load_study
from righthelp.protocol.outcomes import Outcomes
from righthelp.protocol.records import OUTCOME_ITEMS, OUTCOMES
from tests.lib.studies import make_study

NAMES = ["care", "eq5d5l", "mycaw", "ons4", "pam", "swemwbs", "ucla3"]
STUDY = """[study]
title = "A study"
[outcomes]
{}
[[site]]
id = "north"
route = "counts"
path = "north.xlsx"
"""


def instrument(name: str) -> Instrument:
    found = find_instrument(name)
    assert found is not None
    return found


def scale(name: str) -> Scale:
    found = find_scale(name)
    assert found is not None
    return found


def test_these_instruments_are_declared() -> None:
    assert [one.name for one in list_instruments()] == NAMES
    assert find_instrument("phq9") is None and find_scale("ons4") is None


@pytest.mark.parametrize("name", NAMES)
def test_every_instrument_says_what_it_is_who_may_use_it_and_where_it_is_from(name: str) -> None:
    one = instrument(name)
    assert all((one.label, one.measures, one.licence, one.source, one.n_items, one.scales))
    assert one.version_if_empty in ("", *one.versions)
    assert one.raw_version in ("", *one.versions)
    assert not one.items or len(one.items) in one.n_items


@pytest.mark.parametrize("name", [one.name for one in list_scales()])
def test_every_score_is_whole_in_itself(name: str) -> None:
    one = scale(name)
    assert one.lowest < one.highest
    assert (one.rule == "imported") == (not one.items) == (one.answers is None)
    assert (one.rule == "metric") == bool(one.metric)
    assert bool(one.minimal_change_source) == (one.minimal_change is not None)
    assert bool(one.bands_source) == bool(one.bands)
    starts = [band.starts for band in one.bands]
    assert not starts or starts[0] == one.lowest
    assert all(low < high for low, high in pairwise([*starts, one.highest]))


@pytest.mark.parametrize(
    "name", [one.name for one in list_scales() if one.rule in ("sum", "mean_replaced_sum")]
)
def test_the_range_of_a_sum_is_what_its_answers_can_give(name: str) -> None:
    one = scale(name)
    assert one.answers is not None
    assert (one.lowest, one.highest) == tuple(len(one.items) * end for end in one.answers)


def test_ons4_is_four_scores_and_no_total() -> None:
    assert [one.name for one in instrument("ons4").scales] == [
        "ons4_satisfied",
        "ons4_worthwhile",
        "ons4_happy",
        "ons4_anxious",
    ]
    assert all(len(one.items) == 1 for one in instrument("ons4").scales)
    assert [scale(f"ons4_{what}").direction for what in ("happy", "anxious")] == [
        "higher_is_better",
        "higher_is_worse",
    ]


def test_of_pam_there_is_neither_item_nor_key() -> None:
    pam = instrument("pam")
    assert not pam.items_allowed and pam.items == ()
    assert scale("pam").rule == "imported" and not scale("pam").metric


def test_bands_stand_only_where_they_are_agreed() -> None:
    assert {one.instrument for one in list_scales() if one.bands} == {"ons4"}


def test_nobody_is_called_improved_where_no_change_is_agreed() -> None:
    agreed = {one.name: one.minimal_change for one in list_scales() if one.minimal_change}
    assert agreed == {"swemwbs": 3, "pam": 3}


def test_the_tables_know_every_score_and_every_item() -> None:
    assert set(OUTCOMES.column("instrument").values) == {
        "unknown",
        *(one.name for one in list_scales()),
    }
    assert set(OUTCOME_ITEMS.column("instrument").values) == {"unknown", *NAMES}
    assert {"concern_1", "vas", "10", "unknown"} <= set(OUTCOME_ITEMS.column("item").values)


def test_a_study_names_instruments_or_single_scores_and_none_means_all() -> None:
    assert Outcomes().list_scales() == list_scales()
    chosen = Outcomes(instruments=("ons4_anxious", "mycaw")).list_scales()
    assert [one.name for one in chosen] == [
        "mycaw_concern_1",
        "mycaw_concern_2",
        "mycaw_wellbeing",
        "ons4_anxious",
    ]


def test_what_a_study_sets_stands_in_for_what_is_declared() -> None:
    study = Outcomes(
        minimal_change={"ons4_anxious": 1, "swemwbs": 1.5}, bands={"swemwbs": (19.5, 27.5)}
    )
    assert study.find_minimal_change(scale("ons4_anxious")) == 1
    assert study.find_minimal_change(scale("swemwbs")) == 1.5
    assert study.find_minimal_change(scale("pam")) == 3
    assert study.find_minimal_change(scale("care")) is None
    assert study.list_bands(scale("swemwbs")) == (
        Band("7 to below 19.5", 7),
        Band("19.5 to below 27.5", 19.5),
        Band("27.5 to 35", 27.5),
    )
    assert study.list_bands(scale("ons4_happy")) == scale("ons4_happy").bands
    assert Outcomes().list_bands(scale("swemwbs")) == ()


def test_where_the_value_set_lies_is_no_rule_but_which_it_is_is_one() -> None:
    def digest(path: str, version: str) -> str:
        named = {"eq5d5l": {"path": path, "version": version}}
        return make_study(outcomes={"value_set": named}).digest()

    assert digest("a.csv", "made up 1") == digest("b/c.csv", "made up 1")
    assert digest("a.csv", "made up 1") != digest("a.csv", "made up 2")
    assert make_study(outcomes={"start_days": 29}).digest() != make_study().digest()


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        (
            'instruments = ["ons4", "phq9"]',
            ["line 4, outcomes.instruments: there is no instrument 'phq9'"],
        ),
        (
            'start_days = "60"',
            ["line 4, outcomes.start_days: the days 60, 60, 182, 365 do not rise"],
        ),
        (
            'minimal_change = { pam = "0" }',
            ["line 4, outcomes.minimal_change.pam: 0 is no change that the score can make"],
        ),
        (
            "start_days = 60",
            ["line 4, outcomes.start_days: the days 60, 60, 182, 365 do not rise"],
        ),
        (
            "follow_up_days = 70\nfollow_up_to_days = 65",
            ["line 5, outcomes.follow_up_to_days: the days 30, 60, 70, 65 do not rise"],
        ),
        (
            "minimal_change = { ons4 = 1, pam = 0, ucla3 = 7 }",
            [
                "line 4, outcomes.minimal_change.ons4: there is no score 'ons4'",
                "line 4, outcomes.minimal_change.pam: 0 is no change that the score can make",
                "line 4, outcomes.minimal_change.ucla3: 7 is no change that the score can make",
            ],
        ),
        (
            "[outcomes.bands]\npam = [28, 19.5]\nucla3 = [3, 6]\nphq9 = [5]",
            [
                "line 5, outcomes.bands.pam: [28, 19.5] are not points that rise within the score",
                "line 6, outcomes.bands.ucla3: [3, 6] are not points that rise within the score",
                "line 7, outcomes.bands.phq9: there is no score 'phq9'",
            ],
        ),
        (
            "population_mean = { ons4 = 7, pam = 0, swemwbs = 23.5 }",
            [
                "line 4, outcomes.population_mean.ons4: there is no score 'ons4'",
                "line 4, outcomes.population_mean.pam: 0 is no mean that the score can have",
            ],
        ),
        (
            '[outcomes.value_set.care]\npath = "x.csv"\nversion = "1"',
            ["line 4, outcomes.value_set.care: 'care' takes no value set"],
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_place(
    lines: str, problems: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(lines), encoding="utf-8")
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    assert [f"{one.where}: {one.what}" for one in refused.value.problems] == [
        f"study.toml: {problem}" for problem in problems
    ]
    assert all(one.do for one in refused.value.problems)


def test_wrong_types_are_told_and_not_met_by_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    wrong = 'instruments = 3\nstart_days = "x"\nbands = 4\nminimal_change = { pam = "a" }'
    path.write_text(STUDY.format(wrong + "\nvalue_set = []"), encoding="utf-8")
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    assert [one.where.partition(", outcomes.")[2] for one in refused.value.problems] == [
        "instruments",
        "start_days",
        "bands",
        "minimal_change.pam",
        "value_set",
    ]


def test_made_without_a_file_the_same_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no instrument 'phq9'"):
        Outcomes(instruments=("phq9",))


def test_the_value_set_is_found_from_the_study_files_own_folder(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    lines = '[outcomes.value_set.eq5d5l]\npath = "sets/made-up.csv"\nversion = "made up"'
    path.write_text(STUDY.format(lines), encoding="utf-8")
    named = load_study(path).outcomes.value_set["eq5d5l"]
    assert named.path == tmp_path.resolve() / "sets" / "made-up.csv"
