"""Figures of small pictures, one a site, all on one scale and with one key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from righthelp.report.canvas import INK, MUTED, Paper, Tick, draw_scale, open_figure
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
    ticks_across: Sequence[Tick]
    ticks_up: Sequence[Tick]
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
        axes.set_xlim(*scale.ends_across)
        axes.set_ylim(*scale.ends_up)
        shown = _Shown(first=column == 0, lowest=at + columns >= n, inches=(wide, high))
        _write_scale(axes, scale, shown)
        name = shorten_name(label, int(wide / 0.075))
        over = 1 + 0.05 / high
        axes.text(0, over, name, transform=axes.transAxes, va="bottom", fontsize=8.5, color=INK)
        panels.append(axes)
    draw_key(figure, keys, paper=paper)
    return figure, panels


def _count_columns(n: int, *, narrow: bool) -> int:
    if narrow:
        return 1 if n <= FEW else 2
    if n <= FEW:
        return min(n, 2)
    return 3 if n <= MANY else 4


@dataclass(frozen=True)
class _Shown:
    """Of one picture: what stands beside it, and its width and height."""

    first: bool
    lowest: bool
    inches: tuple[float, float]


def _write_scale(axes: Axes, scale: Scale, shown: _Shown) -> None:
    wide, high = shown.inches
    across = [(x, words if shown.lowest else "") for x, words in scale.ticks_across]
    up = scale.ticks_up if shown.first else ()
    draw_scale(axes, across=across, up=up, inches=shown.inches)
    words: Any = {"transform": axes.transAxes, "ha": "center", "color": MUTED, "fontsize": 8}
    if shown.lowest:
        axes.text(0.5, -0.22 / high, scale.across, va="top", **words)
    if shown.first:
        axes.text(-0.38 / wide, 0.5, scale.up, rotation=90, va="center", **words)


def draw_line(
    axes: Axes,
    *,
    xs: Sequence[float],
    ys: Sequence[float],
    style: str,
    colour: str,
    width: float = 1.6,
) -> None:
    """A line through what is known; a point with gaps (not a number) on both sides is a dot."""
    axes.plot(xs, ys, style, color=colour, linewidth=width)
    known = [False, *(not math.isnan(y) for y in ys), False]
    alone = [
        at - 1
        for at in range(1, len(known) - 1)
        if known[at] and not known[at - 1] and not known[at + 1]
    ]
    if alone:
        places = [xs[at] for at in alone], [ys[at] for at in alone]
        axes.plot(*places, "o", color=colour, ms=2.4 * width)
