"""The appointment book: every visit with its quirks, and what the other staff did."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from righthelp.protocol.records import MODES, ROLES, STATUSES
from righthelp.world.days import Days, Floats, Ints
from righthelp.world.need import Need
from righthelp.world.people import People
from righthelp.world.scheme import Contacts
from righthelp.world.settings import World, open_stream
from righthelp.world.stay import Stay
from righthelp.world.visits import Visits

Codes = NDArray[np.uint8]

CATEGORIES = (
    "General Consultation Acute",
    "General Consultation Routine",
    "Clinical Triage",
    "Planned Clinics",
    "Planned Clinical Procedure",
    "Structured Medication Review",
    "Social Prescribing Service",
    "Unmapped",
)
_OTHER_STATUS_WEIGHTS = {
    "cancelled": 0.60,
    "unknown": 0.15,
    "arrived": 0.07,
    "booked": 0.05,
    "walked_out": 0.05,
    "in_progress": 0.03,
    "waiting": 0.03,
    "no_access": 0.02,
}
"""How appointments neither attended nor missed split."""
_STAFF_WEIGHTS = {"nurse": 0.55, "other_direct_care": 0.35, "admin": 0.05, "unknown": 0.05}
_MODE_WEIGHTS = {
    "face_to_face": 0.787,
    "telephone": 0.141,
    "unknown": 0.048,
    "home_visit": 0.010,
    "video": 0.007,
    "written": 0.007,
}
_CATEGORIES_OF_ROLE = {
    "gp": (0, 1, 1, 2),
    "nurse": (3, 3, 4, 1),
    "other_direct_care": (5, 5, 3, 1),
    "link_worker": (6, 6, 6, 6),
    "admin": (7, 7, 7, 7),
    "unknown": (7, 7, 1, 3),
}
_MINUTES_OF_ROLE = {
    "gp": (10, 10, 10, 15),
    "nurse": (10, 15, 15, 20),
    "other_direct_care": (15, 15, 20, 30),
    "link_worker": (30, 45, 60, 60),
    "admin": (5, 5, 10, 10),
    "unknown": (10, 10, 15, 20),
}
_LEAD_DAYS = np.concatenate([np.zeros(27, int), np.arange(1, 15), np.arange(15, 29, 2), [28] * 16])
"""Days from booking, 64 equally likely: 42% on the day, as in NHS England's publication."""


@dataclass(frozen=True)
class Book:
    """Appointments by practice, day and person; codes point into the vocabularies of records.

    `clinician` numbers the staff of a role within a practice.
    """

    person: NDArray[np.int32]
    day: NDArray[np.int32]
    status: Codes
    role: Codes
    mode: Codes
    category: Codes
    minutes: Codes
    clinician: Codes
    lead_days: Codes


