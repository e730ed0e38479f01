"""Which return it was: digests of what a return holds, and the few facts that tell two apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from righthelp.returns.tables import TABLES, Released
from righthelp.schema import Table


@dataclass(frozen=True)
class Fingerprint:
    """A return without its content. Digests are SHA-256 in hexadecimal.

    whole: of everything it holds. tables: of its tables alone. inputs: of the checksums of the
    files that it was counted from; empty where it names none. made_on: an ISO day; righthelp: the
    version that counted it; extract: first day and the day after the last of the extract, ISO.
    """

    whole: str
    tables: str
    inputs: str
    made_on: str
    righthelp: str
    extract: tuple[str, str]


def take_fingerprint(released: Released) -> Fingerprint:
    """The fingerprint of a return: the same from a folder, a zip or memory."""
    told = released.provenance
    sums = {table.name: _digest(_write_table(table, released)) for table in TABLES}
    tables = _digest(_write(sums))
    own = {name: value for name, value in told.items() if name not in ("site", "tables_sha256")}
    inputs, versions = told.get("inputs_sha256"), told.get("versions")
    return Fingerprint(
        whole=_digest(_write([released.site, tables, own])),
        tables=tables,
        inputs=_digest(_write(inputs)) if inputs else "",
        made_on=_text(told.get("made_on")),
        righthelp=_text(versions.get("righthelp")) if isinstance(versions, dict) else "",
        extract=(_text(told.get("extract_from")), _text(told.get("extract_to"))),
    )


def _write_table(table: Table, released: Released) -> str:
    """The table as CSV, a whole number in a column of numbers as it is read back from a file."""
    numbers = [column.name for column in table.columns if column.type == "number"]
    rows = [
        {**row, **{name: float(str(row[name])) for name in numbers if row[name] is not None}}
        for row in released.tables[table.name]
    ]
    return table.to_csv(rows)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _write(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
