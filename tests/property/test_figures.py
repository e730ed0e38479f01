"""For all returns: what is drawn is what the tables say; for all names: labels that fit."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from righthelp.evidence import gather
from righthelp.report.canvas import NARROW, WIDE, choose_round_ticks
from righthelp.report.figures import draw_all
from righthelp.report.rows import LINES, shorten_name, wrap_label
from righthelp.report.tables import list_all
from tests.lib.figure_numbers import check_figure, list_records
from tests.property.test_report import STUDY, returns

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), max_size=90)


@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(made=returns(), paper=st.sampled_from([WIDE, NARROW]))
def test_any_returns_are_drawn_as_their_tables_say(made: list[Any], paper: Any) -> None:
    evidence = gather(STUDY, made)
    tables = {table.name: table for table in list_all(evidence)}
    for figure in draw_all(evidence).values():
        check_figure(figure, list_records(tables[figure.table]), paper=paper)


@given(name=NAMES, at_most=st.integers(8, 40))
def test_a_label_keeps_to_its_lines_and_loses_nothing_without_dots(name: str, at_most: int) -> None:
    lines = wrap_label(name, at_most).split("\n")
    assert len(lines) <= LINES
    assert all(len(line) <= at_most for line in lines)
    if not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == name.replace(" ", "")


@given(name=NAMES, at_most=st.integers(8, 40))
def test_a_short_name_has_the_beginning_and_the_end_of_the_long(name: str, at_most: int) -> None:
    short = shorten_name(name, at_most)
    assert len(short) <= at_most
    start, dots, end = short.partition("…")
    assert name.startswith(start)
    assert name.endswith(end) if dots else short == name


@given(high=st.floats(1e-3, 1e5), most=st.integers(2, 6))
def test_round_ticks_begin_at_nought_reach_far_and_are_few(high: float, most: int) -> None:
    ticks = choose_round_ticks(high, most=most)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= most + 1
    assert ticks[-1] <= high * (1 + 1e-9)
    assert ticks[-1] >= high / 2 * (1 - 1e-9) or len(ticks) > 2
