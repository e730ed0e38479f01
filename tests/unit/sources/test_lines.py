"""Lines are named rightly in a file that the engine reads in several pieces at once."""

from __future__ import annotations

from pathlib import Path

from tests.unit.sources import small_site
from tests.unit.sources.small_site import APPOINTMENTS

N_ROWS = 700_000
BLANK, RAGGED, UNKNOWN = 200_000, 400_000, N_ROWS


def write_long_file(path: Path) -> None:
    """Rows as wide as real ones, the first half of them copies of each other."""
    tail = ",attended,gp,face_to_face"
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(APPOINTMENTS.split("\n", 1)[0] + ",slot\n")
        for line in range(2, N_ROWS + 1):
            if line == BLANK:
                out.write("\n")
            elif line == RAGGED:
                out.write("1,P1\n")
            elif line == UNKNOWN:
                out.write(f"nobody,P1,2023-01-10{tail},last\n")
            else:
                slot = "same" if line < N_ROWS // 2 else f"slot number {line:09d}"
                out.write(f"1,P1,2023-0{1 + line % 6}-10{tail},{slot}\n")


def test_lines_after_a_blank_one_a_broken_one_and_many_copies(tmp_path: Path) -> None:
    small_site.write_site(tmp_path, {})
    write_long_file(tmp_path / "appointments.csv")
    assert (tmp_path / "appointments.csv").stat().st_size > 32_000_000
    records, tables = small_site.read_site(tmp_path)
    found = {each.kind: (each.row, each.n_rows) for each in records.findings}
    assert found["ragged_row"] == (RAGGED, 1)
    assert found["duplicate_row"] == (8, N_ROWS // 2 - 2 - 1 - 6)
    assert found["patient_unknown"] == (UNKNOWN, 1)
    account = next(each for each in records.ledger if each.table == "appointments")
    assert account.rows_in == N_ROWS - 2
    assert account.adds_up
    assert len(tables["appointments"]) == account.kept
