"""Figures of the matched comparison: both estimates and their range; the love plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.checks import SMD_AT_MOST
from righthelp.evidence.likeness import CovariateBalance
from righthelp.evidence.synthesis import Combination
from righthelp.report.canvas import ACCENT, FAINT, MUTED, OUTSIDE_IS_WHITE, WASH, Paper
from righthelp.report.cells import Ratio, show_number
from righthelp.report.ratio_figures import RatioRow
from righthelp.report.ratio_tables import show_together
from righthelp.report.rows import Marks, make_mark, open_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def list_matched_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """Both estimates over the sites, the range they span, the one with the past taken off, and
    what people who declined or waited say."""
    matched = evidence.matched
    if matched.span is None:
        return ()
    return (
        _row("Contacts after", matched.after),
        _row("Change from before", matched.change),
        RatioRow("Sensitivity range", Ratio(None, span=matched.span), "range", against="matched"),
        _row("Past taken off", matched.adjusted),
        *(_row(one.label, one) for one in matched.others),
    )


def _row(label: str, one: Combination) -> RatioRow:
    return RatioRow(label, show_together(one), "adjusted", against="matched")


def draw_balance(rows: Sequence[CovariateBalance], paper: Paper) -> Figure:
    """A row a covariate: hollow against all candidates, filled against the comparators."""
    keys = (
        make_mark("o", MUTED, label="all candidates", face=OUTSIDE_IS_WHITE),
        make_mark("o", ACCENT, label="their comparators"),
    )
    sheet = open_rows(paper, [row.label for row in rows], keys=keys, bottom=0.5)
    axes = sheet.axes
    values = [abs(one) for row in rows for one in (row.smd_all, row.smd_matched) if one is not None]
    reach = max(0.3, 1.1 * max(values, default=0.0))
    axes.set_xlim(-reach, reach)
    axes.axvspan(-SMD_AT_MOST, SMD_AT_MOST, color=WASH, linewidth=0, zorder=0)
    sheet.stand(0.0, len(rows))
    axes.tick_params(axis="x", length=3, labelsize=8)
    axes.set_xlabel("standard deviations of the people seen", fontsize=8)
    marks = Marks()
    for at, row in enumerate(rows):
        y = sheet.place(at)
        marks.line([-reach, reach], [y, y], colour=FAINT, width=0.6)
        if row.smd_all is not None:
            marks.point(row.smd_all, y, colour=MUTED, face=OUTSIDE_IS_WHITE, size=6.5)
        if row.smd_matched is not None:
            marks.point(row.smd_matched, y, colour=ACCENT, size=6)
        told = (row.smd_all, row.smd_matched)
        numbers = ("–" if one is None else show_number(one, decimals=2) for one in told)
        sheet.write(at, row.label, number=" to ".join(numbers))
    marks.draw(axes)
    sheet.name_numbers("before to after matching")
    return sheet.figure
