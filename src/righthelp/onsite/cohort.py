"""Who is in the study: people seen, reference people, the population, and their days at risk."""

from __future__ import annotations

from righthelp.engine import Engine
from righthelp.errors import DataRefused
from righthelp.onsite.rules import Rules, write_clocks, write_rules

SQL = "righthelp.onsite.sql"


def select_cohort(engine: Engine, rules: Rules) -> None:
    """Choose the units of the study from the canonical tables (first scan of the appointments).

    Leaves `units` and the tables the later stages join. Raises DataRefused when nobody was seen.
    """
    write_rules(engine, rules)
    _write_practices(engine, rules)
    by_practice, by_category = bool(rules.site.practices), bool(rules.definitions[0].categories)
    engine.run_file(SQL, f"appointments_of_{'practices' if by_practice else 'everybody'}.sql")
    engine.run_file(SQL, f"appointments_{'by_category' if by_category else 'every_category'}.sql")
    engine.run_file(SQL, "seen.sql")
    _require_seen(engine, rules)
    engine.run_file(SQL, "visits.sql")
    engine.run_file(SQL, "others.sql")
    engine.run_file(SQL, "cohort.sql")
    write_clocks(engine, rules)


def _write_practices(engine: Engine, rules: Rules) -> None:
    named = [(practice,) for practice in rules.site.practices]
    if named:
        engine.create_table("site_practices", {"practice_id": "VARCHAR"}, rows=named)
    else:
        engine.execute(
            "CREATE OR REPLACE TABLE site_practices AS "
            "SELECT DISTINCT practice_id FROM practice_registrations"
        )


def _require_seen(engine: Engine, rules: Rules) -> None:
    if engine.rows("SELECT count(*) FROM seen")[0][0]:
        return
    first, end = rules.study.index_range(rules.site)
    raise DataRefused(
        f"no contact with a link worker from {first} up to {end}",
        where=f"site {rules.site.id}",
        do="Check index_month (or index_from and index_to) and the link worker contacts.",
    )
