"""Real forms and their quirks: OpenSAFELY's dummy tables through the csv route."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from righthelp.engine import Engine, open_engine
from righthelp.onsite.sources.records import SiteRecords, read_records
from righthelp.protocol.load import load_study

ROOT = Path(__file__).parent.parent.parent
STUDY = ROOT / "studies" / "ehrql-dummy"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine() as opened:
        yield opened


@pytest.fixture(scope="module")
def records(engine: Engine) -> SiteRecords:
    study = load_study(STUDY / "study.toml")
    site = study.site[0]
    return read_records(engine, study=study, site=site, folder=site.path, today=date(2026, 1, 1))


def test_every_row_is_kept_or_accounted_for(records: SiteRecords) -> None:
    """6,497 appointments of which 12 repeat another exactly, counted with other tools."""
    ledger = {each.table: each for each in records.ledger}
    appointments = ledger["appointments"]
    assert (appointments.rows_in, appointments.kept) == (6_497, 6_485)
    assert appointments.left_out == {"duplicate_row": 12}
    assert (ledger["patients"].rows_in, ledger["patients"].kept) == (809, 809)
    assert (ledger["practice_registrations"].kept, ledger["referrals"].rows_in) == (809, 0)
    assert all(each.adds_up for each in records.ledger)


def test_the_fifteen_statuses_of_systmone_are_known(engine: Engine, records: SiteRecords) -> None:
    """Counted in the file with other tools, less the twelve copies."""
    assert records.role_missing
    found = dict(engine.rows("SELECT status, count(*) FROM appointments GROUP BY status"))
    assert found == {
        "attended": 852,
        "did_not_attend": 468,
        "cancelled": 1_683,
        "walked_out": 386,
        "no_access": 450,
        "booked": 1_349,
        "arrived": 445,
        "in_progress": 401,
        "waiting": 451,
    }


def test_the_quirks_are_found(records: SiteRecords) -> None:
    """1904 in births and registrations, CRLF, copies, no role; and nothing that is not there."""
    found = [(each.kind, each.table, each.row, each.n_rows) for each in records.findings]
    assert sorted(found, key=str) == sorted(
        [
            ("windows_line_ends", "patients", None, 810),
            ("windows_line_ends", "practice_registrations", None, 810),
            ("windows_line_ends", "appointments", None, 6_498),
            ("date_very_early", "patients", 221, 6),
            ("date_very_early", "practice_registrations", 221, 6),
            ("duplicate_row", "appointments", 2_043, 12),
            ("role_missing_marked", "appointments", 1, 0),
        ],
        key=str,
    )


def test_open_registrations_stay_open_and_identifiers_stay_text(
    engine: Engine, records: SiteRecords
) -> None:
    assert records.checksums
    rows = engine.rows("SELECT * FROM practice_registrations WHERE patient_id = '1'")
    assert rows == [("1", "42", date(1989, 8, 27), None)]
    assert engine.rows("SELECT count(end_date) FROM practice_registrations") == [(0,)]


def test_the_link_worker_contacts_are_those_of_the_seed(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_contacts", STUDY / "make_contacts.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.write_contacts(tmp_path / "made.csv")
    kept = (STUDY / "link_worker_contacts.csv").read_bytes()
    assert (tmp_path / "made.csv").read_bytes() == kept


def test_what_the_files_lack_is_said(records: SiteRecords) -> None:
    lacking = {
        (row["table"], row["column"]): str(row["reason"])
        for row in records.supply
        if not row["supplied"]
    }
    assert "all staff count together" in lacking["appointments", "role"]
    assert ("referrals", None) in lacking
    assert ("appointments", "status") not in lacking
    assert all(reason.endswith(".") for reason in lacking.values())
