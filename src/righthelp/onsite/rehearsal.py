"""The whole way again where nothing was done: for reference people, as if they had been referred.

What comes out should be no difference. What it is shows where zero lands at this site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.errors import DataRefused
from righthelp.estimators.result import Estimate
from righthelp.onsite.cohort import SQL, select_cohort
from righthelp.onsite.estimates import project
from righthelp.onsite.matching import compare_people
from righthelp.onsite.people import read_counted
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store

DESIGNS = ("projection", "matched_after", "matched_change", "matched_adjusted")
NOBODY = "nobody is left to rehearse with"


@dataclass(frozen=True)
class Rehearsal:
    """Estimates by design (`DESIGNS`) where the truth is no difference."""

    estimates: Mapping[str, Estimate]


def draw_rehearsal(engine: Engine) -> None:
    """Draw whom to rehearse with, while `people` holds the study's own definition."""
    engine.run_file(SQL, "replay_draw.sql")


def rehearse(engine: Engine, rules: Rules) -> Rehearsal:
    """Run the rehearsal that was drawn; the tables of the site's own count are gone afterwards."""
    engine.clear_workspace()
    engine.run_file(SQL, "replay.sql")
    try:
        select_cohort(engine, rules)
    except DataRefused:
        return Rehearsal(dict.fromkeys(DESIGNS, Estimate.none(n=0, reason=NOBODY)))
    fill_store(engine)
    count_contacts(engine, rules.definitions[0])
    counted = read_counted(engine, None)
    matched = compare_people(engine, rules)
    projected = project(counted.seen.where(counted.seen.is_new), counted.reference)
    made = (projected, matched.after, matched.change, matched.adjusted)
    return Rehearsal(dict(zip(DESIGNS, made, strict=True)))
