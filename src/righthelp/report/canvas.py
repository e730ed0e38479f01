"""The paper that figures are drawn on: colours, type, the ratio axis, a figure as a data URI."""

from __future__ import annotations

import gc
import io
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from righthelp.evidence.claims import Level
from righthelp.report.svg import compact_svg, encode_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f2933"
MUTED = "#5b6770"
FAINT = "#c9d1d8"
WASH = "#eef2f6"
ACCENT = "#1f4e79"
MIDDLE = "#7d9dbd"
PALE = "#c9d8e6"
OUTSIDE_IS_WHITE = "#ffffff"

TICK_WORDS = {
    0.25: "a quarter\nas many",
    0.5: "half\nas many",
    0.67: "a third\nfewer",
    0.8: "a fifth\nfewer",
    0.9: "a tenth\nfewer",
    1.0: "the\nsame",
    1.1: "a tenth\nmore",
    1.25: "a quarter\nmore",
    1.5: "half as\nmany again",
    2.0: "twice\nas many",
    4.0: "four times\nas many",
}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "righthelp",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "axes.titley": 1.0,
}


@dataclass(frozen=True)
class Paper:
    """How much room there is: width in inches, and whether it is a phone's."""

    width: float
    narrow: bool


TICK_LEFT, TICK_DOWN = 0, 3
"""Markers of matplotlib."""
_NO_NAME: Any = {"Software": None}
WIDE, NARROW = Paper(7.6, False), Paper(4.1, True)


Draw = Callable[[Paper], "Figure"]
Width = Literal["wide", "narrow"]


@dataclass(frozen=True)
class ShownFigure:
    """A figure as shown: what it says, for whom cannot see it too, who stands behind it.

    level: of the claim in its title. table: the shown table that has its numbers. The drawings are
    made when they are asked for: for a page, for a phone, and as dots for a Word file.
    """

    name: str
    title: str
    alt: str
    n: str
    level: Level
    table: str
    draw: Draw = field(repr=False, compare=False)

    def svg(self, width: Width) -> str:
        """The drawing as SVG with live text; the same bytes every time."""
        return (self._wide if width == "wide" else self._narrow)[0]

    def png(self, dots_per_inch: int) -> bytes:
        """The wide drawing as dots."""
        with _house_style():
            buffer = io.BytesIO()
            self.draw(WIDE).savefig(buffer, format="png", dpi=dots_per_inch, metadata=_NO_NAME)
        return buffer.getvalue()

    @property
    def wide(self) -> str:
        """The wide drawing as a data URI."""
        return encode_svg(self._wide[0])

    @property
    def narrow(self) -> str:
        """The drawing for a phone as a data URI."""
        return encode_svg(self._narrow[0])

    @property
    def wide_size(self) -> tuple[int, int]:
        """Width and height of the wide drawing in CSS pixels."""
        return self._wide[1]

    @property
    def narrow_size(self) -> tuple[int, int]:
        """Width and height of the drawing for a phone in CSS pixels."""
        return self._narrow[1]

    @cached_property
    def _wide(self) -> tuple[str, tuple[int, int]]:
        return _draw(self.draw, WIDE)

    @cached_property
    def _narrow(self) -> tuple[str, tuple[int, int]]:
        return _draw(self.draw, NARROW)


def open_figure(paper: Paper, height: float) -> Figure:
    """An empty figure of the paper's width; height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(paper.width, height), facecolor=OUTSIDE_IS_WHITE)


def choose_round_ticks(high: float, *, most: int = 4) -> list[float]:
    """Ticks from nought by 1, 2 or 5 times a power of ten up to `high`, at most `most` (2 or more)
    steps and at least one."""
    if high <= 0:
        return [0.0]
    power = 10.0 ** math.floor(math.log10(high / most))
    steps = (power, 2 * power, 5 * power, 10 * power)
    step = next(step for step in steps if int(high / step + 1e-9) <= most)
    return [step * k for k in range(int(high / step + 1e-9) + 1)]


def draw_ratio_axis(axes: Axes, *, low: float, high: float, narrow: bool) -> None:
    """A log axis of ratios, ends on the log scale: a number and words at each tick."""
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    axes.set_xscale("log")
    axes.set_xlim(math.exp(low), math.exp(high))
    ticks = choose_ticks(low, high, most=4 if narrow else 7)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FixedFormatter([f"{tick:g}\n{TICK_WORDS[tick]}" for tick in ticks])
    )
    axes.tick_params(axis="x", length=3, labelsize=8, pad=3)


def choose_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Ticks that have words, 1 among them, far enough apart to be read, at most `most`."""
    inside = [tick for tick in TICK_WORDS if low - 1e-9 <= math.log(tick) <= high + 1e-9]
    apart = (high - low) / most
    kept = [1.0]
    for tick in sorted(inside, key=lambda tick: abs(math.log(tick)), reverse=True):
        if all(abs(math.log(tick / other)) >= apart for other in kept):
            kept.append(tick)
    return sorted(kept)


Tick = tuple[float, str]
"""Where on an axis, and the words there."""


def draw_scale(
    axes: Axes, *, across: Sequence[Tick], up: Sequence[Tick] = (), inches: tuple[float, float]
) -> None:
    """Ticks and a line below, ticks on the left, where both ends are set: much quicker than the
    axes' own. inches: width and height of the axes; words may be empty."""
    axes.set_axis_off()
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    beside, below = 0.07 * (right - left) / inches[0], 0.07 * (top - bottom) / inches[1]
    line: Any = {"color": FAINT, "lw": 0.8, "clip_on": False, "zorder": 1.5}
    axes.plot([left, right], [bottom, bottom], **line)
    look: Any = {"ls": "", "color": MUTED, "ms": 3, "mew": 0.8, "clip_on": False}
    words: Any = {"color": MUTED, "fontsize": 8}
    if across:
        axes.plot([x for x, _ in across], [bottom] * len(across), marker=TICK_DOWN, **look)
    if up:
        axes.plot([left] * len(up), [y for y, _ in up], marker=TICK_LEFT, **look)
    for x, label in across:
        axes.text(x, bottom - below, label, ha="center", va="top", **words)
    for y, label in up:
        axes.text(left - beside, y, label, ha="right", va="center", **words)


def clear_frame(axes: Axes, *keep: str) -> None:
    """Take the frame away but for the sides named."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)


@contextmanager
def _house_style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


@contextmanager
def _without_pauses() -> Iterator[None]:
    """No search for garbage meanwhile: a drawing is thousands of small objects that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _draw(draw: Draw, paper: Paper) -> tuple[str, tuple[int, int]]:
    with _house_style(), _without_pauses():
        figure = draw(paper)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        width, height = figure.get_size_inches()
    return compact_svg(buffer.getvalue()), (round(width * 96), round(height * 96))
