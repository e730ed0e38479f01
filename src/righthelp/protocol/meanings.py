"""What codelists mean: why somebody was seen, which condition a code is of, and referrals.

`meanings.csv` in a folder of codelists says it, a line a list and kind. The starter lists that ship
with righthelp lie in `starter_codelists` beside this module.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, get_args

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.codelists import (
    MEANINGS,
    Codelist,
    name_place,
    read_codelists,
    read_table,
    say_how_many,
)
from righthelp.protocol.reasons import Reason
from righthelp.protocol.study import Study

STARTER = Path(__file__).parent / "starter_codelists"
COLUMNS = ("list", "kind", "meaning", "label", "priority", "source", "licence", "review")
REASONS: tuple[str, ...] = get_args(Reason)
LISTED_REASONS = tuple(word for word in REASONS if word not in ("new_problem", "uncoded"))
"""Reasons that a list can have: a new problem is worked out, and no code is no list."""

KINDS = ("reason", "condition", "clinical_referral")
SOCIAL_PRESCRIBING: Mapping[str, str] = {
    "871731000000106": "referral to social prescribing",
    "871711000000103": "social prescribing declined",
}
"""What is studied is no reason to be seen, and no clinical referral."""

_CONDITION = re.compile(r"[a-z][a-z0-9_]*")
_PRIORITY = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Meaning:
    """What one list means: a line of meanings.csv."""

    list: str
    kind: str
    meaning: str
    label: str
    priority: int
    source: str
    licence: str
    review: str


@dataclass(frozen=True)
class Meanings:
    """Codes with what they mean, ready to be made a table of the engine.

    `rows` are sorted tuples of `TABLE`: a code has at most one row of kind `reason`, and may have
    several of kind `condition`. `rank` orders the reasons of one contact, 1 first: of a reason its
    place in the study's priority, of a condition that of a new problem, else none. `sha256` is of
    code, kind and meaning alone, so it changes with what is counted and with nothing else.
    """

    TABLE: ClassVar[Mapping[str, str]] = {
        "code": "VARCHAR",
        "kind": "VARCHAR",
        "meaning": "VARCHAR",
        "rank": "INTEGER",
    }

    rows: tuple[tuple[str, str, str, int | None], ...]
    meanings: tuple[Meaning, ...]
    lists: Mapping[str, Codelist]
    sha256: str

    @property
    def labels(self) -> Mapping[tuple[str, str], str]:
        """(kind, meaning) -> label for the report: of several lists of one meaning, the first."""
        told: dict[tuple[str, str], str] = {}
        for one in self.meanings:
            told.setdefault((one.kind, one.meaning), one.label)
        return told

    @property
    def listed(self) -> frozenset[str]:
        """Every code that a list has."""
        return frozenset(code for code, *_ in self.rows)

    @property
    def digests(self) -> Mapping[str, str]:
        """For provenance: `list version` -> SHA-256 of its codes and terms."""
        return {f"{one.name} {one.version}": one.sha256 for one in self.lists.values()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the lists: rows without a code, and codes met before."""
        return tuple(note for one in self.lists.values() for note in one.notes)


def check_meanings(folder: Path) -> list[Problem]:
    """Everything that is wrong with a folder of codelists and with what it says they mean."""
    return _read(folder)[2]


def load_meanings(study_or_folder: Study | Path | None = None) -> Meanings:
    """What the codelists of a study or a folder mean; without either, the starter lists.

    Raises ProtocolError with all that is wrong with the folder.
    """
    priority, folder = REASONS, study_or_folder
    if isinstance(study_or_folder, Study):
        priority = study_or_folder.codelists.priority
        folder = study_or_folder.codelists.folder
    assert not isinstance(folder, Study)
    place = STARTER if folder is None else folder
    lists, meanings, problems = _read(place)
    if problems:
        raise ProtocolError(say_how_many(place.name, problems), problems=problems)
    meant = sorted(_settle(lists, meanings))
    rank = {("reason", word): number for number, word in enumerate(priority, start=1)}
    new = rank["reason", "new_problem"]
    rows = tuple(
        (code, kind, word, new if kind == "condition" else rank.get((kind, word)))
        for code, kind, word in meant
    )
    digest = hashlib.sha256(json.dumps(meant, separators=(",", ":")).encode()).hexdigest()
    return Meanings(rows, tuple(meanings), lists, digest)


