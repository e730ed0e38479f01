"""What a unit's consultations were like, in loops and dates, written from the rules alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from tests.lib.oracle import DAY, Question, list_months, month_later, windows_of
from tests.lib.records import Appointment, Records

Parts = dict[tuple[str, str], tuple[float, float]]
"""For a window and a measure what stands over and what under the line."""
RATIOS = ("length", "missed", "repeat", "wait", "visible")


def look_at_person(records: Records, ask: Question, *, name: str, index_on: date) -> Parts:
    """What one person gives to each measure, counted from an index."""
    asked = ask.study.consultation
    parts: Parts = {}
    for window, (start, end) in find_windows(ask, index_on).items():
        booked = [
            row
            for row in records.appointments
            if row.patient_id == name and start <= row.start_date < end
        ]
        held = merge_day(ask, [row for row in booked if ask.counts(row)])
        missed = [row for row in booked if misses(ask, row)]
        either = [row for row in booked if ask.counts(row) or misses(ask, row)]
        parts[window, "missed"] = (100.0 * len(missed), len(either))
        minutes = [one for rows in held if (one := find_minutes(rows)) is not None]
        parts[window, "length"] = (sum(minutes), len(minutes))
        waits = [one for rows in held if (one := find_wait(rows)) is not None]
        parts[window, "wait"] = (sum(waits), len(waits))
        parts[window, "consultation"] = (len(held), len(held))
        days = sorted({rows[0].start_date for rows in held})
        asked_days = [day for day in days if day + DAY * asked.repeat_days < end]
        again = [
            day
            for day in asked_days
            if any(day < other <= day + DAY * asked.repeat_days for other in days)
        ]
        parts[window, "repeat"] = (100.0 * len(again), len(asked_days))
        signs = list_signs(records, name)
        seen = [
            day
            for day in days
            if any(day - DAY * asked.visible_days <= sign < day for sign in signs)
        ]
        parts[window, "visible"] = (100.0 * len(seen), len(days))
        parts[window, "same"] = see_same(held, at_least=asked.at_least_visits)
        known = [rows for rows in held if rows[0].clinician_id is not None]
        parts[window, "clinician"] = (len(known), len(known))
    return parts


def find_windows(ask: Question, index_on: date) -> dict[str, tuple[date, date]]:
    """First day and day after the last of both windows."""
    months, windows = list_months(ask, index_on), windows_of(ask)
    found = {}
    for window in ("before", "after"):
        spells = [months[month] for month in windows[window]]
        found[window] = (min(start for start, _ in spells), max(end for _, end in spells))
    return found


def misses(ask: Question, row: Appointment) -> bool:
    """Whether an appointment with those who count was not attended."""
    contacts = ask.study.contacts
    roles = ("unknown",) if ask.role_missing else contacts.roles
    return (
        row.status == "did_not_attend"
        and row.role in roles
        and row.mode in contacts.modes
        and (not contacts.categories or row.category in contacts.categories)
    )


def merge_day(ask: Question, rows: Sequence[Appointment]) -> list[list[Appointment]]:
    """Consultations: with one contact a day, those of one day with one clinician are one."""
    if not ask.one_a_day():
        return [[row] for row in rows]
    found: dict[tuple[date, str | None], list[Appointment]] = defaultdict(list)
    for row in rows:
        found[row.start_date, row.clinician_id].append(row)
    return list(found.values())


def find_minutes(rows: Sequence[Appointment]) -> float | None:
    """The longest usable duration: above nothing, up to two hours."""
    usable = [
        row.duration_minutes
        for row in rows
        if row.duration_minutes is not None and 0 < row.duration_minutes <= 120
    ]
    return max(usable, default=None)


def find_wait(rows: Sequence[Appointment]) -> int | None:
    """Days since the earliest usable booking: not after the day, not a year before."""
    waits = [(row.start_date - row.booked_date).days for row in rows if row.booked_date]
    return max((wait for wait in waits if 0 <= wait <= 365), default=None)


def list_signs(records: Records, name: str) -> list[date]:
    """Days on which the link worker saw the person, or passed something back."""
    signs = [
        row.date
        for row in records.link_worker_contacts
        if row.patient_id == name and row.outcome in (None, "attended")
    ]
    return signs + [row.date for row in records.flags if row.patient_id == name]


def see_same(held: Sequence[Sequence[Appointment]], *, at_least: int) -> tuple[float, float]:
    """The usual provider index, and the share of pairs with one clinician; NaN for too few."""
    clinicians = [rows[0].clinician_id for rows in held if rows[0].clinician_id is not None]
    if len(clinicians) < at_least:
        return math.nan, math.nan
    most = max(clinicians.count(one) for one in clinicians)
    pairs = same = 0
    for place, one in enumerate(clinicians):
        for other in clinicians[place + 1 :]:
            pairs += 1
            same += one == other
    return most / len(clinicians), same / pairs


def count_dose(
    records: Records, ask: Question, *, name: str, contact_on: date, index_on: date
) -> tuple[int, int]:
    """Contacts with the link worker from the first to the end of the after window, and the days."""
    end = find_windows(ask, index_on)["after"][1]
    days = sorted(
        row.date
        for row in records.link_worker_contacts
        if row.patient_id == name
        and row.outcome in (None, "attended")
        and contact_on <= row.date < end
    )
    return len(days), (days[-1] - days[0]).days


def count_caseload(records: Records, ask: Question) -> list[int]:
    """People with a contact in each whole month of the extract, from the first with any."""
    assert ask.site.extract_from is not None
    assert ask.site.extract_to is not None
    held = [
        row
        for row in records.link_worker_contacts
        if row.outcome in (None, "attended") and row.date >= ask.site.extract_from
    ]
    if not held:
        return []
    month = min(row.date for row in held).replace(day=1)
    found = []
    while month_later(month, 1) <= ask.site.extract_to:
        end = month_later(month, 1)
        if month >= ask.site.extract_from:
            found.append(len({row.patient_id for row in held if month <= row.date < end}))
        month = end
    return found
