"""No number of people below the policy's threshold is in anything that a report gives out.

Sites are made up with exact counts, small ones more often than not; what they let out goes into the
page, every table as a file, the checklists and the exports, and each of these is searched. Small
numbers of sites, rates, medians and numbers expected by chance are free.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from righthelp.evidence import Evidence, gather
from righthelp.evidence.counts import Count
from righthelp.evidence.estimates import SiteEstimate
from righthelp.onsite.disclosure import POLICIES, Policy, round_to_base
from righthelp.onsite.meaning.meaning import Meaning
from righthelp.onsite.release import Answer, release
from righthelp.onsite.series import PracticeMonth
from righthelp.protocol.study import Study
from righthelp.report import compose, write_tables
from righthelp.report.blocks import Picture, Table
from righthelp.report.compose import AUDIENCES
from righthelp.report.docx import render_docx
from righthelp.report.exports import write_exports
from righthelp.report.html import render_html
from righthelp.report.pdf import render_pdf
from righthelp.report.tables import list_all
from righthelp.returns.tables import Released
from tests.lib.answers import make_answer, make_changes
from tests.lib.small_numbers import (
    find_in_files,
    find_in_tables,
    find_in_text,
    read_cells,
    read_text,
)
from tests.property import (
    test_consultation_release,
    test_matched_release,
    test_reasons_release,
    test_release,
    test_support_release,
    test_wellbeing_release,
)
from tests.unit.report.eight_sites import make_study

SITES = ("riverside", "hillview", "station")
BESIDE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def make_policy_study(policy: str) -> Study:
    """The eight sites under a disclosure policy."""
    given = make_study().model_dump(mode="json")
    return Study.model_validate({**given, "disclosure": {"policy": policy}})


STUDIES = {name: make_policy_study(name) for name in POLICIES}


@st.composite
def months(draw: st.DrawFn) -> list[PracticeMonth]:
    """Two practices that started together, over some months, with few people more often."""
    people = st.one_of(st.integers(0, 60), st.integers(0, 9000))
    return [
        PracticeMonth(
            practice, f"2023-{month:02d}", draw(st.integers(0, 20)), draw(people), month - 4
        )
        for practice in (1, 2)
        for month in range(1, draw(st.integers(2, 6)))
    ]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """All that a site with records can have counted."""
    plain = draw(test_release.answers())
    matched = draw(test_matched_release.answers())
    return replace(
        plain,
        matching=matched.matching,
        diagnostics=matched.diagnostics,
        rehearsal=matched.rehearsal,
        series=draw(months()),
        meaning=Meaning(
            support=draw(test_support_release.answers()),
            wellbeing=draw(st.one_of(st.none(), test_wellbeing_release.found)),
            reasons=draw(st.one_of(st.none(), test_reasons_release.reasons())),
            consultations=draw(test_consultation_release.consultations()),
        ),
    )


def let_out(answer: Answer, *, study: Study, site: str) -> Released:
    """What leaves a site of the study."""
    found = study.find_site(site)
    assert found is not None
    own = replace(answer, provenance={"protocol_digest": study.digest(), "route": "csv"})
    return release(own, study=study, site=found)


class Drawn:
    """The evidence of some sites, which is too long to be printed when a test fails."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def __repr__(self) -> str:
        policy = self.evidence.study.disclosure.policy
        return f"Drawn({len(self.evidence.answered)} sites, {policy})"


@st.composite
def gathered(draw: st.DrawFn) -> Drawn:
    """The evidence of one to three sites under either policy."""
    policy = draw(st.sampled_from(sorted(STUDIES)))
    study, sites = STUDIES[policy], SITES[: draw(st.integers(1, len(SITES)))]
    made = [let_out(draw(answers()), study=study, site=site) for site in sites]
    return Drawn(gather(study, made))


def search(evidence: Evidence, *, with_page: bool = False) -> list[str]:
    """Every number of few people in what the evidence gives out, with where it stands."""
    least = POLICIES[evidence.study.disclosure.policy].threshold + 1
    found = list(find_in_tables(list_all(evidence), least))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(evidence, folder)
        write_exports(evidence, folder)
        found += find_in_files(folder, least)
        for path in sorted(folder.rglob("*.csv")):
            found += find_in_text(read_cells(path), least)
    for audience in list_audiences(evidence) if with_page else ():
        document = compose(evidence, audience)
        found += find_in_text(read_text(render_html(document)), least)
        for block in document.blocks():
            if isinstance(block, Table):
                found += find_in_tables([block.table], least)
            elif isinstance(block, Picture):
                words = re.findall(r">([^<]+)<", block.figure.svg("wide"))
                found += [one for text in words for one in find_in_text(text, least)]
    return found


def list_audiences(evidence: Evidence) -> tuple[str, ...]:
    """Everybody whom a report can be for."""
    return (*AUDIENCES, *(site.id for site in evidence.answered))


@settings(max_examples=25, deadline=None, suppress_health_check=BESIDE)
@given(drawn=gathered())
def test_no_table_or_file_tells_of_few_people(drawn: Drawn) -> None:
    assert search(drawn.evidence) == []


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=BESIDE,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(drawn=gathered())
def test_no_page_tells_of_few_people(drawn: Drawn) -> None:
    assert search(drawn.evidence, with_page=True) == []


