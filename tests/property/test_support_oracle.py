"""Referrals, needs, waits and reach: the engine equals the plain-Python oracle on drawn records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.meaning.support import Support as Counted
from righthelp.onsite.meaning.support import read_support
from righthelp.protocol.study import Study
from righthelp.returns.support import FATES, NEED_OF
from tests.lib import help_oracle
from tests.lib.counting import counted_engine
from tests.lib.drawn import records, studies
from tests.lib.help_oracle import Path
from tests.lib.oracle import Question
from tests.lib.records import Need, Records, Referral, Support
from tests.lib.studies import site_of

NEEDS = ("loneliness", "Debt-or_benefits", "housing", "caring", "no such need")
KINDS = ("Befriending", "money advice", "housing  advice", "carers' centre", "knitting")
ROLES = (None, "gp", "Nurse", "other direct-care", "vicar", "self")
REASONS = (None, "Need not-served", "no capacity", "his own words")
SIGNS = ("accepted", "seen", "offered", "taken_up", "started")


@st.composite
def questions(draw: st.DrawFn) -> tuple[Study, Records]:
    """A small site whose people are referred, return, decline, get support, at the rules' edges."""
    study = draw(studies())
    drawn = draw(records(study, max_people=6))
    first, end = study.index_range(site_of(study))
    site = site_of(study)
    assert site.extract_to is not None
    edges = [
        *(end - timedelta(days) for days in (1, 30, 200, 365, 366)),
        *(end, first, site.extract_to, site.extract_to - timedelta(1)),
        *(one.date for one in drawn.link_worker_contacts),
    ]
    days = st.builds(
        lambda edge, more: edge + timedelta(more),
        st.sampled_from(edges),
        st.sampled_from([-150, -30, -7, -1, 0, 0, 0, 1, 7, 40, 200]),
    )
    later = st.sampled_from([None, None, -3, 0, 0, 5, 40, 200, 400])

    def after(day: date) -> date | None:
        more = draw(later)
        return None if more is None else day + timedelta(more)

    referrals, needs, support = [], [], []
    for number in range(draw(st.integers(0, 9))):
        day = draw(days)
        name = draw(st.one_of(st.none(), st.just(f"r{number}")))
        referrals.append(
            Referral(
                draw(st.sampled_from(drawn.names())),
                day,
                declined_on=after(day) if draw(st.booleans()) else None,
                returned_on=after(day) if draw(st.booleans()) else None,
                closed_on=after(day),
                accepted_on=after(day),
                referral_id=name,
                referrer_role=draw(st.sampled_from(ROLES)),
                return_reason=draw(st.sampled_from(REASONS)),
            )
        )
        if name:
            needs += [
                Need(name, need, after(day))
                for need in draw(st.lists(st.sampled_from(NEEDS), max_size=3))
            ]
            support += [
                Support(
                    name, kind, day + timedelta(draw(st.integers(-2, 60))), after(day), after(day)
                )
                for kind in draw(st.lists(st.sampled_from(KINDS), max_size=3))
            ]
    more = Records(referrals=tuple(referrals), needs=tuple(needs), support=tuple(support))
    people = tuple(
        replace(one, imd_decile=draw(st.sampled_from([None, 1, 2, 3, 9, 10])))
        for one in drawn.patients
    )
    return study, replace(drawn, patients=people) + more


def read_paths(engine: Any) -> dict[str, dict[str, Any]]:
    """What the engine tells of each person's referral."""
    columns = (
        "patient_id, referrer, fate, is_accepted, is_seen, is_offered, is_taken_up, is_started, "
        "closed_on IS NOT NULL AS is_closed"
    )
    names = [part.split(" AS ")[-1].strip() for part in columns.split(",")]
    rows = engine.rows(f"SELECT {columns} FROM referral_paths")
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


@settings(max_examples=60)
@given(questions())
def test_the_engine_tells_what_the_oracle_tells(question: tuple[Study, Records]) -> None:
    """Everybody's path, needs and repeats, and the sums of them."""
    study, drawn = question
    ask = Question(study, site_of(study))
    expected = help_oracle.follow(ask, drawn)
    with counted_engine(drawn, study, role_missing=False) as (engine, rules):
        counted = read_support(engine, rules)
        paths = read_paths(engine)
        repeats = dict(engine.rows("SELECT patient_id, is_repeated FROM referral_repeats"))
    assert set(paths) == set(expected)
    for name, path in expected.items():
        told = paths[name]
        assert (told["referrer"], told["fate"]) == (path.referrer, path.fate), name
        reached = []
        for step in (*SIGNS, "closed"):
            if not told[f"is_{step}"]:
                break
            reached.append(step)
        assert set(reached) == path.steps, name
        assert repeats.get(name) is path.repeated, name
    assert_sums(counted, list(expected.values()))
    reach = help_oracle.count_reach(ask, drawn)
    for characteristic in ("sex", "deprivation"):
        for level, (seen, registered) in counted.reach[characteristic].items():
            assert seen == reach[characteristic, level, True]
            assert registered == reach[characteristic, level, False]


def assert_sums(counted: Counted, paths: list[Path]) -> None:
    """The counts of the site are those of its people."""
    assert counted.referrals["all", "referred"].n == len(paths)
    assert counted.referrals["all", "served"].n == sum(path.served for path in paths)
    assert counted.referrals["all", "need_recorded"].n == sum(bool(path.needs) for path in paths)
    known = [path for path in paths if path.repeated is not None]
    assert counted.referrals["all", "repeated"].of == len(known)
    assert counted.referrals["all", "repeated"].n == sum(bool(path.repeated) for path in known)
    reasons = Counter(path.returned_for for path in paths if path.returned_for)
    assert {reason: n for reason, n in counted.reasons.items() if n} == reasons
    signs = Counter((need, sign) for path in paths for need, told in path.needs for sign in told)
    for (need, measure), part in counted.needs.items():
        named = [one for one in dict(signs) if need in ("all", one[0])]
        named = [one for one in named if one[1] == measure and (need, one[0]) != ("all", "other")]
        assert part.n == sum(signs[one] for one in named), (need, measure)
        assert NEED_OF[measure] is None or part.of >= part.n
    told = [one.step for one in counted.steps]
    left = paths
    for one in counted.steps:
        if one.step == "closed" and "started" not in told:
            break  # without the steps between, more people are closed than the oracle's
        if one.step != "referred":
            lost = Counter(path.fate for path in left if one.step not in path.steps)
            left = [path for path in left if one.step in path.steps]
            assert {fate: lost[fate] for fate in FATES} == dict(one.lost)
        assert one.n == len(left)
    for wait, place in zip(counted.waits, (0, 1), strict=True):
        days = np.array([path.waits[place][0] for path in paths])
        had = np.array([path.waits[place][1] == "had" for path in paths], dtype=bool)
        assert wait.n == len(paths)
        since = -1
        for gap in wait.gaps:
            if len(paths):
                assert gap.happened == int(((days > since) & (days <= gap.point.day) & had).sum())
                assert gap.point.n_at_risk == int((days >= gap.point.day).sum())
            since = gap.point.day
