"""On a simulated site the engine's consultations are those of the loops, and where nothing is done
nothing differs beyond chance."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pytest

from righthelp.engine import Engine, open_engine
from righthelp.estimators.ratio_change import compare_changes_in_ratio
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.matching import match_people
from righthelp.onsite.meaning.compared import read_compared
from righthelp.onsite.meaning.consultation import Consultations, read_consultations
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Study
from righthelp.world import World, load_world, simulate
from tests.lib.consultations import (
    RATIOS,
    Parts,
    count_caseload,
    count_dose,
    look_at_person,
)
from tests.lib.oracle import Question
from tests.lib.records import Appointment, Flag, LinkWorkerContact, Records
from tests.lib.studies import make_study, site_of

YEAR = {"anchor": "date", "index_from": date(2023, 3, 1), "index_to": date(2024, 3, 1)}
ASKED = {"repeat_days": 10, "visible_days": 20, "at_least_visits": 3}
STUDIES = {
    "month": make_study(site={"index_month": "2023-09"}, reference={"per_seen": 10}),
    "date": make_study(
        index=YEAR,
        windows={"washout_days": 14, "after_months": 4},
        reference={"per_seen": 3},
        contacts={"same_day": "all"},
        consultation=ASKED,
    ),
}
WORLD = World(seed=11, n_people=1500, referral_probability=0.12)
# As a site's book would be: rows without a clinician, a duration or a booking, some with a slip.
SPOIL = """
    CREATE OR REPLACE TABLE appointments AS
    SELECT * REPLACE (
        CASE WHEN hash(patient_id, start_date, 1) % 10 = 0 THEN NULL ELSE clinician_id END
            AS clinician_id,
        CASE hash(patient_id, start_date, 2) % 10
            WHEN 0 THEN NULL WHEN 1 THEN 0 WHEN 2 THEN 240 ELSE duration_minutes END
            AS duration_minutes,
        CASE hash(patient_id, start_date, 3) % 10
            WHEN 0 THEN NULL WHEN 1 THEN start_date + 1 WHEN 2 THEN start_date - 400
            ELSE booked_date END AS booked_date)
    FROM appointments
