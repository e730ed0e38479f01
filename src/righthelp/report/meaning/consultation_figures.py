"""The figure of the consultation: a small picture a measure, each on a scale of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.consultation import Measured, MeasureTogether
from righthelp.protocol.study import Study
from righthelp.report.behind import TABLE_BELOW, say_people_of
from righthelp.report.canvas import (
    ACCENT,
    INK,
    MIDDLE,
    MUTED,
    Paper,
    ShownFigure,
    choose_round_ticks,
    draw_scale,
    open_figure,
)
from righthelp.report.cells import MINUS, Difference, show_difference
from righthelp.report.meaning.consultation import decimals_of, name_measure, say_consultation
from righthelp.report.rows import LINE, Marks, wrap_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = {"seen": "People seen", "comparators": "Matched people"}
SHADES = {"seen": ACCENT, "comparators": MIDDLE}
MARKERS = {"seen": "o", "comparators": "s"}
LEFT, RIGHT, TOP, HIGH, GAP = 1.1, 1.52, 0.3, 0.5, 0.3
"""Inches: names and numbers beside a picture, its title, its height, and what lies below it."""
TITLE = 54
"""Letters in a line of a title."""


def draw_consultation_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """The change of each measure in the people seen and in matched people, but for what differs by
    its nature: it would be the largest of all, and say nothing."""
    measures = [
        one
        for one in evidence.meaning.consultation.together
        if one.direction != "not_asked"
        and any(one.groups[group].se is not None for group in SHOWN if group in one.groups)
    ]
    if not measures:
        return {}
    title = f"How consultations changed. {say_consultation(evidence)[0]}"
    shown = ShownFigure(
        name="consultation",
        title=title,
        alt=f"{title} For each measure two points with intervals, for the people seen and for "
        "matched people, and a line where nothing changed. "
        f"{TABLE_BELOW}",
        n=say_people_of(evidence, (site for one in measures for site in one.sites)),
        level="adjusted",
        table="consultation",
        draw=lambda paper: _draw(measures, evidence.study, paper),
    )
    return {shown.name: shown}


def _draw(measures: Sequence[MeasureTogether], study: Study, paper: Paper) -> Figure:
    columns = 1 if paper.narrow else min(2, len(measures))
    n_rows = math.ceil(len(measures) / columns)
    titles = [wrap_label(name_measure(one.measure, study), TITLE, lines=2) for one in measures]
    top = TOP + LINE * max(title.count("\n") for title in titles)
    block = top + HIGH + GAP
    height = n_rows * block
    figure = open_figure(paper, height)
    width = paper.width / columns
    for at, (one, title) in enumerate(zip(measures, titles, strict=True)):
        row, column = divmod(at, columns)
        axes = figure.add_axes(
            (
                (column * width + LEFT) / paper.width,
                1 - (row * block + top + HIGH) / height,
                (width - LEFT - RIGHT) / paper.width,
                HIGH / height,
            )
        )
        _draw_measure(axes, one, title=title, wide=width - LEFT - RIGHT)
    return figure


def _draw_measure(axes: Axes, one: MeasureTogether, *, title: str, wide: float) -> None:
    groups = {group: one.groups[group] for group in SHOWN if group in one.groups}
    reach = 1.1 * max(_reach(group) for group in groups.values()) or 1.0
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    marks = Marks()
    across = axes.get_yaxis_transform()
    for at, (name, group) in enumerate(groups.items()):
        if group.low is not None and group.high is not None:
            marks.line([group.low, group.high], [at, at], colour=SHADES[name], width=2)
        marks.point(group.change, at, marker=MARKERS[name], colour=SHADES[name], size=4.5)
        told = Difference(group.change, group.low, group.high)
        text = show_difference(told, decimals=decimals_of(one.measure))
        axes.text(-0.05, at, SHOWN[name], transform=across, ha="right", va="center", fontsize=8)
        axes.text(1.04, at, text, transform=across, va="center", fontsize=7.5, color=INK)
    marks.draw(axes)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    tick = choose_round_ticks(reach, most=2)[-1]
    ticks = [(x, _show_tick(x)) for x in (-tick, 0, tick)]
    draw_scale(axes, across=ticks, inches=(wide, HIGH))
    over = 1 + 0.06 / HIGH
    place: Any = {"transform": axes.transAxes, "va": "bottom"}
    axes.text(-LEFT / wide, over, title, fontsize=8.5, color=INK, **place)


def _reach(one: Measured) -> float:
    ends = [end for end in (one.low, one.high) if end is not None] or [one.change]
    return max(abs(end) for end in ends)


def _show_tick(value: float) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:+g}".replace("-", MINUS)
