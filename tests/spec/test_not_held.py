"""Appointments missed or cancelled are counted apart from contacts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from righthelp.onsite.not_held import NotHeld, read_not_held
from tests.lib.answers import make_answer, release_answer
from tests.lib.counting import counted_engine
from tests.lib.records import Appointment, Records, make_person
from tests.lib.studies import make_study

BEFORE, INDEX, AFTER = date(2024, 1, 10), date(2024, 3, 10), date(2024, 5, 10)
MISSED, CANCELLED = "did_not_attend", "cancelled"


def _count(held: Records, **study: Any) -> dict[str, NotHeld]:
    with counted_engine(held, make_study(**study)) as (engine, rules):
        return {one.status: one for one in read_not_held(engine, rules)}


def _person(name: str, *rows: tuple[date, str], **facts: Any) -> Records:
    appointments = [Appointment(name, day, status=status) for day, status in rows]
    facts = {"link_worker": ["2024-03-09"], **facts}
    return make_person(name, appointments=appointments, **facts)


def test_every_one_is_counted_in_its_window_and_how_many_people_had_any() -> None:
    """Two on one day are two; the index month is in neither window."""
    held = _person("ann", (BEFORE, MISSED), (BEFORE, MISSED), (AFTER, MISSED), (INDEX, MISSED))
    held += _person("bob", (BEFORE, CANCELLED), (BEFORE, MISSED), (AFTER, "attended"))
    told = _count(held)
    assert told[MISSED] == NotHeld(MISSED, "new", 2, 3, 1, 2, 1, is_recorded=True)
    assert told[CANCELLED] == NotHeld(CANCELLED, "new", 2, 1, 0, 1, 0, is_recorded=True)


def test_only_of_complete_people_whom_the_study_describes() -> None:
    """Somebody ongoing counts where the study is of all; somebody who left, never."""
    held = _person("new", (BEFORE, MISSED))
    held += _person("ongoing", (BEFORE, MISSED), link_worker=["2023-05-09", "2024-03-09"])
    held += _person("left", (BEFORE, MISSED), registered=[("2000-01-01", "2024-05-01")])
    assert (_count(held)[MISSED].n, _count(held)[MISSED].before) == (1, 1)
    every = _count(held, index={"who": "all"})[MISSED]
    assert (every.who, every.n, every.before, every.people_before) == ("all", 2, 2, 2)


def test_a_missed_appointment_with_staff_who_do_not_count_is_none() -> None:
    nurse = Appointment("ann", BEFORE, role="nurse", status=MISSED)
    held = make_person("ann", appointments=[nurse], link_worker=["2024-03-09"])
    assert _count(held)[MISSED].before == 0
    assert _count(held, contacts={"roles": ("gp", "nurse")})[MISSED].before == 1


def test_a_site_that_records_none_has_none_to_tell() -> None:
    """No appointment of anybody has that status: not collected, not nought."""
    held = _person("ann", (BEFORE, "attended"), (BEFORE, MISSED))
    told = _count(held)
    assert (told[MISSED].is_recorded, told[CANCELLED].is_recorded) == (True, False)
    rows = release_answer(make_answer(not_held=list(told.values()))).tables["not_held"]
    assert [row["state"] for row in rows] == ["suppressed", "not_collected"]


@pytest.mark.parametrize(
    ("n", "people", "told"),
    [
        # 23 and 12 appointments of 61 people: 25 and 10 of 60.
        (61, (15, 9), (41.7, 16.7)),
        (50, (8, 0), (50.0, 20.0)),
        (49, (15, 9), (None, None)),
        (61, (7, 9), (None, None)),
        (61, (15, 1), (None, None)),
    ],
)
def test_they_leave_for_50_people_and_more_than_7_who_had_any(
    n: int, people: tuple[int, int], told: tuple[float | None, float | None]
) -> None:
    """What a few people missed could be one person's."""
    one = NotHeld(MISSED, "new", n, 23, 12, *people, is_recorded=True)
    (row,) = release_answer(make_answer(not_held=[one])).tables["not_held"]
    assert (row["before_per_100"], row["after_per_100"]) == told
    assert row["state"] == ("suppressed" if told == (None, None) else "rounded")
    assert (row["n"] is None) is (told == (None, None))
