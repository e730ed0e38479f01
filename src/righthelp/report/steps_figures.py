"""Figures of people step by step: who was considered and counted, and what became of referrals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.counts import FlowStep
from righthelp.evidence.summary import join_words
from righthelp.report.canvas import INK, MUTED, PALE, Paper, clear_frame, open_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BECOMES_NEW = "ongoing"
"""The step that is described and not left out, and parts those seen from those new."""


@dataclass(frozen=True)
class StepBar:
    """A step with its people, and in words what was lost on the way to it."""

    label: str
    n: float
    lost: str


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
            bars.append(StepBar(step.words, _add(step, sites), _say_lost(lost, sites)))
            lost = []
        elif step.kind == "left_out" or step.step == BECOMES_NEW:
            lost.append(step)
    return Steps(tuple(bars), tuple(evidence.label(site) for site in sites))


def title_flow(steps: Steps) -> str:
    """From whom was considered to whom was compared, in one sentence."""
    first, last = steps.bars[0], steps.bars[-1]
    n = len(steps.sites)
    where = join_words(steps.sites) if n <= 3 else f"{n} sites"
    return (
        f"Of about {first.n:,.0f} people who had a contact with the link worker at {where}, about "
        f"{last.n:,.0f} were new, complete and could be compared."
    )


def draw_steps(bars: Sequence[StepBar], paper: Paper) -> Figure:
    """A bar a step; above it what was lost on the way there."""
    pitch = 0.78 if paper.narrow else 0.5
    top, bottom = 0.05, 0.05
    height = top + bottom + pitch * len(bars)
    figure = open_figure(paper, height)
    left = 0.02 if paper.narrow else 0.24
    axes = figure.add_axes((left, bottom / height, 0.98 - left, 1 - (top + bottom) / height))
    most = max(bar.n for bar in bars)
    axes.set_xlim(0, 1.12 * most)
    axes.set_ylim(len(bars) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([])
    clear_frame(axes)
    across = axes.get_yaxis_transform()
    for at, bar in enumerate(bars):
        y, thick = (at + 0.26, 0.34) if paper.narrow else (at + 0.16, 0.44)
        axes.barh(y, bar.n, height=thick, color=PALE, edgecolor=MUTED, linewidth=0.7)
        axes.text(bar.n + 0.012 * most, y, f"{bar.n:,.0f}", va="center", color=INK)
        lost = f"not: {bar.lost}" if bar.lost else ""
        x, lift, size = (0, 0.06, 7) if paper.narrow else (0.004 * most, 0.22, 7.5)
        axes.text(x, at - lift, lost, va="center", color=MUTED, fontsize=size)
        if paper.narrow:
            axes.text(0, at - 0.33, bar.label, transform=across, va="center", fontsize=7.5)
        else:
            label = _break(bar.label)
            axes.text(-0.02, y, label, transform=across, va="center", ha="right", fontsize=8.5)
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


def _break(label: str, at_most: int = 27) -> str:
    """A label in lines of a width that stands beside a bar."""
    import textwrap

    return "\n".join(textwrap.wrap(label, at_most))
