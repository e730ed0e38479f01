"""What a site's records are like, in words that a practice manager can act on; stays at the site.

Each look says what was seen, what it does to the result, and what to do. Findings say what was odd
in single rows; a look is about the records as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from righthelp.engine import Engine
from righthelp.onsite.coding import look_at_codes
from righthelp.onsite.cohort import SQL
from righthelp.onsite.findings import Ledger
from righthelp.onsite.look import Look
from righthelp.onsite.months import list_moves, median_around
from righthelp.protocol.calendar import add_months
from righthelp.protocol.study import Site, Study

PER_PERSON_YEAR = 1.0
"""Appointments a registered person a year below which NHS England leaves a practice out."""
MONTH_SHARE = 0.25
"""A month is thin below this share of the middle one of the months around it."""
LATE_DAYS = 14
"""A slot so many days past should no longer be booked."""
UNKNOWN_AT_MOST, BOOKED_AT_MOST, OUTSIDE_AT_MOST, DOUBLED_AT_MOST = 0.05, 0.05, 0.02, 0.02
MIX_AT_MOST = 0.30
"""A share that moves by more from three months to the next three is a change of the system."""
COVID = (date(2020, 3, 1), date(2020, 9, 1))


@dataclass(frozen=True)
class MonthRow:
    """One month: appointments, of them attended and of unknown role, contacts and referrals."""

    month: date
    n_appointments: int
    n_attended: int
    n_unknown_role: int
    n_booked: int
    registered: int
    n_contacts: int
    n_referrals: int


@dataclass(frozen=True)
class Quality:
    """Every look, and the months behind them."""

    site: str
    looks: tuple[Look, ...]
    months: tuple[MonthRow, ...]

    @property
    def blocks(self) -> bool:
        """Whether anything must be mended before a result can rest on the records."""
        return any(one.outcome == "blocks" for one in self.looks)


def look_at(engine: Engine, study: Study, *, site: Site, ledger: Sequence[Ledger]) -> Quality:
    """Look at a site's canonical tables in the engine; exact counts, for the site's own eyes."""
    assert site.extract_from is not None and site.extract_to is not None
    months = list(_list_months(site.extract_from, site.extract_to))
    engine.create_table("quality_months", {"month": "DATE"}, rows=[(one,) for one in months])
    engine.run_file(SQL, "quality.sql")
    rows = _read_months(engine, months)
    looks = (
        _look_cover(study, site),
        *_look_volume(engine),
        _look_thin(rows),
        _look_share(rows, "n_unknown_role", UNKNOWN),
        _look_booked(engine, site.extract_to),
        _look_change(engine, months),
        _look_doubled(ledger),
        _look_outside(engine),
        _look_silent(rows, "n_contacts", CONTACTS),
        _look_silent(rows, "n_referrals", REFERRALS),
        look_at_codes(engine, study, months=months),
        _look_covid(study, site),
    )
    return Quality(site.label, looks, rows)


def _list_months(first: date, end: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month < end:
        yield month
        month = add_months(month, 1)


def _read_months(engine: Engine, months: Sequence[date]) -> tuple[MonthRow, ...]:
    counted = {
        row[0]: row[1:]
        for row in engine.rows(
            "SELECT month, sum(n)::BIGINT, "
            "coalesce(sum(n) FILTER (WHERE status = 'attended'), 0)::BIGINT, "
            "coalesce(sum(n) FILTER (WHERE role = 'unknown'), 0)::BIGINT, "
            "coalesce(sum(n) FILTER (WHERE status = 'booked'), 0)::BIGINT "
            "FROM quality_appointments GROUP BY month"
        )
    }
    registered = dict(
        engine.rows("SELECT month, sum(n)::BIGINT FROM quality_registered GROUP BY month")
    )
    schemes = {
        row[0]: row[1:]
        for row in engine.rows("SELECT month, n_contacts, n_referrals FROM quality_schemes")
    }
    rows = []
    for month in months:
        n, attended, unknown, booked = counted.get(month, (0, 0, 0, 0))
        contacts, referrals = schemes.get(month, (0, 0))
        people = registered.get(month, 0)
        rows.append(MonthRow(month, n, attended, unknown, booked, people, contacts, referrals))
    return tuple(rows)


def _look_cover(study: Study, site: Site) -> Look:
    first, end = study.days_needed(site)
    assert site.extract_from is not None and site.extract_to is not None
    held = site.extract_from <= first and site.extract_to >= end
    seen = f"The records run from {site.extract_from} up to {site.extract_to}; "
    seen += f"the study needs {first} up to {end}."
    return Look(
        "cover",
        "Do the records cover the study's windows?",
        "good" if held else "look",
        seen,
        "People whose windows reach beyond the records are left out of the comparison.",
        "Nothing." if held else "Export again with a longer spell, if the system holds it.",
    )


def _look_volume(engine: Engine) -> Iterator[Look]:
    rows = engine.rows(
        "SELECT r.practice_id, coalesce(a.n, 0), r.n FROM ("
        "SELECT practice_id, sum(n) AS n FROM quality_registered GROUP BY practice_id) AS r "
        "LEFT JOIN (SELECT practice_id, sum(n) AS n FROM quality_appointments "
        "GROUP BY practice_id) AS a ON r.practice_id = a.practice_id ORDER BY r.practice_id"
    )
    n_unplaced = engine.rows(
        "SELECT coalesce(sum(n), 0)::BIGINT FROM quality_appointments "
        "WHERE practice_id NOT IN (SELECT practice_id FROM quality_registered)"
    )[0][0]
    if n_unplaced and rows:
        # Which practice they belong to is not told for all, so it is not told for any.
        total = n_unplaced + sum(n for _, n, _ in rows)
        rows = [("all practices", total, sum(months for _, _, months in rows))]
    rates = {practice: 12 * float(n) / float(months) for practice, n, months in rows if months}
    thin = {practice: rate for practice, rate in rates.items() if rate < PER_PERSON_YEAR}
    told = ", ".join(f"{practice} {rate:.1f}" for practice, rate in (thin or rates).items())
    yield Look(
        "volume",
        "Are there about as many appointments as people make?",
        "blocks" if rates and len(thin) == len(rates) else "look" if thin else "good",
        f"Appointments a registered person a year: {told or 'nobody is registered'}.",
        "Below one a year a part of the appointment book is missing; contacts come out too few.",
        "Check that every clinic and every kind of slot was exported." if thin else "Nothing.",
    )


def _look_thin(rows: Sequence[MonthRow]) -> Look:
    counts = np.array([row.n_appointments for row in rows], dtype=float)
    thin = [
        row.month
        for place, row in enumerate(rows)
        if counts[place] < MONTH_SHARE * median_around(counts, place)
    ]
    named = ", ".join(f"{month:%B %Y}" for month in thin)
    return Look(
        "months",
        "Is every month there?",
        "look" if thin else "good",
        f"Far fewer appointments than in the months around: {named}."
        if thin
        else "No month has far fewer appointments than those around it.",
        "A month that is missing looks like a month without contacts, before or after.",
        "Export these months again." if thin else "Nothing.",
    )


UNKNOWN = (
    "role",
    "Is it known who each appointment was with?",
    "appointments do not say, or say it in a word that is not known",
    "They count as nobody's: contacts with a GP among them are lost.",
    "Say what the words mean under `values` of the column map (righthelp map proposes one).",
)
CONTACTS = (
    "contacts",
    "Did link workers record their contacts every month?",
    "link worker contact",
    "People seen in a silent month are missed, or counted from a later contact.",
)
REFERRALS = (
    "referrals",
    "Were referrals recorded every month?",
    "referral",
    "The visit that led to the link worker is then found with the study's lag, less exactly.",
)


def _look_share(rows: Sequence[MonthRow], column: str, words: tuple[str, ...]) -> Look:
    name, title, what, does, do = words
    n, total = sum(getattr(row, column) for row in rows), sum(row.n_appointments for row in rows)
    share = n / total if total else 0.0
    bad = share > UNKNOWN_AT_MOST
    seen = f"{100 * share:.1f}% of {what}."
    return Look(name, title, "look" if bad else "good", seen, does, do if bad else "Nothing.")


def _look_booked(engine: Engine, end: date) -> Look:
    n, total = engine.rows(
        "SELECT count(*) FILTER (WHERE status = 'booked'), count(*) FROM appointments "
        "WHERE start_date < $1",
        [end - timedelta(LATE_DAYS)],
    )[0]
    share = n / total if total else 0.0
    bad = share > BOOKED_AT_MOST
    return Look(
        "booked",
        "Were past appointments closed?",
        "look" if bad else "good",
        f"{100 * share:.1f}% of appointments more than two weeks past are still booked.",
        "Whether these people came is not known; they do not count as contacts.",
        "Close past slots as attended or not, then export again." if bad else "Nothing.",
    )


def _look_change(engine: Engine, months: Sequence[date]) -> Look:
    found = []
    for column in ("status", "role", "mode"):
        rows = engine.rows(
            f"SELECT month, {column}, sum(n)::DOUBLE FROM quality_appointments GROUP BY ALL"
        )
        words = sorted({row[1] for row in rows if row[1]})
        table = np.zeros((len(months), len(words)))
        place = {month: at for at, month in enumerate(months)}
        for month, word, n in rows:
            if word and month in place:
                table[place[month], words.index(word)] = n
        found += [
            (abs(one.change), one.change, months[one.place], column, words[one.column])
            for one in list_moves(table, table.sum(axis=1))
        ]
    moved = max(found, default=None)
    if moved is None or moved[0] <= MIX_AT_MOST:
        seen, outcome = "The mix of statuses, staff and modes is much the same throughout.", "good"
    else:
        way = "rose" if moved[1] > 0 else "fell"
        seen = f"From {moved[2]:%B %Y} the share of {moved[3]} {moved[4]} {way} by "
        seen += f"{100 * moved[0]:.0f} points."
        outcome = "look"
    return Look(
        "change",
        "Did the system or the way of recording change?",
        "look" if outcome == "look" else "good",
        seen,
        "A change of recording between before and after looks like a change of contacts.",
        "Ask what changed in that month; tell the study team." if outcome == "look" else "Nothing.",
    )


def _look_doubled(ledger: Sequence[Ledger]) -> Look:
    rows = sum(one.rows_in for one in ledger if one.table == "appointments")
    n = sum(one.left_out.get("duplicate_row", 0) for one in ledger if one.table == "appointments")
    share = n / rows if rows else 0.0
    bad = share > DOUBLED_AT_MOST
    return Look(
        "doubled",
        "Are there rows twice?",
        "look" if bad else "good",
        f"{n:,} of {rows:,} appointment rows repeat another row and were left out.",
        "None: exact copies are dropped. Copies that differ in a column would count twice.",
        "Check whether files of one spell were exported more than once." if bad else "Nothing.",
    )


def _look_outside(engine: Engine) -> Look:
    n, outside = engine.rows("SELECT n, n_outside FROM quality_outside")[0]
    share = outside / n if n else 0.0
    bad = share > OUTSIDE_AT_MOST
    return Look(
        "outside",
        "Do contacts fall within registration?",
        "look" if bad else "good",
        f"{100 * share:.1f}% of attended appointments fall on a day without registration here.",
        "They do not count: the person's time is not known on such a day.",
        "Check that earlier registrations and those who left were exported." if bad else "Nothing.",
    )


def _look_silent(rows: Sequence[MonthRow], column: str, words: tuple[str, ...]) -> Look:
    name, title, what, does = words
    counts = [getattr(row, column) for row in rows]
    begun = next((place for place, n in enumerate(counts) if n), None)
    if begun is None:
        seen = f"There is no {what} at all."
        return Look(name, title, "look", seen, does, "Export them, if they are recorded.")
    silent = [row.month for row, n in zip(rows[begun:], counts[begun:], strict=True) if not n]
    named = ", ".join(f"{month:%B %Y}" for month in silent)
    seen = f"The first {what} is of {rows[begun].month:%B %Y}; "
    seen += f"none in {named}." if silent else "none of the months since is without."
    do = "Ask whether the link worker was away or the entries are elsewhere." if silent else ""
    return Look(name, title, "look" if silent else "good", seen, does, do or "Nothing.")


def _look_covid(study: Study, site: Site) -> Look:
    first, end = study.days_needed(site)
    overlaps = first < COVID[1] and end > COVID[0]
    return Look(
        "covid",
        "Do the windows reach into March to August 2020?",
        "look" if overlaps else "good",
        "The study's windows reach into the first COVID months."
        if overlaps
        else "They do not reach into the first COVID months.",
        "Contacts fell for everybody then; before and after would differ by that alone.",
        "Choose a later index, or show the results without these sites."
        if overlaps
        else "Nothing.",
    )
