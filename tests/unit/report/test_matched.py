"""The part on matched people: there if there are any, in its order, with the evidence's numbers."""

from __future__ import annotations

import html
import math
import re
from dataclasses import replace
from typing import Any, Literal

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words, per_100
from righthelp.evidence.counts import Count
from righthelp.onsite.ladder import LADDER
from righthelp.report import render_page
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import Ratio, ShownTable
from righthelp.report.figures import draw_all
from righthelp.report.matched_figures import list_matched_rows
from righthelp.report.tables import list_all
from righthelp.returns.tables import COVARIATES, Released
from tests.lib.matched_rows import list_rows
from tests.unit.report.eight_sites import Rows, estimate, make_returns, make_study

STUDY = make_study()
SITES: dict[str, dict[str, Any]] = {
    "riverside": {"checks": {"detectable_fewer": (-0.22, None, None)}},
    "hillview": {
        "after": (-0.16, 0.03),
        "change": (-0.19, 0.04),
        "rungs": (200, 40, 5),
        "unmatched": 5,
        "balance": {"imd_decile": None, "missed": -0.06},
        "checks": {"detectable_fewer": None, "lost_low": None},
    },
    "station": {"after": (-0.21, 0.03), "change": (-0.17, 0.04), "rungs": (250, 30, 20)},
    "oldtown": {"after": (-0.18, 0.03), "change": (-0.16, 0.04), "rungs": (80, 20, 10)},
}
"""What is told of each site whose people were matched."""


def add_matching(released: Released, **facts: Any) -> Released:
    """The same return with its people matched."""
    return add_rows(released, list_rows(**facts))


def add_rows(released: Released, rows: dict[str, Rows]) -> Released:
    """The same return with more rows."""
    tables = dict(released.tables)
    for name, more in rows.items():
        tables[name] = (*tables[name], *({**row, "site": released.site} for row in more))
    return replace(released, tables=tables)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(
        STUDY,
        [
            add_matching(one, **SITES[one.site]) if one.site in SITES else one
            for one in make_returns(STUDY)
        ],
    )


@pytest.fixture(scope="module")
def page(evidence: Evidence) -> str:
    return render_page(evidence)


@pytest.fixture(scope="module")
def figures(evidence: Evidence) -> dict[str, ShownFigure]:
    return draw_all(evidence)


def find_table(evidence: Evidence, name: str) -> ShownTable:
    (table,) = [one for one in list_all(evidence) if one.name == name]
    return table


def cut_section(page: str) -> str:
    return page.split('<section id="matched">')[1].split("</section>")[0]


def read_words(text: str) -> str:
    """The words of a page, with what is said of its images."""
    alternatives = " ".join(re.findall(r' alt="([^"]*)"', text))
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    return html.unescape(f"{plain} {alternatives}")


# The part as a whole.


def test_the_part_is_there_between_its_neighbours(page: str) -> None:
    sections = re.findall(r'<section id="(\w+)">', page)
    assert sections[sections.index("matched") - 1] == "theory"
    assert sections[sections.index("matched") + 1] == "definitions"
    assert re.findall(r'<li><a href="#(\w+)">', page) == sections[1:]


def test_without_matched_people_there_is_no_such_part_table_or_figure() -> None:
    bare = gather(STUDY, make_returns(STUDY))
    page = render_page(bare)
    assert 'id="matched"' not in page
    assert 'href="#matched"' not in page
    assert not {"matched", "matched_months", "balance"} & set(draw_all(bare))
    for name in ("matched", "alike", "balance", "checks", "detectable", "lost"):
        assert find_table(bare, name).rows == ()


def test_what_could_be_found_comes_before_what_was(page: str) -> None:
    """In the part itself: a reader learns what was possible before the estimates."""
    section = cut_section(page)
    places = [
        section.index(f'id="{name}"')
        for name in (
            "table-detectable",
            "figure-matched",
            "table-matched",
            "table-checks",
            "figure-balance",
            "table-balance",
        )
    ]
    assert places == sorted(places)


def test_the_claim_stands_after_what_could_be_found(page: str, evidence: Evidence) -> None:
    section = html.unescape(cut_section(page))
    found = section.index('id="table-detectable"')
    assert found < section.index("</table>") < section.index(evidence.matched.claim.sentence)
    assert section.index(evidence.matched.claim.sentence) < section.index('id="figure-matched"')
    assert section.count(evidence.matched.claim.sentence) == 1


