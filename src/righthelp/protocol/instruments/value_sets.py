"""A value set from its CSV file: the utility of every state. None is shipped with righthelp."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.instruments import Scale
from righthelp.protocol.load import read_text

STATES = ("state", "utility")
DECREMENTS = ("dimension", "level", "decrement")

Rows = Sequence[tuple[int, Mapping[str, str]]]
Complaints = list[tuple[int, str, str]]


@dataclass(frozen=True)
class UtilityTable:
    """The utility of every state under one value set.

    utilities: in the order of the states, the first dimension changing slowest; of EQ-5D-5L 3,125
    from 11111 to 55555. sha256: of the file, so that two sites can be seen to use the same one.
    """

    version: str
    utilities: tuple[float, ...]
    sha256: str


def read_value_set(path: Path, version: str, *, scale: Scale) -> UtilityTable:
    """Read a value set; raises ProtocolError with all its problems.

    The file has the columns `state` (such as 21345) and `utility` and a row for every state, or the
    columns `dimension`, `level` and `decrement`, where the utility of a state is 1 less the
    decrements of its levels. Level 1 needs no row then, and its decrement is 0. A value set that
    is more than such a sum is given by its states.
    """
    text = read_text(path, "the value set")
    header = tuple(next(csv.reader(io.StringIO(text)), ()))
    readers: Mapping[tuple[str, ...], Callable[[Rows, Scale, Complaints], list[float]]] = {
        STATES: _read_states,
        DECREMENTS: _read_decrements,
    }
    if header not in readers:
        raise ProtocolError(
            f"the columns are {', '.join(header) or 'none'}",
            where=path.name,
            do=f"Use {', '.join(STATES)}, or {', '.join(DECREMENTS)}.",
        )
    complaints: Complaints = []
    rows = list(enumerate(csv.DictReader(io.StringIO(text)), start=2))
    utilities = readers[header](rows, scale, complaints)
    if not complaints:
        complaints += _check_utilities(utilities, scale)
    if complaints:
        raise ProtocolError(
            f"{path.name} cannot be used:",
            problems=[
                Problem(what, f"{path.name}: line {line}", do)
                for line, what, do in sorted(complaints)
            ],
        )
    return UtilityTable(version, tuple(utilities), hashlib.sha256(path.read_bytes()).hexdigest())


def _list_states(scale: Scale) -> list[tuple[int, ...]]:
    assert scale.answers is not None
    first, last = scale.answers
    return list(itertools.product(range(first, last + 1), repeat=len(scale.items)))


def _read_states(rows: Rows, scale: Scale, complaints: Complaints) -> list[float]:
    known = {"".join(map(str, state)): state for state in _list_states(scale)}
    found: dict[str, float] = {}
    for line, row in rows:
        state, utility = (row["state"] or "").strip(), _read_number(row["utility"])
        if state not in known:
            complaints.append((line, f"{state!r} is not a state", "Write it like 21345."))
        elif state in found:
            complaints.append((line, f"the state {state} stands there twice", "Keep one row."))
        if utility is None:
            complaints.append((line, f"{row['utility']!r} is not a number", "Correct it."))
        elif state in known:
            found.setdefault(state, utility)
    lacking = [state for state in known if state not in found]
    if lacking and not complaints:
        shown = ", ".join(lacking[:3])
        complaints.append(
            (1, f"{len(lacking)} states have no utility, such as {shown}", "Add every state.")
        )
    return [found.get(state, math.nan) for state in known]


def _read_decrements(rows: Rows, scale: Scale, complaints: Complaints) -> list[float]:
    assert scale.answers is not None
    first, last = scale.answers
    wanted = [(item, level) for item in scale.items for level in range(first, last + 1)]
    found: dict[tuple[str, int], float] = {}
    for line, row in rows:
        level = (row["level"] or "").strip()
        place = (row["dimension"] or "").strip(), int(level) if level.isdecimal() else -1
        number = _read_number(row["decrement"])
        if place not in wanted:
            do = f"The dimensions are {', '.join(scale.items)}, the levels {first} to {last}."
            complaints.append((line, f"{place[0]!r}, {level!r} is no level of a dimension", do))
        elif place in found:
            complaints.append((line, f"{place[0]} {level} stands there twice", "Keep one row."))
        if number is None:
            complaints.append((line, f"{row['decrement']!r} is not a number", "Correct it."))
        elif place in wanted:
            found.setdefault(place, number)
            if level == str(first) and number != 0:
                do = "Give the value set by its states, if full health is not 1."
                complaints.append((line, f"level {level} has the decrement {number:g}", do))
    lacking = [place for place in wanted if place not in found and place[1] != first]
    if lacking and not complaints:
        shown = ", ".join(f"{item} {level}" for item, level in lacking[:3])
        complaints.append(
            (1, f"{len(lacking)} levels have no decrement, such as {shown}", "Add every level.")
        )
    return [
        1 - math.fsum(found.get(place, 0.0) for place in zip(scale.items, state, strict=True))
        for state in _list_states(scale)
    ]


def _read_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _check_utilities(utilities: Sequence[float], scale: Scale) -> Iterator[tuple[int, str, str]]:
    low, high = min(utilities), max(utilities)
    if low < scale.lowest or high > scale.highest:
        yield (
            1,
            f"utilities run from {low:g} to {high:g}",
            f"Check the signs: they lie from {scale.lowest:g} to {scale.highest:g}.",
        )
    elif utilities[0] != high or utilities[-1] != low:
        yield (
            1,
            "full health has not the highest utility, or the worst state not the lowest",
            "Check the signs and the order of the levels.",
        )
