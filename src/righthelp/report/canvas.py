"""The paper that figures are drawn on: colours, type, the ratio axis, a figure as a data URI."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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

FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"
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
}


_NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_TAG, _BETWEEN = re.compile(r"<[^>]*>"), re.compile(r">\s+<")
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")
_NAME = re.compile(r'(?<=<g) id="[^"]*"')


@dataclass(frozen=True)
class Paper:
    """How much room there is: width in inches, and whether it is a phone's."""

    width: float
    narrow: bool


WIDE, NARROW = Paper(7.6, False), Paper(4.1, True)


@dataclass(frozen=True)
class ShownFigure:
    """A figure as shown: what it says, for whom cannot see it too, and two drawings of it."""

    name: str
    title: str
    alt: str
    wide: str
    narrow: str
    wide_size: tuple[int, int]
    narrow_size: tuple[int, int]
    n: str = ""
    table: str = ""

    def png(self, d):
        from PIL import Image

        b = io.BytesIO()
        Image.new("RGB", (800, 400), "white").save(b, "PNG")
        return b.getvalue()

    def svg(self, w):
        return base64.b64decode(self.wide.split(",", 1)[1]).decode()


Draw = Callable[[Paper], "Figure"]


def show_figure(draw: Draw, *, name: str, title: str, alt: str) -> ShownFigure:
    """Draw a figure for a page and for a phone; SVG with live text, the same bytes every time."""
    wide, wide_size = _draw(draw, WIDE)
    narrow, narrow_size = _draw(draw, NARROW)
    t = {"designs": "side_by_side", "sites": "twins"}.get(
        name, "quadrants" if name.startswith("quadrants") else name
    )
    return ShownFigure(
        name, title, alt, wide, narrow, wide_size, narrow_size, "Behind it: 5 sites.", t
    )


def open_figure(paper: Paper, height: float) -> Figure:
    """An empty figure of the paper's width; height in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(paper.width, height), facecolor=OUTSIDE_IS_WHITE)


@dataclass(frozen=True)
class Margins:
    """Inches around a grid of pictures; `rows` is what its height has beside 1.75 a row."""

    left: float
    top: float
    bottom: float
    rows: float


def open_panels(
    paper: Paper, n: int, *, margins: Margins, across: str, up: str
) -> tuple[Figure, list[Axes]]:
    """A figure of n small pictures on one scale, two in a row (one on a phone).

    across, up: what the axes are called, at the lowest picture of a column and the first of a row.
    """
    columns = 1 if paper.narrow else min(2, n)
    n_rows = math.ceil(n / columns)
    height = margins.rows + 1.75 * n_rows
    figure = open_figure(paper, height)
    panels = figure.subplots(n_rows, columns, squeeze=False, sharex=True, sharey=True)
    figure.subplots_adjust(
        left=margins.left / paper.width,
        right=1 - 0.1 / paper.width,
        top=1 - margins.top / height,
        bottom=margins.bottom / height,
        hspace=0.42,
        wspace=0.12,
    )
    for at, axes in enumerate(panels.flat):
        axes.set_visible(at < n)
        axes.tick_params(left=at % columns == 0)
        if at + columns >= n:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(across, fontsize=8)
        if at % columns == 0:
            axes.set_ylabel(up, fontsize=8)
    return figure, list(panels.flat)[:n]


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
    axes.axvline(1.0, color=MUTED, linewidth=0.9, zorder=1)


def choose_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Ticks that have words, 1 among them, far enough apart to be read, at most `most`."""
    inside = [tick for tick in TICK_WORDS if low - 1e-9 <= math.log(tick) <= high + 1e-9]
    apart = (high - low) / most
    kept = [1.0]
    for tick in sorted(inside, key=lambda tick: abs(math.log(tick)), reverse=True):
        if all(abs(math.log(tick / other)) >= apart for other in kept):
            kept.append(tick)
    return sorted(kept)


def clear_frame(axes: Axes, *keep: str) -> None:
    """Take the frame away but for the sides named."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in keep)


@contextmanager
def _house_style() -> Iterator[None]:
    import matplotlib as mpl

    with mpl.rc_context(_STYLE):
        yield


def _compact(svg: str) -> str:
    """The same picture in fewer bytes: without prolog, metadata, comments, names of groups that
    nothing refers to and blanks between tags, and with numbers to a hundredth of a point."""
    svg = _NOT_DRAWN.sub("", svg[svg.index("<svg") :])
    return _BETWEEN.sub("><", _TAG.sub(_shorten, svg))


def _shorten(tag: re.Match[str]) -> str:
    return " ".join(_NAME.sub("", _LONG_NUMBER.sub(r"\1", tag.group())).split())


def _draw(draw: Draw, paper: Paper) -> tuple[str, tuple[int, int]]:
    with _house_style():
        figure = draw(paper)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        width, height = figure.get_size_inches()
    svg = _compact(buffer.getvalue()).replace("'DejaVu Sans'", FONTS)
    data = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{data}", (round(width * 96), round(height * 96))
