"""The `csv` route: CSV, TSV or Parquet files of the canonical tables, under a site's column map."""

from __future__ import annotations

from pathlib import Path

from righthelp.onsite.findings import FindingLog, refuse_if_blocked
from righthelp.protocol.records import NEEDED, RECORDS
from righthelp.protocol.sitemap import SiteMap
from righthelp.schema import Table

_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".parquet")
_JUNK = ("._", "~$", ".~lock")


def find_files(folder: Path, site_map: SiteMap, *, log: FindingLog) -> dict[str, tuple[Path, ...]]:
    """The files of each table; a table that is needed and has none is noted."""
    if not folder.is_dir():
        log.add("folder_missing", "site", file=str(folder))
        refuse_if_blocked(log.findings, site=f"folder {folder.name}")
    found = {}
    for table in RECORDS:
        found[table.name] = find_table(folder, table, site_map=site_map, log=log)
        wanted = site_map.table(table.name).file
        if not found[table.name] and (wanted or table.name in NEEDED):
            log.add("file_missing", table.name, value=wanted or f"{table.name}.csv")
    return found


def find_table(
    folder: Path, table: Table, *, site_map: SiteMap, log: FindingLog
) -> tuple[Path, ...]:
    """The files of one table: those that the map names, else the one with the table's own name."""
    wanted = site_map.table(table.name).file
    if wanted:
        return _match(folder, wanted)
    by_name = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    names = [f"{table.name}{ending}" for ending in _ENDINGS]
    paths = tuple(by_name[name] for name in names if name in by_name)
    if len(paths) > 1:
        both = ", ".join(path.name for path in paths)
        log.add("file_doubled", table.name, value=both)
    return paths[:1]


def _match(folder: Path, pattern: str) -> tuple[Path, ...]:
    exact = folder / pattern
    if exact.is_file():
        return (exact,)
    start = Path(pattern).anchor
    base, rest = (
        (Path(start), str(Path(pattern).relative_to(start))) if start else (folder, pattern)
    )
    matches = base.glob(rest) if rest not in ("", ".") else iter(())
    return tuple(
        path for path in sorted(matches) if path.is_file() and not path.name.startswith(_JUNK)
    )
