"""The embedded DuckDB, with a memory limit and spill; the only importer of a database driver.

Only `execute`, `fetchall`, `fetchnumpy` and `description` of the driver are used, so that
DuckDB 1.4 to 2.x behave the same.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import numpy as np

EngineError = duckdb.Error
"""What the engine raises when a file or a statement is no use."""


class Engine:
    """One in-memory database; closing it drops everything that it held or spilled."""

    def __init__(self, *, memory_limit: str = "700MB", threads: int | None = None) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="righthelp-")
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory_limit,
                "threads": threads or os.cpu_count() or 1,
                "temp_directory": self._spill.name,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute("CREATE SCHEMA workspace")

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the database and what it spilled to disk."""
        self._connection.close()
        self._spill.cleanup()

    def lock(self) -> None:
        """Shut the door to files and settings once every source has been registered."""
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def open_workspace(self) -> None:
        """From here on new tables go to a schema of their own, and shadow those there already."""
        self._connection.execute("SET search_path = 'workspace,main'")

    def clear_workspace(self) -> None:
        """Drop every table and view made since the workspace was opened."""
        made = self.rows(
            "SELECT table_type, table_name FROM information_schema.tables "
            "WHERE table_schema = 'workspace'"
        )
        for kind, name in sorted(made, reverse=True):  # views before the tables they read
            word = "VIEW" if kind == "VIEW" else "TABLE"
            self.execute(f"DROP {word} IF EXISTS workspace.{quote_name(name)}")

    def execute(self, sql: str, params: Sequence[object] | None = None) -> None:
        """Run one or more statements and drop their result."""
        result = self._connection.execute(sql, params) if params else self._connection.execute(sql)
        if result.description:
            result.fetchall()

    def rows(self, sql: str, params: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query as tuples."""
        result = self._connection.execute(sql, params) if params else self._connection.execute(sql)
        return result.fetchall()

    def columns(self, sql: str) -> dict[str, np.ndarray]:
        """The columns of a query as arrays; a column with nulls comes as a masked array."""
        return self._connection.execute(sql).fetchnumpy()

    def column_names(self, table: str) -> list[str]:
        """The column names of a table or view, in order."""
        return [row[0] for row in self.rows(f"SELECT column_name FROM (DESCRIBE {table})")]

    def create_table(
        self, name: str, columns: Mapping[str, str], *, rows: Iterable[Sequence[object]]
    ) -> None:
        """Make a table from declared columns (name -> type) and Python rows; for small tables."""
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.execute(f"CREATE OR REPLACE TABLE {name} ({declared})")
        values = [list(column) for column in zip(*rows, strict=True)]
        if values:
            lists = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
            self.execute(f"INSERT INTO {name} SELECT {lists}", values)

    @contextmanager
    def keeping_order(self) -> Iterator[None]:
        """Within, rows keep the order of what is scanned, unless a join thins them out.

        Not kept otherwise: a table is then written faster.
        """
        self.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self.execute("SET preserve_insertion_order = false")

    def register_columns(self, name: str, columns: Mapping[str, np.ndarray]) -> None:
        """Make a table from arrays of one length."""
        self._connection.register("incoming_columns", dict(columns))
        self.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming_columns")
        self._connection.unregister("incoming_columns")

    def take_stream(self, name: str, stream: object) -> None:
        """Make a table from a stream of Arrow record batches (a PyCapsule), which is read once."""
        self._connection.register("incoming_stream", stream)
        try:
            self.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming_stream")
        finally:
            self._connection.unregister("incoming_stream")

    def copy_to(self, query: str, path: Path, *, file_format: str) -> None:
        """Write the result of a query as `parquet` or `csv`."""
        options = {
            "parquet": "FORMAT parquet, COMPRESSION zstd",
            "csv": "FORMAT csv, HEADER true",
        }[file_format]
        self.execute(f"COPY ({query}) TO {quote(str(path))} ({options})")

    def run_file(self, package: str, name: str) -> None:
        """Run a SQL file that ships with the package, all its statements in order."""
        self.execute(read_sql(package, name))


def open_engine(*, memory_limit: str = "700MB", threads: int | None = None) -> Engine:
    """Open an embedded engine; spill goes to a private folder that is removed on close."""
    return Engine(memory_limit=memory_limit, threads=threads)


def read_sql(package: str, name: str) -> str:
    """The text of one SQL file of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def quote(text: str) -> str:
    """A SQL string literal, for the few places (file names) where no parameter is allowed."""
    return "'" + text.replace("'", "''") + "'"


def quote_name(name: str) -> str:
    """A SQL identifier, for column names that come from a user's file."""
    return '"' + name.replace('"', '""') + '"'
