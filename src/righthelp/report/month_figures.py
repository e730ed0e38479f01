"""Figures by month from the index: each site's course, and the sites brought together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.course import BASELINE, CoursePoint, MonthTogether
from righthelp.report.canvas import (
    ACCENT,
    MUTED,
    TICK_WORDS,
    WASH,
    Paper,
    choose_round_ticks,
    choose_ticks,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import show_number
from righthelp.report.panels import FEW, Scale, draw_line, open_panels
from righthelp.report.rows import Marks, draw_key, make_line, make_mark, measure_key

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"seen": ACCENT, "reference": MUTED, "matched": ACCENT}
STYLES = {"seen": "-", "reference": "--"}
NAMES = {
    "seen": "people seen",
    "reference": "reference people",
    "matched": "people seen over their comparators",
}
MARKERS = {"seen": "o", "reference": "s", "matched": "o"}
MONTHS = (-12, -9, -6, -3, 0, 3, 6)
SHIFTS = {"reference": 0.14, "seen": -0.14, "matched": 0.0}


def draw_course(evidence: Evidence, paper: Paper) -> Figure:
    """A small picture a site, all on one scale; the index month is the shaded strip."""
    points = evidence.course
    sites = [site for site in evidence.answered if any(one.site == site.id for one in points)]
    top = 1.12 * max((one.rate_per_100.value or 0 for one in points), default=1)
    step = 3 if len(sites) <= FEW else 6
    scale = Scale(
        across="months from the index",
        up="per 100 people",
        ticks_across=[(month, show_number(month)) for month in range(-12, 7, step)],
        ticks_up=[(tick, f"{tick:,g}") for tick in choose_round_ticks(top, most=3)],
        ends_across=(-12.6, 6.6),
        ends_up=(0, top),
    )
    keys = [
        make_line(STYLES[group], COLOURS[group], label=NAMES[group])
        for group in ("seen", "reference")
    ]
    figure, panels = open_panels(paper, [site.label for site in sites], keys=keys, scale=scale)
    for axes, site in zip(panels, sites, strict=True):
        _mark_index(axes)
        _draw_site(axes, [one for one in points if one.site == site.id])
    return figure


def _draw_site(axes: Axes, own: Sequence[CoursePoint]) -> None:
    for group in ("reference", "seen"):
        points = sorted((one for one in own if one.group == group), key=lambda one: one.month)
        rates = [
            math.nan if one.rate_per_100.value is None else one.rate_per_100.value for one in points
        ]
        if points:
            months = [one.month for one in points]
            draw_line(axes, xs=months, ys=rates, style=STYLES[group], colour=COLOURS[group])


def draw_months(months: Sequence[MonthTogether], paper: Paper) -> Figure:
    """Each month with its interval: seen and reference against months -12 to -7, or matched ones
    over their comparators."""
    groups = [one for one in SHIFTS if any(m.group == one for m in months)]
    keys = [make_mark(MARKERS[one], COLOURS[one], label=NAMES[one]) for one in reversed(groups)]
    top, bottom = 0.15 + measure_key(keys, paper), 0.5
    height = top + bottom + 2.6
    figure = open_figure(paper, height)
    draw_key(figure, keys, paper=paper)
    left = (0.85 if paper.narrow else 1.05) / paper.width
    box = (left, bottom / height, 0.985 - left, 1 - (top + bottom) / height)
    axes = figure.add_axes(box)
    _mark_index(axes)
    if "seen" in groups:
        _mark_baseline(axes, paper)
    low, high = _find_reach(months)
    _set_scale(axes, low=low, high=high)
    marks = Marks()
    for one in months:
        x = one.month + SHIFTS[one.group]
        if one.low is not None and one.high is not None:
            ends = [math.exp(max(one.low, low)), math.exp(min(one.high, high))]
            marks.line([x, x], ends, colour=COLOURS[one.group], width=1.1)
        marks.point(
            x,
            math.exp(one.log_rr),
            marker=MARKERS[one.group],
            colour=COLOURS[one.group],
            size=3.6,
        )
    marks.draw(axes)
    return figure


def _set_scale(axes: Axes, *, low: float, high: float) -> None:
    """Months across, ratios upwards on a log scale with a number and words at each tick."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    axes.set_yscale("log")
    axes.axhline(1, color=MUTED, linewidth=0.9)
    ticks = choose_ticks(low, high, most=4)
    axes.set_ylim(math.exp(low), math.exp(high))
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    words = [f"{tick:g}\n{TICK_WORDS[tick]}" for tick in ticks]
    axes.yaxis.set_major_formatter(FixedFormatter(words))
    axes.tick_params(labelsize=8, length=3)
    axes.set_xlim(-12.6, 6.6)
    axes.set_xlabel("months from the index", fontsize=8)
    axes.set_xticks(MONTHS, [show_number(month) for month in MONTHS])
    clear_frame(axes, "bottom", "left")


def _mark_baseline(axes: Axes, paper: Paper) -> None:
    axes.axvspan(min(BASELINE) - 0.4, max(BASELINE) + 0.4, color=WASH, linewidth=0, zorder=0)
    axes.text(
        sum(BASELINE) / len(BASELINE),
        0.02,
        "1 on average" if paper.narrow else "months 12 to 7 before:\n1 on average",
        transform=axes.get_xaxis_transform(),
        ha="center",
        color=MUTED,
        fontsize=7.5,
    )


def _mark_index(axes: Axes) -> None:
    axes.axvspan(-0.5, 0.5, color=WASH, linewidth=0, zorder=0)


def _find_reach(months: Sequence[MonthTogether]) -> tuple[float, float]:
    """The ends of the axis, log scale: every point, intervals within half and twice of them."""
    points = [one.log_rr for one in months]
    low, high = min([*points, math.log(0.8)]), max([*points, math.log(1.25)])
    lows = [max(one.low, low - 0.4) for one in months if one.low is not None]
    highs = [min(one.high, high + 0.4) for one in months if one.high is not None]
    return min([low, *lows]) - 0.05, max([high, *highs]) + 0.05
