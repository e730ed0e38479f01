"""Figures of people: fewer, as many, more; and the joint picture of before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, Pattern
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MIDDLE,
    MUTED,
    OUTSIDE_IS_WHITE,
    PALE,
    Paper,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import Ratio, show_ratio
from righthelp.report.ratio_tables import show_twin
from righthelp.report.rows import make_mark, open_rows
from righthelp.returns.tables import BANDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHADES = (PALE, OUTSIDE_IS_WHITE, MIDDLE)
WORDS = ("fewer after", "as many", "more after")
ALL_SITES = "All sites"


@dataclass(frozen=True)
class ChangeRow:
    """Shares (0 to 1) of people with fewer, as many and more after; the adjusted ratio beside."""

    label: str
    shares: tuple[float, float, float] | None
    adjusted: Ratio


def list_change_rows(evidence: Evidence) -> tuple[ChangeRow, ...]:
    """A row a site and, of several, one for all; sites without the three counts have no bar."""
    twins = {twin.site: twin for twin in evidence.twins}
    rows = [
        ChangeRow(
            evidence.label(one.site),
            find_shares(one.fell, one.stayed, rose=one.rose),
            show_twin(twins[one.site]),
        )
        for one in evidence.change
    ]
    total, together = evidence.change_total, evidence.adjusted
    if total.n_sites > 1:
        rows.append(
            ChangeRow(
                ALL_SITES,
                find_shares(total.fell, total.stayed, rose=total.rose),
                Ratio(together.log_rr, together.low, together.high),
            )
        )
    return tuple(rows)


def find_shares(fell: Count, stayed: Count, *, rose: Count) -> tuple[float, float, float] | None:
    """The three counts as shares of their sum; None where one is withheld or the sum is nought."""
    if fell.value is None or stayed.value is None or rose.value is None:
        return None
    total = fell.value + stayed.value + rose.value
    if not total:
        return None
    return fell.value / total, stayed.value / total, rose.value / total


def draw_change(rows: Sequence[ChangeRow], paper: Paper) -> Figure:
    """Bars of people out of 100; on the right what the contacts were against what was expected."""
    keys = [
        make_mark("s", MUTED, label=word, face=shade)
        for word, shade in zip(WORDS, SHADES, strict=True)
    ]
    sheet = open_rows(paper, [row.label for row in rows], keys=keys, bottom=0.45)
    axes = sheet.axes
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("out of every 100 people", fontsize=8)
    axes.tick_params(axis="x", labelsize=8, length=3)
    clear_frame(axes)
    for at, row in enumerate(rows):
        number = show_ratio(row.adjusted)
        number = f"over expected: {number}" if paper.narrow else number
        sheet.write(at, row.label, number=number, bold=row.label == ALL_SITES)
        _draw_bar(axes, row, sheet.place(at), high=sheet.size(0.25))
    sheet.name_numbers("contacts after, over expected")
    return sheet.figure


def _draw_bar(axes: Axes, row: ChangeRow, y: float, *, high: float) -> None:
    start = 0.0
    for share, shade in zip(row.shares or (), SHADES, strict=False):
        axes.barh(
            y, 100 * share, left=start, height=high, color=shade, edgecolor=MUTED, linewidth=0.7
        )
        if share >= 0.06:
            middle = start + 50 * share
            axes.text(middle, y, f"{100 * share:.0f}", ha="center", va="center", color=INK)
        start += 100 * share
    if row.shares is None:
        axes.text(1, y, "fewer, as many and more: withheld", va="center", color=MUTED, fontsize=8)


def draw_pattern(pattern: Pattern, paper: Paper) -> Figure:
    """Squares with the number of people as area; on the diagonal the band is the same."""
    size = len(BANDS)
    cell = 0.66 if paper.narrow else 0.82
    left, top = 0.62, 0.6
    paper = Paper(left + size * cell + 0.05, paper.narrow)
    height = top + size * cell + 0.05
    figure = open_figure(paper, height)
    box = (left / paper.width, 0.05 / height, size * cell / paper.width, size * cell / height)
    axes = figure.add_axes(box)
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    most = max((cell.value or 0 for cell in pattern.cells.values()), default=0) or 1
    for i, before in enumerate(BANDS):
        for j, after in enumerate(BANDS):
            _draw_cell(axes, pattern.cells[before, after], (j, i), most)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xticks(range(size), BANDS)
    axes.set_yticks(range(size), BANDS)
    axes.set_xlabel("contacts after", labelpad=6)
    axes.set_ylabel("contacts before", labelpad=6)
    axes.tick_params(length=0)
    clear_frame(axes)
    return figure


def _draw_cell(axes: Axes, cell: Count, at: tuple[int, int], most: float) -> None:
    from matplotlib.patches import Rectangle

    x, y = at
    same = x == y
    axes.add_patch(
        Rectangle(
            (x - 0.47, y - 0.47),
            0.94,
            0.94,
            facecolor=OUTSIDE_IS_WHITE,
            edgecolor=ACCENT if same else FAINT,
            linewidth=1.3 if same else 0.7,
        )
    )
    if cell.value is None:
        words = "withheld" if cell.state == "suppressed" else "–"
        axes.text(x, y, words, ha="center", va="center", color=MUTED, fontsize=7)
        return
    side = 0.9 * (cell.value / most) ** 0.5
    axes.add_patch(Rectangle((x - side / 2, y - side / 2), side, side, facecolor=PALE, linewidth=0))
    number = f"{cell.value:,.0f}" + ("+" if cell.n_withheld else "")
    axes.text(x, y, number, ha="center", va="center", color=INK)
