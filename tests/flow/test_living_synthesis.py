"""A study that goes on: returns come one after another, one is replaced, one withdrawn.

As a study team meets it: the commands, what they print, and what lies in the folder afterwards.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from righthelp.run import count_site, load_study, write_return
from righthelp.world import World, simulate, write_world

SITES = {
    "ash": ("Ash", "2023-09", 41),
    "bee": ("Bee", "2023-10", 42),
    "cob": ("Cob", "2023-11", 43),
}
SITE = """\
[[site]]
id = "{id}"
name = "{name}"
route = "csv"
path = "{id}"
index_month = "{month}"
extract_from = 2022-01-01
extract_to = {to}
"""


def righthelp(*words: object, cwd: Path, first: str = "", code: int = 0) -> str:
    """Run the command in a folder; what it printed, or for an error what it said."""
    program = f"{first}\nfrom righthelp.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if code == 0 else done.stderr


def _write_study(folder: Path, *, more: str = "", to: str = "2025-01-01") -> Path:
    text = f'[study]\ntitle = "Three sites"\n{more}'
    for name, (label, month, _) in SITES.items():
        text += SITE.format(id=name, name=label, month=month, to=to)
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _count(study: Path, out: Path, *, sites: Sequence[str] = tuple(SITES)) -> None:
    for site in sites:
        write_return(count_site(load_study(study), site).released, out / f"{site}.zip")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What sites send: `first`; `later`, of one with a shorter extract; `rules`, under others."""
    folder = tmp_path_factory.mktemp("sent")
    for name, (_, _, seed) in SITES.items():
        world = World(seed=seed, n_people=2500, site_id=name, referral_probability=0.04)
        write_world(simulate(world), folder / name)
    _count(_write_study(folder, to="2024-12-01"), folder / "later", sites=["ash"])
    _count(_write_study(folder, more="[windows]\nafter_months = 4\n"), folder / "rules")
    _count(_write_study(folder), folder / "first")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The study file of a team, which has no records."""
    return _write_study(tmp_path)


def _read_log(study: Path) -> list[dict[str, str]]:
    with (study.parent / "returns" / "log.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _report(study: Path, name: str, **more: Any) -> Path:
    """Report what is kept; the folder of its tables."""
    words = ("report", study.name, "--out", f"{name}.html", "--tables", name)
    assert righthelp(*words, cwd=study.parent, **more) == f"wrote {name}.html\nwrote {name}\n"
    return study.parent / name


def _explain(study: Path, old: str, new: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(righthelp("diff", old, new, "--json", cwd=study.parent))
    assert told["astray"] == [], "whatever changed has something to account for it"
    return told


def test_a_synthesis_lives(study: Path, sent: Path) -> None:
    """Two returns, a third, a better one of the first site, a withdrawal: each step is told."""
    cwd, first = study.parent, sent / "first"
    said = righthelp("receive", "study.toml", first / "ash.zip", first / "bee.zip", cwd=cwd)
    assert said.splitlines()[:3] == [
        "ash: return taken in",
        "bee: return taken in",
        "before: no return",
    ]
    two = _report(study, "two")
    righthelp("receive", "study.toml", first / "cob.zip", "--because", "it is here", cwd=cwd)
    three = _report(study, "three")
    told = _explain(study, "two", "three")
    assert [(one["kind"], one["name"]) for one in told["causes"]] == [("return_new", "cob")]
    assert "Cob has answered" in told["attribution"]

    said = righthelp(
        "receive", "study.toml", sent / "later" / "ash.zip", "--because", "mended", cwd=cwd
    )
    assert said.startswith("ash: another return in its place\nbefore: 3 returns; ")
    _report(study, "mended")
    told = _explain(study, "three", "mended")
    assert [(one["kind"], one["name"]) for one in told["causes"]] == [("return_replaced", "ash")]
    assert "from the same files to 2024-12-01 instead of 2025-01-01" in told["attribution"]

    righthelp("receive", "study.toml", first / "ash.zip", cwd=cwd)
    said = righthelp("withdraw", "study.toml", "--site", "cob", "--because", "asked", cwd=cwd)
    assert said.startswith("cob: return withdrawn and deleted\nbefore: 3 returns; ")
    assert {path.name for path in (cwd / "returns").iterdir()} == {"ash.zip", "bee.zip", "log.csv"}
    back = _report(study, "back")
    assert (two / "record.json").read_bytes() == (back / "record.json").read_bytes()
    assert righthelp("diff", "two", "back/record.json", cwd=cwd).startswith("Nothing changed")
    told = _explain(study, "three", "back")
    assert [(one["kind"], one["name"]) for one in told["causes"]] == [("return_gone", "cob")]

    log = _read_log(study)
    assert [(one["did"], one["site"], one["sites"]) for one in log] == [
        ("received", "ash", "1"),
        ("received", "bee", "2"),
        ("received", "cob", "3"),
        ("replaced", "ash", "3"),
        ("replaced", "ash", "3"),
        ("withdrawn", "cob", "2"),
    ]
    assert [log[1][name] for name in ("adjusted", "low", "high", "verdict", "crude")] == [
        log[-1][name] for name in ("adjusted", "low", "high", "verdict", "crude")
    ]
    assert log[3]["replaced_digest"] == log[0]["digest"] == log[4]["digest"]
    with (back / "changes.csv").open(encoding="utf-8", newline="") as file:
        shown = list(csv.DictReader(file))
    assert [one["site"] for one in shown] == ["Ash", "Bee", "Cob", "Ash", "Ash", "Cob"]
    assert not (three / "changes.csv").read_text(encoding="utf-8").count("withdrawn")


def test_one_changed_setting_is_found_though_every_return_is_new(study: Path, sent: Path) -> None:
    """And the returns under the old rules are refused until each site has counted again."""
    cwd = study.parent
    righthelp("receive", study.name, *sorted((sent / "first").glob("*.zip")), cwd=cwd)
    _report(study, "six")
    _write_study(cwd, more="[windows]\nafter_months = 4\n")
    said = righthelp("report", study.name, cwd=cwd, code=4)
    assert said.count("it was made under other rules than this study's") == 3
    said = righthelp("receive", study.name, sent / "first" / "ash.zip", cwd=cwd, code=4)
    assert "it was made under other rules than this study's" in said
    assert len(_read_log(study)) == 3
    said = righthelp("receive", study.name, sent / "rules" / "ash.zip", cwd=cwd)
    assert "kept, and not pooled: bee: it was made under other rules" in said
    rest = [sent / "rules" / f"{site}.zip" for site in ("bee", "cob")]
    righthelp("receive", study.name, *rest, cwd=cwd)
    _report(study, "four")
    told = _explain(study, "six", "four")
    assert [(one["kind"], one["name"]) for one in told["causes"]] == [
        ("setting", "windows.after_months")
    ]
    assert told["counted_again"] == ["Ash", "Bee", "Cob"]
    assert told["attribution"] == (
        "All of it comes of one thing: The setting windows.after_months: 4, was 6."
    )


def test_another_version_is_found(study: Path, sent: Path) -> None:
    righthelp("receive", study.name, sent / "first" / "ash.zip", cwd=study.parent)
    _report(study, "old", first="import righthelp; righthelp.__version__ = '0.0.9'")
    _report(study, "new")
    said = righthelp("diff", "old", "new", cwd=study.parent).splitlines()
    assert said[0] == "Why"
    assert said[1].endswith(", was 0.0.9.")
    assert said[-1] == "  Nothing that the report says has changed."


def test_a_report_of_returns_that_are_named_has_no_such_history(study: Path, sent: Path) -> None:
    words = ("report", study.name, sent / "first" / "ash.zip", "--out", "r.html", "--tables", "r")
    righthelp(*words, cwd=study.parent)
    assert (study.parent / "r" / "record.json").exists()
    shown = study.parent / "r" / "changes.csv"
    assert not shown.exists() or len(shown.read_text(encoding="utf-8").splitlines()) == 1
    assert not (study.parent / "returns").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["report", "study.toml"], 2, "none is kept beside the study"),
        (["receive", "study.toml", "study.toml"], 4, "neither a folder nor a zip"),
        (["receive", "study.toml"], 2, "Missing argument"),
        (["receive", "none.toml", "study.toml"], 3, "none.toml"),
        (["withdraw", "study.toml", "--site", "ash"], 2, "Missing option '--because'"),
        (["withdraw", "study.toml", "--site", "ash", "--because", "x"], 2, "Kept are: none."),
        (["diff", "study.toml", "study.toml"], 4, "neither a page nor a record"),
        (["diff", "none.html", "none.html"], 4, "there is no report here"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(
    words: list[str], code: int, says: str, study: Path
) -> None:
    assert says in righthelp(*words, cwd=study.parent, code=code)
    assert not (study.parent / "returns").exists()
