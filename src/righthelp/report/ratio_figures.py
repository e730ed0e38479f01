"""Figures of ratios: a row an estimate, the crude one always in the row of its adjusted twin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from righthelp.evidence import Evidence
from righthelp.evidence.claims import MARGIN
from righthelp.evidence.designs import FAMILY_OF
from righthelp.evidence.synthesis import Combination
from righthelp.protocol.contacts import PRIMARY
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MIDDLE,
    MUTED,
    OUTSIDE_IS_WHITE,
    PALE,
    WASH,
    Paper,
    clear_frame,
    draw_ratio_axis,
    open_figure,
)
from righthelp.report.cells import Ratio, show_ratio
from righthelp.report.ratio_tables import show_twin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["adjusted", "weaker", "together", "described", "range"]
FURTHEST = math.log(5)
"""Intervals are drawn as far as a fifth or five times; the table has their ends."""


@dataclass(frozen=True)
class RatioRow:
    """One row: an estimate, the crude point beside it, and the reach of another site."""

    label: str
    ratio: Ratio
    kind: Kind
    crude: float | None = None
    reach: tuple[float, float] | None = None


def list_site_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """A row a site and, of several, one for the sites together."""
    rows = [
        RatioRow(
            evidence.label(twin.site),
            show_twin(twin),
            "weaker" if twin.strength == "weaker" else "adjusted",
            twin.crude.log_rr if twin.crude else None,
        )
        for twin in evidence.twins
    ]
    if len(rows) > 1:
        rows.append(_row_together("Sites together", evidence.crude, evidence.adjusted))
    return tuple(rows)


def list_design_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """A row for each design that several sites share; of one site, for each of its designs."""
    if len(evidence.answered) == 1:
        return tuple(
            RatioRow(
                answer.family.label,
                Ratio(answer.best.log_rr, answer.best.low, answer.best.high, answer.span),
                _kind_of(answer.family.strength),
            )
            for answer in evidence.answers[evidence.answered[0].id]
        )
    rows: list[RatioRow] = []
    for one in evidence.combinations:
        if one.definition == PRIMARY and one.who == "new" and one.result is not None:
            family = FAMILY_OF[one.name]
            if one.name == family.members[0] and not any(family.label in row.label for row in rows):
                sites = "site" if len(one.members) == 1 else "sites"
                rows.append(
                    RatioRow(
                        f"{_break(family.label)}\n({len(one.members)} {sites})",
                        Ratio(one.log_rr, one.low, one.high),
                        _kind_of(family.strength),
                    )
                )
    return tuple(rows)


def list_definition_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """A row a definition: crude and adjusted over the sites that know it."""
    if len(evidence.answered) == 1:
        return tuple(
            RatioRow(
                one.label,
                show_twin(one.twins[0]),
                "weaker" if one.twins[0].strength == "weaker" else "adjusted",
                one.twins[0].crude.log_rr if one.twins[0].crude else None,
            )
            for one in evidence.definitions
            if one.twins
        )
    return tuple(
        replace(_row_together(_break(one.label), one.crude, one.adjusted), kind="adjusted")
        for one in evidence.definitions
    )


def draw_rows(rows: Sequence[RatioRow], paper: Paper) -> Figure:
    """Rows of ratios on one log axis; on a phone the words stand above the line."""
    n_lines = max((row.label.count("\n") + 1 for row in rows), default=1)
    pitch = (0.42 if n_lines < 3 else 0.5) + (0.14 * n_lines if paper.narrow else 0)
    top, bottom = (0.62 if paper.narrow else 0.55), 0.62
    height = top + bottom + pitch * len(rows)
    figure = open_figure(paper, height)
    left, right = (0.06, 0.94) if paper.narrow else (0.26, 0.74)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
    low, high = _find_reach(rows)
    draw_ratio_axis(axes, low=low, high=high, narrow=paper.narrow)
    axes.axvspan(MARGIN[0], MARGIN[1], color=WASH, linewidth=0, zorder=0)
    axes.set_ylim(len(rows) - 0.4, -0.55)
    axes.set_yticks([])
    clear_frame(axes, "bottom")
    for at, row in enumerate(rows):
        _draw_row(axes, row, at, paper)
    if not paper.narrow:
        axes.text(
            1.03,
            -0.75,
            "ratio (95% interval)",
            transform=axes.get_yaxis_transform(),
            color=MUTED,
            fontsize=8,
        )
    _draw_key(figure, rows, paper)
    return figure


def _draw_row(axes: Axes, row: RatioRow, at: int, paper: Paper) -> None:
    limits = axes.get_xlim()

    def place(log_rr: float) -> float:
        return min(max(math.exp(log_rr), limits[0]), limits[1])

    if row.kind == "together" and at:
        axes.axhline(at - 0.5, color=FAINT, linewidth=0.8, zorder=1)
    ratio, y = row.ratio, at + (0.22 if paper.narrow else 0.0)
    solid = ACCENT if row.kind in ("adjusted", "together") else MIDDLE
    solid = MUTED if row.kind == "described" else solid
    if row.reach:
        reach = [place(row.reach[0]), place(row.reach[1])]
        axes.plot(reach, [y, y], color=PALE, linewidth=7, solid_capstyle="butt", zorder=2)
    if row.crude is not None:
        axes.plot(
            [place(row.crude)], [y], "o", ms=6.5, mfc=OUTSIDE_IS_WHITE, mec=MUTED, mew=1.2, zorder=4
        )
    ends = ratio.span or (
        (ratio.low, ratio.high) if ratio.low is not None and ratio.high is not None else None
    )
    if ends:
        style = "--" if row.kind in ("weaker", "range") else "-"
        xs = [place(ends[0]), place(ends[1])]
        axes.plot(xs, [y, y], style, color=solid, linewidth=1.8, zorder=3)
    if ratio.log_rr is not None and ratio.span is None:
        hollow = row.kind in ("weaker", "described")
        axes.plot(
            [place(ratio.log_rr)],
            [y],
            "D" if row.kind in ("together", "weaker") else "o",
            ms=7 if row.kind == "together" else 5.5,
            mfc=OUTSIDE_IS_WHITE if hollow else solid,
            mec=solid,
            mew=1.4,
            zorder=5,
        )
    _write_row(axes, row, at, paper)


def _write_row(axes: Axes, row: RatioRow, at: int, paper: Paper) -> None:
    weight = "bold" if row.kind == "together" else "normal"
    absent = row.ratio.log_rr is None and row.ratio.span is None
    number = show_ratio(row.ratio)
    colour = MUTED if absent else INK
    across = axes.get_yaxis_transform()
    if paper.narrow:
        above = at - 0.02
        axes.text(0, above, row.label, transform=across, va="bottom", weight=weight)
        axes.text(
            1, above, number, transform=across, va="bottom", ha="right", color=colour, fontsize=8
        )
        return
    axes.text(-0.03, at, row.label, transform=across, va="center", ha="right", weight=weight)
    axes.text(1.03, at, number, transform=across, va="center", color=colour, weight=weight)


def _draw_key(figure: Figure, rows: Sequence[RatioRow], paper: Paper) -> None:
    """What the marks mean, in one line above (two on a phone)."""
    from matplotlib.lines import Line2D

    def mark(marker: str, colour: str, *, label: str, hollow: bool) -> Line2D:
        face = OUTSIDE_IS_WHITE if hollow else colour
        return Line2D(
            [], [], marker=marker, ls="", mfc=face, mec=colour, mew=1.3, ms=6, label=label
        )

    kinds = {row.kind for row in rows}
    keys = []
    if any(row.crude is not None for row in rows) or "described" in kinds:
        keys.append(mark("o", MUTED, label="as counted", hollow=True))
    if "adjusted" in kinds:
        label = "against matched people" if "range" in kinds else "against what was expected"
        keys.append(mark("o", ACCENT, label=label, hollow=False))
    if "weaker" in kinds:
        keys.append(mark("D", MIDDLE, label="the same, weaker", hollow=True))
    if "range" in kinds:
        keys.append(Line2D([], [], color=MIDDLE, lw=1.8, ls="--", label="the range of both"))
    if "together" in kinds:
        keys.append(mark("D", ACCENT, label="sites together", hollow=False))
    if any(row.reach for row in rows):
        keys.append(
            Line2D(
                [],
                [],
                color=PALE,
                lw=6,
                solid_capstyle="butt",
                label="where another site might lie",
            )
        )
    figure.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2 if paper.narrow else len(keys),
        frameon=False,
        fontsize=8,
        handletextpad=0.4,
        handlelength=1.6,
        columnspacing=1.2,
        borderaxespad=0.1,
        labelcolor=MUTED,
    )


def _find_reach(rows: Sequence[RatioRow]) -> tuple[float, float]:
    """The ends of the axis, log scale: what is drawn, at least 0.8 to 1.25, at most FURTHEST."""
    ends = [math.log(0.8), math.log(1.25)]
    for row in rows:
        for pair in (row.reach, row.ratio.span, (row.ratio.low, row.ratio.high)):
            ends += [one for one in pair or () if one is not None]
        ends += [one for one in (row.crude, row.ratio.log_rr) if one is not None]
    return max(min(ends) - 0.03, -FURTHEST), min(max(ends) + 0.03, FURTHEST)


def _row_together(label: str, crude: Combination, adjusted: Combination) -> RatioRow:
    result = adjusted.result
    reach = None
    if result and result.pi_low is not None and result.pi_high is not None:
        reach = (result.pi_low, result.pi_high)
    return RatioRow(
        label,
        Ratio(adjusted.log_rr, adjusted.low, adjusted.high),
        "together",
        crude.log_rr,
        reach,
    )


def _kind_of(strength: str) -> Kind:
    kinds: dict[str, Kind] = {"adjusted": "adjusted", "weaker": "weaker"}
    return kinds.get(strength, "described")


def _break(label: str) -> str:
    """A long label over two lines, at the blank nearest its middle."""
    if len(label) <= 26:
        return label
    blanks = [at for at, letter in enumerate(label) if letter == " "]
    if not blanks:
        return label
    at = min(blanks, key=lambda at: abs(at - len(label) / 2))
    return f"{label[:at]}\n{label[at + 1 :]}"
