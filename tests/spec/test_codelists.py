"""Codelists: what a folder must be, and everything that can be wrong with it, each told once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from righthelp.cli import cli
from righthelp.errors import ProtocolError
from righthelp.protocol.codelists import (
    check_codelists,
    hash_download,
    load_codelists,
    read_codelist,
)
from righthelp.protocol.load import load_study
from righthelp.protocol.meanings import check_meanings, load_meanings
from tests.lib.codelists import ASTHMA, CODES, HEADER, STRESS, make_folder, name_file

ASTHMA_FILE, STRESS_FILE = name_file(ASTHMA), name_file(STRESS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "codelists")


def _tell(folder: Path) -> list[str]:
    """What is said of a folder, without what to do; every problem has a place and a remedy."""
    problems = check_meanings(folder)
    assert all(problem.where and problem.do for problem in problems)
    assert problems[: len(check_codelists(folder))] == check_codelists(folder)
    return [f"{problem.where}: {problem.what}" for problem in problems]


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


def test_a_folder_as_the_tool_leaves_it_is_read(folder: Path) -> None:
    """The name of a list is that of its file; hand-made lists need no line and no download."""
    assert _tell(folder) == []
    lists = load_codelists(folder)
    assert set(lists) == {ASTHMA_FILE[:-4], STRESS_FILE[:-4], "carers"}
    asthma = lists[ASTHMA_FILE[:-4]]
    assert asthma.codes == {"195967001": "Asthma", "304527002": "Acute asthma"}
    assert asthma.version == "20250627"
    assert asthma.source == f"https://www.opencodelists.org/codelist/{ASTHMA}/"
    assert lists["carers"].version == "local"
    assert all(len(one.sha256) == 64 and one.notes == () for one in lists.values())


def test_the_digest_is_that_of_the_tool() -> None:
    """By hand: `printf 'code,term\\n1,a' | sha1sum`. How lines end changes nothing."""
    worked = "38828f3eb99568313000cdd7a41c55358b2f4c5d"
    assert hash_download(b"code,term\n1,a") == worked
    assert hash_download(b"code,term\r\n1,a\r\n") == worked


def test_a_line_may_end_in_a_slash(folder: Path) -> None:
    """As OpenCodelists shows them, and as OpenSAFELY's own studies write them."""
    _rewrite(folder / "codelists.txt", ASTHMA, f"{ASTHMA}/")
    assert _tell(folder) == []


def _no_file(folder: Path) -> None:
    (folder / ASTHMA_FILE).unlink()
    _rewrite(folder / "meanings.csv", ASTHMA_FILE[:-4], "carers")


def _no_line(folder: Path) -> None:
    _rewrite(folder / "codelists.txt", ASTHMA, "")


def _other_version(folder: Path) -> None:
    _rewrite(folder / "codelists.txt", ASTHMA, ASTHMA.replace("20250627", "20251211"))


def _no_download(folder: Path) -> None:
    (folder / "codelists.json").unlink()


def _not_downloaded(folder: Path) -> None:
    given = json.loads((folder / "codelists.json").read_text())
    del given["files"][ASTHMA_FILE]
    (folder / "codelists.json").write_text(json.dumps(given))


def _gone(folder: Path) -> None:
    _no_line(folder)
    _no_file(folder)


