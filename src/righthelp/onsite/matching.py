"""Risk-set matching: comparators for each new person, from the reference visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators.matched import Matched, compare_matched
from righthelp.estimators.result import Estimate
from righthelp.onsite.cohort import SQL
from righthelp.onsite.ladder import LADDER, MOST_CONTACTS, MOST_LAG_DAYS, Rung, list_bins
from righthelp.onsite.rules import KINDS, Rules
from righthelp.protocol.study import Matching as MatchingRule


@dataclass(frozen=True)
class Matching:
    """What matching gave: cases by rung of the ladder, those left without, and the estimates.

    course: for each month from the index, the log ratio of cases to comparators. control: the same
    after the index for contacts that the link worker cannot change; None where none are named.
    course_contacts: for each month the contacts of cases and of their comparators behind it.
    """

    n_by_rung: tuple[int, ...]
    n_unmatched: int
    matched: Matched
    course: Mapping[int, Estimate]
    course_contacts: Mapping[int, tuple[int, int]]
    control: Estimate | None

    @property
    def share_matched(self) -> float | None:
        """Share of the cases that have comparators; None without cases."""
        n = sum(self.n_by_rung)
        return n / (n + self.n_unmatched) if n + self.n_unmatched else None


def match_people(engine: Engine, rules: Rules) -> Matching:
    """Match, compare and describe; `people` must hold the counts of the study's own definition.

    Leaves `sets`: a row (unit of the case, unit of the comparator, rung) each.
    """
    sets = _find_sets(engine, rules)
    found = dict(engine.rows("SELECT rung, count(DISTINCT unit) FROM sets GROUP BY rung"))
    course, course_contacts = _compare_months(engine, rules, sets=sets)
    return Matching(
        n_by_rung=tuple(found.get(number, 0) for number in range(1, len(LADDER) + 1)),
        n_unmatched=engine.rows("SELECT count(*) FROM cases_left")[0][0],
        matched=_compare(engine, sets),
        course=course,
        course_contacts=course_contacts,
        control=_compare_control(engine, rules, sets=sets),
    )


def compare_people(engine: Engine, rules: Rules) -> Matched:
    """Match and compare alone, without the course, the control and how many on which rung."""
    return _compare(engine, _find_sets(engine, rules))


def _find_sets(engine: Engine, rules: Rules) -> Sets:
    engine.run_file(SQL, "matchable.sql")
    climb(engine, rules.study.matching, ladder=LADDER)
    return read_sets(engine)


def climb(engine: Engine, matching: MatchingRule, *, ladder: Sequence[Rung]) -> None:
    """Find comparators among `matchable` on each rung in turn, for those who have none yet."""
    _write_rule(engine, matching)
    for number, rung in enumerate(ladder, start=1):
        if not engine.rows("SELECT count(*) FROM cases_left")[0][0]:
            return
        _write_rung(engine, number, rung)
        engine.run_file(SQL, "match.sql")


def _write_rule(engine: Engine, matching: MatchingRule) -> None:
    engine.create_table(
        "matching_rule",
        {"per_person": "INTEGER", "at_least": "INTEGER"},
        rows=[(matching.per_person, min(matching.at_least, matching.per_person))],
    )
    # One step more than people wanted: one of those met may be the case's own earlier visit.
    engine.create_table(
        "matching_steps",
        {"step": "INTEGER"},
        rows=[(step,) for step in range(matching.per_person + 1)],
    )


def _write_rung(engine: Engine, number: int, rung: Rung) -> None:
    lists = dict.fromkeys(("bins_1", "bins_2", "bins_3", "lag_bins"), "TINYINT[]")
    bins = [list_bins(starts, most=MOST_CONTACTS) for starts in rung.bins]
    engine.create_table(
        "rung",
        {"rung": "INTEGER", "strata": "VARCHAR", "months": "INTEGER", **lists},
        rows=[
            (number, rung.strata, rung.months, *bins, list_bins(rung.lags, most=MOST_LAG_DAYS)),
        ],
    )


@dataclass(frozen=True)
class Sets:
    """The matched sets by the places of units: a case each, and a row for each comparator.

    row_set: for each row the place of its case among the cases. *_person: who each unit is.
    """

    case_unit: np.ndarray
    case_person: np.ndarray
    row_set: np.ndarray
    row_unit: np.ndarray
    row_person: np.ndarray

    def compare(self, before: np.ndarray, after: np.ndarray, *, history: np.ndarray) -> Matched:
        """Compare counts that every unit has: before, after (units,), history (units, h).

        They stay whole numbers until the matched ones are picked out, which spares memory.
        """
        return compare_matched(
            case_before=before[self.case_unit],
            case_after=after[self.case_unit],
            case_history=history[self.case_unit],
            case_person=self.case_person,
            row_set=self.row_set,
            row_before=before[self.row_unit],
            row_after=after[self.row_unit],
            row_history=history[self.row_unit],
            row_person=self.row_person,
        )

    def compare_one(self, counts: np.ndarray) -> Estimate:
        """The ratio of cases to comparators in one count."""
        return self.compare(counts, counts, history=np.zeros((counts.size, 1), dtype=np.int8)).after


def read_sets(engine: Engine) -> Sets:
    """Read the table `sets`, whose units must be those of `people`; sets by their case's unit."""
    rows = engine.columns(
        "SELECT s.unit AS case_unit, s.comparator AS row_unit, c.person AS case_person, "
        "p.person AS row_person FROM sets AS s JOIN people AS c ON s.unit = c.unit "
        "JOIN people AS p ON s.comparator = p.unit ORDER BY s.unit, s.comparator"
    )
    case_unit, first, row_set = np.unique(rows["case_unit"], return_index=True, return_inverse=True)
    case_person = rows["case_person"].astype(np.int64)[first]
    row_person = rows["row_person"].astype(np.int64)
    return Sets(case_unit, case_person, row_set, rows["row_unit"], row_person)


