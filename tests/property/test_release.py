"""Nothing that was withheld can be had back, whatever a site counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.disclosure import POLICIES, Policy, hide_together, round_to_base
from righthelp.onsite.flow import FLOW
from righthelp.onsite.not_held import NotHeld
from righthelp.onsite.release import Answer
from righthelp.onsite.site import count_site
from righthelp.returns.bundle import write_bundle
from righthelp.returns.tables import TABLES, Released
from righthelp.world import World, simulate, write_world
from tests.lib.answers import (
    make_answer,
    make_changes,
    make_estimate,
    make_month,
    release_answer,
)
from tests.lib.studies import make_study

SMALL = {"default": 7, "sacro10": 9}
SUM_COLUMNS = ("contacts_before", "contacts_after", "mean_before", "mean_after", "sd_before")

counts = st.one_of(st.integers(0, 12), st.integers(0, 80), st.integers(0, 5000))
pairs = st.tuples(st.integers(0, 14), st.integers(0, 14))
policies = st.sampled_from(sorted(SMALL))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Answers of every size, small groups more often than not."""
    new = draw(st.lists(pairs, max_size=20)) + draw(st.integers(0, 60)) * [draw(pairs)]
    ongoing = draw(st.lists(pairs, max_size=10))
    sizes = {"new": len(new), "ongoing": len(ongoing), "all": len(new) + len(ongoing)}
    ratio = st.floats(-3, 3)
    error = st.floats(1e-4, 5)
    estimates = [
        make_estimate(
            n + draw(st.integers(0, 3)) if n else 0,
            who=who,
            log_rr=draw(ratio) if n else None,
            se=draw(st.one_of(st.none(), error)),
        )
        for who, n in sizes.items()
    ]
    estimates.append(make_estimate(draw(counts), design="projection", log_rr=draw(ratio)))
    return make_answer(
        estimates=estimates,
        flow={step: draw(counts) for step, _, _ in FLOW},
        changes=make_changes(new, ongoing),
        course=[make_month(draw(counts), contacts=draw(st.integers(0, 300))) for _ in range(3)],
        not_held=draw(st.lists(not_held(), max_size=2)),
        n_rows=draw(counts),
    )


@st.composite
def not_held(draw: st.DrawFn) -> NotHeld:
    """Appointments missed, as many as the people who missed any or more."""
    n = draw(counts)
    people = [draw(st.integers(0, min(n, 12))) for _ in range(2)]
    missed = [one and one + draw(st.integers(0, 40)) for one in people]
    return NotHeld(
        "cancelled", "new", n, missed[0], missed[1], people[0], people[1], draw(st.booleans())
    )


def release_under(policy: str, answer: Answer) -> Released:
    return release_answer(answer, make_study(disclosure={"policy": policy}))


def list_people(released: Released) -> Iterator[Any]:
    """Every count of people that was released, by the declarations."""
    for table in TABLES:
        for column in table.columns:
            if column.role == "people":
                yield from (row[column.name] for row in released.tables[table.name])


@settings(max_examples=150)
@given(answers(), policies)
def test_no_released_count_of_people_is_small_or_exact(answer: Answer, policy: str) -> None:
    for n in list_people(release_under(policy, answer)):
        assert n is None or n == 0 or (n > SMALL[policy] and n % 5 == 0)


@settings(max_examples=150)
@given(answers(), policies)
def test_nothing_is_said_of_a_few_people(answer: Answer, policy: str) -> None:
    """A row about 1 to 7 people (9 under sacro10) holds no number at all."""
    released = release_under(policy, answer)
    exact: dict[str, list[int]] = {
        "estimates": [one.estimate.n for one in answer.estimates],
        "flow": [one.n for one in answer.flow],
        "change": [change.n for change in answer.changes],
        "course": [month.n for month in answer.course],
        "not_held": [one.n for one in answer.not_held],
        "quality": [row["n_rows"] for row in answer.quality],
    }
    for table in TABLES:
        for row, n in zip(released.tables[table.name], exact.get(table.name, ()), strict=False):
            if 0 < n <= SMALL[policy]:
                told = {c.name: row[c.name] for c in table.columns if c.role in ("people", "sum")}
                assert set(told.values()) == {None}
                assert row["state"] in ("suppressed", "not_collected")


@settings(max_examples=150)
@given(answers(), policies)
def test_sums_over_people_leave_for_50_people_or_more(answer: Answer, policy: str) -> None:
    released = release_under(policy, answer)
    for row, change in zip(released.tables["change"], answer.changes, strict=True):
        if change.n < 50:
            assert {row[name] for name in SUM_COLUMNS} == {None}
    for row, month in zip(released.tables["course"], answer.course, strict=True):
        if month.n < 50:
            assert row["rate_per_100"] is None
    for row, one in zip(released.tables["not_held"], answer.not_held, strict=True):
        if one.n < 50 or any(0 < n <= SMALL[policy] for n in (one.people_before, one.people_after)):
            assert row["n"] is row["before_per_100"] is row["after_per_100"] is None


