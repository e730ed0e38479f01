"""What consultations were like before and after, for the people seen and their comparators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.engine import Engine
from righthelp.estimators.continuity import Continuity, continuity
from righthelp.estimators.ratio_change import RatioParts
from righthelp.onsite.cohort import SQL
from righthelp.onsite.meaning.compared import Codes, Compared
from righthelp.onsite.rules import KINDS, Rules, is_eligible
from righthelp.returns.consultation import CONTINUITY, PER_100

Floats = npt.NDArray[np.float64]
WINDOWS = ("before", "after")
LONGEST_MINUTES = 120
"""A longer duration is that of a list or a session, not of a consultation."""
LONGEST_WAIT_DAYS = 365
"""Who booked longer ago than this has a slip in the date, or a standing appointment."""
NEEDS: Mapping[str, tuple[str, str]] = {
    "usual_provider": ("clinician", "the site did not supply who held an appointment"),
    "same_clinician": ("clinician", "the site did not supply who held an appointment"),
    "length": ("length", "the site did not supply how long appointments took"),
    "wait": ("wait", "the site did not supply when appointments were booked"),
}
"""What a consultation must have for a measure, and what is said where none has it."""
NO_MISSED = "the site did not supply missed appointments"
_RATIOS = ("length", "missed", "repeat", "wait", "visible")


@dataclass(frozen=True)
class Dose:
    """How much the link worker did.

    contacts, days: (n,) of each complete new person, from the first contact to the end of the after
    window, the days from the first to the last of them. caseload: people seen in each whole month.
    """

    contacts: Codes
    days: Codes
    caseload: Codes


@dataclass(frozen=True)
class Consultations:
    """What consultations were like, exact; rows are units, each with its person.

    seen: places of the complete new people; cases: of those with comparators; rows: of their
    comparators, row_set the place of the case among the cases. parts: by measure what each row
    gives. lacking: by measure the consultations before and after that lack what it needs; total:
    all of them. not_collected: measures that the site's records cannot give, and why.
    """

    person: Codes
    seen: Codes
    cases: Codes
    rows: Codes
    row_set: Codes
    parts: Mapping[str, RatioParts]
    lacking: Mapping[str, tuple[Floats, Floats]]
    total: tuple[Floats, Floats]
    not_collected: Mapping[str, str]
    dose: Dose


def read_consultations(engine: Engine, rules: Rules, *, compared: Compared) -> Consultations:
    """Look at the consultations of the people seen and of their comparators.

    `people` must hold the counts of the study's own definition.
    """
    _write_rules(engine, rules)
    engine.run_file(SQL, "consultation.sql")
    counts = _read_counts(engine, compared)
    at_least = rules.study.consultation.at_least_visits
    total = _columns(counts, "consultation")[1::2]
    return Consultations(
        person=compared.person,
        seen=compared.seen,
        cases=compared.cases,
        rows=compared.rows,
        row_set=compared.row_set,
        parts={
            **_see_same(engine, compared, at_least=at_least),
            **{name: _take_ratio(counts, name) for name in _RATIOS},
        },
        lacking={
            name: _subtract(total, _columns(counts, needed)[1::2])
            for name, (needed, _) in NEEDS.items()
        },
        total=(total[0], total[1]),
        not_collected=_find_missing(engine, counts),
        dose=_read_dose(engine),
    )


def _write_rules(engine: Engine, rules: Rules) -> None:
    asked, primary = rules.study.consultation, rules.definitions[0]
    engine.create_table(
        "consultation_rule",
        dict.fromkeys(
            ("repeat_days", "visible_days", "longest_minutes", "longest_wait_days"), "INTEGER"
        ),
        rows=[(asked.repeat_days, asked.visible_days, LONGEST_MINUTES, LONGEST_WAIT_DAYS)],
    )
    kinds = []
    for number, kind in enumerate(KINDS):
        role, mode, status, _ = kind
        missed = status == "did_not_attend" and role in primary.roles and mode in primary.modes
        if missed or is_eligible(primary, kind):
            kinds.append((number, is_eligible(primary, kind), missed))
    columns = {"kind": "SMALLINT", "is_contact": "BOOLEAN", "is_missed": "BOOLEAN"}
    engine.create_table("consultation_kinds", columns, rows=kinds)


Counts = Mapping[tuple[str, str], tuple[Floats, Floats]]
"""For a window and a measure: what each unit has over it and under it."""


def _read_counts(engine: Engine, compared: Compared) -> Counts:
    rows = engine.columns(
        "SELECT unit, window_name, measure, over_it::DOUBLE AS over_it, under_it::DOUBLE AS "
        "under_it FROM consultation_counts"
    )
    place = compared.find_places(rows["unit"])
    counts = {}
    for window in WINDOWS:
        for measure in (*_RATIOS, "clinician", "consultation"):
            chosen = (rows["window_name"] == window) & (rows["measure"] == measure)
            pair = np.zeros((2, compared.unit.size))
            pair[:, place[chosen]] = rows["over_it"][chosen], rows["under_it"][chosen]
            counts[window, measure] = (pair[0], pair[1])
    return counts


def _columns(counts: Counts, measure: str) -> tuple[Floats, Floats, Floats, Floats]:
    """Over and under before, over and under after."""
    return (*counts["before", measure], *counts["after", measure])


def _take_ratio(counts: Counts, measure: str) -> RatioParts:
    over_before, under_before, over_after, under_after = _columns(counts, measure)
    size = 100 if measure in PER_100 else 1
    return RatioParts.of(
        over_before=size * over_before,
        under_before=under_before,
        over_after=size * over_after,
        under_after=under_after,
    )


def _subtract(total: tuple[Floats, ...], known: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    return total[0] - known[0], total[1] - known[1]


def _see_same(engine: Engine, compared: Compared, *, at_least: int) -> dict[str, RatioParts]:
    """Both indices of the people who have them before and after; the others count for nothing."""
    rows = engine.columns("SELECT unit, window_name, clinician, n_visits FROM clinician_visits")
    place = compared.find_places(rows["unit"])

    def look(window: str) -> Continuity:
        chosen = rows["window_name"] == window
        return continuity(
            person=place[chosen],
            clinician=rows["clinician"][chosen].astype(np.int64),
            n_visits=rows["n_visits"][chosen].astype(np.int64),
            at_least=at_least,
        )

    before, after = look("before"), look("after")
    both, first, last = np.intersect1d(
        before.person, after.person, assume_unique=True, return_indices=True
    )
    under = np.zeros(compared.unit.size)
    under[both] = 1

    def put(values: Floats) -> Floats:
        column = np.zeros(compared.unit.size)
        column[both] = values
        return column

    indices = {
        "usual_provider": (before.upc[first], after.upc[last]),
        "same_clinician": (before.coc[first], after.coc[last]),
    }
    assert tuple(indices) == CONTINUITY
    return {
        name: RatioParts.of(
            over_before=put(values[0]),
            under_before=under,
            over_after=put(values[1]),
            under_after=under,
        )
        for name, values in indices.items()
    }


def _find_missing(engine: Engine, counts: Counts) -> dict[str, str]:
    """Measures for which no consultation has what they need, though there are consultations."""
    if not any(counts[window, "consultation"][1].any() for window in WINDOWS):
        return {}
    missing = {
        name: reason
        for name, (needed, reason) in NEEDS.items()
        if not any(counts[window, needed][1].any() for window in WINDOWS)
    }
    recorded = engine.rows(
        "SELECT count(*) FROM (SELECT 1 FROM events AS e JOIN kinds AS k ON e.kind = k.kind "
        "WHERE k.status = 'did_not_attend' LIMIT 1)"
    )[0][0]
    return missing if recorded else {**missing, "missed": NO_MISSED}


def _read_dose(engine: Engine) -> Dose:
    rows = engine.columns("SELECT contacts, days FROM dose ORDER BY unit")
    months = engine.columns("SELECT people FROM caseload ORDER BY month_on")
    return Dose(
        contacts=rows["contacts"].astype(np.int64),
        days=rows["days"].astype(np.int64),
        caseload=months["people"].astype(np.int64),
    )
