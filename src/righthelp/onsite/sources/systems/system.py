"""How an extract of a clinical system is read: its own tables as text, then one SQL file.

The system's tables land as they are, all of it text, with the checks that every file gets. The SQL
file then marks every row that is not used with the kind of finding that says why
(`marked_<table>`, column `left_out`), and makes `from_<canonical table>` out of the others. That is
a view, so that its rows are written once, as they land; in what order, joins decide, and so the
place of the row behind lands with each (`source_row`; `source_table` where there are several). What
it makes goes through the same checks as a file that a site sent in our own form. Referrals and
clinical events are the exception: the file makes `from_coded`, the coded entries that are used, and
`coded.sql` takes both out of these in one way for all systems.

Contacts of the link worker are often kept elsewhere: a file of them in our own form beside the
extract goes before what the system holds. So do referrals and practices.
"""

from __future__ import annotations

import csv
import fnmatch
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol

from righthelp.engine import Engine, quote, quote_name
from righthelp.onsite.findings import FindingLog, Ledger, refuse_if_blocked
from righthelp.onsite.sources.csv import find_table
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.vocabulary import list_known_words, read_codes
from righthelp.protocol.records import NEEDED, RECORDS
from righthelp.protocol.sitemap import Encoding, SiteMap
from righthelp.schema import Column, Table

SQL = "righthelp.onsite.sources.systems.sql"


@dataclass(frozen=True)
class SystemTable:
    """A table of a system: its columns, and patterns of the names of its files (case is ignored).

    headers: for files without a header line, the columns of each version by their number. hashed:
    whether the SQL asks for `row_hash`.
    """

    table: Table
    files: tuple[str, ...]
    headers: tuple[tuple[str, ...], ...] = ()
    hashed: bool = False


@dataclass(frozen=True)
class System:
    """A clinical system's extract: what it is called, its tables, and how its text is written.

    behind: for each canonical table the system's table whose rows become its rows; where they come
    from several, all of them, and `source_table` of a row says which. land: lands the tables from
    files that are not delimited text. lists: the CSV files that ship beside this one and that the
    SQL reads as known_<name>. lacks: what the extract never holds, as rows of the supply
    statement (table, column, reason). whole: patterns of the names of files that hold all the
    tables, and that a site may name in place of a folder.
    """

    route: str
    label: str
    tables: tuple[SystemTable, ...]
    behind: Mapping[str, str | tuple[str, ...]]
    encoding: Encoding = "utf-8"
    date_formats: tuple[str, ...] = ()
    lacks: tuple[tuple[str, str, str], ...] = ()
    land: Lander | None = None
    lists: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    def is_whole(self, path: Path) -> bool:
        """Whether this is one file that stands for a folder."""
        return path.is_file() and _fits(path.name, self.whole)

    def find_files(self, folder: Path) -> dict[str, tuple[Path, ...]]:
        """The files of each table below a folder, in order of their names; each is one table's."""
        below = [folder] if self.is_whole(folder) else sorted(folder.rglob("*"))
        files = [path for path in below if _is_data(path)]
        found: dict[str, tuple[Path, ...]] = {}
        for one in self.tables:
            found[one.table.name] = tuple(path for path in files if _fits(path.name, one.files))
        return found

    def read_map(self, site_map: SiteMap) -> SiteMap:
        """The site's map, with the system's own encoding and forms of dates where it has none."""
        own = site_map.model_dump(exclude_unset=True)
        return site_map.model_copy(
            update={
                "encoding": own.get("encoding", self.encoding),
                "date_formats": (*site_map.date_formats, *self.date_formats),
            }
        )


class Lander(Protocol):
    """Lands every table of a system from the files found for it."""

    def __call__(
        self,
        engine: Engine,
        system: System,
        *,
        paths: Mapping[str, tuple[Path, ...]],
        landing: Landing,
    ) -> dict[str, Landed]: ...


@dataclass(frozen=True)
class LandedFrom(Landed):
    """A canonical table made from a system's; a row's place is that of the row behind it.

    Where the rows of several tables stand behind, their places go on from one table to the next.
    """

    behind: tuple[tuple[int, Landed], ...] = ()

    @property
    def order(self) -> str:
        """The column that has the place of the row behind."""
        return "place"

    def find(self, place: int) -> tuple[str, int]:
        """File and line of the row behind a landed row."""
        first, landed = next(one for one in reversed(self.behind) if one[0] <= place)
        return landed.find(place - first)


def declare(
    name: str, description: str, *, needed: str, others: str = "", optional: bool = False
) -> Table:
    """A table of a system: all its columns are text; `needed` must be there in every file."""
    columns = [Column(column, "text", "", nullable=False) for column in needed.split()]
    columns += [Column(column, "text", "", nullable=True) for column in others.split()]
    return Table(name, description, tuple(columns), optional)


def land_system(
    engine: Engine,
    system: System,
    *,
    folder: Path,
    landing: Landing,
    log: FindingLog,
    listed: Collection[str],
) -> tuple[dict[str, Landed], list[Ledger], dict[str, tuple[Path, ...]]]:
    """Land a system's extract; the canonical tables, the account of its own, and the files.

    listed: the codes of the study's codelists; entries of others are not read.
    """
    if not (folder.is_dir() or system.is_whole(folder)):
        log.add("folder_missing", "site", file=str(folder))
        refuse_if_blocked(log.findings, site=f"folder {folder.name}")
    paths = system.find_files(folder)
    for one in system.tables:
        if not one.table.optional and not paths[one.table.name]:
            log.add("file_missing", one.table.name, value=" or ".join(one.files))
    refuse_if_blocked(log.findings, site=f"folder {folder.name}")
    own = (system.land or _land_text)(engine, system, paths=paths, landing=landing)
    refuse_if_blocked(log.findings, site=f"folder {folder.name}")
    _write_known(engine, landing.site_map, listed=listed)
    for name in system.lists:
        _write_list(engine, name)
    engine.run_file(SQL, "text.sql")
    engine.run_file(SQL, f"{system.route}.sql")
    engine.run_file(SQL, "coded.sql")
    own_paths = dict(paths)
    ledgers = [_account(engine, landed, log) for landed in own.values()]
    made = {}
    for table in RECORDS:
        sent = _find_sent(folder, table, landing=landing, log=log)
        sent = tuple(path for path in sent if not _is_own(path, own_paths))
        paths |= {table.name: sent} if sent else {}
        made[table.name] = (
            landing.land(table, sent) if sent else _land_made(engine, table, system, own, landing)
        )
    return made, ledgers, paths


