"""Draw the pictures of the pages anew, after `make demo` and `make setup`.

    python docs/images/draw.py

Needs Chromium for the picture of the report.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SHOWN = "#summary, header, .signal, #across"
"""Parts of the report that the picture shows, and of these: """
HIDDEN = "nav, main > section:not(#summary, #across), #summary ~ p"


def draw_report(report: Path, out: Path) -> None:
    """The beginning of the report and the figure of its sites, as a PNG of few colours."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 820, "height": 900}, device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        page.evaluate(
            """() => {
                const figure = document.getElementById('figure-sites');
                const cards = document.querySelector('#summary h2').nextElementSibling;
                const summary = document.getElementById('summary');
                summary.replaceChildren(summary.querySelector('h2'), cards, figure);
                document.querySelectorAll('nav, section:not(#summary), footer, figure details')
                    .forEach(part => part.remove());
            }"""
        )
        picture = page.screenshot(full_page=True)
        browser.close()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(
        out, optimize=True
    )


def draw_nothing_was_done(out: Path) -> None:
    """Mean visits a year of the German panel's people, by whether they would be called seen."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    sys.path.insert(0, str(ROOT / "studies" / "nothing-was-done"))
    from draw_seen import read_visits  # type: ignore[import-not-found]

    visits = read_visits(1985)
    chance = 0.5 * np.minimum(1, (visits[:, 1] / 15) ** 1.5)
    years = [1984, 1985, 1986]
    lines = (
        ("called “seen” in 1985, as they came often", chance, "#1f4e79", "o", "-"),
        ("everybody else", 1 - chance, "#5b6770", "s", "--"),
    )
    with rc_context({"svg.hashsalt": "righthelp", "svg.fonttype": "none", "font.size": 11}):
        figure = Figure(figsize=(7, 3.4), layout="constrained")
        axes = figure.subplots()
        for label, weight, colour, marker, style in lines:
            means = weight @ visits / weight.sum()
            axes.plot(years, means, color=colour, marker=marker, linestyle=style)
            axes.annotate(
                label, (1985, means[1]), (0, 9), textcoords="offset points", ha="center"
            )
            for year, mean in zip(years, means, strict=True):
                if year != 1985:
                    axes.annotate(
                        f"{mean:.1f}", (year, mean), (0, 8), textcoords="offset points", ha="center"
                    )
        axes.set(xticks=years, ylim=(0, 14), ylabel="doctor visits a person", xlim=(1983.7, 1986.3))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        figure.savefig(out, metadata={"Date": None, "Title": "Nothing was done"})


if __name__ == "__main__":
    draw_nothing_was_done(HERE / "nothing-was-done.svg")
    draw_report(ROOT / "demo" / "results" / "report.html", HERE / "report.png")