T, J = "codelists/codelists.txt", "codelists/codelists.json"
A, M = f"codelists/{ASTHMA_FILE}", "codelists/meanings.csv"
DRIFT: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (
        lambda folder: _rewrite(folder / ASTHMA_FILE, "Acute asthma", "Asthma, acute"),
        f"{A}: the file has changed since it was downloaded",
    ),
    "no file": (_no_file, f"{T}: line 3: there is no file {ASTHMA_FILE} for {ASTHMA}"),
    "no line": (_no_line, f"{A}: no line of codelists.txt names this file"),
    "no line, no file": (
        _gone,
        f"{J}: {ASTHMA_FILE} was downloaded, but codelists.txt does not list it",
    ),
    "lines changed since": (
        _other_version,
        (
            f"{T}: line 3: the line says {ASTHMA.replace('20250627', '20251211')}, "
            f"but {ASTHMA} was downloaded"
        ),
    ),
    "no account": (_no_download, f"{J}: there is no such file"),
    "not in the account": (
        _not_downloaded,
        f"{T}: line 3: {ASTHMA} was not downloaded: codelists.json lacks it",
    ),
    "broken account": (
        lambda folder: (folder / "codelists.json").write_text("{"),
        f"{J}: the file is not JSON",
    ),
    "empty account": (
        lambda folder: (folder / "codelists.json").write_text('{"files": []}'),
        f"{J}: the file does not say id and sha of each list under files",
    ),
    "no lines": (
        lambda folder: (folder / "codelists.txt").unlink(),
        f"{T}: there is no such file",
    ),
    "bad line": (
        lambda folder: _rewrite(folder / "codelists.txt", "# what we use", "asthma/1"),
        f"{T}: line 1: asthma/1 does not name a version of a list",
    ),
    "two versions": (
        lambda folder: _rewrite(folder / "codelists.txt", "# what we use", ASTHMA[:-1] + "6"),
        f"{T}: line 3: {ASTHMA.rpartition('/')[0]} is on line 1 already, as 20250626",
    ),
    "same name": (
        lambda folder: (
            (folder / "local_codelists" / STRESS_FILE).write_text(CODES[STRESS]) and None
        ),
        (
            f"codelists/local_codelists/{STRESS_FILE}: "
            f"there is a downloaded list {STRESS_FILE[:-4]} as well"
        ),
    ),
    "no meaning": (
        lambda folder: (
            (folder / "local_codelists" / "more.csv").write_text("code\n195967001\n") and None
        ),
        f"{M}: nothing is said of the list more",
    ),
}


@pytest.mark.parametrize("name", DRIFT)
def test_every_way_to_drift_is_told(name: str, folder: Path) -> None:
    """Once, with its place; beside it stands at most what follows from it."""
    spoil, expected = DRIFT[name]
    spoil(folder)
    told = _tell(folder)
    assert told.count(expected) == 1
    follow = {"no lines": 3, "two versions": 2}.get(name, 1)
    assert len(told) == follow, told


def test_everything_is_told_at_once(folder: Path) -> None:
    """A changed file, a file without a line and bad codes of two kinds in one list."""
    _rewrite(folder / ASTHMA_FILE, "304527002", "8.71732E+14")
    (folder / "stray.csv").write_text("code\n195967001\n")
    bad = "code,term\n133932002,Caregiver\n133932003,a\n40790254,b\n20000,c\n1,d\nF41.1,e\n"
    (folder / "local_codelists" / "carers.csv").write_text(bad)
    local = "codelists/local_codelists/carers.csv"
    assert _tell(folder) == [
        f"{A}: the file has changed since it was downloaded",
        "codelists/stray.csv: no line of codelists.txt names this file",
        (
            f"{A}: line 3: 8.71732E+14: written as a number with a power of ten, "
            "so its last digits are lost"
        ),
        (
            f"{local}: line 3: 133932003, 40790254 (line 4): "
            "mistyped, or rounded by a spreadsheet: the check digit is wrong"
        ),
        f"{local}: line 5: 20000, 1 (line 6): not 6 to 18 digits without leading noughts",
        f"{local}: line 7: F41.1: not made of digits",
        f"{M}: nothing is said of the list stray",
    ]
    with pytest.raises(ProtocolError) as refused:
        load_codelists(folder)
    assert len(refused.value.problems) == 6


def test_of_many_bad_codes_the_first_three_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("code\nA\nB\nC\nD\nE\n")
    with pytest.raises(ProtocolError, match=r"A, B \(line 3\), C \(line 4\) and 2 more: not made"):
        read_codelist(path)


def test_blank_codes_and_doubles_are_left_out_and_noted(tmp_path: Path) -> None:
    """White space goes; a BOM, the line ends of Windows and an unused column change nothing."""
    path = tmp_path / "list.csv"
    path.write_bytes(
        b"\xef\xbb\xbfCode, Term ,active\r\n 195967001\t,Asthma,1\r\n,Nothing,1\r\n\r\n"
        b'195967001,"Asthma, again",1\r\n304527002\r\n'
    )
    found = read_codelist(path)
    assert found.codes == {"195967001": "Asthma", "304527002": ""}
    assert found.notes == (
        "list.csv: line 3: no code; the row was left out",
        "list.csv: line 5: 195967001 is there already",
    )


