"""The figures of the right help, in time: the funnel of referrals, and the waits site by site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.support import FunnelStep, SiteWait
from righthelp.evidence.summary import begin_low, join_words, spell
from righthelp.protocol.study import Study
from righthelp.report.behind import TABLE_BELOW, add_known, say_behind
from righthelp.report.canvas import (
    ACCENT,
    MIDDLE,
    MUTED,
    Paper,
    ShownFigure,
)
from righthelp.report.meaning.support_words import find_shares_by, find_target, say_span
from righthelp.report.panels import FEW, Scale, open_panels
from righthelp.report.rows import Marks, make_line
from righthelp.report.steps_figures import StepBar, Steps, draw_steps
from righthelp.returns.support import EVENTS, FATES, STEPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = {"first_contact": (ACCENT, "-"), "first_support": (MIDDLE, "--")}
WORDS = {"first_contact": "first contact", "first_support": "first support"}


def draw_support(evidence: Evidence) -> dict[str, ShownFigure]:
    """The figures that some site filled, by name."""
    return {figure.name: figure for figure in _draw_each(evidence)}


def list_funnel(evidence: Evidence) -> Steps | None:
    """The funnel over the sites that told all steps that any site told; if there is none, the steps
    that all sites told. None without two such steps."""
    support = evidence.meaning.support
    told = [one for one in support.funnel if any(_known(one, site) for site in support.sites)]
    sites = [site for site in support.sites if all(_known(one, site) for one in told)]
    named = bool(sites)
    if not sites:
        sites = list(support.sites)
        told = [one for one in told if all(_known(one, site) for site in sites)]
    if len(told) < 2 or not sites:
        return None
    bars = []
    for step in told:
        n = sum(step.by_site[site].value or 0 for site in sites)
        bars.append(StepBar(STEPS[step.step], n, _say_lost(step, sites) if named else ""))
    return Steps(tuple(bars), tuple(evidence.label(site) for site in sites))


def _known(step: FunnelStep, site: str) -> bool:
    return site in step.by_site and step.by_site[site].value is not None


def _say_lost(step: FunnelStep, sites: Sequence[str]) -> str:
    parts = []
    for fate, by_site in step.lost.items():
        counts = [by_site[site] for site in sites if site in by_site]
        number = sum(one.value or 0 for one in counts)
        hidden = any(one.state == "suppressed" for one in counts)
        if number or hidden:
            amount = f"{number:,.0f}" if number else "some"
            parts.append(f"{amount}{'+' if hidden and number else ''} {_LOST_WORDS[fate]}")
    return ", ".join(parts)


_LOST_WORDS: Mapping[str, str] = {
    **{fate: words.lower() for fate, words in FATES.items()},
    "returned": "returned",
    "closed": "closed first",
    "died_or_left": "died or left",
    "waiting": "still open",
}


def _draw_each(evidence: Evidence) -> Iterator[ShownFigure]:
    funnel = list_funnel(evidence)
    if funnel and funnel.bars[0].n:
        title = _title_funnel(funnel)
        yield ShownFigure(
            name="referral_funnel",
            title=title,
            alt=f"Bars of people at each step, with what was lost between. {title} {TABLE_BELOW}",
            n=say_behind(len(funnel.sites), funnel.bars[0].n, people="people referred"),
            level="described",
            table="referral_funnel",
            draw=lambda paper: draw_steps(funnel.bars, paper),
        )
    waits: dict[str, list[SiteWait]] = {}
    for one in evidence.meaning.support.waits:
        if any(point.share is not None for point in one.points):
            waits.setdefault(one.site, []).append(one)
    if waits:
        panels = [(evidence.label(site), own) for site, own in waits.items()]
        targets = _list_targets(evidence.study)
        title = _title_waits(evidence)
        people = add_known(own[0].n for own in waits.values())
        yield ShownFigure(
            name="days_to_help",
            title=title,
            alt=f"Rising lines by days from referral, one picture a site. {title} {TABLE_BELOW}",
            n=say_behind(len(waits), people, people="people referred"),
            level="described",
            table="days_to_help",
            draw=lambda paper: _draw_waits(panels, targets, paper=paper),
        )


def _title_waits(evidence: Evidence) -> str:
    """How many had had their first contact and their first support by the day that is told."""
    parts = []
    for event, words, line in (
        ("first_contact", "had met the link worker", "full line"),
        ("first_support", "had support begun", "dashed"),
    ):
        day, shares = find_shares_by(evidence, event)
        if shares:
            parts.append(f"{say_span(shares)} {words} by day {day} ({line})")
    if not parts:
        return "People referred by the days until their first contact and their first support."
    marked = "; a line marks the target" if any(_list_targets(evidence.study).values()) else ""
    return f"Of every 100 people referred, {join_words(parts)}{marked}."


def _list_targets(study: Study) -> dict[str, int | None]:
    return {event: find_target(study, event) for event in EVENTS}


def _title_funnel(funnel: Steps) -> str:
    first = funnel.bars[0].n
    parts = [f"{100 * bar.n / first:.0f} {begin_low(bar.label)}" for bar in funnel.bars]
    few = len(funnel.sites) <= 3
    where = join_words(funnel.sites) if few else f"{spell(len(funnel.sites))} sites together"
    chosen = parts[1:-1] if len(parts) > 3 else parts[1:]
    return f"Of every 100 people referred at {where}: {', '.join(chosen)}."


def _draw_waits(
    panels: Sequence[tuple[str, Sequence[SiteWait]]],
    targets: Mapping[str, int | None],
    *,
    paper: Paper,
) -> Figure:
    last = max(point.day for _, own in panels for one in own for point in one.points)
    step = 28 if len(panels) <= FEW else 84
    scale = Scale(
        across="days from referral",
        up="out of every 100",
        ticks_across=[(day, str(day)) for day in range(0, last + 1, step)],
        ticks_up=[(share, str(share)) for share in (0, 25, 50, 75, 100)],
        ends_across=(0, 1.02 * last),
        ends_up=(0, 100),
    )
    told = {one.event for _, own in panels for one in own}
    keys = [
        make_line(LINES[event][1], LINES[event][0], label=WORDS[event], width=1.4, marker="o")
        for event in LINES
        if event in told
    ]
    if any(targets.values()):
        keys.append(make_line(":", MUTED, label="the target", width=1.2))
    figure, axes_of = open_panels(paper, [label for label, _ in panels], keys=keys, scale=scale)
    for axes, (_, own) in zip(axes_of, panels, strict=True):
        for one in own:
            _draw_wait(axes, one)
        for event, day in targets.items():
            if day and event in told:
                axes.axvline(day, color=MUTED, linewidth=1.2, linestyle=":")
    return figure


def _draw_wait(axes: Axes, one: SiteWait) -> None:
    """The points that were told, joined; the interval as a thin upright line."""
    colour, style = LINES[one.event]
    known = [point for point in one.points if point.share is not None]
    days = [0, *(point.day for point in known)]
    shares = [0.0, *(100 * (point.share or 0.0) for point in known)]
    axes.plot(days, shares, style, color=colour, linewidth=1.4, marker="o", markersize=3)
    marks = Marks()
    for point in known:
        if point.low is not None and point.high is not None:
            ends = [100 * point.low, 100 * point.high]
            marks.line([point.day] * 2, ends, colour=colour, width=0.8)
    marks.draw(axes)


assert set(LINES) == set(EVENTS)
