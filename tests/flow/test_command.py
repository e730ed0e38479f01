"""The `righthelp` command as somebody meets it: what it prints, where, and how it ends.

Exit codes: 0 done, 2 used wrongly, 3 the study file, 4 the data, 5 disclosure, 70 our bug. A
trouble the user can mend is a sentence on stderr, never a traceback.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from righthelp.protocol.load import load_study
from righthelp.returns.bundle import read_bundle
from righthelp.world import World, simulate, write_world

COMMANDS = ("new", "check", "count", "report", "run", "demo", "world", "trace")
SITE = """\
[[site]]
id = "{id}"
route = "csv"
path = "{path}"
index_month = "2023-09"
extract_from = 2022-01-01
extract_to = 2025-01-01
"""
STUDY = '[study]\ntitle = "Our study"\n'


@dataclass(frozen=True)
class Ended:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What a machine reads on stdout; there is nothing else there."""
        return json.loads(self.out)


def righthelp(*words: object, cwd: Path, first: str = "") -> Ended:
    """Run the command in a folder; `first` is Python that runs before it."""
    program = f"{first}\nfrom righthelp.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def refused(ended: Ended, code: int) -> str:
    """What a refusal says: on stderr alone, with no traceback."""
    assert (ended.code, ended.out) == (code, ""), ended.err
    assert "Traceback" not in ended.err
    assert ended.err.strip()
    return ended.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of one site whose records are in order, and its return."""
    folder = tmp_path_factory.mktemp("study")
    world = World(seed=5, n_people=2500, site_id="quarry", referral_probability=0.04)
    write_world(simulate(world), folder / "records", file_format="csv")
    text = STUDY + SITE.format(id="north", path="records")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    done = righthelp("count", "study.toml", "--site", "north", "--out", "north.zip", cwd=folder)
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def person(folder: Path) -> str:
    """Somebody whom the link worker saw in the index month."""
    with (folder / "records" / "link_worker_contacts.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return next(r["patient_id"] for r in rows if "2023-09-01" <= r["date"] <= "2023-09-30")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    ended = righthelp(*command.split(), "--help", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: " in ended.out
    if not command:
        assert all(re.search(rf"^  {name} ", ended.out, re.MULTILINE) for name in COMMANDS)


def test_new_writes_a_study_that_is_in_order(tmp_path: Path) -> None:
    ended = righthelp("new", "ours", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {
        "study.toml",
        "counts-template.xlsx",
        "summary-template.xlsx",
    }
    assert ended.out.endswith("righthelp check ours/study.toml\n")
    assert righthelp("check", "ours/study.toml", cwd=tmp_path).code == 0


def test_the_defaults_that_new_writes_out_are_the_defaults(tmp_path: Path) -> None:
    """Every commented setting with a value can be uncommented, and the study stays the same."""
    righthelp("new", ".", cwd=tmp_path)
    path = tmp_path / "study.toml"
    text = path.read_text(encoding="utf-8")
    setting = re.compile(r"^# ([a-z_]+ = (?!\.\.\.).+)$", re.MULTILINE)
    (tmp_path / "written.toml").write_text(setting.sub(r"\1", text), encoding="utf-8")
    assert len(setting.findall(text)) >= 15
    written, told = load_study(tmp_path / "written.toml"), load_study(path)
    assert written == told
    assert written.digest() == told.digest()


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("ours", encoding="utf-8")
    said = refused(righthelp("new", ".", cwd=tmp_path), 2)
    assert said == "study.toml: there is a study here already\n    Name a new folder.\n"
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "ours"


def test_check_says_that_a_study_is_in_order(folder: Path) -> None:
    ended = righthelp("check", "study.toml", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert "study.toml is in order" in ended.out
    told = righthelp("check", "study.toml", "--json", cwd=folder).json()
    digest = load_study(folder / "study.toml").digest()
    assert told == {"sites": ["north"], "protocol_digest": digest}


def test_check_lists_every_problem_of_a_study(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY + "[windows]\nbefore = 6\nafter_months = 0\n")
    for words in (
        ["check", "study.toml"],
        ["run", "study.toml"],
        ["check", "study.toml", "--json"],
    ):
        said = refused(righthelp(*words, cwd=tmp_path), 3)
        assert [line.strip() for line in said.splitlines()[::2]] == [
            "study.toml has 3 problems:",
            "Add site. The sites, one table each.",
            "Did you mean before_months?",
            "Length of the after window. Unit: calendar months.",
        ]


def test_check_lists_what_is_odd_in_the_data_and_keeps_it_at_the_site(folder: Path) -> None:
    words = ["check", "study.toml", "--site", "north"]
    before = set(folder.rglob("*"))
    ended = righthelp(*words, cwd=folder)
    assert ended.code == 0, ended.err
    assert "rows read" in ended.out
    told = righthelp(*words, "--json", cwd=folder).json()
    assert {account["table"] for account in told["ledger"]} >= {"patients", "appointments"}
    assert isinstance(told["findings"], list)
    assert set(folder.rglob("*")) == before


def test_count_writes_the_return_and_shows_what_is_in_it(folder: Path, tmp_path: Path) -> None:
    for name in ("return", "return.zip"):
        out = tmp_path / name
        ended = righthelp("count", "study.toml", "--site", "north", "--out", out, cwd=folder)
        assert ended.code == 0, ended.err
        assert ended.out.endswith(f"wrote {out}\n")
        assert "Before and after, as counted" in ended.out
        assert "quarry-" not in ended.out, "no person is named where the return is made"
        assert read_bundle(out).tables == read_bundle(folder / "north.zip").tables


def test_count_tells_a_machine_what_it_released(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "return.zip"
    words = ["count", "study.toml", "--site", "north", "--out", out, "--json"]
    ended = righthelp(*words, cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    told = ended.json()
    assert (told["site"], told["return"]) == ("north", str(out))
    assert told["estimates"] == [dict(row) for row in read_bundle(out).tables["estimates"]]


def test_data_that_cannot_be_used_are_refused_with_every_problem(folder: Path) -> None:
    """Exit 4, and nothing is written."""
    (folder / "broken").mkdir(exist_ok=True)
    patients = "patient_id,sex\n1,female\n"
    (folder / "broken" / "patients.csv").write_text(patients, encoding="utf-8")
    text = STUDY + SITE.format(id="south", path="broken")
    (folder / "broken" / "study.toml").write_text(text.replace('"broken"', '"."'))
    words = ["count", "study.toml", "--site", "south", "--out", "south.zip"]
    said = refused(righthelp(*words, cwd=folder / "broken"), 4)
    for what in ("practice_registrations.csv", "appointments.csv"):
        assert what in said
    assert not (folder / "broken" / "south.zip").exists()


def test_a_spreadsheet_that_names_a_person_is_refused(tmp_path: Path) -> None:
    """Exit 5: an NHS number in a sheet that is about to leave the practice.

    9434765919 is made up and passes the check digit; it must not be repeated on the screen.
    """
    (tmp_path / "sheet.csv").write_text(
        "row_label,group,before,after\n9434765919,seen,3,2\n2,seen,1,1\n3,reference,1,0\n"
    )
    (tmp_path / "study.toml").write_text(
        STUDY + '[[site]]\nid = "south"\nroute = "counts"\npath = "sheet.csv"\n'
        'index_month = "2023-09"\n'
    )
    words = ["count", "study.toml", "--site", "south", "--out", "south.zip"]
    said = refused(righthelp(*words, cwd=tmp_path), 5)
    assert "9434765919" not in said
    assert not (tmp_path / "south.zip").exists()


def test_report_pools_returns_into_one_page(folder: Path, tmp_path: Path) -> None:
    page, tables = tmp_path / "deep" / "report.html", tmp_path / "tables"
    words = ["report", "study.toml", "north.zip", "--out", page, "--tables", tables]
    ended = righthelp(*words, cwd=folder)
    assert (ended.code, ended.out) == (0, f"wrote {page}\nwrote {tables}\n"), ended.err
    assert "Our study" in page.read_text(encoding="utf-8")
    assert list(tables.glob("*.csv"))


def test_a_report_for_one_site_comes_without_the_tables_of_all(
    folder: Path, tmp_path: Path
) -> None:
    page, tables = tmp_path / "report.html", tmp_path / "tables"
    words = ["report", "study.toml", "north.zip", "--for", "north", "--out", page]
    assert "The tables name every site" in refused(
        righthelp(*words, "--tables", tables, cwd=folder), 2
    )
    assert not page.exists() and not tables.exists()
    assert righthelp(*words, cwd=folder).code == 0


def test_report_refuses_what_is_no_return_of_the_study(folder: Path, tmp_path: Path) -> None:
    """Exit 4: another file, a return changed on the way, a return made under other rules."""
    out = ["--out", tmp_path / "report.html"]
    said = refused(righthelp("report", "study.toml", "study.toml", *out, cwd=folder), 4)
    assert said.startswith("study.toml: this is neither a folder nor a zip")
    refused(righthelp("report", "study.toml", "nowhere.zip", *out, cwd=folder), 4)
    other = tmp_path / "other.toml"
    text = (folder / "study.toml").read_text(encoding="utf-8")
    other.write_text(text + "[windows]\nafter_months = 3\n", encoding="utf-8")
    said = refused(righthelp("report", other, "north.zip", *out, cwd=folder), 4)
    assert "it was made under other rules than this study's" in said
    refused(righthelp("report", "study.toml", *["north.zip"] * 2, *out, cwd=folder), 4)
    refused(righthelp("report", "study.toml", *out, cwd=folder), 2)
    assert not (tmp_path / "report.html").exists()


def test_run_counts_every_site_and_names_those_that_are_refused(folder: Path) -> None:
    """Exit 4 when a site was refused; the others go on to the report."""
    text = STUDY + SITE.format(id="north", path="records") + SITE.format(id="south", path="none")
    (folder / "two.toml").write_text(text, encoding="utf-8")
    ended = righthelp("run", "two.toml", "--out", "two", cwd=folder)
    assert ended.code == 4
    assert "Traceback" not in ended.err
    assert ended.err.startswith("site south was refused: ")
    assert "wrote two/report.html\n" in ended.out
    assert {path.name for path in (folder / "two" / "returns").iterdir()} == {"north.zip"}
    ended = righthelp("run", "two.toml", "--out", "two", "--json", cwd=folder)
    assert (ended.code, ended.err) == (4, "")
    told = ended.json()
    assert set(told["sites"]) == {"north"}
    assert set(told["refused"]) == {"south"}
    assert told["reports"] == ["two/report.html", "two/report.pdf"]


def test_run_of_sites_in_order_ends_well_beside_the_study(folder: Path) -> None:
    ended = righthelp("run", "study.toml", cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert (folder / "results" / "report.html").exists()


def test_run_with_no_site_to_count_is_refused(folder: Path) -> None:
    text = STUDY + SITE.format(id="south", path="none")
    (folder / "none.toml").write_text(text, encoding="utf-8")
    refused(righthelp("run", "none.toml", "--out", "nothing", cwd=folder), 4)
    assert not (folder / "nothing").exists()


def test_world_writes_the_same_records_from_the_same_seed(tmp_path: Path) -> None:
    for out in ("one", "two"):
        words = ["world", out, "--people", 300, "--months", 24, "--seed", 9, "--csv"]
        ended = righthelp(*words, cwd=tmp_path)
        assert (ended.code, ended.err) == (0, "")
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / out).iterdir()}
        for out in ("one", "two")
    )
    assert one == two
    assert {"patients.csv", "appointments.csv", "truth.json"} <= set(one)


def test_trace_tells_why_somebody_is_in(folder: Path, person: str) -> None:
    words = ["trace", "study.toml", "--site", "north", "--person", person]
    ended = righthelp(*words, cwd=folder)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{person}: ")
    told = righthelp(*words, "--json", cwd=folder).json()
    assert told["person"] == person
    assert told["index_on"] == "2023-09-01"
    counted = [one for one in told["contacts"] if one["counted"]]
    if told["before"] is not None:
        assert len(counted) == told["before"] + told["after"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["frobnicate"], "No such command"),
        (["check"], "Missing argument"),
        (["check", "."], "is a directory"),
        (["count", "study.toml", "--site", "north"], "Missing option '--out'"),
        (["count", "study.toml", "--site", "east", "--out", "x"], "the study has no site east"),
        (["check", "study.toml", "--site", "east"], "Name one of: north."),
        (["trace", "study.toml", "--site", "east", "--person", "p"], "has no site east"),
        (["trace", "study.toml", "--site", "north", "--person", "p"], "has no person p"),
        (["world", "w", "--people", "0"], "n_people is 0"),
        (["world", "w", "--months", "many"], "is not a valid integer"),
        (["new", "study.toml"], "is a file"),
    ],
)
def test_a_command_used_wrongly_is_told_how(words: list[str], says: str, folder: Path) -> None:
    assert says in refused(righthelp(*words, cwd=folder), 2)
    assert not (folder / "x").exists()
    assert not (folder / "w").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["count", "study.toml", "--site", "north", "--out", "study.toml"],
        ["count", "study.toml", "--site", "north", "--out", "study.toml/x.zip"],
        ["report", "study.toml", "north.zip", "--out", "study.toml/report.html"],
        ["run", "study.toml", "--out", "study.toml/results"],
        ["new", "study.toml/ours"],
        ["world", "study.toml/world", "--people", "100", "--months", "14"],
        ["demo", "study.toml/demo"],
    ],
)
def test_a_place_that_cannot_be_written_is_the_users_to_mend(
    words: list[str], folder: Path
) -> None:
    before = (folder / "study.toml").read_bytes()
    said = refused(righthelp(*words, cwd=folder), 2)
    assert "study.toml" in said
    assert (folder / "study.toml").read_bytes() == before


BREAK = "import righthelp.run\ndef break_it(path):\n    {how}\nrighthelp.run.load_study = break_it"


@pytest.mark.parametrize("how", ["assert False, 'two plus two'", "[][1]", "raise KeyError('x')"])
def test_our_own_bug_ends_with_70_and_shows_where(how: str, folder: Path) -> None:
    ended = righthelp("check", "study.toml", cwd=folder, first=BREAK.format(how=how))
    assert (ended.code, ended.out) == (70, "")
    assert "Traceback" in ended.err
    assert "This is a bug in righthelp" in ended.err


def test_an_interrupt_ends_quietly(folder: Path) -> None:
    first = BREAK.format(how="raise KeyboardInterrupt")
    ended = righthelp("check", "study.toml", cwd=folder, first=first)
    assert ended.code == 130
    assert "Traceback" not in ended.err
