"""Calendar months and the periods that are counted, enumerated here and joined in SQL."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]


def add_months(day: date, months: int) -> date:
    """The same day of another month, clipped to that month's end."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def shift_months(days: Days, months: int | npt.NDArray[np.int64]) -> Days:
    """`add_months` of many days at once; days and months broadcast."""
    month = days.astype("datetime64[M]")
    target = month + months
    last = (target + 1).astype("datetime64[D]") - 1
    same = target.astype("datetime64[D]") + (days - month.astype("datetime64[D]"))
    earlier: Days = np.minimum(same, last)
    return earlier


def parse_month(text: str) -> date:
    """The first day of a month written YYYY-MM."""
    return date.fromisoformat(f"{text}-01")


def list_days(first: date, end: date) -> Iterator[date]:
    """Every day from `first` up to, not including, `end`."""
    for number in range((end - first).days):
        yield first + timedelta(number)


@dataclass(frozen=True)
class Months:
    """Months counted from n index days: -1 ends at the index, 1 begins after it; half-open.

    number: (K,), in order. start_on, end_on: (n, K).
    """

    number: npt.NDArray[np.int64]
    start_on: Days
    end_on: Days


@dataclass(frozen=True)
class Clock:
    """How months are counted from an index day.

    `index_month`: the index is a whole calendar month, which is month 0 and belongs to neither
    window. Otherwise it is a day, which belongs to neither window either, and there is no month 0.
    Days of washout lie between the index and month 1, in no month.
    """

    index_month: bool
    washout_days: int

    def after_from(self, index_on: date) -> date:
        """First day of month 1."""
        end = add_months(index_on, 1) if self.index_month else index_on + timedelta(1)
        return end + timedelta(self.washout_days)

    def list_months(self, index_on: Days, *, before: int, after: int) -> Months:
        """Months -before .. after of every index day, in order."""
        past = np.arange(-before, 1 if self.index_month else 0)
        future = np.arange(1, after + 1)
        index = index_on[:, None]
        first = np.array([self.after_from(day) for day in index_on.tolist()], "datetime64[D]")
        start = first[:, None]
        return Months(
            np.concatenate([past, future]),
            np.hstack([shift_months(index, past), shift_months(start, future - 1)]),
            np.hstack([shift_months(index, past + 1), shift_months(start, future)]),
        )
