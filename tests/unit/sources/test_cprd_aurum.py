"""CPRD Aurum: an extract with all its oddities, and broken ones."""

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

SAMPLES = Path("tests", "samples", "aurum_rcprd")
A, B, C, D = (f"{n}00000000{n}20049" for n in range(1, 5))
LONG = "123456789012320049"
LONG_TWIN = "123456789012420049"
SURGERY, PHONE, LETTER, OUT_OF_HOURS = (
    "1672871000006114",
    "62151000000116",
    "62251000000110",
    "63471000000114",
)


def lines(*rows: str) -> str:
    """Rows written with blanks, as tab-separated text; a dot is an empty value."""
    return "".join(
        "\t".join("" if cell == "." else cell for cell in row.split()) + "\n" for row in rows
    )


PATIENT = (
    "patid pracid usualgpstaffid gender yob mob emis_ddate regstartdate patienttypeid regenddate "
    "acceptable cprd_ddate"
)
CONSULTATION = (
    "patid consid pracid consdate enterdate staffid conssourceid cprdconstype consmedcodeid"
)
OBSERVATION = "patid consid pracid obsid obsdate enterdate staffid medcodeid"
FILES: Mapping[str, str] = {
    "set1_Extract_Patient_001.txt": lines(
        PATIENT,
        f"{A} 20049 . 2 1950 . . 01/02/2010 3 . 1 .",
        f"{B} 20049 . 1 1960 3 01/01/1999 01/02/2011 3 05/06/2023 1 .",
        f"{C} 20049 . 1 1970 . . 01/02/2012 3 . 0 .",
    ),
    "set2_Extract_Patient_001.txt": lines(
        PATIENT,
        f"{D} 20049 NA 3 1980 NA NA 01/02/2013 3 NA 1 10/05/2023",
        f"{A} 20049 . 2 1950 . . 01/02/2010 3 . 1 .",
        f"{LONG} 20049 . 2 1990 . . 01/02/2014 3 . 1 .",
        f"{LONG_TWIN} 20049 . 2 1990 . . 01/02/2015 3 . 1 .",
    ),
    "all_Extract_Practice_001.txt": lines("pracid lcd uts region", "20049 20/06/2023 . 8"),
    "all_Extract_Staff_001.txt": lines(
        "staffid pracid jobcatid",
        "71 20049 4",
        "72 20049 9",
        "73 20049 NA",
    ),
    "JobCat.txt": (
        "jobcatid\tDescription\n4\tGeneral Medical Practitioner\n9\tSocial Prescriber\n"
    ),
    "set1_Extract_Consultation_001.txt": lines(
        CONSULTATION,
        f"{A} 901 20049 10/01/2023 11/01/2023 71 . . {SURGERY}",
        f"{A} 902 20049 12/01/2023 12/01/2023 71 . . {LETTER}",
        f"{A} 903 20049 13/01/2023 13/01/2023 71 . . {OUT_OF_HOURS}",
        f"{A} 904 20049 14/01/2023 14/01/2023 71 . . .",
        f"{A} 905 20049 15/01/2023 15/01/2023 71 . . 99",
        f"{C} 906 20049 16/01/2023 16/01/2023 71 . . {SURGERY}",
        f"{B} 907 20049 17/01/2023 17/01/2023 73 . . {SURGERY}",
    ),
    "set1_Extract_Consultation_002.txt": lines(
        CONSULTATION,
        f"{A} 901 20049 10/01/2023 11/01/2023 71 . . {SURGERY}",
        f"{A} 908 20049 10/01/2023 11/01/2023 71 . . {SURGERY}",
        f"{LONG} 909 20049 18/02/2023 18/02/2023 72 . . {PHONE}",
        f"{LONG_TWIN} 910 20049 NA 18/02/2023 71 . . {SURGERY}",
    ),
    "202309_EMISMedicalDictionary.txt": lines(
        "MedCodeId Term SnomedCTConceptId",
        "801 referral 871731000000106",
        "802 declined 871711000000103",
    ),
    "set1_Extract_Observation_001.txt": lines(
        OBSERVATION,
        f"{LONG} . 20049 501 01/02/2023 . . 801",
        f"{LONG} . 20049 502 15/02/2023 . . 12345",
        f"{A} . 20049 503 03/02/2023 . . 801",
        f"{A} . 20049 504 05/02/2023 . . 802",
        f"{C} . 20049 505 05/02/2023 . . 801",
    ),
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            text = content if isinstance(content, bytes) else content.encode("latin-1")
            (folder / name).write_bytes(text)
    return folder


def read(folder: Path, **changes: Any) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    return read_site(folder, route="cprd_aurum", **changes)


def count_kinds(records: SiteRecords) -> dict[tuple[str, str], int]:
    """(table, kind) -> rows, over every finding."""
    found: dict[tuple[str, str], int] = {}
    for one in records.findings:
        found[one.table, one.kind] = found.get((one.table, one.kind), 0) + one.n_rows
    return found


def test_an_extract_with_all_its_oddities(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path))
    assert tables["patients"] == [
        (A, "female", date(1950, 7, 1), None, None, None),
        (LONG, "female", date(1990, 7, 1), None, None, None),
        (LONG_TWIN, "female", date(1990, 7, 1), None, None, None),
        (B, "male", date(1960, 3, 1), None, None, None),
        (D, "intersex", date(1980, 7, 1), date(2023, 5, 10), None, None),
    ]
    collected = date(2023, 6, 20)
    assert tables["practice_registrations"] == [
        (A, "20049", date(2010, 2, 1), collected),
        (LONG, "20049", date(2014, 2, 1), collected),
        (LONG_TWIN, "20049", date(2015, 2, 1), collected),
        (B, "20049", date(2011, 2, 1), date(2023, 6, 5)),
        (D, "20049", date(2013, 2, 1), collected),
    ]
    assert [(*row[:6], row[8]) for row in tables["appointments"]] == [
        (A, "20049", date(2023, 1, 10), "attended", "gp", "face_to_face", "71"),
        (A, "20049", date(2023, 1, 10), "attended", "gp", "face_to_face", "71"),
        (LONG, "20049", date(2023, 2, 18), "attended", "link_worker", "telephone", "72"),
        (B, "20049", date(2023, 1, 17), "attended", "unknown", "face_to_face", "73"),
    ]
    assert tables["link_worker_contacts"] == [
        (LONG, None, date(2023, 2, 18), "telephone", "attended")
    ]
    assert [(row[0], row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("501", LONG, date(2023, 2, 1), None),
        ("503", A, date(2023, 2, 3), date(2023, 2, 5)),
    ]
    assert all(account.adds_up for account in records.ledger)


def test_what_is_lost_is_counted_by_reason(tmp_path: Path) -> None:
    found = count_kinds(read(write(tmp_path))[0])
    dropped = {
        ("cprd_aurum_patient", "patient_not_acceptable"): 1,
        ("cprd_aurum_consultation", "consultation_not_contact"): 2,
        ("cprd_aurum_consultation", "consultation_type_unknown"): 2,
        ("cprd_aurum_consultation", "patient_not_acceptable"): 1,
        ("cprd_aurum_observation", "code_not_used"): 1,
        ("cprd_aurum_observation", "patient_not_acceptable"): 1,
        ("patients", "duplicate_row"): 1,
        ("practice_registrations", "duplicate_row"): 1,
        ("appointments", "duplicate_row"): 1,
        ("appointments", "value_missing"): 1,
    }
    assert dropped.items() <= found.items()


def test_the_site_says_that_missed_appointments_are_not_there(tmp_path: Path) -> None:
    records, _ = read(write(tmp_path))
    lacking = {(row["table"], row["column"]) for row in records.supply if not row["supplied"]}
    assert ("appointments", "status") in lacking
    assert {("appointments", "role"), ("appointments", "mode")}.isdisjoint(lacking)


def test_no_number_ever_stands_for_an_identifier(tmp_path: Path) -> None:
    content = FILES["set2_Extract_Patient_001.txt"].replace(LONG_TWIN, "1.23456789012E+17")
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, {"set2_Extract_Patient_001.txt": content}))
    assert "identifier_rounded" in {one.kind for one in refused.value.findings}


