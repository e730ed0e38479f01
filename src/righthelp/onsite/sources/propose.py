"""A column map proposed for a file that nobody has described yet, with the evidence for it.

Columns are told by their names (synonyms.csv and our own) and then by what stands in them; words
by words.csv. What neither tells is asked, and stays open in the map until somebody says.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

from righthelp.engine import Engine, open_engine
from righthelp.errors import UsageError
from righthelp.onsite.findings import FindingLog, refuse_if_blocked
from righthelp.onsite.sources.columns import list_forms
from righthelp.onsite.sources.opened import open_source
from righthelp.onsite.sources.vocabulary import list_meanings
from righthelp.protocol.records import RECORDS
from righthelp.protocol.sitemap import Encoding, SiteMap, fold_word, list_words
from righthelp.schema import Column, Table

MOST_WORDS = 60
"""A column with more different values is no column of words."""
ENOUGH = 0.8
"""Share of the values that must fit before content alone names a column."""
SHOWN = 200


@dataclass(frozen=True)
class Match:
    """A column of ours, the column of the file taken for it, and why."""

    ours: str
    theirs: str
    why: str


@dataclass(frozen=True)
class OpenWord:
    """A word of the file that is not known: in which column of ours, and in how many rows."""

    column: str
    word: str
    n_rows: int


@dataclass(frozen=True)
class Proposal:
    """What a file was found to be.

    missing: columns of ours that are needed and were not found. unused: columns of the file with no
    place. date_forms: forms that fit every date; several where the file cannot tell them apart.
    others: tables of ours that it fits as well.
    """

    table: Table
    file: str
    matches: tuple[Match, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    date_forms: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]
    open_words: tuple[OpenWord, ...]
    n_rows: int
    others: tuple[str, ...] = ()
    encoding: Encoding = "utf-8"

    @property
    def is_ready(self) -> bool:
        """Whether nothing is left to be asked."""
        return not (self.missing or self.open_words or len(self.date_forms) > 1)


def propose_map(path: Path, *, table: str | None = None) -> Proposal:
    """Look at a file and propose which of our tables it is, and what its columns and words are.

    Raises DataRefused when the file cannot be read at all, UsageError for a table that is not ours.
    """
    if table is not None and table not in {one.name for one in RECORDS}:
        ours = ", ".join(one.name for one in RECORDS)
        raise UsageError(f"there is no table {table}", do=f"Name one of {ours}.")
    if not path.is_file():
        raise UsageError(f"{path} does not exist", do="Check the path.")
    with tempfile.TemporaryDirectory(prefix="righthelp-plain-") as scratch, open_engine() as engine:
        encoding: Encoding = "utf-8"
        log = FindingLog()
        source = open_source(engine, path, scratch=Path(scratch), log=log)
        if any(one.kind == "wrong_encoding" for one in log.findings):
            encoding, log = "windows-1252", FindingLog()
            source = open_source(engine, path, scratch=Path(scratch), log=log, encoding=encoding)
        refuse_if_blocked(log.findings, site=f"file {path.name}")
        assert source is not None
        names = ", ".join(f"c{place}" for place in range(len(source.header)))
        read = ", ".join(expression for expression, _ in source.columns)
        engine.execute(f"CREATE TABLE shown({names}) AS SELECT {read} FROM {source.relation}")
        wanted = [one for one in RECORDS if table in (None, one.name)]
        tried = [_try_table(engine, one, source.header) for one in wanted]
        best = max(tried, key=_score)
        if table is None and not set(_needed(best.table)) & set(best.places):
            raise UsageError(
                f"no column of {path.name} looks like one of ours: {', '.join(source.header)}",
                do="If it is one of our tables all the same, say which with --table.",
            )
        made = _complete(engine, best, header=source.header, file=path.name, tried=tried)
        return replace(made, encoding=encoding)


@dataclass(frozen=True)
class _Try:
    table: Table
    places: Mapping[str, tuple[int, str]]


def _score(one: _Try) -> tuple[int, int, float]:
    """A table fits the better the fewer of its needed columns are missing, then by how many fit."""
    missing = [name for name in _needed(one.table) if name not in one.places]
    return -len(missing), len(one.places), len(one.places) / len(one.table.columns)


def _needed(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.nullable]


@cache
def _read_synonyms() -> Mapping[tuple[str, str], frozenset[str]]:
    text = resources.files(__package__).joinpath("synonyms.csv").read_text(encoding="utf-8")
    found: dict[tuple[str, str], set[str]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault((row["table"], row["column"]), set()).add(fold_word(row["theirs"]))
    return {key: frozenset(names) for key, names in found.items()}


def _try_table(engine: Engine, table: Table, header: Sequence[str]) -> _Try:
    folded = [fold_word(name) for name in header]
    places: dict[str, tuple[int, str]] = {}
    for column in table.columns:
        synonyms = _read_synonyms().get((table.name, column.name), frozenset())
        own = [n for n, name in enumerate(folded) if name == fold_word(column.name)]
        alike = [n for n, name in enumerate(folded) if name in synonyms]
        taken = {place for place, _ in places.values()}
        for place in (*own, *alike):
            if place not in taken:
                places[column.name] = place, "by its name"
                break
    for column in table.columns:
        if column.name in places:
            continue
        taken = {place for place, _ in places.values()}
        fits = [
            (share, place)
            for place in range(len(header))
            if place not in taken and (share := _fit(engine, table, column, place)) >= ENOUGH
        ]
        if len(fits) == 1:
            share, place = fits[0]
            places[column.name] = place, f"by what stands in it ({100 * share:.0f}% fit)"
    return _Try(table, places)


def _fit(engine: Engine, table: Table, column: Column, place: int) -> float:
    """Share of a column's different values that are words of ours; only such columns are guessed.

    A date or a number could be any of several, so it is not guessed by what stands in it.
    """
    if not list_words(table, column.name):
        return 0.0
    values = _list_values(engine, place)
    if not values or len(values) > MOST_WORDS:
        return 0.0
    known = list_meanings(SiteMap(), table, column=column.name)
    total = sum(values.values())
    return sum(n for word, n in values.items() if fold_word(word) in known) / total


def _list_values(engine: Engine, place: int) -> dict[str, int]:
    """Different values of a column with their rows, the commonest first; one more than may be."""
    rows = engine.rows(
        f"SELECT trim(c{place}), count(*) AS n FROM shown WHERE trim(c{place}) <> '' "
        f"GROUP BY trim(c{place}) ORDER BY n DESC, 1 LIMIT {MOST_WORDS + 1}"
    )
    return dict(rows)


def _complete(
    engine: Engine, best: _Try, *, header: Sequence[str], file: str, tried: Sequence[_Try]
) -> Proposal:
    table = best.table
    words: dict[str, dict[str, str]] = {}
    open_words: list[OpenWord] = []
    forms: list[str] | None = None
    for column in table.columns:
        if column.name not in best.places:
            continue
        place = best.places[column.name][0]
        if list_words(table, column.name):
            known = list_meanings(SiteMap(), table, column=column.name)
            for word, n in _list_values(engine, place).items():
                if fold_word(word) in known:
                    words.setdefault(column.name, {})[word] = known[fold_word(word)]
                else:
                    open_words.append(OpenWord(column.name, word, n))
        elif column.type == "date":
            fit = _find_forms(engine, place)
            if fit is not None:
                both = fit if forms is None else [form for form in forms if form in fit]
                forms = both or [*(forms or []), *fit]
    taken = {place for place, _ in best.places.values()}
    same = [one.table.name for one in tried if one is not best and _score(one) == _score(best)]
    return Proposal(
        table=table,
        file=file,
        matches=tuple(
            Match(ours, header[place], why) for ours, (place, why) in best.places.items()
        ),
        missing=tuple(name for name in _needed(table) if name not in best.places),
        unused=tuple(name for place, name in enumerate(header) if place not in taken),
        date_forms=tuple(forms or ()),
        words=words,
        open_words=tuple(open_words),
        n_rows=engine.rows("SELECT count(*) FROM shown")[0][0],
        others=tuple(same),
    )


def _find_forms(engine: Engine, place: int) -> list[str] | None:
    """Forms that fit every date of a column; None where they are ISO dates or there is none."""
    odd = engine.rows(
        f"SELECT DISTINCT trim(c{place}) FROM shown WHERE trim(c{place}) <> '' "
        f"AND TRY_CAST(c{place} AS DATE) IS NULL ORDER BY 1 LIMIT {SHOWN}"
    )
    if not odd:
        return None
    found: list[str] = []
    for form in list_forms([row[0] for row in odd]):
        n_odd = engine.rows(
            f"SELECT count(*) FROM shown WHERE trim(c{place}) <> '' "
            f"AND TRY_CAST(c{place} AS DATE) IS NULL "
            f"AND try_strptime(trim(c{place}), $1) IS NULL",
            [form],
        )[0][0]
        if not n_odd:
            found.append(form)
    return found


def write_map(proposal: Proposal, answers: Mapping[tuple[str, str], str], *, form: str = "") -> str:
    """The map as TOML. answers: (column, word) -> our word; what has none stays as a comment."""
    table = proposal.table
    lines = [f"# The column map for {proposal.file}, proposed by righthelp and yours to change."]
    if proposal.encoding != "utf-8":
        lines += [f"encoding = {json.dumps(proposal.encoding)}"]
    forms = [form] if form else list(proposal.date_forms[:1])
    if forms:
        lines += [f"date_formats = {json.dumps(forms)}"]
        others = [one for one in proposal.date_forms if one not in forms]
        if others:
            lines += [f"# The dates also fit {' and '.join(others)}: check one that you know."]
    lines += ["", f"[{table.name}]", f"file = {json.dumps(proposal.file)}"]
    named = [one for one in proposal.matches if fold_word(one.ours) != fold_word(one.theirs)]
    if named or proposal.missing:
        lines += ["", f"[{table.name}.columns]"]
        lines += [f"{one.ours} = {json.dumps(one.theirs)}  # {one.why}" for one in named]
        lines += [f'# {name} = ""  # needed, and not found' for name in proposal.missing]
    for column in dict.fromkeys(one.column for one in proposal.open_words):
        lines += ["", f"[{table.name}.values.{column}]"]
        lines += [f"# Ours: {', '.join(list_words(table, column))}"]
        for one in proposal.open_words:
            if one.column != column:
                continue
            ours = answers.get((column, one.word), "")
            entry = f"{json.dumps(one.word, ensure_ascii=False)} = {json.dumps(ours)}"
            lines += [entry if ours else f"# {entry}  # rows: {one.n_rows}; read as unknown so far"]
    return "\n".join(lines) + "\n"


def save_map(proposal: Proposal, answers: Mapping[tuple[str, str], str], *, path: Path) -> Path:
    """Write the map; raises UsageError rather than overwrite one."""
    if path.exists():
        raise UsageError(f"{path} is there already", do="Name another file with --out.")
    path.write_text(write_map(proposal, answers), encoding="utf-8")
    return path
