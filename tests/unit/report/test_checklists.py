"""The checklists: every published item is there, and every answer comes from the study."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.protocol.study import Study
from righthelp.report import compose
from righthelp.report.checklists import (
    FILLERS,
    FOR_TEAM,
    TEAM_ADDS,
    list_checklists,
    read_items,
    read_sources,
)
from righthelp.report.titles import TITLES
from tests.lib.small_demo import gather_small_demo
from tests.unit.report.eight_sites import make_returns, make_study

STROBE = (
    "1a 1b 2 3 4 5 6a 6b 7 8 9 10 11 12a 12b 12c 12d 12e 13a 13b 13c 14a 14b 14c 15 16a 16b 16c "
    "17 18 19 20 21 22"
)
"""The checklist for cohort studies, v4 of 2007: strobe-statement.org, typed by hand."""
RECORD = "1.1 1.2 1.3 6.1 6.2 6.3 7.1 12.1 12.2 12.3 13.1 19.1 22.1"
"""Thirteen items, as its abstract says (doi 10.1371/journal.pmed.1001885), typed by hand."""
TIDIER = "1 2 3 4 5 6 7 8 9 10 11 12"
"""Twelve items (doi 10.1136/bmj.g1687)."""
PUBLISHED = {"strobe": STROBE, "record": RECORD, "tidier": TIDIER}


@cache
def read_answers(**changed: Any) -> dict[tuple[str, str], str]:
    """(checklist, item) -> answer, for the eight sites under a study with these sections."""
    return _answers(gather_changed(**changed))


@cache
def gather_changed(**changed: Any) -> Evidence:
    study = make_study()
    given = study.model_dump(mode="json")
    for name, value in changed.items():
        section, _, field = name.partition("__")
        given[section][field] = value
    study = Study.model_validate(given)
    return gather(study, make_returns(study))


def _answers(evidence: Evidence) -> dict[tuple[str, str], str]:
    return {
        (table.name.removeprefix("checklist_"), str(row[0])): str(row[3])
        for table in list_checklists(evidence)
        for row in table.rows
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_published_item_is_missing_and_none_is_added(name: str) -> None:
    assert [one.item for one in read_items(name)] == PUBLISHED[name].split()


def test_every_checklist_names_where_it_is_from() -> None:
    assert [one.checklist for one in read_sources()] == list(PUBLISHED)
    for one, table in zip(read_sources(), list_checklists(gather_changed()), strict=True):
        assert re.fullmatch(r"10\.\d{4}/\S+", one.doi) and one.licence
        assert any(one.doi in note for note in table.notes)


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_item_points_to_a_section_and_a_function_that_are_there(name: str) -> None:
    for one in read_items(name):
        assert one.section == "" or one.section in TITLES
        assert one.filled_by == "" or one.filled_by in FILLERS
        assert one.filled_by or one.team
        assert bool(one.section) == bool(one.filled_by)
        assert one.asks.endswith(".") and (not one.team or one.team.endswith("."))


def test_every_function_fills_some_item() -> None:
    used = {one.filled_by for name in PUBLISHED for one in read_items(name)}
    assert set(FILLERS) == used - {""}


def test_a_blank_is_marked_as_the_teams_and_counted() -> None:
    tables = {table.name: table for table in list_checklists(gather_changed())}
    for name in PUBLISHED:
        table = tables[f"checklist_{name}"]
        told = [str(row[3]) for row in table.rows]
        blank = sum(text.startswith(FOR_TEAM) for text in told)
        part = sum(TEAM_ADDS in text for text in told)
        assert table.notes[0] == (
            f"{len(told)} items. Filled from the study and the returns: "
            f"{len(told) - blank - part}; in part: {part}; for the team to fill: {blank}."
        )
    answers = read_answers()
    assert answers["strobe", "22"].startswith(FOR_TEAM)
    assert answers["tidier", "1"].startswith(FOR_TEAM)
    assert answers["tidier", "8"].startswith(FOR_TEAM), "no return of the eight sites tells it"


@pytest.mark.parametrize(
    ("changed", "items"),
    [
        ({"study__question": "Do people come less often?"}, [("strobe", "3")]),
        ({"windows__after_months": 9}, [("strobe", "4"), ("strobe", "6a"), ("strobe", "14c")]),
        ({"contacts__roles": ("nurse",)}, [("strobe", "7")]),
        ({"contacts__same_day": "all"}, [("strobe", "7")]),
        ({"reference__age_bands": (50, 70)}, [("strobe", "11"), ("strobe", "16b")]),
        ({"reference__lag_days": 14}, [("strobe", "12c")]),
        ({"disclosure__policy": "sacro10"}, [("record", "12.1")]),
        ({"matching__control_roles": ("nurse",)}, [("strobe", "9")]),
    ],
)
def test_an_answer_follows_the_study(changed: dict[str, Any], items: list[tuple[str, str]]) -> None:
    before, after = read_answers(), read_answers(**changed)
    for key in items:
        assert before[key] != after[key]
    assert before["strobe", "13b"] == after["strobe", "13b"]


def test_numbers_are_those_of_the_returns() -> None:
    answers, evidence = read_answers(), gather_changed()
    assert "Sites asked: 8; answered: 7." in answers["strobe", "5"]
    assert "Harbour: no answer" in answers["strobe", "5"]
    complete = next(one for one in evidence.flow if one.step == "complete").total
    assert complete.value is not None
    assert f"{complete.value:,.0f}" in answers["strobe", "10"]
    assert evidence.crude.claim.sentence in answers["strobe", "16a"]
    assert evidence.adjusted.claim.sentence in answers["strobe", "16a"]
    died = answers["strobe", "13b"]
    assert "Died before the end of the after window: 20 (2\u00a0withheld), 4 sites" in died
    assert "righthelp 0.1.0" in answers["record", "22.1"]
    assert evidence.digest[:16] in answers["record", "22.1"]


def test_a_site_less_changes_the_setting_and_what_was_not_supplied() -> None:
    study = make_study()
    returns = [one for one in make_returns(study) if one.site != "city"]
    answers = _answers(gather(study, returns))
    assert "Sites asked: 8; answered: 6." in answers["strobe", "5"]
    assert "City: no answer" in answers["strobe", "5"]
    assert "a form of means" not in answers["strobe", "8"]
    assert "summary: sd_before" not in answers["strobe", "14b"]


def test_without_a_return_nothing_is_claimed() -> None:
    answers = _answers(gather(make_study(), []))
    assert answers["strobe", "16a"] == "No site answered, so there is no result."
    assert answers["strobe", "13a"] == "No site told how many people were at each step."
    assert "counted:" not in answers["strobe", "15"]
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b", " ".join(answers.values()))


def test_no_answer_says_why_anything_changed() -> None:
    words = [
        cell for table in list_checklists(gather_changed()) for row in table.rows for cell in row
    ]
    assert find_causal_words(" ".join(map(str, words))) == ()


def gather_eight_sites() -> Evidence:
    study = make_study()
    return gather(study, make_returns(study))


@pytest.mark.parametrize("make", [gather_small_demo, gather_eight_sites])
def test_every_place_that_is_named_is_a_heading_of_the_report(make: Callable[[], Evidence]) -> None:
    evidence = make()
    document = compose(evidence)
    titles = {section.title for section in document.sections} | {document.parts[0].title}
    named = {str(row[-1]) for table in list_checklists(evidence) for row in table.rows} - {""}
    assert len(named) > 5
    assert named <= titles
    for section in document.sections[1:]:
        assert section.title == TITLES[section.name]
