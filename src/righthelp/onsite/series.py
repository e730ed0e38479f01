"""Contacts and registered people by practice and calendar month: the scheme as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL
from righthelp.onsite.rules import Rules
from righthelp.protocol.calendar import add_months, list_days


@dataclass(frozen=True)
class PracticeMonth:
    """Eligible contacts of the people of one practice in one month, and how many people it had.

    practice: 1 to n, in an order that names nobody. people: registered on the 15th.
    months_since_start: 0 in the month in which the link worker started. month and
    months_since_start are None in the one row of a practice whose start is not known.
    """

    practice: int
    month: str | None
    contacts: int
    people: int
    months_since_start: int | None


def read_series(engine: Engine, rules: Rules) -> list[PracticeMonth]:
    """Count every practice of the site by month; nothing where no start is known.

    Reads `rules`, `site_practices` and the views of the appointments that the cohort made.
    """
    if not engine.rows("SELECT count(link_worker_start_on) FROM practices")[0][0]:
        return []
    months = list(_list_months(rules))
    engine.create_table(
        "series_months", {"month_number": "INTEGER"}, rows=[(_number(one),) for one in months]
    )
    engine.create_table(
        "series_days",
        {"start_date": "DATE", "month_number": "INTEGER"},
        rows=[(day, _number(one)) for one in months for day in list_days(one, add_months(one, 1))],
    )
    engine.run_file(SQL, "series.sql")
    counted = engine.rows(
        "SELECT practice, month_number, contacts, people, months_since_start FROM series "
        "ORDER BY practice, month_number"
    )
    unknown = engine.rows(
        "SELECT practice FROM series_practices WHERE start_month IS NULL ORDER BY practice"
    )
    return [
        *(PracticeMonth(at, _name(month), *numbers) for at, month, *numbers in counted),
        *(PracticeMonth(at, None, 0, 0, None) for (at,) in unknown),
    ]


def _list_months(rules: Rules) -> Iterator[date]:
    """First days of the calendar months that lie wholly in the extract."""
    first, end = rules.site.extract_from, rules.site.extract_to
    assert first is not None and end is not None
    month = first if first.day == 1 else add_months(first.replace(day=1), 1)
    while add_months(month, 1) <= end:
        yield month
        month = add_months(month, 1)


def _number(month: date) -> int:
    return month.year * 12 + month.month


def _name(number: int) -> str:
    year, month = divmod(number - 1, 12)
    return f"{year}-{month + 1:02d}"
