"""How a scheme might work, as statements that can be looked at: `theory.toml`, typed and checked.

A row says in whom (context), by what (mechanism) and with what result (outcome), and which
measures would show it. The direction of GP contacts alone never identifies a row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from righthelp.protocol.indicators import EXPECTED, GP_CONTACTS, INDICATORS, Expected
from righthelp.protocol.load import Complaint, Place, parse_toml, read_text
from righthelp.protocol.section import Section

DEFAULT = Path(__file__).parent / "theory_default.toml"
ALONE = "the direction of GP contacts alone never identifies a row"

RowId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class TheoryRow(Section):
    """One statement: in whom, by what, with what result, and what would show it."""

    id: RowId = Field(description="Short name, for rivals and notes; lower case and `_`.")
    title: Words = Field(description="The statement in a few words, as the report names it.")
    context: Words = Field(description="In whom, or under what circumstances.")
    mechanism: Words = Field(description="What is thought to happen then.")
    outcome: Words = Field(description="What comes of it for the person.")
    gp_use: Literal["down", "up", "same", "any"] = Field(
        description="What it would mean for how often people see a GP. It is shown; only "
        "`indicators` are looked at."
    )
    when: str = Field(default="", description="When GP use would be so, in a few words.")
    needs: str | None = Field(
        default=None,
        description="An indicator of the kind present or absent without which the context is not "
        "there: where it is absent, the row is not looked at.",
    )
    indicators: dict[str, Expected] = Field(
        description="What would show it: the name of a measure, and `up`, `down` or `same` for a "
        "change, `present` or `absent` for the others. At least one besides `gp_contacts`."
    )
    rivals: tuple[str, ...] = Field(
        default=(), description="Ids of rows that could show the same. It holds both ways."
    )


class TheoryNote(Section):
    """Something the team heard or read about a row; shown with its source, never judged."""

    row: str = Field(description="Id of the row that it is about.")
    text: Words = Field(description="The note, in the team's own words. Name nobody in it.")
    source: Words = Field(description="Where it comes from, such as an interview or a meeting.")
    added_by: Words = Field(description="Who added it.")
    on: date = Field(description="When it was added. Unit: date.")


class Theory(Section):
    """The rows of a programme theory, and notes on them."""

    title: Words = Field(description="What the theory is called, as the report shows it.")
    row: tuple[TheoryRow, ...] = Field(min_length=1, description="The statements, one table each.")
    note: tuple[TheoryNote, ...] = Field(default=(), description="Notes on rows, one table each.")

    @model_validator(mode="after")
    def _hold(self) -> Theory:
        for _, what, _ in _check(self.model_dump(mode="json")):
            raise ValueError(what)
        return self

    def rivals_of(self, row_id: str) -> tuple[TheoryRow, ...]:
        """The rows that could show the same as this one, whichever of the two says so."""
        named = next(one for one in self.row if one.id == row_id).rivals
        return tuple(one for one in self.row if one.id in named or row_id in one.rivals)

    def notes_on(self, row_id: str) -> tuple[TheoryNote, ...]:
        """The notes on a row, in the order of the file."""
        return tuple(one for one in self.note if one.row == row_id)


def load_theory(path: Path | None = None) -> Theory:
    """Read a theory file, or without one the rows that ship with righthelp.

    Raises ProtocolError with all its problems, in the order of the file.
    """
    return _read_default() if path is None else _read(path)


@cache
def _read_default() -> Theory:
    return _read(DEFAULT)


def _read(path: Path) -> Theory:
    text = read_text(path, "the theory file")
    return parse_toml(text, Theory, name=path.name, checks=_check, told=("value_error",))


def _check(given: Mapping[str, Any]) -> Iterator[Complaint]:
    """The rules that bind several entries, told even where other entries are wrong."""
    rows = [
        (number, row) for number, row in enumerate(_tables(given, "row")) if isinstance(row, dict)
    ]
    ids = [row["id"] for _, row in rows if isinstance(row.get("id"), str)]
    met: set[str] = set()
    for number, row in rows:
        place: Place = ("row", number)
        name = row.get("id")
        if isinstance(name, str):
            if name in met:
                yield (*place, "id"), f"there are two rows {name}", "Give each its own id."
            met.add(name)
        yield from _check_indicators(row, place)
        yield from _check_needs(row.get("needs"), place)
        yield from _check_rivals(row, place, ids)
    for number, note in enumerate(_tables(given, "note")):
        about = note.get("row") if isinstance(note, dict) else None
        if isinstance(about, str) and about not in ids:
            yield ("note", number, "row"), f"there is no row {about}", _suggest(about, ids)


def _check_indicators(row: Mapping[str, Any], place: Place) -> Iterator[Complaint]:
    indicators = row.get("indicators")
    if not isinstance(indicators, dict):
        return
    for name, expected in indicators.items():
        own = (*place, "indicators", name)
        if name not in INDICATORS:
            yield own, f"there is no indicator {name}", _suggest(name, list(INDICATORS))
        elif expected in EXPECTED and expected not in INDICATORS[name].allowed:
            allowed = " or ".join(INDICATORS[name].allowed)
            yield own, f"{name} cannot be expected {expected}", f"Expect it {allowed}."
    if not set(indicators) - {GP_CONTACTS}:
        yield (
            (*place, "indicators", *indicators),
            f"{ALONE}, and this row has nothing else",
            "Add an indicator that only this row would show, such as need_met.",
        )


def _check_needs(needs: object, place: Place) -> Iterator[Complaint]:
    if not isinstance(needs, str):
        return
    able = [one.name for one in INDICATORS.values() if one.kind == "presence"]
    if needs not in INDICATORS:
        yield (*place, "needs"), f"there is no indicator {needs}", _suggest(needs, able)
    elif needs not in able:
        yield (
            (*place, "needs"),
            f"{needs} is a change, and a context is there or not",
            f"Name one of {', '.join(able)}, or leave needs out.",
        )


def _check_rivals(row: Mapping[str, Any], place: Place, ids: list[str]) -> Iterator[Complaint]:
    rivals = row.get("rivals")
    for position, rival in enumerate(rivals if isinstance(rivals, list) else []):
        own = (*place, "rivals", position)
        if isinstance(rival, str) and rival not in ids:
            yield own, f"there is no row {rival}", _suggest(rival, ids)
        elif isinstance(rival, str) and rival == row.get("id"):
            yield own, "a row is no rival of its own", "Leave it out."


def _tables(given: Mapping[str, Any], name: str) -> list[Any]:
    found = given.get(name)
    return found if isinstance(found, list) else []


def _suggest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known) or 'none'}."
