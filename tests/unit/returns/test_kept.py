"""The kept returns and their log: changes that happen whole or not, and a log edited by hand."""

from __future__ import annotations

import math
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from righthelp.errors import DataRefused, ProtocolError, UsageError
from righthelp.evidence.claims import HEADLINES
from righthelp.returns.bundle import read_bundle, write_bundle
from righthelp.returns.fingerprint import take_fingerprint
from righthelp.returns.history import (
    HEADER,
    LOG,
    SAID,
    ReturnEntry,
    Standing,
    read_history,
    write_history,
)
from righthelp.returns.kept import READY, change_kept, read_kept
from tests.lib.living import RETURNS, send

ON = datetime(2024, 7, 1, 12, 30, 5, tzinfo=UTC)
AFTER = Standing(2, 0.97, 0.9, 1.04, "cannot_tell", 0.84)
ENTRY = ReturnEntry(ON, "received", "city", "a" * 64, "", "the first, at last", AFTER)
GONE = ReturnEntry(ON, "withdrawn", "city", "a" * 64, "", "they asked", Standing(0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which the return of one site is kept."""
    folder = tmp_path / "returns"
    sent = {"city": send(tmp_path, RETURNS["city"])}
    change_kept(folder, read_kept(folder), entries=[ENTRY], put=sent)
    return folder


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_return_is_kept_file_by_file_as_it_was_sent(folder: Path, tmp_path: Path) -> None:
    assert _names(folder) == {"city.zip", LOG}
    with (
        zipfile.ZipFile(folder / "city.zip") as ours,
        zipfile.ZipFile(tmp_path / "sent" / "city.zip") as theirs,
    ):
        assert set(ours.namelist()) == set(theirs.namelist())
        assert all(ours.read(name) == theirs.read(name) for name in theirs.namelist())


def test_nothing_that_lay_beside_a_return_is_kept(tmp_path: Path) -> None:
    sent = send(tmp_path, RETURNS["city"])
    with zipfile.ZipFile(sent, "a") as archive:
        archive.writestr("list-of-patients.csv", "1,2,3")
    folder = tmp_path / "returns"
    change_kept(folder, read_kept(folder), entries=[ENTRY], put={"city": sent})
    with zipfile.ZipFile(folder / "city.zip") as ours:
        assert "list-of-patients.csv" not in ours.namelist()


def test_a_return_taken_out_leaves_nothing_but_the_log(folder: Path) -> None:
    change_kept(folder, read_kept(folder), entries=[GONE], take=["city.zip"])
    assert _names(folder) == {LOG}
    assert read_kept(folder).entries == (ENTRY, GONE)


def test_a_return_put_there_as_a_folder_by_hand_is_kept_and_can_be_taken_out(folder: Path) -> None:
    write_bundle(RETURNS["chapel"], folder / "chapel")
    kept = read_kept(folder)
    assert set(kept.returns) == {"city", "chapel"}
    change_kept(folder, kept, entries=[GONE], take=kept.places_of("chapel"))
    assert _names(folder) == {"city.zip", LOG}


def test_a_folder_that_is_no_return_is_never_removed(folder: Path) -> None:
    (folder / "chapel").mkdir()
    (folder / "chapel" / "letter.txt").write_text("ours", encoding="utf-8")
    change_kept(folder, read_kept(folder), entries=[GONE], take=["chapel", "chapel.zip"])
    assert (folder / "chapel" / "letter.txt").exists()


class Stopped(Exception):
    """What stands for a machine that stops."""


def _stop_after(monkeypatch: pytest.MonkeyPatch, n: int) -> Callable[[], None]:
    """Let the n-th change on the disk be the last one."""
    left = [n]

    def count(original: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **more: object) -> object:
            if left[0] == 0:
                raise Stopped
            left[0] -= 1
            return original(*args, **more)

        return wrapped

    for name in ("replace", "rename", "unlink", "write_text"):
        monkeypatch.setattr(Path, name, count(getattr(Path, name)))
    monkeypatch.setattr(shutil, "rmtree", count(shutil.rmtree))
    return monkeypatch.undo


@pytest.mark.parametrize("n", range(12))
def test_an_interrupted_change_leaves_the_old_or_the_new_state(
    n: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it stops: a replacement, a newcomer and a withdrawal are seen all or not at all."""
    write_bundle(RETURNS["chapel"], folder / "chapel")
    other = replace(RETURNS["city"], provenance={**RETURNS["city"].provenance, "made_on": "later"})
    sent = {
        "city": send(tmp_path, other, name="other.zip"),
        "meadows": send(tmp_path, RETURNS["meadows"]),
    }
    kept = read_kept(folder)
    go_on = _stop_after(monkeypatch, n)
    try:
        change_kept(folder, kept, entries=[GONE], put=sent, take=["chapel"])
        whole = True
    except Stopped:
        whole = False
    go_on()
    after = read_kept(folder)
    made_on = str(after.returns["city"].provenance["made_on"])
    seen = (made_on, set(after.returns), after.entries)
    new = ("later", {"city", "meadows"}, (ENTRY, GONE))
    assert seen in ((("2024-07-01"), {"city", "chapel"}, (ENTRY,)), new)
    assert not whole or seen == new
    names = _names(folder)
    assert not any(name.startswith(".") for name in names)
    assert len([name for name in names if name.endswith(".csv") and "/" not in name]) == 1
    if seen == new:
        assert names == {"city.zip", "meadows.zip", LOG}


def test_the_interruptions_reach_both_states(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above is worth something: some stops leave the old state, some the new one."""
    for n, expected in ((0, ("city.zip",)), (4, ("city.zip", "meadows.zip"))):
        kept = read_kept(folder)
        sent = {"meadows": send(tmp_path, RETURNS["meadows"])}
        go_on = _stop_after(monkeypatch, n)
        with pytest.raises(Stopped):
            change_kept(folder, kept, entries=[ENTRY], put=sent)
        go_on()
        assert (folder / READY).exists() == (n == 4)
        read_kept(folder)
        assert tuple(sorted(path.name for path in folder.glob("*.zip"))) == expected


def test_two_changes_at_the_same_time_are_not_mixed(folder: Path, tmp_path: Path) -> None:
    first = read_kept(folder)
    change_kept(
        folder,
        read_kept(folder),
        entries=[ENTRY],
        put={"chapel": send(tmp_path, RETURNS["chapel"])},
    )
    with pytest.raises(UsageError, match="changed at the same time"):
        change_kept(folder, first, entries=[GONE], take=["city.zip"])
    assert _names(folder) == {"city.zip", "chapel.zip", LOG}


def test_what_cannot_be_read_or_lies_astray_is_told_all_at_once(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "meadows.zip").write_bytes(b"no zip")
    (folder / "city (1).zip").write_bytes((folder / "city.zip").read_bytes())
    write_bundle(RETURNS["city"], folder / "city")
    (folder / "notes.txt").write_text("ours", encoding="utf-8")
    kept = read_kept(folder)
    assert set(kept.returns) == {"city"}
    assert set(kept.refused) == {"city (1).zip", "city.zip", "meadows.zip"}
    assert set(kept.places_of("city")) == {"city", "city.zip", "city (1).zip"}
    assert kept.places_of("meadows") == ("meadows.zip",)
    with pytest.raises(DataRefused) as refused:
        kept.take_all()
    assert len(refused.value.problems) == 3
    assert all(problem.do for problem in refused.value.problems)


def test_the_log_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / LOG
    odd = replace(ENTRY, because='commas, "quotes" and ż', after=Standing(1, crude=0.5))
    path.write_text(write_history([ENTRY, odd, GONE]), encoding="utf-8")
    assert read_history(path) == (ENTRY, odd, GONE)
    assert read_history(tmp_path / "none.csv") == ()
    close = replace(ENTRY, after=replace(AFTER, adjusted=math.pi / 3.2))
    path.write_text(write_history([close]), encoding="utf-8")
    (read,) = read_history(path)
    assert read.after.adjusted == pytest.approx(math.pi / 3.2, rel=1e-5)


def test_a_log_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """With a mark at its head, lines of commas alone, another order, and no seconds."""
    path = tmp_path / LOG
    lines = [
        ",".join(HEADER),
        f"2024-07-02 08:00,replaced,city,{'b' * 64},{'a' * 64},,2,0.97,0.9,1.04,cannot_tell,0.84",
        "," * (len(HEADER) - 1),
        "2024-07-01,received,city,,,by post,1",
    ]
    path.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    first, second = read_history(path)
    assert (first.did, first.because, first.after) == ("received", "by post", Standing(1))
    assert second.on == datetime(2024, 7, 2, 8, tzinfo=UTC)
    path.write_bytes("\r\n".join([lines[0], lines[3].replace("post", "café")]).encode("cp1252"))
    assert read_history(path)[0].because == "by café"


def test_every_problem_of_a_log_is_told(tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(
        f"{','.join(HEADER)}\n"
        "yesterday,lost,,12,,,some,-1,2,1,maybe,0.8\n"
        "2024-07-01,received,city,,,,1,1.5,0.9,1.1\n"
        "2024-07-01,received,city,,,one, two,1,,,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(ProtocolError) as refused:
        read_history(path)
    assert [(one.where, one.what) for one in refused.value.problems] == [
        ("log.csv: line 2", "'yesterday' is no moment"),
        ("log.csv: line 2", "'lost' is not known"),
        ("log.csv: line 2", "no site is named"),
        ("log.csv: line 2", "'12' in digest is no digest"),
        ("log.csv: line 2", "'some' is no number of sites"),
        ("log.csv: line 2", "'-1' in adjusted is no ratio"),
        ("log.csv: line 2", "the ratio lies outside its interval"),
        ("log.csv: line 2", "'maybe' is no verdict"),
        ("log.csv: line 3", "the ratio lies outside its interval"),
        ("log.csv: line 4", "'two' is no number of sites"),
        ("log.csv: line 4", "13 values for 12 columns"),
    ]


@pytest.mark.parametrize("text", ["", "on,did\n", '"' + "x" * 200_000])
def test_a_log_without_its_columns_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / LOG
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolError):
        read_history(path)


def test_the_verdicts_of_the_log_are_those_of_the_report() -> None:
    assert set(SAID) == {"", *HEADLINES}


def test_a_fingerprint_is_the_same_wherever_the_return_lies(tmp_path: Path) -> None:
    """In memory, in a folder and in a zip; a whole number among numbers makes no difference."""
    released = RETURNS["riverside"]
    change = tuple({**row, "median_before": 4} for row in released.tables["change"])
    released = replace(released, tables={**released.tables, "change": change})
    for name in ("return", "return.zip"):
        write_bundle(released, tmp_path / name)
        assert take_fingerprint(read_bundle(tmp_path / name)) == take_fingerprint(released)
    other = replace(released, provenance={**released.provenance, "made_on": "2024-08-01"})
    one, two = take_fingerprint(released), take_fingerprint(other)
    assert one.whole != two.whole
    assert one.tables == two.tables
    moved = tuple({**row, "median_before": 5} for row in change)
    other = replace(released, tables={**released.tables, "change": moved})
    assert take_fingerprint(other).tables != one.tables
