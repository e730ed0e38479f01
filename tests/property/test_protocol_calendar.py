"""Months counted from an index, against calendar arithmetic of another kind."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.protocol.calendar import Clock, add_months, list_days, parse_month, shift_months
from tests.lib.oracle import Question, course_months, list_months, month_later
from tests.lib.studies import make_study, site_of

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@given(days, st.integers(-400, 400))
def test_the_same_day_of_another_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert shift_months(np.array([day], "datetime64[D]"), months).tolist() == [found]
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
    others = [add_months(index_on, 5), add_months(index_on, -7)]
    found = list_spells(clock, [index_on], before=before, after=after)[0]
    several = list_spells(clock, [others[0], index_on, others[1]], before=before, after=after)
    assert several[1] == found
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
    assert found == {number: spell for number, spell in expected.items() if number >= -before}
    assert list(found) == [
        number for number in course_months(Question(study, site_of(study))) if number >= -before
    ]
    # From the 31st of a long month a month may reach to the last day but one of the next.
    assert all(28 <= (end - start).days <= 31 for start, end in found.values())
    past = [spell for number, spell in found.items() if number < 0]
    future = [spell for number, spell in found.items() if number > 0]
    assert past[-1][1] == index_on
    assert future[0][0] == clock.after_from(index_on)
    for side in (past, future):
        for one, following in pairwise(side):
            assert one[1] == following[0]


def list_spells(
    clock: Clock, index_on: list[date], *, before: int, after: int
) -> list[dict[int, tuple[date, date]]]:
    """Number -> first day and end of each month, for each index day."""
    found = clock.list_months(np.array(index_on, "datetime64[D]"), before=before, after=after)
    starts, ends = found.start_on.tolist(), found.end_on.tolist()
    return [
        dict(zip(found.number.tolist(), zip(*both, strict=True), strict=True))
        for both in zip(starts, ends, strict=True)
    ]


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
