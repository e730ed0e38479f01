"""A return as a folder or a zip: what it holds, and what is refused when it is read back."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from righthelp.errors import DataRefused, UsageError
from righthelp.onsite.not_held import NotHeld
from righthelp.returns.bundle import read_bundle, write_bundle
from righthelp.returns.checks import check_returns
from righthelp.returns.tables import TABLES, Released
from tests.lib.answers import (
    make_answer,
    make_changes,
    make_estimate,
    make_month,
    release_answer,
)
from tests.lib.studies import make_study

FILES = {f"{table.name}.csv" for table in TABLES} | {"provenance.json", "what-leaves.html"}


@pytest.fixture
def released() -> Released:
    """A return with something in every table, some of it withheld."""
    return release_answer(
        make_answer(
            estimates=[make_estimate(60), make_estimate(4, who="ongoing")],
            flow={"compared": 64, "ongoing": 4},
            changes=make_changes([(3, 2), (5, 5), (0, 4)] * 20, [(1, 1)] * 4),
            course=[make_month(60, contacts=50), make_month(60, contacts=3)],
            not_held=[NotHeld("cancelled", "new", 60, 23, 12, 15, 9, is_recorded=True)],
            n_rows=31,
        )
    )


def test_a_folder_with_anything_else_in_it_is_refused(released: Released, tmp_path: Path) -> None:
    """It would leave the site with the return; a return of before is written over."""
    write_bundle(released, tmp_path / "return")
    write_bundle(released, tmp_path / "return")
    (tmp_path / "return" / "list-of-patients.xlsx").write_bytes(b"")
    with pytest.raises(UsageError, match=r"other files: list-of-patients\.xlsx"):
        write_bundle(released, tmp_path / "return")


def _write_files(files: Mapping[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def _read_files(released: Released, folder: Path) -> dict[str, bytes]:
    write_bundle(released, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _say(error: DataRefused) -> list[tuple[str, str]]:
    return [(problem.where.split(": ", 1)[-1], problem.what) for problem in error.problems]


def _refuse(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(DataRefused) as refused:
        read_bundle(path)
    assert refused.value.exit_code == 4
    assert all(problem.do for problem in refused.value.problems)
    return _say(refused.value)


@pytest.mark.parametrize("name", ["return", "return.zip", "deep/er/return.zip"])
def test_what_was_written_is_read_back(released: Released, name: str, tmp_path: Path) -> None:
    write_bundle(released, tmp_path / name)
    read = read_bundle(tmp_path / name)
    assert read.site == released.site
    assert read.tables == released.tables
    assert read.provenance["protocol_digest"] == make_study().digest()


def test_a_bundle_holds_the_declared_tables_the_provenance_and_a_page(
    released: Released, tmp_path: Path
) -> None:
    """Nothing else; each table's columns in the declared order."""
    files = _read_files(released, tmp_path / "return")
    assert set(files) == FILES
    for table in TABLES:
        header = files[f"{table.name}.csv"].decode().splitlines()[0]
        assert header == ",".join(table.names)
    checksums = json.loads(files["provenance.json"])["tables_sha256"]
    assert checksums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name.endswith(".csv")
    }


