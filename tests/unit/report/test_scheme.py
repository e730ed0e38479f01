"""The part on the scheme as a whole: there if a site gave a series, and described only."""

from __future__ import annotations

import re
from functools import cache

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.report import render_page
from righthelp.report.cells import Ratio
from righthelp.report.figures import draw_all
from righthelp.report.scheme_tables import list_series, list_staggered
from righthelp.returns.tables import Released
from tests.unit.evidence.test_scheme import list_practice
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
TOGETHER, APART = (30,), (18, 30, 70)


@cache
def gather_series(*, starts: tuple[int, ...], n_practices: int) -> Evidence:
    """The eight sites; Riverside and Hill View with practices that start so many months on."""

    def add(released: Released) -> Released:
        if released.site not in ("riverside", "hillview"):
            return released
        rows = [
            row
            for at in range(n_practices)
            for row in list_practice(at + 1, site=released.site, start=starts[at % len(starts)])
        ]
        return Released(
            released.site, {**released.tables, "series": tuple(rows)}, released.provenance
        )

    return gather(STUDY, [add(one) for one in make_returns(STUDY)])


@cache
def render(starts: tuple[int, ...], n_practices: int) -> str:
    """The page of `gather_series`, drawn once."""
    return render_page(gather_series(starts=starts, n_practices=n_practices))


def read_part(page: str) -> str:
    """The words of the part on the scheme."""
    (part,) = re.findall(r'<section id="scheme">(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_without_a_series_there_is_no_such_part() -> None:
    evidence = gather(STUDY, make_returns(STUDY))
    page = render_page(evidence)
    assert 'id="scheme"' not in page and "#scheme" not in page
    assert "series" not in draw_all(evidence)
    assert list_series(evidence).rows == list_staggered(evidence).rows == ()


def test_sites_that_started_at_one_time_show_their_ratio_and_why_no_more() -> None:
    evidence = gather_series(starts=TOGETHER, n_practices=1)
    page = render(TOGETHER, 1)
    assert page.index('id="across"') < page.index('id="scheme"') < page.index('id="definitions"')
    assert page.index('href="#across"') < page.index('href="#scheme"')
    part = read_part(page)
    assert "nothing is to be expected to show here" in part
    assert "all practices started in the same quarter" in part
    rows = list_series(evidence).rows
    assert [row[:6] for row in rows] == [
        ("Riverside", 1, 0, "2022-07", 30, 18),
        ("Hill View", 1, 0, "2022-07", 30, 18),
    ]
    one = evidence.scheme.sites[0]
    assert rows[0][6] == Ratio(one.log_rr, one.low, one.high)
    assert 'id="figure-series"' in page


def test_practices_that_started_apart_show_a_row_for_each_anticipation() -> None:
    evidence = gather_series(starts=APART, n_practices=12)
    part = read_part(render(APART, 12))
    rows = list_staggered(evidence).rows
    assert [row[0] for row in rows] == [0, 1, 2]
    for row, found in zip(rows, evidence.scheme.staggered, strict=True):
        assert row[1] == found.simple.att
        assert row[4:7] == (16, 8, 0)
    assert "Practices choose when to start" in part
    assert "its practices started in different months" in part


@pytest.mark.parametrize(("starts", "n_practices"), [(TOGETHER, 1), ((5,), 2), (APART, 12)])
def test_nothing_there_says_why_anything_changed(starts: tuple[int, ...], n_practices: int) -> None:
    """No causal word and no verdict: the level is described."""
    evidence = gather_series(starts=starts, n_practices=n_practices)
    part = read_part(render(starts, n_practices))
    assert find_causal_words(part) == ()
    assert "differs from what was expected" not in part
    without = gather(STUDY, make_returns(STUDY))
    assert evidence.summary == without.summary
