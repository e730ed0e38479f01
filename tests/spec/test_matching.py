"""Who may be set beside a new person, how much alike they must be, and what is checked afterwards.

Ann is seen in March 2024 after a visit on 20 January; she came once in each of the two quarters
before it. Who came to such a visit with the same past is like her.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest

from righthelp.engine import Engine
from righthelp.onsite.diagnostics import NOT_COVERED, Diagnostics, diagnose
from righthelp.onsite.flow import read_flow
from righthelp.onsite.ladder import LADDER
from righthelp.onsite.matching import Matching, match_people
from righthelp.onsite.people import read_counted
from righthelp.onsite.rules import Rules
from tests.lib.counting import counted_engine
from tests.lib.records import Appointment, LinkWorkerContact, Records, make_person
from tests.lib.studies import make_study

VISIT = "2024-01-20"
PAST = ("2023-09-10", "2023-12-10")
STUDY: dict[str, Any] = {"reference": {"per_seen": 100}, "matching": {"at_least": 1}}
Chosen = dict[str, set[tuple[str, date]]]


@dataclass(frozen=True)
class Told:
    """What matching gave: for each case the comparators with their visits, and its rung."""

    matching: Matching
    sets: Chosen
    rungs: dict[str, int]
    candidates: list[tuple[str, date]]

    def of(self, name: str) -> set[str]:
        """Comparators of a case, by name."""
        return {comparator for comparator, _ in self.sets.get(name, set())}


@contextmanager
def matched_engine(
    held: Records, *, backwards: bool = False, **study: Any
) -> Iterator[tuple[Engine, Rules, Matching]]:
    asked = make_study(**{**STUDY, **study})
    with counted_engine(held, asked, backwards=backwards) as (engine, rules):
        read_flow(engine)
        yield engine, rules, match_people(engine, rules)


def match(held: Records, *, backwards: bool = False, **study: Any) -> Told:
    """Match these people."""
    with matched_engine(held, backwards=backwards, **study) as (engine, _, matching):
        return read_sets(engine, matching)


def read_sets(engine: Engine, matching: Matching) -> Told:
    sets: Chosen = {}
    rungs: dict[str, int] = {}
    for case, name, visit_on, rung in engine.rows(
        "SELECT a.patient_id, b.patient_id, b.qualifying_on, s.rung FROM sets AS s "
        "JOIN units AS a ON s.unit = a.unit JOIN units AS b ON s.comparator = b.unit"
    ):
        assert (name, visit_on) not in sets.get(case, set())
        assert rungs.setdefault(case, rung) == rung
        sets.setdefault(case, set()).add((name, visit_on))
    candidates = engine.rows(
        "SELECT u.patient_id, u.qualifying_on FROM matchable AS m "
        "JOIN units AS u ON m.unit = u.unit WHERE NOT m.is_case ORDER BY ALL"
    )
    return Told(matching, sets, rungs, candidates)


def check(
    held: Records, *, backwards: bool = False, **study: Any
) -> tuple[Told, Diagnostics, dict[tuple[str, str], dict[str, Any]]]:
    """Match these people and run the checks; also the covariates by person and visit."""
    with matched_engine(held, backwards=backwards, **study) as (engine, rules, matching):
        told = read_sets(engine, matching)
        diagnostics = diagnose(engine, rules, counted=read_counted(engine, None))
        columns = ("age_years", "years_registered", "other_staff", "missed", "imd_decile")
        rows = engine.rows(
            f"SELECT u.patient_id, u.qualifying_on, {', '.join(f'a.{name}' for name in columns)} "
            "FROM alike AS a JOIN units AS u ON a.unit = u.unit"
        )
        alike = {(row[0], f"{row[1]}"): dict(zip(columns, row[2:], strict=True)) for row in rows}
        assert len(alike) == len(rows)
        return told, diagnostics, alike


def person(name: str, *extra: str, visit: str = VISIT, past: Any = PAST, **facts: Any) -> Records:
    """Somebody who came to a visit with a past like Ann's; `extra` are more visits."""
    return make_person(name, gp=[*past, visit, *extra], **facts)


