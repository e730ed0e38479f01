"""The routes of records: files into the engine, checked, as exactly the canonical tables."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from righthelp.engine import Engine, quote_name
from righthelp.onsite.findings import Finding, FindingLog, Ledger, refuse_if_blocked
from righthelp.onsite.sources.categories import read_categories
from righthelp.onsite.sources.columns import ColumnCheck
from righthelp.onsite.sources.consistency import check_consistency
from righthelp.onsite.sources.csv import find_files
from righthelp.onsite.sources.databases import is_connection
from righthelp.onsite.sources.files import checksum
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.supply import state_lacks, state_supply
from righthelp.onsite.sources.systems import SYSTEMS
from righthelp.onsite.sources.systems.system import drop_made, land_system
from righthelp.protocol.meanings import load_meanings
from righthelp.protocol.records import NEEDED, RECORDS
from righthelp.protocol.sitemap import SiteMap, load_map
from righthelp.protocol.study import Site, Study
from righthelp.schema import Row, Table


@dataclass(frozen=True)
class SiteRecords:
    """What reading a site's records told; the records themselves are tables in the engine.

    `supply` has the rows of returns.SUPPLY without `site`; `with_categories`: appointments
    have their national category throughout. `checksums` the SHA-256 of each file
    read, by its path from the site's folder; none of a file that only names a database.
    """

    findings: tuple[Finding, ...]
    ledger: tuple[Ledger, ...]
    supply: tuple[Row, ...]
    role_missing: bool
    with_categories: bool
    checksums: Mapping[str, str]


def read_records(
    engine: Engine,
    *,
    study: Study,
    site: Site,
    folder: Path,
    site_map: SiteMap | None = None,
    today: date | None = None,
) -> SiteRecords:
    """Read a site's files into the engine, as exactly the canonical tables and columns.

    An absent table is empty, an absent column NULL; an absent or empty status, role, mode or sex is
    'unknown'. `site_map` stands in for the map named by the site; `today` for the clock.

    Raises RecordsRefused (a DataRefused) with every blocking finding at once.
    """
    site_map = site_map or (load_map(site.map) if site.map else SiteMap())
    system = SYSTEMS.get(site.route)
    if system:
        site_map = system.read_map(site_map)
    log = FindingLog()
    today = today or datetime.now(tz=UTC).date()
    assert site.extract_to is not None
    paths: Mapping[str, tuple[Path, ...]] = {} if system else find_files(folder, site_map, log=log)
    check = ColumnCheck(engine, site_map, log, site.extract_to, today)
    engine.execute(
        "CREATE OR REPLACE TABLE read_left_out (name VARCHAR, row_id BIGINT, kind VARCHAR)"
    )
    own: Sequence[Ledger] = ()
    with tempfile.TemporaryDirectory(prefix="righthelp-plain-") as scratch:
        landing = Landing(engine, site_map=site_map, scratch=Path(scratch), log=log)
        if system:
            landed, own, paths = land_system(
                engine,
                system,
                folder=folder,
                landing=landing,
                log=log,
                listed=load_meanings(study).listed,
            )
        else:
            landed = {table.name: landing.land(table, paths[table.name]) for table in RECORDS}
    for table in landed.values():
        check.check(table)
    check_consistency(check, landed, study=study, site=site)
    role_missing = _check_roles(study, landed["appointments"], log)
    ledger = tuple(_account(engine, table) for table in landed.values())
    for each in RECORDS:
        _make_canonical(engine, each)
    engine.execute("DROP TABLE read_left_out")
    if system:
        drop_made(engine, system)
    with_categories = "category" in landed["appointments"].columns and read_categories(
        engine, study, role_missing=role_missing
    )
    _find_link_workers(engine, landed, log=log)
    _require_rows(landed, ledger, log)
    refuse_if_blocked(log.findings, site=f"site {site.id}")
    return SiteRecords(
        log.findings,
        (*own, *ledger),
        tuple(state_lacks(_state_supply(landed), system.lacks if system else ())),
        role_missing,
        with_categories,
        _sum_files(paths, folder),
    )


def _state_supply(landed: Mapping[str, Landed]) -> list[Row]:
    """What came of every table, and what that keeps from being told."""
    return [
        row
        for table in landed.values()
        for row in state_supply(table.table, table.columns if table.files else None)
    ]


def _sum_files(paths: Mapping[str, tuple[Path, ...]], folder: Path) -> dict[str, str]:
    """The checksum of each file; one that only says how a database is reached has none."""
    return {
        _name_file(path, folder): checksum(path)
        for each in paths.values()
        for path in each
        if not is_connection(path)
    }


def _name_file(path: Path, folder: Path) -> str:
    below = folder in path.parents
    return path.relative_to(folder).as_posix() if below else path.name


def _check_roles(study: Study, appointments: Landed, log: FindingLog) -> bool:
    if not appointments.files or "role" in appointments.columns:
        return False
    marked = study.contacts.if_role_missing == "all_staff_marked"
    kind = "role_missing_marked" if marked else "role_missing"
    log.add(kind, "appointments", column="role", file=appointments.files[0].name, row=1)
    return True


def _account(engine: Engine, landed: Landed) -> Ledger:
    """Rows read, kept and left out of one table."""
    left_out = dict(landed.left_out)
    for kind, n in engine.rows(
        "SELECT kind, count(*) FROM read_left_out WHERE name = ? GROUP BY kind ORDER BY kind",
        [landed.table.name],
    ):
        left_out[kind] = left_out.get(kind, 0) + n
    kept = engine.rows(f"SELECT count(*) FROM {landed.name}")[0][0]
    return Ledger(landed.table.name, landed.n_rows, kept, left_out)


def _make_canonical(engine: Engine, table: Table) -> None:
    """Turn a landed table into the canonical one: its columns and types, nothing else."""
    landed = f"landed_{table.name}"
    for name in engine.column_names(landed):
        if name not in table.names:
            engine.execute(f"ALTER TABLE {landed} DROP COLUMN {quote_name(name)}")
    for column in table.columns:
        if column.type == "integer":
            name = quote_name(column.name)
            engine.execute(f"ALTER TABLE {landed} ALTER {name} SET DATA TYPE INTEGER")
    engine.execute(f"DROP TABLE IF EXISTS {table.name}")
    engine.execute(f"ALTER TABLE {landed} RENAME TO {table.name}")


def _find_link_workers(engine: Engine, landed: Mapping[str, Landed], *, log: FindingLog) -> None:
    """Their appointments by the category, and their contacts where no table of them came."""
    if "category" in landed["appointments"].columns:
        _name_link_workers(engine, log)
    if not landed["link_worker_contacts"].files and landed["appointments"].files:
        _take_contacts_from_appointments(engine, log)


LINK_WORKER_CATEGORY = "Social Prescribing Service"
"""The national slot category."""


def _name_link_workers(engine: Engine, log: FindingLog) -> None:
    """An appointment of that category with nobody named, or another profession, is a link worker's.

    So it never counts as a contact with a GP, not even where all staff are counted.
    """
    theirs = f"category = '{LINK_WORKER_CATEGORY}' AND role IN ('unknown', 'other_direct_care')"
    n = engine.rows(f"SELECT count(*) FROM appointments WHERE {theirs}")[0][0]
    if n:
        engine.execute(f"UPDATE appointments SET role = 'link_worker' WHERE {theirs}")
        log.add("link_worker_by_category", "appointments", column="category", n_rows=n)


def _take_contacts_from_appointments(engine: Engine, log: FindingLog) -> None:
    """Attended appointments with a link worker stand in for a table of contacts."""
    engine.execute(
        "INSERT INTO link_worker_contacts SELECT patient_id, NULL, start_date, mode, 'attended' "
        "FROM appointments WHERE role = 'link_worker' AND status = 'attended'"
    )
    if not engine.rows("SELECT count(*) FROM link_worker_contacts")[0][0]:
        log.add("link_worker_missing", "link_worker_contacts")


def _require_rows(
    landed: Mapping[str, Landed], ledger: tuple[Ledger, ...], log: FindingLog
) -> None:
    """Note tables that came without a row, where nothing worse was said of them."""
    refused = {finding.table for finding in log.findings if finding.effect == "refused"}
    for account in ledger:
        files = landed[account.table].files
        if account.kept or not files or account.table in refused:
            continue
        needed = account.table in NEEDED
        kind = "table_without_rows" if needed else "file_without_rows"
        if needed or not account.rows_in:
            log.add(kind, account.table, file=files[0].name)
