"""What is odd in a site's files, and what is done about it.

Every kind of finding is raised here once, from files that are in order but for that one thing.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from righthelp.onsite.findings import KINDS, RecordsRefused
from tests.unit.sources import small_site
from tests.unit.sources.small_site import APPOINTMENTS, CONTACTS, PATIENTS, REGISTRATIONS


@dataclass(frozen=True)
class Case:
    """Files that differ from the good ones, the finding they must raise, and where."""

    kind: str
    table: str
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    column: str = ""
    row: int | None = None
    n_rows: int = 0
    shows: str = ""
    site: Mapping[str, Any] = field(default_factory=dict)
    site_map: Mapping[str, Any] = field(default_factory=dict)


def add(text: str, *lines: str) -> str:
    """Lines added to the end of a file."""
    return text + "".join(f"{line}\n" for line in lines)


def many(text: str, line: str, n: int = 5) -> str:
    """The same trouble in several different rows."""
    return add(text, *(line.replace("#", str(number)) for number in range(n)))


A = "appointments"
CONTACTS_TABLE = "link_worker_contacts"
AF = "appointments.csv"
FILE_CASES = (
    Case("file_missing", "patients", {"patients.csv": None}, shows="patients.csv"),
    Case("file_doubled", A, {"appointments.tsv": "a\tb\n"}, shows="appointments.tsv"),
    Case("file_empty", A, {AF: ""}),
    Case("file_unreadable", A, {AF: b"PK\x03\x04 a workbook"}, shows="spreadsheet"),
    Case("table_without_rows", A, {AF: APPOINTMENTS.split("\n")[0] + "\n"}),
    Case(
        "referral_not_found",
        "needs",
        {"needs.csv": "referral_id,need\nr9,housing\n"},
        column="referral_id",
        row=2,
        n_rows=1,
    ),
    Case(
        "file_without_rows", "referrals", {"referrals.csv": "referral_id,patient_id,referred_on\n"}
    ),
    Case(
        "wrong_encoding",
        A,
        {AF: add(APPOINTMENTS, "1,Caf\u00e9,2023-06-11,attended,gp,video").encode("cp1252")},
        row=8,
        shows="Windows-1252",
    ),
    Case(
        "encoding_is_utf8",
        A,
        {AF: add(APPOINTMENTS, "1,Caf\u00e9,2023-06-11,attended,gp,video")},
        site_map={"encoding": "windows-1252"},
    ),
    Case(
        "bytes_replaced",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-06-11,attended,gp,video").encode() + b"1,P\0,"},
        n_rows=1,
    ),
    Case("byte_order_mark", A, {AF: b"\xef\xbb\xbf" + APPOINTMENTS.encode()}, row=1),
    Case("windows_line_ends", A, {AF: APPOINTMENTS.replace("\n", "\r\n")}, n_rows=7),
    Case("mixed_line_ends", A, {AF: APPOINTMENTS.replace("\n", "\r\n", 3)}),
    Case(
        "line_break_in_value",
        A,
        {AF: add(APPOINTMENTS, '1,"P\n1",2023-06-11,attended,gp,video')},
        n_rows=1,
    ),
    Case(
        "quote_not_closed",
        A,
        {AF: add(APPOINTMENTS, '1,"P1,2023-06-11,attended,gp,video', "1,P1,2023-06-12,x,y,z")},
        row=8,
        n_rows=1,
    ),
    Case("ragged_throughout", A, {AF: many(APPOINTMENTS, "1,P1,2023-06-1#")}, row=8, n_rows=5),
    Case("ragged_row", A, {AF: add(APPOINTMENTS, "1,P1,2023-06-11")}, row=8, n_rows=1),
    Case("blank_row", A, {AF: add(APPOINTMENTS, ",,,,,")}, row=8, n_rows=1),
    Case(
        "column_missing",
        A,
        {AF: APPOINTMENTS.replace("status", "state")},
        column="status",
        row=1,
        n_rows=6,
        shows="state",
    ),
    Case(
        "column_doubled",
        A,
        {AF: APPOINTMENTS.replace("practice_id", "Status")},
        column="status",
        row=1,
        n_rows=6,
        site_map={A: {"columns": {"status": "STATUS"}}},
    ),
)
VALUE_CASES = (
    Case(
        "duplicate_row",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-01-10,attended,gp,face_to_face")},
        row=8,
        n_rows=1,
    ),
    Case(
        "key_doubled",
        "patients",
        {"patients.csv": add(PATIENTS, "2,male,1960-04-01,")},
        column="patient_id",
        row=6,
        n_rows=1,
    ),
    Case(
        "value_missing",
        A,
        {AF: add(APPOINTMENTS, ",P1,2023-06-11,attended,gp,video")},
        column="patient_id",
        row=8,
        n_rows=1,
    ),
    Case(
        "date_format_wrong",
        A,
        {AF: many(APPOINTMENTS, "1,P1,2#/01/2023,attended,gp,video")},
        column="start_date",
        row=8,
        n_rows=5,
        shows="looks like %d/%m/%Y",
    ),
    Case(
        "date_unreadable",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-02-30,attended,gp,video")},
        column="start_date",
        row=8,
        n_rows=1,
        shows="2023-02-30",
    ),
    Case(
        "date_unreadable_cleared",
        "patients",
        {"patients.csv": PATIENTS.replace("2023-09-10", "dead")},
        column="date_of_death",
        row=4,
        n_rows=1,
        shows="dead",
    ),
    Case(
        "date_impossible",
        A,
        {AF: add(APPOINTMENTS, "1,P1,1904-03-08,attended,gp,video")},
        column="start_date",
        row=8,
        n_rows=1,
        shows="1904-03-08",
    ),
    Case(
        "date_impossible_cleared",
        "patients",
        {"patients.csv": PATIENTS.replace("2023-09-10", "1900-01-01")},
        column="date_of_death",
        row=4,
        n_rows=1,
    ),
    Case(
        "date_very_early",
        "patients",
        {"patients.csv": PATIENTS.replace("1960-03-01", "1904-01-01")},
        column="date_of_birth",
        row=3,
        n_rows=1,
    ),
    Case(
        "date_in_future",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-07-01,attended,gp,video")},
        column="start_date",
        row=8,
        n_rows=1,
    ),
    Case(
        "date_in_future_cleared",
        "practice_registrations",
        {"practice_registrations.csv": REGISTRATIONS.replace("2023-12-01", "2999-12-31")},
        column="end_date",
        row=5,
        n_rows=1,
    ),
    Case(
        "number_unreadable",
        "practices",
        {"practices.csv": "practice_id,list_size\nP1,about 9000\n"},
        column="list_size",
        row=2,
        n_rows=1,
    ),
    Case(
        "number_impossible",
        "practices",
        {"practices.csv": "practice_id,list_size\nP1,9000\nP2,-1\n"},
        column="list_size",
        row=3,
        n_rows=1,
    ),
    Case(
        "thousands_comma",
        "practices",
        {"practices.csv": 'practice_id,list_size\nP1,"9,000"\n'},
        column="list_size",
        row=2,
        n_rows=1,
        shows="9,000",
    ),
    Case(
        "unknown_word",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-06-11,Rejected,gp,video")},
        column="status",
        row=8,
        n_rows=1,
        shows="Rejected",
    ),
    Case(
        "word_missing",
        A,
        {AF: add(APPOINTMENTS, "1,P1,2023-06-11,attended,,video")},
        column="role",
        row=8,
        n_rows=1,
    ),
    Case(
        "padding_trimmed",
        A,
        {AF: add(APPOINTMENTS, "1\u00a0,P1,2023-06-11,attended,gp,video")},
        column="patient_id",
        row=8,
        n_rows=1,
    ),
)
BETWEEN_CASES = (
    Case(
        "before_birth",
        A,
        {AF: add(APPOINTMENTS, "4,P2,1979-06-11,attended,gp,video")},
        column="start_date",
        row=8,
        n_rows=1,
    ),
    Case(
        "after_death",
        A,
        {
            AF: add(APPOINTMENTS, "3,P1,2023-06-11,attended,gp,video"),
            "patients.csv": PATIENTS.replace("2023-09-10", "2023-05-10"),
        },
        column="start_date",
        row=8,
        n_rows=1,
    ),
    Case(
        "death_before_birth",
        "patients",
        {"patients.csv": PATIENTS.replace("2023-09-10", "1969-09-10")},
        column="date_of_death",
        row=4,
        n_rows=1,
    ),
    Case(
        "registration_before_birth",
        "practice_registrations",
        {"practice_registrations.csv": REGISTRATIONS.replace("2013-01-01", "1980-04-30")},
        column="start_date",
        row=5,
        n_rows=1,
    ),
    Case(
        "registration_ends_early",
        "practice_registrations",
        {"practice_registrations.csv": add(REGISTRATIONS, "4,P1,2009-01-01,2008-01-01")},
        column="end_date",
        row=6,
        n_rows=1,
    ),
    Case(
        "registration_overlaps",
        "practice_registrations",
        {"practice_registrations.csv": add(REGISTRATIONS, "4,P1,2023-05-01,")},
        column="start_date",
        row=6,
        n_rows=1,
    ),
    Case(
        "registration_doubled",
        "practice_registrations",
        {"practice_registrations.csv": add(REGISTRATIONS, "4,P2,2013-01-01,")},
        column="start_date",
        row=6,
        n_rows=1,
    ),
    Case(
        "patient_unknown",
        A,
        {AF: add(APPOINTMENTS, "9,P1,2023-06-11,attended,gp,video")},
        column="patient_id",
        row=8,
        n_rows=1,
        shows="1 people",
    ),
    Case(
        "never_registered",
        A,
        {
            AF: add(APPOINTMENTS, "5,P1,2023-06-11,attended,gp,video"),
            "patients.csv": add(PATIENTS, "5,male,1990-01-01,"),
        },
        column="patient_id",
        row=8,
        n_rows=1,
    ),
    Case(
        "month_without_appointments",
        A,
        {AF: APPOINTMENTS.replace("2023-04-10", "2023-05-11")},
        column="start_date",
        shows="2023-04",
    ),
    Case("extract_in_future", "site", site={"extract_to": "2030-01-01"}, shows="2030-01-01"),
    Case(
        "practice_not_found",
        "practice_registrations",
        site={"practices": ("P1", "P9")},
        column="practice_id",
        shows="P9",
    ),
    Case("role_missing", A, {AF: APPOINTMENTS.replace("role", "job")}, column="role", row=1),
    Case(
        "role_missing_marked",
        A,
        {AF: APPOINTMENTS.replace("role", "job")},
        column="role",
        row=1,
        site={"contacts": {"if_role_missing": "all_staff_marked"}},
    ),
    Case(
        "link_worker_missing",
        "link_worker_contacts",
        {AF: APPOINTMENTS.replace("link_worker", "gp"), "link_worker_contacts.csv": None},
    ),
)
CASES = (*FILE_CASES, *VALUE_CASES, *BETWEEN_CASES)


def test_files_in_order_raise_no_finding(tmp_path: Path) -> None:
    records, _ = small_site.read_site(small_site.write_site(tmp_path, {}))
    assert records.findings == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_finding_says_what_where_and_how_many(case: Case, tmp_path: Path) -> None:
    """The kind, the table, the column, the first line in the file, the rows and the value.

    A kind that is refused stops the site; one that is dropped leaves its rows out and stands in the
    ledger as the reason; nothing else changes how many rows there are.
    """
    effect = KINDS[case.kind].effect
    small_site.write_site(tmp_path, case.files)
    if effect == "refused":
        with pytest.raises(RecordsRefused) as refused:
            small_site.read_site(tmp_path, site_map=case.site_map, **case.site)
        findings = refused.value.findings
    else:
        records, tables = small_site.read_site(tmp_path, site_map=case.site_map, **case.site)
        findings = records.findings
        for account in records.ledger:
            assert account.adds_up
            assert len(tables[account.table]) == account.kept or account.table == CONTACTS_TABLE
        left_out = {each.table: dict(each.left_out) for each in records.ledger if each.left_out}
        if effect == "dropped":
            assert left_out == {case.table: {case.kind: case.n_rows}}
    found = [each for each in findings if (each.kind, each.table) == (case.kind, case.table)]
    assert len(found) == 1, f"found {[each.kind for each in findings]}"
    assert (found[0].column, found[0].row, found[0].n_rows) == (case.column, case.row, case.n_rows)
    assert case.shows in found[0].value


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsRefused, match="does not exist"):
        small_site.read_site(tmp_path / "nowhere")


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """A missing file, a missing column, a wrong form of date: one message with all three."""
    files = {
        "patients.csv": None,
        "practice_registrations.csv": REGISTRATIONS.replace("start_date", "began"),
        AF: many(APPOINTMENTS, "1,P1,1#-Jan-23,attended,gp,video"),
    }
    with pytest.raises(RecordsRefused) as refused:
        small_site.read_site(small_site.write_site(tmp_path, files))
    kinds = [each.kind for each in refused.value.findings if each.effect == "refused"]
    assert kinds == ["file_missing", "column_missing", "date_format_wrong"]
    assert len(refused.value.problems) == 3
    assert "began" in str(refused.value)
    assert "looks like %d-%b-%y" in str(refused.value)


def test_a_word_may_be_written_in_any_case_and_with_any_blanks(tmp_path: Path) -> None:
    """Their word = our word; case, blanks, hyphens and underscores do not matter."""
    lines = ("1,P1,2023-06-11, SEEN  BY gp ,GP,Face-to-Face", "1,P1,2023-06-12,Finished,Gp,f2f")
    small_site.write_site(tmp_path, {AF: add(APPOINTMENTS, *lines)})
    site_map = {A: {"values": {"status": {"seen by GP": "attended"}}}}
    records, tables = small_site.read_site(tmp_path, site_map=site_map)
    assert records.findings == ()
    late = [row[3:6] for row in tables[A] if row[2].day in (11, 12)]
    assert late == [("attended", "gp", "face_to_face")] * 2


def test_the_map_names_files_columns_and_the_form_of_dates(tmp_path: Path) -> None:
    """A Windows-1252 export with other names, dates day first, in two files with other headers."""
    first = "Pat;When;What\n1;10/01/2023;Finished\n2;11/02/2023 09:30;Visit\n"
    second = "What;Pat;When;More\nDid Not Attend;3;12/03/2023;caf\u00e9\n"
    small_site.write_site(tmp_path, {AF: None})
    (tmp_path / "appts_1.txt").write_bytes(first.encode("cp1252"))
    (tmp_path / "appts_2.txt.gz").write_bytes(gzip.compress(second.encode("cp1252")))
    site_map = {
        "encoding": "windows-1252",
        "date_formats": ("%d/%m/%Y", "%d/%m/%Y %H:%M"),
        A: {
            "file": "appts_*",
            "columns": {"patient_id": "Pat", "start_date": "When", "status": "What"},
        },
    }
    records, tables = small_site.read_site(
        tmp_path, site_map=site_map, contacts={"if_role_missing": "all_staff_marked"}
    )
    assert records.role_missing
    assert [(row[0], f"{row[2]}", row[3], row[4]) for row in tables[A]] == [
        ("1", "2023-01-10", "attended", "unknown"),
        ("2", "2023-02-11", "attended", "unknown"),
        ("3", "2023-03-12", "did_not_attend", "unknown"),
    ]
    assert set(records.checksums) >= {"appts_1.txt", "appts_2.txt.gz"}


def test_a_finding_in_a_second_file_names_that_file_and_its_line(tmp_path: Path) -> None:
    """Blank and broken lines before it count as lines."""
    text = APPOINTMENTS.split("\n", 1)[0] + "\n\n1,P1\n\n1,P1,2023-06-31,attended,gp,video\n"
    small_site.write_site(tmp_path, {AF: None, "appt_a.csv": APPOINTMENTS, "appt_b.csv": text})
    records, _ = small_site.read_site(tmp_path, site_map={A: {"file": "appt_*.csv"}})
    places = {each.kind: (each.file, each.row) for each in records.findings}
    assert places["ragged_row"] == ("appt_b.csv", 3)
    assert places["date_unreadable"] == ("appt_b.csv", 5)


def test_contacts_come_from_the_appointment_book_when_there_is_no_other_list(
    tmp_path: Path,
) -> None:
    """Attended appointments with a link worker stand in; the supply statement says so."""
    small_site.write_site(tmp_path, {"link_worker_contacts.csv": None})
    records, tables = small_site.read_site(tmp_path)
    assert [(row[0], f"{row[2]}") for row in tables["link_worker_contacts"]] == [
        ("1", "2023-06-10")
    ]
    said = next(
        row for row in records.supply if (row["table"], row["column"]) == (CONTACTS_TABLE, None)
    )
    assert not said["supplied"]
    assert "appointment book" in str(said["reason"])


def test_what_became_of_a_link_worker_contact_uses_the_words_of_appointments(
    tmp_path: Path,
) -> None:
    """An empty outcome stays empty (it counts as attended); an unknown one is not attended."""
    text = add(CONTACTS, "3,2023-03-21,video,DNA", "4,2023-03-22,video,Went well")
    small_site.write_site(tmp_path, {"link_worker_contacts.csv": text})
    records, tables = small_site.read_site(tmp_path)
    assert [row[4] for row in tables[CONTACTS_TABLE]] == [
        None,
        "attended",
        "did_not_attend",
        "unknown",
    ]
    assert [(each.kind, each.value) for each in records.findings] == [("unknown_word", "Went well")]


@pytest.mark.parametrize("n_words", [60, 260])
def test_many_unknown_words_are_counted_and_only_the_first_are_shown(
    n_words: int, tmp_path: Path
) -> None:
    """Free text where a status should be: fifty are shown, every row becomes unknown."""
    lines = [f"1,P1,2023-06-11,note {n},gp,video" for n in range(n_words)]
    lines += ["1,P1,2023-06-12,,gp,video", "1,P1,2023-06-13,Finished,gp,video"]
    small_site.write_site(tmp_path, {AF: add(APPOINTMENTS, *lines)})
    records, tables = small_site.read_site(tmp_path)
    unknown = [each for each in records.findings if each.kind == "unknown_word"]
    assert [each.row for each in unknown] == list(range(8, 59))
    assert unknown[-1].value == f"and {n_words - 50} more words"
    assert sum(each.n_rows for each in unknown) == n_words
    statuses = [row[3] for row in tables[A]]
    assert (statuses.count("unknown"), statuses.count("attended")) == (n_words + 1, 5)


@pytest.mark.parametrize("empty", ["", "NULL", "NA", " ", "0000-00-00"])
def test_what_systems_write_for_an_empty_date_is_empty(empty: str, tmp_path: Path) -> None:
    text = PATIENTS.replace("1950-02-01,", f"1950-02-01,{empty}")
    records, tables = small_site.read_site(small_site.write_site(tmp_path, {"patients.csv": text}))
    assert records.findings == ()
    assert tables["patients"][0][3] is None
