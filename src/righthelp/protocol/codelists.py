"""Codelists in OpenCodelists' layout: read as text, and held against what was downloaded.

A folder holds `codelists.txt` (a line a list), `codelists.json` (what was downloaded, written by
OpenSAFELY's command), a CSV for each line, and lists made by hand in `local_codelists`. The layout
is that of the OpenSAFELY documentation ("Using codelists in your project"); the digest in
`codelists.json` is SHA-1 of the file's bytes with every line end as one newline and none at the
end, as its command line tool writes it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.snomed import NO_DIGITS, explain_code

LINES, DOWNLOADS, LOCAL, MEANINGS = (
    "codelists.txt",
    "codelists.json",
    "local_codelists",
    "meanings.csv",
)
CODE_COLUMNS = ("code", "snomedcode", "snomed_code", "snomedct_code", "conceptid", "dmd_id", "id")
TERM_COLUMNS = ("term", "name", "description", "preferred_term")
SHOWN = 3
"""How many codes of a file are shown as examples of what is wrong with them."""

_UPDATE = "Run `opensafely codelists update` and keep what it writes."
_PART = re.compile(r"[\w.~+-]+")


@dataclass(frozen=True)
class Codelist:
    """Codes of SNOMED CT with their terms, in the order of the file.

    `sha256` is of the codes and terms, sorted: the order of rows and how the file is written change
    nothing. `source` is the address it was downloaded from, or the file. `notes` say what was left
    out: rows without a code, and codes that were there before.
    """

    name: str
    codes: Mapping[str, str]
    version: str
    sha256: str
    source: str
    notes: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Table:
    """The rows of a CSV file by folded column name, each with the line on which it ends."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


@dataclass(frozen=True)
class _Line:
    """A line of codelists.txt."""

    number: int
    list_id: str
    version: str

    @property
    def file(self) -> str:
        return self.list_id.replace("/", "-") + ".csv"

    @property
    def whole(self) -> str:
        return f"{self.list_id}/{self.version}"


def check_codelists(folder: Path) -> list[Problem]:
    """Everything that is wrong with a folder of codelists, in the order of its files.

    Tells a list that changed since it was downloaded, a line without a file, a file without a line,
    lines that changed after the download, and codes that are none.
    """
    return read_codelists(folder)[1]


def load_codelists(folder: Path) -> dict[str, Codelist]:
    """The codelists of a folder by name; raises ProtocolError with all that is wrong with it."""
    lists, problems = read_codelists(folder)
    if problems:
        raise ProtocolError(say_how_many(folder.name, problems), problems=problems)
    return lists


def read_codelists(folder: Path) -> tuple[dict[str, Codelist], list[Problem]]:
    """The lists of a folder that can be read, by name, and everything that is wrong with it."""
    lines, problems = _read_lines(folder)
    downloads, wrong = _read_downloads(folder, needed=bool(lines))
    problems += wrong
    files = {path.name: path for path in _list_files(folder) if path.name != MEANINGS}
    problems += _compare(folder, lines, files=files, downloads=downloads)
    by_file = {line.file: line for line in lines}
    lists: dict[str, Codelist] = {}
    for path in (*files.values(), *_list_files(folder / LOCAL)):
        line = by_file.get(path.name) if path.parent == folder else None
        if path.stem in lists:
            problems.append(
                Problem(
                    f"there is a downloaded list {path.stem} as well",
                    name_place(folder, path),
                    "Give the list made by hand a name of its own.",
                )
            )
            continue
        found, wrong = _read_list(path, place=name_place(folder, path), line=line)
        problems += wrong
        if found is not None:
            lists[found.name] = found
    return lists, problems


def read_codelist(
    path: Path, *, column: str | None = None, category_column: str | None = None
) -> Codelist:
    """One file of codes, whatever its folder; raises ProtocolError with all that is wrong with it.

    `column` names the column of codes where its name is not one of the usual; with a
    `category_column`, the codes have its words in place of their terms.
    """
    found, problems = _read_list(
        path, place=path.name, line=None, column=column, category_column=category_column
    )
    if found is None or problems:
        raise ProtocolError(say_how_many(path.name, problems), problems=problems)
    return found


