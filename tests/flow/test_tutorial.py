"""The tutorial and the README, run: what they show is what comes out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
RIGHTHELP = [sys.executable, "-c", "from righthelp.cli import main; main()"]
SKIPPED = "..."


@dataclass(frozen=True)
class Step:
    """A command of the tutorial and the lines that are shown of what it prints."""

    command: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A part of the tutorial: its steps, and the sentences that it quotes from the report."""

    title: str
    steps: tuple[Step, ...]
    quotes: tuple[str, ...]


def _read_chapters(text: str) -> Iterator[Chapter]:
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        blocks = re.findall(r"^```console\n(.*?)^```", body, re.MULTILINE | re.DOTALL)
        steps = tuple(step for block in blocks for step in _read_steps(block))
        quoted = re.findall(r"(?:^> ?.*\n)+", body, re.MULTILINE)
        yield Chapter(title, steps, tuple(_squeeze(re.sub(r"(?m)^>", "", one)) for one in quoted))


def _read_steps(block: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield Step(command, tuple(line for line in shown if line.strip()))


def _squeeze(text: str) -> str:
    return " ".join(text.replace("┃", "│").split())


CHAPTERS = tuple(chapter for chapter in _read_chapters(TUTORIAL) if chapter.steps)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.title)
def test_a_chapter_of_the_tutorial_does_what_it_shows(chapter: Chapter, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "studies", tmp_path / "studies", ignore=_leave_results)
    sample = Path("tests", "samples", "ehrql_dummy")
    shutil.copytree(ROOT / sample, tmp_path / sample)
    for step in chapter.steps:
        printed = _run(step.command, tmp_path)
        assert _find_missing(step.shown, printed) == [], f"$ {step.command}\n{printed}"
    reports = [_read_text(path) for path in tmp_path.rglob("report.html")]
    assert [quote for quote in chapter.quotes if not any(quote in one for one in reports)] == []


def test_the_tutorial_has_the_demo_and_three_studies_and_quotes_their_reports() -> None:
    assert len(CHAPTERS) >= 4
    assert sum(bool(chapter.quotes) for chapter in CHAPTERS) >= 4


def test_a_line_that_is_not_printed_is_noticed() -> None:
    printed = "site  one\n│ crude │ 0.67 │\nsite two\n"
    assert _find_missing(("site one", "...", "│ crude   │ 0.67  │"), printed) == []
    assert _find_missing(("site two", "site one"), printed) == ["site one"]
    assert _find_missing(("│ crude │ 0.68 │",), printed) == ["│ crude │ 0.68 │"]


def test_the_five_lines_of_python_in_the_readme_write_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "studies", tmp_path / "studies", ignore=_leave_results)
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len([line for line in program.splitlines() if line]) == 5
    exec(compile(program, "README.md", "exec"), {})
    assert "City and Hackney" in _read_text(tmp_path / "report.html")


def _run(command: str, folder: Path) -> str:
    """Run a command as a reader would, in a terminal 100 columns wide; what it printed."""
    program, *arguments = shlex.split(command)
    argv = {"righthelp": RIGHTHELP, "python": [sys.executable]}[program] + arguments
    environment = {
        **os.environ,
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
    return done.stdout


def _find_missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """Lines shown that are not printed in this order, however wide the blanks are."""
    rest = iter([_squeeze(line) for line in printed.splitlines()])
    lines = [line for line in shown if line.strip() != SKIPPED]
    return [line for line in lines if _squeeze(line) not in rest]


def _read_text(page: Path) -> str:
    html = re.sub(r"<style.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return _squeeze(unescape(re.sub(r"<[^>]+>", " ", html)))


def _leave_results(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {"results", "counts.csv"}]