@settings(max_examples=150)
@given(answers(), policies)
def test_a_row_with_something_withheld_says_so(answer: Answer, policy: str) -> None:
    """Every row has a state, and a withheld row shows no count: `check_returns` relies on it."""
    for table in TABLES:
        for row in release_under(policy, answer).tables[table.name]:
            if row.get("state") == "suppressed":
                assert {row[c.name] for c in table.columns if c.role in ("people", "sum")} == {None}


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_fell_stayed_and_rose_cannot_be_had_from_each_other_and_n(name: str) -> None:
    """Every split of up to 40 people: whatever is withheld could have been two values at least.

    The attacker knows the rule: of all splits that would look the same, a withheld cell is not the
    same in all. Splits of 44 are looked through as well, which may look like 40.
    """
    policy = POLICIES[name]
    alike: dict[tuple[object, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for n in range(policy.threshold + 1, 45):
        for fell in range(n + 1):
            for stayed in range(n - fell + 1):
                split = (fell, stayed, n - fell - stayed)
                withheld = hide_together(split, policy)
                shown = [
                    None if hide else round_to_base(n)
                    for n, hide in zip(split, withheld, strict=True)
                ]
                alike[policy.people(n)[0], *shown].append(split)
    given_back = [
        (look, splits[0])
        for look, splits in alike.items()
        for place in range(3)
        if look[place + 1] is None and len({split[place] for split in splits}) == 1
        if sum(splits[0]) <= 40
    ]
    assert given_back == []


@pytest.mark.parametrize("name", sorted(POLICIES))
@pytest.mark.parametrize("table", ["estimates", "change"])
def test_a_few_ongoing_people_cannot_be_had_from_all_less_new(name: str, table: str) -> None:
    """Of n new and m ongoing: a withheld group could have been any size that is withheld."""
    policy = POLICIES[name]
    alike: dict[tuple[object, ...], list[tuple[int, int]]] = defaultdict(list)
    sizes = range(26)
    for new in sizes:
        for ongoing in sizes:
            alike[_tell_groups(name, table, new, ongoing)].append((new, ongoing))
    for look, groups in alike.items():
        for place in range(2):
            if look[place] is None:
                assert {group[place] for group in groups} == set(range(1, policy.threshold + 1))


def _tell_groups(policy: str, table: str, new: int, ongoing: int) -> tuple[object, ...]:
    sizes = {"new": new, "ongoing": ongoing, "all": new + ongoing}
    if table == "estimates":
        answer = make_answer(estimates=[make_estimate(n, who=who) for who, n in sizes.items()])
    else:
        answer = make_answer(changes=make_changes([(1, 1)] * new, [(1, 1)] * ongoing))
    return tuple(row["n"] for row in release_under(policy, answer).tables[table])


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_band_of_ongoing_people_cannot_be_had_from_all_less_new(name: str) -> None:
    """One cell of the pattern in the three groups: a withheld one keeps two values at least."""
    alike: dict[tuple[object, ...], list[tuple[int, int]]] = defaultdict(list)
    beside = [(4, 4)] * 30  # another cell, so that no group as a whole is small
    for new in range(24):
        for ongoing in range(24):
            changes = make_changes([(1, 1)] * new + beside, [(1, 1)] * ongoing + beside)
            cells = [
                row["n"]
                for row in release_under(name, make_answer(changes=changes)).tables["pattern"]
                if (row["before_band"], row["after_band"]) == ("1-2", "1-2")
            ]
            alike[tuple(cells)].append((new, ongoing))
    given_back = [
        (look, groups)
        for look, groups in alike.items()
        for place in range(2)
        if look[place] is None
        and len({group[place] for group in groups}) == 1
        and max(groups[0]) < 19
    ]
    assert given_back == []


def test_the_course_does_not_tell_how_many_people_there_are() -> None:
    """A rate beside a rounded n: the exact n must not come back through the person-time.

    Everybody at risk for the whole month. Whatever is told, every n that rounds alike could have
    told it, with some sum of contacts.
    """
    alike: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for n in range(53, 63):
        months = [make_month(n, contacts=contacts) for contacts in range(20, 80)]
        for row in release_answer(make_answer(course=months)).tables["course"]:
            alike[row["rate_per_100"], row["n"]].add(n)
    assert len(alike) > 10
    assert set(map(len, alike.values())) == {5}


def test_nothing_of_the_records_is_in_a_return(tmp_path: Path) -> None:
    """Not one patient, clinician or practice, and no day of a life, in any byte of a bundle."""
    population = simulate(World(seed=7, n_people=1500, months=36, site_id="quarry"))
    write_world(population, tmp_path / "records", file_format="csv")
    study = make_study(site={"path": str(tmp_path / "records"), "index_month": "2023-09"})
    released = count_site(study, "north").released
    assert any(row["n"] for row in released.tables["flow"])
    write_bundle(released, tmp_path / "bundle")
    write_bundle(released, tmp_path / "bundle.zip")
    files = list((tmp_path / "bundle").iterdir())
    assert len(files) == len(TABLES) + 2
    content = (
        b"\n".join(path.read_bytes() for path in files) + (tmp_path / "bundle.zip").read_bytes()
    )
    allowed = {"2022-01-01", "2025-01-01", "2023-09-01", "2023-10-01"}  # the study's own days
    for word in _list_secrets(tmp_path / "records") - allowed:
        assert word.encode() not in content, word


def _list_secrets(folder: Path) -> set[str]:
    """Identifiers, and dates of birth and death, of the records as written."""
    import csv

    secret = {
        "patients.csv": ("patient_id", "date_of_birth", "date_of_death"),
        "appointments.csv": ("patient_id", "clinician_id"),
        "referrals.csv": ("referral_id", "patient_id"),
    }
    found: set[str] = set()
    for name, columns in secret.items():
        with (folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.update(row[column] for column in columns if len(row[column]) > 4)
    return found


def test_the_policies_are_the_two_that_are_named() -> None:
    assert {name: policy.threshold for name, policy in POLICIES.items()} == SMALL
    for threshold in (4, 0):
        with pytest.raises(AssertionError):
            Policy(threshold)
