"""The column map of a site: which file and column of theirs is which of ours, and what words mean.

Written once by the site, as TOML. Without one, files and columns carry the canonical names and
dates are ISO dates.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.records import COUNTS, RECORDS, SUMMARY
from righthelp.schema import Table

Encoding = Literal["utf-8", "windows-1252", "latin-1"]
_TABLES: Mapping[str, Table] = {table.name: table for table in (*RECORDS, COUNTS, SUMMARY)}
_ISSUES = {
    "extra_forbidden": "this name is not known here",
    "missing": "a value is needed here",
    "string_type": "this must be text",
    "tuple_type": "this must be a list",
    "dict_type": "this must be a table of names",
    "model_type": "this must be a table of names",
}


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

    @model_validator(mode="after")
    def _known_columns(self) -> SiteMap:
        complaints = [
            f"{place}: {complaint}"
            for name in _TABLES
            for place, complaint in _check_table(name, self.table(name).model_dump())
        ]
        if complaints:
            raise ValueError("; ".join(complaints))
        return self

    def table(self, name: str) -> TableMap:
        """What the map says of one of our tables."""
        assert name in _TABLES, f"no such table: {name}"
        part = getattr(self, name)
        assert isinstance(part, TableMap)
        return part


def fold_word(text: str) -> str:
    """A word as it is compared: no case, no blanks, hyphens or underscores."""
    return re.sub(r"[\s\u00a0\u200b\ufeff_-]+", "", text).casefold()


def load_map(path: Path) -> SiteMap:
    """Read a column map; raises ProtocolError with all its problems, in the order of the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ProtocolError(
            "the column map does not exist", where=str(path), do="Check `map` of the site."
        ) from None
    except UnicodeDecodeError:
        raise ProtocolError(
            "the column map is not UTF-8 text", where=str(path), do="Save it as UTF-8."
        ) from None
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(
            f"the column map is not TOML: {error}", where=path.name, do="Correct this place."
        ) from None
    complaints = [found for name in given for found in _check_table(name, given[name])]
    try:
        site_map = SiteMap.model_validate(given)
    except ValidationError as error:
        complaints += [
            (".".join(str(part) for part in found["loc"]), _tell(found["type"], found["msg"]))
            for found in error.errors()
            if found["loc"]
        ]
    if not complaints:
        return site_map
    placed = sorted((_find_line(text, place), place, complaint) for place, complaint in complaints)
    raise ProtocolError(
        f"{path.name} has problems",
        problems=[
            Problem(complaint, f"{path.name}: line {line}, {place}", "Correct this entry.")
            for line, place, complaint in placed
        ],
    )


def _tell(kind: str, message: str) -> str:
    return _ISSUES.get(kind, message.removeprefix("Value error, "))


def _check_table(name: str, given: object) -> Iterator[tuple[str, str]]:
    """Places and complaints for columns and words that are not ours."""
    if name not in _TABLES or not isinstance(given, dict):
        return
    table = _TABLES[name]
    for section in ("columns", "values"):
        entries = given.get(section)
        if not isinstance(entries, dict):
            continue
        for column in entries:
            if column not in table.names:
                yield (
                    f"{name}.{section}.{column}",
                    f"{name} has no column {column}; it has {', '.join(table.names)}",
                )
    words = given.get("values")
    for column, mapped in words.items() if isinstance(words, dict) else ():
        allowed = list_words(table, column) if column in table.names else ()
        if not isinstance(mapped, dict):
            continue
        for theirs, ours in mapped.items():
            if allowed and ours not in allowed:
                yield (
                    f"{name}.values.{column}.{theirs}",
                    f"{ours!r} is not one of {', '.join(allowed)}",
                )


def list_words(table: Table, column: str) -> tuple[str, ...]:
    """The vocabulary of a column, empty when it has none.

    The outcome of a link worker contact uses the words of an appointment's status.
    """
    if (table.name, column) == ("link_worker_contacts", "outcome"):
        return _TABLES["appointments"].column("status").values
    return table.column(column).values


def _find_line(text: str, place: str) -> int:
    """The line on which an entry stands, as well as can be told; 1 when it cannot."""
    parts = place.split(".")
    section, best, depth = "", 1, 0
    for number, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[([^\]]+)\]", line)
        if head:
            section = head.group(1).replace('"', "").replace(" ", "")
            named = section.split(".")
        else:
            key = re.match(r'\s*"?([^"=]+?)"?\s*=', line)
            if not key:
                continue
            named = [*filter(None, section.split(".")), *key.group(1).split(".")]
        shared = 0
        for ours, theirs in zip(parts, named, strict=False):
            if ours != theirs:
                break
            shared += 1
        if shared == len(named) and shared > depth:
            best, depth = number, shared
    return best
