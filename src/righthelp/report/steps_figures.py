"""Figures of people step by step: who was considered and counted, and what became of referrals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.counts import FlowStep
from righthelp.evidence.summary import join_words, spell
from righthelp.report.canvas import INK, MUTED, PALE, Paper, clear_frame, open_figure
from righthelp.report.rows import LABEL, LEFT, LINE, wrap_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = {"seen": "who had a contact with the link worker"}
LAST = {
    "new": "were new to the link worker",
    "complete": "were new and registered for the whole of both windows",
    "compared": "were new, complete and could be compared",
}
THICK = 0.22
"""Inches: a bar."""
LETTERS, NARROW_LETTERS, NARROW_NAME = 84, 62, 48
"""Letters in a line of what was lost, and of a name above its bar."""
BECOMES_NEW = "ongoing"
"""The step that is described and not left out, and parts those seen from those new."""


@dataclass(frozen=True)
class StepBar:
    """A step with its people, and in words what was lost on the way to it."""

    label: str
    n: float
    lost: str
    step: str = ""


@dataclass(frozen=True)
class Steps:
    """Bars over the sites (by label) that told every step shown."""

    bars: tuple[StepBar, ...]
    sites: tuple[str, ...]


def list_flow_steps(evidence: Evidence) -> Steps | None:
    """The steps kept, over the sites that told all that any site told. None without two such."""
    kept = [step for step in evidence.flow if step.kind == "kept"]
    sites = [one.id for one in evidence.answered if all(_known(step, one.id) for step in kept)]
    if len(kept) < 2 or not sites:
        return None
    bars: list[StepBar] = []
    lost: list[FlowStep] = []
    for step in evidence.flow:
        if step.kind == "kept":
            n = _add(step, sites)
            bars.append(StepBar(step.words, n, _say_lost(lost, sites), step.step))
            lost = []
        elif step.kind == "left_out" or step.step == BECOMES_NEW:
            lost.append(step)
    return Steps(tuple(bars), tuple(evidence.label(site) for site in sites))


def title_flow(steps: Steps) -> str:
    """From whom was considered to whom was compared, in one sentence."""
    first, last = steps.bars[0], steps.bars[-1]
    n = len(steps.sites)
    where = join_words(steps.sites) if n <= 3 else f"{spell(n)} sites"
    return (
        f"Of about {first.n:,.0f} people {FIRST.get(first.step, 'seen')} at {where}, about "
        f"{last.n:,.0f} {LAST.get(last.step, 'were counted')}."
    )


def draw_steps(bars: Sequence[StepBar], paper: Paper) -> Figure:
    """A bar a step; above it what was lost on the way there."""
    letters = NARROW_LETTERS if paper.narrow else LETTERS
    lost = [wrap_label(f"not: {bar.lost}" if bar.lost else "", letters) for bar in bars]
    names = [wrap_label(bar.label, NARROW_NAME if paper.narrow else LABEL) for bar in bars]
    above = LINE * max(1, *(one.count("\n") + 1 for one in lost))
    pitch = above + THICK + (LINE * max(one.count("\n") + 1 for one in names) + 0.1)
    if not paper.narrow:
        pitch = max(above + THICK + 0.08, LINE * max(one.count("\n") + 1 for one in names) + 0.06)
    height = 0.1 + pitch * len(bars)
    figure = open_figure(paper, height)
    left = 0.02 if paper.narrow else LEFT
    axes = figure.add_axes((left, 0.05 / height, 0.98 - left, 1 - 0.1 / height))
    most = max(bar.n for bar in bars) or 1.0
    axes.set_xlim(0, 1.14 * most)
    axes.set_ylim(len(bars), 0)
    axes.set_yticks([])
    axes.set_xticks([])
    clear_frame(axes)
    across = axes.get_yaxis_transform()
    for at, (bar, name, gone) in enumerate(zip(bars, names, lost, strict=True)):
        y = at + 1 - (0.5 * THICK + 0.04) / pitch
        axes.barh(y, bar.n, height=THICK / pitch, color=PALE, edgecolor=MUTED, linewidth=0.7)
        axes.text(bar.n + 0.012 * most, y, f"{bar.n:,.0f}", va="center", color=INK)
        top = y - (0.5 * THICK + 0.03) / pitch
        axes.text(0, top, gone, va="bottom", color=MUTED, fontsize=7.5)
        if paper.narrow:
            over = top - LINE * (gone.count("\n") + 1 if gone else 0) / pitch
            axes.text(0, over, name, transform=across, va="bottom", fontsize=8.5)
        else:
            axes.text(-0.02, y, name, transform=across, va="center", ha="right", fontsize=8.5)
    return figure


def _known(step: FlowStep, site: str) -> bool:
    return site in step.by_site and step.by_site[site].value is not None


def _add(step: FlowStep, sites: Sequence[str]) -> float:
    return sum(step.by_site[site].value or 0 for site in sites)


def _say_lost(steps: Sequence[FlowStep], sites: Sequence[str]) -> str:
    return ", ".join(_say_each(steps, sites))


def _say_each(steps: Sequence[FlowStep], sites: Sequence[str]) -> Iterator[str]:
    """Amounts with a plus where some site withheld its own; steps without anybody are not told."""
    for step in steps:
        counts = [step.by_site[site] for site in sites if site in step.by_site]
        number = sum(one.value or 0 for one in counts)
        hidden = any(one.state == "suppressed" for one in counts)
        if number or hidden:
            amount = f"{number:,.0f}{'+' if hidden else ''}" if number else "some"
            yield f"{amount} {LOST_WORDS[step.step]}"


LOST_WORDS = {
    "not_a_patient": "not in the list",
    "not_registered": "not registered",
    "ongoing": "under the link worker before",
    "incomplete": "in part only",
    "died": "died",
    "left": "left",
    "records_end": "records end",
    "joined_late": "joined late",
    "no_visit": "without a visit before",
    "short_history": "short history",
}