def test_the_same_return_is_the_same_file(released: Released, tmp_path: Path) -> None:
    """So that a site can prove what it sent."""
    write_bundle(released, tmp_path / "one.zip")
    write_bundle(released, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_page_says_in_plain_words_what_is_about_to_leave(
    released: Released, tmp_path: Path
) -> None:
    page = _read_files(released, tmp_path / "return")["what-leaves.html"].decode()
    withheld = sum(
        row.get("state") == "suppressed" for rows in released.tables.values() for row in rows
    )
    assert withheld
    assert f"{withheld} rows have something withheld" in page
    for table in TABLES:
        assert f"<td>{table.name}.csv</td><td>{len(released.tables[table.name])}</td>" in page


def test_the_page_writes_a_sites_name_as_text(released: Released, tmp_path: Path) -> None:
    odd = replace(released, site="<b>north</b>")
    page = _read_files(odd, tmp_path / "return")["what-leaves.html"].decode()
    assert "<b>" not in page
    assert "&lt;b&gt;north&lt;/b&gt;" in page


def test_a_zip_with_a_folder_in_it_is_read(released: Released, tmp_path: Path) -> None:
    """Somebody zipped the folder by hand."""
    files = _read_files(released, tmp_path / "return")
    path = _write_files({f"north/{name}": text for name, text in files.items()}, tmp_path / "a.zip")
    assert read_bundle(path).tables == released.tables


def _drop(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {other: text for other, text in files.items() if other != name}


def _change(name: str, old: str, new: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        assert old.encode() in files[name]
        return {**files, name: files[name].replace(old.encode(), new.encode(), 1)}

    return change


def _tell(**facts: Any) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def tell(files: dict[str, bytes]) -> dict[str, bytes]:
        told = {**json.loads(files["provenance.json"]), **facts}
        return {**files, "provenance.json": json.dumps(told).encode()}

    return tell


COLUMNS = "site, position, step, kind, reason, n, state"
OTHER_COLUMNS = COLUMNS.replace("position", "place")
NOT_THE_ONE = "the file is not the one the site wrote"
FROM_NOWHERE = ("provenance.json", "it does not say where the return comes from")
EVERY_TABLE_OTHER = [(f"{table.name}.csv", NOT_THE_ONE) for table in TABLES]


@pytest.mark.parametrize(
    ("spoil", "problems"),
    [
        (_drop("flow.csv"), [("flow.csv", "the table is missing")]),
        (_change("estimates.csv", "-0.123", "-0.321"), [("estimates.csv", NOT_THE_ONE)]),
        (
            _change("flow.csv", ",65,", ",sixty-five,"),
            [
                ("flow.csv", NOT_THE_ONE),
                ("flow.csv: line 2, n", "'sixty-five' is not a integer"),
            ],
        ),
        (
            _change("flow.csv", ",65,", ",65,66,"),
            [("flow.csv", NOT_THE_ONE), ("flow.csv: line 2", "8 values for 7 columns")],
        ),
        (
            _change("flow.csv", "position", "place"),
            [
                ("flow.csv", NOT_THE_ONE),
                ("flow.csv", f"the columns are {OTHER_COLUMNS}, not {COLUMNS}"),
            ],
        ),
        (_drop("provenance.json"), [FROM_NOWHERE, *EVERY_TABLE_OTHER]),
        (_tell(protocol_digest=None), [FROM_NOWHERE, *EVERY_TABLE_OTHER]),
        (_tell(site=["north"]), [FROM_NOWHERE, *EVERY_TABLE_OTHER]),
        (_tell(tables_sha256=[]), [FROM_NOWHERE, *EVERY_TABLE_OTHER]),
        (_tell(tables_sha256={}), EVERY_TABLE_OTHER),
        (lambda files: {**files, "provenance.json": b"\xff{"}, [FROM_NOWHERE, *EVERY_TABLE_OTHER]),
    ],
)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_return_that_was_changed_is_refused_with_every_problem(
    spoil: Callable[[dict[str, bytes]], dict[str, bytes]],
    problems: list[tuple[str, str]],
    form: str,
    released: Released,
    tmp_path: Path,
) -> None:
    files = spoil(_read_files(released, tmp_path / "good"))
    if form == "zip":
        path = _write_files(files, tmp_path / "spoilt.zip")
    else:
        path = tmp_path / "spoilt"
        path.mkdir()
        for name, content in files.items():
            (path / name).write_bytes(content)
    assert _refuse(path) == problems


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_a_number_is_a_plain_finite_number(number: str, released: Released, tmp_path: Path) -> None:
    """Even where the checksum fits: a return may have been made by another program."""
    files = _read_files(released, tmp_path / "good")
    row = files["estimates.csv"].decode().splitlines()[1]
    spoilt = files["estimates.csv"].decode().replace(row, row.replace("-0.1235", number))
    assert number in spoilt
    files["estimates.csv"] = spoilt.encode()
    told = json.loads(files["provenance.json"])
    told["tables_sha256"]["estimates.csv"] = hashlib.sha256(files["estimates.csv"]).hexdigest()
    files["provenance.json"] = json.dumps(told).encode()
    assert _refuse(_write_files(files, tmp_path / "spoilt.zip")) == [
        ("estimates.csv: line 2, log_rr", f"{number!r} is not a number")
    ]


def test_what_is_not_a_return_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"not a zip")
    assert _refuse(tmp_path / "letter.docx") == [
        (str(tmp_path / "letter.docx"), "this is neither a folder nor a zip")
    ]
    assert _refuse(tmp_path / "nowhere.zip") == [
        (str(tmp_path / "nowhere.zip"), "there is no return here")
    ]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert _refuse(empty)[0] == FROM_NOWHERE


def test_a_zip_that_would_fill_the_disk_is_refused_unread(
    released: Released, tmp_path: Path
) -> None:
    """A hundred kilobytes that unpack to a hundred megabytes."""
    files = _read_files(released, tmp_path / "good")
    path = _write_files({**files, "more.csv": bytes(100_000_000)}, tmp_path / "bomb.zip")
    assert path.stat().st_size < 200_000
    assert _refuse(path) == [(str(path), "the zip is far larger than any return")]


def test_a_zip_that_lies_about_its_size_is_refused(released: Released, tmp_path: Path) -> None:
    """The directory says ten bytes, the content is ten megabytes of zeros."""
    files = _read_files(released, tmp_path / "good")
    path = _write_files({**files, "flow.csv": bytes(10_000_000)}, tmp_path / "liar.zip")
    content = path.read_bytes()
    lie = content.replace(struct.pack("<L", 10_000_000), struct.pack("<L", 10))
    assert lie != content
    path.write_bytes(lie)
    ((where, what),) = _refuse(path)
    assert where == str(path)
    assert what.startswith("the zip is damaged or locked")


@pytest.mark.parametrize("kind", ["damaged", "locked"])
def test_a_zip_that_cannot_be_opened_is_refused(
    kind: str, released: Released, tmp_path: Path
) -> None:
    write_bundle(released, tmp_path / "good.zip")
    content = bytearray((tmp_path / "good.zip").read_bytes())
    if kind == "damaged":
        content[60:80] = bytes(20)
    else:
        # The flag of encryption in every local header and in the directory.
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            start = content.find(mark)
            while start >= 0:
                content[start + place] |= 1
                start = content.find(mark, start + 4)
    (tmp_path / "bad.zip").write_bytes(content)
    ((_, what),) = _refuse(tmp_path / "bad.zip")
    assert what.startswith("the zip is damaged or locked")


def _with(released: Released, table: str, **changes: Any) -> Released:
    rows = released.tables[table]
    return replace(released, tables={**released.tables, table: ({**rows[0], **changes}, *rows[1:])})


def _check(*returns: Released) -> list[tuple[str, str]]:
    with pytest.raises(DataRefused) as refused:
        check_returns(make_study(), returns)
    return [(problem.where, problem.what) for problem in refused.value.problems]


def test_a_good_return_is_pooled(released: Released) -> None:
    check_returns(make_study(), [released])


def test_a_return_made_under_other_rules_is_not_pooled(released: Released) -> None:
    """The digest of the protocol: every site must have counted the same thing."""
    other = make_study(windows={"after_months": 12}).digest()
    odd = replace(released, provenance={**released.provenance, "protocol_digest": other})
    assert _check(odd) == [("return of north", "it was made under other rules than this study's")]


def test_a_return_of_no_site_of_the_study_is_not_pooled(released: Released) -> None:
    assert _check(replace(released, site="south")) == [
        ("return of south", "the study has no such site")
    ]


def test_two_returns_of_one_site_are_not_pooled(released: Released) -> None:
    assert _check(released, released) == [("", "there are 2 returns of site north")]


def test_a_count_that_is_not_rounded_is_not_pooled(released: Released) -> None:
    """Somebody's own program, or a row changed by hand, must not undo the policy."""
    assert _check(_with(released, "flow", n=64)) == [
        ("return of north: flow.csv", "64 people in n is not rounded to 5")
    ]


def test_a_count_of_too_few_people_is_not_pooled(released: Released) -> None:
    """Eight people are the fewest that may leave a site, and are shown as 10."""
    assert _check(_with(released, "flow", n=5)) == [
        ("return of north: flow.csv", "5 people in n is too few to leave a site")
    ]


def test_people_expected_by_chance_may_be_few(released: Released) -> None:
    row = {"site": "north", "scale": "ons4_happy", "part": "improved", "n": 5, "state": "rounded"}

    def give(number: str) -> Released:
        tables = {**released.tables, "score_counts": ({**row, "number": number},)}
        return replace(released, tables=tables)

    check_returns(make_study(), [give("by_chance")])
    assert _check(give("counted"))


def test_a_withheld_row_that_shows_a_number_is_not_pooled(released: Released) -> None:
    odd = _with(released, "estimates", state="suppressed")
    assert [what for _, what in _check(odd)] == [
        f"a withheld row shows a number in {column}" for column in ("log_rr", "se", "n")
    ]
