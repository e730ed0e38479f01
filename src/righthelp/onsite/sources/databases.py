"""Databases of SQLite and PostgreSQL, read only; their rows reach the engine as Arrow batches.

The drivers (ADBC) come with the extra `databases` and are imported nowhere else. The database
itself makes every value text, as it would for a CSV file: a date kept as a timestamp, a number for
an identifier, and a column of SQLite with values of several types all read alike. All the tables
are read in one transaction, so that a load that runs meanwhile changes nothing.

PostgreSQL is named by a small text file (`CONNECTIONS`) with what libpq takes: a connection string,
a URL or `service=`; and, where several schemas hold the tables, `schema=`. No password stands in
it: libpq finds that in its password file, its service file or the environment.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from righthelp.engine import Engine, EngineError, quote, quote_name
from righthelp.errors import UsageError

if TYPE_CHECKING:
    from adbc_driver_manager import AdbcConnection

CONNECTIONS = ("connection.txt", "*_connection.txt")
"""Patterns of the names of files that say how PostgreSQL is reached."""

_SQLITE = b"SQLite format 3\0"
_PASSWORD = re.compile(r"password\s*=|://[^/?#\s]*:[^/?#@\s]+@", re.IGNORECASE)
_SCHEMA = re.compile(r"(?<!\S)schema\s*=\s*('[^']*'|\S+)")
_OPENING = (
    "SET default_transaction_read_only = on",
    "SET datestyle = 'ISO'",
    # A moment is of the day that it was in Britain, be it stored as local midnight or as UTC.
    "SET timezone = 'Europe/London'",
    # One reader, from the first page on: an unchanged table gives its rows in the same order.
    "SET synchronize_seqscans = off",
    "SET max_parallel_workers_per_gather = 0",
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
)
_POSTGRESQL_COLUMNS = r"""
SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%' AND lower(c.relname) =
"""
_SQLITE_COLUMNS = """
SELECT 'main' AS schema, t.name AS name, c.name AS "column"
FROM sqlite_master AS t, pragma_table_info(t.name) AS c
WHERE t.type IN ('table', 'view') AND lower(t.name) =
"""


class DatabaseTrouble(Exception):
    """A database cannot be opened or read; the text is its own word for why."""


class PasswordInFile(Exception):
    """The file that says how a database is reached holds a password."""


@dataclass(frozen=True)
class DatabaseTable:
    """A table of a database: the schema it lies in, its name, and its columns."""

    schema: str
    name: str
    columns: tuple[str, ...]


class Database:
    """An open database. Everything it does raises DatabaseTrouble where the database says no."""

    def __init__(
        self, engine: Engine, connection: AdbcConnection, *, columns: str, schema: str = ""
    ) -> None:
        self._engine, self._connection = engine, connection
        self._columns, self._schema = columns, schema

    def run(self, statements: Sequence[str]) -> None:
        """Run statements that give no rows."""
        for sql in statements:
            with self._prepare(sql) as statement:
                statement.execute_update()

    def find_tables(self, name: str) -> tuple[DatabaseTable, ...]:
        """The tables of this name, in any case, in the schema that was named or else in any."""
        self._take(f"{self._columns} {quote(name.lower())}", to="database_columns")
        found = self._engine.rows(
            'SELECT schema, name, list("column" ORDER BY rowid) FROM database_columns '
            "GROUP BY ALL ORDER BY ALL"
        )
        self._engine.execute("DROP TABLE database_columns")
        return tuple(
            DatabaseTable(schema, each, tuple(columns))
            for schema, each, columns in found
            if self._schema in ("", schema)
        )

    def copy_table(self, table: DatabaseTable, *, columns: Sequence[str], to: str) -> None:
        """Copy columns of a table into the engine as the table `to`: text, empty for NULL."""
        # The driver for SQLite takes a column that begins with NULLs for one of numbers.
        chosen = ", ".join(
            f"coalesce(CAST({quote_name(one)} AS text), '') AS {quote_name(one)}" for one in columns
        )
        relation = f"{quote_name(table.schema)}.{quote_name(table.name)}"
        self._take(f"SELECT {chosen} FROM {relation}", to=to)

    def _take(self, sql: str, *, to: str) -> None:
        with self._prepare(sql) as statement:
            stream, _ = statement.execute_query()
            with self._engine.keeping_order():
                self._engine.take_stream(to, stream.__arrow_c_stream__())

    @contextmanager
    def _prepare(self, sql: str) -> Iterator[Any]:
        from adbc_driver_manager import AdbcStatement, Error

        try:
            with AdbcStatement(self._connection) as statement:
                statement.set_sql_query(sql)
                yield statement
        except (Error, EngineError) as error:
            raise DatabaseTrouble(_shorten(str(error))) from None


def is_connection(path: Path) -> bool:
    """Whether a file says how PostgreSQL is reached, by its name."""
    return any(fnmatch.fnmatchcase(path.name.lower(), pattern) for pattern in CONNECTIONS)


def is_sqlite(path: Path) -> bool:
    """Whether a file is a SQLite database, by how it begins."""
    with path.open("rb") as opened:
        return opened.read(len(_SQLITE)) == _SQLITE


@contextmanager
def open_database(engine: Engine, path: Path) -> Iterator[Database]:
    """Open a SQLite file, or the PostgreSQL database that a file names, for reading alone.

    Raises DatabaseTrouble where it cannot be opened, PasswordInFile, and UsageError where the
    extra is not installed.
    """
    with ExitStack() as closing:
        if is_sqlite(path):
            uri = f"{path.resolve().as_uri()}?mode=ro"
            connection = _connect("SQLite", uri, closing)
            database = Database(engine, connection, columns=_SQLITE_COLUMNS)
            database.run(["BEGIN"])
        else:
            uri, schema = read_connection(path)
            connection = _connect("PostgreSQL", uri, closing)
            database = Database(engine, connection, columns=_POSTGRESQL_COLUMNS, schema=schema)
            database.run(_OPENING)
        yield database


def read_connection(path: Path) -> tuple[str, str]:
    """What libpq is given, and the schema (empty: any), from the lines of a file.

    Lines that begin with # are left out. Raises PasswordInFile, and DatabaseTrouble where the file
    is no text or says nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DatabaseTrouble("the file is not UTF-8 text") from None
    text = " ".join(line.strip() for line in lines if not line.lstrip().startswith("#")).strip()
    if _PASSWORD.search(text):
        raise PasswordInFile
    named = _SCHEMA.search(text)
    uri = _SCHEMA.sub("", text).strip()
    if "=" not in uri and "://" not in uri:
        raise DatabaseTrouble("the file has neither a connection string nor service=")
    return uri, named.group(1).strip("'") if named else ""


def _connect(kind: str, uri: str, closing: ExitStack) -> AdbcConnection:
    """Connect; what was opened is closed with `closing`."""
    try:
        import adbc_driver_manager as manager
        import adbc_driver_postgresql as postgresql
        import adbc_driver_sqlite as sqlite
    except ImportError:
        raise UsageError(
            f"the drivers that read {kind} databases are not installed",
            do="Install them with: pip install 'righthelp[databases]'.",
        ) from None
    try:
        opened = sqlite.connect(uri) if kind == "SQLite" else postgresql.connect(uri)
        connection = manager.AdbcConnection(closing.enter_context(opened))
        closing.enter_context(connection)
    except manager.Error as error:
        raise DatabaseTrouble(_shorten(str(error))) from None
    return connection


def _shorten(message: str) -> str:
    """The part of a driver's message that says why, on one line."""
    said = re.search(r"(?:FATAL|ERROR):\s+([^\n]*)", message)
    said = said or re.search(r" failed: ([^\n]*)", message)
    if said:
        return said.group(1)
    return re.sub(r"^(?:[A-Z_]+: )?(?:\[\w+\] )?(?:Failed to connect: )?", "", message.strip())
