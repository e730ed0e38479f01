"""What is drawn in a figure, read from its marks, beside what its table says: two readers that do
not know each other. Each check is for one figure and takes the drawing and the table's records."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from righthelp.report.canvas import WIDE, Paper, ShownFigure
from righthelp.report.cells import Ratio, ShownTable

Axes = Any
Figure = Any
"""Of matplotlib, whose types say less than is read here."""
Records = Sequence[Mapping[str, Any]]
Check = Callable[[Figure, Records], None]
BANDS = ("0", "1-2", "3-5", "6-9", "10+")
REACH = 7
"""Points: the width of the lines that say where another site might lie."""


def check_figure(figure: ShownFigure, records: Records, *, paper: Paper = WIDE) -> None:
    """Fails unless the marks of the figure are the numbers of its table."""
    name = "quadrants" if figure.name.startswith("quadrants") else figure.name
    if name == "quadrants":
        records = [row for row in records if figure.title.startswith(f"{row['scale']}: ")]
    CHECKS[name](figure.draw(paper), records)


def list_records(table: ShownTable, rows: Iterable[Mapping[str, Any]] | None = None) -> Records:
    """The records of a table, or those read back; without the point in the middle of a range."""
    found = []
    for row, record in zip(table.rows, rows or table.records(), strict=True):
        ranges = {
            f"{heading.key}_rr"
            for cell, heading in zip(row, table.headings, strict=True)
            if isinstance(cell, Ratio) and cell.span is not None
        }
        found.append({key: None if key in ranges else value for key, value in record.items()})
    return found


def read_csv(path: Path) -> list[dict[str, Any]]:
    """The rows of a written table, numbers as numbers and gaps as None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _parse(text) for key, text in row.items()} for row in csv.DictReader(file)]


def _parse(text: str) -> str | float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def same(drawn: Iterable[float], told: Iterable[float | None]) -> None:
    """The same numbers, however often each."""
    first, second = (_sort(numbers) for numbers in (drawn, told))
    assert len(first) == len(second), (first, second)
    np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-9)


def _sort(numbers: Iterable[float | None]) -> list[float]:
    kept: list[float] = []
    for number in sorted(one for one in numbers if one is not None and not math.isnan(one)):
        if not kept or abs(number - kept[-1]) > 1e-9 * max(1.0, abs(number)):
            kept.append(float(number))
    return kept


def marks(axes: Axes, *, upright: bool = False) -> list[tuple[float, float]]:
    """Places of the marks of points; upright: those too that are fine lines, as ends of ranges.

    Ticks are marks with a number for a name, and none of these.
    """
    return [
        (float(x), float(y))
        for line in axes.lines
        if isinstance(line.get_marker(), str)
        if line.get_marker() not in ("None", "", *(() if upright else ("|",)))
        for x, y in line.get_xydata()
    ]


def pieces(axes: Axes, *, reach: bool = False) -> list[tuple[float, float]]:
    """Ends across of every level piece of a line; reach: of the broad ones and no others."""
    found = []
    for line in axes.lines:
        xs, ys = line.get_xdata(), line.get_ydata()
        is_line = line.get_marker() in ("None", None, "") and line.get_transform() == axes.transData
        is_line &= ys[0] != axes.get_ylim()[0] or len(ys) > 2  # else it is that of the axis
        if is_line and (line.get_linewidth() == REACH) is reach:
            found += [
                (float(a), float(b))
                for a, b, up, down in zip(xs, xs[1:], ys, ys[1:], strict=False)
                if up == down and not math.isnan(a + b)
            ]
    return found


def bars(axes: Axes) -> list[float]:
    """Widths of bars from left to right, in the order drawn."""
    return [float(patch.get_width()) for patch in axes.patches]


def take(records: Records, *keys: str) -> list[float | None]:
    """The numbers of some columns; words and gaps are none."""
    return [
        row[key] if isinstance(row.get(key), (int, float)) else None
        for row in records
        for key in keys
    ]


def clip(numbers: Iterable[float | None], ends: tuple[float, float]) -> list[float | None]:
    """Numbers beyond the axis at its ends."""
    low, high = sorted(ends)
    return [None if one is None else min(max(one, low), high) for one in numbers]


def _check_ratios(figure: Figure, records: Records, *keys: str, crude: bool) -> None:
    (axes,) = figure.axes
    points = [f"{key}_rr" for key in keys] + (["crude_rr"] if crude else [])
    ends = [f"{key}_{end}" for key in keys for end in ("low", "high")]
    limits = axes.get_xlim()
    same((x for x, _ in marks(axes)), clip(take(records, *points), limits))
    both = [row for row in records for key in keys if row.get(f"{key}_low") is not None]
    same((x for pair in pieces(axes) for x in pair), clip(take(both, *ends), limits))


