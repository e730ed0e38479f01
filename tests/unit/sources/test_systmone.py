"""TPP SystmOne extracts: what each quirk of the format becomes, and every row accounted for."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords
from tests.unit.sources.small_site import read_site

PATIENTS = """RowIdentifier,IDOrganisationVisibleTo,Surname,DateBirth,DateDeath,Gender,\
TestPatient,RemovedData
11,900,Né,01 Feb 1950 00:00,,F,FALSE,0
12,900,b,01 Mar 1960 00:00,,M,FALSE,0
12,901,b,01 Mar 1960 00:00,,M,FALSE,0
13,900,c,01 Apr 1970 00:00,10 Sep 2023 00:00,F\u00a0,FALSE,0
14,900,d,01 May 1980 00:00,,I,FALSE,0
15,900,e,01 May 1980 00:00,,M,TRUE,0
16,900,f,01 May 1980 00:00,,M,FALSE,0
16,900,,,,,,1
14,901,d,,,,,1
"""
REGISTRATIONS = """RowIdentifier,IDOrganisationVisibleTo,DateEventRecorded,IDProfileEnteredBy,\
DateRegistration,DateDeRegistration,RegistrationStatus,PreferredPharmacy,IDPatient,IDOrganisation,\
IDOrganisationRegisteredAt,RemovedData
201,900,,-1,01 Jan 2010 00:00:00,,GMS,-1,11,900,900,0
202,900,,-1,01 Jan 2011 00:00:00,,GMS,-1,12,900,900,0
202,900,,-1,02 Jan 2011 00:00:00,,"GMS,Contraception",-1,12,900,900,0
203,900,,-1,01 Jan 2012\u00a000:00:00,,Standard,-1,13,-1,900,0
204,901,,-1,01 Jan 2013 00:00:00,01 Dec 2023 00:00:00,GMS,-1,14,901,901,0
205,900,,-1,01 Jan 2013 00:00:00,,GMS,-1,15,900,900,0
206,900,,-1,01 Jan 2013 00:00:00,,GMS,-1,16,900,900,0
207,900,,-1,01 Jan 2023 00:00:00,,Temporary Resident 16 days to 3 months,-1,14,900,900,0
208,900,,-1,01 Jan 2005 00:00:00,31 Dec 2009 00:00:00,GMS,-1,11,955,955,0
209,900,,-1,01 Jan 2023 00:00:00,,Applied,-1,11,900,900,0
210,900,,-1,01 Jan 2023 00:00:00,,,-1,11,900,900,0
211,900,,-1,01 Jan 2023 00:00:00,,Remotely Registered,-1,11,900,900,0
212,900,,-1,01 Jan 2023 00:00:00,,GMS,-1,11,900,900,1
"""
APPOINTMENTS = """RowIdentifier,IDOrganisationVisibleTo,DateStart,DateEnd,AppointmentStatus,\
DateAppointmentBooked,TelephoneAppointment,IDClinician,IDProfileClinician,RotaName,RotaType,\
IDPatient,IDOrganisation,RemovedData
301,900,10 Jan 2023 09:20:00,,405,03 Jan 2023 08:00:00,FALSE,51,61,Dr Né,Surgery,11,900,0
302,900,10 Jan 2023 10:20:00,,405,,TRUE,-1,61,x,Surgery,11,900,0
303,900,10 Mar 2023 09:20:00,,403,,FALSE,52,62,x,Surgery,12,900,0
304,900,10 Apr 2023 09:20:00,,Cancelled by Patient,,FALSE,53,-1,Practice nurse,Surgery,13,900,0
305,901,10 May 2023 09:20:00,,405,,FALSE,54,-1,x,GP,14,901,0
306,900,10 Jun 2023 09:20:00,,405,,FALSE,55,61,x,Link-Worker,11,900,0
307,900,11 Jun 2023 09:20:00,,405,,FALSE,56,66,x,Surgery,11,900,0
308,900,12 Jun 2023 09:20:00,,405,,FALSE,57,-1,x,Surgery,12,900,0
309,900,12 Jun 2023 09:20:00,,999,,FALSE,51,61,x,Surgery,12,900,0
310,900,12 Jun 2023 09:20:00,,-1,,FALSE,51,61,x,Surgery,-1,900,0
311,900,12 Jun 2023 09:20:00,,405,,FALSE,51,61,x,Surgery,15,900,0
312,900,12 Jun 2023 09:20:00,,405,,FALSE,51,61,x,Surgery,16,900,0
313,900,12 Jun 2023 09:20:00,,405,,FALSE,51,61,x,Surgery,12,900,0
313,900,,,,,,,,,,,,1
314,900,14 Feb 2023 09:20:00,,401,,FALSE,51,61,x,Surgery,12,900,0
314,900,14 Feb 2023 09:20:00,,405,,FALSE,51,61,x,Surgery,12,900,0
"""
MAPPING = """RowIdentifier,IdMappingGroup,Mapping
401,40,Booked
403,40,Did Not Attend
405,40,Finished\u00a0
"""
ORGANISATIONS = """RowIdentifier,Name,ID
900,Né,P1
901,b,P2
"""
PROFILES = """RowIdentifier,IDStaffMemberProfileRole,StaffRole,IDStaffMember
61,71,,51
62,-1,Practice Nurse,52
66,76,,56
"""
ROLES = """RowIdentifier,RoleDescription,RemovedData
71,General Medical Practitioner,0
76,Social Prescribing Link Worker,0
"""
CODES = """RowIdentifier,IDOrganisationVisibleTo,DateEvent,CTV3Code,SNOMEDCode,IDPatient,RemovedData
501,900,28 Feb 2023 00:00:00,XaX,871731000000106,11,0
502,900,02 Mar 2023 11:00:00,XaX,871711000000103,11,0
503,900,01 Feb 2023 00:00:00,XaX,871711000000103,12,0
504,900,01 Feb 2023 00:00:00,XaX,364075005,12,0
505,900,01 Feb 2023 00:00:00,XaX,871731000000106,13,0
505,900,,,,,1
506,900,01 Feb 2023 00:00:00,XaX,,13,0
507,900,01 Feb 2023 00:00:00,XaX,871731000000106,15,0
508,900,01 Feb 2023 00:00:00,XaX,871731000000106,14,0
508,900,01 Feb 2023 00:00:00,XaX,364075005,14,0
"""
FILES: Mapping[str, str] = {
    "SRPatient.csv": PATIENTS,
    "SRPatientRegistration.csv": REGISTRATIONS,
    "SRAppointment.csv": APPOINTMENTS,
    "SRMapping.csv": MAPPING,
    "SROrganisation.csv": ORGANISATIONS,
    "SRStaffMemberProfile.csv": PROFILES,
    "SRStaffMemberProfileRole.csv": ROLES,
    "SRCode.csv": CODES,
    "SRPatientAddressHistory.csv": "RowIdentifier\n1\n",
}
NEEDED = ("SRPatient.csv", "SRPatientRegistration.csv", "SRAppointment.csv")

Tables = dict[str, list[tuple[Any, ...]]]


def write_extract(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the small extract with some files replaced; None leaves a file out."""
    for name, content in {**FILES, **(changes or {})}.items():
        if isinstance(content, str):
            content = content.encode("cp1252")
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def read_extract(folder: Path, **given: Any) -> tuple[SiteRecords, Tables]:
    """Read an extract, and see that every row of every table is accounted for."""
    records, tables = read_site(folder, route="systmone", **given)
    for account in records.ledger:
        assert account.adds_up, account
    return records, tables


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteRecords, Tables]:
    return read_extract(write_extract(tmp_path_factory.mktemp("systmone")))


