"""Draw the pictures of the pages anew, after `make setup` and `make demo`.

    python docs/images/draw.py

Needs Chromium for the picture of the report.
"""

from __future__ import annotations

import io
import runpy
import shutil
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KEEP_THE_MAIN_THING = """() => {
    const summary = document.getElementById('summary');
    const figure = document.getElementById('figure-sites');
    summary.replaceChildren(summary.querySelector('h2'), summary.querySelector('.pair'), figure);
    document.querySelectorAll('nav, section:not(#summary), footer').forEach(part => part.remove());
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


def draw_nothing_was_done(out: Path) -> None:
    """Mean visits a year of the German panel's people, by whether they would be called seen."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    study = runpy.run_path(str(ROOT / "studies" / "nothing-was-done" / "draw.py"))
    visits = study["read_visits"](1985)
    chance = 0.5 * np.minimum(1, (visits[:, 1] / 15) ** 1.5)
    years = (1984, 1985, 1986)
    lines = (
        ("drawn as “seen” in 1985,\nas they came often", chance, "#1f4e79", "o", "-"),
        ("everybody else", 1 - chance, "#5b6770", "s", "--"),
    )
    with rc_context({"svg.hashsalt": "righthelp", "svg.fonttype": "none", "font.size": 11}):
        figure = Figure(figsize=(7.5, 3.4), layout="constrained")
        axes = figure.subplots()
        for label, weight, colour, marker, style in lines:
            means = weight @ visits / weight.sum()
            axes.plot(years, means, color=colour, marker=marker, linestyle=style)
            axes.text(1986.1, means[2], label, color=colour, va="center")
            for year, mean in zip(years, means, strict=True):
                axes.text(year, mean + 0.5, f"{mean:.1f}", ha="center")
        axes.set(xticks=years, xlim=(1983.7, 1987), ylim=(0, 14), ylabel="doctor visits a person")
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.savefig(out, metadata={"Date": None, "Title": "Nothing was done"})


if __name__ == "__main__":
    draw_nothing_was_done(HERE / "nothing-was-done.svg")
    draw_report(ROOT / "demo" / "results" / "report.html", HERE / "report.png")
