"""Generate a big appointment book, 10^7 or 10^8 rows, and the tables about the same people.

Everything is arithmetic on a hash of the row or person number, so no row is drawn twice, nothing is
sorted and nothing is held in memory. The book is ordered by practice and day, as extracts are. It
has the shape, sizes and shares of the real thing and no meaning: rates do not follow need, and a
few people have appointments outside their registration, as they do in real extracts. For known
truth use `righthelp.world`.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from righthelp.engine import Engine, open_engine, quote
from righthelp.protocol.records import RECORDS

PEOPLE_PER_PRACTICE = 9_000
APPOINTMENTS_PER_PERSON = 18
WORKING_DAYS = 780
"""Three years of weeks from Monday 3 January 2022."""
FIRST_DAY = "2022-01-03"
INDEX_MONTH = "2024-01-01"
EXTRACT_TO = "2024-12-30"
SEEN_PER_1000 = 9
"""Chosen; about 5 in 1000 have a GP visit at which they could have been referred."""
ONGOING_PER_1000 = 1

_SETTINGS = """
CREATE OR REPLACE MACRO bits(h, first, n) AS ((h >> first) & ((1 << n) - 1))::INTEGER;
CREATE OR REPLACE MACRO person_hash(person) AS hash(person * 1000003 + {seed});
-- A one-to-one scramble, so that the numbers of a practice's people are not neighbours.
CREATE OR REPLACE MACRO to_id(person) AS {id_text}(person * {multiplier} % {prime}){id_end};
"""

# 10% of people have 35% of the appointments, 50% have 50%, 40% have 15%.
_APPOINTMENTS = """
WITH numbered AS (
    SELECT
        i // {rows_per_practice} AS practice,
        ((i % {rows_per_practice}) * {working_days} // {rows_per_practice})::INTEGER AS working_day,
        hash(i * 31 + {seed}) AS h
    FROM range({n_rows}) AS t(i)
),
drawn AS (
    SELECT
        practice,
        DATE '{first_day}' + (working_day // 5 * 7 + working_day % 5) AS start_date,
        bits(h, 0, 20) AS spot,
        bits(h, 20, 10) AS status_draw,
        bits(h, 30, 10) AS role_draw,
        bits(h, 40, 10) AS mode_draw,
        bits(h, 50, 2) AS quarter,
        bits(h, 52, 6) AS lead_draw,
        bits(h, 58, 3) AS staff
    FROM numbered
),
placed AS (
    SELECT
        *,
        CASE
            WHEN spot < 367001 THEN spot % 900
            WHEN spot < 891289 THEN 900 + spot % 4500
            ELSE 5400 + spot % 3600
        END AS place
    FROM drawn
)
SELECT
    to_id(
        practice * {people_per_practice}
        + place % least({people_per_practice}, {n_people} - practice * {people_per_practice})
    ) AS patient_id,
    practice_id,
    start_date,
    CASE
        WHEN status_draw < 922 THEN 'attended'
        WHEN status_draw < 973 THEN 'did_not_attend'
        WHEN status_draw < 1004 THEN 'cancelled'
        WHEN status_draw < 1014 THEN 'unknown'
        WHEN status_draw < 1019 THEN 'arrived'
        ELSE 'walked_out'
    END AS status,
    CASE
        WHEN role_draw < 543 THEN 'gp'
        WHEN role_draw < 800 THEN 'nurse'
        WHEN role_draw < 970 THEN 'other_direct_care'
        WHEN role_draw < 999 THEN 'admin'
        ELSE 'unknown'
    END AS role,
    CASE
        WHEN mode_draw < 806 THEN 'face_to_face'
        WHEN mode_draw < 950 THEN 'telephone'
        WHEN mode_draw < 1008 THEN 'unknown'
        WHEN mode_draw < 1016 THEN 'home_visit'
        ELSE 'video'
    END AS mode,
    CASE
        WHEN role_draw < 543 AND quarter = 0 THEN 'General Consultation Acute'
        WHEN role_draw < 543 THEN 'General Consultation Routine'
        WHEN role_draw < 800 AND quarter = 0 THEN 'Planned Clinical Procedure'
        WHEN role_draw < 800 THEN 'Planned Clinics'
        WHEN role_draw < 970 THEN 'Structured Medication Review'
        ELSE 'Unmapped'
    END AS category,
    CASE WHEN quarter = 0 THEN 15 ELSE 10 END AS duration_minutes,
    clinician_id,
    start_date - greatest(lead_draw - 26, 0) AS booked_date
FROM placed
LEFT JOIN staff_names USING (practice, staff)
"""

_STAFF_NAMES = """
CREATE OR REPLACE TABLE staff_names AS
SELECT
    practice,
    staff::INTEGER AS staff,
    printf('practice-%05d', practice) AS practice_id,
    printf('practice-%05d-%d', practice, staff) AS clinician_id
FROM range({n_practices}) AS p(practice), range(8) AS s(staff)
"""

_PEOPLE = """
CREATE OR REPLACE TABLE people AS
SELECT
    to_id(person) AS patient_id,
    printf('practice-%05d', person // {people_per_practice}) AS practice_id,
    h,
    CASE WHEN bits(h, 0, 10) < 10 THEN DATE '{first_day}' + bits(h, 10, 10) END AS died_on,
    CASE WHEN bits(h, 0, 10) BETWEEN 10 AND 60 THEN DATE '{first_day}' + bits(h, 10, 10) END
        AS left_on,
    CASE WHEN bits(h, 20, 10) < 60 THEN DATE '{first_day}' + bits(h, 30, 10)
        ELSE DATE '{first_day}' - 400 - bits(h, 30, 12) END AS joined_on,
    (h >> 44) % 1000 AS scheme_draw
FROM (SELECT person, person_hash(person) AS h FROM range({n_people}) AS t(person))
"""

_PATIENTS = """
SELECT
    patient_id,
    CASE WHEN bits(h, 0, 1) = 0 THEN 'female' ELSE 'male' END AS sex,
    make_date(1930 + bits(h, 54, 10) % 75, 1 + bits(h, 50, 4) % 12, 1) AS date_of_birth,
    died_on AS date_of_death,
    CASE WHEN bits(h, 1, 3) = 0 THEN 'asian' ELSE 'white' END AS ethnicity,
    (1 + h % 10)::INTEGER AS imd_decile
FROM people
"""

_REGISTRATIONS = """
SELECT patient_id, practice_id, joined_on AS start_date,
    CASE WHEN coalesce(died_on, left_on) > joined_on THEN coalesce(died_on, left_on) END AS end_date
FROM people
"""

_PRACTICES = """
SELECT practice_id, count(*) AS list_size, DATE '{index_month}' - 365 AS link_worker_start_on
FROM people GROUP BY practice_id ORDER BY practice_id
"""

# Referred at the last GP visit that lies at least a lag before the first contact.
_REFERRED = """
CREATE OR REPLACE TABLE referred AS
WITH chosen AS (
    SELECT
        patient_id,
        bits(h, 2, 8) % 60 + 3 AS lag_days,
        DATE '{index_month}' + (bits(h, 30, 10) % 31)
            - (CASE WHEN scheme_draw < {seen} THEN 0 ELSE 91 END) AS first_contact_on,
        scheme_draw >= {seen} AS ongoing
    FROM people
    WHERE scheme_draw < {seen} + {ongoing}
        AND joined_on < DATE '{first_day}'
        AND coalesce(died_on, left_on, DATE '2030-01-01') > DATE '{index_month}' + 31
)
SELECT chosen.patient_id, ongoing, first_contact_on, max(start_date) AS referred_on
FROM read_parquet({book}) AS book
JOIN chosen ON book.patient_id = chosen.patient_id
WHERE role = 'gp' AND status = 'attended' AND start_date <= first_contact_on - lag_days
    AND start_date > first_contact_on - lag_days - 182
GROUP BY chosen.patient_id, ongoing, first_contact_on
"""

_CONTACTS = """
SELECT patient_id, 'bench' AS site_id, first_contact_on + further * 28 AS date,
    'face_to_face' AS mode, 'attended' AS outcome
FROM referred, (SELECT n::INTEGER AS further FROM range(5) AS t(n))
WHERE first_contact_on + further * 28 < DATE '{extract_to}'
ORDER BY date, patient_id
"""

_REFERRALS = """
SELECT 'referral-' || row_number() OVER (ORDER BY patient_id) AS referral_id,
    patient_id, 'bench' AS site_id, referred_on, 'gp' AS referrer_role, referred_on AS accepted_on,
    NULL::DATE AS declined_on, NULL::DATE AS returned_on, NULL::DATE AS closed_on,
    NULL::VARCHAR AS return_reason
FROM referred ORDER BY patient_id
"""


_TYPES = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE"}


@dataclass(frozen=True)
class Written:
    """What was made: rows of the book, people, bytes of the book, and seconds."""

    n_rows: int
    n_people: int
    book_bytes: int
    seconds: float


def write_appointments(
    folder: Path, n_rows: int, *, ids: Literal["integer", "text"] = "integer", seed: int = 1
) -> Written:
    """Write the canonical tables for `n_rows` appointments; the same seed, the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    n_people = -(-n_rows // APPOINTMENTS_PER_PERSON)
    prime = _next_prime(max(n_people, 1_000))
    book = folder / "appointments.parquet"
    settings = {
        "n_rows": n_rows,
        "n_people": n_people,
        "n_practices": -(-n_people // PEOPLE_PER_PRACTICE),
        "people_per_practice": PEOPLE_PER_PRACTICE,
        "rows_per_practice": PEOPLE_PER_PRACTICE * APPOINTMENTS_PER_PERSON,
        "working_days": WORKING_DAYS,
        "first_day": FIRST_DAY,
        "index_month": INDEX_MONTH,
        "extract_to": EXTRACT_TO,
        "seen": SEEN_PER_1000,
        "ongoing": ONGOING_PER_1000,
        "seed": seed,
        "prime": prime,
        "multiplier": 7_919 * 104_729 % prime,
        "id_text": "printf('p%09d', " if ids == "text" else "",
        "id_end": ")" if ids == "text" else "",
        "book": quote(str(book)),
    }
    began = time.perf_counter()
    with open_engine(memory_limit="1500MB", threads=1) as engine:
        engine.execute("SET preserve_insertion_order = true")
        for make in (_SETTINGS, _STAFF_NAMES):
            engine.execute(make.format(**settings))
        _copy(engine, _APPOINTMENTS.format(**settings), book)
        for make in (_PEOPLE, _REFERRED):
            engine.execute(make.format(**settings))
        for name, query in {
            "patients": _PATIENTS,
            "practices": _PRACTICES,
            "practice_registrations": _REGISTRATIONS,
            "link_worker_contacts": _CONTACTS,
            "referrals": _REFERRALS,
        }.items():
            _copy(engine, query.format(**settings), folder / f"{name}.parquet")
        for table in RECORDS[6:]:  # what a change means is not timed here: empty tables
            columns = ", ".join(f"NULL::{_TYPES[c.type]} AS {c.name}" for c in table.columns)
            _copy(engine, f"SELECT {columns} WHERE false", folder / f"{table.name}.parquet")
    return Written(n_rows, n_people, book.stat().st_size, time.perf_counter() - began)


def _copy(engine: Engine, query: str, path: Path) -> None:
    """Write a query as Parquet, as an extract would come: zstd, row groups of 131,072."""
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072"
    engine.execute(f"COPY ({query}) TO {quote(str(path))} ({options})")


def _next_prime(n: int) -> int:
    """The least prime not below n."""
    while any(n % divisor == 0 for divisor in range(2, int(n**0.5) + 1)):
        n += 1
    return n


def main() -> None:
    """Read the command line, write, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--ids", choices=("integer", "text"), default="integer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    written = write_appointments(given.out, given.rows, ids=given.ids, seed=given.seed)
    print(
        f"{written.n_rows:,} appointments of {written.n_people:,} people"
        f" in {written.seconds:.1f} s, {written.book_bytes / written.n_rows:.2f} bytes a row"
    )


if __name__ == "__main__":
    main()
