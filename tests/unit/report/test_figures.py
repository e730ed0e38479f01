"""The figures: ticks that can be read, bars that are shares, and nothing drawn from nothing."""

from __future__ import annotations

import math

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.counts import Count
from righthelp.report.canvas import TICK_WORDS, ShownFigure, choose_ticks
from righthelp.report.figures import draw_all
from righthelp.report.people_figures import find_shares
from righthelp.report.ratio_figures import list_site_rows
from tests.unit.report.eight_sites import estimate, make_return, make_returns, make_study

STUDY = make_study()


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(STUDY, make_returns(STUDY))


@pytest.fixture(scope="module")
def figures(evidence: Evidence) -> dict[str, ShownFigure]:
    return draw_all(evidence)


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.75, 1.3, 4, [0.8, 1.0, 1.25]),
        (0.45, 2.2, 7, [0.5, 0.67, 1.0, 1.5, 2.0]),
        (0.2, 5.0, 4, [0.25, 1.0, 4.0]),
        (1.4, 2.2, 4, [1.0, 1.5, 2.0]),
    ],
)
def test_ticks_hold_1_have_words_and_keep_apart(
    low: float, high: float, most: int, ticks: list[float]
) -> None:
    chosen = choose_ticks(math.log(low), math.log(high), most=most)
    assert set(chosen) <= set(TICK_WORDS)
    assert chosen == pytest.approx(ticks)


def test_shares_need_all_three_counts() -> None:
    known, withheld = Count(30, "rounded"), Count(None, "suppressed")
    assert find_shares(known, known, rose=Count(60, "rounded")) == (0.25, 0.25, 0.5)
    assert find_shares(known, withheld, rose=known) is None
    nobody = Count(0, "rounded")
    assert find_shares(nobody, nobody, rose=nobody) is None


def test_every_site_row_has_its_crude_point(evidence: Evidence) -> None:
    rows = list_site_rows(evidence)
    assert [row.label for row in rows][-1] == "Sites together"
    assert all(row.crude is not None for row in rows)
    assert [row.kind for row in rows if row.label == "City"] == ["weaker"]


def test_axes_say_in_words_what_a_ratio_means(figures: dict[str, ShownFigure]) -> None:
    svg = figures["sites"].svg("wide")
    for words in ("the", "same", "a fifth", "fewer", "a quarter"):
        assert f">{words}<" in svg


def test_titles_state_what_was_found_and_never_the_crude_alone(
    figures: dict[str, ShownFigure],
) -> None:
    assert figures["change"].title.startswith("Of every 100 people 51 had fewer contacts after")
    assert figures["sites"].title == (
        "85 contacts after for every 100 before; 99 for every 100 expected, and the data cannot "
        "tell whether that differs."
    )
    for figure in figures.values():
        assert "for every 100 before" not in figure.title or "expected" in figure.title


def test_what_no_return_holds_is_not_drawn() -> None:
    rows = [estimate("projection", reason="nobody has the same past")]
    provenance = {"protocol_digest": STUDY.digest()}
    returned = make_return("riverside", provenance=provenance, estimates=rows)
    assert draw_all(gather(STUDY, [returned])) == {}
