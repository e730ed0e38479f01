"""Draw the pictures of the pages anew, after `make setup` and `make demo`.

    python -m docs.images.draw            # all of them
    python -m docs.images.draw panel      # those of the real panel alone; no demo is needed

Needs Chromium for the picture of the report. `make validity` draws validity-*.png.
"""

from __future__ import annotations

import io
import math
import runpy
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from righthelp.report.canvas import ACCENT, INK, MUTED

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DRAWS = 200
YEARS = (1985, 1986, 1987)
KEEP_THE_MAIN_THING = """() => {
    const summary = document.getElementById('summary');
    const figure = document.getElementById('figure-sites');
    const part = document.getElementById('part-summary');
    summary.replaceChildren(summary.querySelector('.cards'), figure);
    document.querySelectorAll('nav, .part').forEach(one => { if (one !== part) one.remove(); });
}"""


def draw_report(report: Path, out: Path) -> None:
    """The beginning of the report and the figure of its sites, as a PNG of few colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 860, "height": 300}, device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        page.evaluate(KEEP_THE_MAIN_THING)
        picture = page.screenshot(full_page=True)
        browser.close()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(out, optimize=True)


def average_visits(middle: int) -> dict[str, list[float]]:
    """Mean visits in three years of the panel's people: (3,) as drawn, (3,) of everybody else."""
    script = runpy.run_path(str(ROOT / "studies" / "nothing-was-done" / "draw.py"))
    visits = script["read_visits"](middle)
    chance = 0.5 * np.minimum(1, (visits[:, 1] / 15) ** 1.5)
    groups = {"drawn": chance, "left": 1 - chance}
    return {name: list(weight @ visits / weight.sum()) for name, weight in groups.items()}


def draw_nothing_was_done(out: Path) -> None:
    """Mean visits a year of the German panel's people, by whether they would be called seen."""
    means = average_visits(1985)
    lines = (
        ("drawn", "picked in 1985", ACCENT, "o", "-"),
        ("left", "everybody else", MUTED, "s", "--"),
    )
    with _paper(out, title="Nothing was done", height=3.1) as axes:
        for name, label, colour, marker, style in lines:
            axes.plot((1984, 1985, 1986), means[name], color=colour, marker=marker, ls=style)
            axes.text(1986.12, means[name][2], label, color=colour, va="center")
            for year, mean in zip((1984, 1985, 1986), means[name], strict=True):
                axes.text(year, mean + 0.55, f"{mean:.1f}", ha="center")
        axes.set(xticks=(1984, 1985, 1986), xlim=(1983.7, 1987.1), ylim=(0, 14))
        axes.set_ylabel("doctor visits a person", color=MUTED)


def draw_counted_and_compared(
    ratios: Mapping[int, Mapping[str, Sequence[float]]], out: Path
) -> None:
    """By middle year and design, log ratios of the draws: their mean and the middle 95 in 100."""
    shown = (("crude", 0.16, "white", MUTED), ("count_projection", -0.16, ACCENT, ACCENT))
    years = sorted(ratios, reverse=True)
    with _paper(out, title="As counted, and set against the same past", height=3.2) as axes:
        axes.axvline(1, ymax=0.86, color=INK, lw=1)
        for row, year in enumerate(years):
            for design, shift, fill, colour in shown:
                logs = np.array(ratios[year][design])
                low, high = np.exp(np.quantile(logs, (0.025, 0.975)))
                mean, at = math.exp(logs.mean()), row + shift
                axes.plot((low, high), (at, at), color=colour, lw=1.4)
                axes.plot(mean, at, "o", ms=8, color=colour, mfc=fill, mew=1.6)
                axes.text(high * 1.03, at, f"{mean:.2f}", color=colour, va="center")
        axes.text(0.6, len(ratios) - 0.45, "as counted", color=MUTED, ha="center")
        axes.text(1.02, len(ratios) - 0.45, "against same counts before", color=ACCENT, ha="center")
        axes.set_yticks(range(len(ratios)), [f"{year} to {year + 1}" for year in years])
        axes.set(xscale="log", xlim=(0.37, 1.75), ylim=(-0.5, len(ratios) - 0.1))
        words = ("half as\nmany", "a third\nfewer", "the\nsame", "a quarter\nmore")
        axes.set_xticks((0.5, 0.67, 1, 1.25), words)
        axes.minorticks_off()
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)


def try_years() -> dict[int, dict[str, list[float]]]:
    """Log ratios by middle year and design of 200 draws each, of those that could be made."""
    from bench.panel import try_panel

    found = {}
    for year in YEARS:
        trials = [try_panel((year, seed)) for seed in range(DRAWS)]
        found[year] = {
            design: [trial.said[design].log_rr for trial in trials if design in trial.said]
            for design in ("crude", "count_projection")
        }
    return found


@contextmanager
def _paper(out: Path, *, title: str, height: float) -> Iterator[Any]:
    """Axes to draw on, written to `out` as an SVG that can be read at the width of a phone."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    plain = {"svg.hashsalt": "righthelp", "svg.fonttype": "none", "font.size": 11}
    fonts = {"font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"]}
    with rc_context({**plain, **fonts, "text.color": INK, "axes.edgecolor": MUTED}):
        figure = Figure(figsize=(5.4, height), layout="constrained")
        axes = figure.subplots()
        yield axes
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(out, metadata={"Date": None, "Title": title})


if __name__ == "__main__":
    draw_nothing_was_done(HERE / "nothing-was-done.svg")
    draw_counted_and_compared(try_years(), HERE / "counted-and-compared.svg")
    if "panel" not in sys.argv:
        draw_report(ROOT / "demo" / "results" / "report.html", HERE / "report.png")
