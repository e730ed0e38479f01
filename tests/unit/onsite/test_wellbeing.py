"""Scores and contacts of simulated people: counted twice over, and against the truth."""

from __future__ import annotations

import numpy as np
import pytest

from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.wellbeing import (
    NO_IMPORTANT_CHANGE,
    ScaleFared,
    Wellbeing,
    read_wellbeing,
)
from righthelp.onsite.meaning.wellbeing_rows import list_wellbeing_rows
from righthelp.returns.wellbeing import CONTACTS, SCORES
from tests.lib.fared import count_by_loops, make_fared_study, matched_world, read_world

SEEDS = range(40, 48)


def find_scale(found: Wellbeing, name: str) -> ScaleFared:
    (one,) = [one for one in found.scales if one.scale.name == name]
    return one


def test_loops_count_the_same_standings_and_quadrants() -> None:
    study = make_fared_study(instruments=["ons4", "pam"], minimal_change={"ons4_satisfied": 2})
    with matched_world(study, seed=3, n_people=2500) as (engine, rules):
        found = read_wellbeing(engine, rules)
        oracle = {
            name: count_by_loops(engine, study, name, important=important)
            for name, important in (("ons4_satisfied", 2), ("pam", 3))
        }
    assert found is not None
    assert [(one.kind, one.scale.name) for one in found.quadrants] == [
        ("wellbeing", "ons4_satisfied"),
        ("activation", "pam"),
    ]
    for one in found.quadrants:
        standing, cells = oracle[one.scale.name]
        scale = find_scale(found, one.scale.name)
        told = {"pair" if key == "both" else key: n for key, n in scale.standing.items() if n}
        assert told == standing
        assert sum(standing.values()) == found.n_new
        counted = {
            (by, stratum, contacts, score): int(table[row, column])
            for (by, stratum), table in one.counts.items()
            for row, contacts in enumerate(CONTACTS)
            for column, score in enumerate(SCORES)
            if table[row, column]
        }
        assert counted == cells
        assert {by for by, _ in one.counts} == {"all", "sex", "age"}
        assert one.expected is not None
        assert one.expected.sum() == pytest.approx(one.counts["all", "all"][:, :3].sum())


def test_a_score_without_an_important_difference_has_no_quadrants_and_says_why() -> None:
    study = make_fared_study(instruments=["ons4"])
    with matched_world(study, seed=3, n_people=2500) as (engine, rules):
        found = read_wellbeing(engine, rules)
    assert found is not None
    (crossed,) = found.quadrants
    assert (crossed.counts, crossed.expected, crossed.reason) == ({}, None, NO_IMPORTANT_CHANGE)
    rows = list_wellbeing_rows(found, POLICIES["default"])
    assert {row["state"] for row in rows["quadrants"]} == {"not_estimable"}
    assert not any(row["part"] == "improved" for row in rows["score_counts"])


def test_a_site_that_sent_nothing_has_no_wellbeing() -> None:
    study = make_fared_study(instruments=["ons4"])
    with matched_world(study, seed=3, n_people=1500) as (engine, rules):
        engine.execute("DELETE FROM outcomes")
        assert read_wellbeing(engine, rules) is None
    assert not any(list_wellbeing_rows(None, POLICIES["default"]).values())


def test_where_nothing_was_done_no_change_beyond_regression_is_claimed() -> None:
    """People are referred at a bad time, so that scores rise by themselves; what rises beyond that
    is nothing in at least seven sites of eight, though the naive change is never nothing."""
    beyond = [find_scale(read_world(0.0, seed=seed), "pam") for seed in SEEDS]
    claimed = [one.beyond.low > 0 for one in beyond if one.beyond and one.beyond.low is not None]
    assert len(claimed) == len(SEEDS)
    assert sum(claimed) <= 1
    naive = [one.change.means.low for one in beyond]
    assert sum(low is not None and low > 0 for low in naive) >= len(SEEDS) / 2


def test_a_gain_of_half_a_standard_deviation_is_found() -> None:
    """6 points of PAM. That the slope is that of a score with error in it takes off a little."""
    beyond = [find_scale(read_world(0.5, seed=seed), "pam").beyond for seed in SEEDS]
    lows = [one.low for one in beyond if one is not None and one.low is not None]
    assert len(lows) == len(SEEDS)
    assert all(low > 0 for low in lows)
    means = [one.beyond for one in beyond if one is not None and one.beyond is not None]
    assert float(np.mean(means)) == pytest.approx(6, abs=1)


def test_where_nothing_was_done_the_quadrants_are_about_those_expected() -> None:
    """Over the sites: each corner within three standard errors of what chance gives, or fewer, as
    differences in how people truly changed are taken for chance."""
    counted, expected = np.zeros((3, 3)), np.zeros((3, 3))
    for seed in SEEDS:
        (one,) = [q for q in read_world(0.0, seed=seed).quadrants if q.kind == "activation"]
        assert one.expected is not None
        counted += one.counts["all", "all"][:, :3]
        expected += one.expected
    assert counted.sum() == pytest.approx(expected.sum())
    away = (counted - expected) / np.sqrt(expected)
    assert np.abs(away[[0, 0, 2, 2], [0, 2, 0, 2]]).max() < 3