def test_the_part_says_the_claim_and_the_summary_says_it_too(page: str, evidence: Evidence) -> None:
    claim = evidence.matched.claim
    assert claim.level == "compared"
    words = html.unescape(page)
    assert claim.sentence in cut_section(words)
    assert claim.sentence in words.split('<section id="summary">')[1].split("</section>")[0]


def test_only_the_sentence_of_the_claim_says_why(page: str, evidence: Evidence) -> None:
    words = read_words(page)
    assert find_causal_words(words) != ()
    assert find_causal_words(words.replace(evidence.matched.claim.sentence, "")) == ()


def test_where_a_check_fails_no_word_says_why() -> None:
    facts: dict[str, Any] = {"checks": {"earlier_steady": (None, None, 0.001)}}
    (first, *_) = make_returns(STUDY)
    page = render_page(gather(STUDY, [add_matching(first, **facts)]))
    assert find_causal_words(read_words(page)) == ()
    assert "Why is left open" in cut_section(page)
    assert "does not hold" in cut_section(page)


def test_every_figure_of_the_part_has_words_and_a_table_after_it(page: str) -> None:
    section = cut_section(page)
    found = re.findall(r'<figure id="figure-(\w+)">', section)
    assert {"matched", "balance"} <= set(found)
    for name in found:
        rest = section.split(f'id="figure-{name}"')[1]
        assert rest.index("<table") < (rest + "<figure").index("<figure")
        alt = re.search(r' alt="([^"]*)"', rest)
        assert alt is not None
        assert len(alt.group(1)) > 40
        assert alt.group(1).endswith("The numbers are in the table below.")


# The tables.


def test_the_table_of_estimates_holds_them_by_site_and_together(evidence: Evidence) -> None:
    table = find_table(evidence, "matched")
    assert [row[0] for row in table.rows] == [
        "Riverside",
        "Hill View",
        "Station Road",
        "Old Town",
        "Sites together",
    ]
    after, change = table.rows[1][1:3]
    assert isinstance(after, Ratio) and isinstance(change, Ratio)
    assert (after.log_rr, change.log_rr) == (-0.16, -0.19)
    low, high = -0.19 - 1.959963984540054 * 0.04, -0.19 + 1.959963984540054 * 0.04
    assert (change.low, change.high) == pytest.approx((low, high))
    span = table.rows[1][4]
    assert isinstance(span, Ratio) and span.span is not None
    assert span.span == pytest.approx((low, -0.16 + 1.959963984540054 * 0.03))
    matched, together = evidence.matched, table.rows[-1]
    for cell, whole in zip(together[1:3], (matched.after, matched.change), strict=True):
        assert isinstance(cell, Ratio)
        assert (cell.log_rr, cell.low, cell.high) == (whole.log_rr, whole.low, whole.high)
    assert isinstance(together[4], Ratio)
    assert together[4].span == matched.span


def test_one_site_is_not_brought_together() -> None:
    (first, *_) = make_returns(STUDY)
    table = find_table(gather(STUDY, [add_matching(first)]), "matched")
    assert [row[0] for row in table.rows] == ["Riverside"]


def test_the_table_of_likeness_sums_the_sites_and_says_what_is_withheld(
    evidence: Evidence,
) -> None:
    rows = find_table(evidence, "alike").rows
    assert [row[0] for row in rows] == [*(rung.words for rung in LADDER), "nobody alike enough"]
    counts = [row[1] for row in rows]
    assert all(isinstance(one, Count) for one in counts)
    told = [(one.value, one.n_withheld) for one in counts if isinstance(one, Count)]
    assert told[:3] == [(830, 0), (150, 0), (70, 1)]
    assert told[3:] == [(0, 0)] * 4 + [(60, 1)]


def test_the_table_of_balance_holds_the_pooled_differences(evidence: Evidence) -> None:
    """Weights 400, 245, 300 and 110; Hill View released none for deprivation."""
    rows = {row[0]: list(row[1:]) for row in find_table(evidence, "balance").rows}
    assert list(rows) == list(COVARIATES.values())
    missed = (810 * 0.02 - 245 * 0.06) / 1055
    assert rows[COVARIATES["missed"]] == pytest.approx([0.3, missed, 1055])
    assert rows[COVARIATES["imd_decile"]] == pytest.approx([0.3, 0.02, 810])


def test_the_table_of_checks_says_rule_outcome_and_what_was_found(evidence: Evidence) -> None:
    rows = find_table(evidence, "checks").rows
    checks = evidence.matched.checks
    assert len(rows) == len(checks)
    for row, check in zip(rows, checks, strict=True):
        assert isinstance(row[0], str)
        assert row[0].lower() == check.rule.lower()
        assert row[0][0].isupper()
        assert row[1:] == ("holds", check.found)


