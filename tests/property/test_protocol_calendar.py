"""Months counted from an index, against calendar arithmetic of another kind."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.protocol.calendar import Clock, add_months, list_days, parse_month
from tests.lib.oracle import Question, course_months, list_months, month_later
from tests.lib.studies import make_study, site_of

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@given(days, st.integers(-400, 400))
def test_the_same_day_of_another_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert found == month_later(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found + timedelta(1)).day == 1


@settings(max_examples=200)
@given(
    day=days,
    by_month=st.booleans(),
    washout=st.integers(0, 182),
    before=st.integers(1, 24),
    after=st.integers(1, 24),
)
def test_months_counted_from_an_index(
    day: date, by_month: bool, washout: int, before: int, after: int
) -> None:
    """In order, each ends where the next begins but for the gap at the index, and is no longer than
    a month of the calendar; equal to the oracle's."""
    index_on = day.replace(day=1) if by_month else day
    clock = Clock(index_month=by_month, washout_days=washout)
    found = clock.list_months(index_on, before=before, after=after)
    study = make_study(
        index={"anchor": "month"}
        if by_month
        else {"anchor": "date", "index_from": index_on, "index_to": index_on + timedelta(1)},
        windows={
            "before_months": before,
            "after_months": after,
            "washout_days": washout,
            "history_months": max(6, before),
        },
    )
    expected = list_months(Question(study, site_of(study)), index_on)
    assert {month.number: (month.start_on, month.end_on) for month in found} == {
        number: spell for number, spell in expected.items() if number >= -before
    }
    assert [month.number for month in found] == [
        number for number in course_months(Question(study, site_of(study))) if number >= -before
    ]
    # From the 31st of a long month a month may reach to the last day but one of the next.
    assert all(28 <= (month.end_on - month.start_on).days <= 31 for month in found)
    past = [month for month in found if month.number < 0]
    future = [month for month in found if month.number > 0]
    assert past[-1].end_on == index_on
    assert future[0].start_on == clock.after_from(index_on)
    for side in (past, future):
        for one, following in pairwise(side):
            assert one.end_on == following.start_on


@given(days, st.integers(0, 400))
def test_every_day_of_a_spell_once(first: date, length: int) -> None:
    listed = list(list_days(first, first + timedelta(length)))
    assert len(listed) == length
    assert listed == sorted(set(listed))
    if listed:
        assert (listed[0], listed[-1]) == (first, first + timedelta(length - 1))


@given(days)
def test_a_month_is_written_with_its_year(day: date) -> None:
    assert parse_month(day.strftime("%Y-%m")) == day.replace(day=1)
