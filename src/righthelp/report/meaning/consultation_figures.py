"""The figure of the consultation: a small picture a measure, each on a scale of its own."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.consultation import Measured, MeasureTogether
from righthelp.protocol.study import Study
from righthelp.report.behind import say_people_of
from righthelp.report.canvas import (
    ACCENT,
    INK,
    MIDDLE,
    MUTED,
    Paper,
    ShownFigure,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import MINUS, Difference, show_difference
from righthelp.report.meaning.consultation import decimals_of, name_measure, say_consultation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = {"seen": "People seen", "comparators": "Matched people"}
SHADES = {"seen": ACCENT, "comparators": MIDDLE}
LEFT, RIGHT, TOP, HIGH, GAP = 1.15, 0.12, 0.4, 0.5, 0.32
"""Inches: beside and above a picture, its height, and what lies below it."""


def draw_consultation_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """The change of each measure in the people seen and in matched people."""
    measures = [
        one
        for one in evidence.meaning.consultation.together
        if any(one.groups[group].se is not None for group in SHOWN if group in one.groups)
    ]
    if not measures:
        return {}
    title = f"How consultations changed. {say_consultation(evidence)[0]}"
    shown = ShownFigure(
        name="consultation",
        title=title,
        alt=f"{title} For each measure two points with intervals, for the people seen and for "
        "matched people, and a line where nothing changed. The numbers are in the table below.",
        n=say_people_of(evidence, (site for one in measures for site in one.sites)),
        level="adjusted",
        table="consultation",
        draw=lambda paper: _draw(measures, evidence.study, paper),
    )
    return {shown.name: shown}


def _draw(measures: Sequence[MeasureTogether], study: Study, paper: Paper) -> Figure:
    columns = 1 if paper.narrow else min(2, len(measures))
    n_rows = math.ceil(len(measures) / columns)
    block = TOP + HIGH + GAP
    height = n_rows * block
    figure = open_figure(paper, height)
    width = paper.width / columns
    for at, one in enumerate(measures):
        row, column = divmod(at, columns)
        axes = figure.add_axes(
            (
                (column * width + LEFT) / paper.width,
                1 - (row * block + TOP + HIGH) / height,
                (width - LEFT - RIGHT) / paper.width,
                HIGH / height,
            )
        )
        _draw_measure(axes, one, title=name_measure(one.measure, study), left=LEFT / width)
    return figure


def _draw_measure(axes: Axes, one: MeasureTogether, *, title: str, left: float) -> None:
    from matplotlib.ticker import MaxNLocator

    groups = {group: one.groups[group] for group in SHOWN if group in one.groups}
    reach = 1.15 * max(_reach(group) for group in groups.values()) or 1.0
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    for at, (name, group) in enumerate(groups.items()):
        if group.low is not None and group.high is not None:
            axes.plot([group.low, group.high], [at, at], color=SHADES[name], linewidth=2)
        axes.plot([group.change], [at], "o", color=SHADES[name], markersize=5)
        text = show_difference(
            Difference(group.change), decimals=decimals_of(one.measure)
        ).partition(" ")[0]
        axes.annotate(
            text,
            (group.change, at),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color=INK,
        )
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(groups) - 0.5, -0.75)
    axes.set_yticks(range(len(groups)), [SHOWN[name] for name in groups])
    axes.tick_params(axis="y", length=0, labelsize=8, labelcolor=INK)
    axes.tick_params(axis="x", length=3, labelsize=7.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, symmetric=True))
    axes.xaxis.set_major_formatter(lambda value, _: _show_tick(value))
    axes.set_title(_wrap(title), loc="left", x=-left / (1 - left), fontsize=8, color=INK, pad=3)
    clear_frame(axes, "bottom")


def _reach(one: Measured) -> float:
    ends = [end for end in (one.low, one.high) if end is not None] or [one.change]
    return max(abs(end) for end in ends)


def _wrap(title: str) -> str:
    return "\n".join(textwrap.wrap(title, 58))


def _show_tick(value: float) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:+g}".replace("-", MINUS)