def say_how_many(name: str, problems: Sequence[Problem]) -> str:
    """The heading over several problems."""
    return f"{name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}:"


def name_place(folder: Path, path: Path, *, line: int | None = None) -> str:
    """Where a problem is, as it is written in a message: from the folder's own name."""
    place = (Path(folder.name) / path.relative_to(folder)).as_posix()
    return place if line is None else f"{place}: line {line}"


def read_table(path: Path, *, place: str) -> Table | Problem:
    """A CSV file as text, or why it cannot be read. Column names are folded to lower case."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Problem("there is no such file", place, "Put it there.")
    except UnicodeDecodeError:
        return Problem("the file is not UTF-8 text", place, "Save it as CSV UTF-8.")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = tuple(cell.strip().casefold() for cell in next(reader, []))
        rows = []
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if any(values):
                padded = values + [""] * (len(columns) - len(values))
                rows.append((reader.line_num, dict(zip(columns, padded, strict=False))))
    except csv.Error as error:
        where = f"{place}: line {reader.line_num}"
        return Problem(f"the file is not CSV: {error}", where, "Save it as CSV UTF-8 again.")
    return Table(columns, tuple(rows))


def hash_download(content: bytes) -> str:
    """The digest that `codelists.json` gives a file: SHA-1, line ends made equal."""
    return hashlib.sha1(b"\n".join(content.splitlines()), usedforsecurity=False).hexdigest()


def _list_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.csv")) if path.is_file()]


def _read_lines(folder: Path) -> tuple[list[_Line], list[Problem]]:
    path = folder / LINES
    place = name_place(folder, path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        downloaded = [file for file in _list_files(folder) if file.name != MEANINGS]
        if not downloaded and not (folder / DOWNLOADS).exists():
            return [], []
        return [], [Problem("there is no such file", place, "List each codelist in it, a line.")]
    except UnicodeDecodeError:
        return [], [Problem("the file is not UTF-8 text", place, "Save it as UTF-8.")]
    lines: dict[str, _Line] = {}
    problems = []
    for number, raw in enumerate(text.splitlines(), start=1):
        entry = raw.strip().rstrip("/")
        if not entry or entry.startswith("#"):
            continue
        parts, where = entry.split("/"), f"{place}: line {number}"
        long = 4 if parts[0] == "user" else 3
        if len(parts) != long or not all(map(_PART.fullmatch, parts)):
            do = "Write organisation/list/version, or user/name/list/version."
            problems.append(Problem(f"{entry} does not name a version of a list", where, do))
            continue
        line = _Line(number, "/".join(parts[:-1]), parts[-1])
        if line.file in lines:
            first = lines[line.file]
            what = f"{line.list_id} is on line {first.number} already, as {first.version}"
            problems.append(Problem(what, where, "Keep one of the two lines."))
        else:
            lines[line.file] = line
    return list(lines.values()), problems


def _read_downloads(
    folder: Path, *, needed: bool
) -> tuple[dict[str, dict[str, str]] | None, list[Problem]]:
    """What codelists.json says of each file; None where there is nothing to compare with."""
    path = folder / DOWNLOADS
    place = name_place(folder, path)
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        missing = [Problem("there is no such file", place, _UPDATE)]
        return None, missing if needed else []
    except (ValueError, RecursionError):  # not UTF-8, or not JSON
        return None, [Problem("the file is not JSON", place, _UPDATE)]
    files = given.get("files") if isinstance(given, dict) else None
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) and "sha" in entry
        for entry in files.values()
    ):
        what = "the file does not say id and sha of each list under files"
        return None, [Problem(what, place, _UPDATE)]
    return {name: {key: str(entry[key]) for key in entry} for name, entry in files.items()}, []


def _compare(
    folder: Path,
    lines: Sequence[_Line],
    *,
    files: Mapping[str, Path],
    downloads: Mapping[str, Mapping[str, str]] | None,
) -> Iterator[Problem]:
    """Where lines, files and the account of the download differ; each difference once."""
    listed = {line.file for line in lines}
    for line in lines:
        where = name_place(folder, folder / LINES, line=line.number)
        if line.file not in files:
            yield Problem(f"there is no file {line.file} for {line.whole}", where, _UPDATE)
            continue
        if downloads is None:
            continue
        had = downloads.get(line.file)
        if had is None:
            yield Problem(f"{line.whole} was not downloaded: {DOWNLOADS} lacks it", where, _UPDATE)
        elif had["id"].rstrip("/") != line.whole:
            what = f"the line says {line.whole}, but {had['id']} was downloaded"
            yield Problem(what, where, _UPDATE)
    for name in downloads or ():
        if name not in listed and name not in files:
            what = f"{name} was downloaded, but {LINES} does not list it"
            yield Problem(what, name_place(folder, folder / DOWNLOADS), _UPDATE)
    for name, path in files.items():
        where = name_place(folder, path)
        if name not in listed:
            do = f"Add its line to {LINES}, or move a list made by hand to {LOCAL}."
            yield Problem(f"no line of {LINES} names this file", where, do)
        elif downloads and name in downloads:
            do = f"{_UPDATE} A list of your own belongs in {LOCAL}."
            if downloads[name]["sha"] != hash_download(path.read_bytes()):
                yield Problem("the file has changed since it was downloaded", where, do)


def _read_list(
    path: Path,
    *,
    place: str,
    line: _Line | None,
    column: str | None = None,
    category_column: str | None = None,
) -> tuple[Codelist | None, list[Problem]]:
    table = read_table(path, place=place)
    if isinstance(table, Problem):
        return None, [table]
    of_codes = _find_column(table, (column,) if column else CODE_COLUMNS)
    of_terms = _find_column(table, (category_column,) if category_column else TERM_COLUMNS)
    if of_codes is None or (category_column and of_terms is None):
        lacked = category_column if of_codes else column or "of SNOMED CT codes"
        do = (
            f"Call the column of codes code. The columns are: {', '.join(table.columns) or 'none'}."
        )
        return None, [Problem(f"there is no column {lacked}", f"{place}: line 1", do)]
    codes: dict[str, str] = {}
    notes, wrong = [], []
    for number, row in table.rows:
        code = row[of_codes]
        reason = explain_code(code) if code else None
        if not code:
            notes.append(f"{place}: line {number}: no code; the row was left out")
        elif reason:
            wrong.append((reason, code, number))
        elif code in codes:
            notes.append(f"{place}: line {number}: {code} is there already")
        else:
            codes[code] = row[of_terms] if of_terms else ""
    problems = list(_tell_codes(place, wrong))
    if not codes and not problems:
        problems.append(Problem("there is no code in the list", place, "Put codes into it."))
    version = line.version if line else "local"
    source = f"https://www.opencodelists.org/codelist/{line.whole}/" if line else path.name
    found = Codelist(path.stem, codes, version, _hash_codes(codes), source, tuple(notes))
    return found, problems


def _find_column(table: Table, names: Iterable[str]) -> str | None:
    """The first of these columns that the table has."""
    return next((name.casefold() for name in names if name.casefold() in table.columns), None)


def _tell_codes(place: str, wrong: Sequence[tuple[str, str, int]]) -> Iterator[Problem]:
    """One problem for each way in which codes of a file are wrong, with the first few of them."""
    for reason in dict.fromkeys(reason for reason, _, _ in wrong):
        alike = [(code, number) for why, code, number in wrong if why == reason]
        shown = ", ".join(
            code if n == 0 else f"{code} (line {number})"
            for n, (code, number) in enumerate(alike[:SHOWN])
        )
        more = f" and {len(alike) - SHOWN} more" if len(alike) > SHOWN else ""
        do = "Take the codes from their source again, as text; never through a spreadsheet."
        if any(letter.isalpha() for letter in alike[0][0]) and reason == NO_DIGITS:
            do = "Leave them out: only SNOMED CT is read. Take a list of another system away."
        yield Problem(f"{shown}{more}: {reason}", f"{place}: line {alike[0][1]}", do)


def _hash_codes(codes: Mapping[str, str]) -> str:
    text = json.dumps(sorted(codes.items()), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
