"""Figures of rows, one look for all: a label, marks on one axis, and numbers in a column."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from righthelp.report.canvas import INK, MUTED, Paper, clear_frame, open_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

LEFT, RIGHT = 0.265, 0.735
"""Where the axis begins and ends on a page, of the width; on a phone it takes the width."""
NARROW_LEFT, NARROW_RIGHT = 0.05, 0.95
LABEL, NARROW_LABEL = 26, 34
"""Letters in a line of a label."""
LINES = 3
LINE, PITCH, MARKS = 0.145, 0.42, 0.3
"""Inches: a line of words; a row on a page; the part of a phone's row where marks stand."""
KEY_LINE, HEADING = 0.2, 0.24
LETTER, BESIDE = 0.066, 0.36
"""Inches: a letter of a key, and what else an entry takes."""


@dataclass(frozen=True)
class Rows:
    """A drawing of rows 0 to n-1 from the top; `pitch` is the inches of one.

    On a phone the words of a row stand above its marks.
    """

    figure: Figure
    axes: Axes
    paper: Paper
    pitch: float

    def place(self, at: float) -> float:
        """Where the marks of a row stand on the axis of rows."""
        return at + 0.5 - 0.5 * MARKS / self.pitch if self.paper.narrow else at

    def size(self, inches: float) -> float:
        """A height in inches on the axis of rows."""
        return inches / self.pitch

    def write(self, at: int, label: str, *, number: str = "", bold: bool = False) -> None:
        """The label of a row and its number; on the left and right, or above."""
        weight = "bold" if bold else "normal"
        across = self.axes.get_yaxis_transform()
        if self.paper.narrow:
            top = at - 0.5 + self.size(0.05)
            words = wrap_label(label, NARROW_LABEL if len(number) < 20 else NARROW_LABEL - 4)
            self.axes.text(0, top, words, transform=across, va="top", weight=weight, fontsize=8.5)
            right = {"transform": across, "va": "top", "ha": "right", "fontsize": 8}
            self.axes.text(1, top, number, weight=weight, **right)  # type: ignore[arg-type]
            return
        words = wrap_label(label, LABEL)
        self.axes.text(
            -0.03,
            at,
            words,
            transform=across,
            va="center",
            ha="right",
            weight=weight,
            fontsize=9 if words.count("\n") < LINES - 1 else 8,
            linespacing=1.1,
        )
        self.axes.text(1.03, at, number, transform=across, va="center", weight=weight, color=INK)

    def name_numbers(self, words: str) -> None:
        """What the column of numbers is, above it; a phone has no room and no need."""
        if not self.paper.narrow:
            self.axes.text(
                1.03,
                -0.5 - self.size(0.05),
                words,
                transform=self.axes.get_yaxis_transform(),
                va="bottom",
                color=MUTED,
                fontsize=8,
            )

    def stand(self, x: float, n: int, *, colour: str = MUTED) -> None:
        """An upright line at x; on a phone it leaves the words out."""
        if not self.paper.narrow:
            self.axes.axvline(x, color=colour, linewidth=0.9, zorder=1)
            return
        ys: list[float] = []
        for at in range(n):
            middle = self.place(at)
            ys += [middle - self.size(0.5 * MARKS), middle + self.size(0.5 * MARKS), math.nan]
        self.axes.plot([x] * len(ys), ys, color=colour, linewidth=0.9, zorder=1)


def open_rows(
    paper: Paper,
    labels: Sequence[str],
    *,
    keys: Sequence[Line2D] = (),
    bottom: float = 0.62,
) -> Rows:
    """A figure of rows with its key and nothing in it yet. bottom: inches for the axis."""
    at_most = NARROW_LABEL - 4 if paper.narrow else LABEL
    lines = max((wrap_label(label, at_most).count("\n") + 1 for label in labels), default=1)
    pitch = lines * LINE + MARKS + 0.05 if paper.narrow else max(PITCH, lines * LINE + 0.06)
    top = 0.08 + measure_key(keys, paper) + (0.05 if paper.narrow else HEADING)
    height = top + bottom + pitch * len(labels)
    figure = open_figure(paper, height)
    left, right = (NARROW_LEFT, NARROW_RIGHT) if paper.narrow else (LEFT, RIGHT)
    axes = figure.add_axes((left, bottom / height, right - left, 1 - (top + bottom) / height))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks([])
    clear_frame(axes, "bottom")
    draw_key(figure, keys, paper=paper)
    return Rows(figure, axes, paper, pitch)