def test_the_table_of_what_could_be_found_holds_ratios_by_site(evidence: Evidence) -> None:
    rows = {row[0]: row[1:] for row in find_table(evidence, "detectable").rows}
    assert list(rows) == ["Riverside", "Hill View", "Station Road", "Old Town"]
    fewer, more = rows["Riverside"]
    assert isinstance(fewer, Count) and isinstance(more, Count)
    assert fewer.value == pytest.approx(math.exp(-0.22))
    assert more.value == pytest.approx(math.exp(0.14))
    gone = rows["Hill View"][0]
    assert isinstance(gone, Count)
    assert (gone.value, gone.state) == (None, "not_estimable")


def test_what_was_withheld_is_said_to_be_withheld() -> None:
    """What could be found, and an estimate; neither is "not estimable here" nor "no change"."""
    (first, *_) = make_returns(STUDY)
    rows = list_rows()
    for row in rows["checks"]:
        if row["check"].startswith("detectable"):
            row |= {"log_rr": None, "n": None, "state": "suppressed"}
    for row in rows["estimates"]:
        gone = {"log_rr": None, "se": None, "n": None, "status": "not_estimable"}
        row |= {**gone, "state": "suppressed"}
    found = gather(STUDY, [add_rows(first, rows)])
    (able,) = find_table(found, "detectable").rows
    assert [one.state for one in able[1:] if isinstance(one, Count)] == ["suppressed"] * 2
    (estimates,) = find_table(found, "matched").rows
    assert [one.missing for one in estimates[1:3] if isinstance(one, Ratio)] == ["withheld"] * 2
    section = read_words(cut_section(render_page(found)))
    assert "withheld" in section
    assert "no change" not in section


def test_estimates_of_ongoing_people_do_not_stand_in_the_table() -> None:
    (first, *_) = make_returns(STUDY)
    rows = list_rows()
    rows["estimates"] += [
        estimate(design, 2.0, 0.01, who="ongoing") for design in ("matched_after", "matched_change")
    ]
    mixed = find_table(gather(STUDY, [add_rows(first, rows)]), "matched")
    assert mixed.rows == find_table(gather(STUDY, [add_matching(first)]), "matched").rows


def test_a_number_that_is_missing_is_said_in_words(page: str) -> None:
    words = read_words(cut_section(page))
    assert not re.search(r"\bNone\b|\bnan\b|\binf\b|[{}]", words)
    assert "70 (1\u00a0withheld)" in words


# The figures.


def test_the_figure_of_estimates_has_both_their_range_and_the_third(evidence: Evidence) -> None:
    rows = list_matched_rows(evidence)
    matched = evidence.matched
    assert [row.label for row in rows] == [
        "Contacts after",
        "Change from before",
        "Sensitivity range",
        "Past taken off",
    ]
    points = [row.ratio.log_rr for row in rows]
    assert points == [
        matched.after.log_rr,
        matched.change.log_rr,
        None,
        matched.adjusted.log_rr,
    ]
    assert rows[2].ratio.span == matched.span


def test_the_titles_say_what_was_found(figures: dict[str, ShownFigure], evidence: Evidence) -> None:
    span = evidence.matched.span
    assert span is not None
    assert figures["matched"].title == (
        f"Set against matched people, {per_100(span[0])} to {per_100(span[1])} contacts for every "
        "100 of theirs (sensitivity range)."
    )
    largest = max(abs(one.smd_matched or 0) for one in evidence.matched.balance)
    assert f"at most {largest:.2f} standard deviations" in figures["balance"].title
    for name in ("matched", "balance"):
        assert figures[name].title in figures[name].alt
        assert find_causal_words(figures[name].alt) == ()


@pytest.mark.parametrize("paper", ["wide", "narrow"])
def test_the_drawing_of_balance_names_every_covariate_and_both_marks(
    figures: dict[str, ShownFigure], paper: Literal["wide", "narrow"]
) -> None:
    written = " ".join(re.findall(r">([^<]+)<", figures["balance"].svg(paper)))
    for words in (*COVARIATES.values(), "all candidates", "their comparators"):
        assert words in written


def test_with_one_estimate_missing_no_range_is_drawn() -> None:
    (first, *_) = make_returns(STUDY)
    found = gather(STUDY, [add_matching(first, change=(None, None))])
    assert list_matched_rows(found) == ()
    assert "matched" not in draw_all(found)
    assert "is not estimable here, because" in cut_section(render_page(found))