"""


@dataclass(frozen=True)
class Site:
    """A simulated site once looked at, its units, and its records a person at a time."""

    study: Study
    found: Consultations
    units: list[tuple[str, date, date, bool]]
    own: dict[str, Records]
    whole: Records


def _read_records(engine: Engine) -> Iterator[tuple[str, Records]]:
    kinds: dict[str, tuple[type, str]] = {
        "appointments": (
            Appointment,
            ", ".join(field.name for field in fields(Appointment)),
        ),
        "link_worker_contacts": (LinkWorkerContact, "patient_id, date, outcome"),
        "flags": (Flag, "patient_id, date, kind"),
    }
    rows: dict[str, dict[str, list[Any]]] = {name: defaultdict(list) for name in kinds}
    for name, (kind, columns) in kinds.items():
        for values in engine.rows(f"SELECT {columns} FROM {name}"):
            rows[name][values[0]].append(kind(*values))
    for person in {one for table in rows.values() for one in table}:
        yield person, Records(**{name: tuple(rows[name][person]) for name in kinds})


def _look(engine: Engine, study: Study) -> Consultations:
    rules = Rules.of(study, site_of(study), role_missing=False)
    select_cohort(engine, rules)
    fill_store(engine)
    count_contacts(engine, rules.definitions[0])
    match_people(engine, rules)
    return read_consultations(engine, rules, compared=read_compared(engine))


@pytest.fixture(scope="module", params=sorted(STUDIES))
def site(request: pytest.FixtureRequest) -> Site:
    study = STUDIES[request.param]
    with open_engine(threads=1) as engine:
        load_world(engine, simulate(WORLD))
        engine.execute(SPOIL)
        own = dict(_read_records(engine))
        found = _look(engine, study)
        units = engine.rows(
            "SELECT u.patient_id, n.index_on, n.contact_on, u.is_seen FROM compared AS u "
            "JOIN units AS n ON u.unit = n.unit ORDER BY u.unit"
        )
    whole = Records(
        link_worker_contacts=tuple(row for one in own.values() for row in one.link_worker_contacts)
    )
    return Site(study, found, units, own, whole)


@pytest.fixture(scope="module")
def loops(site: Site) -> list[Parts]:
    ask = Question(site.study, site_of(site.study))
    return [
        look_at_person(site.own[name], ask, name=name, index_on=index_on)
        for name, index_on, _, _ in site.units
    ]


def test_the_site_has_people_enough_on_both_sides(site: Site) -> None:
    """So that the comparisons below are of something."""
    assert site.found.seen.size > 20
    assert site.found.rows.size > 3 * site.found.cases.size > 60
    assert site.found.not_collected == {}


@pytest.mark.parametrize("measure", RATIOS)
def test_every_sum_is_that_of_the_loops(site: Site, loops: list[Parts], measure: str) -> None:
    found = site.found.parts[measure].columns
    for at, window in enumerate(("before", "after")):
        told = np.array([one[window, measure] for one in loops])
        np.testing.assert_array_equal(found[2 * at], told[:, 0])
        np.testing.assert_array_equal(found[2 * at + 1], told[:, 1])
        assert told[:, 1].sum() > 0


def test_seeing_the_same_clinician_is_that_of_the_loops(site: Site, loops: list[Parts]) -> None:
    """Of people with enough visits in both windows, pair by pair."""
    for at, measure in enumerate(("usual_provider", "same_clinician")):
        found = np.column_stack(site.found.parts[measure].columns)
        for row, one in zip(found, loops, strict=True):
            before, after = one["before", "same"][at], one["after", "same"][at]
            if math.isnan(before) or math.isnan(after):
                assert row.tolist() == [0, 0, 0, 0]
            else:
                assert row.tolist() == pytest.approx([before, 1, after, 1])
        assert found[:, 1].sum() > 20


def test_what_consultations_lack_is_that_of_the_loops(site: Site, loops: list[Parts]) -> None:
    needed = {"usual_provider": "clinician", "length": "length", "wait": "wait"}
    for measure, part in needed.items():
        for at, window in enumerate(("before", "after")):
            held = np.array([one[window, "consultation"][1] for one in loops])
            known = np.array([one[window, part][1] for one in loops])
            np.testing.assert_array_equal(site.found.total[at], held)
            np.testing.assert_array_equal(site.found.lacking[measure][at], held - known)
            assert 0 < known.sum() < held.sum()


def test_the_dose_is_that_of_the_loops(site: Site) -> None:
    ask = Question(site.study, site_of(site.study))
    told = [
        count_dose(site.own[name], ask, name=name, contact_on=contact_on, index_on=index_on)
        for name, index_on, contact_on, is_seen in site.units
        if is_seen
    ]
    assert site.found.dose.contacts.tolist() == [contacts for contacts, _ in told]
    assert site.found.dose.days.tolist() == [days for _, days in told]
    assert site.found.dose.caseload.tolist() == count_caseload(site.whole, ask)


def test_where_nothing_is_done_nothing_differs_beyond_chance() -> None:
    """Six measures, of which all lie within 3.3 errors in 994 worlds of a thousand; what the link
    worker left to see does differ, which shows that the comparison can. Over 60 such worlds the
    95% intervals held nought in 90 to 97 of 100, each measure by itself.
    """
    study = make_study(index=YEAR)
    with open_engine(threads=1) as engine:
        load_world(engine, simulate(World(seed=5, n_people=5000, referral_probability=0.05)))
        found = _look(engine, study)
    assert found.cases.size > 400
    scores = {}
    for measure, parts in found.parts.items():
        compared = compare_changes_in_ratio(
            parts.take(found.cases),
            parts.take(found.rows),
            case_person=found.person[found.cases],
            row_set=found.row_set,
            row_person=found.person[found.rows],
        )
        assert compared.difference is not None
        assert compared.se is not None
        scores[measure] = compared.difference / compared.se
    assert scores.pop("visible") > 20
    assert len(scores) == 6
    assert max(map(abs, scores.values())) < 3.3
