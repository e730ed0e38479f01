"""Every study in studies/ is in order, and those whose data are here run to their report."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from righthelp.cli import cli
from righthelp.protocol.load import load_study

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*/study.toml"))


def _name(path: Path) -> str:
    return path.parent.name


def test_there_are_studies() -> None:
    assert {"nothing-was-done", "city-and-hackney"} <= {_name(path) for path in STUDIES}


@pytest.mark.parametrize("path", STUDIES, ids=_name)
def test_a_study_loads(path: Path) -> None:
    assert load_study(path).study.title


@pytest.mark.parametrize("name", ["nothing-was-done", "city-and-hackney"])
def test_data_of_others_come_with_their_source_and_licence(name: str) -> None:
    readme = (STUDIES[0].parents[1] / name / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# ")
    for heading in ("## Source", "## Licence"):
        assert len(readme.partition(heading)[2].partition("##")[0].strip()) > 50


@pytest.mark.parametrize("name", ["nothing-was-done", "city-and-hackney"])
def test_a_study_runs_to_its_report(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    shutil.copytree(STUDIES[0].parents[1] / name, folder, ignore=shutil.ignore_patterns("results"))
    if (folder / "draw.py").exists():
        script = runpy.run_path(str(folder / "draw.py"))
        drawn = CliRunner().invoke(script["main"], [])
        assert drawn.exit_code == 0, drawn.output
        assert "135 seen, 2104 reference people" in drawn.output
    run = CliRunner().invoke(cli, ["run", str(folder / "study.toml")], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert load_study(folder / "study.toml").study.title in page


def test_the_script_sees_everybody_from_a_threshold_on(tmp_path: Path) -> None:
    script = runpy.run_path(str(STUDIES[0].parents[1] / "nothing-was-done" / "draw.py"))
    sheet = tmp_path / "sheet.csv"
    options = ["--middle", "1987", "--threshold", "10", "--out", str(sheet)]
    drawn = CliRunner().invoke(script["main"], options)
    assert drawn.exit_code == 0, drawn.output
    rows = [line.split(",") for line in sheet.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["row_label", "group", "before", "after", "earlier"]
    assert {(row[1], int(row[2]) >= 10) for row in rows[1:]} == {
        ("seen", True),
        ("reference", False),
    }
