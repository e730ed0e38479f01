"""The scheme as a whole: all registered people by practice and month. Described, never more.

Few registered people ever see a link worker, so that hardly anything can show at this level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from righthelp.estimators.series import MIN_MONTHS_BEFORE, interrupted_series
from righthelp.estimators.staggered import StaggeredStart, anticipation_sensitivity
from righthelp.schema import Row

WAVES = 2
"""Pairs of waves for the season where months before are too few for one term a month."""
PER_PEOPLE = 1000
NO_QUARTER = "no whole calendar quarter is covered by the records of every site"
TOO_FEW = "fewer than two practices have a number in every quarter"
AT_ONE_TIME = (
    "all practices started in the same quarter, so that none had not yet started when others had"
)


@dataclass(frozen=True)
class MonthRate:
    """Contacts per 1,000 registered people of a site in one month; None where withheld.

    contacts, people: the sums over its practices, of numbers that the site rounded.
    """

    month: str
    rate: float | None
    contacts: float | None
    people: float | None


@dataclass(frozen=True)
class SiteSeries:
    """One site's months, and the interrupted series where its practices started together.

    n_left_out: practices whose start is not known. started_in: the month of the start, None where
    practices differ. n_before, n_after: months with a number. log_rr: level from the start on over
    season and trend; low, high: 95% interval. by_waves: the season as waves. reason: why there is
    no number.
    """

    site: str
    n_practices: int
    n_left_out: int
    started_in: str | None
    months: tuple[MonthRate, ...]
    n_before: int
    n_after: int
    by_waves: bool
    log_rr: float | None
    low: float | None
    high: float | None
    reason: str


@dataclass(frozen=True)
class SchemeEvidence:
    """sites: those that gave a series. staggered: the practices of all sites by when they started,
    one for each number of quarters of anticipation; rates per 1,000 people a quarter. reason: why
    there are none. n_incomplete: practices left out of it, a quarter of theirs being withheld.
    """

    sites: tuple[SiteSeries, ...]
    staggered: tuple[StaggeredStart, ...]
    reason: str
    n_incomplete: int


@dataclass(frozen=True)
class _Practice:
    """start: month of the start; months: (contacts, people) by month, None where withheld."""

    site: str
    start: int
    months: Mapping[int, tuple[float, float] | None]


def gather_scheme(rows: Sequence[Row]) -> SchemeEvidence:
    """Read the table `series` of the returns: each site's series, and practices by their start."""
    plain = [dict(row) for row in rows]
    practices = _read_practices(plain)
    unknown = [row["site"] for row in plain if row["month"] is None]
    sites = tuple(
        _read_site(
            site,
            [one for one in practices if one.site == site],
            n_left_out=unknown.count(site),
        )
        for site in dict.fromkeys(one.site for one in practices)
    )
    staggered, reason, n_incomplete = _compare_starts(practices)
    return SchemeEvidence(sites, staggered, reason, n_incomplete)


def _read_practices(rows: Sequence[dict[str, Any]]) -> list[_Practice]:
    found: dict[tuple[str, int], dict[int, tuple[float, float] | None]] = {}
    starts: dict[tuple[str, int], int] = {}
    for row in rows:
        if row["month"] is None or row["months_since_start"] is None:
            continue
        key, month = (row["site"], row["practice"]), _number(row["month"])
        known = row["people"] and row["contacts"] is not None
        found.setdefault(key, {})[month] = (row["contacts"], row["people"]) if known else None
        starts[key] = month - row["months_since_start"]
    return [_Practice(key[0], starts[key], months) for key, months in found.items()]


def _read_site(site: str, practices: Sequence[_Practice], *, n_left_out: int) -> SiteSeries:
    every = [month for one in practices for month in one.months]
    months = range(min(every), max(every) + 1)
    totals = [_add([one.months.get(month) for one in practices]) for month in months]
    starts = {one.start for one in practices}
    start = starts.pop() if len(starts) == 1 else None
    known = [month for month, total in zip(months, totals, strict=True) if total is not None]
    n_before = sum(month < start for month in known) if start is not None else 0
    by_waves = n_before < MIN_MONTHS_BEFORE
    log_rr = low = high = None
    reason = "its practices started in different months"
    if start is not None:
        level = interrupted_series(
            counts=[total[0] if total else 0 for total in totals],
            person_months=[total[1] if total else 0 for total in totals],
            month_of_year=[(month - 1) % 12 + 1 for month in months],
            start=min(max(start - months[0], 0), len(months)),
            n_waves=WAVES if by_waves else 0,
        ).level
        log_rr, reason = level.log_rr, level.reason
        low, high = level.interval() or (None, None)
    return SiteSeries(
        site=site,
        n_practices=len(practices),
        n_left_out=n_left_out,
        started_in=None if start is None else _name(start),
        months=tuple(
            MonthRate(_name(month), PER_PEOPLE * total[0] / total[1], *total)
            if total
            else MonthRate(_name(month), None, None, None)
            for month, total in zip(months, totals, strict=True)
        ),
        n_before=n_before,
        n_after=len(known) - n_before if start is not None else 0,
        by_waves=by_waves,
        log_rr=log_rr,
        low=low,
        high=high,
        reason=reason,
    )


def _add(parts: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Contacts and people of all practices; None where one of them is withheld."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return sum(part[0] for part in known), sum(part[1] for part in known)


def _compare_starts(
    practices: Sequence[_Practice],
) -> tuple[tuple[StaggeredStart, ...], str, int]:
    """Practices by the quarter in which they started, over the quarters that all sites cover."""
    quarters = _list_quarters(practices)
    if not quarters:
        return (), NO_QUARTER, 0
    rates: list[list[float]] = []
    starts: list[int] = []
    for one in practices:
        own = [_rate(one, quarter) for quarter in quarters]
        known = [rate for rate in own if rate is not None]
        if len(known) == len(own):
            rates.append(known)
            starts.append(max((one.start - 1) // 3 - quarters[0], 0))
    n_incomplete = len(practices) - len(rates)
    if len(rates) < 2:
        return (), TOO_FEW, n_incomplete
    if len(set(starts)) < 2:
        return (), AT_ONE_TIME, n_incomplete
    found = anticipation_sensitivity(rates=rates, start=starts, comparison="not_yet")
    return found, "", n_incomplete


def _list_quarters(practices: Sequence[_Practice]) -> range:
    """The quarters (months since year 0 over 3) that lie wholly in every practice's months."""
    first = max((min(one.months) for one in practices), default=1)
    last = min((max(one.months) for one in practices), default=0)
    return range((first + 1) // 3, last // 3)


def _rate(one: _Practice, quarter: int) -> float | None:
    """Contacts in the quarter per 1,000 people, of whom it had so many on average."""
    total = _add([one.months.get(3 * quarter + place) for place in (1, 2, 3)])
    return None if total is None else PER_PEOPLE * total[0] / (total[1] / 3)


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _name(number: int) -> str:
    year, month = divmod(number - 1, 12)
    return f"{year}-{month + 1:02d}"
