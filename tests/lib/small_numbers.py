"""Numbers of few people in what a report gives out: in typed cells, in files, in running text."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from righthelp.evidence.counts import Count
from righthelp.report.cells import Cell, ShownTable
from righthelp.report.dictionary import PEOPLE, find_meaning

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OF_NOBODY = ("about one person", "of one person", "one person a day")
"""Phrases of the fixed text that speak of no number of people."""
GAP = r"(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)"
"""Between two words of a sentence, which may go on in the next line; an empty line ends it."""
KINDS = r"(?:more |other |new |seen |matched |registered |complete )?"


def find_in_tables(tables: Iterable[ShownTable], least: int) -> Iterator[str]:
    """Cells of columns that count people with a number from 1 to below `least`."""
    for table in tables:
        for heading, cells in zip(table.headings, zip(*table.rows, strict=True), strict=False):
            if find_meaning(table.name, heading).unit == PEOPLE:
                for cell in cells:
                    if is_small(_number(cell), least):
                        yield f"{table.name}.{heading.key}: {cell}"


def find_in_files(folder: Path, least: int) -> Iterator[str]:
    """The same in the CSV files of a folder and its exports, by the dictionary that lies there."""
    units = {(one["table"], one["column"]): one["unit"] for one in _read(folder / "dictionary.csv")}
    for path in sorted(folder.glob("*.csv")):
        for line in _read(path):
            for column, text in line.items():
                if units.get((path.stem, column)) == PEOPLE and is_small(_parse(text), least):
                    yield f"{path.name}: {column} is {text}"
    for line in _read(folder / "exports" / "summarised_result.csv"):
        of_people = "count" in line["estimate_name"] and line["variable_name"] != "settings"
        if of_people and is_small(_parse(line["estimate_value"]), least):
            yield f"summarised_result.csv: {line}"
    for line in _read(folder / "exports" / "measures.csv"):
        for column in ("numerator", "denominator"):
            if is_small(_parse(line[column]), least):
                yield f"measures.csv: {column} is {line[column]}"


def find_in_text(text: str, least: int) -> Iterator[str]:
    """Phrases such as "3 people", "four new people" or "people withheld: 2"."""
    plain = text
    for phrase in OF_NOBODY:
        plain = re.sub(phrase.replace(" ", r"\s+"), "", plain)
    digits = "|".join(str(n) for n in range(1, least))
    words = "|".join(WORDS[: least - 1])
    patterns = (
        rf"(?<![\d.,–-])\b(?:{digits}|{words}){GAP}{KINDS}(?:people|persons?|patients?)\b",
        rf"\b(?:people|persons|patients)\b[^.;:\n]{{0,60}}:\s*(?:{digits})\b(?!%|[.,]?\d)",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, plain, re.IGNORECASE):
            yield plain[max(0, match.start() - 40) : match.end() + 20]


def read_text(page: str) -> str:
    """The words of an HTML page, alternative texts too; an empty line after cell and paragraph."""
    page = re.sub(r"<style>.*?</style>", " ", page, flags=re.DOTALL)
    alternatives = "\n\n".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', page))
    page = re.sub(r"</?(?:a|abbr|b|em|span|strong)\b[^>]*>", "", page)
    words = re.sub(r"<[^>]+>", "\n\n", page)
    return html.unescape(f"{words}\n\n{alternatives}").replace("\u00a0", " ")


def read_cells(path: Path) -> str:
    """The cells of a CSV file, an empty line after each."""
    with path.open(encoding="utf-8", newline="") as file:
        cells = (cell.replace("\u00a0", " ") for row in csv.reader(file) for cell in row)
        return "\n\n".join(cells)


def is_small(value: float | None, least: int) -> bool:
    """Whether a number is of somebody, and of fewer than `least`."""
    return value is not None and 0 < value < least


def _number(cell: Cell) -> float | None:
    if isinstance(cell, Count):
        return cell.value
    return float(cell) if isinstance(cell, int | float) else None


def _parse(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", text) else None


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