def case(name: str = "ann", *extra: str, **facts: Any) -> Records:
    """Somebody like Ann."""
    facts = {"link_worker": ["2024-03-09"], "referred": ["2024-02-01"], **facts}
    return person(name, *extra, **facts)


def several(n: int, name: str, *extra: str, **facts: Any) -> Records:
    """So many people with the same past."""
    return sum((person(f"{name}{i}", *extra, **facts) for i in range(n)), Records())


# Who may be a comparator.


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        ({}, True),
        # Had met the link worker by the time Ann had: in February, or later in her index month.
        ({"link_worker": ["2024-02-10"]}, False),
        ({"link_worker": ["2024-03-31"], "referred": ["2024-03-30"]}, False),
        # Met the link worker later; that lies in the future of the day on which they are chosen.
        ({"link_worker": ["2024-04-01"]}, True),
        ({"link_worker": ["2024-08-01"], "referred": ["2024-07-30"]}, True),
        # Known to the scheme by the day of the visit: seen before, or referred and not yet seen.
        ({"link_worker": ["2023-11-10"]}, False),
        ({"referred": [VISIT]}, False),
        # Referred after the visit and not seen: waiting, or declined.
        ({"referred": ["2024-02-10"]}, True),
        # Registered, and for the whole of the history and of both windows.
        ({"registered": []}, False),
        ({"registered": [("2000-01-01", "2024-01-15")]}, False),
        ({"registered": [("2000-01-01", "2024-09-30")]}, False),
        ({"registered": [("2000-01-01", "2024-10-01")]}, True),
        ({"registered": [("2023-01-20", None)]}, True),
        ({"registered": [("2023-01-21", None)]}, False),
        ({"died": "2024-09-29"}, False),
        ({"died": "2024-09-30"}, True),
    ],
)
def test_a_comparator_is_registered_throughout_and_not_yet_seen(
    facts: dict[str, Any], may: bool
) -> None:
    """The risk set: whoever could still have been in Ann's place."""
    later = "2024-03-25"  # what somebody is referred at after the visit that is looked at
    told = match(case() + person("bob", later, **facts))
    assert told.of("ann") == ({"bob"} if may else set())
    assert (("bob", date.fromisoformat(VISIT)) in told.candidates) is may


def test_an_appointment_with_the_link_worker_that_was_missed_is_no_meeting() -> None:
    held = case() + person("bob")
    missed = LinkWorkerContact("bob", date(2024, 2, 10), "did_not_attend")
    assert match(held + Records(link_worker_contacts=(missed,))).of("ann") == {"bob"}


def test_a_case_is_new_and_has_a_history() -> None:
    """Somebody ongoing, or without a visit that led there, is no case; nor left unmatched."""
    held = case() + person("bob") + case("ongoing", link_worker=["2023-05-09", "2024-03-09"])
    held += make_person("no_visit", link_worker=["2024-03-09"], referred=["2024-02-01"])
    told = match(held)
    assert set(told.sets) == {"ann"}
    assert (told.matching.n_by_rung, told.matching.n_unmatched) == ((1, 0, 0, 0, 0, 0, 0), 0)


DATED: dict[str, Any] = {
    "index": {"anchor": "date", "index_from": date(2024, 3, 1), "index_to": date(2024, 4, 1)}
}
TWICE_ALIKE = ("2023-01-10", "2023-03-10", "2023-07-10", "2023-10-10", "2024-01-05", VISIT)
"""Counted back from either visit of January: once, once and twice in the three bands."""


