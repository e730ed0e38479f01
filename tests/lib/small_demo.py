"""The demo with fewer people: every route and every question, counted once for many tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from righthelp.evidence import Evidence, gather
from righthelp.protocol.study import Study
from righthelp.returns.tables import Released
from righthelp.run import load_study, read_returns, run_study
from righthelp.world.demo import DemoSite, write_demo

SITES = (
    DemoSite("ashby", "Ashby", "csv", "2023-09", 44_000, 0.90, 11),
    DemoSite("brook", "Brook", "csv", "2023-10", 12_000, 0.85, 12),
    DemoSite("elm", "Elm", "csv", "2024-03", 8_000, 1.00, 15),
    DemoSite("ford", "Ford", "counts", "2023-10", 16_000, 0.90, 16),
    DemoSite("hart", "Hart", "summary", "2024-02", 16_000, 0.90, 18),
)


@cache
def run_small_demo() -> Path:
    """The folder of the study after it was run: study.toml, and results with returns in it."""
    folder = Path(mkdtemp(prefix="small-demo-"))
    run_study(write_demo(folder, tell=lambda _: None, sites=SITES), folder / "results")
    return folder


def read_small_demo() -> tuple[Study, list[Released]]:
    """The study and its returns."""
    folder = run_small_demo()
    returns = sorted((folder / "results" / "returns").glob("*.zip"))
    return load_study(folder / "study.toml"), read_returns(returns)


@cache
def gather_small_demo() -> Evidence:
    """The evidence of it."""
    study, returns = read_small_demo()
    return gather(study, returns)
