"""Sites beside each other without a league table: a funnel with limits, and what could be found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.claims import per_100
from righthelp.evidence.estimates import Z95
from righthelp.evidence.summary import spell
from righthelp.report.behind import TABLE_BELOW, say_people_of
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MIDDLE,
    MUTED,
    OUTSIDE_IS_WHITE,
    PALE,
    Paper,
    ShownFigure,
    choose_round_ticks,
    clear_frame,
    draw_ratio_axis,
    open_figure,
)
from righthelp.report.cells import Heading, Ratio, ShownTable
from righthelp.report.rows import (
    Marks,
    draw_key,
    make_line,
    make_mark,
    measure_key,
    open_rows,
    shorten_name,
    wrap_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Z998 = NormalDist().inv_cdf(0.999)
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
            Ratio(
                point.log_rr,
                point.log_rr - Z95 * point.se,
                point.log_rr + Z95 * point.se,
            ),
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
            Heading("ratio", "Against what was expected (95% interval)", "number"),
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
        f"lines. {title} {TABLE_BELOW}",
        n=say_people_of(evidence, (member.estimate.site for member in evidence.adjusted.members)),
        level="adjusted",
        table="funnel",
        draw=lambda paper: _draw_funnel(plot, paper),
    )


def _draw_funnel(plot: FunnelPlot, paper: Paper) -> Figure:
    keys = _list_keys(plot, narrow=paper.narrow)
    top, bottom = 0.2 + measure_key(keys, paper), 0.62
    height = top + bottom + (2.6 if paper.narrow else 2.9)
    figure = open_figure(paper, height)
    draw_key(figure, keys, paper=paper)
    left, right = (0.17, 0.79) if paper.narrow else (0.12, 0.82)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
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
    axes.axvline(1.0, color=MUTED, linewidth=0.9, zorder=1)
    axes.axvline(math.exp(plot.together), color=FAINT, linewidth=1.0, zorder=1)
    ticks = choose_round_ticks(deepest, most=5)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylabel("standard error (log scale)", fontsize=8)
    axes.tick_params(axis="y", labelsize=8, length=3)
    clear_frame(axes, "bottom", "left")
    named = [point for point in plot.points if point.label]
    marks = Marks()
    for point in plot.points:
        colour, face = (ACCENT, ACCENT) if point.label else (MUTED, OUTSIDE_IS_WHITE)
        marks.point(math.exp(point.log_rr), point.se, colour=colour, face=face, size=6.5)
    marks.draw(axes)
    if len(named) > MOST_NAMES:
        named = [point for point in named if plot.is_outside(point)]
    _name_points(axes, named, inches=height - top - bottom, narrow=paper.narrow)
    return figure


def _name_points(axes: Axes, points: Sequence[FunnelPoint], *, inches: float, narrow: bool) -> None:
    """Names in a column at the right, far enough apart to be read, a fine line to each dot."""
    depth = axes.get_ylim()[0]
    placed = sorted(points, key=lambda point: point.se)
    letters = 12 if narrow else 18
    words = [
        wrap_label(shorten_name(point.label, 2 * letters - 4), letters, lines=2) for point in placed
    ]
    tall = [depth * (0.03 + 0.125 * (1 + one.count("\n"))) / inches for one in words]
    at = [point.se for point in placed]
    for _ in range(200):
        crowded = [
            k for k in range(1, len(at)) if at[k] - at[k - 1] < (tall[k] + tall[k - 1]) / 2 - 1e-9
        ]
        if not crowded:
            break
        for k in crowded:
            push = ((tall[k] + tall[k - 1]) / 2 - (at[k] - at[k - 1])) / 2
            at[k - 1], at[k] = at[k - 1] - push, at[k] + push
    for point, y, name in zip(placed, at, words, strict=True):
        axes.annotate(
            name,
            (math.exp(point.log_rr), point.se),
            xytext=(1.02, y),
            textcoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=8,
            color=INK,
            linespacing=1.0,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7, "shrinkB": 4},
            annotation_clip=False,
        )


def _list_keys(plot: FunnelPlot, *, narrow: bool) -> list[Line2D]:
    limit = "998 of 1,000" if narrow else "998 of 1,000 by chance"
    keys = [
        make_line("--", MIDDLE, label="95 of 100", width=1),
        make_line("-", MIDDLE, label=limit, width=1),
    ]
    if any(not point.label for point in plot.points):
        keys.append(make_mark("o", ACCENT, label="this site"))
        keys.append(make_mark("o", MUTED, label="others", face=OUTSIDE_IS_WHITE))
    return keys


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
        alt=f"A bar a site around 1, as wide as the changes it could not have found. {title} "
        f"{TABLE_BELOW}",
        n=say_people_of(evidence, (site.site for site in evidence.matched.sites)),
        level="described",
        table="detectable",
        draw=lambda paper: _draw_detectable(rows, paper),
    )


def _draw_detectable(rows: Sequence[tuple[str, float, float]], paper: Paper) -> Figure:
    keys = [make_mark("|", ACCENT, label="the smallest change that could be found")]
    sheet = open_rows(paper, [label for label, _, _ in rows], keys=keys)
    axes = sheet.axes
    low = min(-0.3, *(math.log(one) for _, one, _ in rows)) - 0.03
    high = max(0.3, *(math.log(one) for _, _, one in rows)) + 0.03
    draw_ratio_axis(axes, low=low, high=high, narrow=paper.narrow)
    marks = Marks()
    for at, (label, fewer, more) in enumerate(rows):
        y = sheet.place(at)
        marks.line([fewer, more], [y, y], colour=PALE, width=7)
        for end in (fewer, more):
            marks.point(end, y, marker="|", colour=ACCENT, size=12)
        sheet.write(at, label, number=f"{fewer:.2f} or {more:.2f}")
    marks.draw(axes)
    sheet.stand(1.0, len(rows))
    sheet.name_numbers("fewer or more")
    return sheet.figure
