"""Figures of the matched comparison: both estimates and their range; the love plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.checks import SMD_AT_MOST
from righthelp.evidence.likeness import CovariateBalance
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    OUTSIDE_IS_WHITE,
    WASH,
    Paper,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import Ratio
from righthelp.report.ratio_figures import RatioRow
from righthelp.report.ratio_tables import show_together

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def list_matched_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """Both estimates over the sites, the range they span, the one with the past taken off, and
    what people who declined or waited say."""
    matched = evidence.matched
    if matched.span is None:
        return ()
    return (
        RatioRow("Contacts after", show_together(matched.after), "adjusted"),
        RatioRow("Change from before", show_together(matched.change), "adjusted"),
        RatioRow("Sensitivity range", Ratio(None, span=matched.span), "range"),
        RatioRow("Past taken off", show_together(matched.adjusted), "adjusted"),
        *(RatioRow(one.label, show_together(one), "adjusted") for one in matched.others),
    )


def draw_balance(rows: Sequence[CovariateBalance], paper: Paper) -> Figure:
    """A row a covariate: hollow against all candidates, filled against the comparators."""
    pitch, top, bottom = (0.62 if paper.narrow else 0.36), 0.5, 0.55
    height = top + bottom + pitch * len(rows)
    figure = open_figure(paper, height)
    left, right = (0.06, 0.94) if paper.narrow else (0.42, 0.95)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
    values = [abs(one) for row in rows for one in (row.smd_all, row.smd_matched) if one is not None]
    reach = max(0.3, 1.1 * max(values, default=0.0))
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.axvspan(-SMD_AT_MOST, SMD_AT_MOST, color=WASH, linewidth=0, zorder=0)
    axes.axvline(0, color=MUTED, linewidth=0.9, zorder=1)
    axes.tick_params(axis="x", length=3, labelsize=8)
    axes.set_xlabel("difference in standard deviations of the people seen", fontsize=8)
    clear_frame(axes, "bottom")
    across = axes.get_yaxis_transform()
    for at, row in enumerate(rows):
        y = at + (0.2 if paper.narrow else 0.0)
        axes.axhline(y, color=FAINT, linewidth=0.6, zorder=0)
        if row.smd_all is not None:
            axes.plot([row.smd_all], [y], "o", ms=6.5, mfc=OUTSIDE_IS_WHITE, mec=MUTED, zorder=3)
        if row.smd_matched is not None:
            axes.plot([row.smd_matched], [y], "o", ms=6, mfc=ACCENT, mec=ACCENT, zorder=4)
        if paper.narrow:
            axes.text(0, y - 0.2, row.label, transform=across, va="bottom", color=INK, fontsize=8)
        else:
            axes.text(-0.03, y, row.label, transform=across, va="center", ha="right", color=INK)
    _draw_key(figure)
    return figure


def _draw_key(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    marks = ((OUTSIDE_IS_WHITE, MUTED, "all candidates"), (ACCENT, ACCENT, "their comparators"))
    figure.legend(
        handles=[
            Line2D([], [], marker="o", ls="", mfc=face, mec=edge, ms=6, label=label)
            for face, edge, label in marks
        ],
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        frameon=False,
        fontsize=8,
        handletextpad=0.4,
        borderaxespad=0.1,
        labelcolor=MUTED,
    )