def find_account(records: SiteRecords, table: str) -> Mapping[str, int]:
    return next(one.left_out for one in records.ledger if one.table == table)


def cut_columns(text: str, *names: str) -> str:
    """A file without some of its columns; none of the small files has commas inside these."""
    header, *lines = text.replace('"GMS,Contraception"', "GMS").splitlines()
    kept = [n for n, name in enumerate(header.split(",")) if name not in names]
    rows = [",".join(line.split(",")[n] for n in kept) for line in (header, *lines)]
    return "\n".join(rows) + "\n"


def test_patients(small: tuple[SiteRecords, Tables]) -> None:
    records, tables = small
    assert tables["patients"] == [
        ("11", "female", date(1950, 2, 1), None, None, None),
        ("12", "male", date(1960, 3, 1), None, None, None),
        ("13", "female", date(1970, 4, 1), date(2023, 9, 10), None, None),
        ("14", "intersex", date(1980, 5, 1), None, None, None),
    ]
    assert find_account(records, "systmone_patient") == {
        "row_deleted": 2,
        "row_superseded": 2,
        "test_patient": 1,
    }


def test_registrations(small: tuple[SiteRecords, Tables]) -> None:
    records, tables = small
    assert tables["practice_registrations"] == [
        ("11", "P1", date(2010, 1, 1), None),
        ("12", "P1", date(2011, 1, 2), None),
        ("13", "P1", date(2012, 1, 1), None),
        ("14", "P2", date(2013, 1, 1), date(2023, 12, 1)),
    ]
    assert find_account(records, "systmone_registration") == {
        "patient_removed": 1,
        "registered_elsewhere": 1,
        "registration_not_full": 2,
        "registration_unclear": 2,
        "row_deleted": 1,
        "row_superseded": 1,
        "test_patient": 1,
    }


