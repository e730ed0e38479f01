"""Draw the pictures of the pages anew, after `make setup` and `make demo`.

    python -m docs.images.draw            # all of them
    python -m docs.images.draw panel      # those of the real panel alone; no demo is needed

Needs Chromium for the picture of the report. `make validity` draws validity-*.png.
"""

from __future__ import annotations

import io
import math
import re
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
VALIDITY = ROOT / "docs" / "explanation" / "validity.md"
# How people were picked, as the validity page's last table says it and as the figure does.
PICKED = {
    "any visit, each with the same chance": "picked at any visit",
    "from five visits on, one in four": "picked from five visits on",
    "one in twelve, whether they come or not": "picked by lot, visits or none",
}
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


def read_nothings(page: str) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """Each time nothing was done, from the validity page.

    How people were picked; and by years, the ratio as counted and against the same counts before.
    """
    parts = re.findall(
        r"^## Real people[^\n]*, (\d{4} to \d{4})$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
    )
    spans = [span for span, _ in parts]
    often = [
        (span, _read_ratio(part, "crude"), _read_ratio(part, "count projection"))
        for span, part in parts
    ]
    found = [("picked the likelier the more they came", often)]
    for rule, label in PICKED.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {rule} |")]
        cells = [re.findall(r"\d\.\d+", cell)[: len(spans)] for cell in row.split("|")[3:5]]
        ratios = ([float(one) for one in cell] for cell in cells)
        found.append((label, list(zip(spans, *ratios, strict=True))))
    plain = page.partition("## Nothing is done; referral depends on visits alone")[2]
    simulated = _read_ratio(plain, "crude"), _read_ratio(plain, "projection")
    return [*found, ("simulated practices", [("1,000 studies", *simulated)])]


def draw_nothings(page: str, out: Path) -> None:
    """Each time nothing was done, a row: as counted, and against the same past."""
    ticks, at = [], 0.0
    with _paper(out, title="Nothing was done in any of these", height=5.4) as axes:
        for picked, rows in read_nothings(page):
            axes.text(0.4, at, picked, weight="bold", va="center")
            for span, crude, compared in rows:
                at += 1
                ticks.append((at, span))
                axes.plot((crude, compared), (at, at), color=MUTED, lw=0.6, zorder=0)
                axes.plot(crude, at, "o", ms=7, color=MUTED, mfc="white", mew=1.6)
                axes.plot(compared, at, "o", ms=7, color=ACCENT)
            at += 1.3
        axes.plot((1, 1), (0.5, at - 0.5), color=INK, lw=1, zorder=0)
        axes.plot([], [], "o", ms=7, color=MUTED, mfc="white", mew=1.6, label="as counted")
        axes.plot([], [], "o", ms=7, color=ACCENT, label="against the same past")
        axes.figure.legend(loc="outside upper center", ncols=2, frameon=False)
        axes.set(
            xlim=(0.4, 1.22), ylim=(at - 0.5, -0.8), xlabel="ratio found; nothing was done, so 1"
        )
        axes.set_yticks([place for place, _ in ticks], [span for _, span in ticks])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)


def _read_ratio(part: str, design: str) -> float:
    """The mean ratio of a design, from the first table of a part that has it."""
    found = re.search(rf"^\| {design} \| [\d,]+ \| (\d\.\d+) \|", part, re.MULTILINE)
    assert found, f"no row for {design}"
    return float(found[1])


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
    draw_nothings(VALIDITY.read_text("utf-8"), HERE / "nothing-anywhere.svg")
    if "panel" not in sys.argv:
        draw_report(ROOT / "demo" / "results" / "report.html", HERE / "report.png")
