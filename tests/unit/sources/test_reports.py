"""What reports that a practice builds itself look like: cut off, overlapping, hours in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sources import small_site

HEAD = "patient_id,practice_id,start_date,status,role,mode,category,duration_minutes\n"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("12m", 12), ("1h 5m", 65), ("2h", 120), ("1H5M", 65), ("90", 90), ("5 mins", 5), ("", None)],
)
def test_durations_in_words_are_minutes(text: str, minutes: float | None, tmp_path: Path) -> None:
    rows = f"{HEAD}1,P1,2023-02-01,attended,gp,video,,{text}\n"
    records, tables = small_site.read_site(
        small_site.write_site(tmp_path, {"appointments.csv": rows})
    )
    assert tables["appointments"][0][7] == minutes
    assert "number_unreadable" not in {one.kind for one in records.findings}


@pytest.mark.parametrize("text", ["about 5", "5x", "h", "m", "1h5x"])
def test_other_words_are_no_duration(text: str, tmp_path: Path) -> None:
    rows = f"{HEAD}1,P1,2023-02-01,attended,gp,video,,{text}\n"
    records, tables = small_site.read_site(
        small_site.write_site(tmp_path, {"appointments.csv": rows})
    )
    assert tables["appointments"][0][7] is None
    assert "number_unreadable" in {one.kind for one in records.findings}


def test_overlapping_files_count_a_row_once(tmp_path: Path) -> None:
    first = f"{HEAD}1,P1,2023-02-01,attended,gp,video,,9\n1,P1,2023-02-02,attended,gp,video,,9\n"
    second = f"{HEAD}1,P1,2023-02-02,attended,gp,video,,9\n1,P1,2023-02-03,attended,gp,video,,9\n"
    files = {"appointments.csv": None, "appts_1.csv": first, "appts_2.csv": second}
    records, tables = small_site.read_site(
        small_site.write_site(tmp_path, files),
        site_map={"appointments": {"file": "appts_*.csv"}},
    )
    assert [row[2].day for row in tables["appointments"]] == [1, 2, 3]
    (account,) = [one for one in records.ledger if one.table == "appointments"]
    assert account.left_out == {"duplicate_row": 1}


@pytest.mark.parametrize(("n_rows", "told"), [(29_999, False), (30_000, True), (30_001, False)])
def test_a_report_that_stopped_at_its_limit_is_told(
    n_rows: int, told: bool, tmp_path: Path
) -> None:
    days = "".join(f"1,P1,2023-02-01,attended,gp,video,,{n % 90}\n" for n in range(n_rows))
    records, _ = small_site.read_site(
        small_site.write_site(tmp_path, {"appointments.csv": HEAD + days})
    )
    assert ("file_at_limit" in {one.kind for one in records.findings}) is told


@pytest.mark.parametrize(
    ("role", "category", "read_as"),
    [
        ("", "Social Prescribing Service", "link_worker"),
        ("other_direct_care", "social  prescribing service", "link_worker"),
        ("gp", "Social Prescribing Service", "gp"),
        ("nurse", "Social Prescribing Service", "nurse"),
        ("", "General Consultation Routine", "unknown"),
    ],
)
def test_the_national_category_names_a_link_worker(
    role: str, category: str, read_as: str, tmp_path: Path
) -> None:
    """So such a slot counts as no contact, not even where all staff are counted."""
    rows = f"{HEAD}1,P1,2023-02-01,attended,{role},video,{category},9\n"
    records, tables = small_site.read_site(
        small_site.write_site(tmp_path, {"appointments.csv": rows})
    )
    assert tables["appointments"][0][4] == read_as
    named = "link_worker_by_category" in {one.kind for one in records.findings}
    assert named is (read_as == "link_worker")


@pytest.mark.parametrize(
    ("february", "recorded"),
    [
        (["  HOME visit", "Walk-in"], True),
        (["Walk-in", "Unmapped"], False),
        (["Walk-in", ""], False),
        (["Bloods", "Bloods"], False),
        ([], True),
    ],
)
def test_categories_are_recorded_where_every_month_has_them(
    february: list[str], recorded: bool, tmp_path: Path
) -> None:
    """A month in which practices had not begun to map their slots would seem one with no visits."""
    rows = [f"{day},gp,Clinical Triage" for day in ("2023-01-03", "2023-03-03")]
    rows += [f"2023-02-0{day},gp,{category}" for day, category in enumerate(february, start=1)]
    rows += ["2023-02-09,admin,", "2023-03-09,link_worker,Social Prescribing Service"]
    lines = (f"1,P1,{day},attended,{role},video,{name},9\n" for day, role, name in map(cut, rows))
    records, tables = small_site.read_site(
        small_site.write_site(tmp_path, {"appointments.csv": HEAD + "".join(lines)})
    )
    assert records.with_categories is recorded
    spelt = {row[6] for row in tables["appointments"]}
    assert ("Home Visit" in spelt) is (february[:1] == ["  HOME visit"])


def cut(row: str) -> list[str]:
    return row.split(",")