@dataclass(frozen=True)
class Marks:
    """Marks of one drawing, those of a look together: fewer objects, and a shorter file."""

    lines: dict[tuple[str, str, float], tuple[list[float], list[float]]] = field(
        default_factory=dict
    )
    points: dict[tuple[str, str, str, float], tuple[list[float], list[float]]] = field(
        default_factory=dict
    )

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        colour: str,
        style: str = "-",
        width: float = 1.8,
    ) -> None:
        """A line through some points."""
        own = self.lines.setdefault((style, colour, width), ([], []))
        own[0].extend([*xs, math.nan])
        own[1].extend([*ys, math.nan])

    def point(
        self,
        x: float,
        y: float,
        *,
        marker: str = "o",
        colour: str,
        face: str = "",
        size: float = 5.5,
    ) -> None:
        """One mark; face: its inside where that is another colour."""
        own = self.points.setdefault((marker, colour, face or colour, size), ([], []))
        own[0].append(x)
        own[1].append(y)

    def draw(self, axes: Axes) -> None:
        """Put them there: lines in their order below, marks in their order above."""
        for (style, colour, width), (xs, ys) in self.lines.items():
            axes.plot(
                xs,
                ys,
                style,
                color=colour,
                lw=width,
                solid_capstyle="butt",
                zorder=2,
                clip_on=False,
            )
        for (marker, colour, face, size), (xs, ys) in self.points.items():
            axes.plot(
                xs, ys, marker, ms=size, mec=colour, mfc=face, mew=1.3, zorder=3, clip_on=False
            )


def wrap_label(label: str, at_most: int, *, lines: int = LINES) -> str:
    """A label in lines of so many letters and about as long; what does not fit ends in dots (the
    table has it whole)."""

    def wrap(width: int) -> list[str]:
        return textwrap.wrap(label, width, max_lines=lines, placeholder="…", break_on_hyphens=False)

    kept = wrap(at_most)
    for width in range(at_most - 1, at_most // 2, -1):
        narrower = wrap(width)
        if len(narrower) > len(kept) or (narrower[-1:] != kept[-1:] and narrower[-1].endswith("…")):
            break
        kept = narrower
    return "\n".join(kept)


def shorten_name(name: str, at_most: int) -> str:
    """A name in so many letters: its beginning and its end, where names often differ."""
    if len(name) <= at_most:
        return name
    end = at_most // 3
    return f"{name[: at_most - end - 1].rstrip()}…{name[-end:].lstrip()}"


def make_mark(marker: str, colour: str, *, label: str, face: str | None = None) -> Line2D:
    """A mark for the key; face: its inside where that is another colour."""
    from matplotlib.lines import Line2D

    return Line2D(
        [], [], marker=marker, ls="", mfc=face or colour, mec=colour, mew=1.3, ms=6, label=label
    )


def make_line(
    style: str, colour: str, *, label: str, width: float = 1.6, marker: str = ""
) -> Line2D:
    """A line for the key."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        color=colour,
        lw=width,
        ls=style,
        marker=marker,
        ms=3,
        solid_capstyle="butt",
        label=label,
    )


def measure_key(keys: Sequence[Line2D], paper: Paper) -> float:
    """How high the key is, in inches."""
    return KEY_LINE * math.ceil(len(keys) / _count_columns(keys, paper)) if keys else 0.0


def draw_key(figure: Figure, keys: Sequence[Line2D], *, paper: Paper) -> None:
    """What the marks mean, at the top left of every figure."""
    if keys:
        figure.legend(
            handles=keys,
            loc="upper left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=_count_columns(keys, paper),
            frameon=False,
            fontsize=8,
            handletextpad=0.4,
            handlelength=1.7,
            columnspacing=1.2,
            borderaxespad=0.1,
            labelcolor=MUTED,
        )


def _count_columns(keys: Sequence[Line2D], paper: Paper) -> int:
    """As many as fit beside each other, each as wide as the widest."""
    words = [len(str(key.get_label())) for key in keys]
    if sum(words) * LETTER + len(keys) * BESIDE <= paper.width:
        return len(keys)
    columns = range(len(keys) - 1, 1, -1)
    widest = max(words) * LETTER + BESIDE
    return next((n for n in columns if n * widest <= paper.width), 2)
