"""OMOP CDM 5.4: one file a table, CSV or Parquet, in any case; or a database with the tables.

A database is a file of DuckDB or SQLite, or PostgreSQL by a file that says how it is reached.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from righthelp.engine import Engine, EngineError, quote, quote_name
from righthelp.onsite.sources.databases import (
    CONNECTIONS,
    Database,
    DatabaseTable,
    DatabaseTrouble,
    PasswordInFile,
    is_connection,
    is_sqlite,
    open_database,
)
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.opened import Source, open_relation, open_source
from righthelp.onsite.sources.systems.system import System, SystemTable, declare
from righthelp.protocol.sitemap import fold_word
from righthelp.schema import Table

_DATABASE, _INCOMING = "omop_database", "omop_incoming"
_DATABASES = ("*.duckdb", "*.db", "*.sqlite", "*.sqlite3", *CONNECTIONS)


def _names(table: str) -> tuple[str, ...]:
    """Patterns of the names of a table's files, and of the databases that may hold it."""
    return (f"{table}.*", f"{table}_[0-9]*", f"{table}-[0-9]*", *_DATABASES)


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
    with ExitStack() as closing:
        opening = _Opening(engine, landing=landing, closing=closing)
        for one in system.tables:
            name = one.table.name
            sources = opening.open_all(one.table, paths[name])
            landed[name] = landing.land_sources(one.table, sources, hashed=one.hashed)
            nowhere = paths[name] and not landed[name].files and not one.table.optional
            if nowhere and not landing.log.refused:
                landing.log.add("file_missing", name, value=f"table {name.removeprefix('omop_')}")
    _require_codes(landed, landing)
    return landed


def _require_codes(landed: Mapping[str, Landed], landing: Landing) -> None:
    """Refuse a table of referrals in which nothing says what its rows are."""
    for table in ("observation", "procedure_occurrence", "condition_occurrence"):
        each = table.removesuffix("_occurrence")
        one = landed[f"omop_{table}"]
        concepts = {f"{each}_concept_id", f"{each}_source_concept_id"} & one.columns
        if not one.files or f"{each}_source_value" in one.columns:
            continue
        if not (concepts and landed["omop_concept"].files):
            landing.log.add(
                "column_missing",
                one.table.name,
                column=f"{each}_source_value",
                file=one.files[0].name,
                value="nor concept ids with the table concept",
            )


class _Opening:
    """Opens the sources of each table; a database stays open until the last table has landed."""

    def __init__(self, engine: Engine, *, landing: Landing, closing: ExitStack) -> None:
        self.engine, self.landing, self.closing = engine, landing, closing
        self.opened: dict[Path, Database | None] = {}

    def open_all(self, table: Table, paths: tuple[Path, ...]) -> Iterator[Source | None]:
        """The table in each of the files, one at a time."""
        for path in paths:
            if not any(fnmatch.fnmatchcase(path.name.lower(), one) for one in _DATABASES):
                yield self._open_file(table, path)
            elif is_connection(path) or is_sqlite(path):
                yield from self._open_table(table, path)
            else:
                yield from _open_duckdb(self.engine, table, path, self.landing)

    def _open_file(self, table: Table, path: Path) -> Source | None:
        return open_source(
            self.engine,
            path,
            table=table.name,
            encoding=self.landing.site_map.encoding,
            scratch=self.landing.scratch,
            log=self.landing.log,
            plain_tabs=table.name == "omop_concept",  # as the vocabularies are handed out
        )

    def _open_table(self, table: Table, path: Path) -> Iterator[Source]:
        """The table in a SQLite or PostgreSQL database, if it is there."""
        log, name = self.landing.log, table.name.removeprefix("omop_")
        try:
            if path not in self.opened:
                self.opened[path] = None
                self.opened[path] = self.closing.enter_context(open_database(self.engine, path))
            database = self.opened[path]
            if database is None:
                return
            found = database.find_tables(name)
            if len(found) > 1:
                schemas = ", ".join(f"{one.schema}.{one.name}" for one in found)
                log.add("schema_unclear", table.name, file=path.name, value=schemas)
            elif found:
                yield self._copy(table, found[0], database, name=path.name)
        except PasswordInFile:
            log.add("password_in_file", table.name, file=path.name)
        except DatabaseTrouble as trouble:
            self.opened[path] = None  # its transaction is over: one word for all the tables
            log.add("database_refused", table.name, file=path.name, value=trouble)
        finally:
            self.engine.execute(f"DROP TABLE IF EXISTS {_INCOMING}")

    def _copy(self, table: Table, found: DatabaseTable, database: Database, *, name: str) -> Source:
        """Take only the columns that are declared; the others come without their values."""
        mapped = self.landing.site_map.table(table.name).columns
        wanted = {fold_word(mapped.get(one, one)) for one in table.names}
        taken = [one for one in found.columns if fold_word(one) in wanted] or found.columns[:1]
        database.copy_table(found, columns=taken, to=_INCOMING)
        columns = tuple(
            (f"nullif({quote_name(one)}, '')" if one in taken else "NULL", "VARCHAR")
            for one in found.columns
        )
        n_rows = self.engine.rows(f"SELECT count(*) FROM {_INCOMING}")[0][0]
        return Source(name, _INCOMING, found.columns, columns, n_rows, 1, None)


def _open_duckdb(
    engine: Engine, table: Table, path: Path, landing: Landing
) -> Iterator[Source | None]:
    """The table in a DuckDB file, if it is there; the file is open while the rows are taken."""
    try:
        engine.execute(f"ATTACH {quote(str(path))} AS {_DATABASE} (READ_ONLY, TYPE duckdb)")
    except EngineError:
        if not any(each.kind == "file_unreadable" for each in landing.log.findings):
            why = "it is no SQLite database, nor can it be opened as a DuckDB database"
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
    whole=_DATABASES,
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
            "A fact about a person; those of the codelists are used.",
            needed="person_id observation_date",
            others="observation_id observation_source_value observation_concept_id "
            "observation_source_concept_id",
            optional=True,
        ),
        _declare(
            "procedure_occurrence",
            "A procedure, a referral among them; those of the codelists are used.",
            needed="person_id procedure_date",
            others="procedure_occurrence_id procedure_source_value procedure_concept_id "
            "procedure_source_concept_id",
            optional=True,
        ),
        _declare(
            "condition_occurrence",
            "A condition that was recorded; those of the codelists are used.",
            needed="person_id condition_start_date",
            others="condition_occurrence_id condition_source_value condition_concept_id "
            "condition_source_concept_id",
            optional=True,
        ),
        _declare(
            "concept",
            "What a concept of the vocabularies is; SNOMED codes are looked up.",
            needed="concept_id concept_code vocabulary_id",
            optional=True,
        ),
    ),
    behind={
        "patients": "omop_person",
        "practice_registrations": "omop_observation_period",
        "appointments": "omop_visit_occurrence",
        "referrals": ("omop_observation", "omop_procedure_occurrence"),
        "clinical_events": (
            "omop_observation",
            "omop_procedure_occurrence",
            "omop_condition_occurrence",
        ),
    },
)
