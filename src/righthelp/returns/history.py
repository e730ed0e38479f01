"""The log of the returns that a study keeps: what came, what was replaced, what was withdrawn.

A small CSV file beside the kept returns. It says how the main result stood after each step, so
that the history stays when a return is gone. It names sites and digests, never a person.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast, get_args

from righthelp.errors import Problem, ProtocolError

LOG = "log.csv"
Did = Literal["received", "replaced", "withdrawn"]
DID: tuple[Did, ...] = get_args(Did)
Said = Literal["", "fewer", "more", "as_expected", "cannot_tell", "not_estimable"]
SAID: tuple[Said, ...] = get_args(Said)
HEADER = (
    "on",
    "did",
    "site",
    "digest",
    "replaced_digest",
    "because",
    "sites",
    "adjusted",
    "low",
    "high",
    "verdict",
    "crude",
)
RATIOS = ("adjusted", "low", "high", "crude")
DIGEST = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True)
class Standing:
    """The main result over the returns kept at some time: ratios of contacts, not their logarithms.

    n_sites: returns that could be pooled. adjusted: after over expected, with its 95% interval;
    crude: after over before, over the same sites. None where it could not be made.
    """

    n_sites: int
    adjusted: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Said = ""
    crude: float | None = None


@dataclass(frozen=True)
class ReturnEntry:
    """One line of the log. on: a moment in UTC. digest: of the return that came or went;
    replaced_digest: of the one whose place it took. after: how the result stood then."""

    on: datetime
    did: Did
    site: str
    digest: str
    replaced_digest: str
    because: str
    after: Standing


def read_history(path: Path) -> tuple[ReturnEntry, ...]:
    """Read the log in the order of time; nothing where there is none.

    A log edited by hand is read as far as it can be; raises ProtocolError with all its problems.
    """
    if not path.exists():
        return ()
    lines = _read_lines(path)
    header = tuple(lines[0]) if lines else ()
    if header != HEADER:
        raise ProtocolError(
            f"the columns are {', '.join(header) or 'none'}, not {', '.join(HEADER)}",
            where=path.name,
            do="Write them in this order, in the first line.",
        )
    entries: list[ReturnEntry] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], start=2):
        row = dict(zip(HEADER, (*map(str.strip, line), *[""] * len(HEADER)), strict=False))
        complaints = _complain(row)
        if len(line) > len(HEADER):
            more = f"{len(line)} values for {len(HEADER)} columns"
            complaints.append((more, "Put a text that holds commas into quotes."))
        problems += [Problem(what, f"{path.name}: line {number}", do) for what, do in complaints]
        if not complaints:
            entries.append(_read(row))
    if problems:
        n = len(problems)
        said = "1 entry" if n == 1 else f"{n} entries"
        raise ProtocolError(f"{said} of the log of returns cannot be read", problems=problems)
    return tuple(sorted(entries, key=lambda one: one.on))


def write_history(entries: Sequence[ReturnEntry]) -> str:
    """The log as CSV text, which begins with its header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for one in entries:
        after = one.after
        ratios = {name: getattr(after, name) for name in RATIOS}
        told = {name: "" if value is None else f"{value:.6g}" for name, value in ratios.items()}
        writer.writerow(
            (
                f"{one.on.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                one.did,
                one.site,
                one.digest,
                one.replaced_digest,
                one.because,
                after.n_sites,
                *(told[name] for name in RATIOS[:3]),
                after.verdict,
                told["crude"],
            )
        )
    return out.getvalue()


def _read_lines(path: Path) -> list[list[str]]:
    """The lines that are not blank, in UTF-8 or as a spreadsheet on Windows saves them."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        do = "Mend it in a text editor, or go back to a copy."
        raise ProtocolError(f"the log is not CSV: {error}", where=path.name, do=do) from None
    return [line for line in lines if any(map(str.strip, line))]


def _complain(row: Mapping[str, str]) -> list[tuple[str, str]]:
    found = []
    if _read_moment(row["on"]) is None:
        found.append((f"{row['on']!r} is no moment", "Write it as 2024-01-31T09:30:00Z."))
    if row["did"] not in DID:
        found.append((f"{row['did']!r} is not known", f"Use one of {', '.join(DID)}."))
    if not row["site"]:
        found.append(("no site is named", "Write the id of the site."))
    for name in ("digest", "replaced_digest"):
        if not DIGEST.fullmatch(row[name]):
            do = "Write the 64 digits as they were, or leave it empty."
            found.append((f"{row[name]!r} in {name} is no digest", do))
    if not row["sites"].isdecimal():
        found.append((f"{row['sites']!r} is no number of sites", "Write a whole number."))
    numbers = {name: _read_ratio(row[name]) for name in RATIOS}
    for name in RATIOS:
        if row[name] and numbers[name] is None:
            do = "Write a ratio above 0, such as 0.97, or leave it empty."
            found.append((f"{row[name]!r} in {name} is no ratio", do))
    ends = [numbers[name] for name in ("low", "adjusted", "high")]
    given = [end for end in ends if end is not None]
    if given != sorted(given):
        found.append(("the ratio lies outside its interval", "Write low, ratio and high as told."))
    if row["verdict"] not in SAID:
        known = ", ".join(filter(None, SAID))
        found.append((f"{row['verdict']!r} is no verdict", f"Use one of {known}, or none."))
    return found


def _read(row: Mapping[str, str]) -> ReturnEntry:
    on = _read_moment(row["on"])
    assert on is not None
    return ReturnEntry(
        on=on,
        did=cast(Did, row["did"]),
        site=row["site"],
        digest=row["digest"],
        replaced_digest=row["replaced_digest"],
        because=row["because"],
        after=Standing(
            n_sites=int(row["sites"]),
            adjusted=_read_ratio(row["adjusted"]),
            low=_read_ratio(row["low"]),
            high=_read_ratio(row["high"]),
            verdict=cast(Said, row["verdict"]),
            crude=_read_ratio(row["crude"]),
        ),
    )


def _read_moment(text: str) -> datetime | None:
    """A moment as ISO writes it; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _read_ratio(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