def test_a_long_identifier_that_does_not_end_with_its_practice_has_lost_digits(
    tmp_path: Path,
) -> None:
    rounded = LONG[:15] + "000"
    content = FILES["set1_Extract_Consultation_002.txt"].replace(LONG, rounded)
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, {"set1_Extract_Consultation_002.txt": content}))
    assert "identifier_rounded" in {one.kind for one in refused.value.findings}


def test_a_list_of_the_site_stands_in_for_ours(tmp_path: Path) -> None:
    listed = f"Code,n,ConsultationType,Group\n{LETTER},5,Scanned,Home visit\n{PHONE},1,Call,Video\n"
    records, tables = read(write(tmp_path, {"consultation_types.csv": listed}))
    assert [(row[0], row[5]) for row in tables["appointments"]] == [
        (A, "home_visit"),
        (LONG, "video"),
    ]
    assert ("cprd_aurum_consultation", "consultation_type_unknown") in count_kinds(records)


def test_job_categories_without_their_lookup_need_the_map(tmp_path: Path) -> None:
    words = {"appointments": {"values": {"role": {"4": "gp", "9": "link_worker"}}}}
    _, tables = read(write(tmp_path, {"JobCat.txt": None}), site_map=words)
    assert {row[4] for row in tables["appointments"]} == {"gp", "link_worker", "unknown"}
    with pytest.raises(RecordsRefused) as refused:
        read(tmp_path)
    kinds = {one.kind for one in refused.value.findings}
    assert {"unknown_word", "link_worker_missing"} <= kinds