def _read(folder: Path) -> tuple[dict[str, Codelist], list[Meaning], list[Problem]]:
    lists, problems = read_codelists(folder)
    place = name_place(folder, folder / MEANINGS)
    table = read_table(folder / MEANINGS, place=place)
    if isinstance(table, Problem):
        return lists, [], [*problems, table]
    lacking = [name for name in COLUMNS if name not in table.columns]
    if lacking:
        what = f"there is no column {', '.join(lacking)}"
        do = f"Its columns are: {', '.join(COLUMNS)}."
        return lists, [], [*problems, Problem(what, f"{place}: line 1", do)]
    meanings = []
    seen: set[tuple[str, str]] = set()
    for number, row in table.rows:
        wrong = list(_check_row(row, lists=lists, seen=seen))
        problems += [Problem(what, f"{place}: line {number}", do) for what, do in wrong]
        seen.add((row["list"], row["kind"]))
        if not wrong:
            texts = {name: row[name] for name in COLUMNS if name != "priority"}
            meanings.append(Meaning(**texts, priority=int(row["priority"])))
    problems += _check_lists(lists, meanings, place=place, named={name for name, _ in seen})
    return lists, meanings, problems


def _check_row(
    row: Mapping[str, str], *, lists: Mapping[str, Codelist], seen: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with a line of meanings.csv, and what to do."""
    name, kind, word = row["list"], row["kind"], row["meaning"]
    if name not in lists:
        yield f"there is no list {name or 'without a name'}", "Name a CSV file, without .csv."
    if (name, kind) in seen:
        yield f"{name} has a meaning of kind {kind} already", "Keep one of the lines."
    if kind not in KINDS:
        yield f"{kind!r} is no kind of meaning", f"Use one of {', '.join(KINDS)}."
    elif kind == "reason" and word not in LISTED_REASONS:
        yield f"{word!r} is no reason that a list can have", f"Use {', '.join(LISTED_REASONS)}."
    elif kind == "clinical_referral" and word != kind:
        yield f"{word!r} is no meaning of a clinical referral", f"Write {kind} there too."
    elif kind == "condition" and not _CONDITION.fullmatch(word):
        yield f"{word!r} is no name of a condition", "Use small letters, digits and underscores."
    if not _PRIORITY.fullmatch(row["priority"]):
        yield f"the priority {row['priority']!r} is no whole number", "Write 1, or 2 to come after."
    empty = [name for name in ("label", "source", "licence", "review") if not row[name]]
    if empty:
        yield f"{', '.join(empty)} is empty", "Say where the list comes from, and who looked at it."


def _check_lists(
    lists: Mapping[str, Codelist], meanings: Sequence[Meaning], *, place: str, named: set[str]
) -> Iterator[Problem]:
    """Lists without a meaning, codes with two reasons, and codes that none may have."""
    for name, found in lists.items():
        if name not in named:
            do = "Add a line for it, or take the list out of the folder."
            yield Problem(f"nothing is said of the list {name}", place, do)
        for code in SOCIAL_PRESCRIBING:
            if code in found.codes:
                what = f"{name} holds {code}, {SOCIAL_PRESCRIBING[code]}"
                yield Problem(what, place, "Take it out: it is what the study is about.")
    met: dict[tuple[str, int], Meaning] = {}
    told = set()
    for one in meanings:
        for code in lists[one.list].codes if one.kind == "reason" else ():
            other = met.setdefault((code, one.priority), one)
            if other.meaning != one.meaning and (other.list, one.list) not in told:
                told.add((other.list, one.list))
                what = f"{code} has two reasons of one priority, in {other.list} and {one.list}"
                yield Problem(what, place, "Give the list that is to keep it a lower number.")


def _settle(
    lists: Mapping[str, Codelist], meanings: Sequence[Meaning]
) -> set[tuple[str, str, str]]:
    """(code, kind, meaning); where reasons clash, of the list with the lowest priority number."""
    reasons: dict[str, str] = {}
    for one in sorted(meanings, key=lambda one: one.priority):
        if one.kind == "reason":
            reasons = {**dict.fromkeys(lists[one.list].codes, one.meaning), **reasons}
    return {
        *((code, "reason", word) for code, word in reasons.items()),
        *(
            (code, one.kind, one.meaning)
            for one in meanings
            if one.kind != "reason"
            for code in lists[one.list].codes
        ),
    }
