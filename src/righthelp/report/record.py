"""The record of a report: what it was made from and what it said, small enough to travel in it.

Two records are enough to say what changed between two reports, and mostly why
(`report.differences`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError

from righthelp.errors import DataRefused
from righthelp.evidence import Evidence
from righthelp.evidence.sites import SiteAccount
from righthelp.protocol.requests import Effort
from righthelp.protocol.section import Section
from righthelp.report.cells import ShownTable
from righthelp.report.shown_numbers import ShownNumber, list_shown_numbers
from righthelp.report.tables import list_all

FORMAT = 1
FILE = "record.json"
META = "righthelp-record"
"""The name of the <meta> that holds the record in a page."""
DIGITS = 12
"""Of the digest of a table; enough to tell two texts apart, and short."""
NOT_RESULTS = ("changes", "provenance", "returns")
"""Tables that say where numbers come from; the record holds that itself."""
CHUNK = 65_536
REPEATING = "checklist_"
"""How the names of tables begin that say again, in sentences, what others say."""


class ReturnNote(Section):
    """Which return of a site was used; see `returns.fingerprint`."""

    digest: str
    tables: str
    inputs: str
    made_on: str
    righthelp: str
    extract: tuple[str, str]


class SiteNote(Section):
    """A site that was asked. asking: what was noted of it; returned: None where it is silent."""

    id: str
    label: str
    route: str
    index: str
    system: str
    list_size: int | None
    imd_decile: float | None
    asking: dict[str, JsonValue] | None
    returned: ReturnNote | None


class TheoryMark(Section):
    """The theory that the evidence was set beside, by its title and a digest."""

    title: str
    digest: str


class Record(Section):
    """Everything a record holds. protocol: the digest that every return carries too. settings: the
    study file without sites and paths. tables: caption and digest of every table by its name."""

    format: int
    righthelp: str
    title: str
    protocol: str
    settings: dict[str, JsonValue]
    theory: TheoryMark
    sites: tuple[SiteNote, ...]
    results: tuple[ShownNumber, ...]
    tables: dict[str, tuple[str, str]]


def make_record(evidence: Evidence) -> dict[str, Any]:
    """What a report was made from and what it says, as plain values in a fixed order.

    Numbers are the texts shown. It holds no path of a machine, and nothing that the report for
    everybody does not show; it names every site, so a report for one site must not hold it.
    """
    from righthelp import __version__

    theory = evidence.theory.theory
    return Record(
        format=FORMAT,
        righthelp=__version__,
        title=evidence.study.study.title,
        protocol=evidence.digest,
        settings=_list_settings(evidence),
        theory=TheoryMark(title=theory.title, digest=_digest(theory.model_dump_json())),
        sites=tuple(_note_site(one) for one in evidence.sites),
        results=tuple(list_shown_numbers(evidence)),
        tables={
            table.name: (table.caption, _digest(_write_table(table)))
            for table in list_all(evidence)
            if table.name not in NOT_RESULTS and not table.name.startswith(REPEATING)
        },
    ).model_dump(mode="json")


def dump_record(record: Mapping[str, Any]) -> str:
    """A record as JSON on one line; the same text from the same record."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def write_record(evidence: Evidence, folder: Path) -> Path:
    """Write the record beside the tables of a report, into a folder that is there; its path."""
    path = folder / FILE
    path.write_text(dump_record(make_record(evidence)) + "\n", encoding="utf-8")
    return path


def read_record(path: Path) -> dict[str, Any]:
    """The record in a report as a page, in a `record.json`, or in a folder of tables.

    Raises DataRefused where there is none, or one that this version cannot read.
    """
    place = path / FILE if path.is_dir() else path
    if not place.is_file():
        raise DataRefused(
            "there is no report here", where=str(place), do=f"Give a page, or a folder with {FILE}."
        )
    if place.suffix.lower() not in (".html", ".htm", ".json"):
        raise DataRefused(
            "this is neither a page nor a record",
            where=str(place),
            do=f"Give the report as a page (.html), its {FILE}, or the folder of its tables.",
        )
    text = place.read_text(encoding="utf-8", errors="replace")
    if place.suffix.lower() != ".json":
        found = _find_in_page(text)
        if found is None:
            raise DataRefused(
                "this report holds no record of what it was made from",
                where=str(place),
                do="Make it again with this version of righthelp, for everybody.",
            )
        text = found
    return _parse(text, place)


def _parse(text: str, place: Path) -> dict[str, Any]:
    do = "Make the report again from its returns."
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    made = given.get("format") if isinstance(given, dict) else None
    if isinstance(made, int) and made > FORMAT:
        raise DataRefused(
            f"the record has form {made}, and this version of righthelp knows {FORMAT}",
            where=str(place),
            do="Use the version that made the report, or a newer one.",
        )
    try:
        return Record.model_validate(given).model_dump(mode="json")
    except ValidationError as error:
        first = ".".join(str(part) for part in error.errors()[0]["loc"])
        what = f"the record of this report is damaged{f' at {first}' if first else ''}"
        raise DataRefused(what, where=str(place), do=do) from None


class _MetaFinder(HTMLParser):
    """Looks for the record's <meta> in a page."""

    content: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "meta" and told.get("name") == META:
            self.content = told.get("content") or ""


def _find_in_page(text: str) -> str | None:
    finder = _MetaFinder()
    for start in range(0, len(text), CHUNK):
        finder.feed(text[start : start + CHUNK])
        if finder.content is not None:
            return finder.content
    return None


def _list_settings(evidence: Evidence) -> dict[str, JsonValue]:
    dumped = _plain(evidence.study)
    assert isinstance(dumped, dict)
    return {name: section for name, section in dumped.items() if name != "site"}


def _plain(value: object) -> Any:
    """Settings as JSON has them; a path is left out, whether it is set or not."""
    if isinstance(value, BaseModel):
        return {
            name: _plain(getattr(value, name))
            for name, field in type(value).model_fields.items()
            if "Path" not in str(field.annotation)
        }
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    assert not isinstance(value, Path)
    return value.isoformat() if isinstance(value, date) else value


def _note_site(site: SiteAccount) -> SiteNote:
    mark = site.fingerprint
    return SiteNote(
        id=site.id,
        label=site.label,
        route=site.route,
        index=site.index,
        system=site.system,
        list_size=site.list_size,
        imd_decile=site.imd_decile,
        asking=None if site.effort == Effort() else _list_effort(site.effort),
        returned=None
        if mark is None
        else ReturnNote(
            digest=mark.whole,
            tables=mark.tables,
            inputs=mark.inputs,
            made_on=mark.made_on,
            righthelp=mark.righthelp,
            extract=mark.extract,
        ),
    )


def _list_effort(effort: Effort) -> dict[str, JsonValue]:
    return {
        "asked_on": effort.asked_on.isoformat() if effort.asked_on else None,
        "sent_on": effort.sent_on.isoformat() if effort.sent_on else None,
        "reminded": effort.n_reminded,
        "corrected": effort.n_corrected,
        "declined": effort.declined,
        "hours": effort.hours,
    }


def _write_table(table: ShownTable) -> str:
    """A table as it is shown: caption, headings, rows and notes."""
    heads = [one.label for one in table.headings]
    rows = [[text for text, _ in row] for row in table.texts()]
    return json.dumps([table.caption, heads, rows, table.notes])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