def gather_few(policy: str = "default") -> Evidence:
    """One site of which seven people died and six left."""
    study = STUDIES[policy]
    answer = make_answer(
        flow={"compared": 120, "died": 7, "left": 6, "reference": 900},
        changes=make_changes([(3, 2)] * 60 + [(1, 2)] * 53 + [(2, 2)] * 7),
        n_rows=4,
    )
    return gather(study, [let_out(answer, study=study, site="riverside")])


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_a_site_with_few_of_a_kind_shows_none_of_them(policy: str) -> None:
    assert search(gather_few(policy), with_page=True) == []


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_no_pdf_and_no_word_file_has_more_than_the_page(policy: str) -> None:
    """They are written from the same blocks; here their own text is read back and searched."""
    evidence = gather_few(policy)
    least = POLICIES[policy].threshold + 1
    for audience in list_audiences(evidence):
        document = compose(evidence, audience)
        pdf = PdfReader(io.BytesIO(render_pdf(document)))
        word = docx.Document(io.BytesIO(render_docx(document)))
        texts = [page.extract_text() for page in pdf.pages]
        texts += [one.text for one in word.paragraphs]
        texts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        assert list(find_in_text("\n".join(texts), least)) == []


def test_a_door_that_withholds_too_little_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search sees it where the release lets out six and seven people, as five."""
    monkeypatch.setattr("righthelp.onsite.release.policy_of", lambda _: Policy(5))
    monkeypatch.setattr("righthelp.returns.checks.FEWEST", 0)
    found = search(gather_few())
    places = ("flow.riverside", "flow.all_sites", "flow.csv", "summarised_result.csv")
    assert all(any(place in one for one in found) for place in places)


def test_where_nothing_is_withheld_the_search_finds_it_in_every_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that finding nothing says something: the sites that are made up do hold small numbers."""
    monkeypatch.setattr(Policy, "people", lambda _, n: (round_to_base(n), "rounded"))
    monkeypatch.setattr(Policy, "hides", lambda _, n: False)
    monkeypatch.setattr("righthelp.returns.checks.FEWEST", 0)
    found: set[str] = set()

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=BESIDE,
        phases=[Phase.generate],
    )
    @given(drawn=gathered())
    def look(drawn: Drawn) -> None:
        found.update(one.split(":")[0].split(".")[0] for one in search(drawn.evidence))

    look()
    assert {"flow", "estimates", "referral_funnel", "needs_met", "dose", "found_after"} <= found


@pytest.mark.parametrize("at", ["flow", "change", "estimates"])
def test_a_number_planted_in_the_evidence_is_found_in_every_form(at: str) -> None:
    evidence = gather_few()
    few = Count(3.0, "rounded")
    if at == "flow":
        step = replace(evidence.flow[0], by_site={"riverside": few}, total=few)
        planted = replace(evidence, flow=(step, *evidence.flow[1:]))
    elif at == "change":
        planted = replace(evidence, change=(replace(evidence.change[0], stayed=few),))
    else:
        one = SiteEstimate("riverside", "crude", "new", "primary", -0.1, 0.1, 3, "", "rounded")
        planted = replace(evidence, estimates=(one,))
    found = search(planted)
    assert any(one.startswith(f"{at}.") and "csv" not in one for one in found)
    assert any(one.startswith(f"{at}.csv") for one in found)
    assert any(one.startswith("summarised_result.csv") for one in found)


def test_a_number_planted_in_a_sentence_is_found() -> None:
    evidence = gather_few()
    for sentence in ("Of these 3 people died.", "Four new people left.", "People who died: 2."):
        summary = replace(evidence.summary, found=(sentence,))
        found = search(replace(evidence, summary=summary), with_page=True)
        assert len(found) >= 2, "in the checklists and on the page"


@pytest.mark.parametrize(
    "text",
    [
        "Of every 100 people 3 had fewer",
        "12 people, 10 people and 1,003 people",
        "Nothing about one person, and no row, leaves a site",
        "two sites; 3 sites of 7",
        "at most one contact a person a day",
        "Counts of people up to 7 are withheld",
        "People at each step: 10; 1,235; 5%",
        read_text("<td>40</td><td>900</td><td>4</td></tr></table>\n<p>People registered</p>"),
    ],
)
def test_what_is_no_number_of_few_people_is_let_be(text: str) -> None:
    assert list(find_in_text(text, 8)) == []


@pytest.mark.parametrize(
    "text",
    [
        "7 people",
        "seven people",
        "1 person",
        "two matched people",
        "7\n  people",
        read_text("<p>Of these <strong>7</strong> <em>people</em> died</p>"),
    ],
)
def test_the_least_that_is_told_is_the_policys(text: str) -> None:
    assert list(find_in_text(text, 8)) and not list(find_in_text(text.replace("1", "2"), 2))
    assert list(find_in_text("9 people", 10)) and not list(find_in_text("9 people", 8))
