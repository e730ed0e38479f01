"""Real people to whom nothing was done: the panel of studies/nothing-was-done as trials."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.trial import Trial, count_new, read_trial, release_site
from righthelp.evidence import Evidence, gather
from righthelp.onsite.people import Counted
from righthelp.onsite.sheets import counted_from_sheet
from righthelp.onsite.sources.counts import SiteCounts
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Study

PANEL = Path(__file__).parent.parent / "studies" / "nothing-was-done"


@cache
def open_panel() -> tuple[Study, dict[str, Any]]:
    """The study of real people and the functions of its script."""
    return load_study(PANEL / "study.toml"), runpy.run_path(str(PANEL / "draw.py"))


@cache
def read_panel(middle: int) -> npt.NDArray[np.int64]:
    """Visits of everybody with three years running."""
    visits: npt.NDArray[np.int64] = open_panel()[1]["read_visits"](middle)
    return visits


RULES: Mapping[str, Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]]] = {
    "at any visit alike": lambda visits: 0.012 * np.minimum(visits, 15),
    "from five visits on, a quarter": lambda visits: np.where(visits >= 5, 0.25, 0.0),
    "one in twelve, whoever comes": lambda visits: np.full(len(visits), 1 / 12),
}
"""Other rules of who would be called seen: the chance by the visits of the middle year."""


def try_panel(draw: tuple[int, int] | tuple[int, int, str]) -> Trial:
    """One draw (middle year, seed) of real people, on arrays in place of a written sheet.

    A third part names one of RULES; without it the study's own rule holds.
    """
    _, script = open_panel()
    middle, seed, *rule = draw
    visits = read_panel(middle)
    if rule:
        chance = RULES[rule[0]](visits[:, 1])
        seen = np.random.default_rng(seed).random(len(visits)) < chance
    else:
        seen = script["draw_seen"](visits, seed)
    counted = count_panel(visits, seen)
    return read_trial(answer(counted), n_seen=count_new(counted))


def answer(counted: Counted) -> Evidence:
    """The evidence of the panel's study."""
    study, _ = open_panel()
    return gather(study, [release_site(counted, study, study.site[0])])


def count_panel(visits: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]) -> Counted:
    """The panel as its sheet would be read: (n, 3) visits, (n,) whether seen."""
    study, _ = open_panel()
    n = len(visits)
    whole_year = np.full(n, 12.0)
    earlier, before, after = visits.T.astype(np.float64)
    sheet = SiteCounts(
        seen=seen,
        ongoing=np.zeros(n, dtype=bool),
        before=before,
        after=after,
        earlier=earlier,
        has_earlier=True,
        months_before=whole_year,
        months_after=whole_year,
        ladder=np.zeros((n, 3), dtype=np.int64),
        person=np.arange(n),
        findings=(),
        ledger=(),
        supply=(),
        checksums={},
    )
    return counted_from_sheet(sheet, study=study, site=study.site[0])
