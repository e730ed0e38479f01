"""Vision: an extract without header lines, with all its oddities, and broken ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords
from righthelp.onsite.sources.systems.vision import VISION
from tests.lib.broken import assert_accounted, broken_files
from tests.unit.sources.small_site import read_site

HEADERS = {one.table.name: one.headers for one in VISION.tables}
PATIENT = (
    "PID DATE_OF_BIRTH SEX ACTIVE REGISTERED_DATE REMOVED_DATE DATE_OF_DEATH SERVICE_ID ACTION"
)
ENCOUNTER = "PID ID DATE HCP HCP_TYPE SESSION LOCATION TIME DURATION SERVICE_ID ACTION"
JOURNAL = "PID ID DATE SNOMED_CODE ACTION"


def lines(table: str, version: int, columns: str, *rows: str) -> str:
    """Rows of one version of a table; what is not given is empty, and so is a dot."""
    header: Sequence[str] = HEADERS[table][version]
    places = [header.index(column) for column in columns.split()]
    text = ""
    for row in rows:
        cells = [""] * len(header)
        for place, cell in zip(places, row.split(), strict=True):
            cells[place] = "" if cell == "." else cell
        text += ",".join(cells) + "\n"
    return text


FILES: Mapping[str, str] = {
    "20230101_patient_data_extract.csv": lines(
        "vision_patient",
        0,
        PATIENT,
        "1 19500201 F R 20100101 . . P1 A",
        "2 19600301 M R 20110101 . . P1 A",
        "3 19700401 I T 20120101 . . P1 A",
        "4 19800501 F R 20130101 . . P1 A",
    ),
    "20230701_patient_data_extract.csv": lines(
        "vision_patient",
        1,
        PATIENT,
        "2 19600301 M R 20110101 20230605 20230605 P1 A",
        "4 19800501 F R 20130101 . . P1 D",
        ". 19800501 F R 20130101 . . P1 A",
    ),
    "20230101_encounter_data_extract.csv": lines(
        "vision_encounter",
        0,
        ENCOUNTER,
        "1 e1 20230110 H1 A G S 0930 10 P1 A",
        "1 e2 20230111 H1 D10 G S 9999 . P1 A",
        "2 e1 20230112 H2 D06 V O 1000 . P1 A",
        "2 e2 20230113 H1 B G H 1000 . P1 A",
        "1 e3 20230114 H1 C G S 1000 . P1 A",
        "4 e1 20230115 H1 A G S 1000 . P1 A",
        "1 e4 20230116 H1 A G S 1000 . P1 A",
        "1 e5 20231399 H1 A G S 1000 . P1 A",
        "1 e6 20230117 H1 X9 G S 1000 . P1 A",
    ),
    "20230701_encounter_data_extract.csv": lines(
        "vision_encounter",
        0,
        ENCOUNTER,
        "1 e3 20230214 H1 C G S 1000 . P1 A",
        "1 e4 20230116 H1 A G S 1000 . P1 D",
    ),
    "20230101_journal_data_extract.csv": lines(
        "vision_journal",
        1,
        JOURNAL,
        "1 j1 20230105 871731000000106 A",
        "1 j2 20230106 871711000000103 A",
        "2 j1 20230105 364075005 A",
        "2 j2 20230106 871731000000106 A",
        "2 j2 20230106 871731000000106 D",
    ),
    "link_worker_contacts.csv": "patient_id,date,mode,outcome\n1,2023-03-15,telephone,attended\n",
}


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            text = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(text)
    return folder


def read(folder: Path, **changes: Any) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    return read_site(folder, route="vision", **changes)


def test_an_extract_with_all_its_oddities(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path))
    assert tables["patients"] == [
        ("1", "female", date(1950, 2, 1), None, None, None),
        ("2", "male", date(1960, 3, 1), date(2023, 6, 5), None, None),
        ("3", "intersex", date(1970, 4, 1), None, None, None),
    ]
    assert tables["practice_registrations"] == [
        ("1", "P1", date(2010, 1, 1), None),
        ("2", "P1", date(2011, 1, 1), date(2023, 6, 5)),
    ]
    assert [(row[0], row[2], row[4], row[7], row[8]) for row in tables["appointments"]] == [
        ("1", date(2023, 1, 10), "gp", 10.0, "H1"),
        ("1", date(2023, 1, 11), "other_direct_care", None, "H1"),
        ("1", date(2023, 1, 17), "unknown", None, "H1"),
        ("1", date(2023, 2, 14), "gp", None, "H1"),
        ("2", date(2023, 1, 12), "nurse", None, "H2"),
    ]
    assert {(row[1], row[3], row[5]) for row in tables["appointments"]} == {
        ("P1", "attended", "unknown")
    }
    assert [(row[0], row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("j1", "1", date(2023, 1, 5), date(2023, 1, 6))
    ]
    assert all(account.adds_up for account in records.ledger)


def test_what_is_lost_or_changed_is_counted_by_reason(tmp_path: Path) -> None:
    records, _ = read(write(tmp_path))
    found = {(one.table, one.kind): one.n_rows for one in records.findings}
    assert {
        ("vision_patient", "row_superseded"): 2,
        ("vision_patient", "row_deleted"): 1,
        ("vision_encounter", "row_superseded"): 2,
        ("vision_encounter", "row_deleted"): 2,
        ("vision_encounter", "encounter_elsewhere"): 1,
        ("vision_journal", "code_not_used"): 1,
        ("vision_journal", "row_superseded"): 1,
        ("vision_journal", "row_deleted"): 1,
        ("patients", "value_missing"): 1,
        ("appointments", "unknown_word"): 1,
        ("appointments", "date_unreadable"): 1,
    }.items() <= found.items()


def test_an_interpreter_is_the_link_worker_only_where_the_map_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"link_worker_contacts.csv": None})
    with pytest.raises(RecordsRefused) as refused:
        read(tmp_path)
    assert "link_worker_missing" in {one.kind for one in refused.value.findings}
    words = {"appointments": {"values": {"role": {"Interpreter / Link Worker": "link_worker"}}}}
    _, tables = read(tmp_path, site_map=words)
    assert [row[2] for row in tables["link_worker_contacts"]] == [date(2023, 1, 11)]


def test_a_header_line_is_taken_as_one(tmp_path: Path) -> None:
    name = "20230101_encounter_data_extract.csv"
    header = ",".join(HEADERS["vision_encounter"][0])
    _, tables = read(write(tmp_path, {name: f"{header}\n{FILES[name]}"}))
    assert len(tables["appointments"]) == 5


def test_the_first_person_of_an_unknown_version_is_not_shown(tmp_path: Path) -> None:
    name = "20230101_patient_data_extract.csv"
    with pytest.raises(RecordsRefused) as refused:
        read(write(tmp_path, {name: "1,Secret,19500201\n2,Hidden,19600301\n"}))
    assert "column_missing" in {one.kind for one in refused.value.findings}
    assert "Secret" not in str([one.value for one in refused.value.findings])


WHOLE = {name: text.encode() for name, text in FILES.items()}


@settings(max_examples=40, deadline=None)
@given(broken=broken_files(WHOLE))
def test_a_broken_file_never_crashes(broken: tuple[str, bytes]) -> None:
    assert_accounted(lambda folder: write(folder, dict([broken])), lambda folder: read(folder)[0])
