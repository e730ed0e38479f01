"""One site beside the spread of the others, who have no names."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.report.behind import say_behind
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    OUTSIDE_IS_WHITE,
    Paper,
    ShownFigure,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import Amount, Heading, ShownTable
from righthelp.report.funnel_figures import ANOTHER, LEAST_SITES
from righthelp.report.meaning.support_words import USUAL_DAYS, find_target

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THIS = "this site"


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
        f"{title} The numbers are in the table below.",
        n=say_behind(1 + max(len(one.others) for one in spreads)),
        level="described",
        table="spread",
        draw=lambda paper: _draw(spreads, paper),
    )


def _draw(spreads: tuple[Spread, ...], paper: Paper) -> Figure:
    pitch, top, bottom = (0.62 if paper.narrow else 0.46), 0.35, 0.1
    height = top + bottom + pitch * len(spreads)
    figure = open_figure(paper, height)
    left, right = (0.06, 0.94) if paper.narrow else (0.42, 0.88)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
    axes.set_xlim(-0.08, 1.08)
    axes.set_ylim(len(spreads) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    clear_frame(axes)
    across = axes.get_yaxis_transform()
    for at, one in enumerate(spreads):
        y = at + (0.22 if paper.narrow else 0.0)
        values = (one.own, *one.others)
        low, high = min(values), max(values)
        room = (high - low) or 1.0
        axes.axhline(y, color=FAINT, linewidth=0.8, zorder=0)
        xs = [(value - low) / room for value in values]
        for k, x in enumerate(xs):
            face, edge, mark = (OUTSIDE_IS_WHITE, MUTED, "o") if k else (ACCENT, ACCENT, "D")
            above = 0.13 * sum(abs(x - other) < 0.02 for other in xs[:k])
            axes.plot([x], [y - above], mark, ms=6.5, mfc=face, mec=edge, zorder=3 - bool(k))
        words = f"{one.own:,.{one.decimals}f}"
        if paper.narrow:
            axes.text(0, y - 0.26, one.label, transform=across, va="bottom", fontsize=7.5)
            axes.text(1, y - 0.26, words, transform=across, va="bottom", ha="right", weight="bold")
        else:
            axes.text(-0.03, y, one.label, transform=across, va="center", ha="right", fontsize=8.5)
            axes.text(1.04, y, words, transform=across, va="center", weight="bold", color=INK)
        for end, align in ((low, "left"), (high, "right")):
            axes.text(
                (end - low) / room,
                y + 0.2,
                f"{end:,.{one.decimals}f}",
                ha=align,
                va="top",
                color=MUTED,
                fontsize=7,
            )
    _draw_key(figure)
    return figure


def _draw_key(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    marks = (("D", ACCENT, ACCENT, THIS), ("o", OUTSIDE_IS_WHITE, MUTED, "the others"))
    figure.legend(
        handles=[
            Line2D([], [], marker=mark, ls="", mfc=face, mec=edge, ms=6, label=label)
            for mark, face, edge, label in marks
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