def test_nobody_is_their_own_comparator() -> None:
    """Ann's visit of 5 January had the same past as the one that led to the link worker; after it
    she was not seen for as long. She is still herself."""
    facts: dict[str, Any] = {"link_worker": ["2024-03-09"], "referred": [VISIT]}
    alone = make_person("ann", gp=TWICE_ALIKE, **facts)
    told = match(alone, **DATED)
    assert told.candidates == [("ann", date(2024, 1, 5))]
    assert (told.sets, told.matching.n_unmatched) == ({}, 1)
    others = [make_person(name, gp=TWICE_ALIKE) for name in ("bob", "cat", "dan")]
    told = match(sum(others, alone), **DATED)
    assert ("ann", date(2024, 1, 5)) in told.candidates
    assert told.of("ann") == {"bob", "cat", "dan"}


@pytest.mark.parametrize(("day", "may"), [("2024-02-20", False), ("2024-04-02", True)])
def test_with_an_index_day_for_each_the_risk_set_is_the_same(day: str, may: bool) -> None:
    """Bob's day is his visit plus the 49 days after which Ann was seen: 9 March."""
    told = match(case() + person("bob", link_worker=[day]), **DATED)
    assert told.of("ann") == ({"bob"} if may else set())


def test_a_person_stands_once_in_a_set_and_counts_once_towards_enough() -> None:
    """Bob came on the 20th and the 22nd, three and four visits behind him: one bin."""
    past = ("2023-11-01", "2023-11-15", "2023-12-10")
    held = case(past=past) + person("bob", "2024-01-22", past=past)
    told = match(held)
    assert len(told.candidates) == 2
    assert {name for name, _ in told.sets["ann"]} == {"bob"}
    assert len(told.sets["ann"]) == 1
    assert match(held, matching={"at_least": 2}).matching.n_unmatched == 1


def test_one_person_may_serve_several_cases() -> None:
    told = match(case("ann") + case("amy") + person("bob"))
    assert told.of("ann") == told.of("amy") == {"bob"}
    assert (told.matching.matched.n_sets, told.matching.matched.n_comparators) == (2, 1)


# How much alike.

KINDS: dict[int, dict[str, Any]] = {
    1: {},
    2: {"visit": "2024-01-10"},
    3: {"sex": "male"},
    4: {"born": "1990-05-01"},
    5: {"past": (*PAST, "2023-09-15")},
    6: {"past": (*PAST, "2023-09-15"), "born": "1990-05-01"},
    7: {"past": (*PAST, "2023-12-15")},
}
"""Rung: how somebody differs from Ann who is like her on this rung and on none above it."""


@pytest.mark.parametrize("rung", sorted(KINDS))
def test_the_rung_is_the_finest_with_people_enough(rung: int) -> None:
    """Two who are wholly alike are too few; three who are less alike are enough, with those two."""
    ask: dict[str, Any] = {"matching": {"at_least": 3}}
    told = match(case() + several(3, "bob", **KINDS[rung]), **ask)
    assert told.rungs == {"ann": rung}
    assert told.matching.n_by_rung == tuple(int(one == rung) for one in range(1, 8))
    told = match(case() + several(2, "bob", **KINDS[rung]), **ask)
    assert (told.sets, told.matching.n_unmatched) == ({}, 1)
    assert told.matching.share_matched == 0.0
    if rung > 1:
        held = case() + several(3, "bob", **KINDS[rung])
        together = match(held + several(2, "twin"), **ask)
        assert together.rungs == {"ann": rung}
        assert together.of("ann") == {"bob0", "bob1", "bob2", "twin0", "twin1"}
        finer = match(held + several(3, "twin"), **ask)
        assert finer.rungs == {"ann": 1}
        assert finer.of("ann") == {"twin0", "twin1", "twin2"}


def test_there_are_as_many_rungs_as_kinds() -> None:
    assert list(KINDS) == list(range(1, len(LADDER) + 1))


