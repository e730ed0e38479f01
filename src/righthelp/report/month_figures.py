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
    Margins,
    Paper,
    choose_ticks,
    clear_frame,
    open_figure,
    open_panels,
)

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
SHIFTS = {"reference": 0.14, "seen": -0.14, "matched": 0.0}


def draw_course(evidence: Evidence, paper: Paper) -> Figure:
    """A small picture a site, all on one scale; the index month is the shaded strip."""
    points = evidence.course
    sites = [site for site in evidence.answered if any(one.site == site.id for one in points)]
    figure, panels = open_panels(
        paper,
        len(sites),
        margins=Margins(left=0.5, top=0.55, bottom=0.45, rows=0.6),
        across="months from the index",
        up="per 100 people",
    )
    ceiling = max((one.rate_per_100.value or 0 for one in points), default=1)
    for axes, site in zip(panels, sites, strict=True):
        _draw_site(axes, [one for one in points if one.site == site.id], site.label)
        axes.set_ylim(0, 1.12 * ceiling)
    _name_lines(figure)
    return figure


def draw_months(months: Sequence[MonthTogether], paper: Paper) -> Figure:
    """Each month with its interval: seen and reference against months -12 to -7, or matched ones
    over their comparators."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    figure = open_figure(paper, 3.3)
    left = (0.85 if paper.narrow else 1.15) / paper.width
    axes = figure.add_axes((left, 0.15, 0.98 - left, 0.8))
    _mark_index(axes)
    axes.set_yscale("log")
    groups = [(one, at) for one, at in SHIFTS.items() if any(m.group == one for m in months)]
    for group, shift in groups:
        own = sorted((one for one in months if one.group == group), key=lambda one: one.month)
        for one in own:
            if one.low is not None and one.high is not None:
                axes.plot(
                    [one.month + shift] * 2,
                    [math.exp(one.low), math.exp(one.high)],
                    color=COLOURS[group],
                    linewidth=1.1,
                    alpha=0.75,
                )
        axes.plot(
            [one.month + shift for one in own],
            [math.exp(one.log_rr) for one in own],
            "s" if group == "reference" else "o",
            color=COLOURS[group],
            ms=3.2 if group == "reference" else 4,
            label=NAMES[group],
        )
    axes.axhline(1, color=MUTED, linewidth=0.9)
    low, high = _find_reach(months)
    ticks = choose_ticks(low, high, most=4)
    axes.set_ylim(math.exp(low), math.exp(high))
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(
        FixedFormatter([f"{tick:g}\n{TICK_WORDS[tick]}" for tick in ticks])
    )
    axes.tick_params(labelsize=8, length=3)
    axes.set_xlabel("months from the index", fontsize=8)
    axes.set_xticks([-12, -9, -6, -3, 0, 3, 6])
    axes.legend(
        loc="upper left",
        frameon=False,
        fontsize=8,
        labelcolor="linecolor",
        handletextpad=0.2,
        reverse=True,
    )
    if any(one.group == "seen" for one in months):
        _mark_baseline(axes, paper)
    clear_frame(axes, "bottom", "left")
    return figure


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


def _name_lines(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    keys = [
        Line2D([], [], color=COLOURS[group], ls=STYLES[group], lw=1.6, label=NAMES[group])
        for group in ("seen", "reference")
    ]
    figure.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        frameon=False,
        fontsize=8,
        labelcolor="linecolor",
        borderaxespad=0.1,
    )


def _draw_site(axes: Axes, own: Sequence[CoursePoint], label: str) -> None:
    _mark_index(axes)
    for group in ("reference", "seen"):
        points = sorted((one for one in own if one.group == group), key=lambda one: one.month)
        if not points:
            continue
        rates = [
            math.nan if one.rate_per_100.value is None else one.rate_per_100.value for one in points
        ]
        months = [one.month for one in points]
        axes.plot(months, rates, STYLES[group], color=COLOURS[group], linewidth=1.6)
    axes.set_title(label, loc="left", fontsize=9, pad=4)
    axes.tick_params(labelsize=8, length=3)
    axes.set_xticks([-12, -9, -6, -3, 0, 3, 6])
    clear_frame(axes, "bottom")


def _mark_index(axes: Axes) -> None:
    axes.axvspan(-0.5, 0.5, color=WASH, linewidth=0, zorder=0)


def _find_reach(months: Sequence[MonthTogether]) -> tuple[float, float]:
    """The ends of the axis, log scale: every point, intervals within half and twice of them."""
    points = [one.log_rr for one in months]
    low, high = min([*points, math.log(0.8)]), max([*points, math.log(1.25)])
    lows = [max(one.low, low - 0.4) for one in months if one.low is not None]
    highs = [min(one.high, high + 0.4) for one in months if one.high is not None]
    return min([low, *lows]) - 0.05, max([high, *highs]) + 0.05