def _find_sent(
    folder: Path, table: Table, *, landing: Landing, log: FindingLog
) -> tuple[Path, ...]:
    """Files in our own form, or under the site's map, of what the system need not hold."""
    if table.name in NEEDED or not folder.is_dir():
        return ()
    return find_table(folder, table, site_map=landing.site_map, log=log)


def _land_text(
    engine: Engine, system: System, *, paths: Mapping[str, tuple[Path, ...]], landing: Landing
) -> dict[str, Landed]:
    """Land every table from delimited text or Parquet."""
    del engine
    return {
        one.table.name: landing.land(
            one.table, paths[one.table.name], headers=one.headers, hashed=one.hashed
        )
        for one in system.tables
    }


def drop_made(engine: Engine, system: System) -> None:
    """Drop what was made on the way to the canonical tables, once no finding asks for a place."""
    starts = ("from_", "known_", "marked_", "landed_", f"{system.route}_")
    made = engine.rows("SELECT table_type, table_name FROM information_schema.tables")
    for kind, name in made:
        if name.startswith(starts):
            engine.execute(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} {name}")


def _is_own(path: Path, own: Mapping[str, tuple[Path, ...]]) -> bool:
    """Whether a file is one of the system's own tables, of a name that ours has too."""
    return any(path in paths for paths in own.values())


def _write_known(engine: Engine, site_map: SiteMap, *, listed: Collection[str]) -> None:
    """Write the words that need no map, with those of the site's map over them, and the codes.

    A code of social prescribing means what it means; one of the codelists is `listed`.
    """
    words = {(column, word): meaning for column, word, meaning in list_known_words()}
    for column, meanings in site_map.table("appointments").values.items():
        words |= {(column, word.strip().lower()): meaning for word, meaning in meanings.items()}
    engine.create_table(
        "known_words",
        {"of_column": "VARCHAR", "word": "VARCHAR", "meaning": "VARCHAR"},
        rows=[(*key, meaning) for key, meaning in words.items()],
    )
    codes = dict.fromkeys(sorted(listed), "listed") | {
        one.code: one.meaning for one in read_codes()
    }
    columns = {"code": "VARCHAR", "meaning": "VARCHAR"}
    engine.create_table("known_codes", columns, rows=codes.items())


def _write_list(engine: Engine, name: str) -> None:
    """Write a list that ships with the package, all its columns text."""
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    columns = {quote_name(column): "VARCHAR" for column in header}
    engine.create_table(f"known_{name}", columns, rows=rows)


def _is_data(path: Path) -> bool:
    inside_junk = any(part.startswith(("__MACOSX", "._", "~$")) for part in path.parts)
    return path.is_file() and not inside_junk


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    plain = name.lower().removesuffix(".gz")
    return any(fnmatch.fnmatchcase(plain, pattern.lower()) for pattern in patterns)


def _account(engine: Engine, landed: Landed, log: FindingLog) -> Ledger:
    """Rows read, used and left out of one of the system's tables; the reasons as findings."""
    name, left_out = landed.table.name, dict(landed.left_out)
    marked = engine.rows(
        f"SELECT count(*) FROM information_schema.tables WHERE table_name = 'marked_{name}'"
    )[0][0]
    rows = (
        engine.rows(
            f"SELECT left_out, count(*), min(source_row) FROM marked_{name} "
            "WHERE left_out IS NOT NULL GROUP BY left_out ORDER BY left_out"
        )
        if marked
        else []
    )
    for kind, n, first in rows:
        file, line = landed.find(first)
        log.add(kind, name, file=file, row=line, n_rows=n)
        left_out[kind] = left_out.get(kind, 0) + n
    kept = engine.rows(f"SELECT count(*) FROM landed_{name}")[0][0] - sum(n for _, n, _ in rows)
    return Ledger(name, landed.n_rows, kept, left_out)


def _land_made(
    engine: Engine, table: Table, system: System, own: Mapping[str, Landed], landing: Landing
) -> Landed:
    """Land what the SQL made of one canonical table; a column without any value did not come."""
    if table.name not in system.behind:
        return landing.land(table, ())
    sources = system.behind[table.name]
    names = (sources,) if isinstance(sources, str) else sources
    if not any(own[name].files for name in names):
        return landing.land(table, ())
    behind, start, place = [], 0, "source_row"
    for name in names:
        behind.append((start, own[name]))
        if start:
            place = (
                f"CASE source_table WHEN {quote(name)} THEN {start} + source_row ELSE {place} END"
            )
        start += engine.rows(f"SELECT count(*) FROM {own[name].name}")[0][0]
    first = next(own[name].files[0].name for name in names if own[name].files)
    landed = landing.land_made(table, f"from_{table.name}", place=place, name=first)
    return LandedFrom(
        **{name: getattr(landed, name) for name in Landed.__dataclass_fields__},
        behind=tuple(behind),
    )
