"""A file opened for the engine: the relation to read, its columns, and the number of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from righthelp.engine import Engine, quote, quote_name
from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources.files import TextFile, find_blank_lines, open_text_file

_PARQUET = b"PAR1"


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
