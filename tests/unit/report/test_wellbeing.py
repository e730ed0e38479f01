"""How people fared, as the report shows it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.report import render_page
from righthelp.report.cells import ShownTable
from righthelp.report.figures import draw_all
from righthelp.report.meaning.wellbeing import say_quadrants, say_wellbeing
from righthelp.report.tables import list_all
from tests.lib.fared_rows import list_rows
from tests.unit.report.eight_sites import make_return, make_study

STUDY = make_study()
PROVENANCE = {"protocol_digest": STUDY.digest()}


def gather_sites(**sites: Any) -> Evidence:
    return gather(
        STUDY, [make_return(site, provenance=PROVENANCE, **rows) for site, rows in sites.items()]
    )


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    few = ((40, 60, 3, 80), (10, 20, 10, 40), (30, 50, 10, 60))
    return gather_sites(riverside=list_rows(), hillview=list_rows(table=few))


def find_table(evidence: Evidence, name: str) -> ShownTable:
    (table,) = [one for one in list_all(evidence) if one.name == name]
    return table


def read_part(evidence: Evidence) -> str:
    part = render_page(evidence).split('<section id="wellbeing">')[1].split("</section>")[0]
    return html.unescape(re.sub(r"<[^>]+>", " ", part))


def test_without_scores_one_sentence_says_so() -> None:
    bare = gather_sites(riverside={})
    words = read_part(bare).split("How people fared")[1].strip()
    assert words.startswith("No site sent scores") and words.count(".") == 1
    assert not [name for name in draw_all(bare) if name.startswith("quadrants")]


def test_the_words_of_every_licence_are_shown(evidence: Evidence) -> None:
    assert "Copyright NHS Health Scotland" in read_part(evidence)
    assert "Shah et al. 2018" in read_part(evidence)


def test_every_corner_is_explained_with_its_number(evidence: Evidence) -> None:
    said = say_quadrants(evidence)
    assert said[2] == (
        "SWEMWBS: fewer contacts and feeling worse: they may have given up asking "
        "(withdrawn; 10 people (withheld at 1 site), 10 expected by chance)."
    )
    assert len(said) == 4


@pytest.mark.parametrize(
    ("beyond", "words"),
    [
        ((0.9, 0.25), "regression to the mean does not account for it"),
        ((0.2, 0.25), "cannot tell a change from what would have come anyway"),
        (None, "cannot be told without the mean of the population"),
    ],
)
def test_what_the_sentence_claims_depends_on_what_is_beyond_regression(
    beyond: tuple[float, float] | None, words: str
) -> None:
    said = say_wellbeing(gather_sites(riverside=list_rows(beyond=beyond)))
    assert words in said[0]
    assert "no proof that the link worker brought it about" in said[-1]


def test_a_score_of_which_lower_is_better_says_so() -> None:
    said = say_wellbeing(gather_sites(riverside=list_rows(scale="ons4_anxious")))
    assert said[0].startswith("ONS4: anxious yesterday: 240 people")
    assert "a lower score is better" in said[0]


def test_nothing_is_called_good_or_bad_and_no_site_is_ranked(evidence: Evidence) -> None:
    words = read_part(evidence).lower().replace("no corner is good or bad by itself", "")
    words = words.replace("at a bad time", "").replace("passing bad time", "")
    assert not re.search(r"\b(good|bad|success|failure|rank|best|worst)\b", words)


def test_sites_come_in_the_order_of_the_study_and_then_together(evidence: Evidence) -> None:
    rows = find_table(evidence, "fared").rows
    assert [row[1] for row in rows] == ["Riverside", "Hill View", "Sites together"]
    assert [row[1] for row in find_table(evidence, "site_quadrants").rows] == [
        "Riverside",
        "Hill View",
    ]


def test_sites_that_sent_no_scores_are_named() -> None:
    found = gather_sites(riverside=list_rows(), station={})
    assert find_table(found, "fared").notes[-1] == "No scores came from Station Road."


def test_what_a_site_withheld_is_called_withheld_and_never_nought() -> None:
    gone = gather_sites(riverside=list_rows(change=None, counts={"worsened": 3}))
    (row,) = [dict(zip(row_keys(gone), texts, strict=True)) for texts in list_texts(gone, "fared")]
    assert row["change"] == row["mean_first"] == "withheld"
    assert "withheld" in list_texts(gone, "fared_moved")[0]


def row_keys(evidence: Evidence) -> list[str]:
    return [heading.key for heading in find_table(evidence, "fared").headings]


def list_texts(evidence: Evidence, name: str) -> list[list[str]]:
    return [[text for text, _ in row] for row in find_table(evidence, name).texts()]


def test_the_figure_says_where_its_numbers_stand(evidence: Evidence) -> None:
    figure = draw_all(evidence)["quadrants_swemwbs"]
    assert figure.title.startswith("SWEMWBS: fewer contacts and feeling better, ")
    assert "where chance gives" in figure.title
    assert "The numbers are in the table below" in figure.alt
