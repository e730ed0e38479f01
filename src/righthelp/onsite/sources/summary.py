"""The `summary` route: a form of n, means and standard deviations, one row a group of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from righthelp.onsite.findings import Finding, FindingLog, Ledger, refuse_if_blocked
from righthelp.onsite.sources.cells import CellLog, Grid, Words, open_grid, read_count, read_number
from righthelp.onsite.sources.files import checksum
from righthelp.onsite.sources.supply import state_groups, state_missing_records, state_supply
from righthelp.protocol.records import SUMMARY
from righthelp.protocol.sitemap import SiteMap, load_map
from righthelp.protocol.study import Site, Study
from righthelp.schema import Row

MOST_PEOPLE = 10**8
MOST_CONTACTS = 1_000
_RANGES: Mapping[str, tuple[float, float]] = {
    "mean_before": (0, MOST_CONTACTS),
    "sd_before": (0, MOST_CONTACTS),
    "mean_after": (0, MOST_CONTACTS),
    "sd_after": (0, MOST_CONTACTS),
    "correlation": (-1, 1),
}


@dataclass(frozen=True)
class GroupFigures:
    """The figures of one group of people; None where the site could not give one.

    Means and standard deviations are contacts a person in a window of the study.
    """

    n: int | None
    mean_before: float
    sd_before: float | None
    mean_after: float | None
    sd_after: float | None
    correlation: float | None


@dataclass(frozen=True)
class SiteSummary:
    """A site's form: figures by group (seen, reference, population), findings, supply statement."""

    rows: Mapping[str, GroupFigures]
    findings: tuple[Finding, ...]
    ledger: tuple[Ledger, ...]
    supply: tuple[Row, ...]
    checksums: Mapping[str, str]


def read_summary(
    *,
    study: Study,
    site: Site,
    path: Path,
    needed: Collection[str] = ("seen",),
    site_map: SiteMap | None = None,
) -> SiteSummary:
    """Read a site's form of summary numbers (XLSX or CSV, told apart by content).

    `needed` are the groups without which the form is no use: ("population",) for the form that a
    site without reference people adds.

    Raises RecordsRefused with every wrong cell at once, and DisclosureRefused when anything in the
    file could name a person.
    """
    assert study.find_site(site.id) is not None
    site_map = site_map or (load_map(site.map) if site.map else SiteMap())
    log = FindingLog()
    grid = open_grid(path, SUMMARY, site_map=site_map, log=log)
    refuse_if_blocked(log.findings, site=f"site {site.id}")
    assert grid is not None
    cells = CellLog(log, table=SUMMARY.name, file=grid.file)
    words = Words(site_map, SUMMARY, column="group", log=cells)
    rows: dict[str, GroupFigures] = {}
    n_empty = 0
    for row, line in enumerate(grid.lines):
        if all(grid.cell(row, name) is None for name in grid.places if name != "group"):
            n_empty += 1
            continue
        group = words.read(grid.cell(row, "group"), line=line, unknown="group_unknown")
        if group is None and grid.cell(row, "group") is None:
            cells.add("group_unknown", "group", line=line, value="empty")
        if group in rows:
            cells.add("group_doubled", "group", line=line, value=group)
        figures = _read_figures(grid, row, group, cells)
        if group is not None and figures is not None:
            rows[group] = figures
    cells.close()
    for group in needed:
        if group not in rows:
            log.add("group_missing", SUMMARY.name, column="group", file=grid.file, value=group)
    refuse_if_blocked(log.findings, site=f"site {site.id}")
    ledger = Ledger(
        SUMMARY.name,
        len(grid.rows) + grid.n_blank,
        len(rows),
        {"blank_row": n_empty + grid.n_blank} if n_empty + grid.n_blank else {},
    )
    return SiteSummary(
        rows, log.findings, (ledger,), _state(grid, rows), {path.name: checksum(path)}
    )


def _read_figures(grid: Grid, row: int, group: str | None, log: CellLog) -> GroupFigures | None:
    line = grid.lines[row]
    n = read_count(grid.cell(row, "n"), "n", line=line, log=log)
    if n is not None and not 1 <= n <= MOST_PEOPLE:
        log.add("number_out_of_range", "n", line=line, value=f"{n:g}")
    figures: dict[str, float | None] = {}
    for name, (low, high) in _RANGES.items():
        number = read_number(grid.cell(row, name), name, line=line, log=log)
        if number is not None and not low <= number <= high:
            log.add("number_out_of_range", name, line=line, value=f"{number:g}")
        figures[name] = number
    wanted = ("mean_before",) if group == "population" else ("mean_before", "mean_after")
    for name in wanted:
        if (name in grid.places or name == "mean_after") and grid.cell(row, name) is None:
            log.add("figure_missing", name, line=line)
    mean_before = figures["mean_before"]
    if mean_before is None:
        return None
    return GroupFigures(
        None if n is None else int(n),
        mean_before,
        figures["sd_before"],
        figures["mean_after"],
        figures["sd_after"],
        figures["correlation"],
    )


def _state(grid: Grid, rows: Mapping[str, GroupFigures]) -> tuple[Row, ...]:
    """A column counts as supplied when every group has its figure."""
    came = {
        name
        for name in grid.places
        if name == "group"
        or (rows and all(getattr(figures, name) is not None for figures in rows.values()))
    }
    groups = {name: name in rows for name in SUMMARY.column("group").values}
    return (
        *state_missing_records(),
        *state_supply(SUMMARY, came),
        *state_groups(groups, table=SUMMARY.name),
    )
