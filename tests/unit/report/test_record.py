"""The record that travels in a report: what it holds, what it must not, and how it is found."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from righthelp.errors import DataRefused
from righthelp.evidence import gather
from righthelp.protocol.requests import Entry
from righthelp.report.record import FILE, META, dump_record, make_record, read_record, write_record
from righthelp.report.tables import list_all
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
EVIDENCE = gather(STUDY, make_returns(STUDY))
RECORD = make_record(EVIDENCE)


def _page(record: dict[str, Any]) -> str:
    told = html.escape(dump_record(record))
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta name="{META}" content="{told}"><title>Ours</title></head><body></body></html>'
    )


def test_a_record_is_small_and_says_the_same_of_the_same_evidence() -> None:
    """Whatever the order in which returns were given."""
    again = make_record(gather(STUDY, make_returns(STUDY)[::-1]))
    assert dump_record(again) == dump_record(RECORD)
    assert len(html.escape(dump_record(RECORD))) < 30_000
    assert list(RECORD) == [
        "format",
        "righthelp",
        "title",
        "protocol",
        "settings",
        "theory",
        "sites",
        "results",
        "tables",
    ]


def test_a_record_holds_the_numbers_as_they_are_shown() -> None:
    shown = {(row[0], row[1], row[2]): row[3:] for row in RECORD["results"]}
    assert len(shown) == len(RECORD["results"])
    assert shown["twins", "riverside", "as counted"] == ["0.83 (0.76\u00a0to\u00a00.91)", ""]
    twins = next(table for table in list_all(EVIDENCE) if table.name == "twins")
    texts = [[text for text, _ in row] for row in twins.texts()]
    crude, adjusted, verdict = texts[-1][1], texts[-1][2], texts[-1][4]
    assert shown["twins", "", "as counted"] == [crude, ""]
    assert shown["twins", "", "against what was expected"] == [adjusted, verdict]
    assert {table for table, _, _ in shown} <= {table.name for table in list_all(EVIDENCE)}


def test_a_record_names_every_site_and_the_return_that_it_sent() -> None:
    sites = {site["id"]: site for site in RECORD["sites"]}
    assert list(sites) == [site.id for site in STUDY.site]
    assert sites["harbour"]["returned"] is None
    returned = sites["riverside"]["returned"]
    assert returned["made_on"] == "2024-07-01"
    assert len(returned["digest"]) == len(returned["tables"]) == 64
    assert RECORD["protocol"] == STUDY.digest()


def test_a_record_holds_no_path_of_a_machine(tmp_path: Path) -> None:
    """Neither of a site's files, nor of the theory, the codelists or a value set."""
    told = STUDY.model_dump()
    told["study"]["theory"] = tmp_path / "theory.toml"
    told["codelists"]["folder"] = tmp_path / "codelists"
    told["outcomes"]["instruments"] = ("eq5d5l",)
    told["outcomes"]["value_set"] = {
        "eq5d5l": {"path": tmp_path / "values.csv", "version": "a set of 2019"}
    }
    study = type(STUDY).model_validate(told)
    text = dump_record(make_record(replace(EVIDENCE, study=study)))
    assert tmp_path.name not in text
    assert str(tmp_path) not in text
    assert "a set of 2019" in text
    assert not any(f'"{place}"' in text for place in ("path", "folder", "map", "population"))


def test_a_record_notes_what_asking_took() -> None:
    log = (Entry("city", STUDY.site[0].extract_from or _fail(), "asked", 1.5, ""),)
    told = make_record(gather(STUDY, make_returns(STUDY), log=log))["sites"][-1]["asking"]
    assert told["hours"] == 1.5
    assert RECORD["sites"][-1]["asking"] is None


def _fail() -> Any:
    raise AssertionError("the study says from when")


def test_a_record_is_read_from_a_page_a_file_and_a_folder(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(_page(RECORD), encoding="utf-8")
    assert write_record(EVIDENCE, tmp_path) == tmp_path / FILE
    assert read_record(page) == read_record(tmp_path) == read_record(tmp_path / FILE) == RECORD


def test_a_record_is_found_wherever_the_page_is_cut(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    for n in (65_530, 131_000):
        page.write_text(f"<!--{'x' * n}-->{_page(RECORD)}", encoding="utf-8")
        assert read_record(page) == RECORD


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("report.html", "<html><head><title>Ours</title></head></html>", "holds no record"),
        ("report.html", f'<meta name="{META}" content="">', "is damaged"),
        ("report.html", f'<meta name="{META}">', "is damaged"),
        ("record.json", "{", "is damaged"),
        ("record.json", "[1]", "is damaged"),
        ("record.json", '{"format": 2}', "has form 2"),
        ("record.json", json.dumps({**RECORD, "more": 1}), "is damaged at more"),
        ("record.json", json.dumps({**RECORD, "sites": [{}]}), "is damaged at sites.0.id"),
        ("report.pdf", "%PDF", "neither a page nor a record"),
    ],
)
def test_what_holds_no_record_is_refused(
    name: str, content: str, what: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataRefused, match=what) as refused:
        read_record(path)
    assert refused.value.problems[0].where == str(path)
    assert refused.value.problems[0].do


def test_a_place_without_a_report_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "report.html"):
        with pytest.raises(DataRefused, match="no report here"):
            read_record(path)
