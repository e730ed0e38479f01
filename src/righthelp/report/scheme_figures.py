"""The figure of the scheme as a whole: contacts of all registered people by calendar month."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence.scheme import SiteSeries
from righthelp.report.canvas import ACCENT, MUTED, Paper, choose_round_ticks
from righthelp.report.panels import Scale, draw_line, open_panels
from righthelp.report.rows import make_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_series(sites: Sequence[tuple[str, SiteSeries]], paper: Paper) -> Figure:
    """A small picture a site (label, series), all on one scale; a line marks a common start."""
    top = 1.12 * max(one.rate for _, site in sites for one in site.months if one.rate is not None)
    months = [_place(one.month) for _, site in sites for one in site.months]
    years = range(math.ceil(min(months)), math.floor(max(months)) + 1)
    keys = [make_line("-", ACCENT, label="contacts in a month", width=1.4)]
    if any(_is_marked(site) for _, site in sites):
        keys.append(make_line("--", MUTED, label="the start", width=0.9))
    scale = Scale(
        across="",
        up="per 1,000 people",
        ticks_across=[(year, str(year)) for year in years],
        ticks_up=[(tick, f"{tick:,g}") for tick in choose_round_ticks(top)],
        ends_across=(min(months) - 0.1, max(months) + 0.1),
        ends_up=(0, top),
    )
    figure, panels = open_panels(paper, [label for label, _ in sites], keys=keys, scale=scale)
    for axes, (_, site) in zip(panels, sites, strict=True):
        _draw_site(axes, site)
    return figure


def _draw_site(axes: Axes, site: SiteSeries) -> None:
    places = [_place(one.month) for one in site.months]
    values = [math.nan if one.rate is None else one.rate for one in site.months]
    draw_line(axes, xs=places, ys=values, style="-", colour=ACCENT, width=1.4)
    if site.started_in and _is_marked(site):
        axes.axvline(_place(site.started_in), color=MUTED, linewidth=0.9, linestyle="--")


def _is_marked(site: SiteSeries) -> bool:
    """Whether its practices started together, in a month that is shown."""
    places = [_place(one.month) for one in site.months]
    return bool(site.started_in) and places[0] <= _place(str(site.started_in)) <= places[-1]


def _place(month: str) -> float:
    """The month on an axis of years."""
    return int(month[:4]) + (int(month[5:]) - 1) / 12
