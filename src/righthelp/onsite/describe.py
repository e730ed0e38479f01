"""What happened to the people seen, before any rounding: exact, and for the site's eyes only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.estimators.rates import event_study
from righthelp.estimators.result import Estimate
from righthelp.onsite.moments import Course
from righthelp.onsite.people import Counted, Floats, People
from righthelp.returns.tables import BANDS

BAND_STARTS = (0, 1, 3, 6, 10)
WHO = ("new", "ongoing", "all")


@dataclass(frozen=True)
class Change:
    """Counts before and after of complete people: sums, spread, direction and the joint bands.

    correlation and the SDs are None below two people or without spread. pattern: (5, 5) people by
    band before and band after.
    """

    who: str
    n: int
    fell: int
    stayed: int
    rose: int
    contacts_before: float
    contacts_after: float
    sd_before: float | None
    sd_after: float | None
    correlation: float | None
    median_before: float | None
    median_after: float | None
    pattern: Floats


@dataclass(frozen=True)
class CourseMonth:
    """Contacts in one month counted from the index, and its rate against months -12 to -7."""

    group: str
    month: int
    n: int
    contacts: float
    against_baseline: Estimate
    at_risk: float


def describe_change(counted: Counted) -> list[Change]:
    """The change of new, ongoing and all people seen who were at risk for both whole windows."""
    seen = counted.seen.where(counted.seen.complete)
    flags = {"new": seen.is_new, "ongoing": ~seen.is_new, "all": np.ones(seen.n, dtype=bool)}
    return [_change(who, seen.where(flags[who])) for who in WHO]


def _change(who: str, people: People) -> Change:
    before, after, n = people.before, people.after, people.n
    spread = n >= 2
    sd_before = float(before.std(ddof=1)) if spread else None
    sd_after = float(after.std(ddof=1)) if spread else None
    correlation = float(np.corrcoef(before, after)[0, 1]) if sd_before and sd_after else None
    bands = len(BANDS)
    cell = _band(before) * bands + _band(after)
    pattern = np.bincount(cell, minlength=bands * bands).reshape(bands, bands)
    return Change(
        who=who,
        n=n,
        fell=int((after < before).sum()),
        stayed=int((after == before).sum()),
        rose=int((after > before).sum()),
        contacts_before=float(before.sum()),
        contacts_after=float(after.sum()),
        sd_before=sd_before,
        sd_after=sd_after,
        correlation=correlation,
        median_before=float(np.median(before)) if n else None,
        median_after=float(np.median(after)) if n else None,
        pattern=pattern.astype(float),
    )


def _band(counts: Floats) -> np.ndarray:
    return np.searchsorted(BAND_STARTS, counts, side="right") - 1


def describe_course(course: Course | None) -> list[CourseMonth]:
    """The course by month of new and of reference people; empty where there are no months."""
    if course is None:
        return []
    baseline = [place for place, month in enumerate(course.months) if -12 <= month <= -7]
    rows = []
    for group, who in (("seen", "new"), ("reference", "reference")):
        moments = course.of(who)
        against = (
            event_study(moments, baseline=baseline)
            if baseline
            else [Estimate.none(n=moments.n, reason="months -12 to -7 were not counted")]
            * moments.k
        )
        for place, month in enumerate(course.months):
            rows.append(
                CourseMonth(
                    group=group,
                    month=month,
                    n=moments.n,
                    contacts=float(moments.counts[place]),
                    against_baseline=against[place],
                    at_risk=float(course.at_risk[who][place]),
                )
            )
    return rows
