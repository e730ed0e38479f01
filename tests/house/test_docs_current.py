"""The reference pages say what the code says, and a page that does not is named."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from righthelp import reference
from righthelp.cli import cli
from righthelp.engine import read_sql
from righthelp.errors import RightHelpError
from righthelp.onsite.sources.kinds import KINDS
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import TABLES
from tests.house.tree import ROOT, list_files, name_of

PAGES = reference.make_pages()
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}((?:righthelp|make) .+)$", re.MULTILINE)
TEMPLATE = ROOT / "src" / "righthelp" / "asking" / "letter.md"  # is filled in before it is read
PHRASE = re.compile(r"(?<!`)`((?:righthelp|make) [^`]+)`(?!`)")


def test_the_reference_pages_are_current() -> None:
    assert reference.find_stale(PAGES, reference.FOLDER) == []


def test_the_check_names_what_was_changed_removed_or_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(reference.FOLDER, folder)
    monkeypatch.setattr(reference, "FOLDER", folder)
    assert reference.main(["--check"]) == 0
    (folder / "cli.md").write_text("changed by hand", encoding="utf-8")
    (folder / "sql.md").unlink()
    (folder / "old.md").write_text("of another time", encoding="utf-8")
    assert reference.main(["--check"]) == 1
    named = [line.split()[0] for line in capsys.readouterr().err.splitlines()]
    assert named == [f"docs/reference/{name}" for name in ("cli.md", "old.md", "sql.md")]
    assert reference.main([]) == 0
    assert reference.find_stale(PAGES, folder) == []


def test_the_pages_are_the_same_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert reference.make_pages() == PAGES


def test_the_pages_hold_everything_that_is_declared() -> None:
    settings = {
        f"| `{name}` |"
        for section in (*(field.annotation for field in Study.model_fields.values()), Site)
        for name in getattr(section, "model_fields", {})
    }
    columns = {f"| `{column.name}` |" for table in TABLES for column in table.columns}
    kinds = {f"| `{kind}` |" for kind in KINDS}
    families = {f"`{family.__name__}`" for family in RightHelpError.__subclasses__()}
    assert _lack(settings, "protocol.md") == set()
    assert _lack(columns, "returns.md") == set()
    assert _lack(kinds, "findings.md") == set()
    assert _lack(families, "errors.md") == set()


def test_the_page_of_the_sql_says_what_a_file_itself_says() -> None:
    head = read_sql("righthelp.onsite.sql", "seen.sql").splitlines()[0]
    assert head.removeprefix("-- ") in PAGES["sql.md"]
    row = next(line for line in PAGES["sql.md"].splitlines() if "| [seen.sql]" in line)
    assert row.startswith("| 1 |") and "`link_worker_contacts`" in row and "`seen`" in row


@pytest.mark.parametrize("word", ["Unit:", "PydanticUndefined", "npt.ArrayLike | None=None"])
def test_nothing_is_left_in_the_pages_that_was_meant_for_a_machine(word: str) -> None:
    pages = [name for name, text in PAGES.items() if name.endswith(".md") and word in text]
    assert pages == []


def test_every_command_on_a_page_is_one_that_there_is() -> None:
    """With its options and as many arguments as it takes; of make, the target."""
    found = [
        (f"{name_of(path)}: {command}", _find_fault(command))
        for path in list_files()
        if path.suffix == ".md" and "reference" not in path.parts and path != TEMPLATE
        for command in _list_commands(path.read_text(encoding="utf-8"))
    ]
    assert len(found) > 40
    assert [(command, fault) for command, fault in found if fault] == []


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("righthelp check study.toml --site north", ""),
        ("righthelp report my-study/study.toml north.zip south.zip --out report.html", ""),
        ("righthelp tell study.toml", "no command tell"),
        ("righthelp check study.toml --sites north", "no option --sites"),
        ("righthelp new one two", "too many arguments"),
        ("righthelp check study.toml --site", "no value for --site"),
        ("make demo", ""),
        ("make tea", "no target tea"),
    ],
)
def test_a_command_that_is_not_there_is_noticed(command: str, fault: str) -> None:
    assert _find_fault(command) == fault


def test_commands_are_found_in_blocks_in_lists_and_in_sentences() -> None:
    blocks = "1. So:\n\n   ```sh\n   righthelp new x  # first\n   ```\n\n```toml\nmake = 1\n```\n"
    shown = "make none\n\n    righthelp run y\n\n```console\n$ righthelp demo\nwrote it\n```\n"
    found = sorted(_list_commands(f"See `make docs`.\n\n{blocks}{shown}"))
    assert found == ["make docs", "righthelp demo", "righthelp new x", "righthelp run y"]


def _list_commands(text: str) -> Iterator[str]:
    for language, block in BLOCK.findall(text):
        lines = (re.sub(r"\s#.*", "", line).strip() for line in block.splitlines())
        bare = (line.removeprefix("$ ") for line in lines if language in {"", "sh", "console"})
        yield from (line for line in bare if line.startswith(("righthelp ", "make ")))
    rest = BLOCK.sub("", text)
    yield from INDENTED.findall(rest)
    yield from (" ".join(phrase.split()) for phrase in PHRASE.findall(rest))


def _find_fault(command: str) -> str:
    """What is wrong with a command of a page, or nothing."""
    program, name, *words = shlex.split(command)
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        return "" if re.search(rf"^{name}: .*## ", makefile, re.MULTILINE) else f"no target {name}"
    if name.startswith("-"):
        return "" if name in {"--help", "-h", "--version"} else f"no option {name}"
    if name not in cli.commands:
        return f"no command {name}"
    options = {
        flag: one
        for one in cli.commands[name].params
        if isinstance(one, click.Option)
        for flag in one.opts
    }
    given = 0
    while words:
        word, _, value = words.pop(0).partition("=")
        if not word.startswith("-"):
            given += 1
        elif word not in {*options, "--help"}:
            return f"no option {word}"
        elif word in options and not (options[word].is_flag or value):
            if not words:
                return f"no value for {word}"
            words.pop(0)
    places = [one.nargs for one in cli.commands[name].params if isinstance(one, click.Argument)]
    return "too many arguments" if -1 not in places and given > sum(places) else ""


def _lack(words: set[str], page: str) -> set[str]:
    assert words
    return {word for word in words if word not in PAGES[page]}
