"""OMOP CDM 5.4: one file a table, CSV or Parquet, in any case; or a DuckDB database with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from righthelp.engine import Engine, EngineError, quote, quote_name
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.opened import Source, open_relation, open_source
from righthelp.onsite.sources.systems.system import System, SystemTable, declare
from righthelp.schema import Table

_DATABASE = "omop_database"
_IS_DATABASE = (".duckdb", ".db")


def _names(table: str) -> tuple[str, ...]:
    """Patterns of the names of a table's files, and of the databases that may hold it."""
    return (f"{table}.*", f"{table}_[0-9]*", f"{table}-[0-9]*", "*.duckdb", "*.db")


def _declare(
    table: str, description: str, *, needed: str, others: str = "", optional: bool = False
) -> SystemTable:
    declared = declare(
        f"omop_{table}", description, needed=needed, others=others, optional=optional
    )
    return SystemTable(declared, _names(table), hashed=table == "visit_occurrence")


def land_omop(
    engine: Engine, system: System, *, paths: Mapping[str, tuple[Path, ...]], landing: Landing
) -> dict[str, Landed]:
    """Land every table from its own files and from the databases of the folder."""
    landed: dict[str, Landed] = {}
    for one in system.tables:
        name = one.table.name
        sources = _open_all(engine, one.table, paths[name], landing)
        landed[name] = landing.land_sources(one.table, sources, hashed=one.hashed)
        nowhere = paths[name] and not landed[name].files and not one.table.optional
        if nowhere and not landing.log.refused:
            landing.log.add("file_missing", name, value=f"table {name.removeprefix('omop_')}")
    return landed


def _open_all(
    engine: Engine, table: Table, paths: tuple[Path, ...], landing: Landing
) -> Iterator[Source | None]:
    for path in paths:
        if path.suffix.lower() in _IS_DATABASE:
            yield from _open_database(engine, table, path, landing)
        else:
            yield open_source(
                engine,
                path,
                table=table.name,
                encoding=landing.site_map.encoding,
                scratch=landing.scratch,
                log=landing.log,
            )


def _open_database(
    engine: Engine, table: Table, path: Path, landing: Landing
) -> Iterator[Source | None]:
    """The table in a DuckDB file, if it is there; the file is open while the rows are taken."""
    try:
        engine.execute(f"ATTACH {quote(str(path))} AS {_DATABASE} (READ_ONLY, TYPE duckdb)")
    except EngineError:
        if not any(each.kind == "file_unreadable" for each in landing.log.findings):
            why = "it cannot be opened as a DuckDB database"
            landing.log.add("file_unreadable", table.name, file=path.name, value=why)
        return
    try:
        found = engine.rows(
            "SELECT table_schema, table_name FROM information_schema.tables "
            f"WHERE table_catalog = '{_DATABASE}' AND lower(table_name) = ? ORDER BY ALL",
            [table.name.removeprefix("omop_")],
        )
        if len(found) > 1:
            schemas = ", ".join(schema for schema, _ in found)
            landing.log.add("file_doubled", table.name, file=path.name, value=schemas)
        elif found:
            relation = ".".join(quote_name(part) for part in (_DATABASE, *found[0]))
            yield open_relation(engine, relation, name=path.name)
    finally:
        engine.execute(f"DETACH {_DATABASE}")


OMOP = System(
    route="omop",
    label="OMOP CDM 5.4",
    land=land_omop,
    tables=(
        _declare(
            "person",
            "A person.",
            needed="person_id gender_concept_id year_of_birth",
            others="month_of_birth birth_datetime death_datetime care_site_id gender_source_value "
            "race_source_value",
        ),
        _declare(
            "observation_period",
            "A span of time in which all care of the person would be seen.",
            needed="person_id observation_period_start_date observation_period_end_date",
            others="observation_period_id",
        ),
        _declare(
            "visit_occurrence",
            "A visit that took place; those of general practice are used.",
            needed="visit_occurrence_id person_id visit_concept_id visit_start_date",
            others="visit_start_datetime visit_end_datetime provider_id care_site_id "
            "visit_source_value",
        ),
        _declare(
            "provider",
            "A member of staff and their specialty.",
            needed="provider_id",
            others="specialty_concept_id specialty_source_value",
            optional=True,
        ),
        _declare(
            "care_site",
            "A practice, or another place of care.",
            needed="care_site_id",
            others="care_site_source_value",
            optional=True,
        ),
        _declare(
            "death",
            "The death of a person.",
            needed="person_id death_date",
            optional=True,
        ),
        _declare(
            "observation",
            "A fact about a person; those on social prescribing are used.",
            needed="person_id observation_date observation_source_value",
            others="observation_id",
            optional=True,
        ),
        _declare(
            "procedure_occurrence",
            "A procedure, a referral among them; those to social prescribing are used.",
            needed="person_id procedure_date procedure_source_value",
            others="procedure_occurrence_id",
            optional=True,
        ),
    ),
    behind={
        "patients": "omop_person",
        "practice_registrations": "omop_observation_period",
        "appointments": "omop_visit_occurrence",
        "referrals": ("omop_observation", "omop_procedure_occurrence"),
    },
)
