"""Calendar months and the periods that are counted, enumerated here and joined in SQL."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day of another month, clipped to that month's end."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def parse_month(text: str) -> date:
    """The first day of a month written YYYY-MM."""
    return date.fromisoformat(f"{text}-01")


def list_days(first: date, end: date) -> Iterator[date]:
    """Every day from `first` up to, not including, `end`."""
    for number in range((end - first).days):
        yield first + timedelta(number)


@dataclass(frozen=True)
class Month:
    """One month counted from an index day: -1 ends at the index, 1 begins after it; half-open."""

    number: int
    start_on: date
    end_on: date


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

    def list_months(self, index_on: date, *, before: int, after: int) -> list[Month]:
        """Months -before .. after of one index day, in order."""
        months = [
            Month(number, add_months(index_on, number), add_months(index_on, number + 1))
            for number in range(-before, 0)
        ]
        if self.index_month:
            months.append(Month(0, index_on, add_months(index_on, 1)))
        start = self.after_from(index_on)
        months += [
            Month(number, add_months(start, number - 1), add_months(start, number))
            for number in range(1, after + 1)
        ]
        return months