def test_appointments(small: tuple[SiteRecords, Tables]) -> None:
    records, tables = small
    rows = [
        (row[0], row[1], f"{row[2]:%m-%d}", *row[3:6], row[8]) for row in tables["appointments"]
    ]
    assert sorted(rows) == [
        ("11", "P1", "01-10", "attended", "gp", "telephone", "51"),
        ("11", "P1", "01-10", "attended", "gp", "unknown", "51"),
        ("11", "P1", "06-10", "attended", "link_worker", "unknown", "55"),
        ("11", "P1", "06-11", "attended", "link_worker", "unknown", "56"),
        ("12", "P1", "02-14", "attended", "gp", "unknown", "51"),
        ("12", "P1", "03-10", "did_not_attend", "nurse", "unknown", "52"),
        ("12", "P1", "06-12", "attended", "unknown", "unknown", "57"),
        ("12", "P1", "06-12", "unknown", "gp", "unknown", "51"),
        ("13", "P1", "04-10", "cancelled", "nurse", "unknown", "53"),
        ("14", "P2", "05-10", "attended", "gp", "unknown", "54"),
    ]
    assert {row[6:8] for row in tables["appointments"]} == {(None, None)}
    assert sorted(row[9] for row in tables["appointments"] if row[9]) == [date(2023, 1, 3)]
    assert [row[0] for row in tables["link_worker_contacts"]] == ["11", "11"]
    assert find_account(records, "systmone_appointment") == {
        "patient_removed": 1,
        "row_deleted": 1,
        "row_superseded": 2,
        "slot_without_patient": 1,
        "test_patient": 1,
    }


def test_referrals_are_paired_by_day_and_not_by_the_text_of_the_date(
    small: tuple[SiteRecords, Tables],
) -> None:
    records, tables = small
    found = [(*row[:2], row[3], row[6]) for row in tables["referrals"]]
    assert found == [
        ("501", "11", date(2023, 2, 28), date(2023, 3, 2)),
        ("503", "12", date(2023, 2, 1), date(2023, 2, 1)),
    ]
    assert find_account(records, "systmone_code") == {
        "code_missing": 1,
        "code_not_used": 2,
        "row_deleted": 1,
        "row_superseded": 2,
        "test_patient": 1,
    }


def test_findings_name_the_file_and_the_words_that_are_not_known(
    small: tuple[SiteRecords, Tables],
) -> None:
    records, _ = small
    found = {
        (one.column, one.value, one.file, one.row)
        for one in records.findings
        if one.kind == "unknown_word"
    }
    assert found == {
        ("status", "999", "SRAppointment.csv", 10),
        ("role", "Surgery", "SRAppointment.csv", 9),
    }
    assert [one for one in records.findings if one.effect == "refused"] == []


def test_the_words_of_the_sites_map_reach_the_names_of_rotas(tmp_path: Path) -> None:
    words = {"Dr Né": "link_worker", "x": "nurse"}
    site_map = {"appointments": {"values": {"role": words}}}
    _, tables = read_extract(write_extract(tmp_path), site_map=site_map)
    roles = Counter((row[0], row[4]) for row in tables["appointments"])
    assert roles["11", "link_worker"] == 3
    assert roles["12", "unknown"] == 0
    assert roles["12", "nurse"] == 2


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("SRPatient.csv", ("RemovedData",)),
        ("SRPatient.csv", ("TestPatient", "IDOrganisationVisibleTo", "Surname")),
        ("SRPatientRegistration.csv", ("IDOrganisationRegisteredAt", "RemovedData")),
        ("SRPatientRegistration.csv", ("IDOrganisationVisibleTo",)),
        ("SRAppointment.csv", ("RemovedData",)),
        ("SRAppointment.csv", ("TelephoneAppointment", "RotaName", "IDClinician")),
        ("SRCode.csv", ("SNOMEDCode",)),
        ("SRCode.csv", ("RemovedData",)),
    ],
)
def test_a_column_that_a_version_lacks_is_done_without(
    name: str, columns: tuple[str, ...], tmp_path: Path
) -> None:
    records, tables = read_extract(
        write_extract(tmp_path, {name: cut_columns(FILES[name], *columns)})
    )
    assert tables["appointments"]
    if "SNOMEDCode" in columns:
        assert tables["referrals"] == []
        assert find_account(records, "systmone_code") == {"code_missing": 10}


