"""Figures of ratios: a row an estimate, the crude one always in the row of its adjusted twin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
    MIDDLE,
    MUTED,
    OUTSIDE_IS_WHITE,
    PALE,
    WASH,
    Paper,
    draw_ratio_axis,
)
from righthelp.report.cells import NBSP, Ratio, show_ratio
from righthelp.report.ratio_tables import ALL_DEFINITIONS, find_definition_span, show_twin
from righthelp.report.rows import Marks, make_line, make_mark, open_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Kind = Literal["adjusted", "weaker", "together", "described", "range"]
FURTHEST = math.log(5)
"""Intervals are drawn as far as a fifth or five times; the table has their ends."""


@dataclass(frozen=True)
class RatioRow:
    """One row: an estimate, the crude point beside it, the reach of another site, and whether it is
    set against what was expected or against matched people."""

    label: str
    ratio: Ratio
    kind: Kind
    crude: float | None = None
    reach: tuple[float, float] | None = None
    against: Literal["expected", "matched"] = "expected"


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
                        f"{family.label} ({len(one.members)}{NBSP}{sites})",
                        Ratio(one.log_rr, one.low, one.high),
                        _kind_of(family.strength),
                    )
                )
    return tuple(rows)


def list_definition_rows(evidence: Evidence) -> tuple[RatioRow, ...]:
    """A row a definition: crude and adjusted over the sites that know it; last the span of all."""
    span = find_definition_span(evidence)
    last = () if span is None else (RatioRow(ALL_DEFINITIONS, Ratio(None, span=span), "range"),)
    if len(evidence.answered) == 1:
        return (
            *(
                RatioRow(
                    one.label,
                    show_twin(one.twins[0]),
                    "weaker" if one.twins[0].strength == "weaker" else "adjusted",
                    one.twins[0].crude.log_rr if one.twins[0].crude else None,
                )
                for one in evidence.definitions
                if one.twins
            ),
            *last,
        )
    return (
        *(
            replace(_row_together(one.label, one.crude, one.adjusted), kind="adjusted")
            for one in evidence.definitions
        ),
        *last,
    )


def draw_rows(rows: Sequence[RatioRow], paper: Paper) -> Figure:
    """Rows of ratios on one log axis; on a phone the words stand above the marks."""
    keys = _list_keys(rows)
    sheet = open_rows(paper, [row.label for row in rows], keys=keys)
    low, high = _find_reach(rows)
    draw_ratio_axis(sheet.axes, low=low, high=high, narrow=paper.narrow)
    sheet.axes.axvspan(MARGIN[0], MARGIN[1], color=WASH, linewidth=0, zorder=0)
    sheet.stand(1.0, len(rows))
    marks = Marks()
    for row, at in zip(rows, range(len(rows)), strict=True):
        if row.reach:
            ends = _place(row.reach, low, high)
            marks.line(ends, [sheet.place(at)] * 2, colour=PALE, width=7)
    for row, at in zip(rows, range(len(rows)), strict=True):
        _mark_row(marks, row, sheet.place(at), ends=(low, high))
        if row.kind == "together" and at:
            sheet.axes.axhline(at - 0.5, color=FAINT, linewidth=0.8, zorder=1)
        sheet.write(at, row.label, number=show_ratio(row.ratio), bold=row.kind == "together")
    marks.draw(sheet.axes)
    sheet.name_numbers("ratio (95% interval)")
    return sheet.figure


def _place(log_rrs: Sequence[float], low: float, high: float) -> list[float]:
    """Ratios on the axis, those beyond it at its ends."""
    return [math.exp(min(max(one, low), high)) for one in log_rrs]


def _mark_row(marks: Marks, row: RatioRow, y: float, *, ends: tuple[float, float]) -> None:
    ratio, solid = row.ratio, _COLOURS[row.kind]
    if row.crude is not None:
        (x,) = _place([row.crude], *ends)
        marker = _point_out(row.crude, ends) or "o"
        marks.point(x, y, marker=marker, colour=MUTED, face=OUTSIDE_IS_WHITE, size=6.5)
    between = ratio.span or (ratio.low, ratio.high)
    if between[0] is not None and between[1] is not None:
        xs = _place([between[0], between[1]], *ends)
        style = "--" if row.kind in ("weaker", "range") else "-"
        marks.line(xs, [y, y], colour=solid, style=style)
        if ratio.span is not None:
            for x in xs:
                marks.point(x, y, marker="|", colour=solid, size=9)
    if ratio.log_rr is not None and ratio.span is None:
        (x,) = _place([ratio.log_rr], *ends)
        usual = "D" if row.kind in ("together", "weaker") else "o"
        marks.point(
            x,
            y,
            marker=_point_out(ratio.log_rr, ends) or usual,
            colour=solid,
            face=OUTSIDE_IS_WHITE if row.kind in ("weaker", "described") else "",
            size=7 if row.kind == "together" else 5.5,
        )


def _point_out(log_rr: float, ends: tuple[float, float]) -> str:
    """The mark of a point that lies beyond the axis: a triangle at its end."""
    return "<" if log_rr < ends[0] else ">" if log_rr > ends[1] else ""


_COLOURS: Mapping[Kind, str] = {
    "adjusted": ACCENT,
    "together": ACCENT,
    "weaker": MIDDLE,
    "range": MIDDLE,
    "described": MUTED,
}


def _list_keys(rows: Sequence[RatioRow]) -> list[Line2D]:
    """What the marks mean, of those that are there."""
    kinds = {row.kind for row in rows}
    keys = []
    if any(row.crude is not None for row in rows) or "described" in kinds:
        keys.append(make_mark("o", MUTED, label="as counted", face=OUTSIDE_IS_WHITE))
    if "adjusted" in kinds:
        matched = any(row.against == "matched" for row in rows)
        label = "against matched people" if matched else "against what was expected"
        keys.append(make_mark("o", ACCENT, label=label))
    if "weaker" in kinds:
        keys.append(make_mark("D", MIDDLE, label="the same, weaker", face=OUTSIDE_IS_WHITE))
    if any(row.ratio.span for row in rows):
        keys.append(make_line("--", MIDDLE, label="a range"))
    if "together" in kinds:
        keys.append(make_mark("D", ACCENT, label="sites together"))
    if any(row.reach for row in rows):
        keys.append(make_line("-", PALE, label="where another site might lie", width=6))
    return keys


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
