"""A small sheet of counts, as CSV or XLSX, for tests that break one cell at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl

from righthelp.onsite.sources.counts import SiteCounts, read_counts
from righthelp.onsite.sources.summary import SiteSummary, read_summary
from righthelp.protocol.sitemap import SiteMap
from tests.unit.sources.small_site import make_study

HEADER = (
    "row_label",
    "group",
    "ongoing",
    "before",
    "after",
    "earlier",
    "months_before",
    "months_after",
    "sex",
    "age_band",
)
ROWS: tuple[tuple[object, ...], ...] = (
    (1, "seen", "no", 6, 3, 2, None, None, "female", "40-64"),
    (2, "seen", "yes", 4, 4, 3, 6, 2.5, "male", "65-79"),
    (3, "reference", None, 1, 2, 0, None, None, "female", "40-64"),
    (4, "reference", None, 0, 1, 1, 6, 6, "male", "40-64"),
)
SUMMARY_HEADER = (
    "group",
    "n",
    "mean_before",
    "sd_before",
    "mean_after",
    "sd_after",
    "correlation",
)
SUMMARY_ROWS: tuple[tuple[object, ...], ...] = (
    ("seen", 381, 10.0, 4.0, 8.6, 4.5, 0.5),
    ("reference", 900, 3.9, None, 4.3, None, None),
)
Cells = Mapping[str, object]


def write_sheet(
    path: Path,
    cells: Cells | None = None,
    *,
    header: tuple[str, ...] = HEADER,
    rows: tuple[tuple[object, ...], ...] = ROWS,
    name: str = "counts",
) -> Path:
    """Write an XLSX sheet with some cells (such as B7) replaced, and return its path."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in (header, *rows):
        sheet.append(row)
    for place, value in (cells or {}).items():
        sheet[place] = value
    book.save(path)
    return path


def read_sheet(path: Path, *, site_map: Mapping[str, object] | None = None) -> SiteCounts:
    """Read a sheet of counts for the small study, whose windows are six months."""
    study = make_study(route="counts")
    site_map_read = SiteMap.model_validate(site_map or {})
    return read_counts(study=study, site=study.site[0], path=path, site_map=site_map_read)


def read_form(path: Path, *, needed: tuple[str, ...] = ("seen",)) -> SiteSummary:
    """Read a form of summary numbers for the small study."""
    study = make_study(route="summary")
    return read_summary(study=study, site=study.site[0], path=path, needed=needed)
