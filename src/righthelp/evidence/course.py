"""The course by month from the index: each site's, and the sites brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from righthelp.estimators.synthesis import synthesise
from righthelp.evidence.counts import Count, read_count
from righthelp.schema import Row

BASELINE = range(-12, -6)
"""Months against which the others are set."""


@dataclass(frozen=True)
class CoursePoint:
    """Contacts per 100 people in one month from the index, at one site, for one group."""

    site: str
    group: str
    month: int
    rate_per_100: Count
    n: Count
    log_rr: float | None
    se: float | None


@dataclass(frozen=True)
class MonthTogether:
    """One month's rate against months -12 to -7, the sites brought together; log scale.

    low, high: 95% interval (one site: its own, normal); None below one site with an error.
    """

    group: str
    month: int
    log_rr: float
    low: float | None
    high: float | None
    k: int


def read_course(rows: Sequence[Row]) -> tuple[CoursePoint, ...]:
    """The course of the sites, by site, group and month; withheld months without a number."""
    return tuple(_read_point(dict(row)) for row in rows)


def combine_course(points: Sequence[CoursePoint]) -> tuple[MonthTogether, ...]:
    """Each month against months -12 to -7, random effects over the sites that can say."""
    return combine_months([(one.group, one.month, one.log_rr, one.se) for one in points])


def combine_months(
    points: Sequence[tuple[str, int, float | None, float | None]],
) -> tuple[MonthTogether, ...]:
    """Rows (group, month, log_rr, se) of several sites, brought together by group and month."""
    together: list[MonthTogether] = []
    for group in dict.fromkeys(one[0] for one in points):
        for month in sorted({one[1] for one in points if one[0] == group}):
            able = [
                (log_rr, se)
                for own, at, log_rr, se in points
                if (own, at) == (group, month) and log_rr is not None and se
            ]
            if not able:
                continue
            log_rr, se = zip(*able, strict=True)
            result = synthesise(log_rr=log_rr, se=se, method="REML")
            if result.log_rr is not None:
                together.append(
                    MonthTogether(
                        group, month, result.log_rr, result.ci_low, result.ci_high, result.k
                    )
                )
    return tuple(together)


def _read_point(row: dict[str, Any]) -> CoursePoint:
    state = "not_collected" if row["n"] == 0 else row["state"]
    rate = read_count(row["rate_per_100"], state)
    known = rate.value is not None
    return CoursePoint(
        site=row["site"],
        group=row["group"],
        month=row["month"],
        rate_per_100=rate,
        n=read_count(row["n"], row["state"]),
        log_rr=row["log_rr"] if known else None,
        se=row["se"] if known and row["se"] and row["se"] > 0 else None,
    )
