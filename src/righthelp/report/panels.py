"""Figures of small pictures, one a site, all on one scale and with one key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.report.canvas import INK, MUTED, Paper, clear_frame, open_figure
from righthelp.report.rows import draw_key, measure_key, shorten_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LEFT, RIGHT, TOP, BOTTOM = 0.55, 0.12, 0.1, 0.5
NAME, GAP = 0.24, 0.16
"""Inches: a site's name above its picture, and what is between two pictures."""
FEW, MANY = 6, 12
"""Up to so many sites there are one and two pictures in a row; further up they get smaller."""


@dataclass(frozen=True)
class Scale:
    """The axes of all pictures: (place, words) of each tick, and both ends."""

    across: str
    up: str
    ticks_across: Sequence[tuple[float, str]]
    ticks_up: Sequence[tuple[float, str]]
    ends_across: tuple[float, float]
    ends_up: tuple[float, float]


def open_panels(
    paper: Paper, labels: Sequence[str], *, keys: Sequence[Line2D], scale: Scale
) -> tuple[Figure, list[Axes]]:
    """A figure with an empty picture for each label; two in a row, more where sites are many."""
    n = len(labels)
    columns = _count_columns(n, narrow=paper.narrow)
    n_rows = math.ceil(n / columns)
    high = 1.1 if columns < 3 else 0.8
    top = TOP + measure_key(keys, paper)
    height = top + n_rows * (NAME + high) + (n_rows - 1) * GAP + BOTTOM
    wide = (paper.width - LEFT - RIGHT - (columns - 1) * GAP) / columns
    figure = open_figure(paper, height)
    panels = []
    for at, label in enumerate(labels):
        row, column = divmod(at, columns)
        left = LEFT + column * (wide + GAP)
        up = top + (row + 1) * NAME + row * (high + GAP)
        axes = figure.add_axes(
            (left / paper.width, 1 - (up + high) / height, wide / paper.width, high / height)
        )
        _set_scale(axes, scale, first=column == 0, lowest=at + columns >= n)
        name = shorten_name(label, int(wide / 0.075))
        axes.set_title(name, loc="left", fontsize=8.5, pad=3, color=INK)
        panels.append(axes)
    draw_key(figure, keys, paper=paper)
    return figure, panels


def _count_columns(n: int, *, narrow: bool) -> int:
    if narrow:
        return 1 if n <= FEW else 2
    if n <= FEW:
        return min(n, 2)
    return 3 if n <= MANY else 4


def _set_scale(axes: Axes, scale: Scale, *, first: bool, lowest: bool) -> None:
    axes.set_xlim(*scale.ends_across)
    axes.set_ylim(*scale.ends_up)
    axes.set_xticks(
        [place for place, _ in scale.ticks_across],
        [words for _, words in scale.ticks_across] if lowest else [],
    )
    axes.set_yticks(
        [place for place, _ in scale.ticks_up] if first else [],
        [words for _, words in scale.ticks_up] if first else [],
    )
    axes.tick_params(labelsize=8, length=3)
    clear_frame(axes, "bottom")
    if lowest:
        axes.set_xlabel(scale.across, fontsize=8, color=MUTED)
    if first:
        axes.set_ylabel(scale.up, fontsize=8, color=MUTED)
