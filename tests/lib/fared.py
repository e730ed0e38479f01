"""A simulated site taken as far as its scores, and what became of its people by loops and dicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any

from righthelp.engine import Engine, open_engine
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.matching import match_people
from righthelp.onsite.meaning.wellbeing import Wellbeing, read_wellbeing
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Study
from righthelp.world.population import simulate
from righthelp.world.settings import World
from righthelp.world.tables import load_world
from tests.lib.scores import Pair, Sent, choose_pair
from tests.lib.studies import make_study, site_of

Cells = dict[tuple[str, str, str, str], int]
"""(by, stratum, contacts, score) -> people."""


@contextmanager
def matched_world(study: Study, **world: Any) -> Iterator[tuple[Engine, Rules]]:
    """An engine with a simulated site counted and matched under the study's own definition."""
    facts: dict[str, Any] = {
        "start_on": date(2022, 1, 1),
        "months": 36,
        "site_id": "north",
        "n_practices": 1,
        "referral_probability": 0.03,
        **world,
    }
    with open_engine(threads=1, memory_limit="700MB") as engine:
        load_world(engine, simulate(World(**facts)))
        rules = Rules.of(study, site_of(study), role_missing=False)
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        match_people(engine, rules)
        yield engine, rules


def make_fared_study(**outcomes: Any) -> Study:
    """A study of everybody whose first contact lay in half a year."""
    index = {"anchor": "date", "index_from": date(2023, 7, 1), "index_to": date(2024, 1, 1)}
    return make_study(index=index, outcomes=outcomes)


@cache
def read_world(effect: float, *, seed: int, n_people: int = 4000) -> Wellbeing:
    """The scores of a simulated site whose link worker changes wellbeing by so many SDs."""
    # PAM at level 0 is 58, and so many SDs are 12 points each: no rounding, no end in reach.
    study = make_fared_study(population_mean={"pam": 58})
    with matched_world(study, seed=seed, n_people=n_people, wellbeing_effect=effect) as (
        engine,
        rules,
    ):
        found = read_wellbeing(engine, rules)
    assert found is not None
    return found


def count_by_loops(
    engine: Engine, study: Study, scale: str, *, important: float
) -> tuple[dict[str, int], Cells]:
    """How new people stand on a scale where more is better, and the cells of the quadrants."""
    people = engine.rows(
        "SELECT p.patient_id, p.is_complete, p.before, p.after, u.sex, u.age_band, u.contact_on "
        "FROM people AS p JOIN units AS u ON p.unit = u.unit WHERE p.grp = 'seen' AND p.is_new"
    )
    sent: dict[str, list[tuple[date, float]]] = {}
    for name, on, score in engine.rows(
        "SELECT patient_id, date, score FROM outcomes WHERE instrument = ?", [scale]
    ):
        sent.setdefault(name, []).append((on, score))
    standing: dict[str, int] = {}
    cells: Cells = {}
    for name, complete, before, after, sex, age, contact_on in people:
        rows = [
            Sent(name, (on - contact_on).days, score, scale) for on, score in sent.get(name, [])
        ]
        stands, pair = choose_pair(rows, study.outcomes)
        standing[stands] = standing.get(stands, 0) + 1
        if complete:
            score = _judge(pair, important)
            contacts = "fewer" if after < before else "more" if after > before else "same"
            for by, stratum in (("all", "all"), ("sex", sex), ("age", age)):
                key = (by, stratum, contacts, score)
                cells[key] = cells.get(key, 0) + 1
    return standing, cells


def _judge(pair: Pair | None, important: float) -> str:
    if pair is None:
        return "none"
    gain = round(pair.last[1] - pair.first[1], 6)
    return "better" if gain >= important else "worse" if gain <= -important else "same"