def _check_sites(figure: Figure, records: Records) -> None:
    _check_ratios(figure, records, "adjusted", crude=True)


def _check_definitions(figure: Figure, records: Records) -> None:
    _check_ratios(figure, records, "adjusted", crude=True)
    (axes,) = figure.axes
    drawn = (x for pair in pieces(axes, reach=True) for x in pair)
    same(drawn, clip(take(records, "prediction_low", "prediction_high"), axes.get_xlim()))


def _check_designs(figure: Figure, records: Records) -> None:
    """A subset: designs of people already seen are in the table and not in the figure."""
    (axes,) = figure.axes
    limits = axes.get_xlim()
    numbers = [one for key in records[-1] for one in take(records[-1:], key)]
    told = _sort(clip(numbers, limits))
    drawn = [x for x, _ in marks(axes)] + [x for pair in pieces(axes) for x in pair]
    assert drawn
    for x in drawn:
        assert any(math.isclose(x, one, rel_tol=1e-9) for one in told), (x, told)


def _check_matched(figure: Figure, records: Records) -> None:
    (axes,) = figure.axes
    last = records[-1:]
    limits = axes.get_xlim()
    told = clip(take(last, "after_rr", "change_rr", "adjusted_rr"), limits)
    drawn = _sort(x for x, _ in marks(axes))
    for one in _sort(told):
        assert any(math.isclose(x, one, rel_tol=1e-9) for x in drawn)
    spans = pieces(axes)
    low, high = clip(take(last, "range_low", "range_high"), limits)
    assert low is not None and high is not None
    assert any(np.allclose(pair, (low, high), rtol=1e-9) for pair in spans)


def _check_change(figure: Figure, records: Records) -> None:
    (axes,) = figure.axes
    told: list[float] = []
    for row in records:
        counts = take([row], "fell", "stayed", "rose")
        known = [one for one in counts if one is not None]
        if len(known) == 3 and math.fsum(known) > 0:
            told += [100 * one / sum(known) for one in known]
    np.testing.assert_allclose(bars(axes), told, rtol=1e-9, atol=1e-9)


def _check_pattern(figure: Figure, records: Records) -> None:
    """Areas as the numbers, and every number as text; of withheld cells neither."""
    (axes,) = figure.axes
    told = take(records, *(f"after_{band}" for band in BANDS))
    sides = [patch.get_width() for patch in axes.patches if patch.get_linewidth() == 0]
    most = max((one for one in told if one), default=None) or 1.0
    same((side**2 / 0.81 * most for side in sides), told)
    shown = [one.get_text().rstrip("+").replace(",", "") for one in axes.texts]
    assert [one for one in shown if one.isdigit()] == [
        f"{one:.0f}" for one in told if one is not None
    ]


def _check_panels(figure: Figure, records: Records, columns: Sequence[Sequence[str]]) -> None:
    """One picture a site: its lines are the site's columns."""
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == len(columns)
    for axes, keys in zip(panels, columns, strict=True):
        lines = [line for line in axes.lines if line.get_marker() in ("None", None, "")]
        drawn = [y for line in lines if len(line.get_ydata()) > 2 for y in line.get_ydata()]
        same(drawn, take(records, *keys))


def _check_course(figure: Figure, records: Records) -> None:
    keys = [key for key in records[0] if key.endswith(("_seen", "_reference"))]
    sites = list(dict.fromkeys(key.rpartition("_")[0] for key in keys))
    columns = [[key for key in keys if key.rpartition("_")[0] == site] for site in sites]
    _check_panels(figure, records, columns)


def _check_series(figure: Figure, records: Records) -> None:
    sites = [key for key in records[0] if f"{key}_state" in records[0]]
    told = [site for site in sites if any(row[site] is not None for row in records)]
    _check_panels(figure, records, [[site] for site in told])


def _check_months(figure: Figure, records: Records) -> None:
    (axes,) = figure.axes
    groups = [key.removesuffix("_rr") for key in records[0] if key.endswith("_rr")]
    same((y for _, y in marks(axes)), take(records, *(f"{group}_rr" for group in groups)))
    ends = [f"{group}_{end}" for group in groups for end in ("low", "high")]
    drawn = [
        float(y)
        for line in axes.lines
        if line.get_marker() in ("None", None, "") and len(line.get_ydata()) > 2
        for y in line.get_ydata()
    ]
    same(drawn, clip(take(records, *ends), axes.get_ylim()))


def _check_waits(figure: Figure, records: Records) -> None:
    days = [key for key in records[0] if key.startswith("day_") and key.count("_") == 1]
    sites = list(dict.fromkeys(str(row["site"]) for row in records))
    for axes in figure.axes:
        (name,) = [text.get_text() for text in axes.texts if text.get_text() in sites]
        own = [row for row in records if row["site"] == name]
        same((y for _, y in marks(axes)), [0.0, *take(own, *days)])


