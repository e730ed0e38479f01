"""What a site is sent, the log of asking, and what the report says of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from righthelp.asking import read_how_to, write_request
from righthelp.cli import cli
from righthelp.errors import ProtocolError, UsageError
from righthelp.evidence import gather
from righthelp.protocol.load import load_study
from righthelp.protocol.requests import LOG, Entry, add_entry, read_log, sum_effort
from righthelp.protocol.routes import Route
from righthelp.report.site_tables import list_sites
from tests.lib.codelists import make_folder
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = """[study]
title = "A study of two"
[[site]]
id = "north"
route = "counts"
path = "north.xlsx"
index_month = "2024-03"
[[site]]
id = "south"
route = "emis"
path = "south"
index_month = "2024-05"
extract_from = 2023-01-01
extract_to = 2025-01-01
"""


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def test_a_site_is_sent_a_letter_a_how_to_the_study_and_its_template(
    study_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    paths = write_request(
        load_study(study_file),
        "north",
        study_file=study_file,
        folder=folder,
        answer_by=date(2024, 12, 1),
        asked_on=date(2024, 11, 1),
    )
    assert [path.name for path in paths] == ["letter.md", "how-to.md", "study.toml", "north.xlsx"]
    letter = (folder / "letter.md").read_text(encoding="utf-8")
    assert "1 March 2024 to 31 March 2024" in letter
    assert "1 December 2024" in letter
    assert "{" not in letter
    assert "Fill in `north.xlsx`" in letter and "Appointments" not in letter
    sent = load_study(folder / "study.toml")
    assert sent.digest() == load_study(study_file).digest()
    assert [site.id for site in sent.site] == ["north"]
    logged = read_log(tmp_path / LOG, load_study(study_file))
    assert logged == (Entry("north", date(2024, 11, 1), "asked", None, "answer by 2024-12-01"),)


def test_a_site_with_records_is_asked_for_the_past_too_and_once_a_day(
    study_file: Path, tmp_path: Path
) -> None:
    """Nineteen months before an index month: twelve of history before a visit that lies up to six
    months before it, and the month of the visit."""
    study, days = load_study(study_file), {"answer_by": date(2024, 12, 1)}
    for _ in range(2):
        write_request(
            study,
            "south",
            study_file=study_file,
            folder=tmp_path / "out",
            asked_on=date(2024, 11, 1),
            **days,
        )
    letter = (tmp_path / "out" / "letter.md").read_text(encoding="utf-8")
    assert "Appointments of people registered with you, from 1 October 2022 to 30" in letter
    assert "put the files into a folder" in letter and "{" not in letter
    assert len(read_log(tmp_path / LOG, study)) == 1


def test_a_site_is_sent_the_codelists_of_the_study_too(study_file: Path, tmp_path: Path) -> None:
    """And nothing else that lies in their folder; the rules stay the same."""
    lists = make_folder(tmp_path / "shared" / "lists")
    (lists / "notes.txt").write_text("ours", encoding="utf-8")
    order = '["social", "new_problem", "long_term_condition", "mental_health", "other", "uncoded"]'
    section = f'[codelists]  # ours\npriority = {order}\n  folder = "shared/lists"  # here\n'
    study_file.write_text(STUDY.replace("[[site]]", f"{section}[[site]]", 1), encoding="utf-8")
    study, folder = load_study(study_file), tmp_path / "out"
    days = {"answer_by": date(2024, 12, 1), "asked_on": date(2024, 11, 1)}
    paths = write_request(study, "north", study_file=study_file, folder=folder, **days)
    sent = load_study(folder / "study.toml")
    assert sent.codelists.folder == (folder / "codelists").resolve()
    assert sent.digest() == study.digest()
    assert "notes.txt" not in [path.name for path in paths]
    assert len(list((folder / "codelists").rglob("*.*"))) == 6
    inline = 'codelists = { folder = "shared/lists" }\n'
    study_file.write_text(inline + STUDY, encoding="utf-8")
    with pytest.raises(UsageError, match="on a line of its own"):
        write_request(study, "north", study_file=study_file, folder=folder, **days)


def test_the_command_says_what_it_wrote_and_refuses_a_day_that_has_passed(
    study_file: Path, tmp_path: Path
) -> None:
    given = ["request", str(study_file), "--site", "south", "--out", str(tmp_path / "out")]
    late = CliRunner().invoke(cli, [*given, "--answer-by", "2020-01-01"])
    assert isinstance(late.exception, UsageError)
    done = CliRunner().invoke(cli, [*given, "--answer-by", "2999-01-01"])
    assert done.exit_code == 0, done.output
    assert "wrote" in done.output
    assert "EMIS" in (tmp_path / "out" / "how-to.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("route", get_args(Route))
def test_every_route_says_how_to_get_its_data(route: str) -> None:
    text = read_how_to(route)
    assert text.startswith("# ")
    assert f"`{route}`" in text


def test_the_log_adds_up_and_every_problem_is_told(study_file: Path, tmp_path: Path) -> None:
    study, path = load_study(study_file), tmp_path / LOG
    for entry in (
        Entry("south", date(2024, 11, 1), "asked", None, ""),
        Entry("south", date(2024, 11, 8), "reminded", None, "by telephone"),
        Entry("south", date(2024, 11, 20), "sent", 3.5, ""),
        Entry("south", date(2024, 12, 1), "corrected", 1.0, "roles were missing"),
    ):
        add_entry(path, entry)
    effort = sum_effort(read_log(path, study), "south")
    assert (effort.days, effort.n_reminded, effort.n_corrected, effort.hours) == (30, 1, 1, 4.5)
    assert sum_effort(read_log(path, study), "north").n_reminded is None
    with path.open("a", encoding="utf-8") as file:
        file.write("west,2024-11-01,asked,,\nsouth,1 May,rang,-2,\n")
    with pytest.raises(ProtocolError) as refused:
        read_log(path, study)
    told = [problem.what for problem in refused.value.problems]
    assert told == [
        "there is no site 'west'",
        "'1 May' is not a day",
        "'rang' is not known",
        "'-2' is no number of hours",
    ]


def test_the_report_shows_what_asking_took_and_supposes_the_silent_sites() -> None:
    study = make_study()
    returns = make_returns(study)[:-2]
    log = (
        Entry(study.site[0].id, date(2024, 1, 1), "asked", None, ""),
        Entry(study.site[0].id, date(2024, 1, 31), "sent", 2.0, ""),
    )
    plain, noted = gather(study, returns), gather(study, returns, log=log)
    heads = [heading.key for heading in list_sites(plain).headings]
    assert heads == ["site", "route", "index", "answer"]
    table = list_sites(noted)
    names = [heading.key for heading in table.headings]
    assert table.rows[0][names.index("days")] == 30
    assert table.rows[1][names.index("days")] == "–"
    silent = {one.name: one for one in plain.variations if one.name.startswith("silent")}
    assert set(silent) == {"silent_lowest", "silent_highest"}
    low, high = silent["silent_lowest"].log_rr, silent["silent_highest"].log_rr
    main = plain.adjusted.log_rr
    assert low is not None and high is not None and main is not None
    assert low < main < high
    assert {one.claim.verdict for one in silent.values()} == {"cannot_tell"}
    assert len(silent["silent_lowest"].members) == len(plain.adjusted.members) + len(plain.silent)
