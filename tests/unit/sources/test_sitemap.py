"""The column map of a site: read, and refused with all its problems at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from righthelp.errors import ProtocolError
from righthelp.protocol.sitemap import SiteMap, fold_word, load_map

GOOD = """encoding = "windows-1252"
date_formats = ["%d/%m/%Y", "%d-%b-%y"]

[appointments]
file = "SRAppointment*.csv"
delimiter = ";"
columns = { patient_id = "IDPatient" }

[appointments.values.status]
"Seen by GP" = "attended"
"""
BAD = """encoding = "ascii"
date_formats = ["dd/mm/yyyy"]
decimals = ","

[patients]
columns = { patient_id = "ID", nhs = "x" }

[appointments]
delimiter = "ab"
[appointments.values.status]
"Seen" = "attended"
"Gone" = "vanished"
"""


def test_a_map_is_read(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(GOOD, encoding="utf-8")
    site_map = load_map(tmp_path / "map.toml")
    table = site_map.table("appointments")
    assert (site_map.encoding, table.file, table.delimiter) == (
        "windows-1252",
        "SRAppointment*.csv",
        ";",
    )
    assert table.columns == {"patient_id": "IDPatient"}
    assert table.values == {"status": {"Seen by GP": "attended"}}
    assert site_map.table("patients") == SiteMap().table("patients")


def test_all_problems_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(BAD, encoding="utf-8")
    with pytest.raises(ProtocolError) as refused:
        load_map(tmp_path / "map.toml")
    assert [problem.where for problem in refused.value.problems] == [
        "map.toml: line 1, encoding",
        "map.toml: line 2, date_formats",
        "map.toml: line 3, decimals",
        "map.toml: line 6, patients.columns.nhs",
        "map.toml: line 9, appointments.delimiter",
        "map.toml: line 12, appointments.values.status.Gone",
    ]
    assert "patients has no column nhs" in str(refused.value)
    assert "write it like %d/%m/%Y" in str(refused.value)


def test_a_map_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="the column map does not exist"):
        load_map(tmp_path / "map.toml")


@pytest.mark.parametrize(
    "text", ["Did Not Attend", "did_not_attend", " DID-NOT  attend\u00a0", "didnotattend"]
)
def test_words_are_compared_without_case_blanks_hyphens_and_underscores(text: str) -> None:
    assert fold_word(text) == "didnotattend"
