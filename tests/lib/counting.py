"""What the engine says of small records: its people, steps and sums as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from righthelp.engine import Engine, open_engine
from righthelp.estimators.moments import Moments
from righthelp.onsite.cohort import SQL, select_cohort
from righthelp.onsite.moments import Course, collect_course
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.contacts import Definition
from righthelp.protocol.study import Study
from tests.lib.records import Records, load_records
from tests.lib.studies import site_of

Row = dict[str, Any]
_NUMBERS = frozenset({"counted", "person", "stratum", "age_stratum"})


@dataclass(frozen=True)
class Told:
    """The engine's tables after a count: one row a unit, one a person seen, the flow, the course.

    `units` joins `units` and `people`; `drawn` holds (person, visit, lag) of reference people.
    """

    units: tuple[Row, ...]
    steps: dict[str, str]
    flow: dict[str, int]
    drawn: tuple[tuple[str, date, int], ...]
    months: dict[tuple[str, str, date | None], dict[int, int]]
    course: Course

    def of(self, part: str) -> dict[str, Row]:
        """The units of one part by name; for parts in which nobody stands twice."""
        rows = [row for row in self.units if row["grp"] == part]
        named = {row["patient_id"]: row for row in rows}
        assert len(named) == len(rows)
        return named


@contextmanager
def counted_engine(
    records: Records,
    study: Study,
    *,
    role_missing: bool = False,
    with_categories: bool = False,
    backwards: bool = False,
) -> Iterator[tuple[Engine, Rules]]:
    """An engine that holds these records counted by the study's own definition."""
    with open_engine(threads=1, memory_limit="500MB") as engine:
        load_records(engine, records, backwards=backwards)
        rules = Rules.of(
            study, site_of(study), role_missing=role_missing, with_categories=with_categories
        )
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        yield engine, rules


def count(
    records: Records, study: Study, *, role_missing: bool = False, backwards: bool = False
) -> Told:
    """Count these records by the study's own definition."""
    with counted_engine(records, study, role_missing=role_missing, backwards=backwards) as found:
        return read_told(*found)


def count_by(
    records: Records,
    study: Study,
    name: str,
    *,
    role_missing: bool = False,
    with_categories: bool = False,
) -> Told:
    """Count these records by a rival definition."""
    with counted_engine(
        records, study, role_missing=role_missing, with_categories=with_categories
    ) as (engine, rules):
        definition = find_definition(rules, name)
        count_contacts(engine, definition)
        return read_told(engine, rules)


def find_definition(rules: Rules, name: str) -> Definition:
    return next(one for one in rules.definitions if one.name == name)


def read_told(engine: Engine, rules: Rules) -> Told:
    """Read everything that a test looks at."""
    course = collect_course(engine, rules)
    engine.run_file(SQL, "flow.sql")
    columns = (
        "u.patient_id, u.grp, u.is_new, u.index_on, u.qualifying_on, u.is_patient, "
        "u.is_registered, u.sex, u.age_band, p.unit AS counted, p.days_before, p.days_after, "
        "p.is_complete, p.has_earlier, p.has_history, p.earlier, p.before, p.after, p.band_1, "
        "p.band_2, p.band_3, p.person, p.stratum, p.age_stratum"
    )
    names = [part.split(" AS ")[-1].split(".")[-1].strip() for part in columns.split(",")]
    rows = engine.rows(f"SELECT {columns} FROM units AS u LEFT JOIN people AS p ON u.unit = p.unit")
    months: dict[tuple[str, str, date | None], dict[int, int]] = {}
    for grp, name, visit_on, month, contacts in engine.rows(
        "SELECT u.grp, u.patient_id, u.qualifying_on, m.month, m.contacts FROM unit_months AS m "
        "JOIN units AS u ON m.unit = u.unit ORDER BY m.month"
    ):
        months.setdefault((grp, name, visit_on), {})[month] = contacts
    return Told(
        units=tuple(dict(zip(names, row, strict=True)) for row in rows),
        steps=dict(engine.rows("SELECT patient_id, step FROM seen_steps")),
        flow=dict(engine.rows("SELECT step, n FROM flow")),
        drawn=tuple(
            engine.rows("SELECT patient_id, visit_on, lag_days FROM reference_lagged ORDER BY ALL")
        ),
        months=months,
        course=course,
    )


def describe_told(
    told: Told, *, parts: tuple[str, ...] = ("seen", "reference", "population")
) -> Any:
    """All that is told of some parts, in an order of its own, without running numbers."""
    units = [
        sorted((name, str(value)) for name, value in row.items() if name not in _NUMBERS)
        for row in told.units
        if row["grp"] in parts
    ]
    groups = ("new", "ongoing", *(("reference",) if "reference" in parts else ()))
    sums = {who: list_sums(told.course.of(who)) for who in groups}
    whole = len(parts) == len({row["grp"] for row in told.units} | set(parts))
    return {
        "units": sorted(units),
        "steps": told.steps,
        "flow": {step: n for step, n in told.flow.items() if whole or step in told.steps.values()},
        "drawn": told.drawn if "reference" in parts else (),
        "months": {key: counts for key, counts in told.months.items() if key[0] in parts},
        "sums": sums,
    }


def list_sums(moments: Moments) -> tuple[int, list[float], list[list[float]]]:
    """n, S and Q as plain numbers."""
    return moments.n, moments.s.tolist(), moments.q.tolist()
