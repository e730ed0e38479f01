"""The figure of the scheme as a whole: contacts of all registered people by calendar month."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence.scheme import SiteSeries
from righthelp.report.canvas import ACCENT, MUTED, Margins, Paper, clear_frame, open_panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_series(sites: Sequence[tuple[str, SiteSeries]], paper: Paper) -> Figure:
    """A small picture a site (label, series), all on one scale; a line marks a common start."""
    figure, panels = open_panels(
        paper,
        len(sites),
        margins=Margins(left=0.6, top=0.3, bottom=0.3, rows=0.3),
        across="",
        up="per 1,000 people",
    )
    rates = [one.rate for _, site in sites for one in site.months if one.rate is not None]
    years = sorted({one.month[:4] for _, site in sites for one in site.months})
    for axes, (label, site) in zip(panels, sites, strict=True):
        _draw_site(axes, site)
        axes.set_title(label, loc="left", fontsize=9, pad=4)
        axes.set_ylim(0, 1.12 * max(rates))
        axes.set_xticks([int(year) for year in years], years)
        axes.tick_params(labelsize=8, length=3)
        clear_frame(axes, "bottom")
    return figure


def _draw_site(axes: Axes, site: SiteSeries) -> None:
    places = [_place(one.month) for one in site.months]
    values = [math.nan if one.rate is None else one.rate for one in site.months]
    axes.plot(places, values, "-", color=ACCENT, linewidth=1.4)
    if site.started_in and places[0] <= _place(site.started_in) <= places[-1]:
        axes.axvline(_place(site.started_in), color=MUTED, linewidth=0.9, linestyle="--")
        axes.text(
            _place(site.started_in),
            0.03,
            " start",
            transform=axes.get_xaxis_transform(),
            color=MUTED,
            fontsize=7.5,
        )


def _place(month: str) -> float:
    """The month on an axis of years."""
    return int(month[:4]) + (int(month[5:]) - 1) / 12
