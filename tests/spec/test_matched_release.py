"""What of the matched comparison may leave a site: the default policy, as tables."""

from __future__ import annotations

import math
from typing import Any

import pytest

from righthelp.estimators.attrition import bound_attrition
from righthelp.estimators.balance import Balance
from righthelp.estimators.detectable import Detectable
from righthelp.estimators.pretrend import Pretrend
from righthelp.estimators.result import Estimate
from righthelp.onsite.diagnostics import Alike
from righthelp.onsite.estimates import SiteEstimate
from righthelp.onsite.ladder import LADDER
from tests.lib.answers import make_answer, make_estimate, release_answer
from tests.lib.matched_answers import make_diagnostics, make_matching
from tests.lib.studies import make_study

Row = dict[str, Any]


def release_table(name: str, policy: str = "default", **facts: Any) -> list[Row]:
    """The rows of one table that leave."""
    study = make_study(disclosure={"policy": policy})
    return [dict(row) for row in release_answer(make_answer(**facts), study).tables[name]]


def release_rungs(*n: int, unmatched: int, policy: str = "default") -> list[int | None]:
    """What leaves of so many people on the first rungs and without comparators: these first."""
    rows = release_table("matching", policy, matching=make_matching(*n, n_unmatched=unmatched))
    assert [row["rung"] for row in rows] == list(range(len(LADDER) + 1))
    assert all((row["state"] == "suppressed") is (row["n"] is None) for row in rows)
    return [row["n"] for row in rows]


def release_check(name: str, policy: str = "default", **facts: Any) -> Row:
    """One row of the checks."""
    rows = release_table("checks", policy, diagnostics=make_diagnostics(**facts))
    (row,) = [row for row in rows if row["check"] == name]
    return {key: row[key] for key in ("log_rr", "se", "p_value", "n", "reason", "state")}


def test_a_site_without_records_has_no_rows() -> None:
    released = release_answer(make_answer())
    assert [released.tables[name] for name in ("matching", "balance", "checks")] == [(), (), ()]


# How people were matched.


def test_each_rung_says_what_was_the_same_and_the_first_row_is_of_those_without() -> None:
    rows = release_table("matching", matching=make_matching(200, 101, 33, n_unmatched=12))
    assert [row["n"] for row in rows] == [10, 200, 100, 35, 0, 0, 0, 0]
    assert [row["alike"] for row in rows] == [
        "nobody alike enough",
        *(rung.words for rung in LADDER),
    ]
    assert len({row["alike"] for row in rows}) == len(rows)
    assert {row["state"] for row in rows} == {"rounded"}


@pytest.mark.parametrize(
    ("rungs", "unmatched", "told"),
    [
        # A small rung alone could be had from the matched: the next smallest goes with it.
        ((100, 40, 3), 20, [20, 100, None, None]),
        # Three and four are seven together: few, so the next smallest goes too.
        ((100, 3, 4), 20, [20, None, None, None]),
        ((100, 4, 5), 20, [20, 100, None, None]),
        # Few without comparators could be had from all less the rungs: two rungs go with them.
        ((100, 40, 15), 5, [None, 100, None, None]),
        ((100, 0, 0), 5, [None, None, 0, 0]),
        # Or the rungs that are withheld anyhow.
        ((100, 40, 3), 5, [None, 100, None, None]),
        # Nobody is a count like any other and hides nobody.
        ((100, 0, 3), 0, [0, None, 0, None]),
        ((0, 0, 0), 60, [60, 0, 0, 0]),
        ((12, 13, 12), 13, [15, 10, 15, 10]),
    ],
)
def test_a_small_rung_is_withheld_with_the_next_smallest(
    rungs: tuple[int, ...], unmatched: int, told: list[int | None]
) -> None:
    assert release_rungs(*rungs, unmatched=unmatched) == [*told, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("rungs", "unmatched"),
    [((1,), 0), ((0, 3), 0), ((0,), 49), ((12, 13, 12), 12), ((8, 8, 8), 8), ((49,), 0)],
)
def test_below_50_people_nothing_is_said_of_their_rungs(
    rungs: tuple[int, ...], unmatched: int
) -> None:
    """Not even a nought, which would tell where the few stand."""
    assert release_rungs(*rungs, unmatched=unmatched) == [None] * (len(LADDER) + 1)


def test_nobody_to_match_leaves_noughts() -> None:
    assert release_rungs(0, unmatched=0) == [0] * (len(LADDER) + 1)


def test_under_sacro10_counts_below_10_are_withheld() -> None:
    assert release_rungs(100, 40, 9, unmatched=60)[:4] == [60, 100, 40, 10]
    told = release_rungs(100, 40, 9, unmatched=60, policy="sacro10")
    assert told[:4] == [60, 100, None, None]