def test_three_files_are_enough_where_the_statuses_are_words(tmp_path: Path) -> None:
    words = APPOINTMENTS.replace(",405,", ",Finished,").replace(",403,", ",Did Not Attend,")
    words = words.replace(",401,", ",Booked,").replace(",999,", ",Waiting,")
    only = {name: None for name in FILES if name not in NEEDED}
    _, tables = read_extract(write_extract(tmp_path, {**only, "SRAppointment.csv": words}))
    found = Counter(row[3] for row in tables["appointments"])
    assert found == {"attended": 7, "did_not_attend": 1, "cancelled": 1, "waiting": 1}
    assert {row[1] for row in tables["practice_registrations"]} == {"900", "901"}


def test_codes_of_statuses_without_their_meaning_are_refused(tmp_path: Path) -> None:
    folder = write_extract(tmp_path, {"SRMapping.csv": None})
    with pytest.raises(RecordsRefused) as refused:
        read_extract(folder)
    assert "status_not_explained" in {one.kind for one in refused.value.findings}


@pytest.mark.parametrize("name", NEEDED)
def test_a_needed_file_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused) as refused:
        read_extract(write_extract(tmp_path, {name: None}))
    assert [one.kind for one in refused.value.findings] == ["file_missing"]


def test_a_later_file_changes_and_removes_rows(tmp_path: Path) -> None:
    header = APPOINTMENTS.splitlines()[0]
    later = "\n".join(
        [
            header,
            "301,900,10 Jan 2023 09:20:00,,403,,FALSE,51,61,x,Surgery,11,900,0",
            "302,-1,,,,,,,,,,,,1",
        ]
    )
    files = {f"1/{name}": content for name, content in FILES.items()}
    folder = write_extract(
        tmp_path, {**dict.fromkeys(FILES), **files, "2/SRAppointment.csv": f"{later}\n"}
    )
    records, tables = read_extract(folder)
    found = [row[3] for row in tables["appointments"] if row[2] == date(2023, 1, 10)]
    assert found == ["did_not_attend"]
    assert find_account(records, "systmone_appointment")["row_superseded"] == 4


@st.composite
def break_extract(draw: st.DrawFn) -> dict[str, bytes]:
    """The files of the small extract, some cut, ragged, with bytes changed or columns awry."""
    broken = {name: text.encode("cp1252") for name, text in FILES.items()}
    for name in draw(st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=3)):
        content = broken[name]
        lines = content.split(b"\n")
        place = draw(st.integers(0, len(content)))
        line = draw(st.integers(0, len(lines) - 1))
        way = draw(st.sampled_from(["cut", "bytes", "ragged", "header", "doubled", "blank"]))
        if way == "cut":
            content = content[:place]
        elif way == "bytes":
            content = content[:place] + draw(st.binary(max_size=4)) + content[place + 1 :]
        elif way == "ragged":
            lines[line] += draw(st.sampled_from([b",", b",,x", b'"', b"\r"]))
            content = b"\n".join(lines)
        elif way == "header":
            names = lines[0].split(b",")
            names.pop(draw(st.integers(0, len(names) - 1)))
            content = b"\n".join([b",".join(names), *lines[1:]])
        elif way == "doubled":
            content = b"\n".join(row + b"," + row.split(b",")[0] for row in lines)
        else:
            content = b"\n".join([*lines[:line], b"", *lines[line:]])
        broken[name] = content
    return broken


@given(broken=break_extract())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_broken_extract_never_crashes_and_every_row_is_accounted_for(
    broken: dict[str, bytes],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_extract(Path(folder), broken)
        with contextlib.suppress(RecordsRefused):
            read_extract(Path(folder))
