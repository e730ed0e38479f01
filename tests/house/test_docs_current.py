"""The reference pages say what the code says, and a page that does not is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from righthelp import reference
from righthelp.engine import read_sql
from righthelp.errors import RightHelpError
from righthelp.onsite.sources.kinds import KINDS
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import TABLES

PAGES = reference.make_pages()


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


def _lack(words: set[str], page: str) -> set[str]:
    assert words
    return {word for word in words if word not in PAGES[page]}