def test_without_staff_the_role_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, {"all_Extract_Staff_001.txt": None}))
    assert "role_missing" in {one.kind for one in refused.value.findings}


def test_without_a_dictionary_no_referral_is_found_and_the_site_hears_why(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path, {"202309_EMISMedicalDictionary.txt": None}))
    assert tables["referrals"] == []
    assert count_kinds(records)["cprd_aurum_observation", "code_without_dictionary"] == 5


def test_latin_1_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    jobs = "jobcatid\tDescription\r\n4\tGP Partner\r\n9\tSocial Prescriber\r\n12\tCaf\xe9 owner\r\n"
    _, tables = read(write(tmp_path, {"JobCat.txt": jobs}))
    assert {row[4] for row in tables["appointments"]} == {"gp", "link_worker", "unknown"}


def test_the_day_of_death_is_cprds_own_or_none(tmp_path: Path) -> None:
    changes = {
        name: "\n".join(line.rsplit("\t", 1)[0] for line in FILES[name].splitlines()) + "\n"
        for name in ("set1_Extract_Patient_001.txt", "set2_Extract_Patient_001.txt")
    }
    _, tables = read(write(tmp_path, changes))
    assert {row[3] for row in tables["patients"]} == {None}


def test_files_as_r_writes_them(tmp_path: Path) -> None:
    for sample in SAMPLES.glob("*.txt"):
        if sample.name != "SOURCE.txt":
            (tmp_path / sample.name).write_bytes(sample.read_bytes())
    own = {
        "JobCat.txt": FILES["JobCat.txt"],
        "staff.txt": FILES["all_Extract_Staff_001.txt"],
        "consultation.txt": lines(
            CONSULTATION,
            f"1 901 49 10/01/1941 NA 71 NA NA {SURGERY}",
            f"2 902 79 10/01/1941 NA 71 NA NA {SURGERY}",
            f"3 903 98 10/01/1941 NA 72 NA NA {PHONE}",
        ),
    }
    for name, content in own.items():
        (tmp_path / name).write_text(content)
    records, tables = read(
        tmp_path,
        index_month="1941-01",
        extract_from=date(1940, 1, 1),
        extract_to=date(1942, 1, 1),
    )
    assert {row[0] for row in tables["patients"]} == {"1", "3", "6", "7", "9", "12"}
    assert {row[2].month for row in tables["patients"]} == {7}
    assert ("1", "49", date(1940, 7, 24), date(1941, 9, 20)) in tables["practice_registrations"]
    assert [(row[0], row[4]) for row in tables["appointments"]] == [("3", "link_worker")]
    found = count_kinds(records)
    assert found["appointments", "before_birth"] == 1
    assert found["cprd_aurum_consultation", "patient_not_acceptable"] == 1
    assert found["cprd_aurum_observation", "code_without_dictionary"] == 25
    assert all(account.adds_up for account in records.ledger)


WHOLE = {name: text.encode("latin-1") for name, text in FILES.items()}


@settings(max_examples=40, deadline=None)
@given(broken=broken_files(WHOLE))
def test_a_broken_file_never_crashes(broken: tuple[str, bytes]) -> None:
    assert_accounted(lambda folder: write(folder, dict([broken])), lambda folder: read(folder)[0])
