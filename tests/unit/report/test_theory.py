"""How it might work, on the page: every row beside what was seen, signs with words, notes."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.protocol.theory import Theory, load_theory
from righthelp.report import render_page
from righthelp.report.cells import ShownTable
from righthelp.report.meaning.theory import STATUSES, list_theory_tables
from righthelp.report.tables import list_all
from tests.unit.report.eight_sites import estimate, make_return, make_returns, make_study

STUDY = make_study()
DIGEST = {"protocol_digest": STUDY.digest()}
NOTE = {
    "row": "support_ends",
    "text": "Three people said that they <missed> her.",
    "source": "Interviews at Riverside",
    "added_by": "JB",
    "on": date(2026, 5, 4),
}


def add_note(theory: Theory) -> Theory:
    return Theory.model_validate({**theory.model_dump(), "note": [NOTE]})


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(STUDY, make_returns(STUDY), theory=add_note(load_theory()))


@pytest.fixture(scope="module")
def section(evidence: Evidence) -> str:
    return find_section(render_page(evidence))


def find_section(page: str) -> str:
    found = re.search(r'<section id="theory">.*?</section>', page, re.DOTALL)
    assert found is not None
    return found.group(0)


def find_table(evidence: Evidence, name: str) -> ShownTable:
    return next(one for one in list_theory_tables(evidence) if one.name == name)


def read_words(text: str) -> str:
    bare = re.sub(r"<[^>]+>", " ", re.sub(r"</?b>", "", text))
    return " ".join(html.unescape(bare).split())


def test_every_row_stands_there_with_its_context_mechanism_and_outcome(section: str) -> None:
    words = read_words(section)
    for row in load_theory().row:
        for part in (row.title, row.context, row.mechanism, row.outcome, row.when):
            assert part in words


def test_every_sign_has_its_words_beside_it_and_is_silent_to_a_screen_reader(section: str) -> None:
    said = dict(STATUSES.values())
    key, _, rows = section.partition('<table id="table-theory"')
    for glyph, words in said.items():
        assert f'aria-hidden="true">{glyph}</span>{words}' in key
    shown = re.findall(r'<span class="glyph" aria-hidden="true">(.)</span>(.*?)</li>', rows)
    assert {glyph for glyph, _ in shown} >= {"●", "◐"}
    for glyph, words in shown:
        assert f"seen: <b>{said[glyph]}</b>" in words
    glyphs = set(said)
    assert len(glyphs) == len(STATUSES)
    bare = re.sub(r'<span[^>]*aria-hidden="true">.*?</span>', "", section)
    assert not any(glyph in bare for glyph in glyphs - {"–"})


def test_what_was_expected_stands_beside_what_was_seen(section: str) -> None:
    words = read_words(section)
    assert "Expected: present; seen: as expected, 152 for every 100 a month in months 7 to" in words
    assert "Not supplied: Concerns passed from the link worker to the GP;" in words


def test_the_verdicts_are_counted_and_explained(section: str, evidence: Evidence) -> None:
    words = read_words(section)
    counted = [row.together.verdict for row in evidence.theory.rows]
    assert counted.count("not_looked_at") == 6
    assert (
        "Of 15 statements, 1 is consistent, 8 are not distinguishable and none is contradicted. "
        "6 cannot be looked at with what was supplied."
    ) in words
    assert "Of 7 sites, consistent: 4; not looked at: 3." in words


def test_a_note_is_shown_with_its_source_and_as_not_from_the_data(section: str) -> None:
    words = read_words(section)
    assert "Notes of the study team; not from the data" in words
    row = "Support ends too soon Three people said that they <missed> her. Interviews at Riverside"
    assert f"{row} JB 2026-05-04" in words


def test_sites_stand_in_the_order_of_the_study_and_contexts_in_that_of_the_theory(
    evidence: Evidence,
) -> None:
    table = find_table(evidence, "theory_sites")
    labels = [heading.label for heading in table.headings]
    assert labels == ["Context", "Statement", *(site.label for site in evidence.answered)]
    titles = [row.title for row in load_theory().row]
    shown = [titles.index(str(row[1])) for row in table.rows]
    assert shown == sorted(shown)
    unseen = set(range(len(titles))) - set(shown)
    assert (
        table.notes[-1] == f"No site could look at: {'; '.join(titles[n] for n in sorted(unseen))}."
    )


def test_every_indicator_is_in_a_table_for_every_site_and_together(evidence: Evidence) -> None:
    rows = find_table(evidence, "theory_indicators").rows
    each = sum(len(row.indicators) + (row.needs is not None) for row in load_theory().row)
    assert len(rows) == each * (1 + len(evidence.answered))
    names = {table.name for table in list_all(evidence)}
    assert {"theory", "theory_indicators", "theory_sites", "theory_notes"} <= names


def test_a_theory_of_ones_own_takes_the_place_of_the_one_that_ships() -> None:
    words_of = ("title", "context", "mechanism", "outcome")
    row: dict[str, Any] = {name: f"our {name}" for name in words_of}
    row |= {"id": "ours", "gp_use": "any", "indicators": {"peak_before": "present"}}
    theory = Theory.model_validate({"title": "Ours", "row": [row]})
    words = read_words(find_section(render_page(gather(STUDY, make_returns(STUDY), theory=theory))))
    assert "our mechanism" in words
    assert load_theory().row[0].title not in words
    assert "Of one statement, 1 is consistent" in words


def test_where_nothing_was_supplied_one_sentence_says_so() -> None:
    evidence = gather(STUDY, [make_return("riverside", provenance=DIGEST)])
    assert not evidence.theory.is_looked_at
    words = read_words(find_section(render_page(evidence)))
    assert words.endswith(
        "No site supplied anything that a statement of the theory could be set beside."
    )


def test_with_one_site_it_is_not_said_twice() -> None:
    rows: list[dict[str, Any]] = [estimate("projection", -0.3, 0.05)]
    evidence = gather(STUDY, [make_return("riverside", provenance=DIGEST, estimates=rows)])
    assert "sites, " not in read_words(find_section(render_page(evidence)))