@pytest.mark.parametrize("past", [("2023-09-10",), (*PAST, "2023-03-01", "2023-04-01"), ()])
def test_who_is_alike_on_no_rung_leaves_the_case_unmatched(past: tuple[str, ...]) -> None:
    """One contact in the last quarter is not none; none in the half-year before is not two."""
    told = match(case() + several(9, "bob", past=past))
    assert (told.sets, told.matching.n_unmatched) == ({}, 1)
    assert told.matching.matched.after.status == "not_estimable"


def test_unmatched_people_are_counted() -> None:
    odd = case("odd", past=("2023-12-01", "2023-12-05", "2023-12-08", "2023-12-12"))
    told = match(case("ann") + case("amy") + case("ada") + odd + several(4, "bob"))
    assert (sum(told.matching.n_by_rung), told.matching.n_unmatched) == (3, 1)
    assert told.matching.share_matched == 0.75
    assert told.matching.matched.n_sets == 3


def test_nobody_new_gives_no_share() -> None:
    held = case("ann", link_worker=["2023-05-09", "2024-03-09"]) + person("bob")
    with matched_engine(held) as (_, _, matching):
        assert (matching.share_matched, matching.n_unmatched) == (None, 0)


@pytest.mark.parametrize("wanted", [1, 4, 9])
def test_each_case_gets_as_many_as_are_wanted(wanted: int) -> None:
    """And no more than there are."""
    told = match(case() + several(7, "bob"), matching={"per_person": wanted, "at_least": 1})
    assert len(told.sets["ann"]) == min(wanted, 7)


def test_fewer_may_be_wanted_than_are_needed_to_be_enough() -> None:
    """`at_least` 3 is more than `per_person` 2 can ever be: two are then enough."""
    told = match(case() + several(2, "bob"), matching={"per_person": 2, "at_least": 3})
    assert told.of("ann") == {"bob0", "bob1"}


# Contacts.


def test_contacts_at_another_practice_are_contacts() -> None:
    """Bob is registered here and saw a GP elsewhere, before and after: the same past as Ann."""
    elsewhere = ("2023-09-10", "2023-12-10", "2024-05-05", "2024-06-05")
    visits = [Appointment("bob", date.fromisoformat(d), practice_id="P2") for d in elsewhere]
    held = case("ann", "2024-05-01") + case("amy", "2024-05-02")
    held += make_person("bob", gp=[VISIT], appointments=visits)
    for site in ({}, {"practices": ("P1",)}):
        told = match(held, site=site)
        assert told.of("ann") == told.of("amy") == {"bob"}
        assert told.rungs == {"ann": 1, "amy": 1}
        log_rr = told.matching.matched.after.log_rr
        assert log_rr is not None
        assert math.exp(log_rr) == pytest.approx(1 / 2)


def test_the_estimates_are_of_the_sets_by_hand() -> None:
    """After: Ann 3 and Amy 1 against means (2 + 0)/2 and 3. Before: 1 each (10 December; the visit
    of January is in the window too) against 2 each: Bob, Cat and Dan as Ann and Amy."""
    after = ["2024-04-05", "2024-05-05", "2024-06-05"]
    held = case("ann", *after, sex="male") + case("amy", after[0])
    held += person("bob", *after[:2], sex="male") + person("cat", sex="male")
    held += person("dan", *after)
    told = match(held, matching={"at_least": 1})
    assert {name: told.of(name) for name in told.sets} == {"ann": {"bob", "cat"}, "amy": {"dan"}}
    matched = told.matching.matched
    assert matched.after.rr == pytest.approx((3 + 1) / (1 + 3))
    assert matched.change.rr == pytest.approx(1.0)  # three contacts before in each of them
    assert (matched.n_sets, matched.n_comparators, matched.n_rows) == (2, 3, 3)


# The order.


def test_another_seed_chooses_others_and_the_same_seed_the_same() -> None:
    held = case() + case("amy") + several(14, "bob")
    chosen = [
        match(held, reference={"per_seen": 100, "seed": seed}).sets for seed in (1, 1, 2, 3, 4)
    ]
    assert chosen[0] == chosen[1]
    assert len({frozenset(one["ann"]) for one in chosen}) > 2


