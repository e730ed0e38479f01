"""The canonical tables of a simulated population: in an engine, or as files with the truth."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from righthelp.engine import Engine, open_engine
from righthelp.protocol.records import MODES, RECORDS, ROLES, STATUSES
from righthelp.world.book import BOOK_COLUMNS, CATEGORIES
from righthelp.world.days import Ints
from righthelp.world.help import (
    FLAG_KINDS,
    INSTRUMENTS,
    NEEDS,
    REFERRERS,
    RETURN_REASONS,
    SUPPORTS,
)
from righthelp.world.people import ETHNICITIES, SEXES
from righthelp.world.population import Population
from righthelp.world.reasons import CODES
from righthelp.world.scheme import NEVER

TABLES = tuple(table.name for table in RECORDS)
WRITTEN = tuple(name for name in TABLES if name != "outcome_items")
"""Scores of a world come ready made; a file of answers would have no row."""

_NEVER_IN_SQL = -(2**31)
_VOCABULARIES = {
    "status": STATUSES,
    "role": ROLES,
    "mode": MODES,
    "category": CATEGORIES,
    "sex": SEXES,
    "ethnicity": ETHNICITIES,
    "code": CODES,
    "need": NEEDS,
    "support": SUPPORTS,
    "referrer": REFERRERS,
    "return_reason": RETURN_REASONS,
    "flag": FLAG_KINDS,
    "instrument": INSTRUMENTS,
}


def load_world(engine: Engine, population: Population) -> None:
    """Make the canonical tables of a population in an engine, under their own names."""
    hand_over(engine, population)
    for table in TABLES:
        engine.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM world_{table}")


def write_world(
    population: Population,
    folder: Path,
    *,
    file_format: Literal["parquet", "csv"] = "parquet",
) -> tuple[Path, ...]:
    """Write the canonical tables of a population and `truth.json`; the same world, the same files.

    `truth.json` is for tests and teaching: no site could ever have it. Returns the paths written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{table}.{file_format}" for table in WRITTEN]
    with open_engine(threads=1) as engine:  # with more, rows change places from run to run
        engine.execute("SET preserve_insertion_order = true")
        hand_over(engine, population)
        for table, path in zip(WRITTEN, paths, strict=True):
            engine.copy_to(f"SELECT * FROM world_{table}", path, file_format=file_format)
    truth = folder / "truth.json"
    truth.write_text(json.dumps(describe_truth(population), indent=1) + "\n", encoding="utf-8")
    return (*paths, truth)


def describe_truth(population: Population) -> dict[str, Any]:
    """The truth as plain values: settings, effect, and a list a column for the people seen."""
    truth = population.truth
    return {
        "world": {**asdict(population.world), "start_on": str(population.world.start_on)},
        "effect_rr": truth.effect_rr,
        "after_days": truth.after_days,
        "seen": {
            "patient_id": [f"{population.world.site_id}-{person:07d}" for person in truth.person],
            "referred_on": truth.referred_on.astype(str).tolist(),
            "first_contact_on": truth.first_contact_on.astype(str).tolist(),
            "complete": truth.complete.tolist(),
            "counterfactual_before": truth.counterfactual_before.tolist(),
            "expected_after": np.round(truth.expected_after, 4).tolist(),
            "counterfactual_after": truth.counterfactual_after.tolist(),
            "realised_after": truth.realised_after.tolist(),
        },
    }


def hand_over(engine: Engine, population: Population) -> None:
    """Register the drawn arrays and make the views that give them names, words and dates."""
    world = population.world
    engine.create_table(
        "drawn_world",
        {"site_id": "TEXT", "first_day": "DATE"},
        rows=[(world.site_id, world.start_on)],
    )
    engine.create_table(
        "vocabulary",
        {"field": "TEXT", "code": "INTEGER", "word": "TEXT"},
        rows=[
            (name, code, word)
            for name, words in _VOCABULARIES.items()
            for code, word in enumerate(words)
        ],
    )
    _hand_over_people(engine, population)
    book = population.appointments
    engine.register_columns("drawn_appointments", {n: getattr(book, n) for n in BOOK_COLUMNS})
    _hand_over_scheme(engine, population)
    record = population.record
    engine.register_columns(
        "drawn_record",
        {"person": _to_sql(record.person), "day": _to_sql(record.day), "code": record.code},
    )
    engine.run_file("righthelp.world.sql", "canonical.sql")


def _hand_over_scheme(engine: Engine, population: Population) -> None:
    """Register contacts with the link worker, referrals, and what came of them."""
    contacts, referrals = population.link_worker_contacts, population.referrals
    engine.register_columns(
        "drawn_contacts",
        {
            "person": _to_sql(contacts.person),
            "day": _to_sql(contacts.day),
            "attended": contacts.attended,
            "mode": contacts.mode,
        },
    )
    when = ("referred", "accepted", "declined", "returned", "closed")
    engine.register_columns(
        "drawn_referrals",
        {
            "referral": np.arange(1, len(referrals.person) + 1, dtype=np.int32),
            "person": _to_sql(referrals.person),
            "referrer": _to_sql(population.help.referrer),
            "return_reason": _to_sql(population.help.return_reason),
            **{name: _to_sql(getattr(referrals, name)) for name in when},
        },
    )
    given = population.help
    engine.register_columns(
        "drawn_needs",
        {
            "referral": _to_sql(given.need_referral + 1),
            "need": _to_sql(given.need),
            "resolved": _to_sql(given.need_resolved),
        },
    )
    engine.register_columns(
        "drawn_support",
        {
            "referral": _to_sql(given.support_referral + 1),
            "support": _to_sql(given.support),
            **{name: _to_sql(getattr(given, name)) for name in ("offered", "accepted", "started")},
        },
    )
    engine.register_columns(
        "drawn_flags",
        {
            "person": _to_sql(given.flag_person),
            "day": _to_sql(given.flag_day),
            "flag": _to_sql(given.flag),
        },
    )
    engine.register_columns(
        "drawn_scores",
        {
            "person": _to_sql(given.score_person),
            "day": _to_sql(given.score_day),
            "instrument": _to_sql(given.instrument),
            "score": given.score,
        },
    )


def _hand_over_people(engine: Engine, population: Population) -> None:
    """Register who is registered where, and for how long."""
    world, people, days = population.world, population.people, population.days
    engine.register_columns(
        "drawn_practices",
        {
            "practice": np.arange(world.n_practices, dtype=np.int32),
            "list_size": np.bincount(people.practice, minlength=world.n_practices),
            "started": _to_sql(
                np.where(population.scheme_start < days.n_days, population.scheme_start, NEVER)
            ),
        },
    )
    ended = np.where(population.stay.end < days.n_days, population.stay.end, NEVER)
    engine.register_columns(
        "drawn_people",
        {
            "person": np.arange(world.n_people, dtype=np.int32),
            "practice": _to_sql(people.practice),
            "sex": _to_sql(people.sex),
            "born": _to_sql(days.months_back(people.age_months)),
            "died": _to_sql(np.where(population.stay.died, ended, NEVER)),
            "ethnicity": _to_sql(people.ethnicity),
            "imd_decile": _to_sql(people.imd_decile),
            "joined": _to_sql(people.joined),
            "ended": _to_sql(ended),
        },
    )


def _to_sql(days: Ints) -> np.ndarray:
    """32-bit whole numbers, with the day that never came as the least of them."""
    return np.where(days == NEVER, _NEVER_IN_SQL, days).astype(np.int32)
