"""Days at risk: registered, alive, inside the extract. Deaths and departures are never lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tests.lib.counting import Row, count
from tests.lib.records import Registration, make_person
from tests.lib.studies import make_study

Spells = Sequence[tuple[str, str | None]]


def _ann(*, site: dict[str, Any] | None = None, **facts: Any) -> Row:
    held = make_person("ann", link_worker=["2024-03-09"], **facts)
    return count(held, make_study(site=site)).of("seen")["ann"]


@pytest.mark.parametrize(
    ("registered", "days"),
    [
        # Before: 1 September to 29 February, 182 days. After: 1 April to 30 September, 183 days.
        ([("2000-01-01", None)], (182, 183)),
        ([("2023-09-01", "2024-10-01")], (182, 183)),
        ([("2023-09-02", "2024-09-30")], (181, 182)),
        ([("2024-03-09", "2024-03-10")], (0, 0)),
        ([("2024-02-29", "2024-04-02")], (1, 1)),
    ],
)
def test_a_spell_runs_from_its_first_day_to_the_day_before_its_end(
    registered: Spells, days: tuple[int, int]
) -> None:
    row = _ann(registered=registered)
    assert (row["days_before"], row["days_after"]) == days


@pytest.mark.parametrize(
    ("registered", "days"),
    [
        # Spells that touch or overlap are one.
        ([("2000-01-01", "2023-12-01"), ("2023-12-01", None)], (182, 183)),
        ([("2000-01-01", "2024-01-15"), ("2023-12-01", None)], (182, 183)),
        ([("2000-01-01", "2023-12-01"), ("2023-12-01", None)][::-1], (182, 183)),
        # One inside another, and the same one twice.
        ([("2000-01-01", None), ("2023-12-01", "2024-01-15")], (182, 183)),
        ([("2023-12-01", "2024-05-01"), ("2023-12-01", "2024-05-01")], (91, 30)),
        # A day between them: only the spell that holds the contact counts.
        ([("2000-01-01", "2023-11-30"), ("2023-12-01", None)], (91, 183)),
        ([("2000-01-01", "2024-05-01"), ("2024-05-02", None)], (182, 30)),
    ],
)
def test_spells_that_touch_are_one(registered: Spells, days: tuple[int, int]) -> None:
    """Somebody re-registered with a gap was away: what they did before cannot be seen."""
    row = _ann(registered=registered)
    assert (row["days_before"], row["days_after"]) == days


def test_a_move_between_two_practices_of_the_site_is_no_departure() -> None:
    held = make_person("ann", link_worker=["2024-03-09"], registered=[("2000-01-01", "2024-05-01")])
    moved = Registration("ann", date(2024, 5, 1), None, "P2")
    held = type(held)(
        held.patients,
        (*held.practice_registrations, moved),
        held.appointments,
        held.link_worker_contacts,
        held.referrals,
    )
    both = count(held, make_study(site={"practices": ("P1", "P2")})).of("seen")["ann"]
    assert (both["days_before"], both["days_after"]) == (182, 183)
    one = count(held, make_study(site={"practices": ("P1",)})).of("seen")["ann"]
    assert (one["days_before"], one["days_after"]) == (182, 30)


@pytest.mark.parametrize(
    ("died", "days", "complete"),
    [
        ("2024-03-31", (182, 0), False),
        ("2024-04-01", (182, 1), False),
        ("2024-09-29", (182, 182), False),
        ("2024-09-30", (182, 183), True),
        ("2024-10-01", (182, 183), True),
    ],
)
def test_the_day_of_death_is_the_last_day_at_risk(
    died: str, days: tuple[int, int], complete: bool
) -> None:
    row = _ann(died=died)
    assert (row["days_before"], row["days_after"], row["is_complete"]) == (*days, complete)


@pytest.mark.parametrize(
    ("extract", "days"),
    [
        (("2023-09-01", "2024-10-01"), (182, 183)),
        (("2023-09-02", "2024-09-30"), (181, 182)),
        (("2024-03-01", "2024-04-01"), (0, 0)),
    ],
)
def test_nothing_is_known_outside_the_extract(
    extract: tuple[str, str], days: tuple[int, int]
) -> None:
    """extract_from is the first day the records cover, extract_to the day after the last."""
    first, end = map(date.fromisoformat, extract)
    row = _ann(site={"extract_from": first, "extract_to": end})
    assert (row["days_before"], row["days_after"]) == days


def test_a_contact_outside_the_time_at_risk_does_not_count() -> None:
    """Registered from 1 January: what another practice's visit in December says is not used."""
    row = _ann(
        gp=["2023-12-31", "2024-01-01", "2024-04-30"], registered=[("2024-01-01", "2024-04-30")]
    )
    assert (row["before"], row["after"]) == (1, 0)


@pytest.mark.parametrize(
    ("registered", "complete", "earlier", "history"),
    [
        # The visit is on 20 January: a year of history begins on 20 January 2023.
        ("2023-02-01", True, True, False),
        ("2023-02-02", True, False, False),
        ("2023-01-20", True, True, True),
        ("2023-01-21", True, True, False),
        ("2023-09-01", True, False, False),
        ("2023-09-02", False, False, False),
    ],
)
def test_complete_is_the_whole_of_both_windows(
    registered: str, complete: bool, earlier: bool, history: bool
) -> None:
    """Complete; also with the earlier window; also with the year before the visit."""
    row = _ann(registered=[(registered, None)], gp=["2024-01-20"], referred=["2024-02-01"])
    found = (row["is_complete"], row["has_earlier"], row["has_history"])
    assert found == (complete, earlier, history)


def test_people_who_leave_keep_the_time_that_they_had() -> None:
    """Rates use the days of everybody: nobody who died or left is dropped from the crude ratio."""
    held = make_person("stays", link_worker=["2024-03-09"])
    held += make_person("dies", link_worker=["2024-03-09"], died="2024-04-10")
    held += make_person(
        "leaves", link_worker=["2024-03-09"], registered=[("2023-12-01", "2024-05-01")]
    )
    told = count(held, make_study())
    periods = told.course.two_periods("new", before=range(-6, 0), after=range(1, 7))
    assert periods.n == 3
    assert periods.exposures.tolist() == [182 + 182 + 91, 183 + 10 + 30]
