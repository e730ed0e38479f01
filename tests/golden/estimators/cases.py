"""Reads the golden cases that lie beside this file: input.csv and expected.json, digits and all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent


def read_columns(case: str, file: str = "input.csv") -> dict[str, npt.NDArray[np.float64]]:
    """Return the numeric columns of a case's table."""
    with (HERE / case / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {
        name: np.array(column, dtype=float)
        for name, column in columns.items()
        if _is_numeric(column)
    }


def read_rows(case: str, file: str = "input.csv") -> list[dict[str, str]]:
    """Return the rows of a case's table as text."""
    with (HERE / case / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_expected(case: str) -> dict[str, Any]:
    """Return what the other software, or the paper, says."""
    found: dict[str, Any] = json.loads((HERE / case / "expected.json").read_text(encoding="utf-8"))
    return found


def _is_numeric(column: list[str]) -> bool:
    try:
        [float(value) for value in column]
    except ValueError:
        return False
    return True