def _check_funnel(figure: Figure, records: Records) -> None:
    """Dots as in the table, and the limits drawn go through the limits told."""
    (axes,) = figure.axes
    same((x for x, _ in marks(axes)), take(records, "ratio_rr"))
    same((y for _, y in marks(axes)), take(records, "se"))
    limits = [
        line.get_xydata()
        for line in axes.lines
        if line.get_ydata()[0] == 0 and line.get_ydata()[-1] > 0 and line.get_linewidth() == 1
    ]
    slanted = [line for line in limits if line[0, 0] != line[1, 0]]
    assert len(slanted) == 4
    for row in records:
        told = take([row], "low_95", "high_95", "low_998", "high_998")
        drawn = [math.exp(np.interp(row["se"], line[:, 1], np.log(line[:, 0]))) for line in slanted]
        same(drawn, told)


def _check_detectable(figure: Figure, records: Records) -> None:
    (axes,) = figure.axes
    same((x for pair in pieces(axes, reach=True) for x in pair), take(records, "fewer", "more"))


def _check_balance(figure: Figure, records: Records) -> None:
    (axes,) = figure.axes
    same((x for x, _ in marks(axes)), take(records, "all", "matched"))


def _check_steps(figure: Figure, records: Records) -> None:
    """Every bar is the sum of its row over the same sites."""
    (axes,) = figure.axes
    shown = {one.get_text().replace("\n", " ") for one in axes.texts}
    rows = [row for row in records if row["step"] in shown]
    widths = bars(axes)
    assert len(rows) == len(widths) > 1
    sites = [
        key
        for key in rows[0]
        if key not in ("step", "all_sites") and not key.endswith(("_state", "_withheld"))
        if all(isinstance(row[key], (int, float)) for row in rows)
    ]
    np.testing.assert_allclose(widths, [sum(row[site] for site in sites) for row in rows])
    assert {f"{width:,.0f}" for width in widths} <= shown


def _check_quadrants(figure: Figure, records: Records) -> None:
    """Filled bars as the people counted, hollow ones as those expected."""
    (axes,) = figure.axes
    drawn = [patch for patch in axes.patches if patch.get_height() == 0.07]
    for filled, key in ((True, "n"), (False, "expected")):
        widths = [p.get_width() for p in drawn if bool(p.get_facecolor()[3]) is filled]
        told = [one for one in take(records, key) if one]
        assert len(widths) == len(told)
        if told:
            scale = np.sort(widths) / np.sort(told)
            np.testing.assert_allclose(scale, scale[0])


def _check_reasons(figure: Figure, records: Records) -> None:
    """From the whole before, step by step, to the whole after."""
    panels = list(figure.axes)
    parts = [row for row in records if row["reason"] != "All contacts"]
    parts = [row for row in parts if not str(row["reason"]).endswith(", by itself")]
    (whole,) = [row for row in records if row["reason"] == "All contacts"]
    for axes, prefix in zip(panels, ("", "matched_"), strict=False):
        told = [
            whole[f"{prefix}before"],
            *(row[f"{prefix}change"] for row in parts),
            whole[f"{prefix}after"],
        ]
        np.testing.assert_allclose(bars(axes), told, rtol=1e-9)


def _check_consultation(figure: Figure, records: Records) -> None:
    # What differs by its nature is in the table alone.
    records = [row for row in records if row["direction"] != "differs by its nature"]
    assert len(figure.axes) == len(records)
    for axes, row in zip(figure.axes, records, strict=True):
        same((x for x, _ in marks(axes)), take([row], "change", "comparators"))
        ends = [f"{key}_{end}" for key in ("change", "comparators") for end in ("low", "high")]
        same((x for pair in pieces(axes) for x in pair), take([row], *ends))


def _check_spread(figure: Figure, records: Records) -> None:
    """Places between the lowest and the highest of each measure."""
    (axes,) = figure.axes
    places = []
    for what in dict.fromkeys(row["measure"] for row in records):
        values = [row["value"] for row in records if row["measure"] == what]
        room = (max(values) - min(values)) or 1.0
        places += [(value - min(values)) / room for value in values]
    same((x for x, _ in marks(axes, upright=True)), places)


CHECKS: Mapping[str, Check] = {
    "flow": _check_steps,
    "change": _check_change,
    "pattern": _check_pattern,
    "course": _check_course,
    "months": _check_months,
    "designs": _check_designs,
    "sites": _check_sites,
    "definitions": _check_definitions,
    "matched": _check_matched,
    "matched_months": _check_months,
    "balance": _check_balance,
    "series": _check_series,
    "funnel": _check_funnel,
    "detectable": _check_detectable,
    "referral_funnel": _check_steps,
    "days_to_help": _check_waits,
    "quadrants": _check_quadrants,
    "reasons": _check_reasons,
    "consultation": _check_consultation,
    "spread": _check_spread,
}
