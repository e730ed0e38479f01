"""On a simulated site, late joiners and early leavers included: the engine's people are the
oracle's, and estimates from its sums are those of statsmodels on the rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from righthelp.engine import Engine, open_engine
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.describe import describe_course
from righthelp.onsite.estimates import crude, donut
from righthelp.onsite.people import Counted, read_counted
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Study
from righthelp.world import World, load_world, simulate
from tests.lib import oracle
from tests.lib.counting import Told, read_told
from tests.lib.oracle import Question, Unit
from tests.lib.records import (
    Appointment,
    LinkWorkerContact,
    Patient,
    Records,
    Referral,
    Registration,
)
from tests.lib.studies import make_study, site_of

BY_DATE = {"anchor": "date", "index_from": date(2023, 3, 1), "index_to": date(2024, 3, 1)}
STUDIES = {
    "month": make_study(site={"index_month": "2023-09"}, reference={"per_seen": 10}),
    "date": make_study(index=BY_DATE, windows={"washout_days": 14}, reference={"per_seen": 2}),
}
WORLD = World(
    seed=11,
    n_people=1500,
    referral_probability=0.12,
    late_joiner_share=0.15,
    departure_rate_per_month=0.012,
    death_rate_per_month=0.012,
)


@dataclass(frozen=True)
class Site:
    """A simulated site once counted, and the same site as the oracle follows it."""

    study: Study
    told: Told
    counted: Counted
    seen: dict[str, Unit]
    population: dict[str, Unit]
    reference: list[Unit]

    def rows_of(self, who: str) -> list[Unit]:
        """The units of one group, one row each."""
        if who == "reference":
            return self.reference
        counted = oracle.list_counted(self.seen)
        return [unit for unit in counted if who == "all" or unit.is_new == (who == "new")]


def _read_people(engine: Engine) -> Iterator[Records]:
    """The records in an engine, one person at a time."""
    kinds: dict[str, tuple[type, str]] = {
        "patients": (Patient, "patient_id, date_of_birth, date_of_death, sex"),
        "practice_registrations": (
            Registration,
            "patient_id, start_date, end_date, practice_id",
        ),
        "appointments": (
            Appointment,
            "patient_id, start_date, status, role, mode, category, practice_id",
        ),
        "link_worker_contacts": (LinkWorkerContact, "patient_id, date, outcome"),
        "referrals": (Referral, "patient_id, referred_on"),
    }
    rows: dict[str, dict[str, list[Any]]] = {name: defaultdict(list) for name in kinds}
    for name, (kind, columns) in kinds.items():
        for values in engine.rows(f"SELECT {columns} FROM {name}"):
            rows[name][values[0]].append(kind(*values))
    for person in sorted(rows["patients"]):
        yield Records(**{name: tuple(rows[name][person]) for name in kinds})


@pytest.fixture(scope="module", params=sorted(STUDIES))
def site(request: pytest.FixtureRequest) -> Site:
    study = STUDIES[request.param]
    ask = Question(study, site_of(study))
    with open_engine(threads=1) as engine:
        load_world(engine, simulate(WORLD))
        people = list(_read_people(engine))
        rules = Rules.of(study, site_of(study), role_missing=False)
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        told = read_told(engine, rules)
        counted = read_counted(engine, told.course)
    seen: dict[str, Unit] = {}
    population: dict[str, Unit] = {}
    for held in people:
        seen |= oracle.follow_seen(held, ask)
        population |= oracle.follow_population(held, ask)
    own = {held.patients[0].patient_id: held for held in people}
    drawn = (
        oracle.follow_reference(own[name], ask, patient_id=name, visit_on=visit, lag_days=lag)
        for name, visit, lag in told.drawn
    )
    return Site(study, told, counted, seen, population, [unit for unit in drawn if unit])


def test_the_site_has_people_of_every_kind(site: Site) -> None:
    """So that the comparisons below are of something."""
    steps = oracle.count_steps(site.seen)
    for step in ("compared", "ongoing", "died", "left", "joined_late", "short_history"):
        assert steps[step] > 0, step
    assert len(site.rows_of("new")) > 20
    assert len(site.reference) > 100


def test_the_engine_counts_a_simulated_site_as_the_oracle_does(site: Site) -> None:
    """People, steps and every sum, of some hundreds of seen and thousands of other people."""
    assert site.told.steps == {name: unit.step for name, unit in site.seen.items()}
    for part, units in (("seen", site.seen), ("population", site.population)):
        rows = site.told.of(part)
        assert set(rows) == set(units)
        for name, unit in units.items():
            if unit.is_registered:
                row = rows[name]
                told = [row[key] for key in ("before", "after", "earlier", "has_history")]
                assert told == [unit.before, unit.after, unit.earlier, unit.has_history]
    months = oracle.course_months(Question(site.study, site_of(site.study)))
    for who in ("new", "ongoing", "reference"):
        expected = oracle.sum_moments(site.rows_of(who), months)
        moments = site.told.course.of(who)
        assert moments.n == expected.n
        np.testing.assert_array_equal(moments.s, expected.s)
        np.testing.assert_array_equal(moments.q, expected.q)


def fit_rows(
    y: list[int], t: list[int], columns: list[list[float]], unit: list[int]
) -> tuple[float, float]:
    """The first coefficient of a Poisson model on rows and its error, clustered by unit.

    statsmodels without its small-sample correction, times the one factor stated everywhere here:
    G/(G-1), G units with any time at risk.
    """
    kept = np.array(t) > 0
    groups = np.array(unit)[kept]
    fit = sm.GLM(
        np.array(y)[kept],
        np.array(columns, dtype=float)[kept],
        family=sm.families.Poisson(),
        offset=np.log(np.array(t)[kept]),
    ).fit(
        cov_type="cluster",
        cov_kwds={"groups": groups, "use_correction": False},
        tol=1e-14,
        tol_criterion="params",
        maxiter=100,
    )
    clusters = len(set(groups.tolist()))
    return float(fit.params[0]), float(fit.bse[0]) * math.sqrt(clusters / (clusters - 1))


def fit_windows(units: list[Unit], before: range, after: range) -> tuple[float, float]:
    """The log rate ratio of two windows made of whole months, from two rows a person."""
    y, t, columns, groups = [], [], [], []
    for number, unit in enumerate(units):
        for side, window in enumerate((before, after)):
            y.append(sum(unit.contacts[month] for month in window))
            t.append(sum(unit.days[month] for month in window))
            columns.append([float(side), 1.0])
            groups.append(number)
    return fit_rows(y, t, columns, groups)


@pytest.mark.parametrize("who", ["new", "ongoing", "all"])
def test_the_crude_ratio_is_that_of_the_rows(site: Site, who: str) -> None:
    estimate = crude(site.counted, site.study, who=who)
    log_rr, se = fit_windows(site.rows_of(who), range(-6, 0), range(1, 7))
    assert estimate.log_rr == pytest.approx(log_rr, rel=1e-9, abs=1e-10)
    assert estimate.se == pytest.approx(se, rel=1e-9)
    exposed = [unit for unit in site.rows_of(who) if unit.days_before or unit.days_after]
    assert estimate.n == len(exposed)


def test_the_donut_ratio_is_that_of_the_rows(site: Site) -> None:
    """Months 7 to 12 before in place of the six months before."""
    estimate = donut(site.counted, site.study)
    log_rr, se = fit_windows(site.rows_of("new"), range(-12, -6), range(1, 7))
    assert estimate.log_rr == pytest.approx(log_rr, rel=1e-9, abs=1e-10)
    assert estimate.se == pytest.approx(se, rel=1e-9)


@pytest.mark.parametrize("group", ["seen", "reference"])
def test_the_course_is_that_of_the_rows(site: Site, group: str) -> None:
    """Each month against months -12 to -7 together: one row a person and month, one model."""
    units = site.rows_of("new" if group == "seen" else "reference")
    told = {
        month.month: month.against_baseline
        for month in describe_course(site.counted.course)
        if month.group == group
    }
    later = [month for month in told if month > -7]
    for month in (-1, 3):
        others = [other for other in later if other != month]
        y, t, columns, groups = [], [], [], []
        for number, unit in enumerate(units):
            for each in told:
                y.append(unit.contacts[each])
                t.append(unit.days[each])
                dummies = [float(each == other) for other in others]
                columns.append([float(each == month), 1.0, *dummies])
                groups.append(number)
        log_rr, se = fit_rows(y, t, columns, groups)
        assert told[month].log_rr == pytest.approx(log_rr, rel=1e-9, abs=1e-10)
        assert told[month].se == pytest.approx(se, rel=1e-9)
