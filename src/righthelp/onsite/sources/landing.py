"""Files into the engine: one landed table for each canonical table, in the order of the files.

A landed table has the canonical columns; beside each date and number `odd_<column>`, the text that
could not be read; and `row_hash` over every column of the file, for exact duplicates. The rowid
of a landed row is its place in the files, so that a finding can name file and line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from righthelp.engine import Engine, quote, quote_name
from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources.files import TextFile, find_blank_lines, open_text_file
from righthelp.protocol.sitemap import SiteMap, fold_word
from righthelp.schema import Column, Table

THROUGHOUT, FEW = 0.05, 3
"""Above this share of the rows, and this number, an oddity is a mistake of the whole file."""
REPORT_LIMIT = 30_000
"""Rows at which a report of SystmOne stops without saying so."""
_PARQUET = b"PAR1"
_QUOTE_ERROR = "UNQUOTED VALUE"
_TYPES = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE", "integer": "DOUBLE"}


@dataclass(frozen=True)
class LandedFile:
    """Where the rows of one file landed, and which of its lines did not."""

    name: str
    first_rowid: int
    first_line: int
    lines_left_out: np.ndarray

    def find_line(self, rowid: int) -> int:
        """The line of the file on which a landed row stands."""
        line = rowid - self.first_rowid + self.first_line
        jumps = self.lines_left_out - np.arange(len(self.lines_left_out))
        return line + int(np.searchsorted(jumps, line, side="right"))


@dataclass(frozen=True)
class Landed:
    """A landed table: its files, the columns that came, rows offered and rows lost on the way."""

    table: Table
    files: tuple[LandedFile, ...]
    columns: frozenset[str]
    n_rows: int
    left_out: Mapping[str, int]

    @property
    def name(self) -> str:
        return f"landed_{self.table.name}"

    def place(self, rowid: int) -> tuple[str, int]:
        """File and line of a landed row."""
        file = next(file for file in reversed(self.files) if file.first_rowid <= rowid)
        return file.name, file.find_line(rowid)


class Landing:
    """Lands the files of one site."""

    def __init__(
        self, engine: Engine, *, site_map: SiteMap, scratch: Path, log: FindingLog
    ) -> None:
        self._engine, self._map, self._scratch, self._log = engine, site_map, scratch, log

    @property
    def site_map(self) -> SiteMap:
        """The site's map, with what the system adds to it."""
        return self._map

    @property
    def scratch(self) -> Path:
        """A private folder for plain copies, removed afterwards."""
        return self._scratch

    @property
    def log(self) -> FindingLog:
        """Where findings are noted."""
        return self._log

    def land(
        self, table: Table, paths: tuple[Path, ...], *, headers: tuple[tuple[str, ...], ...] = ()
    ) -> Landed:
        """Land all the files of one table; what is wrong with them is noted, never raised.

        headers: the columns of files without a header line, by their number.
        """
        return self.land_sources(table, (self._open(table, path, headers) for path in paths))

    def land_sources(self, table: Table, sources: Iterable[Source | None]) -> Landed:
        """Land what was opened for one table, in its order; None stands for a file of no use."""
        self._engine.execute(_declare(table))
        files: list[LandedFile] = []
        columns: set[str] = set()
        left_out: dict[str, int] = {}
        n_rows = 0
        for source in sources:
            if source is None:
                continue
            chosen = self._choose_columns(table, source)
            if chosen is None:
                n_rows += source.n_lines
                left_out["column_missing"] = left_out.get("column_missing", 0) + source.n_lines
                continue
            columns |= set(chosen)
            landed, n_offered, lost = self._insert(table, source, chosen)
            n_rows += n_offered
            files.append(landed)
            for kind, n in lost.items():
                left_out[kind] = left_out.get(kind, 0) + n
        return Landed(table, tuple(files), frozenset(columns), n_rows, left_out)

    def land_made(
        self, table: Table, relation: str, *, columns: Sequence[str], name: str
    ) -> Landed:
        """Land a table that is in the engine already, all its columns text under our names.

        name: the file that stands behind it, for findings about the whole of it.
        """
        self._engine.execute(_declare(table))
        n = self._engine.rows(f"SELECT count(*) FROM {relation}")[0][0]
        known = tuple((quote_name(name), "VARCHAR") for name in columns)
        source = Source(name, relation, tuple(columns), known, n, 1, None)
        chosen = {name: place for place, name in enumerate(columns) if name in table.names}
        landed, n_rows, _ = self._insert(table, source, chosen)
        return Landed(table, (landed,), frozenset(chosen), n_rows, {})

    def _open(
        self, table: Table, path: Path, headers: tuple[tuple[str, ...], ...]
    ) -> Source | None:
        return open_source(
            self._engine,
            path,
            table=table.name,
            encoding=self._map.encoding,
            delimiter=self._map.table(table.name).delimiter,
            headers=headers,
            scratch=self._scratch,
            log=self._log,
        )

    def _choose_columns(self, table: Table, source: Source) -> dict[str, int] | None:
        """Our column -> place in the file; None when the file cannot be used."""
        folded = [fold_word(name) for name in source.header]
        mapped = self._map.table(table.name).columns
        chosen: dict[str, int] = {}
        usable = True
        for column in table.columns:
            wanted = mapped.get(column.name, column.name)
            places = [n for n, name in enumerate(folded) if name == fold_word(wanted)]
            if len(places) > 1:
                exact = [n for n in places if source.header[n] == wanted]
                places = exact if len(exact) == 1 else places
            kind = "column_doubled" if len(places) > 1 else "column_missing"
            if len(places) == 1:
                chosen[column.name] = places[0]
            elif places or column.name in mapped or is_needed(table, column):
                usable = False
                there = f"; the file has {', '.join(source.header)}" if not places else ""
                self._log.add(
                    kind,
                    table.name,
                    column=column.name,
                    file=source.name,
                    row=1,
                    value=f"{wanted}{there}",
                    n_rows=source.n_lines,
                )
        return chosen if usable else None

    def _insert(
        self, table: Table, source: Source, chosen: Mapping[str, int]
    ) -> tuple[LandedFile, int, dict[str, int]]:
        name = f"landed_{table.name}"
        first = self._engine.rows(f"SELECT count(*) FROM {name}")[0][0]
        parts: list[str] = []
        for column in table.columns:
            raw = source.columns[chosen[column.name]] if column.name in chosen else None
            parts += _read_column(column, raw, self._map.date_formats)
        everything = ", ".join(name for name, _ in source.columns)
        self._engine.execute(
            f"INSERT INTO {name} SELECT {', '.join(parts)}, hash({everything}) "
            f"FROM {source.relation}"
        )
        rejects = self._take_rejects(source)
        landed = self._engine.rows(f"SELECT count(*) FROM {name}")[0][0] - first
        lines = np.array([line for line, _, _ in rejects], dtype=np.int64)
        blank = source.find_blank_lines() if source.n_lines > landed + len(rejects) else lines[:0]
        n_rows = source.n_lines - len(blank)
        if source.text is not None and n_rows == REPORT_LIMIT:
            self._log.add("file_at_limit", table.name, file=source.name, n_rows=n_rows)
        lost = self._note_rejects(table, source, rejects, n_rows)
        beyond = n_rows - landed - len(rejects)
        assert beyond >= 0, "more rows landed than the file has lines"
        if beyond:
            broken = [line for line, error, _ in rejects if error == _QUOTE_ERROR]
            kind = "quote_not_closed" if broken else "line_break_in_value"
            row = broken[0] if broken else None
            self._log.add(kind, table.name, file=source.name, row=row, n_rows=beyond)
            lost[kind] = lost.get(kind, 0) + beyond
        skipped = np.unique(np.concatenate([blank, lines, source.lines_left_out]))
        file = LandedFile(source.name, first, source.first_line, skipped)
        return file, n_rows, lost

    def _take_rejects(self, source: Source) -> list[tuple[int, str, str]]:
        if source.text is None:
            return []
        found = self._engine.rows(
            "SELECT line, min(error_type::VARCHAR), min(csv_line) "
            "FROM read_rejects GROUP BY line ORDER BY line"
        )
        self._engine.execute("DROP TABLE read_rejects; DROP TABLE read_rejects_scan")
        return [(int(line), str(error), str(text or "").strip()) for line, error, text in found]

    def _note_rejects(
        self, table: Table, source: Source, rejects: list[tuple[int, str, str]], n_rows: int
    ) -> dict[str, int]:
        if not rejects:
            return {}
        line, _, text = rejects[0]
        throughout = len(rejects) > max(FEW, THROUGHOUT * n_rows)
        kind = "ragged_throughout" if throughout else "ragged_row"
        self._log.add(kind, table.name, file=source.name, row=line, value=text, n_rows=len(rejects))
        return {kind: len(rejects)}


