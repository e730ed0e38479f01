"""Of help and its time: nothing that was withheld can be had back, whatever a site counted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.disclosure import POLICIES, Policy
from righthelp.onsite.meaning.support import Part, StepCount, Support, list_steps, measure_wait
from righthelp.onsite.meaning.support_rows import hide_steps, list_support_rows
from righthelp.returns.support import (
    ALL,
    DAYS,
    FATES,
    FLAGS,
    LEVELS,
    MEASURES,
    NEED_OF,
    REFERRERS,
    RETURNED_FOR,
    STEPS,
    SUPPORT_TABLES,
)

SMALL = {"default": 7, "sacro10": 9}
EVERYTHING = frozenset(
    {
        "referrals",
        *(f"referrals.{part}_on" for part in ("accepted", "declined", "returned", "closed")),
        *("referrals.referrer_role", "needs", "needs.resolved_on", "support"),
        *("support.started_on", "flags"),
    }
)
numbers = st.one_of(st.integers(0, 12), st.integers(0, 60), st.integers(0, 900))
policies = st.sampled_from(sorted(SMALL))


@st.composite
def answers(draw: st.DrawFn) -> Support:
    """Exact counts of a site: sums that are sums, small cells more often than not."""
    steps = draw(step_counts())
    referred = steps[0].n
    by_role = _split(draw, referred, len(REFERRERS))
    referrals: dict[tuple[str, str], Part] = {}
    for name in MEASURES:
        for role, n in zip(REFERRERS, by_role, strict=True):
            part = n if name == "referred" else draw(st.integers(0, n))
            referrals[role, name] = Part.of_people(part, n)
        total = sum(referrals[role, name].n for role in REFERRERS)
        referrals[ALL, name] = Part.of_people(total, referred)
    returned = _split(draw, referrals[ALL, "returned"].n, len(RETURNED_FOR))
    needs: dict[tuple[str, str], Part] = {}
    named = ("loneliness", "housing", "caring")
    for need in (*named, "other"):
        told: dict[str, int] = {}
        for name, of in NEED_OF.items():
            most = told[of] if of else draw(numbers)
            if name in ("fitting_offered", "fitting_started"):
                most = told["offered" if name == "fitting_offered" else "fitting_offered"]
            told[name] = draw(st.integers(0, most)) if of else most
            needs[need, name] = Part.of_people(told[name], told[of] if of else told[name])
    for name in NEED_OF:
        own = [needs[need, name] for need in named]
        needs[ALL, name] = Part.of_people(sum(p.n for p in own), sum(p.of for p in own))
    seen = draw(numbers)
    flags = {kind: Part.of_people(draw(st.integers(0, seen)), seen) for kind in FLAGS}
    reach = {
        name: {
            level: (draw(st.integers(0, n)), n)
            for level, n in zip(levels, draw(st.lists(numbers, min_size=9)), strict=False)
        }
        for name, levels in LEVELS.items()
    }
    return Support(
        held=EVERYTHING,
        referrals=referrals,
        steps=steps,
        reasons=dict(zip(RETURNED_FOR, returned, strict=True)),
        needs=needs,
        waits=(draw(waits()),),
        flags=flags,
        reach=reach,
    )


@st.composite
def step_counts(draw: st.DrawFn) -> tuple[StepCount, ...]:
    n = draw(numbers)
    steps = [StepCount("referred", n, {})]
    for step in list_steps(EVERYTHING)[1:]:
        lost = dict(zip(FATES, _split(draw, draw(st.integers(0, n)), len(FATES)), strict=True))
        n -= sum(lost.values())
        steps.append(StepCount(step, n, lost))
    return tuple(steps)


@st.composite
def waits(draw: st.DrawFn) -> Any:
    n = draw(st.one_of(st.integers(0, 70), st.integers(0, 300)))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    day = rng.integers(0, draw(st.sampled_from([30, 200, 400])), n)
    kind = rng.choice(4, n, p=[0.2, 0.6, 0.1, 0.1])
    return measure_wait("first_contact", day=day, kind=kind, at_days=DAYS)


def _split(draw: st.DrawFn, total: int, parts: int) -> list[int]:
    """Numbers that add up to a total, some of them nought."""
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1)))
    return [b - a for a, b in pairwise([0, *cuts, total])]


def release(support: Support, policy: Policy) -> Mapping[str, list[dict[str, Any]]]:
    return {
        name: [dict(row) for row in rows]
        for name, rows in list_support_rows(support, policy).items()
    }


@settings(max_examples=150)
@given(answer=answers(), name=policies)
def test_no_count_of_few_people_leaves_and_the_rest_is_rounded(answer: Support, name: str) -> None:
    """Every column that counts people: none from 1 up to the threshold, all in fives."""
    released = release(answer, POLICIES[name])
    assert set(released) == {table.name for table in SUPPORT_TABLES}
    for table in SUPPORT_TABLES:
        for row in released[table.name]:
            assert set(row) | {"site"} == set(table.names)
            people = [row[column.name] for column in table.columns if column.role == "people"]
            assert all(n is None or n % 5 == 0 for n in people)
            if row["state"] != "rounded":
                assert all(n is None for n in people)
    exact = answer.referrals
    for row in released["referrals_in"]:
        if row["n"] is not None:
            part = exact[row["referrer"], row["measure"]]
            assert not 0 < part.n <= SMALL[name]
            assert not 0 < part.of - part.n <= SMALL[name]
    for row in released["reach_of_list"]:
        if row["n_seen"] is not None:
            seen, registered = answer.reach[row["characteristic"]][row["level"]]
            assert not 0 < seen <= SMALL[name]
            assert not 0 < registered <= SMALL[name]


@settings(max_examples=200)
@given(answer=answers(), name=policies)
def test_what_is_withheld_of_a_released_total_is_more_than_few(answer: Support, name: str) -> None:
    """Somebody who takes the parts that were told from their total is left with nobody, or with
    more people than the threshold in at least two places."""
    released = release(answer, POLICIES[name])
    for measure in ("referred", "served", "returned"):
        rows = [row for row in released["referrals_in"] if row["measure"] == measure]
        if rows[0]["n"] is not None:
            hidden = [answer.referrals[r["referrer"], measure] for r in rows[1:] if r["n"] is None]
            assert_covered([one.n for one in hidden], SMALL[name])
    if any(r["n"] is not None for r in released["return_reasons"]):
        hidden_reasons = [
            answer.reasons[r["reason"]] for r in released["return_reasons"] if r["n"] is None
        ]
        assert_covered(hidden_reasons, SMALL[name])
    for characteristic in LEVELS:
        rows = [r for r in released["reach_of_list"] if r["characteristic"] == characteristic]
        cells = [answer.reach[characteristic][r["level"]] for r in rows if r["n_seen"] is None]
        assert_covered([seen for seen, _ in cells], SMALL[name], whole=len(cells) == len(rows))
    for measure in NEED_OF:
        rows = [row for row in released["needs_met"] if row["measure"] == measure]
        own = [row for row in rows if row["need"] not in (ALL, "other")]
        if rows[0]["n"] is not None and any(row["n"] is not None for row in own):
            cells_of = [answer.needs[row["need"], measure] for row in own if row["n"] is None]
            assert_covered([one.n for one in cells_of], SMALL[name])


def assert_covered(hidden: list[int], threshold: int, *, whole: bool = False) -> None:
    """Hidden cells that hold anybody hold more than few together, or are all there is."""
    if sum(hidden) and not whole:
        assert sum(hidden) > threshold


@settings(max_examples=300)
@given(steps=step_counts(), name=policies)
def test_no_step_of_the_funnel_gives_a_few_people_away(
    steps: tuple[StepCount, ...], name: str
) -> None:
    """Steps told one after the other differ by nobody or by more than few, and those lost between
    two of them are told only where what is hidden of them is more than few, too."""
    threshold = SMALL[name]
    hidden = hide_steps(steps, POLICIES[name])
    told = [one.n for one, hide in zip(steps, hidden, strict=True) if not hide]
    assert all(not 0 < n <= threshold for n in told)
    assert all(not 0 < a - b <= threshold for a, b in pairwise(told))
    released = _release_steps(steps, POLICIES[name])
    for (before, one), hide in zip(pairwise(steps), hidden[1:], strict=True):
        rows = [r for r in released if r["step"] == one.step and r["fate"] != "reached"]
        dark = [one.lost[r["fate"]] for r in rows if r["n"] is None]
        assert all(not 0 < one.lost[r["fate"]] <= threshold for r in rows if r["n"] is not None)
        if any(r["n"] is not None for r in rows):
            assert not hidden[steps.index(before)]
            assert_covered([*dark, one.n] if hide else dark, threshold)
            assert len([n for n in dark if n]) != 1 or hide


def _release_steps(steps: tuple[StepCount, ...], policy: Policy) -> list[dict[str, Any]]:
    nobody = Part.of_people(0, 0)
    support = Support(
        held=EVERYTHING,
        referrals={(role, name): nobody for role in (ALL, *REFERRERS) for name in MEASURES},
        steps=steps,
        reasons=dict.fromkeys(RETURNED_FOR, 0),
        needs={},
        waits=(),
        flags=dict.fromkeys(FLAGS, nobody),
        reach={},
    )
    return release(support, policy)["referral_funnel"]


@settings(max_examples=200)
@given(wait=waits(), name=policies)
def test_two_neighbouring_points_of_a_curve_are_more_than_few_events_apart(
    wait: Any, name: str
) -> None:
    """From 50 people on; between two points that were told nobody had the event, or more people
    than the threshold; few people still waiting are not told of."""
    answer = Support(
        held=EVERYTHING,
        referrals={(role, m): Part.of_people(0, 0) for role in (ALL, *REFERRERS) for m in MEASURES},
        steps=(StepCount("referred", 0, {}),),
        reasons=dict.fromkeys(RETURNED_FOR, 0),
        needs={},
        waits=(wait,),
        flags=dict.fromkeys(FLAGS, Part.of_people(0, 0)),
        reach={},
    )
    rows = release(answer, POLICIES[name])["days_to_help"]
    since = 0
    for gap, row in zip(wait.gaps, rows, strict=True):
        since += gap.happened
        if row["share"] is None:
            continue
        assert wait.n >= 50
        assert not 0 < since <= SMALL[name]
        assert not 0 < gap.point.n_at_risk <= SMALL[name]
        assert row["share"] == round(row["share"], 2) == pytest.approx(gap.point.share, abs=0.0051)
        since = 0


def test_what_the_records_do_not_hold_was_not_collected_and_is_no_nought() -> None:
    """A route without referrals, needs, support or flags says so in every row."""
    nobody = Part.of_people(0, 0)
    answer = Support(
        held=frozenset(),
        referrals={(role, name): nobody for role in (ALL, *REFERRERS) for name in MEASURES},
        steps=(),
        reasons=dict.fromkeys(RETURNED_FOR, 0),
        needs={(need, name): nobody for need in (ALL, "housing", "other") for name in NEED_OF},
        waits=(
            measure_wait(
                "first_contact", day=np.zeros(0, int), kind=np.zeros(0, int), at_days=DAYS
            ),
        ),
        flags=dict.fromkeys(FLAGS, Part.of_people(0, 90)),
        reach={"ethnicity": {"White": (0, 0), "not recorded": (60, 900)}},
    )
    released = release(answer, POLICIES["default"])
    rows = [row for name in released for row in released[name]]
    assert {row["state"] for row in rows} == {"not_collected"}
    assert {row["step"] for row in released["referral_funnel"]} == set(STEPS)
    assert released["return_reasons"] == []
