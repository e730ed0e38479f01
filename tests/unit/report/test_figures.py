"""The figures: ticks that can be read, bars that are shares, and nothing drawn from nothing."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from righthelp.evidence import Evidence, gather
from righthelp.evidence.counts import Count
from righthelp.report.canvas import TICK_WORDS, WIDE, ShownFigure, choose_ticks
from righthelp.report.cells import Ratio, ShownTable
from righthelp.report.figures import draw_all
from righthelp.report.panels import draw_line
from righthelp.report.people_figures import find_shares
from righthelp.report.ratio_figures import (
    RatioRow,
    draw_rows,
    list_definition_rows,
    list_site_rows,
)
from righthelp.report.tables import list_all
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


def test_a_month_between_withheld_ones_is_a_dot() -> None:
    """A line alone would not show it."""
    axes = Figure().add_subplot()
    rates = [1, math.nan, 2, math.nan, 3, 4, math.nan]
    draw_line(axes, xs=range(7), ys=rates, style="-", colour="k")
    line, dots = axes.lines
    assert line.get_marker() == "None"
    assert np.array_equal(dots.get_xydata(), [[0, 1], [2, 2]])


def test_a_share_of_the_joint_picture_needs_every_cell(evidence: Evidence) -> None:
    """Of the cells shown too many are on the diagonal: the small ones are those withheld."""
    assert evidence.pattern.n_cells_withheld
    withheld = draw_all(evidence)["pattern"].title
    assert re.match(r"At least about \d+ of about 1,265 people were in the same band", withheld)
    pattern = replace(evidence.pattern, n_cells_withheld=0)
    whole = draw_all(replace(evidence, pattern=pattern))["pattern"].title
    assert re.match(r"About \d+ of every 100 people were in the same band", whole)


def test_one_site_is_not_counted_in_the_title_of_its_course() -> None:
    (returned,) = [one for one in make_returns(STUDY) if one.site == "riverside"]
    title = draw_all(gather(STUDY, [returned]))["course"].title
    assert title.startswith("The month with the most GP contacts of the people seen is")


def test_a_ratio_beyond_the_axis_points_out_of_it_and_stands_in_words() -> None:
    rows = [
        RatioRow("Far", Ratio(math.log(9), math.log(3), math.log(27)), "adjusted", math.log(0.1)),
        RatioRow("Near", Ratio(0.0, -0.1, 0.1), "adjusted"),
    ]
    (axes,) = draw_rows(rows, WIDE).axes
    marks = {line.get_marker() for line in axes.lines}
    assert {"<", ">", "o"} <= marks
    assert "9.00 (3.00\u00a0to\u00a027.00)" in {text.get_text() for text in axes.texts}


def test_what_falls_within_all_definitions_is_a_row_and_its_title(evidence: Evidence) -> None:
    *_, last = list_definition_rows(evidence)
    assert last.ratio.span is not None
    low, high = (math.exp(end) for end in last.ratio.span)
    *_, record = find_table(evidence, "definitions").records()
    assert record["definition"] == last.label
    assert [record["adjusted_low"], record["adjusted_high"]] == pytest.approx([low, high])
    assert f"{100 * low:.0f} to {100 * high:.0f}" in draw_all(evidence)["definitions"].title


def find_table(evidence: Evidence, name: str) -> ShownTable:
    """The table of this name."""
    return next(table for table in list_all(evidence) if table.name == name)