@dataclass(frozen=True)
class Source:
    """What the engine reads: a relation, its columns as (expression, type), and its header.

    lines_left_out: lines of the file that the relation leaves out, where it is not a text file.
    """

    name: str
    relation: str
    header: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    n_lines: int
    first_line: int
    text: TextFile | None
    lines_left_out: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @classmethod
    def of_text(cls, text: TextFile, *, quoted: bool = True) -> Source:
        """quoted: whether values may stand in quotation marks; if not, a mark is a mark."""
        mark = "'\"'" if quoted else "''"
        names = [f"c{place}" for place in range(len(text.header))]
        declared = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        relation = (
            f"read_csv({quote(str(text.path))}, auto_detect = false, header = false, "
            f"skip = {text.header_lines}, delim = {quote(text.delimiter)}, quote = {mark}, "
            f"escape = {mark}, columns = {{{declared}}}, store_rejects = true, "
            "rejects_table = 'read_rejects', rejects_scan = 'read_rejects_scan')"
        )
        return cls(
            text.name,
            relation,
            text.header,
            tuple((name, "VARCHAR") for name in names),
            text.n_lines,
            text.header_lines + 1,
            text,
        )

    def find_blank_lines(self) -> np.ndarray:
        """Lines of a text file that hold no row; a blank line of one column is an empty value."""
        if self.text is None or len(self.header) == 1:
            return np.zeros(0, dtype=np.int64)
        found = find_blank_lines(self.text.path)
        return found[found >= self.first_line]


