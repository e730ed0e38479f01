"""The engine equals the plain-Python oracle on drawn records: everybody, every count, every sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.moments import Moments
from righthelp.protocol.study import Study
from tests.lib import oracle
from tests.lib.counting import Row, Told, count, count_by, describe_told
from tests.lib.drawn import records, studies
from tests.lib.oracle import Question, Unit
from tests.lib.records import Records
from tests.lib.studies import site_of

FIELDS = (
    "is_new",
    "index_on",
    "qualifying_on",
    "is_patient",
    "is_registered",
    "sex",
    "age_band",
    "days_before",
    "days_after",
    "is_complete",
    "has_earlier",
    "has_history",
    "earlier",
    "before",
    "after",
)


@st.composite
def questions(draw: st.DrawFn, max_people: int = 10) -> tuple[Study, Records]:
    study = draw(studies())
    return study, draw(records(study, max_people=max_people))


def read_unit(row: Row, contacts: dict[int, int], course: Iterable[int]) -> dict[str, Any]:
    """What the engine says of a unit, in the oracle's words."""
    told = {name: row[name] for name in FIELDS}
    bands = (row["band_1"], row["band_2"], row["band_3"]) if row["has_history"] else None
    return told | {"bands": bands, "contacts": {m: contacts.get(m, 0) for m in course}}


def state_unit(unit: Unit) -> dict[str, Any]:
    """What the oracle says of it."""
    told = {name: getattr(unit, name) for name in FIELDS}
    return told | {
        "bands": unit.bands if unit.has_history else None,
        "contacts": dict(unit.contacts),
    }


def assert_units_equal(told: Told, ask: Question, units: dict[str, Unit], *, part: str) -> None:
    rows = told.of(part)
    assert set(rows) == set(units)
    for name, unit in units.items():
        row = rows[name]
        if not (unit.is_patient and unit.is_registered):
            assert row["counted"] is None, f"{name} is left out, so nothing of theirs is counted"
            continue
        visit = unit.qualifying_on
        contacts = told.months.get((part, name, visit), {})
        assert read_unit(row, contacts, oracle.course_months(ask)) == state_unit(unit), name


def assert_sums_equal(moments: Moments, units: Iterable[Unit], months: list[int]) -> None:
    expected = oracle.sum_moments(units, months)
    assert moments.n == expected.n
    assert moments.s.tolist() == list(expected.s)
    assert moments.q.tolist() == [list(row) for row in expected.q]


@settings(max_examples=60)
@given(questions())
def test_everybody_seen_and_the_population_are_as_the_oracle_says(
    question: tuple[Study, Records],
) -> None:
    study, held = question
    ask = Question(study, site_of(study))
    told = count(held, study)
    seen = oracle.follow_seen(held, ask)
    assert_units_equal(told, ask, seen, part="seen")
    assert told.steps == {name: unit.step for name, unit in seen.items()}
    population = oracle.follow_population(held, ask)
    assert_units_equal(told, ask, population, part="population")
    steps = dict(oracle.count_steps(seen))
    steps["population"] = sum(unit.has_earlier for unit in population.values())
    flow = {step: n for step, n in told.flow.items() if not step.startswith("reference") and n}
    assert flow == {step: n for step, n in steps.items() if n}
    counted = oracle.list_counted(seen)
    months = oracle.course_months(ask)
    assert list(told.course.months) == months
    for who, is_new in (("new", True), ("ongoing", False)):
        group = [unit for unit in counted if unit.is_new == is_new]
        assert_sums_equal(told.course.of(who), group, months)
    assert_sums_equal(told.course.of("all"), counted, months)


@settings(max_examples=30)
@given(questions())
def test_reference_people_are_as_the_oracle_says_of_the_visits_drawn(
    question: tuple[Study, Records],
) -> None:
    study, held = question
    ask = Question(study, site_of(study))
    told = count(held, study)
    seen = oracle.follow_seen(held, ask)
    new = {name: unit for name, unit in seen.items() if unit.is_new}
    assert len({(name, visit) for name, visit, _ in told.drawn}) == len(told.drawn)
    units = []
    for name, visit, lag in told.drawn:
        assert visit in oracle.list_visits(held, ask, name)
        known = oracle.known_on(held, name)
        assert known is None or known > visit, "a reference person is not known to the scheme"
        assert lag in {
            (oracle.first_seen(held, ask, other)[0] - unit.qualifying_on).days  # type: ignore[index]
            for other, unit in new.items()
            if unit.qualifying_on
            and (unit.qualifying_on.year, unit.qualifying_on.month) == (visit.year, visit.month)
        }
        unit = oracle.follow_reference(held, ask, patient_id=name, visit_on=visit, lag_days=lag)
        if unit:
            units.append(unit)
    rows = {(r["patient_id"], r["qualifying_on"]): r for r in told.units if r["grp"] == "reference"}
    assert set(rows) == {(unit.patient_id, unit.qualifying_on) for unit in units}
    for unit in units:
        key = (unit.patient_id, unit.qualifying_on)
        contacts = told.months.get(("reference", *key), {})
        assert read_unit(rows[key], contacts, oracle.course_months(ask)) == state_unit(unit)
        assert rows[key]["person"] == person_of(told, unit.patient_id, rows[key])
    assert_sums_equal(told.course.of("reference"), units, oracle.course_months(ask))
    with_history = [unit for unit in units if unit.has_history]
    assert told.flow["reference"] == len(with_history)
    assert told.flow["reference_incomplete"] == len(units) - len(with_history)


def person_of(told: Told, name: str, row: Row) -> Any:
    """Somebody seen and reference is one person; the code is that of the person seen."""
    seen = told.of("seen").get(name)
    return seen["person"] if seen and seen["counted"] is not None else row["person"]


@settings(max_examples=10)
@given(
    questions(max_people=6), st.sampled_from(["every_appointment", "seen_by_status", "any_mode"])
)
def test_a_rival_definition_changes_the_contacts_and_nobodys_place(
    question: tuple[Study, Records], name: str
) -> None:
    study, held = question
    rivals: dict[str, dict[str, object]] = {
        "every_appointment": {"same_day": "all"},
        "seen_by_status": {
            "statuses": ("attended", "arrived", "in_progress", "waiting", "walked_out")
        },
        "any_mode": {
            "modes": ("face_to_face", "telephone", "video", "home_visit", "written", "unknown")
        },
    }
    contacts = study.contacts.model_copy(update=rivals[name])
    if contacts == study.contacts:
        return
    told = count_by(held, study, name)
    ask = Question(study, site_of(study), counted=contacts)
    seen = oracle.follow_seen(held, ask)
    assert_units_equal(told, ask, seen, part="seen")
    assert told.steps == {person: unit.step for person, unit in seen.items()}


@settings(max_examples=10)
@given(questions(max_people=6))
def test_without_roles_all_staff_count(question: tuple[Study, Records]) -> None:
    study, held = question
    ask = Question(study, site_of(study), role_missing=True)
    told = count(held, study, role_missing=True)
    assert_units_equal(told, ask, oracle.follow_seen(held, ask), part="seen")


@settings(max_examples=10)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    question: tuple[Study, Records], random: Any
) -> None:
    study, held = question
    mixed = Records(
        **{name: tuple(random.sample(rows, len(rows))) for name, rows in vars(held).items()}
    )
    assert describe_told(count(held, study)) == describe_told(count(mixed, study))