# The months.


@pytest.mark.parametrize(
    ("n", "contacts", "policy", "state"),
    [
        (60, (40, 120), "default", "rounded"),
        (50, (8, 8), "default", "rounded"),
        (49, (40, 120), "default", "suppressed"),
        (7, (40, 120), "default", "suppressed"),
        # Few contacts on either side could be those of one person.
        (60, (7, 120), "default", "suppressed"),
        (60, (40, 7), "default", "suppressed"),
        (60, (9, 120), "sacro10", "suppressed"),
        (60, (10, 10), "sacro10", "rounded"),
    ],
)
def test_a_month_leaves_for_50_people_and_more_than_7_contacts_on_each_side(
    n: int, contacts: tuple[int, int], policy: str, state: str
) -> None:
    month = Estimate.ok(log_rr=-0.12347, se=0.0456, n=n)
    matching = make_matching(n, course={3: month}, course_contacts={3: contacts})
    (row,) = release_table("matched_course", policy, matching=matching)
    told = (-0.1235, 0.0456, n) if state == "rounded" else (None, None, None)
    assert (row["month"], row["state"]) == (3, state)
    assert (row["log_rr"], row["se"], row["n"]) == told


def test_a_month_without_contacts_on_a_side_is_not_estimable() -> None:
    month = Estimate.none(n=60, reason="no contacts were counted")
    matching = make_matching(60, course={3: month}, course_contacts={3: (0, 120)})
    (row,) = release_table("matched_course", matching=matching)
    assert (row["log_rr"], row["n"], row["state"]) == (None, 60, "not_estimable")


# How alike they are in the rest.


def _alike(smd: float | None, smd_all: float | None = 0.5) -> Alike:
    def side(value: float | None) -> Balance:
        reason = "" if value is not None else "the cases do not differ from one another in it"
        return Balance(1.0, 2.0, value, None, reason)

    return Alike("age_years", side(smd_all), side(smd))


def _balance(n: int, alike: Alike, policy: str = "default") -> Row:
    (row,) = release_table(
        "balance", policy, matching=make_matching(n), diagnostics=make_diagnostics(alike=(alike,))
    )
    return {key: row[key] for key in ("smd_all", "smd_matched", "n", "state")}


@pytest.mark.parametrize("n", [0, 1, 7, 8, 49])
def test_differences_leave_for_50_people_or_more(n: int) -> None:
    assert _balance(n, _alike(0.12345)) == {
        "smd_all": None,
        "smd_matched": None,
        "n": None,
        "state": "suppressed",
    }


def test_differences_leave_with_two_decimals_and_no_mean() -> None:
    assert _balance(52, _alike(-0.12345, 0.456)) == {
        "smd_all": 0.46,
        "smd_matched": -0.12,
        "n": 50,
        "state": "rounded",
    }


def test_a_difference_that_cannot_be_made_is_not_withheld() -> None:
    assert _balance(60, _alike(None, None)) == {
        "smd_all": None,
        "smd_matched": None,
        "n": 60,
        "state": "not_estimable",
    }


# The checks.


@pytest.mark.parametrize("n", [1, 4, 7])
def test_no_check_says_anything_of_a_few_people(n: int) -> None:
    facts: Row = {
        "earlier": Estimate.ok(log_rr=0.0123, se=0.456, n=n),
        "pretrend": Pretrend("ok", 1.0, 3, 0.1234, 0.2, 0.1, 0.1, n),
        "detectable": Detectable(0.5, 2.0, 0.25, n, "ok"),
    }
    for name in ("earlier_level", "earlier_steady", "detectable_fewer", "detectable_more"):
        assert release_check(name, **facts) == {
            "log_rr": None,
            "se": None,
            "p_value": None,
            "n": None,
            "reason": "too few people for a number to leave the site",
            "state": "suppressed",
        }


@pytest.mark.parametrize(
    ("n", "told"), [(8, (0.012, 0.046, 10)), (49, (0.012, 0.046, 50)), (50, (0.0123, 0.0456, 50))]
)
def test_the_earlier_ratio_leaves_like_an_estimate(n: int, told: tuple[float, float, int]) -> None:
    row = release_check("earlier_level", earlier=Estimate.ok(log_rr=0.01234, se=0.04564, n=n))
    assert (row["log_rr"], row["se"], row["n"]) == told
    assert (row["reason"], row["p_value"], row["state"]) == (None, None, "rounded")