def test_the_column_of_codes_may_be_named_and_a_category_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("concept,term,Group\n195967001,Asthma,lungs\n")
    found = read_codelist(path, column="concept", category_column="group")
    assert found.codes == {"195967001": "lungs"}
    for asked, lacked in (
        ({}, "of SNOMED CT codes"),
        ({"column": "ctv3"}, "ctv3"),
        ({"column": "concept", "category_column": "kind"}, "kind"),
    ):
        with pytest.raises(ProtocolError, match=f"there is no column {lacked}"):
            read_codelist(path, **asked)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"code\n\xff\n", "is not UTF-8 text"),
        (b'code\n"' + b"1" * 200_000 + b'"\n', "is not CSV"),
        (b"", "there is no column of SNOMED CT codes"),
        (b"code\n", "there is no code in the list"),
    ],
)
def test_a_file_that_is_no_list_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=what) as refused:
        read_codelist(path)
    assert len(refused.value.problems) == 1


def test_what_lists_mean_becomes_rows_for_the_engine(folder: Path) -> None:
    """(code, kind, meaning, rank): a condition has the rank of a new problem."""
    found = load_meanings(folder)
    assert found.rows == (
        ("133932002", "reason", "social", 4),
        ("195967001", "condition", "asthma", 1),
        ("271952001", "reason", "mental_health", 3),
        ("304527002", "condition", "asthma", 1),
    )
    assert set(found.digests) == {
        f"{ASTHMA_FILE[:-4]} 20250627",
        f"{STRESS_FILE[:-4]} 0f8ffb90",
        "carers local",
    }
    assert found.labels["reason", "social"] == "A label"


MEANT = {
    "carers,reason,hunger,x,1,x,x,x": "'hunger' is no reason that a list can have",
    "carers,reason,new_problem,x,1,x,x,x": "'new_problem' is no reason that a list can have",
    "carers,cause,social,x,1,x,x,x": "'cause' is no kind of meaning",
    "carers,condition,Type 2,x,1,x,x,x": "'Type 2' is no name of a condition",
    "carers,clinical_referral,physio,x,1,x,x,x": "'physio' is no meaning of a clinical referral",
    "carers,condition,caring,x,first,x,x,x": "the priority 'first' is no whole number",
    "carers,condition,caring,x,1,,x,": "source, review is empty",
    "nothing,reason,social,x,1,x,x,x": "there is no list nothing",
    ",reason,social,x,1,x,x,x": "there is no list without a name",
    "carers,reason,social,x,1,x,x,x": "carers has a meaning of kind reason already",
}


@pytest.mark.parametrize("line", MEANT)
def test_a_line_that_means_nothing_is_told(line: str, folder: Path) -> None:
    kept = (folder / "meanings.csv").read_text().splitlines()
    if "already" not in MEANT[line]:
        kept = [row for row in kept if not row.startswith("carers")]
        extra = [row for row in ("carers,condition,carer,x,1,x,x,x",) if "carers" not in line]
        kept += extra
    (folder / "meanings.csv").write_text("\n".join([*kept, line]) + "\n")
    assert _tell(folder) == [f"{M}: line {len(kept) + 1}: {MEANT[line]}"]


def test_a_file_of_meanings_is_needed_with_all_its_columns(folder: Path) -> None:
    _rewrite(folder / "meanings.csv", HEADER, HEADER.replace("licence", "license"))
    assert _tell(folder) == [f"{M}: line 1: there is no column licence"]
    (folder / "meanings.csv").unlink()
    assert _tell(folder) == [f"{M}: there is no such file"]


def test_of_two_reasons_the_lower_number_decides_and_equal_numbers_are_refused(
    folder: Path,
) -> None:
    local = folder / "local_codelists" / "carers.csv"
    local.write_text("code,term\n133932002,Caregiver\n271952001,Stress\n")
    assert _tell(folder) == [
        f"{M}: 271952001 has two reasons of one priority, in {STRESS_FILE[:-4]} and carers"
    ]
    for number, reason in ((0, "social"), (2, "mental_health")):
        text = (folder / "meanings.csv").read_text()
        _rewrite(folder / "meanings.csv", "social,A label,1", f"social,A label,{number}")
        rows = load_meanings(folder).rows
        assert [row[2] for row in rows if row[:2] == ("271952001", "reason")] == [reason]
        (folder / "meanings.csv").write_text(text)