def test_over_many_seeds_everybody_is_chosen_about_as_often() -> None:
    """36 seeds, 2 of 6 people each: 12 times each, give or take (the SD is 2.8)."""
    held = case() + several(6, "bob")
    chosen: Counter[str] = Counter()
    with matched_engine(held, matching={"per_person": 2, "at_least": 1}) as (engine, rules, _):
        for seed in range(36):
            engine.execute("UPDATE rules SET seed = ?", [seed])
            chosen.update(read_sets(engine, match_people(engine, rules)).of("ann"))
    assert sum(chosen.values()) == 72
    assert len(chosen) == 6
    assert all(2 <= n <= 22 for n in chosen.values()), chosen


def test_the_order_of_the_rows_does_not_matter() -> None:
    held = case() + case("amy", sex="male") + case("ada", past=PAST[1:])
    held += several(9, "bob", "2024-01-22") + several(5, "cat", **KINDS[3])
    there, back = check(held), check(held, backwards=True)
    assert len(there[0].sets) == 3
    assert there == back


# What is looked at afterwards.


def test_covariates_are_of_the_year_before_the_visit() -> None:
    """Age and years registered on the index day, the latter no further back than the records."""

    def at(day: str, **facts: Any) -> Appointment:
        return Appointment("ann", date.fromisoformat(day), **facts)

    held = case(
        born="1963-09-30",
        registered=[("2022-12-01", None)],
        appointments=[
            at("2023-01-20", role="nurse"),  # the first day of the year before the visit
            at("2023-01-19", role="nurse"),  # a day too early
            at("2024-01-19", role="other_direct_care"),
            at("2024-01-20", role="nurse"),  # the day of the visit itself
            at("2023-06-01", role="nurse", status="did_not_attend"),
            at("2023-06-02", role="link_worker"),
            at("2023-07-01", status="did_not_attend"),
            at("2023-07-01", status="did_not_attend"),
            at("2023-07-02", status="cancelled"),
            at("2024-01-21", status="did_not_attend"),
        ],
    )
    _, _, alike = check(held + person("bob"))
    assert alike["ann", VISIT] == {
        "age_years": pytest.approx(60 + 6 / 12),  # March 2024 less September 1963
        "years_registered": pytest.approx((date(2024, 3, 1) - date(2022, 12, 1)).days / 365.25),
        "other_staff": 2,
        "missed": 2,
        "imd_decile": None,
    }
    assert alike["bob", VISIT] == {
        "age_years": pytest.approx(63 + 10 / 12),  # March 2024 less May 1960
        "years_registered": pytest.approx((date(2024, 3, 1) - date(2022, 1, 1)).days / 365.25),
        "other_staff": 0,
        "missed": 0,
        "imd_decile": None,
    }


def test_balance_is_of_the_chosen_beside_all_candidates_by_hand() -> None:
    """Ann and Amy missed 2 and 0 appointments: SD sqrt 2. Their comparators missed 1 and 1, all
    three candidates 1, 1 and 4."""

    def missed(name: str, n: int) -> list[Appointment]:
        day = date(2023, 7, 1)
        return [Appointment(name, day, status="did_not_attend") for _ in range(n)]

    held = case("ann", appointments=missed("ann", 2)) + case("amy")
    held += person("bob", appointments=missed("bob", 1))
    held += person("cat", appointments=missed("cat", 1))
    held += person("far", past=("2023-03-01",), appointments=missed("far", 4))
    found = {one.covariate: one for one in check(held)[1].alike}
    assert set(found) == {"age_years", "years_registered", "other_staff", "missed"}
    balance = found["missed"]
    assert balance.matched.smd == pytest.approx((1 - 1) / math.sqrt(2))
    assert balance.unmatched.smd == pytest.approx((1 - 2) / math.sqrt(2))
    assert balance.unmatched.comparator_mean == pytest.approx(2)
    # Nobody differs in how long they have been registered: there is nothing to divide by.
    assert found["years_registered"].matched.smd is None


