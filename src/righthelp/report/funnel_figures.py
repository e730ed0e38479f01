"""Sites beside each other without a league table: a funnel with limits, and what could be found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.claims import per_100
from righthelp.evidence.estimates import Z95
from righthelp.evidence.summary import spell
from righthelp.report.behind import say_people_of
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MIDDLE,
    MUTED,
    OUTSIDE_IS_WHITE,
    WASH,
    Paper,
    ShownFigure,
    clear_frame,
    draw_ratio_axis,
    open_figure,
)
from righthelp.report.cells import Heading, Ratio, ShownTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Z998 = 3.0902323061678132
"""Standard normal, 99.8% between its two tails: the outer limits of Spiegelhalter (2005)."""
LEAST_SITES = 4
"""Fewer sites show no funnel: nobody could be anonymous, and nothing could lie outside."""
ANOTHER = "another site"
MOST_NAMES = 16
"""With more sites only those outside the limits are named in the picture; the table has all."""


@dataclass(frozen=True)
class FunnelPoint:
    """One site: ratio and standard error on the log scale; label empty where it has no name."""

    label: str
    log_rr: float
    se: float


@dataclass(frozen=True)
class FunnelPlot:
    """The sites that are brought together, and their result, from which the limits are drawn.

    Limits at a standard error s: together + z s, z = 1.96 and 3.09 (Spiegelhalter 2005, Statistics
    in Medicine 24:1185-1202, doi 10.1002/sim.1970, section 2.3, on the log scale).
    """

    points: tuple[FunnelPoint, ...]
    together: float

    def is_outside(self, point: FunnelPoint) -> bool:
        """Whether a site lies beyond the outer limits."""
        return abs(point.log_rr - self.together) > Z998 * point.se


def list_funnel_plot(evidence: Evidence, own: str | None = None) -> FunnelPlot | None:
    """The funnel of the adjusted ratios; own: the only site with its name. None for few sites."""
    found = evidence.adjusted
    points = [
        FunnelPoint(evidence.label(one.site) if own in (None, one.site) else "", one.log_rr, one.se)
        for one in (member.estimate for member in found.members)
        if one.log_rr is not None and one.se
    ]
    if len(points) < LEAST_SITES or found.log_rr is None:
        return None
    if own is not None:
        points.sort(key=lambda point: (not point.label, point.se, point.log_rr))
    return FunnelPlot(tuple(points), found.log_rr)


def list_funnel_table(plot: FunnelPlot | None) -> ShownTable:
    """Each site's ratio, its standard error, and the limits at that error."""
    rows = [
        (
            point.label or ANOTHER,
            Ratio(point.log_rr),
            point.se,
            *(
                math.exp(plot.together + sign * z * point.se)
                for z in (Z95, Z998)
                for sign in (-1, 1)
            ),
            "no" if plot.is_outside(point) else "yes",
        )
        for point in (plot.points if plot else ())
        if plot
    ]
    return ShownTable(
        "funnel",
        "Each site's ratio and the limits in which chance alone would put it",
        (
            Heading("site", "Site"),
            Heading("ratio", "Against what was expected", "number"),
            Heading("se", "Standard error, log scale", "number", 3),
            Heading("low_95", "95% limit, from", "number", 2),
            Heading("high_95", "to", "number", 2),
            Heading("low_998", "99.8% limit, from", "number", 2),
            Heading("high_998", "to", "number", 2),
            Heading("inside", "Inside the outer limits"),
        ),
        tuple(rows),
        (
            (
                "Limits: the sites together, give or take 1.96 and 3.09 standard errors "
                "(Spiegelhalter 2005). Sites differ in whom they see, so a site outside is a "
                "question and no verdict."
            ),
        )
        if rows
        else (),
    )


def plan_funnel(evidence: Evidence, own: str | None = None) -> ShownFigure | None:
    """The funnel plot, of all sites by name or of one among others without names."""
    plot = list_funnel_plot(evidence, own)
    if plot is None:
        return None
    n = len(plot.points)
    outside = sum(plot.is_outside(point) for point in plot.points)
    where = "the limits in which chance alone would put them"
    if outside:
        lie = "lies" if outside == 1 else "lie"
        title = f"{spell(outside).capitalize()} of {spell(n)} sites {lie} outside {where}."
    else:
        title = f"All {spell(n)} sites lie inside {where}."
    return ShownFigure(
        name="funnel",
        title=title,
        alt="Dots of sites by ratio across and by standard error downwards, between two pairs of "
        f"lines. {title} The numbers are in the table below.",
        n=say_people_of(evidence, (member.estimate.site for member in evidence.adjusted.members)),
        level="adjusted",
        table="funnel",
        draw=lambda paper: _draw_funnel(plot, paper),
    )


