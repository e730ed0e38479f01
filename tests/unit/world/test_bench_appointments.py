"""The generator of big appointment books: sizes, order, shares, and referral before contact."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.appointments import write_appointments
from righthelp.engine import Engine, open_engine
from righthelp.protocol.records import RECORDS, ROLES, STATUSES

N_ROWS = 500_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    write_appointments(folder, N_ROWS)
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    with open_engine(memory_limit="500MB") as engine:
        for table in RECORDS:
            engine.execute(
                f"CREATE VIEW {table.name} AS FROM read_parquet('{folder / table.name}.parquet')"
            )
        yield engine


def test_rows_people_and_columns_are_as_asked(engine: Engine, folder: Path) -> None:
    for table in RECORDS:
        assert tuple(engine.column_names(table.name)) == table.names
    assert engine.rows(
        "SELECT count(*), count(DISTINCT patient_id) <= 27778 FROM appointments"
    ) == [(N_ROWS, True)]
    assert engine.rows("SELECT count(*), count(DISTINCT patient_id) FROM patients") == [
        (27_778, 27_778)
    ]
    (n_unknown,) = engine.rows(
        "SELECT count(*) FROM appointments ANTI JOIN patients USING (patient_id)"
    )[0]
    assert n_unknown == 0
    assert (folder / "appointments.parquet").stat().st_size / N_ROWS < 6


def test_every_appointment_is_at_the_practice_of_registration(engine: Engine) -> None:
    away = """SELECT * FROM appointments
        ANTI JOIN practice_registrations USING (patient_id, practice_id)"""
    assert engine.rows(away) == []


def test_the_book_is_ordered_by_practice_and_day_in_words_of_the_records(folder: Path) -> None:
    with open_engine(memory_limit="500MB", threads=1) as engine:
        engine.execute("SET preserve_insertion_order = true")
        book = f"read_parquet('{folder}/appointments.parquet')"
        rows = engine.rows(f"SELECT practice_id, start_date, status, role FROM {book}")
    places = [row[:2] for row in rows]
    assert places == sorted(places)
    assert {row[2] for row in rows} < set(STATUSES)
    assert {row[3] for row in rows} < set(ROLES)
    gp = sum(row[3] == "gp" for row in rows) / N_ROWS
    attended = sum(row[2] == "attended" for row in rows) / N_ROWS
    assert gp == pytest.approx(0.53, abs=0.005)
    assert attended == pytest.approx(0.90, abs=0.005)


def test_people_seen_in_the_index_month_were_referred_at_an_earlier_gp_visit(
    engine: Engine,
) -> None:
    seen = (
        """SELECT patient_id, min(date) AS first_on FROM link_worker_contacts GROUP BY patient_id"""
    )
    new = engine.rows(
        f"SELECT count(*) FROM ({seen}) WHERE first_on BETWEEN '2024-01-01' AND '2024-01-31'"
    )[0][0]
    assert new / 27_778 == pytest.approx(0.005, abs=0.0015)
    unreferred = f"""SELECT * FROM ({seen}) LEFT JOIN referrals USING (patient_id)
        WHERE NOT coalesce(referred_on < first_on, false)
            OR NOT EXISTS (FROM appointments AS a WHERE a.patient_id = referrals.patient_id
                AND start_date = referred_on AND role = 'gp' AND status = 'attended')"""
    assert engine.rows(unreferred) == []


def test_the_same_seed_writes_the_same_bytes_and_ids_can_be_text(
    folder: Path, tmp_path: Path
) -> None:
    write_appointments(tmp_path / "again", N_ROWS)
    for table in RECORDS:
        first, second = (
            hashlib.sha256((place / f"{table.name}.parquet").read_bytes()).hexdigest()
            for place in (folder, tmp_path / "again")
        )
        assert first == second, table.name
    write_appointments(tmp_path / "text", 1_000, ids="text")
    with open_engine(memory_limit="500MB") as engine:
        kinds = engine.rows(
            f"SELECT DISTINCT typeof(patient_id) FROM '{tmp_path}/text/appointments.parquet'"
        )
    assert kinds == [("VARCHAR",)]
