"""One site beside the spread of the others, who have no names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.report.behind import TABLE_BELOW, say_behind
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    MUTED,
    OUTSIDE_IS_WHITE,
    Paper,
    ShownFigure,
    clear_frame,
)
from righthelp.report.cells import Amount, Heading, ShownTable, show_number
from righthelp.report.funnel_figures import ANOTHER, LEAST_SITES
from righthelp.report.meaning.support_words import USUAL_DAYS, find_target
from righthelp.report.rows import Marks, make_mark, open_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THIS = "this site"
MOST_DOTS = 12
"""Of more other sites, each is a fine upright line."""


@dataclass(frozen=True)
class Spread:
    """One measure: the site's own value and those of at least LEAST_SITES others, sorted."""

    label: str
    own: float
    others: tuple[float, ...]
    decimals: int = 0


def list_spread(evidence: Evidence, site: str) -> tuple[Spread, ...]:
    """The measures that the site and enough others could tell.

    Others are sorted within a measure, so that no site can be followed from one to the next.
    """
    rows = []
    for label, read in _MEASURES:
        values = read(evidence)
        others = sorted(value for name, value in values.items() if name != site)
        if site in values and len(others) >= LEAST_SITES:
            rows.append(Spread(label(evidence), values[site], tuple(others)))
    return tuple(rows)


def list_spread_table(spreads: tuple[Spread, ...]) -> ShownTable:
    """A row a measure and site; the others are `another site`, lowest first."""
    rows = []
    for one in spreads:
        rows.append((one.label, THIS, Amount(one.own, one.decimals)))
        rows += [(one.label, ANOTHER, Amount(value, one.decimals)) for value in one.others]
    return ShownTable(
        "spread",
        "This site and the others, who have no names",
        (
            Heading("measure", "What"),
            Heading("whose", "Whose"),
            Heading("value", "Value", "number"),
        ),
        tuple(rows),
        (
            (
                f"Shown where {LEAST_SITES} other sites or more could tell. They are sorted anew "
                "for each measure, so that none can be followed. Neither end is the better one."
            ),
        )
        if rows
        else (),
    )


def plan_spread(evidence: Evidence, site: str) -> ShownFigure | None:
    """A strip a measure: the site filled, the others hollow. None where no measure may be shown."""
    spreads = list_spread(evidence, site)
    if not spreads:
        return None
    inside = sum(one.others[0] <= one.own <= one.others[-1] for one in spreads)
    of = "the one measure" if len(spreads) == 1 else f"{inside} of {len(spreads)} measures"
    title = f"In {of} shown, this site lies within the spread of the others."
    if len(spreads) == 1 and not inside:
        title = "In the one measure shown, this site lies outside the spread of the others."
    return ShownFigure(
        name="spread",
        title=title,
        alt=f"A strip a measure with a filled dot for this site and hollow ones for the others. "
        f"{title} {TABLE_BELOW}",
        n=say_behind(1 + max(len(one.others) for one in spreads)),
        level="described",
        table="spread",
        draw=lambda paper: _draw(spreads, paper),
    )


def _draw(spreads: tuple[Spread, ...], paper: Paper) -> Figure:
    """Each measure on a line of its own, from the lowest site to the highest."""
    crowded = max(len(one.others) for one in spreads) > MOST_DOTS
    marker, size = ("|", 9.0) if crowded else ("o", 6.5)
    keys = (
        make_mark("D", ACCENT, label=THIS),
        make_mark(marker, MUTED, label="the others", face=OUTSIDE_IS_WHITE),
    )
    sheet = open_rows(paper, [one.label for one in spreads], keys=keys, bottom=0.1)
    axes = sheet.axes
    axes.set_xlim(-0.2, 1.2)
    axes.set_xticks([])
    clear_frame(axes)
    marks = Marks()
    for at, one in enumerate(spreads):
        y = sheet.place(at)
        low, high = min(one.own, *one.others), max(one.own, *one.others)
        places = [(value - low) / ((high - low) or 1.0) for value in (*one.others, one.own)]
        marks.line([0, 1], [y, y], colour=FAINT, width=0.8)
        for k, x in enumerate(places[:-1]):
            level = 0 if crowded else sum(abs(x - other) < 0.02 for other in places[:k]) % 3
            lift = sheet.size(0.05 * level)
            marks.point(x, y - lift, marker=marker, colour=MUTED, face=OUTSIDE_IS_WHITE, size=size)
        marks.point(places[-1], y, marker="D", colour=ACCENT, size=6.5)
        sheet.write(at, one.label, number=_show(one, one.own))
        for x, value, align in ((-0.05, low, "right"), (1.05, high, "left")):
            axes.text(x, y, _show(one, value), ha=align, va="center", color=MUTED, fontsize=7.5)
    marks.draw(axes)
    sheet.name_numbers(THIS)
    return sheet.figure


def _show(one: Spread, value: float) -> str:
    return show_number(value, decimals=one.decimals)


def _read_crude(evidence: Evidence) -> dict[str, float]:
    return {
        twin.site: 100 * math.exp(twin.crude.log_rr)
        for twin in evidence.twins
        if twin.crude and twin.crude.log_rr is not None
    }


def _read_adjusted(evidence: Evidence) -> dict[str, float]:
    return {
        one.estimate.site: 100 * math.exp(one.estimate.log_rr)
        for one in evidence.adjusted.members
        if one.estimate.log_rr is not None
    }


def _read_wait(event: str) -> Callable[[Evidence], dict[str, float]]:
    def read(evidence: Evidence) -> dict[str, float]:
        day = _day(evidence, event)
        return {
            one.site: 100 * point.share
            for one in evidence.meaning.support.waits
            if one.event == event and (point := one.at(day)) and point.share is not None
        }

    return read


def _day(evidence: Evidence, event: str) -> int:
    return find_target(evidence.study, event) or USUAL_DAYS[event]


def _read_missed(evidence: Evidence) -> dict[str, float]:
    return {
        one.site: one.after_per_100.value
        for one in evidence.not_held
        if one.status == "did_not_attend" and one.after_per_100.value is not None
    }


_Measure = tuple[Callable[[Evidence], str], Callable[[Evidence], Mapping[str, float]]]
_MEASURES: tuple[_Measure, ...] = (
    (lambda _: "Contacts after, for every 100 before", _read_crude),
    (lambda _: "Contacts after, for every 100 expected", _read_adjusted),
    (
        lambda one: f"First contact by day {_day(one, 'first_contact')}, of 100 referred",
        _read_wait("first_contact"),
    ),
    (
        lambda one: f"Support begun by day {_day(one, 'first_support')}, of 100 referred",
        _read_wait("first_support"),
    ),
    (lambda _: "Appointments missed after, per 100 people", _read_missed),
)
