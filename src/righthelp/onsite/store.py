"""The cohort event store: one scan fills it, every count comes from it."""

from __future__ import annotations

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL
from righthelp.onsite.rules import write_definition
from righthelp.protocol.contacts import Definition


def fill_store(engine: Engine) -> None:
    """Scan the appointments of the units into `events` (second scan)."""
    engine.run_file(SQL, "store.sql")


def count_contacts(engine: Engine, definition: Definition) -> None:
    """Count contacts under a definition: `unit_months`, `unit_history`, and `people` from them."""
    write_definition(engine, definition)
    engine.run_file(SQL, "counts.sql")
    engine.run_file(SQL, "history.sql")
    engine.run_file(SQL, "people.sql")