def open_source(
    engine: Engine,
    path: Path,
    *,
    scratch: Path,
    log: FindingLog,
    table: str = "file",
    encoding: str = "utf-8",
    delimiter: str = "",
    headers: tuple[tuple[str, ...], ...] = (),
    plain_tabs: bool = False,
) -> Source | None:
    """Open a text or Parquet file for the engine; None, and a finding, when it is no use.

    plain_tabs: between tabs, a quotation mark is part of the value.
    """
    with path.open("rb") as opened:
        begins = opened.read(4) == _PARQUET
        opened.seek(max(0, path.stat().st_size - 4))
        ends = opened.read(4) == _PARQUET
    if begins and ends:
        return _open_parquet(engine, path)
    if begins or path.suffix.lower() == ".parquet":
        why = "it is cut off" if begins else "it is not Parquet"
        log.add("file_unreadable", table, file=path.name, value=why)
        return None
    text = open_text_file(
        path, table=table, encoding=encoding, delimiter=delimiter, scratch=scratch, log=log
    )
    if text and headers:
        text = _give_header(text, headers)
    quoted = text is not None and not (plain_tabs and text.delimiter == "\t")
    return Source.of_text(text, quoted=quoted) if text else None


def _give_header(text: TextFile, headers: tuple[tuple[str, ...], ...]) -> TextFile:
    """A file without a header line, under the columns of the version that has as many.

    One with the columns of no version gets numbers for names: its first line holds a person.
    """
    if any(set(text.header) >= set(one) for one in headers):
        return text
    n = len(text.header)
    unnamed = tuple(f"column {place + 1}" for place in range(n))
    header = next((one for one in headers if len(one) == n), unnamed)
    return replace(text, header=header, header_lines=0, n_lines=text.n_lines + text.header_lines)


def _open_parquet(engine: Engine, path: Path) -> Source:
    return open_relation(engine, f"read_parquet({quote(str(path))})", name=path.name)


def open_relation(engine: Engine, relation: str, *, name: str) -> Source:
    """A relation that the engine can read already, under the name that findings show."""
    described = engine.rows(
        f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {relation})"
    )
    return Source(
        name,
        relation,
        tuple(name for name, _ in described),
        tuple((quote_name(name), kind) for name, kind in described),
        engine.rows(f"SELECT count(*) FROM {relation}")[0][0],
        1,
        None,
    )


def is_needed(table: Table, column: Column) -> bool:
    """Whether a file without this column, or a row without this value, cannot be used."""
    return not column.nullable and (table.name, column.name) != ("patients", "date_of_birth")


def _declare(table: Table) -> str:
    """An empty landed table."""
    columns: list[str] = []
    for column in table.columns:
        columns.append(f"{quote_name(column.name)} {_TYPES[column.type]}")
        if column.type != "text":
            columns.append(f"odd_{column.name} VARCHAR")
    return f"CREATE OR REPLACE TABLE landed_{table.name} ({', '.join(columns)}, row_hash UBIGINT)"


def _read_column(
    column: Column, raw: tuple[str, str] | None, date_formats: tuple[str, ...]
) -> list[str]:
    """Expressions for the value and, for dates and numbers, for the text that could not be read."""
    kind = _TYPES[column.type]
    if raw is None:
        absent = "'unknown'" if "unknown" in column.values else f"NULL::{kind}"
        return [absent, *(["NULL::VARCHAR"] if column.type != "text" else [])]
    name, given = raw
    text = name if given == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    if column.type == "text":
        if given in ("DOUBLE", "FLOAT"):  # 12.0 for a person who is 12 in another table
            return [f"coalesce(CAST(TRY_CAST({name} AS BIGINT) AS VARCHAR), {text})"]
        return [text]
    if column.type == "date":
        if given == "DATE" or given.startswith("TIMESTAMP"):
            return [f"CAST({name} AS DATE)", "NULL::VARCHAR"]
        value = parse_date(text, date_formats)
    else:
        value = f"TRY_CAST({text} AS DOUBLE)"
    return [value, f"CASE WHEN {value} IS NULL THEN {text} END"]


def parse_date(text: str, date_formats: tuple[str, ...]) -> str:
    """An expression that reads a date in one of the forms given or as an ISO date, else NULL."""
    iso = f"TRY_CAST({text} AS DATE)"
    if not date_formats:
        return iso
    forms = ", ".join(quote(form) for form in date_formats)
    return f"coalesce(CAST(try_strptime({text}, [{forms}]) AS DATE), {iso})"
