"""Every number that a figure draws stands in its table, and in the table's CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.report.canvas import NARROW, WIDE, Paper
from righthelp.report.figures import draw_all, draw_site_figures
from righthelp.report.tables import list_all, write_tables
from tests.lib.figure_numbers import CHECKS, check_figure, list_records, read_csv
from tests.lib.small_demo import gather_small_demo
from tests.unit.report import test_matched, test_scheme
from tests.unit.report.eight_sites import make_returns, make_study

PAPERS = pytest.mark.parametrize("paper", [WIDE, NARROW], ids=["wide", "narrow"])
STUDY = make_study()


@cache
def gather_eight() -> Evidence:
    """Eight sites of every kind."""
    return gather(STUDY, make_returns(STUDY))


@cache
def gather_one(name: str) -> Evidence:
    """One of them alone."""
    return gather(STUDY, [one for one in make_returns(STUDY) if one.site == name])


@cache
def gather_matched() -> Evidence:
    """All with matched people."""
    add = test_matched.add_matching
    return gather(test_matched.STUDY, [add(one) for one in make_returns(test_matched.STUDY)])


MADE: Mapping[str, Callable[[], Evidence]] = {
    "eight": gather_eight,
    "riverside alone": lambda: gather_one("riverside"),
    "city alone": lambda: gather_one("city"),
    "matched": gather_matched,
    "series": lambda: test_scheme.gather_series(starts=test_scheme.TOGETHER, n_practices=4),
    "small demo": gather_small_demo,
}


@PAPERS
@pytest.mark.parametrize("made", MADE, ids=str)
def test_what_is_drawn_is_what_the_table_says(made: str, paper: Paper) -> None:
    """Marks are read from the drawing, numbers from the table; neither reader knows the other."""
    evidence = MADE[made]()
    tables = {table.name: table for table in list_all(evidence)}
    for figure in draw_all(evidence).values():
        check_figure(figure, list_records(tables[figure.table]), paper=paper)
    for site in evidence.answered:
        for figure, table in draw_site_figures(evidence, site.id):
            check_figure(figure, list_records(table), paper=paper)


def test_the_demo_has_every_figure_that_can_be_checked() -> None:
    """Else a check above would pass by not being made."""
    names = {name.partition("_swemwbs")[0] for name in draw_all(gather_small_demo())}
    names |= set(draw_all(gather_eight()))
    assert set(CHECKS) - names == {"spread"}
    own = draw_site_figures(gather_eight(), "riverside")
    assert [figure.name for figure, _ in own] == ["spread", "funnel"]


def test_the_csv_has_the_numbers_of_the_figures_too(tmp_path: Path) -> None:
    evidence = gather_small_demo()
    write_tables(evidence, tmp_path)
    tables = {table.name: table for table in list_all(evidence)}
    for figure in draw_all(evidence).values():
        written = read_csv(tmp_path / f"{figure.table}.csv")
        check_figure(figure, list_records(tables[figure.table], written))


@pytest.mark.parametrize("made", MADE, ids=str)
def test_every_figure_says_what_it_shows_of_whom_and_no_more_than_its_level(made: str) -> None:
    evidence = MADE[made]()
    for figure in draw_all(evidence).values():
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        assert figure.n.startswith("Behind it: ") and figure.n.endswith(".")
        if figure.level in ("described", "adjusted"):
            assert find_causal_words(figure.title) == (), figure.name