@pytest.mark.parametrize(
    ("n_missing", "smd"), [(0, -1 / math.sqrt(2.5)), (1, -1 / math.sqrt(2.5)), (2, None)]
)
def test_a_covariate_is_compared_where_it_is_recorded_for_four_in_five(
    n_missing: int, smd: float | None
) -> None:
    """Deciles 1 to 5 (mean 3, SD sqrt 2.5) beside nine comparators of decile 4, some not recorded:
    seven of nine are fewer than four in five."""
    held = sum((case(f"ann{i}") for i in range(5)), several(9, "bob"))
    deciles = {f"ann{i}": i + 1 for i in range(5)} | {f"bob{i}": 4 for i in range(n_missing, 9)}
    with matched_engine(held, matching={"per_person": 9, "at_least": 1}) as (engine, rules, _):
        for name, decile in deciles.items():
            engine.execute(
                "UPDATE patients SET imd_decile = ? WHERE patient_id = ?", [decile, name]
            )
        alike = diagnose(engine, rules, counted=read_counted(engine, None)).alike
    found = {one.covariate: one.matched.smd for one in alike}
    if smd is None:
        assert "imd_decile" not in found
    else:
        assert found["imd_decile"] == pytest.approx(smd)


EARLIER = ("2022-01-20", "2022-06-01", "2023-01-19")
"""In months -24 to -13 before the visit: the first day, one between and the last day."""
OUTSIDE = ("2022-01-19", "2023-01-20")
"""The day before those months, and the first day of the year that people were matched on."""


def _with_earlier(**registered: Any) -> Records:
    """Ann and Amy had 3 and 1 contacts in the second year before the visit, those like them 1."""
    past = ("2023-01-20", *PAST)
    held = case("ann", past=(*OUTSIDE, *EARLIER, *PAST)) + case("amy", past=(EARLIER[0], *past))
    for name in ("bob", "cat"):
        held += person(name, past=(EARLIER[1], *past), **registered)
    return held


def test_the_second_year_before_is_compared_by_hand() -> None:
    told, diagnostics, _ = check(_with_earlier())
    assert told.of("ann") == told.of("amy") == {"bob", "cat"}
    assert diagnostics.earlier.rr == pytest.approx((3 + 1) / (1 + 1))
    assert diagnostics.earlier.n == 2
    assert diagnostics.pretrend is not None
    assert diagnostics.pretrend.status == "not_informative"  # two people are too few


@pytest.mark.parametrize(
    ("extract_from", "ratio"),
    [
        (date(2022, 1, 20), 4 / 2),
        # Without the first month: Ann has 2 and Amy none, Bob and Cat 1.
        (date(2022, 1, 21), 2 / 2),
        (date(2022, 5, 20), 2 / 2),
        # Only the six months from 20 July on: Ann alone has one.
        (date(2022, 7, 20), "no contacts"),
        (date(2022, 7, 21), None),
        (date(2023, 1, 20), None),
    ],
)
def test_the_second_year_counts_as_far_as_the_records_reach(
    extract_from: date, ratio: float | str | None
) -> None:
    """At least six of its months for four people in five, else nothing is said, and why."""
    _, told, _ = check(_with_earlier(), site={"extract_from": extract_from})
    if ratio is None:
        assert (told.earlier.reason, told.pretrend) == (NOT_COVERED, None)
    elif isinstance(ratio, str):
        assert ratio in told.earlier.reason
    else:
        assert told.earlier.rr == pytest.approx(ratio)


