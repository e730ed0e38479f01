"""The `counts` route: a sheet with one row a person and nothing that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from righthelp.onsite.findings import Finding, FindingLog, Ledger, refuse_if_blocked
from righthelp.onsite.sources.cells import (
    CellLog,
    Grid,
    Words,
    open_grid,
    read_count,
    read_number,
)
from righthelp.onsite.sources.files import checksum
from righthelp.onsite.sources.supply import (
    state_groups,
    state_missing_records,
    state_supply,
)
from righthelp.protocol.records import COUNTS
from righthelp.protocol.sitemap import SiteMap, load_map
from righthelp.protocol.study import Site, Study
from righthelp.schema import Row

HIGH_PER_MONTH = 20
"""More contacts a month than this are noted; they are kept."""
_MONTHS_TOLERANCE = 1.05
"""Months made from days may exceed the window a little; they are taken as the whole of it."""


@dataclass(frozen=True)
class SiteCounts:
    """People of a site as arrays of one length n, in the order of the sheet.

    `seen`, `ongoing` (n,) bool; `before`, `after` (n,) float, whole numbers; `earlier` (n,) float,
    NaN where absent, and `has_earlier` whether everybody has it; `months_before`, `months_after`
    (n,) float; `ladder` (n, 3) int codes of strata, finest first: sex x age band, age band, all;
    `person` (n,) int. `supply` has the rows of returns.SUPPLY without `site`.
    """

    seen: np.ndarray
    ongoing: np.ndarray
    before: np.ndarray
    after: np.ndarray
    earlier: np.ndarray
    has_earlier: bool
    months_before: np.ndarray
    months_after: np.ndarray
    ladder: np.ndarray
    person: np.ndarray
    findings: tuple[Finding, ...]
    ledger: tuple[Ledger, ...]
    supply: tuple[Row, ...]
    checksums: Mapping[str, str]


@dataclass(frozen=True)
class _Person:
    seen: bool
    ongoing: bool
    before: float
    after: float
    earlier: float
    months_before: float
    months_after: float
    sex: str
    age_band: str


def read_counts(
    *, study: Study, site: Site, path: Path, site_map: SiteMap | None = None
) -> SiteCounts:
    """Read a site's sheet of counts (XLSX or CSV, told apart by content).

    Raises RecordsRefused with every wrong cell at once, and DisclosureRefused when anything in the
    file, on any sheet, could name a person.
    """
    site_map = site_map or (load_map(site.map) if site.map else SiteMap())
    log = FindingLog()
    grid = open_grid(path, COUNTS, site_map=site_map, log=log)
    refuse_if_blocked(log.findings, site=f"site {site.id}")
    assert grid is not None
    cells = CellLog(log, table=COUNTS.name, file=grid.file)
    reader = _PersonReader(study, grid, site_map, cells)
    people = [reader.read(row) for row in range(len(grid.rows))]
    cells.close()
    kept = [person for person in people if person is not None]
    _check_labels(grid, cells)
    _check_columns(grid, kept, log)
    refuse_if_blocked(log.findings, site=f"site {site.id}")
    if not any(person.seen for person in kept):
        log.add("group_missing", COUNTS.name, column="group", file=grid.file, value="seen")
        refuse_if_blocked(log.findings, site=f"site {site.id}")
    left_out = {"blank_row": grid.n_blank, "count_missing": len(people) - len(kept)}
    ledger = Ledger(
        COUNTS.name,
        len(people) + grid.n_blank,
        len(kept),
        {kind: n for kind, n in left_out.items() if n},
    )
    groups = {
        "seen": any(person.seen for person in kept),
        "reference": any(not person.seen for person in kept),
    }
    supply = (
        *state_missing_records(),
        *state_supply(COUNTS, grid.places),
        *state_groups(groups, table=COUNTS.name),
    )
    return _stack(kept, log, ledger, supply, {path.name: checksum(path)})


class _PersonReader:
    """Reads the rows of a sheet of counts into people."""

    def __init__(self, study: Study, grid: Grid, site_map: SiteMap, log: CellLog) -> None:
        self._grid, self._log = grid, log
        self._months = {
            "before": study.windows.before_months,
            "after": study.windows.after_months,
            "earlier": study.windows.before_months,
        }
        self._words = {
            name: Words(site_map, COUNTS, column=name, log=log)
            for name in ("group", "ongoing", "sex", "age_band")
        }

    def read(self, row: int) -> _Person | None:
        """One person; None when a count is missing or, with a finding that refuses, wrong."""
        line = self._grid.lines[row]
        group = self._read_word(row, "group", "group_unknown")
        if group is None and self._grid.cell(row, "group") is None:
            self._log.add("group_unknown", "group", line=line, value="empty")
        counts = {name: self._read_count(row, name) for name in ("before", "after", "earlier")}
        months = {name: self._read_months(row, name, counts[name]) for name in ("before", "after")}
        ongoing = self._read_word(row, "ongoing", "answer_unknown") == "yes"
        sex = self._read_word(row, "sex", "unknown_word") or "unknown"
        age_band = self._read_word(row, "age_band", "unknown_word") or "unknown"
        before, after = counts["before"], counts["after"]
        if before is None or after is None:
            empty = [n for n in ("before", "after") if self._grid.cell(row, n) is None]
            for name in empty[:1]:
                self._log.add("count_missing", name, line=line)
            return None
        return _Person(
            group == "seen",
            ongoing and group == "seen",
            before,
            after,
            np.nan if counts["earlier"] is None else counts["earlier"],
            months["before"],
            months["after"],
            sex,
            age_band,
        )

    def _read_word(self, row: int, column: str, unknown: str) -> str | None:
        cell = self._grid.cell(row, column)
        return self._words[column].read(cell, line=self._grid.lines[row], unknown=unknown)

    def _read_count(self, row: int, column: str) -> float | None:
        cell, line = self._grid.cell(row, column), self._grid.lines[row]
        count = read_count(cell, column, line=line, log=self._log)
        if count is not None and count > HIGH_PER_MONTH * self._months[column]:
            self._log.add("count_high", column, line=line, value=cell)
        return count

    def _read_months(self, row: int, window: str, count: float | None) -> float:
        column, whole = f"months_{window}", float(self._months[window])
        cell, line = self._grid.cell(row, column), self._grid.lines[row]
        months = read_number(cell, column, line=line, log=self._log)
        if months is None:
            return whole
        if months < 0:
            self._log.add("number_negative", column, line=line, value=cell)
        elif months > whole * _MONTHS_TOLERANCE:
            self._log.add("months_too_long", column, line=line, value=f"{months:g} of {whole:g}")
        elif months == 0 and count:
            self._log.add("count_without_time", window, line=line, value=f"{count:g}")
        return min(months, whole)


def _check_labels(grid: Grid, log: CellLog) -> None:
    first: dict[str, int] = {}
    if "row_label" not in grid.places:
        return
    for row, line in enumerate(grid.lines):
        cell = grid.cell(row, "row_label")
        if cell is None:
            log.add("label_missing", "row_label", line=line)
            continue
        label = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        if label in first:
            log.add(
                "label_doubled", "row_label", line=line, value=f"{label}, also line {first[label]}"
            )
        first.setdefault(label, line)


def _check_columns(grid: Grid, people: list[_Person], log: FindingLog) -> None:
    """Note columns of zeros, and earlier counts that only some people have."""
    if not people:
        return
    columns: dict[str, Callable[[_Person], float]] = {
        "before": lambda person: person.before,
        "after": lambda person: person.after,
        "earlier": lambda person: person.earlier,
    }
    for name, value in columns.items():
        if name in grid.places and all(value(person) == 0 for person in people):
            log.add("column_all_zero", COUNTS.name, column=name, file=grid.file, n_rows=len(people))
    without = sum(bool(np.isnan(person.earlier)) for person in people)
    if 0 < without < len(people):
        log.add("earlier_incomplete", COUNTS.name, column="earlier", file=grid.file, n_rows=without)


def _stack(
    people: list[_Person],
    log: FindingLog,
    ledger: Ledger,
    supply: tuple[Row, ...],
    checksums: Mapping[str, str],
) -> SiteCounts:
    def numbers(name: str) -> np.ndarray:
        return np.array([getattr(person, name) for person in people], dtype=np.float64)

    def flags(name: str) -> np.ndarray:
        return np.array([getattr(person, name) for person in people], dtype=bool)

    age = [person.age_band for person in people]
    both = [f"{person.sex}|{person.age_band}" for person in people]
    ladder = np.zeros((len(people), 3), dtype=np.int64)
    for place, labels in enumerate((both, age)):
        if labels:
            ladder[:, place] = np.unique(labels, return_inverse=True)[1]
    earlier = numbers("earlier")
    return SiteCounts(
        seen=flags("seen"),
        ongoing=flags("ongoing"),
        before=numbers("before"),
        after=numbers("after"),
        earlier=earlier,
        has_earlier=bool(len(earlier)) and not bool(np.isnan(earlier).any()),
        months_before=numbers("months_before"),
        months_after=numbers("months_after"),
        ladder=ladder,
        person=np.arange(len(people), dtype=np.int64),
        findings=log.findings,
        ledger=(ledger,),
        supply=supply,
        checksums=dict(checksums),
    )
