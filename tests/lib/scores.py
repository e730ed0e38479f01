"""Scores of people seen as plain rows, what the engine chooses of them, and the rule itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from righthelp.engine import Engine, open_engine
from righthelp.onsite.outcomes import ScorePairs, read_scores
from righthelp.onsite.rules import Rules
from righthelp.protocol.outcomes import Outcomes
from righthelp.protocol.records import OUTCOME_ITEMS, OUTCOMES
from righthelp.protocol.study import Study
from tests.lib.studies import make_study, site_of

_TYPES = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE"}
DAY_ZERO = date(2024, 3, 5)


@dataclass(frozen=True)
class Sent:
    """A score that was sent; `day` counts from the first contact with the link worker."""

    patient_id: str
    day: int
    score: float
    instrument: str = "ucla3"
    version: str | None = None


@dataclass(frozen=True)
class Answer:
    """An answer that was sent."""

    patient_id: str
    day: int
    item: str
    answer: float | None
    instrument: str = "ucla3"
    version: str | None = None


@dataclass(frozen=True)
class Pair:
    """The two scores that are compared, as (day, score)."""

    version: str
    first: tuple[int, float]
    last: tuple[int, float]


@contextmanager
def scored_engine(
    seen: Iterable[str], sent: Sequence[Sent] = (), answers: Sequence[Answer] = ()
) -> Iterator[Engine]:
    """An engine that holds the people seen on day zero, and what they said."""
    with open_engine(threads=1, memory_limit="300MB") as engine:
        people = [(unit, name, "seen") for unit, name in enumerate(seen)]
        # Somebody seen may be a reference person too, and is then no further person seen.
        people += [(len(people) + unit, name, "reference") for unit, name, _ in people]
        engine.create_table(
            "units",
            {"unit": "INTEGER", "patient_id": "VARCHAR", "grp": "VARCHAR", "contact_on": "DATE"},
            rows=[(*one, DAY_ZERO) for one in people],
        )
        for table, rows in ((OUTCOMES, sent), (OUTCOME_ITEMS, answers)):
            engine.create_table(
                table.name,
                {column.name: _TYPES[column.type] for column in table.columns},
                rows=[[_value(row, name) for name in table.names] for row in rows],
            )
        yield engine


def _value(row: Sent | Answer, name: str) -> object:
    return DAY_ZERO + timedelta(row.day) if name == "date" else getattr(row, name)


def pair_scores(
    seen: Iterable[str],
    sent: Sequence[Sent] = (),
    answers: Sequence[Answer] = (),
    *,
    study: Study | None = None,
) -> dict[str, ScorePairs]:
    """What the engine chooses, by scale."""
    study = study or make_study()
    with scored_engine(seen, sent, answers) as engine:
        told = read_scores(engine, Rules.of(study, site_of(study), role_missing=False))
    return {one.scale.name: one for one in told}


def list_pairs(names: Sequence[str], told: ScorePairs | None) -> dict[str, Pair]:
    """The pairs by person."""
    if told is None:
        return {}
    return {
        names[unit]: Pair(version, (int(first_day), float(first)), (int(last_day), float(last)))
        for unit, version, first_day, first, last_day, last in zip(
            told.unit,
            told.version,
            told.first_day,
            told.first,
            told.last_day,
            told.last,
            strict=True,
        )
    }


def choose_pair(rows: Sequence[Sent], outcomes: Outcomes) -> tuple[str, Pair | None]:
    """How one person stands on one scale, and the pair; written from the rule, no engine."""
    days: dict[tuple[str, int], set[float]] = {}
    for row in rows:
        days.setdefault(((row.version or "").strip().lower(), row.day), set()).add(row.score)
    firsts: dict[str, list[tuple[int, float]]] = {}
    lasts: dict[str, list[tuple[int, float]]] = {}
    for (version, day), scores in days.items():
        if len(scores) > 1:
            continue
        found = (day, next(iter(scores)))
        if -outcomes.before_days <= day <= outcomes.start_days:
            firsts.setdefault(version, []).append(found)
        if outcomes.follow_up_from_days <= day <= outcomes.follow_up_to_days:
            lasts.setdefault(version, []).append(found)
    best: tuple[tuple[object, ...], Pair] | None = None
    for version in set(firsts) & set(lasts):
        early = [one for one in firsts[version] if one[0] <= 0]
        first = max(early) if early else min(firsts[version])
        last = min(lasts[version], key=lambda one: (abs(one[0] - outcomes.follow_up_days), one[0]))
        away = abs(last[0] - outcomes.follow_up_days)
        rank = (first[0] > 0, abs(first[0]), away, last[0], version)
        if best is None or rank < best[0]:
            best = rank, Pair(version, first, last)
    if best:
        return "pair", best[1]
    if firsts and lasts:
        return "versions_differ", None
    return ("first_only" if firsts else "last_only" if lasts else "neither"), None