def test_who_is_not_covered_so_far_back_is_left_out_of_that_look() -> None:
    """Five cases, one of them registered for the last year only; so is a comparator who had come
    often before. Both drop out; the other four are compared with the other comparator."""
    since: dict[str, Any] = {"registered": [("2023-01-01", None)]}
    held = sum((case(f"ann{i}", past=(EARLIER[1], *PAST)) for i in range(4)), Records())
    held += case("short", past=PAST, **since)
    held += person("bob", past=(*EARLIER[:2], *PAST))
    held += person("cat", past=PAST, **since)
    told, diagnostics, _ = check(held)
    assert all(told.of(name) == {"bob", "cat"} for name in ("ann0", "short"))
    earlier = diagnostics.earlier
    assert earlier.n == 4
    assert earlier.rr == pytest.approx(1 / 2)
    # Two of six cases not covered are more than one in five.
    _, fewer, _ = check(held + case("brief", past=PAST, **since))
    assert (fewer.earlier.reason, fewer.pretrend) == (NOT_COVERED, None)


def test_comparators_who_are_not_covered_so_far_back_leave_nothing_to_look_at() -> None:
    since: dict[str, Any] = {"registered": [("2023-01-01", None)]}
    told, diagnostics, _ = check(case("ann") + case("amy") + several(4, "bob", **since))
    assert told.of("ann") == {f"bob{i}" for i in range(4)}
    assert (diagnostics.earlier.reason, diagnostics.pretrend) == (NOT_COVERED, None)


@pytest.mark.parametrize(("history_months", "n"), [(12, 4), (18, 4), (19, None), (24, None)])
def test_months_that_people_were_matched_on_are_no_check(
    history_months: int, n: int | None
) -> None:
    """With a longer history less of the second year is left, and below six months nothing."""
    held = sum((case(f"ann{i}", past=(EARLIER[0], *PAST)) for i in range(4)), Records())
    held += several(5, "bob", past=(EARLIER[0], *PAST))
    _, told, _ = check(held, windows={"history_months": history_months})
    assert (told.earlier.reason == NOT_COVERED) is (n is None)
    assert (told.pretrend is None) is (n is None)
    if n:
        assert told.earlier.n == n
        assert told.earlier.rr == pytest.approx(1.0)


@pytest.mark.parametrize(
    "others", [several(4, "bob"), Records()], ids=["no man among them", "nobody at all"]
)
def test_without_reference_people_like_a_case_the_checks_still_answer(others: Records) -> None:
    """A man was seen and only women came to such a visit; or nobody did."""
    told, diagnostics, _ = check(case(sex="male") + others)
    assert told.matching.n_unmatched == (0 if others.patients else 1)
    assert diagnostics.detectable.n == 1
    if not others.patients:
        assert diagnostics.detectable.status == "not_estimable"
        assert diagnostics.earlier.status == "not_estimable"
        assert {one.matched.smd for one in diagnostics.alike} <= {None}


def test_what_could_be_found_is_known_before_anything_is() -> None:
    """However often the people seen came afterwards, what the site could find stays the same;
    the estimates do not. Nor do those count who came to an earlier visit as reference people."""
    rng = np.random.default_rng(5)
    held = Records()
    for i in range(40):
        days = [f"2024-{month:02}-05" for month in rng.permutation(range(4, 10))[: i % 4]]
        held += person(f"bob{i}", *days, past=PAST[i % 2 :])
    twice: dict[str, Any] = {"past": (*PAST, "2024-01-05")}
    seldom = sum((case(f"ann{i}", **twice) for i in range(9)), held)
    often = sum((case(f"ann{i}", "2024-04-08", "2024-05-08", **twice) for i in range(9)), held)
    (told, first, _), (again, second, _) = check(seldom), check(often)
    assert first.detectable.status != "not_estimable"
    assert first.detectable == second.detectable
    assert told.matching.matched.after != again.matching.matched.after
    assert told.sets == again.sets
    assert (first.alike, first.earlier) == (second.alike, second.earlier)
