"""EMIS Web extracts by hand: deltas, deletions, test patients, both versions, and broken files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from righthelp.onsite.findings import RecordsRefused
from tests.lib.broken import assert_accounted, broken_files
from tests.unit.sources import small_site

PATIENT = (
    "PatientGuid,OrganisationGuid,Sex,DateOfBirth,DateOfDeath,DateOfRegistration,"
    "PatientTypeDescription,DummyType,DateofDeactivation,Deleted,ProcessingId\n"
    "{A1},{ORG},F,1950-02-01,,2010-01-01,Regular,false,,false,1\n"
    "{A2},{ORG},M,1960-03-01,2023-05-05,2011-01-01,Regular,false,2023-05-05,false,1\n"
    "{A3},{ORG},F,1970-03-01,,2012-01-01,Temporary,false,,false,1\n"
    "{A4},{ORG},U,1980-03-01,,2012-01-01,Regular,TRUE,,false,1\n"
    "{A5},{ORG},M,1981-03-01,,2012-01-01,Regular,false,,false,1\n"
)
PATIENT_DELTA = (
    PATIENT.splitlines()[0] + "\n"
    "{a1},{ORG},F,1950-02-01,,2010-01-01,Regular,false,2023-06-01,false,7\n"
    "{A5},{ORG},M,1981-03-01,,2012-01-01,Regular,false,,true,8\n"
)
SLOT = (
    "SlotGuid,AppointmentDate,PatientGuid,SendInTime,LeftTime,DidNotAttend,"
    "ActualDurationInMinutes,OrganisationGuid,SessionGuid,BookedDate,SlotStatus,"
    "ExternalPatientGuid,ModeOfContact,NationalSlotCategoryName,Deleted,ProcessingId\n"
    "{S1},2023-02-01,{A1},,,false,12,{ORG},{X1},2023-01-30,Left,,Telephone/Audio,"
    "General Consultation Routine,false,1\n"
    "{S2},2023-02-02,{A2},,,true,,{ORG},{X1},2023-01-30,DNA,,,,false,1\n"
    "{S3},2023-02-03,,,,false,,{ORG},{X1},,,,,,false,1\n"
    "{S4},2023-02-04,{A1},,,false,,{ORG},{X2},2023-02-04,Booked,,,,false,1\n"
    "{S5},2023-02-05,{A1},,,false,,{ORG},{X3},2023-02-05,Left,,,"
    "Social Prescribing Service,false,1\n"
    "{S6},2023-02-06,,,,false,,{ORG},{X1},2023-02-05,Left,{A2},,,false,1\n"
    "{S7},2023-02-07,{A1},,,false,,{ORG},{X9},2023-02-05,Left,,,,TRUE,1\n"
)
SLOT_DELTA = SLOT.splitlines()[0] + (
    "\n{S4},2023-02-04,{A1},09:00:00,09:10:00,false,10,{ORG},{X2},2023-02-04,Left,,,,false,9\n"
)
SESSION_USER = (
    "SessionGuid,UserInRoleGuid,Deleted,ProcessingId\n"
    "{X1},{U1},false,1\n{X2},{U2},false,1\n{X2},{U1},false,1\n{X3},{U3},false,1\n"
)
USER = (
    "UserInRoleGuid,OrganisationGuid,JobCategoryCode,JobCategoryName,ProcessingId\n"
    "{U1},{ORG},R0260,General Medical Practitioner,1\n"
    "{U2},{ORG},R9999,Practice Nurse,1\n"
    "{U3},{ORG},R9815,Social Prescribing Link Worker,1\n"
)
ORGANISATION = "OrganisationGuid,ODSCode,ProcessingId\n{ORG},A81001,1\n"
CODE = (
    "CodeId,Term,SnomedCTConceptId,ProcessingId\n"
    "11,Referral to social prescribing service,871731000000106,1\n"
    "12,Social prescribing declined,871711000000103,1\n13,Heart rate,364075005,1\n"
)
OBSERVATION = (
    "ObservationGuid,PatientGuid,EffectiveDate,EffectiveDatePrecision,CodeId,Deleted,ProcessingId\n"
    "{O1},{A1},2023-01-15,YMD,11,false,1\n{O2},{A1},2023-01-20,YMDT,12,false,1\n"
    "{O3},{A2},2023-01-01,Y,11,false,1\n{O4},{A2},2023-03-01,YMD,13,false,1\n"
    "{O5},{A2},2023-03-02,YMD,12,false,1\n{O6},{A2},2023-04-02,YMD,11,true,1\n"
)
FILES = {
    "291_Admin_Patient_20230101.csv": PATIENT,
    "291_Admin_Patient_20230701.csv": PATIENT_DELTA,
    "291_Appointment_Slot_20230101.csv": SLOT,
    "291_Appointment_Slot_20230701.csv": SLOT_DELTA,
    "291_Appointment_SessionUser_20230101.csv": SESSION_USER,
    "291_Admin_UserInRole_20230101.csv": USER,
    "291_Admin_Organisation_20230101.csv": ORGANISATION,
    "291_Coding_ClinicalCode_20230101.csv": CODE,
    "291_CareRecord_Observation_20230101.csv": OBSERVATION,
}


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """The good extract with some files replaced, by a part of their names; None leaves one out.

    A replaced file has no delta.
    """
    for name, text in FILES.items():
        part, day = name.split("_", 1)[1].rsplit("_", 1)
        content = changes.get(part, text)
        if content is not None and not (part in changes and day == "20230701.csv"):
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / name).write_bytes(data)
    return folder


def write_file(folder: Path, name: str, *, content: bytes) -> Path:
    """One file of the folder replaced."""
    (folder / name).write_bytes(content)
    return folder


def read(folder: Path) -> Any:
    return small_site.read_site(folder, route="emis")


def test_the_latest_row_holds_and_what_is_not_used_is_counted(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path))
    assert [(row[0], row[1], row[3]) for row in tables["patients"]] == [
        ("a1", "female", None),
        ("a2", "male", date(2023, 5, 5)),
        ("a3", "female", None),
    ]
    assert tables["practice_registrations"] == [
        ("a1", "A81001", date(2010, 1, 1), date(2023, 6, 1)),
        ("a2", "A81001", date(2011, 1, 1), date(2023, 5, 5)),
    ]
    appointments = [(row[0], row[2].day, *row[3:6], row[7]) for row in tables["appointments"]]
    assert appointments == [
        ("a1", 1, "attended", "gp", "telephone", 12.0),
        ("a1", 4, "attended", "gp", "unknown", 10.0),
        ("a1", 5, "attended", "link_worker", "unknown", None),
        ("a2", 2, "did_not_attend", "gp", "unknown", None),
        ("a2", 6, "attended", "gp", "unknown", None),
    ]
    assert [(row[0], row[2]) for row in tables["link_worker_contacts"]] == [
        ("a1", date(2023, 2, 5))
    ]
    assert [(row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("a1", date(2023, 1, 15), date(2023, 1, 20)),
        ("a2", date(2023, 3, 2), date(2023, 3, 2)),
    ]
    left_out = {one.table: dict(one.left_out) for one in records.ledger if one.left_out}
    assert left_out == {
        "emis_patient": {"row_superseded": 2, "row_deleted": 1, "test_patient": 1},
        "emis_slot": {"row_superseded": 1, "slot_without_patient": 1, "row_deleted": 1},
        "emis_observation": {"code_not_used": 1, "date_not_exact": 1, "row_deleted": 1},
    }
    assert all(one.adds_up for one in records.ledger)


def test_version_5_tells_by_flag_and_times(tmp_path: Path) -> None:
    old = (
        "SlotGuid,AppointmentDate,AppointmentStartTime,PatientGuid,SendInTime,LeftTime,DidNotAttend,"
        "ActualDurationInMinutes,OrganisationGuid,SessionGuid,Deleted,ProcessingId\n"
        "{S1},2023-02-01,09:00:00,{A1},09:01:00,09:10:00,false,9,{ORG},{X1},false,1\n"
        "{S2},2023-02-02,09:00:00,{A1},,,true,,{ORG},{X1},false,1\n"
        "{S3},2023-02-03,09:00:00,{A1},09:01:00,,false,,{ORG},{X1},false,1\n"
        "{S4},2023-02-04,09:00:00,{A1},,,false,,{ORG},{X1},false,1\n"
        "{S5},2023-02-05,09:00:00,{A1},,09:10:00,false,,{ORG},{X3},false,1\n"
    )
    records, tables = read(write(tmp_path, Appointment_Slot=old))
    statuses = [row[3] for row in tables["appointments"]]
    assert statuses == ["attended", "did_not_attend", "in_progress", "booked", "attended"]
    supplied = {(row["table"], row["column"]): row["supplied"] for row in records.supply}
    assert not supplied["appointments", "mode"]
    assert not supplied["appointments", "category"]
    assert supplied["appointments", "role"]


def test_a_finding_names_the_file_and_line_of_the_extract(tmp_path: Path) -> None:
    broken = SLOT.replace("{S2},2023-02-02", "{S2},2nd of May")
    records, _ = read(write(tmp_path, Appointment_Slot=broken))
    found = next(one for one in records.findings if one.kind == "date_unreadable")
    assert (found.file, found.row, found.value) == (
        "291_Appointment_Slot_20230101.csv",
        3,
        "2nd of May",
    )


def test_what_is_needed_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, Appointment_Slot=None, Admin_Patient=None))
    told = {one.table for one in refused.value.findings if one.kind == "file_missing"}
    assert told == {"emis_patient", "emis_slot"}


def test_a_file_of_contacts_beside_the_extract_goes_before_it(tmp_path: Path) -> None:
    """The case system's contacts and referrals, in our own form; the slots stay as they are."""
    (tmp_path / "link_worker_contacts.csv").write_text(
        "patient_id,date,mode,outcome\na2,2023-03-03,telephone,attended\n", encoding="utf-8"
    )
    (tmp_path / "referrals.csv").write_text(
        "patient_id,referred_on\na2,2023-02-20\n", encoding="utf-8"
    )
    records, tables = read(write(tmp_path))
    contacts = [(row[0], row[2]) for row in tables["link_worker_contacts"]]
    assert contacts == [("a2", date(2023, 3, 3))]
    assert [(row[1], row[3]) for row in tables["referrals"]] == [("a2", date(2023, 2, 20))]
    assert len(tables["appointments"]) == 5
    assert {"link_worker_contacts.csv", "referrals.csv"} <= set(records.checksums)


WHOLE = {name: text.encode() for name, text in FILES.items()}


@settings(max_examples=40, deadline=None)
@given(broken=broken_files(WHOLE))
def test_broken_files_never_crash_and_never_lose_a_row_silently(
    broken: tuple[str, bytes],
) -> None:
    name, content = broken
    assert_accounted(
        lambda folder: write_file(write(folder), name, content=content),
        lambda folder: read(folder)[0],
    )


def test_a_finding_names_the_first_row_however_many_are_not_used(tmp_path: Path) -> None:
    head = SLOT.splitlines()[0]
    free = "{{S{n}}},2023-02-01,,,,false,,{{ORG}},{{X3}},,Left,,Odd word,,false,1"
    taken = free.replace(",,,,false,,", ",{{A1}},,,false,,", 1)
    rows = [(free if n % 6 else taken).format(n=n) for n in range(150_000)]
    records, tables = read(write(tmp_path, Appointment_Slot="\n".join([head, *rows, ""])))
    found = {each.kind: (each.row, each.n_rows) for each in records.findings}
    assert found["slot_without_patient"] == (3, 125_000)
    assert found["unknown_word"] == (2, 25_000)
    assert len(tables["appointments"]) == 25_000
