"""However a file is broken, reading ends with findings, never with a crash or a row lost unseen."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from righthelp.onsite.findings import RecordsRefused
from tests.unit.sources import small_site

NAMES = ("patients.csv", "practice_registrations.csv", "appointments.csv")
PIECES = st.sampled_from(
    [
        b'"', b'""', b",", b",,", b";", b"\t", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b" ", b"\xa0",
        b"\xc2\xa0", b"\xff", b"\xe2\x82", b"\xef\xbb\xbf", b"\\", b"NULL", b"NA", b"1904-01-01",
        b"2023-02-30", b"infinity", b"-infinity", b"epoch", b"nan", b"1e400", b"9" * 40,
        b"0001-01-01", b"31/01/2023", b"attended", b"patient_id", b"start_date", b"x" * 3000,
        "é".encode(),
    ]
)  # fmt: skip
CUTS = st.tuples(st.integers(0, 400), st.integers(0, 30), st.one_of(PIECES, st.binary(max_size=6)))
ENCODINGS = st.sampled_from(["utf-8", "windows-1252", "latin-1"])


def break_file(content: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    """Cut out some bytes and put others in their place, several times."""
    for start, length, piece in cuts:
        place = start % (len(content) + 1)
        content = content[:place] + piece + content[place + length :]
    return content


def count_lines(content: bytes) -> int:
    """Lines that are not empty, in a file of any kind of line end."""
    text = content.replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return sum(line != b"" for line in text.split(b"\n"))


@settings(max_examples=40)
@given(
    name=st.sampled_from(NAMES),
    cuts=st.lists(CUTS, min_size=1, max_size=4),
    encoding=ENCODINGS,
)
@example(name="appointments.csv", cuts=[(70, 0, b'"')], encoding="utf-8")
@example(name="appointments.csv", cuts=[(0, 0, b"\n\n")], encoding="utf-8")
@example(name="appointments.csv", cuts=[(61, 400, b"")], encoding="utf-8")
def test_a_broken_file_never_crashes_and_never_loses_a_row_unseen(
    name: str, cuts: list[tuple[int, int, bytes]], encoding: str
) -> None:
    content = break_file(small_site.FILES[name].encode(), cuts)
    with tempfile.TemporaryDirectory() as folder:
        small_site.write_site(Path(folder), {name: content})
        refusal: RecordsRefused | None = None
        try:
            records, tables = small_site.read_site(Path(folder), site_map={"encoding": encoding})
        except RecordsRefused as refused:
            refusal = refused
    if refusal is not None:
        assert refusal.problems
        assert all(problem.do for problem in refusal.problems)
        return
    for account in records.ledger:
        assert account.adds_up
        if account.table != "link_worker_contacts":
            assert len(tables[account.table]) == account.kept
    account = next(each for each in records.ledger if f"{each.table}.csv" == name)
    assert account.rows_in == count_lines(content) - 1
    dropped = {each.kind for each in records.findings if each.effect == "dropped"}
    assert set(account.left_out) - {"line_break_in_value"} <= dropped


@settings(max_examples=10)
@given(rows=st.permutations(range(6)), copies=st.lists(st.integers(0, 5), max_size=3))
def test_the_order_of_rows_and_exact_copies_change_nothing(
    rows: list[int], copies: list[int]
) -> None:
    header, *lines = small_site.APPOINTMENTS.splitlines()
    text = "\n".join([header, *(lines[row] for row in (*rows, *copies)), ""])
    with tempfile.TemporaryDirectory() as folder:
        small_site.write_site(Path(folder), {})
        _, expected = small_site.read_site(Path(folder))
        small_site.write_site(Path(folder), {"appointments.csv": text})
        records, tables = small_site.read_site(Path(folder))
    assert tables == expected
    account = next(each for each in records.ledger if each.table == "appointments")
    assert account.left_out.get("duplicate_row", 0) == len(copies)
