"""The log of asking: when each site was asked, what it sent, what it cost; kept by the study team.

A small CSV file beside the study file. It names sites and days, never a person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.study import Study

LOG = "requests.csv"
Happened = Literal["asked", "reminded", "sent", "corrected", "declined"]
HAPPENED: tuple[Happened, ...] = get_args(Happened)
HEADER = ("site", "date", "event", "hours", "note")


@dataclass(frozen=True)
class Entry:
    """One line of the log: hours are what it cost the site, as far as it said so."""

    site: str
    date: date
    event: Happened
    hours: float | None
    note: str


@dataclass(frozen=True)
class Effort:
    """What asking one site came to; all None where nothing was noted."""

    asked_on: date | None = None
    sent_on: date | None = None
    n_reminded: int | None = None
    n_corrected: int | None = None
    declined: bool = False
    hours: float | None = None

    @property
    def days(self) -> int | None:
        """Days from the first asking to the last thing sent."""
        if self.asked_on is None or self.sent_on is None:
            return None
        return (self.sent_on - self.asked_on).days


def read_log(path: Path, study: Study) -> tuple[Entry, ...]:
    """Read the log; nothing where there is none. Raises ProtocolError with all its problems."""
    if not path.exists():
        return ()
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    header = tuple(next(csv.reader(io.StringIO(text)), []))
    if header != HEADER:
        raise ProtocolError(
            f"the columns are {', '.join(header) or 'none'}, not {', '.join(HEADER)}",
            where=path.name,
            do="Write them in this order, in the first line.",
        )
    entries: list[Entry] = []
    problems: list[Problem] = []
    for line, row in enumerate(rows, start=2):
        complaints = list(_complain(row, study))
        problems += [Problem(what, f"{path.name}: line {line}", do) for what, do in complaints]
        if not complaints:
            hours = float(row["hours"]) if row["hours"] else None
            event = cast(Happened, row["event"])
            day = date.fromisoformat(row["date"])
            entries.append(Entry(row["site"], day, event, hours, row["note"] or ""))
    if problems:
        n = len(problems)
        said = "1 entry" if n == 1 else f"{n} entries"
        raise ProtocolError(f"{said} of the log cannot be read", problems=problems)
    return tuple(sorted(entries, key=lambda one: one.date))


def _complain(row: dict[str, str], study: Study) -> list[tuple[str, str]]:
    found = []
    if study.find_site(row["site"]) is None:
        sites = ", ".join(site.id for site in study.site)
        found.append((f"there is no site {row['site']!r}", f"The sites are {sites}."))
    try:
        date.fromisoformat(row["date"] or "")
    except ValueError:
        found.append((f"{row['date']!r} is not a day", "Write it as 2024-01-31."))
    if row["event"] not in HAPPENED:
        found.append((f"{row['event']!r} is not known", f"Use one of {', '.join(HAPPENED)}."))
    try:
        if row["hours"] and float(row["hours"]) < 0:
            raise ValueError
    except ValueError:
        found.append((f"{row['hours']!r} is no number of hours", "Write 1.5, or leave it empty."))
    return found


def sum_effort(entries: Sequence[Entry], site: str) -> Effort:
    """What the log says of one site."""
    own = [one for one in entries if one.site == site]
    if not own:
        return Effort()
    asked = [one.date for one in own if one.event == "asked"]
    sent = [one.date for one in own if one.event in ("sent", "corrected")]
    hours = [one.hours for one in own if one.hours is not None]
    return Effort(
        asked_on=min(asked, default=None),
        sent_on=max(sent, default=None),
        n_reminded=sum(one.event == "reminded" for one in own),
        n_corrected=sum(one.event == "corrected" for one in own),
        declined=any(one.event == "declined" for one in own),
        hours=sum(hours) if hours else None,
    )


def add_entry(path: Path, entry: Entry) -> None:
    """Add one line to the log, which begins with its header."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if new:
            writer.writerow(HEADER)
        hours = "" if entry.hours is None else f"{entry.hours:g}"
        writer.writerow((entry.site, entry.date.isoformat(), entry.event, hours, entry.note))