def _draw_funnel(plot: FunnelPlot, paper: Paper) -> Figure:
    height = 3.4 if paper.narrow else 3.8
    figure = open_figure(paper, height)
    left, right = (0.17, 0.79) if paper.narrow else (0.12, 0.82)
    axes = figure.add_axes((left, 0.62 / height, right - left, 1 - (0.62 + 0.4) / height))
    deepest = 1.12 * max(point.se for point in plot.points)
    reach = [abs(point.log_rr - plot.together) for point in plot.points]
    wide = max(1.02 * Z998 * deepest, *reach)
    low, high = min(plot.together - wide, -0.05), max(plot.together + wide, 0.05)
    draw_ratio_axis(axes, low=low, high=high, narrow=paper.narrow)
    axes.set_ylim(deepest, 0)
    for z, style in ((Z95, "--"), (Z998, "-")):
        for sign in (-1, 1):
            ends = [math.exp(plot.together), math.exp(plot.together + sign * z * deepest)]
            axes.plot(ends, [0, deepest], style, color=MIDDLE, linewidth=1.0, zorder=2)
    axes.axvline(math.exp(plot.together), color=FAINT, linewidth=1.0, zorder=1)
    axes.set_ylabel("standard error (log scale);\nmore people further up", fontsize=8)
    axes.tick_params(axis="y", labelsize=8, length=3)
    clear_frame(axes, "bottom", "left")
    named = [point for point in plot.points if point.label]
    for point in plot.points:
        mine = bool(point.label)
        face = ACCENT if mine else OUTSIDE_IS_WHITE
        place = [math.exp(point.log_rr)], [point.se]
        axes.plot(*place, "o", ms=6.5, mfc=face, mec=ACCENT if mine else MUTED, zorder=4)
    if len(named) > MOST_NAMES:
        named = [point for point in named if plot.is_outside(point)]
    _name_points(axes, named, depth=deepest, inches=height - 1.02)
    _draw_key(figure, has_others=any(not point.label for point in plot.points), paper=paper)
    return figure


def _name_points(axes: Axes, points: Sequence[FunnelPoint], *, depth: float, inches: float) -> None:
    """Names in a column at the right, far enough apart to be read, a fine line to each dot."""
    apart = depth * 0.155 / inches
    placed = sorted(points, key=lambda point: point.se)
    at = [point.se for point in placed]
    for _ in range(200):
        crowded = [k for k in range(1, len(at)) if at[k] - at[k - 1] < apart - 1e-9]
        if not crowded:
            break
        for k in crowded:
            push = (apart - (at[k] - at[k - 1])) / 2
            at[k - 1], at[k] = at[k - 1] - push, at[k] + push
    for point, y in zip(placed, at, strict=True):
        axes.annotate(
            point.label,
            (math.exp(point.log_rr), point.se),
            xytext=(1.02, y),
            textcoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=8,
            color=INK,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkB": 4},
            annotation_clip=False,
        )


def _draw_key(figure: Figure, *, has_others: bool, paper: Paper) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=MIDDLE, ls="--", lw=1, label="95 of 100"),
        Line2D(
            [],
            [],
            color=MIDDLE,
            ls="-",
            lw=1,
            label="998 of 1,000" if paper.narrow else "998 of 1,000 by chance",
        ),
    ]
    if has_others:
        handles += [
            Line2D([], [], marker="o", ls="", mfc=ACCENT, mec=ACCENT, ms=6, label="this site"),
            Line2D(
                [], [], marker="o", ls="", mfc=OUTSIDE_IS_WHITE, mec=MUTED, ms=6, label="others"
            ),
        ]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=4,
        frameon=False,
        fontsize=8,
        handlelength=1.6,
        handletextpad=0.4,
        columnspacing=1.0,
        borderaxespad=0.1,
        labelcolor=MUTED,
    )


def plan_detectable(evidence: Evidence) -> ShownFigure | None:
    """The smallest changes that each site could have found in four studies of five."""
    rows = [
        (evidence.label(site.site), low.value, high.value)
        for site in evidence.matched.sites
        for low, high in (site.detectable,)
        if low.value is not None and high.value is not None
    ]
    if not rows:
        return None
    falls = [math.log(low) for _, low, _ in rows]
    best, worst = per_100(max(falls)), per_100(min(falls))
    span = f"to {best}" if best == worst else f"to {best} at one site and to {worst} at another"
    title = (
        f"The smallest fall that a site could have found in four studies of five is {span} for "
        "every 100 expected; a smaller one may be there and not be found."
    )
    return ShownFigure(
        name="detectable",
        title=title,
        alt=f"A bar a site around 1, as wide as the changes it could not have found. {title} The "
        "numbers are in the table below.",
        n=say_people_of(evidence, (site.site for site in evidence.matched.sites)),
        level="described",
        table="detectable",
        draw=lambda paper: _draw_detectable(rows, paper),
    )


def _draw_detectable(rows: Sequence[tuple[str, float, float]], paper: Paper) -> Figure:
    pitch, top, bottom = (0.5 if paper.narrow else 0.36), 0.3, 0.62
    height = top + bottom + pitch * len(rows)
    figure = open_figure(paper, height)
    left, right = (0.06, 0.94) if paper.narrow else (0.26, 0.74)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
    low = min(-0.3, *(math.log(one) for _, one, _ in rows)) - 0.03
    high = max(0.3, *(math.log(one) for _, _, one in rows)) + 0.03
    draw_ratio_axis(axes, low=low, high=high, narrow=paper.narrow)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    clear_frame(axes, "bottom")
    across = axes.get_yaxis_transform()
    for at, (label, fewer, more) in enumerate(rows):
        y = at + (0.2 if paper.narrow else 0.0)
        axes.barh(
            y, more - fewer, left=fewer, height=0.3, color=WASH, edgecolor=MUTED, linewidth=0.7
        )
        for end in (fewer, more):
            axes.plot([end, end], [y - 0.2, y + 0.2], color=ACCENT, linewidth=2, zorder=3)
        words = f"{fewer:.2f} or {more:.2f}"
        if paper.narrow:
            axes.text(0, y - 0.3, label, transform=across, va="bottom", fontsize=8)
            axes.text(1, y - 0.3, words, transform=across, va="bottom", ha="right", fontsize=8)
        else:
            axes.text(-0.03, y, label, transform=across, va="center", ha="right")
            axes.text(1.03, y, words, transform=across, va="center")
    if not paper.narrow:
        axes.text(1.03, -0.75, "could be found", transform=across, color=MUTED, fontsize=8)
    return figure