@pytest.mark.parametrize(("n", "p_value"), [(8, 0.123), (49, 0.123), (50, 0.1235)])
def test_a_p_value_leaves_with_three_or_four_decimals(n: int, p_value: float) -> None:
    """Neither the statistic nor the slope leaves."""
    steady = Pretrend("ok", 5.4321, 3, 0.12347, 0.2, 0.6789, 0.1, n)
    row = release_check("earlier_steady", pretrend=steady)
    assert (row["p_value"], row["log_rr"], row["se"], row["state"]) == (
        p_value,
        None,
        None,
        "rounded",
    )


def test_what_could_not_be_looked_at_says_why() -> None:
    """Records too short, too few sets, nothing that could be found: three different reasons."""
    short = Estimate.none(n=60, reason="the records are too short")
    for name in ("earlier_level", "earlier_steady"):
        row = release_check(name, earlier=short, pretrend=None)
        assert (row["n"], row["reason"], row["state"]) == (
            60,
            "the records are too short",
            "not_estimable",
        )
    few = Pretrend("not_informative", None, 3, None, None, None, None, 60, "too few sets")
    row = release_check("earlier_steady", pretrend=few)
    assert (row["p_value"], row["reason"], row["state"]) == (None, "too few sets", "not_estimable")
    above = Detectable(None, 2.0, 0.5, 60, "above_only", "no fall would be found")
    row = release_check("detectable_fewer", detectable=above)
    assert (row["log_rr"], row["reason"], row["state"]) == (
        None,
        "no fall would be found",
        "not_estimable",
    )


@pytest.mark.parametrize(("n", "decimals"), [(8, 2), (49, 2), (50, 3)])
def test_what_could_be_found_leaves_as_a_log_ratio(n: int, decimals: int) -> None:
    able = Detectable(0.71, 1.37, 0.11, n, "ok")
    for name, ratio in (("detectable_fewer", 0.71), ("detectable_more", 1.37)):
        row = release_check(name, detectable=able)
        assert (row["log_rr"], row["se"]) == (round(math.log(ratio), decimals), None)
        assert row["n"] == 5 * math.floor(n / 5 + 0.5)


def _release_lost(*, n_followed: int, n_lost: int, policy: str = "default") -> list[Row]:
    """Both bounds for the lost of a site: 100 contacts where 130 were expected, and 2.6 for each
    of the lost, who came not at all or nine times."""
    lost = bound_attrition(
        observed=100,
        expected=130,
        n_complete=n_followed,
        dead_expected=[2.6] * n_lost,
        departed_expected=[],
        complete_after=[0, 3, 9],
    )
    rows = release_table(
        "checks",
        policy,
        estimates=[make_estimate(n_followed, design="projection")],
        diagnostics=make_diagnostics(lost=lost),
    )
    return [row for row in rows if row["check"] in ("lost_low", "lost_high")]


@pytest.mark.parametrize("n_followed", [5, 8, 49])
@pytest.mark.parametrize("n_lost", [0, 1, 8, 60])
def test_bounds_for_the_lost_leave_where_50_were_followed(n_followed: int, n_lost: int) -> None:
    """They start from the ratio of those who were followed, which of a few is withheld."""
    for row in _release_lost(n_followed=n_followed, n_lost=n_lost):
        assert (row["log_rr"], row["se"], row["p_value"]) == (None, None, None)
        assert row["n"] == (0 if n_lost == 0 else None)


@pytest.mark.parametrize(
    ("n_lost", "low", "high", "n"),
    [
        (0, math.log(100 / 130), math.log(100 / 130), 0),
        (7, None, None, None),
        (10, math.log(100 / 156), math.log(190 / 156), 10),
    ],
)
def test_the_bounds_are_told_of_nobody_or_of_many_lost(
    n_lost: int, low: float | None, high: float | None, n: int | None
) -> None:
    """Of few they would give back how many."""
    rows = _release_lost(n_followed=50, n_lost=n_lost)
    told = [None if bound is None else round(bound, 2) for bound in (low, high)]
    assert [row["log_rr"] for row in rows] == told
    assert {row["n"] for row in rows} == {n}
    assert {row["state"] for row in rows} == {"suppressed" if n is None else "rounded"}


def test_bounds_of_a_projection_by_another_definition_do_not_count() -> None:
    rival = SiteEstimate("projection", "new", "face_to_face", make_estimate(60).estimate)
    rows = release_table("checks", estimates=[rival], diagnostics=make_diagnostics())
    assert {row["log_rr"] for row in rows if row["check"].startswith("lost")} == {None}


def test_under_sacro10_nine_people_are_few() -> None:
    earlier = Estimate.ok(log_rr=0.1, se=0.2, n=9)
    assert release_check("earlier_level", earlier=earlier)["n"] == 10
    assert release_check("earlier_level", "sacro10", earlier=earlier)["state"] == "suppressed"
