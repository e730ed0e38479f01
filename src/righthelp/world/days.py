"""The days of a world: counted from its first, in months and working days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from righthelp.world.settings import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Dates = NDArray[np.datetime64]

_WEEKDAYS_PER_MONTH = 365.25 / 12 * 5 / 7


@dataclass(frozen=True)
class Days:
    """Day numbers from 0 to `n_days`, Monday to Friday being the working days.

    `month_first` (months + 1): first day of each month, then `n_days`. `weekdays` (months, 23):
    the working days of each month, of which the first `n_weekdays` are real. `month_of` (n_days).
    `weekdays_before` (n_days + 1): working days before each day.
    """

    start_on: np.datetime64
    n_days: int
    month_first: Ints
    n_weekdays: Ints
    weekdays: Ints
    month_of: Ints
    weekdays_before: Ints

    def to_dates(self, days: Ints) -> Dates:
        """Dates of day numbers."""
        return self.start_on + days.astype("timedelta64[D]")

    def to_weekday(self, days: Ints) -> Ints:
        """The day itself, or the Monday after a weekend; also beyond the last day."""
        weekday = (days + self.start_on.astype(np.int64) + 3) % 7  # day 0 was a Thursday
        moved: Ints = days + np.where(weekday >= 5, 7 - weekday, 0)
        return moved

    def months_back(self, months: Ints) -> Ints:
        """Day numbers of the first days of the months so many months before the first."""
        first = self.start_on.astype("datetime64[M]") - months.astype("timedelta64[M]")
        back: Ints = (first.astype("datetime64[D]") - self.start_on).astype(np.int64)
        return back

    def weekdays_between(self, first: Ints, end: Ints) -> Ints:
        """Working days in [first, end), both clipped to the world; 0 where end <= first."""
        inside = [np.clip(days, 0, self.n_days) for days in (first, end)]
        n_working = self.weekdays_before[inside[1]] - self.weekdays_before[inside[0]]
        between: Ints = np.maximum(n_working, 0)
        return between


def lay_out_days(world: World) -> Days:
    """The days of a world from its first day and number of months."""
    first_month = np.datetime64(world.start_on, "M")
    months = first_month + np.arange(world.months + 1)
    start_on = np.datetime64(world.start_on, "D")
    month_first = (months.astype("datetime64[D]") - start_on).astype(np.int64)
    n_days = int(month_first[-1])
    every = np.arange(n_days)
    month_of = np.searchsorted(month_first, every, side="right") - 1
    working = (every + start_on.astype(np.int64) + 3) % 7 < 5
    weekdays_before = np.concatenate([[0], np.cumsum(working)])
    n_weekdays = np.diff(weekdays_before[month_first])
    weekdays = np.zeros((world.months, 23), dtype=np.int64)
    place = weekdays_before[:-1] - weekdays_before[month_first][month_of]
    weekdays[month_of[working], place[working]] = every[working]
    return Days(start_on, n_days, month_first, n_weekdays, weekdays, month_of, weekdays_before)


def weigh_months(world: World, days: Days) -> Floats:
    """Expected visits of each month against a mean month: working days, season and trend."""
    calendar_month = (np.datetime64(world.start_on, "M").astype(int) + np.arange(world.months)) % 12
    season = np.asarray(world.season) / np.mean(world.season)
    years = (np.arange(world.months) - (world.months - 1) / 2) / 12
    trend: Floats = np.asarray(world.trend_per_year**years)
    weights: Floats = season[calendar_month] * trend * days.n_weekdays / _WEEKDAYS_PER_MONTH
    return weights
