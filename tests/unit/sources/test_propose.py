"""A map proposed for an unknown file: what it takes for what, what it asks, and that it works."""

from __future__ import annotations

from pathlib import Path

import pytest

from righthelp.errors import DataRefused, UsageError
from righthelp.onsite.sources.propose import propose_map, save_map, write_map
from righthelp.protocol.sitemap import load_map
from tests.unit.sources import small_site

REPORT = (
    "Appointment Date,Appointment duration (actual),Appointment Status,Rota type,Clinician,"
    "Time between booking and appointment,Patient ID\n"
    "03-Apr-23,12m,Finished,GP Surgery,Dr A,2 days,1\n"
    "04-Apr-23,1h 5m,Did Not Attend,Practice Nurse,Nurse B,1 day,2\n"
    "05-Apr-23,2h,Rejected,Social Prescriber,C,1 day,2\n"
)


def test_columns_are_told_by_their_names_and_unknown_words_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(REPORT, encoding="utf-8")
    found = propose_map(path)
    assert found.table.name == "appointments"
    assert {one.ours: one.theirs for one in found.matches} == {
        "patient_id": "Patient ID",
        "start_date": "Appointment Date",
        "status": "Appointment Status",
        "role": "Rota type",
        "duration_minutes": "Appointment duration (actual)",
        "clinician_id": "Clinician",
    }
    assert found.unused == ("Time between booking and appointment",)
    assert found.date_forms == ("%d-%b-%y",)
    assert found.words["role"] == {"Practice Nurse": "nurse", "Social Prescriber": "link_worker"}
    assert [(one.column, one.word, one.n_rows) for one in found.open_words] == [
        ("status", "Rejected", 1),
        ("role", "GP Surgery", 1),
    ]
    assert not found.is_ready


def test_the_map_that_is_written_reads_the_file(tmp_path: Path) -> None:
    """With the answers, nothing is unknown any more; without them the words stay as comments."""
    (tmp_path / "report.csv").write_text(REPORT, encoding="utf-8")
    found = propose_map(tmp_path / "report.csv")
    answers = {("status", "Rejected"): "cancelled", ("role", "GP Surgery"): "gp"}
    site_map = load_map(save_map(found, answers, path=tmp_path / "map.toml"))
    folder = tmp_path / "site"
    folder.mkdir()
    small_site.write_site(folder, {"appointments.csv": None, "report.csv": REPORT})
    records, tables = small_site.read_site(folder, site_map=site_map.model_dump())
    rows = [(row[0], row[3], row[4], row[7]) for row in tables["appointments"]]
    assert rows == [
        ("1", "attended", "gp", 12.0),
        ("2", "did_not_attend", "nurse", 65.0),
        ("2", "cancelled", "link_worker", 120.0),
    ]
    assert "unknown_word" not in {one.kind for one in records.findings}
    unasked = write_map(found, {})
    assert '# "Rejected" = ""' in unasked
    with pytest.raises(UsageError, match="there already"):
        save_map(found, {}, path=tmp_path / "map.toml")


@pytest.mark.parametrize(
    ("days", "forms"),
    [
        (("03/04/2023", "05/04/2023"), ("%d/%m/%Y", "%m/%d/%Y")),
        (("03/04/2023", "25/04/2023"), ("%d/%m/%Y",)),
        (("03/04/2023", "04/25/2023"), ("%m/%d/%Y",)),
        (("2023-04-03",), ()),
        (("14 Mar 2019 09:20:00",), ("%d %b %Y %H:%M:%S",)),
    ],
)
def test_the_form_of_the_dates_is_told_only_as_far_as_the_file_tells(
    days: tuple[str, ...], forms: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"{n},{day},Finished\n" for n, day in enumerate(days))
    path.write_text(f"patid,consdate,status\n{rows}", encoding="utf-8")
    assert propose_map(path).date_forms == forms


def test_a_column_of_words_is_told_by_what_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["patient_id,start_date,what", *["1,2023-01-01,Finished"] * 9, "1,2023-01-01,Oops"]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = propose_map(path)
    assert [(one.ours, one.why) for one in found.matches if one.theirs == "what"] == [
        ("status", "by what stands in it (90% fit)")
    ]


def test_the_encoding_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        "patient_id,start_date,status,clinician\n1,2023-01-01,Visit,Zoë\n".encode("cp1252")
    )
    assert 'encoding = "windows-1252"' in write_map(propose_map(path), {})


def test_a_file_that_is_none_of_ours_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("CCG_CODE,COUNT\nA,1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="looks like one of ours"):
        propose_map(path)
    assert propose_map(path, table="patients").missing == ("patient_id", "date_of_birth")
    with pytest.raises(UsageError, match="there is no table people"):
        propose_map(path, table="people")
    path.write_bytes(b"")
    with pytest.raises(DataRefused):
        propose_map(path)