def write_book(
    world: World,
    people: People,
    *,
    need: Need,
    visits: Visits,
    contacts: Contacts,
    month_weights: Floats,
    stay: Stay,
    days: Days,
) -> Book:
    """Every appointment: GP visits and their duplicates, missed ones, other staff, link workers."""
    rng = open_stream(world, "book")
    attended, gp = STATUSES.index("attended"), ROLES.index("gp")
    twice = visits.key[rng.random(len(visits.key)) < world.same_day_share]
    missed, staff = _draw_others(world, people, need, month_weights=month_weights, days=days)
    missed_status = _draw_status(world, rng, len(missed[0]), with_attended=False)
    staff_status = _draw_status(world, rng, len(staff[0]), with_attended=True)
    staff_role = _draw_code(rng, len(staff[0]), _STAFF_WEIGHTS, ROLES)
    contact_status = np.where(
        contacts.attended, np.uint8(attended), np.uint8(STATUSES.index("did_not_attend"))
    )
    entries: tuple[tuple[Ints, Ints, Codes | int, Codes | int], ...] = (
        (visits.person, visits.day, attended, gp),
        (twice // visits.stride, twice % visits.stride, attended, gp),
        (*missed, missed_status, gp),
        (*staff, staff_status, staff_role),
        (contacts.person, contacts.day, contact_status, ROLES.index("link_worker")),
    )

    def stack(place: int, kind: type[np.generic]) -> NDArray[Any]:
        parts = (np.broadcast_to(entry[place], entry[0].shape) for entry in entries)
        return np.concatenate([part.astype(kind) for part in parts])

    return _fill_in(
        world,
        people,
        rng,
        person=stack(0, np.int64),
        day=stack(1, np.int64),
        status=stack(2, np.uint8),
        role=stack(3, np.uint8),
        end=stay.end,
    )


def _fill_in(
    world: World,
    people: People,
    rng: np.random.Generator,
    *,
    person: Ints,
    day: Ints,
    status: Codes,
    role: Codes,
    end: Ints,
) -> Book:
    """The other columns, for appointments while registered, in the order of the book."""
    blind = people.practice >= world.n_practices - world.practices_without_role
    kept = (day >= people.joined[person]) & (day < end[person])
    kept &= ~blind[person] | (role != ROLES.index("link_worker"))
    order_key = (people.practice[person] << 50) | (day << 32) | person
    order_key[~kept] = np.iinfo(np.int64).max
    order = np.argsort(order_key, kind="stable")[: np.count_nonzero(kept)]
    person, day, status, role = person[order], day[order], status[order], role[order]
    n = len(order)
    quarter = rng.integers(0, 4, n, dtype=np.uint8)
    category = np.asarray([_CATEGORIES_OF_ROLE[name] for name in ROLES], np.uint8)[role, quarter]
    minutes = np.asarray([_MINUTES_OF_ROLE[name] for name in ROLES], np.uint8)[role, quarter]
    list_size = np.bincount(people.practice, minlength=world.n_practices)
    n_doctors = np.clip(list_size // 1800, 2, 40)
    n_staff = np.where(role == ROLES.index("gp"), n_doctors[people.practice[person]], 3)
    usual = rng.random(n, dtype=np.float32) < 0.6
    anybody = rng.integers(0, 1 << 20, n, dtype=np.int32)
    lead_days = _LEAD_DAYS[rng.integers(0, 64, n, dtype=np.uint8)]
    return Book(
        person=person.astype(np.int32),
        day=day.astype(np.int32),
        status=status,
        role=np.where(blind[person], np.uint8(ROLES.index("unknown")), role),
        mode=_draw_code(rng, n, _MODE_WEIGHTS, MODES),
        category=category,
        minutes=minutes,
        clinician=(np.where(usual, person, anybody) % n_staff).astype(np.uint8),
        lead_days=np.minimum(lead_days, day - people.joined[person]).astype(np.uint8),
    )


def _draw_others(
    world: World, people: People, need: Need, *, month_weights: Floats, days: Days
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Persons and days of GP appointments not attended, and of appointments with other staff.

    Neither is changed by the link worker. Half of the other staff's work follows a person's need.
    """
    rng = open_stream(world, "staff")
    missed_ratio = 1 / world.attended_share - 1
    staff_ratio = world.other_staff_ratio / world.attended_share
    level = np.float32(world.gp_rate_per_month) * month_weights[:, None]
    rate = need.rate * (missed_ratio + staff_ratio / 2) + staff_ratio / 2 * level
    cell = np.repeat(np.arange(rate.size), rng.poisson(rate).ravel())
    month, person = np.divmod(cell, world.n_people)
    own = need.rate.ravel()[cell] * missed_ratio
    is_missed = rng.random(len(cell)) * rate.ravel()[cell] < own
    place = (rng.random(len(cell)) * days.n_weekdays[month]).astype(np.int64)
    day = days.weekdays[month, place]
    return (person[is_missed], day[is_missed]), (person[~is_missed], day[~is_missed])


def _draw_status(world: World, rng: np.random.Generator, n: int, *, with_attended: bool) -> Codes:
    """Status codes in the world's shares, or those of what was not attended."""
    rest = 1 - world.attended_share - world.did_not_attend_share
    weights = {name: weight * rest for name, weight in _OTHER_STATUS_WEIGHTS.items()}
    weights["did_not_attend"] = world.did_not_attend_share
    if with_attended:
        weights["attended"] = world.attended_share
    return _draw_code(rng, n, weights, STATUSES)


def _draw_code(
    rng: np.random.Generator, n: int, weights: dict[str, float], vocabulary: tuple[str, ...]
) -> Codes:
    """Positions in a vocabulary, drawn with weights that need not sum to 1."""
    shares = np.asarray([weights.get(word, 0.0) for word in vocabulary])
    if not n:
        return np.empty(0, np.uint8)
    edges = np.cumsum(shares / shares.sum())[:-1].astype(np.float32)
    codes: Codes = np.searchsorted(edges, rng.random(n, dtype=np.float32), side="right").astype(
        np.uint8
    )
    return codes


BOOK_COLUMNS = tuple(field.name for field in fields(Book))
