"""What the contacts of complete people were about, and what was found; their comparators too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.engine import Engine
from righthelp.estimators.incidence import Incidence, matched_incidence_ratio
from righthelp.onsite.cohort import SQL
from righthelp.onsite.meaning.compared import Compared
from righthelp.onsite.rules import Rules
from righthelp.protocol.meanings import load_meanings
from righthelp.returns.reasons import EVENTS

Counts = npt.NDArray[np.int64]
LOOK_BACK_DAYS = 365
"""The coded record must begin so long before the first before window, or no entry is a first."""
CATEGORIES: tuple[tuple[str, str], ...] = (("structured medication review", "long_term_condition"),)
"""National slot categories that say what an uncoded contact was about."""
BAND_ENDS = (30, 91, 182)


@dataclass(frozen=True)
class Contacts:
    """Contacts of n people by K reasons in the windows before and after, (n, K) each."""

    before: Counts
    after: Counts

    @property
    def n(self) -> int:
        return len(self.before)


@dataclass(frozen=True)
class Reasons:
    """What contacts were about, exact.

    order: the K reasons, of which one was chosen by this priority. seen: complete new people.
    cases: those of them who are matched; rows: their comparators, row_set the place of the case.
    before_length, after_length: the windows in months. looks_back: whether the record goes back far
    enough for a first entry. found: by event the incidence in cases and comparators, with people
    who had any on each side. found_after: people seen by the days to their first new condition.
    """

    order: tuple[str, ...]
    seen: Contacts
    cases: Contacts
    rows: Contacts
    row_set: Counts
    case_person: Counts
    row_person: Counts
    before_length: float
    after_length: float
    looks_back: bool
    found: Mapping[str, tuple[Incidence, int, int]]
    found_after: tuple[int, ...]


def read_reasons(engine: Engine, rules: Rules, *, compared: Compared) -> Reasons | None:
    """Count contacts by reason; None where the site has no coded entries.

    `people` must hold the counts of the study's own definition.
    """
    if not engine.rows("SELECT count(*) FROM (SELECT 1 FROM clinical_events LIMIT 1)")[0][0]:
        return None
    order = rules.study.codelists.priority
    looks_back = _write_rules(engine, rules, order)
    engine.run_file(SQL, "reasons.sql")
    counts = _read_counts(engine, compared, n_reasons=len(order))

    def take(places: Counts) -> Contacts:
        return Contacts(counts["before"][places], counts["after"][places])

    found = _read_found(engine, compared)
    windows = rules.study.windows
    return Reasons(
        order=order,
        seen=take(compared.seen),
        cases=take(compared.cases),
        rows=take(compared.rows),
        row_set=compared.row_set,
        case_person=compared.person[compared.cases],
        row_person=compared.person[compared.rows],
        before_length=1.0,
        after_length=windows.after_months / windows.before_months,
        looks_back=looks_back,
        found={event: _compare_found(found[event], compared) for event in EVENTS},
        found_after=_count_bands(engine),
    )


def _write_rules(engine: Engine, rules: Rules, order: tuple[str, ...]) -> bool:
    """Write the codes and their order; whether the record goes back far enough for a first entry.

    It begins with its first entry that is of at most one per mille of the rows: a few dates of
    long ago are not a record.
    """
    codes = [row[:3] for row in load_meanings(rules.study).rows]
    columns = {"code": "VARCHAR", "kind": "VARCHAR", "meaning": "VARCHAR"}
    engine.create_table("reason_codes", columns, rows=codes)
    engine.create_table(
        "reason_order",
        {"reason": "VARCHAR", "place": "INTEGER"},
        rows=[(reason, place) for place, reason in enumerate(order)],
    )
    engine.create_table(
        "reason_categories", {"category": "VARCHAR", "reason": "VARCHAR"}, rows=CATEGORIES
    )
    begins, first = engine.rows(
        "SELECT (SELECT quantile_disc(date, 0.001) FROM clinical_events), "
        "(SELECT min(before_from) FROM reach)"
    )[0]
    looks_back = (first - begins).days >= LOOK_BACK_DAYS
    engine.create_table("reason_rule", {"looks_back": "BOOLEAN"}, rows=[(looks_back,)])
    return bool(looks_back)


def _read_counts(engine: Engine, compared: Compared, *, n_reasons: int) -> dict[str, Counts]:
    rows = engine.columns("SELECT unit, window_name, place, contacts FROM reason_counts")
    units = compared.find_places(rows["unit"])
    counts = {}
    for window in ("before", "after"):
        chosen = rows["window_name"] == window
        table = np.zeros((compared.unit.size, n_reasons), dtype=np.int64)
        table[units[chosen], rows["place"][chosen]] = rows["contacts"][chosen]
        counts[window] = table
    return counts


def _read_found(engine: Engine, compared: Compared) -> dict[str, Counts]:
    rows = engine.columns("SELECT unit, event, n FROM found")
    units = compared.find_places(rows["unit"])
    found = {}
    for event in EVENTS:
        chosen = rows["event"] == event
        found[event] = np.zeros(compared.unit.size, dtype=np.int64)
        found[event][units[chosen]] = rows["n"][chosen]
    return found


def _compare_found(events: Counts, compared: Compared) -> tuple[Incidence, int, int]:
    """Everybody is complete, so that each is at risk for one after window."""
    cases, rows, person = compared.cases, compared.rows, compared.person
    incidence = matched_incidence_ratio(
        case_events=events[cases],
        case_time=np.ones(cases.size),
        case_person=person[cases],
        row_set=compared.row_set,
        row_events=events[rows],
        row_time=np.ones(rows.size),
        row_person=person[rows],
    )
    others = np.unique(person[rows[events[rows] > 0]]).size
    return incidence, int((events[cases] > 0).sum()), int(others)


def _count_bands(engine: Engine) -> tuple[int, ...]:
    """People seen by the band of the days to their first new condition."""
    days = engine.columns(
        "SELECT f.first_day FROM found AS f JOIN compared AS u ON f.unit = u.unit "
        "WHERE f.event = 'new_condition' AND u.is_seen"
    )["first_day"]
    bands = np.searchsorted(BAND_ENDS, np.asarray(days, dtype=np.int64))
    return tuple(int(n) for n in np.bincount(bands, minlength=len(BAND_ENDS) + 1))
