"""The validity benchmark on one page: a row a world, what the designs gave and what was said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.performance import Performance, Share
from bench.scenarios import Scenario
from bench.trial import HELD, Trial, summarise
from righthelp.report.canvas import ACCENT, INK, MUTED

SHOWN = {
    "projection": "projection",
    "matched_after": "matched: after",
    "matched_change": "matched: change",
    "matched_adjusted": "matched: past off",
}


DRAWN = {
    "crude": ("before and after, as counted", "#b0562f", -0.24),
    "projection": ("same past", ACCENT, -0.08),
    "matched_after": ("matched: after", "#7d9dbd", 0.08),
    "matched_change": ("matched: change", MUTED, 0.24),
}
"""Label, colour and place in the row of what the figure shows."""


@dataclass(frozen=True)
class Row:
    """A kind of world: how often every check held and a causal word was said, and each design."""

    title: str
    truth: float
    n_seeds: int
    n_seen: float
    found: Mapping[str, Performance]
    held: Share
    causal: Share

    @classmethod
    def of(cls, scenario: Scenario, trials: Sequence[Trial]) -> Row:
        """The row of a kind of world from its trials."""
        return cls(
            title=scenario.title,
            truth=scenario.effect_rr,
            n_seeds=len(trials),
            n_seen=float(np.median([trial.n_seen for trial in trials])),
            found=summarise(trials, math.log(scenario.effect_rr)),
            held=Share.of(np.array([trial.level in HELD for trial in trials])),
            causal=Share.of(np.array([trial.n_causal > 0 for trial in trials])),
        )


def print_summary(rows: Sequence[Row]) -> None:
    """Print a table of all kinds of world."""
    print("\n### All worlds\n")
    heads = [f"{name}: ratio, held %" for name in SHOWN.values()]
    print(
        f"| world | truth | seeds | {' | '.join(heads)} | projection “differs” % "
        "| every check held % | a causal word % |"
    )
    print(f"| --- {'| ---: ' * (len(heads) + 5)}|")
    for row in rows:
        cells = [_show(row.found.get(name), row.truth) for name in SHOWN]
        projection = row.found.get("projection")
        differs = projection.differs if projection else None
        cells += ["" if differs is None else percent(differs)]
        cells += [percent(row.held), percent(row.causal)]
        title = f"{row.title} ({row.n_seen:,.0f})"
        print(f"| {title} | {row.truth:.2f} | {row.n_seeds} | {' | '.join(cells)} |")


def _show(found: Performance | None, truth: float) -> str:
    if found is None:
        return "not made"
    ratio = truth * math.exp(found.bias.value)
    return f"{ratio:.3f} ± {ratio * found.bias.error:.3f}, {100 * found.coverage.value:.0f}"


def percent(share: Share) -> str:
    """A share in per cent with its Monte Carlo error."""
    return f"{100 * share.value:.1f} ± {100 * share.error:.1f}"


def draw_summary(rows: Sequence[Row], folder: Path) -> None:
    """Two figures: how far each design is from the truth, and how often the report says why."""
    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = _open_rows(rows)
    for design, (label, colour, shift) in DRAWN.items():
        for at, row in enumerate(rows):
            one = row.found.get(design)
            if one is None:
                continue
            ends = [math.exp(one.bias.value + side * 1.96 * one.bias.error) for side in (-1, 1)]
            axes.plot(ends, [at + shift] * 2, color=colour, lw=1.2)
            axes.plot([math.exp(one.bias.value)], [at + shift], "o", ms=4, color=colour)
        axes.plot([], [], "o", ms=4, color=colour, label=label)
    axes.axvline(1, color=INK, lw=0.8)
    axes.set_xscale("log")
    axes.set_xticks([0.7, 0.8, 0.9, 1.0, 1.1, 1.2], ["0.7", "0.8", "0.9", "1", "1.1", "1.2"])
    axes.minorticks_off()
    axes.set_xlabel("mean ratio over the true one, with its Monte Carlo interval")
    _close(figure, axes, folder / "validity-bias.png")

    figure, axes = _open_rows(rows)
    for at, row in enumerate(rows):
        colour = MUTED if row.truth == 1 else ACCENT
        half = 196 * row.causal.error
        axes.barh(at, 100 * row.causal.value, height=0.55, color=colour)
        axes.plot(
            [max(0, 100 * row.causal.value - half), 100 * row.causal.value + half],
            [at] * 2,
            color=INK,
            lw=1,
        )
    for colour, label in ((MUTED, "nothing is done: should be rare"), (ACCENT, "something is")):
        axes.barh([0], [0], color=colour, label=label)
    axes.axvline(10, color=INK, lw=0.8, ls=(0, (4, 3)))
    axes.set_xlim(0, 100)
    axes.set_xlabel("reports with a causal word, %; dashed: 10%")
    _close(figure, axes, folder / "validity-words.png")


def _open_rows(rows: Sequence[Row]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9.5, 0.9 + 0.36 * len(rows)), facecolor="#ffffff")
    axes = figure.subplots()
    axes.set_yticks(range(len(rows)), [f"{row.title} ({row.n_seen:,.0f})" for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#eef2f6")
    axes.set_axisbelow(True)
    return figure, axes


def _close(figure: Figure, axes: Axes, path: Path) -> None:
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5, frameon=False, fontsize=8)
    figure.savefig(path, dpi=130, bbox_inches="tight", metadata={"Software": None})
