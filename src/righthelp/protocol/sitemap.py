"""The column map of a site: which file and column of theirs is which of ours, and what words mean.

Written once by the site, as TOML. Without one, files and columns carry the canonical names and
dates are ISO dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from righthelp.protocol.load import Complaint, parse_toml, read_text
from righthelp.protocol.records import COUNTS, RECORDS, SUMMARY
from righthelp.schema import Table

Encoding = Literal["utf-8", "windows-1252", "latin-1"]
_TABLES: Mapping[str, Table] = {table.name: table for table in (*RECORDS, COUNTS, SUMMARY)}


class Part(BaseModel):
    """A part of the map: no unknown keys, no changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TableMap(Part):
    """Where one table comes from."""

    file: str = Field(
        default="",
        description="File name, or pattern such as `appts_*.csv`, from the site's folder. CSV, "
        "TSV or Parquet; CSV and TSV may be compressed (.gz). Empty means the table's own name.",
    )
    delimiter: str = Field(
        default="",
        pattern=r"^[^\w\s\"]?$|^\t$",
        description="Character between values; empty means that it is found out from the header.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our column = their column. A column not named here keeps our name.",
    )
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="For a column of ours: their word = our word. Upper and lower case, blanks, "
        "hyphens and underscores do not matter.",
    )


class SiteMap(Part):
    """The column map of one site."""

    encoding: Encoding = Field(default="utf-8", description="How the text of the files is encoded.")
    date_formats: tuple[str, ...] = Field(
        default=(),
        description="Forms of the dates, such as `%d/%m/%Y`, tried in this order; "
        "ISO dates (2024-01-31) are always read.",
    )
    patients: TableMap = TableMap()
    practices: TableMap = TableMap()
    practice_registrations: TableMap = TableMap()
    appointments: TableMap = TableMap()
    link_worker_contacts: TableMap = TableMap()
    referrals: TableMap = TableMap()
    clinical_events: TableMap = TableMap()
    needs: TableMap = TableMap()
    support: TableMap = TableMap()
    flags: TableMap = TableMap()
    outcomes: TableMap = TableMap()
    outcome_items: TableMap = TableMap()
    counts: TableMap = TableMap()
    summary: TableMap = TableMap()

    @field_validator("date_formats")
    @classmethod
    def _known_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            if not re.fullmatch(r"(?:[^%]|%-?[aAbBdfHIjmMpSyYzZ%])*", form) or "%" not in form:
                raise ValueError(
                    f"{form!r} is not the form of a date; write it like %d/%m/%Y or %d-%b-%y %H:%M"
                )
        return forms

    def table(self, name: str) -> TableMap:
        """What the map says of a table; nothing of those that are not ours."""
        part = getattr(self, name) if name in _TABLES else TableMap()
        assert isinstance(part, TableMap)
        return part


def fold_word(text: str) -> str:
    """A word as it is compared: no case, no blanks, hyphens or underscores."""
    return re.sub(r"[\s\u00a0\u200b\ufeff_-]+", "", text).casefold()


def load_map(path: Path) -> SiteMap:
    """Read a column map; raises ProtocolError with all its problems, in the order of the file."""
    text = read_text(path, "the column map")
    return parse_toml(text, SiteMap, name=path.name, checks=_check_map)


def list_words(table: Table, column: str) -> tuple[str, ...]:
    """The vocabulary of a column, empty when it has none.

    The outcome of a link worker contact uses the words of an appointment's status.
    """
    if (table.name, column) == ("link_worker_contacts", "outcome"):
        return _TABLES["appointments"].column("status").values
    return table.column(column).values


def _check_map(given: Mapping[str, Any]) -> Iterator[Complaint]:
    """Columns and words that are not ours."""
    for name, table in _TABLES.items():
        part = given.get(name)
        if isinstance(part, dict):
            yield from _check_columns(table, part)
            yield from _check_words(table, part)


def _check_columns(table: Table, part: Mapping[str, Any]) -> Iterator[Complaint]:
    for section in ("columns", "values"):
        entries = part.get(section)
        for column in entries if isinstance(entries, dict) else ():
            if column not in table.names:
                yield (
                    (table.name, section, column),
                    f"{table.name} has no column {column}",
                    f"Its columns are {', '.join(table.names)}.",
                )


def _check_words(table: Table, part: Mapping[str, Any]) -> Iterator[Complaint]:
    entries = part.get("values")
    for column, mapped in entries.items() if isinstance(entries, dict) else ():
        allowed = list_words(table, column) if column in table.names else ()
        for theirs, ours in mapped.items() if isinstance(mapped, dict) else ():
            if allowed and ours not in allowed:
                yield (
                    (table.name, "values", column, theirs),
                    f"{ours!r} is not a word of ours",
                    f"Use one of {', '.join(allowed)}.",
                )
