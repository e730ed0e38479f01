"""What a consultation is asked for: who, how long, how soon, and what the link worker had left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from righthelp.onsite.meaning.compared import read_compared
from righthelp.onsite.meaning.consultation import Consultations, read_consultations
from tests.lib.counting import counted_engine
from tests.lib.records import Appointment, Flag, LinkWorkerContact, Records, make_person
from tests.lib.studies import make_study

BEFORE_FROM, AFTER_FROM = date(2023, 9, 1), date(2024, 4, 1)
AFTER_TO = date(2024, 10, 1)
DAY = timedelta(days=1)


def visit(day: date, clinician: str | None = "A", **facts: Any) -> Appointment:
    return Appointment("ann", day, **{"clinician_id": clinician, **facts})


def look(*rows: Appointment, more: Records | None = None, **study: Any) -> Consultations:
    """One person, Ann, whom the link worker saw in March 2024; nobody is matched."""
    held = make_person("ann", appointments=rows, link_worker=["2024-03-09"])
    with counted_engine(held + (more or Records()), make_study(**study)) as (engine, rules):
        engine.execute("CREATE TABLE sets (unit INTEGER, comparator INTEGER, rung INTEGER)")
        return read_consultations(engine, rules, compared=read_compared(engine))


def ratio(found: Consultations, measure: str) -> Any:
    """Over and under the line, before and after."""
    columns = [float(column[0]) for column in found.parts[measure].columns]
    return (columns[0], columns[1]), (columns[2], columns[3])


def on(start: date, *days: int) -> list[date]:
    return [start + DAY * day for day in days]


def test_usual_provider_and_bice_boxerman_of_each_window_by_hand() -> None:
    """Before A, A, A, B: 3 of 4 with A, and 3 of the 6 pairs with one clinician. After A, B, C, C,
    C, C: 4 of 6, and 6 of the 15 pairs."""
    before = zip(on(BEFORE_FROM, 0, 30, 60, 90), "AAAB", strict=True)
    after = zip(on(AFTER_FROM, 0, 20, 40, 60, 80, 100), "ABCCCC", strict=True)
    found = look(*(visit(day, name) for day, name in (*before, *after)))
    assert ratio(found, "usual_provider") == ((0.75, 1), (pytest.approx(4 / 6), 1))
    assert ratio(found, "same_clinician") == ((0.5, 1), (pytest.approx(6 / 15), 1))


def test_too_few_visits_with_a_known_clinician_in_a_window_and_the_person_is_in_neither() -> None:
    rows = [visit(day) for day in on(BEFORE_FROM, 0, 30, 60)]
    rows += [visit(AFTER_FROM), visit(AFTER_FROM + 30 * DAY, None)]
    assert ratio(look(*rows), "usual_provider") == ((0, 0), (0, 0))
    more = [*rows, visit(AFTER_FROM + 60 * DAY, "B")]
    assert ratio(look(*more), "usual_provider") == ((1, 1), (0.5, 1))
    fewest = {"at_least_visits": 3}
    assert ratio(look(*more, consultation=fewest), "usual_provider") == ((0, 0), (0, 0))


def test_what_a_consultation_lacks_is_counted_beside() -> None:
    rows = [visit(BEFORE_FROM), visit(BEFORE_FROM + DAY, None), visit(AFTER_FROM, None)]
    found = look(*rows)
    before, after = found.lacking["usual_provider"]
    assert (before[0], after[0]) == (1, 1)
    assert (found.total[0][0], found.total[1][0]) == (2, 1)


def test_length_is_of_usable_durations_alone() -> None:
    """Nothing, none and a whole session are not the length of a consultation; two hours may be."""
    minutes = (10, 15, 0, None, 121, 120)
    rows = [
        visit(day, duration_minutes=length)
        for day, length in zip(on(AFTER_FROM, 0, 1, 2, 3, 4, 5), minutes, strict=True)
    ]
    found = look(*rows)
    assert ratio(found, "length") == ((0, 0), (145, 3))
    assert found.lacking["length"][1][0] == 3


def test_two_appointments_of_one_day_with_one_clinician_are_one_consultation() -> None:
    """Unless every appointment counts; with two clinicians they are two, on one day of contact."""
    rows = [
        visit(AFTER_FROM, duration_minutes=10, booked_date=AFTER_FROM - 2 * DAY),
        visit(AFTER_FROM, duration_minutes=15, booked_date=AFTER_FROM - 5 * DAY),
        visit(AFTER_FROM, "B", duration_minutes=20),
    ]
    one = look(*rows)
    assert ratio(one, "length")[1] == (35, 2)
    assert ratio(one, "wait")[1] == (5, 1)
    assert ratio(one, "repeat")[1] == (0, 1)
    every = look(*rows, contacts={"same_day": "all"})
    assert ratio(every, "length")[1] == (45, 3)
    assert ratio(every, "wait")[1] == (7, 2)
    assert ratio(every, "repeat")[1] == (0, 1)


def test_missed_are_set_against_those_held_and_those_missed() -> None:
    """Cancelled appointments and those with other staff are neither."""
    rows = [
        visit(AFTER_FROM),
        *(visit(day, status="did_not_attend") for day in on(AFTER_FROM, 0, 1, 2)),
        visit(AFTER_FROM + 3 * DAY, status="cancelled"),
        visit(AFTER_FROM + 4 * DAY, role="nurse", status="did_not_attend"),
        visit(date(2024, 3, 15), status="did_not_attend"),
    ]
    assert ratio(look(*rows), "missed") == ((0, 0), (300, 4))


def test_a_contact_is_repeated_when_the_next_is_within_the_days() -> None:
    """Seven days later is, eight is not; the last seven days of a window are not asked."""
    rows = [visit(day) for day in on(AFTER_FROM, 0, 7, 15)]
    rows += [visit(AFTER_TO - 8 * DAY), visit(AFTER_TO - 7 * DAY), visit(AFTER_TO - DAY)]
    found = look(*rows)
    assert ratio(found, "repeat") == ((0, 0), (200, 4))
    assert ratio(look(*rows, consultation={"repeat_days": 8}), "repeat")[1] == (200, 3)


def test_the_wait_is_from_the_booking_and_a_slip_is_none() -> None:
    """Booked after the day, or over a year before it, is a slip; on the day is no wait."""
    waits = (0, 14, 365, -1, 366)
    rows = [
        visit(AFTER_FROM + DAY * at, booked_date=AFTER_FROM + DAY * (at - wait))
        for at, wait in enumerate(waits)
    ]
    found = look(*rows)
    assert ratio(found, "wait") == ((0, 0), (379, 3))
    assert found.lacking["wait"][1][0] == 2


def test_a_sign_of_the_link_worker_lies_before_the_day_and_not_too_long_before() -> None:
    """A contact missed leaves none, a message does; one of the same day may have come after."""
    flagged, seen = date(2024, 6, 1), date(2024, 8, 1)
    more = Records(
        flags=(Flag("ann", flagged),),
        link_worker_contacts=(
            LinkWorkerContact("ann", seen),
            LinkWorkerContact("ann", date(2024, 7, 1), "did_not_attend"),
        ),
    )
    rows = [visit(day) for day in on(flagged, 0, 1, 30, 31)]
    rows += [visit(seen), visit(seen + DAY)]
    assert ratio(look(*rows, more=more), "visible") == ((0, 0), (300, 6))
    assert ratio(look(*rows, more=more, consultation={"visible_days": 31}), "visible")[1][0] == 400


def test_the_dose_is_from_the_first_contact_to_the_end_of_the_after_window() -> None:
    """The first contact lies in the index month, which is in neither window, and counts."""
    days = (date(2024, 3, 20), date(2024, 9, 30), AFTER_TO)
    more = Records(
        link_worker_contacts=(
            *(LinkWorkerContact("ann", day) for day in days),
            LinkWorkerContact("ann", date(2024, 6, 6), "did_not_attend"),
            LinkWorkerContact("bob", date(2024, 3, 31)),
        )
    )
    dose = look(visit(AFTER_FROM), more=more).dose
    assert dose.contacts.tolist() == [3]
    assert dose.days.tolist() == [(date(2024, 9, 30) - date(2024, 3, 9)).days]
    assert dose.caseload.tolist() == [2, 0, 0, 0, 0, 0, 1, 1, 0, 0]


def test_what_a_site_did_not_supply_is_not_collected() -> None:
    """No consultation of anybody has it; without any consultation nothing is said of columns."""
    bare = look(visit(BEFORE_FROM, None), visit(AFTER_FROM, None))
    assert set(bare.not_collected) == {
        "usual_provider",
        "same_clinician",
        "length",
        "wait",
        "missed",
    }
    rows = [
        visit(AFTER_FROM, duration_minutes=5, booked_date=AFTER_FROM),
        visit(AFTER_FROM, status="did_not_attend"),
    ]
    assert look(*rows).not_collected == {}
