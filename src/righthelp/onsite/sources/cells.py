"""Cells of a hand-kept sheet read as numbers and words; every cell that is wrong is noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources.identifiers import refuse_identifiers
from righthelp.onsite.sources.sheet import Sheet, name_column, open_workbook
from righthelp.onsite.sources.vocabulary import list_meanings
from righthelp.protocol.sitemap import SiteMap, fold_word, list_words
from righthelp.schema import Table

_MOST_CELLS_SHOWN = 20
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.I | re.A)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.A)
_BLANKS = " \t\r\n\u00a0\u200b\ufeff"
_ANSWERS = {"y": "yes", "true": "yes", "1": "yes", "n": "no", "false": "no", "0": "no"}


class CellLog:
    """Notes cells that are wrong, one by one, and only counts them after the first twenty."""

    def __init__(self, log: FindingLog, *, table: str, file: str) -> None:
        self._log, self._table, self._file = log, table, file
        self._met: dict[tuple[str, str], int] = {}
        self._rest: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, kind: str, column: str, *, line: int, value: object = "") -> None:
        """Note a cell that is wrong."""
        key = (kind, column)
        self._met[key] = self._met.get(key, 0) + 1
        if self._met[key] <= _MOST_CELLS_SHOWN:
            self._log.add(
                kind,
                self._table,
                column=column,
                file=self._file,
                row=line,
                value=_show(value),
                n_rows=1,
            )
        else:
            first, n = self._rest.get(key, (line, 0))
            self._rest[key] = (first, n + 1)

    def close(self) -> None:
        """Note how many more cells there were of each kind."""
        for (kind, column), (line, n) in self._rest.items():
            self._log.add(
                kind,
                self._table,
                column=column,
                file=self._file,
                row=line,
                value=f"and {n} more cells",
                n_rows=n,
            )


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet under the columns of a declared table.

    `places` is our column -> place in a row; `lines` the line of each row in the sheet.
    """

    table: Table
    file: str
    places: Mapping[str, int]
    lines: tuple[int, ...]
    rows: tuple[tuple[object, ...], ...]
    n_blank: int

    def cell(self, row: int, column: str) -> object:
        """A cell, None when it is empty or its column is not there."""
        place = self.places.get(column)
        values = self.rows[row]
        if place is None or place >= len(values):
            return None
        value = values[place]
        if isinstance(value, str):
            value = value.strip(_BLANKS)
        return None if value == "" else value


def open_grid(path: Path, table: Table, *, site_map: SiteMap, log: FindingLog) -> Grid | None:
    """Read the sheet that has the table's columns; None, with findings, when there is none.

    Raises DisclosureRefused when anything in the file could name a person.
    """
    workbook = open_workbook(path, table=table.name, log=log)
    if workbook is None:
        return None
    mapped = site_map.table(table.name).columns
    wanted = {name: fold_word(mapped.get(name, name)) for name in table.names}
    found = [(sheet, sheet.find_header(set(wanted.values()))) for sheet in workbook.sheets]
    refuse_identifiers(workbook.cells(), _list_headers(found), file=path.name)
    chosen = [(sheet, place) for sheet, place in found if place is not None]
    chosen.sort(key=lambda each: fold_word(each[0].name) != fold_word(table.name))
    if not chosen:
        log.add("sheet_missing", table.name, file=path.name, value=", ".join(table.names))
        return None
    sheet, header = chosen[0]
    places = _place_columns(sheet, header, wanted, table=table, mapped=mapped, file=path, log=log)
    body = [
        (line, row)
        for line, row in enumerate(sheet.rows[header + 1 :], start=header + 2)
        if not _is_blank(row)
    ]
    last = body[-1][0] if body else header + 1
    n_blank = last - (header + 1) - len(body)
    if n_blank:
        log.add("blank_row", table.name, file=path.name, n_rows=n_blank)
    if not body:
        log.add("table_without_rows", table.name, file=path.name)
    lines = tuple(line for line, _ in body)
    return Grid(table, path.name, places, lines, tuple(row for _, row in body), n_blank)


def read_number(cell: object, column: str, *, line: int, log: CellLog) -> float | None:
    """A cell as a number; None when it is empty or, with a finding, when it is no number."""
    if cell is None:
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = float(cell)
        if abs(number) < 1e12:
            return number
    if isinstance(cell, str):
        if _THOUSANDS.fullmatch(cell):
            log.add("thousands_comma", column, line=line, value=cell)
            return float(cell.replace(",", ""))
        if _NUMBER.fullmatch(cell) and abs(float(cell)) < 1e12:
            return float(cell)
    log.add("not_a_number", column, line=line, value=cell)
    return None


def read_count(cell: object, column: str, *, line: int, log: CellLog) -> float | None:
    """A cell as a whole number of zero or more."""
    number = read_number(cell, column, line=line, log=log)
    if number is None:
        return None
    if number < 0:
        log.add("number_negative", column, line=line, value=cell)
        return None
    if not number.is_integer():
        log.add("number_fractional", column, line=line, value=cell)
        return None
    return number


class Words:
    """The words of one column of a sheet, read into the declared ones."""

    def __init__(self, site_map: SiteMap, table: Table, *, column: str, log: CellLog) -> None:
        self._column, self._log = column, log
        self._free = not list_words(table, column)
        self._meanings = list_meanings(site_map, table, column=column)
        if set(self._meanings.values()) == {"yes", "no"}:
            self._meanings = {**_ANSWERS, **self._meanings}

    def read(self, cell: object, *, line: int, unknown: str) -> str | None:
        """Our word for a cell; None when it is empty or, with a finding `unknown`, not a word."""
        if cell is None:
            return None
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
        folded = fold_word(text)
        if folded in self._meanings:
            return self._meanings[folded]
        if self._free and not isinstance(cell, (date, time, timedelta)):
            return text
        self._log.add(unknown, self._column, line=line, value=cell)
        return None


def _place_columns(
    sheet: Sheet,
    header: int,
    wanted: Mapping[str, str],
    *,
    table: Table,
    mapped: Mapping[str, str],
    file: Path,
    log: FindingLog,
) -> dict[str, int]:
    names = [fold_word(str(cell)) if cell is not None else "" for cell in sheet.rows[header]]
    places: dict[str, int] = {}
    for column in table.columns:
        here = [place for place, name in enumerate(names) if name == wanted[column.name]]
        needed = not column.nullable or column.name in mapped
        if len(here) > 1:
            both = " and ".join(name_column(place) for place in here)
            kind, value = "column_doubled", f"{mapped.get(column.name, column.name)} in {both}"
        elif not here and needed and column.name != "row_label":
            kind, value = "column_missing", mapped.get(column.name, column.name)
        else:
            if here:
                places[column.name] = here[0]
            continue
        log.add(kind, table.name, column=column.name, file=file.name, row=header + 1, value=value)
    for place, name in enumerate(names):
        if name and name not in wanted.values():
            shown = f"{sheet.rows[header][place]} in {name_column(place)}"
            log.add("column_not_read", table.name, file=file.name, row=header + 1, value=shown)
    return places


def _list_headers(found: Iterable[tuple[Sheet, int | None]]) -> list[tuple[str, object]]:
    return [
        (f"sheet {sheet.name!r}, cell {name_column(place)}{header + 1}", cell)
        for sheet, header in found
        if header is not None
        for place, cell in enumerate(sheet.rows[header])
    ]


def _is_blank(row: tuple[object, ...]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip(_BLANKS)) for cell in row)


def _show(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (date, time, timedelta)):
        return f"{value} (a date or time; format the cells as text)"
    return str(value)