def _compare(engine: Engine, sets: Sets) -> Matched:
    columns = ("before", "after", "band_1", "band_2", "band_3")
    found = engine.columns(f"SELECT unit, {', '.join(columns)} FROM people")
    counts = np.zeros((_count_units(engine), len(columns)), dtype=np.int32)
    for place, column in enumerate(columns):
        counts[found["unit"], place] = found[column]
    return sets.compare(counts[:, 0], counts[:, 1], history=counts[:, 2:])


def _compare_months(
    engine: Engine, rules: Rules, *, sets: Sets
) -> tuple[dict[int, Estimate], dict[int, tuple[int, int]]]:
    """Cases over comparators in each month counted from the index (the event study of both)."""
    months = rules.course_months()
    found = engine.columns(
        "SELECT m.unit, m.month, m.contacts FROM unit_months AS m "
        "SEMI JOIN course_months AS c ON m.month = c.month"
    )
    counts = np.zeros((_count_units(engine), len(months)), dtype=np.int16)
    counts[found["unit"], np.searchsorted(months, found["month"])] = found["contacts"]
    ratios, contacts = {}, {}
    comparators = np.unique(sets.row_unit)
    for place, month in enumerate(months):
        ratios[month] = sets.compare_one(counts[:, place])
        own, theirs = counts[sets.case_unit, place], counts[comparators, place]
        contacts[month] = int(own.sum()), int(theirs.sum())
    return ratios, contacts


def _compare_control(engine: Engine, rules: Rules, *, sets: Sets) -> Estimate | None:
    """Cases over comparators after the index, in attended contacts with the roles named for it."""
    roles = rules.study.matching.control_roles
    if not roles:
        return None
    kinds = [
        (number,)
        for number, (role, _, status, _) in enumerate(KINDS)
        if role in roles and status == "attended"
    ]
    engine.create_table("control_kinds", {"kind": "SMALLINT"}, rows=kinds)
    engine.run_file(SQL, "control.sql")
    found = engine.columns("SELECT unit, contacts FROM control_contacts")
    counts = np.zeros(_count_units(engine))
    counts[found["unit"]] = found["contacts"]
    return sets.compare_one(counts)


def _count_units(engine: Engine) -> int:
    return int(engine.rows("SELECT coalesce(max(unit) + 1, 0) FROM units")[0][0])
