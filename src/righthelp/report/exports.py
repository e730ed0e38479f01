"""The report's numbers in forms that others read: a data dictionary, DARWIN EU's and OpenSAFELY's.

Everything is made of what the sites let out; what is withheld there is withheld here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from righthelp.evidence import Evidence
from righthelp.report.dictionary import list_dictionary
from righthelp.report.measures import MeasureRow, list_measures
from righthelp.report.summarised import COLUMNS, list_lines, list_results, list_settings

FOLDER = "exports"


def write_exports(evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """Write dictionary.csv into the folder of the tables, and the exports into a folder in it.

    exports/summarised_result.csv and exports/settings.csv are DARWIN EU's form, and
    exports/measures.csv OpenSAFELY's; the folders are made if need be. The paths, in that order.
    """
    dictionary = list_dictionary(evidence)
    rows = list_results(evidence)
    settings = list_settings(evidence, rows)
    names = [one.name for one in fields(MeasureRow)]
    return (
        _write(
            folder / "dictionary.csv",
            [one.key for one in dictionary.headings],
            dictionary.rows,
        ),
        _write(folder / FOLDER / "summarised_result.csv", COLUMNS, list_lines(rows, settings)),
        _write(
            folder / FOLDER / "settings.csv",
            tuple(settings[0]) if settings else ("result_id",),
            (tuple(one.values()) for one in settings),
        ),
        _write(folder / FOLDER / "measures.csv", names, map(astuple, list_measures(evidence))),
    )


def _write(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file: UTF-8, empty for no value, whole numbers without a point, ISO dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_plain(value) for value in row] for row in rows)
    return path


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
