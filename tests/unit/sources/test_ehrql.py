"""ehrQL's tables as files: an extract with its oddities, the dummy tables, and broken ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords
from tests.lib.broken import assert_accounted, broken_files
from tests.unit.sources.small_site import read_site

SAMPLES = Path("tests", "samples", "ehrql_dummy")
FILES: Mapping[str, str] = {
    "patients.csv": """patient_id,date_of_birth,date_of_death,sex
1,1950-02-01,,female
2,1960-03-01,2023-05-10,unknown
3,1970-04-01,9999-12-31,intersex
""",
    "practice_registrations.csv": """patient_id,end_date,practice_pseudo_id,start_date
1,,42,2010-01-01
2,9999-12-31,42,2011-01-01
3,2023-06-05,60,2012-01-01
""",
    "appointments.csv": """patient_id,booked_date,start_date,seen_date,status
1,2023-01-02,2023-01-10,2023-01-10,Finished
1,,,2023-02-10,Visit
2,,2023-03-10,,Did Not Attend
2,,,,Booked
3,,2023-04-10,,Cancelled Due To Death
3,,2023-04-11,,Rejected
3,,2023-04-12,2023-04-12,Finished
3,,2023-04-12,2023-04-12,Finished
1,,2023-01-11,1904-03-08,
""",
    "addresses.csv": """patient_id,start_date,end_date,imd_rounded
1,2010-01-01,2015-01-01,32800
1,2015-01-01,,100
2,2010-01-01,,-1
3,2010-01-01,,32800
""",
    "clinical_events.csv": """patient_id,date,snomedct_code,numeric_value
1,2023-01-20,871731000000106,
2,2023-01-21,871731000000106,
2,2023-01-25,871711000000103,
2,2023-01-26,364075005,
""",
    "link_worker_contacts.csv": """patient_id,date,mode,outcome
1,2023-03-15,telephone,
3,2023-03-20,face_to_face,DNA
""",
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            text = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(text)
    return folder


def read(folder: Path, **changes: Any) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    contacts = {"if_role_missing": "all_staff_marked"}
    return read_site(folder, route="ehrql", contacts=contacts, **changes)


def test_an_extract_with_all_its_oddities(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path))
    assert tables["patients"] == [
        ("1", "female", date(1950, 2, 1), None, None, 1),
        ("2", "unknown", date(1960, 3, 1), date(2023, 5, 10), None, None),
        ("3", "intersex", date(1970, 4, 1), None, None, 10),
    ]
    assert tables["practice_registrations"] == [
        ("1", "42", date(2010, 1, 1), None),
        ("2", "42", date(2011, 1, 1), None),
        ("3", "60", date(2012, 1, 1), date(2023, 6, 5)),
    ]
    assert [(row[0], row[2], row[3], row[4], row[9]) for row in tables["appointments"]] == [
        ("1", date(2023, 1, 10), "attended", "unknown", date(2023, 1, 2)),
        ("1", date(2023, 1, 11), "unknown", "unknown", None),
        ("1", date(2023, 2, 10), "attended", "unknown", None),
        ("2", date(2023, 3, 10), "did_not_attend", "unknown", None),
        ("3", date(2023, 4, 10), "cancelled", "unknown", None),
        ("3", date(2023, 4, 11), "unknown", "unknown", None),
        ("3", date(2023, 4, 12), "attended", "unknown", None),
    ]
    assert tables["link_worker_contacts"] == [
        ("1", None, date(2023, 3, 15), "telephone", None),
        ("3", None, date(2023, 3, 20), "face_to_face", "did_not_attend"),
    ]
    assert [(row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("1", date(2023, 1, 20), None),
        ("2", date(2023, 1, 21), date(2023, 1, 25)),
    ]
    assert all(account.adds_up for account in records.ledger)


def test_what_is_lost_or_changed_is_counted_by_reason(tmp_path: Path) -> None:
    records, _ = read(write(tmp_path))
    found = {(one.table, one.kind): one.n_rows for one in records.findings}
    assert {
        ("appointments", "duplicate_row"): 1,
        ("appointments", "value_missing"): 1,
        ("appointments", "unknown_word"): 1,
        ("appointments", "word_missing"): 1,
        ("ehrql_clinical_events", "code_not_used"): 1,
    }.items() <= found.items()
    assert records.role_missing


def test_a_role_that_is_not_there_refuses_the_site_unless_the_study_allows_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(RecordsRefused) as refused:
        read_site(write(tmp_path), route="ehrql")
    assert "role_missing" in {one.kind for one in refused.value.findings}


def test_without_contacts_of_the_link_worker_there_is_nobody_to_follow(tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, {"link_worker_contacts.csv": None}))
    assert "link_worker_missing" in {one.kind for one in refused.value.findings}


def test_the_tables_that_may_be_left_out(tmp_path: Path) -> None:
    changes = dict.fromkeys(("addresses.csv", "clinical_events.csv"))
    _, tables = read(write(tmp_path, changes))
    assert {row[5] for row in tables["patients"]} == {None}
    assert tables["referrals"] == []


def test_the_dummy_tables_are_read(tmp_path: Path) -> None:
    names = ("patients.csv", "practice_registrations.csv", "appointments.csv")
    samples = {name: (SAMPLES / name).read_bytes() for name in names}
    contacts = {"link_worker_contacts.csv": "patient_id,date\n1,2023-03-15\n"}
    rest = dict.fromkeys(("addresses.csv", "clinical_events.csv"))
    records, tables = read(
        write(tmp_path, {**samples, **contacts, **rest}),
        extract_from=date(2015, 1, 1),
        extract_to=date(2024, 3, 1),
    )
    assert len(tables["patients"]) == len(tables["practice_registrations"]) == 809
    found = {(one.table, one.kind): one.n_rows for one in records.findings}
    assert found["appointments", "duplicate_row"] == 12
    assert ("appointments", "unknown_word") not in found
    assert all(account.adds_up for account in records.ledger)


WHOLE = {name: text.encode() for name, text in FILES.items()}


@settings(max_examples=40, deadline=None)
@given(broken=broken_files(WHOLE))
def test_a_broken_file_never_crashes(broken: tuple[str, bytes]) -> None:
    assert_accounted(lambda folder: write(folder, dict([broken])), lambda folder: read(folder)[0])
