"""Contacts and registered people by practice and month: counted as said, released as said."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from righthelp.engine import open_engine
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.rules import Rules
from righthelp.onsite.series import PracticeMonth, read_series
from tests.lib.answers import make_answer, release_answer
from tests.lib.records import Appointment, Patient, Records, Registration, load_records, make_person
from tests.lib.studies import make_study, site_of

STARTS = {"P1": date(2023, 5, 20), "P2": date(2022, 1, 1), "P3": None}
SEEN = make_person("seen", link_worker=["2024-03-09"], gp=["2024-02-20"], practice="P3")
BOTH = make_person("ann") + make_person("bob", practice="P2")
HEADINGS = ("practice_id", "link_worker_start_on")


def _read(
    records: Records, starts: dict[str, date | None] | None = None, **study: Any
) -> list[PracticeMonth]:
    """The series of these records beside one person whom the link worker saw."""
    with open_engine(threads=1, memory_limit="500MB") as engine:
        load_records(engine, SEEN + records)
        for practice, start in (STARTS if starts is None else starts).items():
            engine.rows(
                f"INSERT INTO practices ({', '.join(HEADINGS)}) VALUES (?, ?)", [practice, start]
            )
        made = make_study(**study)
        rules = Rules.of(made, site_of(made), role_missing=False)
        select_cohort(engine, rules)
        return read_series(engine, rules)


def _number(practice: str, *, seed: int = 1) -> int:
    """The place of a practice in the order that names nobody."""

    def hashed(name: str) -> str:
        return hashlib.md5(f"practice:{seed}:{name}".encode()).hexdigest()

    return 1 + sorted(STARTS, key=hashed).index(practice)


def _find(series: list[PracticeMonth], practice: str, month: str) -> PracticeMonth:
    (found,) = (one for one in series if (one.practice, one.month) == (_number(practice), month))
    return found


def test_contacts_and_people_are_those_of_a_plain_count() -> None:
    """Drawn records: moves between practices, deaths, short spells, visits while not registered."""
    rng = np.random.default_rng(20)
    first = date(2021, 6, 1)

    def day(low: int, high: int) -> date:
        return first + timedelta(int(rng.integers(low, high)))

    records = Records()
    for number in range(120):
        name = f"p{number}"
        died = day(300, 1500) if rng.random() < 0.2 else None
        starts = sorted(day(0, 1300) for _ in range(int(rng.integers(1, 4))))
        spells = tuple(
            Registration(
                name,
                start,
                start + timedelta(int(rng.integers(1, 600))) if rng.random() < 0.7 else None,
                ("P1", "P2", "P3")[int(rng.integers(3))],
            )
            for start in starts
        )
        visits = tuple(
            Appointment(
                name,
                day(0, 1500),
                status="attended" if rng.random() < 0.8 else "cancelled",
                role="gp" if rng.random() < 0.8 else "nurse",
            )
            for _ in range(15)
        )
        records += Records((Patient(name, date_of_death=died),), spells, visits)
    series = _read(records)
    dead = {one.patient_id: one.date_of_death for one in records.patients}

    def there(spell: Registration, on: date) -> bool:
        death = dead[spell.patient_id]
        ended = (spell.end_date and on >= spell.end_date) or (death and on > death)
        return on >= spell.start_date and not ended

    for practice in ("P1", "P2"):
        spells = tuple(one for one in records.practice_registrations if one.practice_id == practice)
        for at in range(36):
            year, month = 2022 + at // 12, at % 12 + 1
            found = _find(series, practice, f"{year}-{month:02d}")
            assert found.people == sum(there(one, date(year, month, 15)) for one in spells)
            assert found.contacts == sum(
                there(spell, visit.start_date)
                for visit in records.appointments
                for spell in spells
                if spell.patient_id == visit.patient_id
                and (visit.status, visit.role) == ("attended", "gp")
                and (visit.start_date.year, visit.start_date.month) == (year, month)
            )
    assert sum(one.contacts for one in series) > 200


def test_months_are_counted_from_the_one_in_which_the_link_worker_started() -> None:
    series = _read(BOTH)
    assert _find(series, "P1", "2023-05").months_since_start == 0
    assert _find(series, "P1", "2022-01").months_since_start == -16
    assert _find(series, "P2", "2022-01").months_since_start == 0
    assert len([one for one in series if one.practice == _number("P1")]) == 36


def test_only_whole_months_of_the_extract_count() -> None:
    site = {"extract_from": date(2022, 1, 2), "extract_to": date(2024, 12, 31)}
    months = {one.month for one in _read(BOTH, site=site) if one.month}
    assert (min(months), max(months), len(months)) == ("2022-02", "2024-11", 34)


def test_a_practice_whose_start_is_not_known_has_one_row_without_a_month() -> None:
    rows = [one for one in _read(BOTH) if one.practice == _number("P3")]
    assert rows == [PracticeMonth(_number("P3"), None, 0, 0, None)]


@pytest.mark.parametrize("starts", [{}, {"P1": None}])
def test_where_no_start_is_known_there_is_nothing(starts: dict[str, date | None]) -> None:
    assert _read(BOTH, starts) == []


def test_practices_that_are_not_of_the_site_have_no_series() -> None:
    series = _read(BOTH, site={"practices": ("P1", "P3")})
    assert len({one.practice for one in series}) == 2
    assert not any(one.months_since_start == 0 and one.month == "2022-01" for one in series)


def test_the_order_of_practices_hangs_on_the_seed() -> None:
    """Another seed, other numbers: they stand for no order that anybody knows."""
    orders = {tuple(_number(one, seed=seed) for one in STARTS) for seed in range(1, 9)}
    assert len(orders) > 1
    series = _read(BOTH, reference={"seed": 4})
    (unknown,) = (one for one in series if one.month is None)
    assert unknown.practice == _number("P3", seed=4)


@pytest.mark.parametrize(
    ("people", "contacts", "told"),
    [
        (61, 23, (60, 25)),
        (50, 8, (50, 10)),
        (49, 23, (None, None)),
        (500, 7, (None, None)),
        (500, 0, (None, None)),
    ],
)
def test_a_month_leaves_for_50_people_with_more_than_7_contacts(
    people: int, contacts: int, told: tuple[int | None, int | None]
) -> None:
    one = PracticeMonth(1, "2024-03", contacts, people, -2)
    (row,) = release_answer(make_answer(series=[one])).tables["series"]
    assert (row["people"], row["contacts"]) == told
    assert row["state"] == ("suppressed" if told == (None, None) else "rounded")
    assert (row["practice"], row["month"], row["months_since_start"]) == (1, "2024-03", -2)


def test_the_stricter_policy_withholds_nine_contacts() -> None:
    study = make_study(disclosure={"policy": "sacro10"})
    series = [PracticeMonth(1, "2024-03", n, 900, 0) for n in (9, 10)]
    rows = release_answer(make_answer(series=series), study).tables["series"]
    assert [row["state"] for row in rows] == ["suppressed", "rounded"]


def test_a_practice_left_out_is_said_to_be_and_nothing_else() -> None:
    (row,) = release_answer(make_answer(series=[PracticeMonth(3, None, 0, 0, None)])).tables[
        "series"
    ]
    assert row["state"] == "not_collected"
    assert row["month"] is row["people"] is row["contacts"] is row["months_since_start"] is None