@pytest.mark.parametrize("code", ["871731000000106", "871711000000103"])
def test_social_prescribing_is_no_reason_to_be_seen(code: str, folder: Path) -> None:
    with (folder / "local_codelists" / "carers.csv").open("a") as opened:
        opened.write(f"{code},x\n")
    (told,) = _tell(folder)
    assert told.startswith(f"{M}: carers holds {code}, ")


STUDY = '[study]\ntitle = "Ours"\n[[site]]\nid = "n"\nroute = "counts"\npath = "n.xlsx"\n'


def _load(folder: Path, *lines: str, above: str = "") -> list[str]:
    path = folder.parent / "study.toml"
    path.write_text("\n".join([STUDY + above, "[codelists]", *lines]))
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    assert all(problem.do for problem in refused.value.problems)
    return [f"{problem.where}: {problem.what}" for problem in refused.value.problems]


def test_a_study_with_drift_is_refused_with_all_that_is_wrong(folder: Path) -> None:
    """The problems of the study file first, then those of its codelists."""
    _rewrite(folder / ASTHMA_FILE, "Acute asthma", "Asthma, acute")
    _rewrite(folder / "meanings.csv", "mental_health", "moods")
    assert _load(folder, 'folder = "codelists"', above="pass = 1\n") == [
        "study.toml: line 7, site.1.pass: pass is not known here",
        f"{A}: the file has changed since it was downloaded",
        f"{M}: line 3: 'moods' is no reason that a list can have",
    ]


def test_the_command_refuses_a_study_whose_lists_have_drifted(folder: Path) -> None:
    (folder / STRESS_FILE).unlink()
    path = folder.parent / "study.toml"
    path.write_text(STUDY + '[codelists]\nfolder = "codelists"\n')
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert isinstance(done.exception, ProtocolError)
    assert f"there is no file {STRESS_FILE}" in str(done.exception)
    assert f"there is no list {STRESS_FILE[:-4]}" in str(done.exception)


def test_a_study_says_where_its_lists_are_what_they_mean_and_what_comes_first(
    folder: Path,
) -> None:
    at = "study.toml: line 9, codelists"
    assert _load(folder, 'folder = "lists"') == [f"{at}.folder: there is no folder lists"]
    assert _load(folder, 'priority = ["social", "other"]') == [
        f"{at}.priority: ['social', 'other'] is not every reason once, with uncoded last"
    ]
    other = "0" * 64
    for lines in ([f'sha256 = "{other}"'], [f'sha256 = "{other}"', 'folder = "codelists"']):
        (told,) = _load(folder, *lines)
        assert told.startswith(f"{at}.sha256: the lists mean something else now")


def test_the_digest_of_a_study_is_of_what_its_lists_mean(folder: Path) -> None:
    """Not of where they lie, nor how they are written; a pinned digest changes nothing."""
    path = folder.parent / "study.toml"
    path.write_text(STUDY + '[codelists]\nfolder = "codelists"\n')
    study = load_study(path)
    assert study.codelists.folder == folder.resolve()
    assert load_meanings(study) == load_meanings(folder)
    assert study.codelists.sha256 == load_meanings(folder).sha256
    moved = folder.rename(folder.with_name("elsewhere"))
    local = moved / "local_codelists" / "carers.csv"
    local.write_bytes(b"\xef\xbb\xbfname,code\r\nSomebody who cares,133932002\r\n")
    pinned = f'[codelists]\nfolder = "elsewhere"\nsha256 = "{study.codelists.sha256}"\n'
    path.write_text(STUDY + pinned)
    assert load_study(path).digest() == study.digest()
    local.write_text("code\n407542009\n")
    path.write_text(STUDY + '[codelists]\nfolder = "elsewhere"\n')
    assert load_study(path).digest() != study.digest()


def test_a_study_puts_its_reasons_in_its_own_order(folder: Path) -> None:
    path = folder.parent / "study.toml"
    order = ["mental_health", "social", "new_problem", "long_term_condition", "other", "uncoded"]
    path.write_text(STUDY + f'[codelists]\nfolder = "codelists"\npriority = {json.dumps(order)}\n')
    ranks = {(row[1], row[2]): row[3] for row in load_meanings(load_study(path)).rows}
    assert ranks == {
        ("reason", "mental_health"): 1,
        ("reason", "social"): 2,
        ("condition", "asthma"): 3,
    }
