"""Canonical records as plain Python, a person at a time, and the way into an engine or folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from righthelp.engine import Engine, quote
from righthelp.protocol.records import RECORDS
from righthelp.schema import Table

_SQL_TYPES = {"text": "VARCHAR", "date": "DATE", "integer": "INTEGER", "number": "DOUBLE"}


@dataclass(frozen=True)
class Patient:
    """A row of `patients`."""

    patient_id: str
    date_of_birth: date = date(1960, 5, 1)
    date_of_death: date | None = None
    sex: str = "female"
    ethnicity: str | None = None
    imd_decile: int | None = None


@dataclass(frozen=True)
class Registration:
    """A row of `practice_registrations`; half-open."""

    patient_id: str
    start_date: date
    end_date: date | None = None
    practice_id: str = "P1"


@dataclass(frozen=True)
class Appointment:
    """A row of `appointments`."""

    patient_id: str
    start_date: date
    status: str = "attended"
    role: str = "gp"
    mode: str = "face_to_face"
    category: str | None = None
    practice_id: str = "P1"
    clinician_id: str | None = None
    duration_minutes: float | None = None
    booked_date: date | None = None


@dataclass(frozen=True)
class LinkWorkerContact:
    """A row of `link_worker_contacts`."""

    patient_id: str
    date: date
    outcome: str | None = None


@dataclass(frozen=True)
class Referral:
    """A row of `referrals`."""

    patient_id: str
    referred_on: date
    declined_on: date | None = None
    returned_on: date | None = None
    closed_on: date | None = None
    accepted_on: date | None = None
    referral_id: str | None = None
    referrer_role: str | None = None
    return_reason: str | None = None


@dataclass(frozen=True)
class Need:
    """A row of `needs`."""

    referral_id: str
    need: str
    resolved_on: date | None = None


@dataclass(frozen=True)
class Support:
    """A row of `support`."""

    referral_id: str
    kind: str
    offered_on: date
    accepted_on: date | None = None
    started_on: date | None = None


@dataclass(frozen=True)
class Flag:
    """A row of `flags`."""

    patient_id: str
    date: date
    kind: str | None = None


@dataclass(frozen=True)
class ClinicalEvent:
    """A row of `clinical_events`."""

    patient_id: str
    date: date
    snomedct_code: str


@dataclass(frozen=True)
class Records:
    """All the canonical tables of a site that a study reads; `a + b` holds the rows of both."""

    patients: tuple[Patient, ...] = ()
    practice_registrations: tuple[Registration, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    link_worker_contacts: tuple[LinkWorkerContact, ...] = ()
    referrals: tuple[Referral, ...] = ()
    clinical_events: tuple[ClinicalEvent, ...] = ()
    needs: tuple[Need, ...] = ()
    support: tuple[Support, ...] = ()
    flags: tuple[Flag, ...] = ()

    def __add__(self, other: Records) -> Records:
        return Records(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def only(self, people: Iterable[str]) -> Records:
        """The rows of some people."""
        kept = set(people)
        under = {one.referral_id for one in self.referrals if one.patient_id in kept}
        return Records(
            *(
                tuple(
                    row
                    for row in getattr(self, f.name)
                    if (
                        row.referral_id in under if _is_of_referral(row) else row.patient_id in kept
                    )
                )
                for f in fields(self)
            )
        )

    def names(self) -> list[str]:
        """Everybody who stands in any table, in order of the name."""
        rows = [row for f in fields(self) for row in getattr(self, f.name)]
        return sorted({row.patient_id for row in rows if not _is_of_referral(row)})

    def shifted(self, years: int) -> Records:
        """Every date so many years later; with 28 the calendar is the same (1901 to 2099)."""
        return Records(
            *(tuple(_shift(row, years) for row in getattr(self, f.name)) for f in fields(self))
        )


def _is_of_referral(row: Any) -> bool:
    return isinstance(row, (Need, Support))


def _shift(row: Any, years: int) -> Any:
    dates = {
        name: value.replace(year=value.year + years)
        for name, value in vars(row).items()
        if isinstance(value, date)
    }
    return replace(row, **dates)


def make_person(
    name: str,
    *,
    gp: Sequence[str] = (),
    appointments: Sequence[Appointment] = (),
    link_worker: Sequence[str] = (),
    referred: Sequence[str] = (),
    registered: Sequence[tuple[str, str | None]] = (("2000-01-01", None),),
    born: str = "1960-05-01",
    died: str | None = None,
    sex: str = "female",
    practice: str = "P1",
    codes: Sequence[tuple[str, str]] = (),
) -> Records:
    """One person's rows; dates are ISO text, `gp` the days of attended GP appointments,
    `codes` days and codes of clinical events."""
    visits = [Appointment(name, date.fromisoformat(day), practice_id=practice) for day in gp]
    return Records(
        (Patient(name, date.fromisoformat(born), _day(died), sex),),
        tuple(
            Registration(name, date.fromisoformat(start), _day(end), practice)
            for start, end in registered
        ),
        (*visits, *(replace(one, patient_id=name) for one in appointments)),
        tuple(LinkWorkerContact(name, date.fromisoformat(day)) for day in link_worker),
        tuple(Referral(name, date.fromisoformat(day)) for day in referred),
        tuple(ClinicalEvent(name, date.fromisoformat(day), code) for day, code in codes),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def load_records(engine: Engine, records: Records, *, backwards: bool = False) -> None:
    """Make the canonical tables of these records in an engine, in order or from the last row up."""
    for table in RECORDS:
        columns = ", ".join(f"{column.name} {_SQL_TYPES[column.type]}" for column in table.columns)
        engine.execute(f"CREATE OR REPLACE TABLE {table.name} ({columns})")
        rows = _rows(records, table)
        if rows:
            values = ", ".join(_to_sql(row) for row in (reversed(rows) if backwards else rows))
            engine.execute(f"INSERT INTO {table.name} VALUES {values}")


def write_records(records: Records, folder: Path) -> Path:
    """Write the canonical tables of these records as CSV files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in RECORDS:
        rows = _rows(records, table)
        if rows or not table.optional:
            with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(table.names)
                writer.writerows(rows)
    return folder


def _rows(records: Records, table: Table) -> list[list[object]]:
    rows = getattr(records, table.name, ())
    return [[getattr(row, name, None) for name in table.names] for row in rows]


def _to_sql(row: Sequence[object]) -> str:
    return "(" + ", ".join("NULL" if v is None else quote(str(v)) for v in row) + ")"
