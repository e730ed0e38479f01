"""Parquet, with columns of other types, gives what the same CSV gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from righthelp.engine import open_engine, quote
from righthelp.onsite.findings import RecordsRefused
from tests.unit.sources import small_site


def write_parquet(folder: Path) -> None:
    """The small site as Parquet: numbers as identifiers, timestamps as days."""
    small_site.write_site(folder, {})
    types = {
        "patients": "patient_id::DOUBLE AS patient_id, sex, date_of_birth, date_of_death",
        "practice_registrations": "patient_id::BIGINT AS patient_id, practice_id, "
        "start_date::TIMESTAMP AS start_date, end_date::VARCHAR AS end_date",
        "appointments": "* REPLACE (patient_id::INTEGER AS patient_id)",
    }
    with open_engine() as engine:
        for name, columns in types.items():
            source = quote(str(folder / f"{name}.csv"))
            query = f"SELECT {columns} FROM read_csv({source})"
            engine.copy_to(query, folder / f"{name}.parquet", file_format="parquet")
            (folder / f"{name}.csv").unlink()


def test_parquet_gives_what_csv_gives(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "parquet").mkdir()
    write_parquet(tmp_path / "parquet")
    records, tables = small_site.read_site(tmp_path / "parquet")
    _, expected = small_site.read_site(small_site.write_site(tmp_path / "csv", {}))
    assert tables == expected
    assert records.findings == ()
    assert records.ledger[3].rows_in == 6


def test_a_row_of_parquet_is_counted_from_one(tmp_path: Path) -> None:
    write_parquet(tmp_path)
    with open_engine() as engine:
        source = quote(str(tmp_path / "appointments.parquet"))
        query = (
            f"SELECT * REPLACE (CASE WHEN patient_id = 4 THEN DATE '1904-01-01' "
            f"ELSE start_date END AS start_date) FROM read_parquet({source})"
        )
        engine.copy_to(query, tmp_path / "new.parquet", file_format="parquet")
    (tmp_path / "new.parquet").replace(tmp_path / "appointments.parquet")
    records, _ = small_site.read_site(tmp_path)
    early = next(each for each in records.findings if each.kind == "date_impossible")
    assert (early.file, early.row, early.n_rows) == ("appointments.parquet", 5, 1)


def test_a_file_that_only_says_it_is_parquet_is_refused(tmp_path: Path) -> None:
    small_site.write_site(tmp_path, {"appointments.csv": None, "appointments.parquet": "a,b\n"})
    with pytest.raises(RecordsRefused) as refused:
        small_site.read_site(tmp_path)
    assert [each.kind for each in refused.value.findings] == ["file_unreadable"]


def test_parquet_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    write_parquet(tmp_path)
    path = tmp_path / "appointments.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RecordsRefused, match="cut off"):
        small_site.read_site(tmp_path)
