"""Reports for one kind of reader: what each holds, and what a site must not learn."""

from __future__ import annotations

import re

import pytest

from righthelp.errors import UsageError
from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.summary import ONE_SIGNAL
from righthelp.report import compose, render_page
from righthelp.report.audiences import TO_TALK_ABOUT
from righthelp.report.behind import say_people_of
from righthelp.report.blocks import Bullets, Document, Picture, Prose, Table
from righthelp.report.compose import AUDIENCES
from tests.lib.small_demo import gather_small_demo
from tests.unit.report.eight_sites import make_returns, make_study


@pytest.fixture(scope="module")
def eight() -> Evidence:
    study = make_study()
    return gather(study, make_returns(study))


def names(document: Document) -> list[str]:
    return [section.name for section in document.sections]


@pytest.mark.parametrize("audience", [*AUDIENCES, "ashby", "ford", "hart"])
def test_every_report_opens_with_what_the_number_cannot_say(audience: str) -> None:
    document = compose(gather_small_demo(), audience)
    assert next(document.blocks()) == Prose(ONE_SIGNAL, "lead")
    assert len(set(names(document))) == len(names(document))
    numbers = [block.number for block in document.blocks() if isinstance(block, Picture)]
    assert numbers == list(range(1, len(numbers) + 1))
    tables = {block.table.name: block for block in document.blocks() if isinstance(block, Table)}
    for block in document.blocks():
        if isinstance(block, Picture):
            assert tables[block.figure.table].number == block.table_number > 0
    body = render_page(gather_small_demo(), audience).partition("<body")[2]
    causal = find_causal_words(re.sub(r"<[^>]*>", " ", body))
    assert gather_small_demo().matched.claim.level == "adjusted"
    assert causal == ()


def test_three_depths_come_one_after_the_other() -> None:
    document = compose(gather_small_demo())
    assert [part.name for part in document.parts] == ["summary", "findings", "annex"]
    assert names(document)[:2] == ["summary", "brief"]


def test_the_advisory_group_has_the_page_pictures_questions_and_words() -> None:
    document = compose(gather_small_demo(), "advisory-group")
    assert names(document) == ["summary", "pictures", "questions", "words"]
    asked = [block for block in document.blocks() if isinstance(block, Bullets)][-1].items
    assert set(asked) <= {words for _, words in TO_TALK_ABOUT}
    assert len(asked) > 4


def test_it_is_not_asked_about_what_nobody_could_say(eight: Evidence) -> None:
    document = compose(eight, "advisory-group")
    asked = [block for block in document.blocks() if isinstance(block, Bullets)][-1].items
    assert asked == tuple(
        words for needed, words in TO_TALK_ABOUT if needed in ("always", "contacts")
    )


def test_the_commissioner_reads_of_capacity_only_after_what_would_have_happened() -> None:
    found = names(compose(gather_small_demo(), "commissioner"))
    assert found.index("happened") < found.index("anyway") < found.index("capacity")
    assert {"support", "could_find", "supply"} <= set(found)


@pytest.mark.parametrize("site", ["ashby", "elm", "ford", "hart"])
def test_a_site_learns_of_no_other_by_name(site: str) -> None:
    """Neither in a table, a note or a sentence, nor in what a figure or a CSV of it would hold."""
    evidence = gather_small_demo()
    page = render_page(evidence, site)
    own = evidence.label(site)
    assert own in page
    for other in evidence.sites:
        if other.id != site:
            assert not re.search(rf"\b({other.label}|{other.id})\b", page), other.label


def test_a_site_of_eight_learns_of_no_other_by_name(eight: Evidence) -> None:
    for site in eight.answered:
        page = render_page(eight, site.id)
        for other in eight.sites:
            if other.id != site.id:
                assert not re.search(rf"\b{re.escape(other.label)}\b", page), other.label


def test_somebody_unknown_is_told_who_is_known() -> None:
    with pytest.raises(UsageError, match="everybody, advisory-group, commissioner, ashby"):
        compose(gather_small_demo(), "mayor")


def test_a_site_that_did_not_answer_has_no_report(eight: Evidence) -> None:
    silent = eight.silent[0].id
    with pytest.raises(UsageError):
        compose(eight, silent)


def test_people_behind_a_figure_are_those_of_the_sites_that_told_them() -> None:
    """Hart's form has no number of complete people, so it is not among the sites of the sum."""
    evidence = gather_small_demo()
    counted = sum(one.n.value or 0 for one in evidence.change)
    assert {one.site for one in evidence.change} == {"ashby", "brook", "elm", "ford"}
    assert say_people_of(evidence, [one.id for one in evidence.answered]) == (
        f"Behind it: five sites, about {counted:,.0f} people at four of them."
    )
    assert say_people_of(evidence, ["hart"]) == "Behind it: one site."
    assert say_people_of(evidence, ["ford"]).endswith(" people.")
