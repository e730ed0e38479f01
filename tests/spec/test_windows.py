"""Before and after: which days belong to which window and which month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.lib.counting import Told, count
from tests.lib.records import make_person
from tests.lib.studies import make_study


def _count(day: str, *, contact: str = "2024-03-09", **sections: dict[str, Any]) -> Told:
    return count(make_person("ann", gp=[day], link_worker=[contact]), make_study(**sections))


def _window(told: Told) -> str:
    row = told.of("seen")["ann"]
    found = [name for name in ("earlier", "before", "after") if row[name]]
    assert len(found) <= 1
    return found[0] if found else "neither"


@pytest.mark.parametrize(
    ("day", "window"),
    [
        ("2023-01-31", "neither"),
        ("2023-02-01", "earlier"),
        ("2023-07-31", "earlier"),
        ("2023-08-01", "neither"),
        ("2023-08-31", "neither"),
        ("2023-09-01", "before"),
        ("2024-02-29", "before"),
        ("2024-03-01", "neither"),
        ("2024-03-31", "neither"),
        ("2024-04-01", "after"),
        ("2024-09-30", "after"),
        ("2024-10-01", "neither"),
    ],
)
def test_six_calendar_months_on_either_side_of_the_index_month(day: str, window: str) -> None:
    """The index month belongs to neither window.

    The earlier window, from which the course of everybody is learned, ends one month before the
    before window begins: as far apart as the index month puts before and after.
    """
    assert _window(_count(day)) == window


@pytest.mark.parametrize(
    ("day", "window"),
    [
        ("2023-03-08", "neither"),
        ("2023-03-09", "earlier"),
        ("2023-09-08", "earlier"),
        ("2023-09-09", "before"),
        ("2024-03-08", "before"),
        ("2024-03-09", "neither"),
        ("2024-03-10", "after"),
        ("2024-09-09", "after"),
        ("2024-09-10", "neither"),
    ],
)
def test_six_months_on_either_side_of_the_index_day(day: str, window: str) -> None:
    """anchor = date: before ends the day before the contact, after starts the day after it."""
    index = {"anchor": "date", "index_from": date(2024, 1, 1), "index_to": date(2024, 7, 1)}
    assert _window(_count(day, index=index)) == window


@pytest.mark.parametrize(
    ("day", "window"),
    [
        # 31 August: six months earlier is the end of February.
        ("2024-02-28", "earlier"),
        ("2024-02-29", "before"),
        ("2024-08-30", "before"),
        ("2024-08-31", "neither"),
        ("2024-09-01", "after"),
        # From 1 September on: six months end with February.
        ("2025-02-28", "after"),
        ("2025-03-01", "neither"),
    ],
)
def test_a_month_too_short_for_the_day_gives_its_last_day(day: str, window: str) -> None:
    index = {"anchor": "date", "index_from": date(2024, 1, 1), "index_to": date(2025, 1, 1)}
    site = {"extract_to": date(2026, 1, 1)}
    assert _window(_count(day, contact="2024-08-31", index=index, site=site)) == window


@pytest.mark.parametrize(
    ("day", "window"),
    [
        ("2024-02-29", "before"),
        ("2024-04-01", "neither"),
        ("2024-04-14", "neither"),
        ("2024-04-15", "after"),
        ("2024-10-14", "after"),
        ("2024-10-15", "neither"),
    ],
)
def test_washout_moves_the_after_window_and_keeps_its_length(day: str, window: str) -> None:
    """14 days of washout: the after window begins 14 days after the index month and is as long."""
    assert _window(_count(day, windows={"washout_days": 14})) == window


def test_the_days_of_the_windows_are_the_days_of_their_months() -> None:
    """September to February 2024 has 182 days, April to September 183: rates use the days."""
    row = _count("2024-01-01").of("seen")["ann"]
    assert (row["days_before"], row["days_after"]) == (182, 183)


@pytest.mark.parametrize(
    ("before", "after", "days"), [(1, 1, (29, 30)), (3, 6, (91, 183)), (12, 2, (366, 61))]
)
def test_the_windows_may_have_other_lengths(before: int, after: int, days: tuple[int, int]) -> None:
    told = _count("2024-01-01", windows={"before_months": before, "after_months": after})
    row = told.of("seen")["ann"]
    assert (row["days_before"], row["days_after"]) == days


def test_the_course_counts_every_month_from_a_year_before() -> None:
    """Months are numbered from the index month, which is 0."""
    days = ["2023-03-01", "2023-03-31", "2024-02-29", "2024-03-15", "2024-04-30", "2024-09-30"]
    held = make_person("ann", gp=["2023-02-28", *days], link_worker=["2024-03-09"])
    told = count(held, make_study())
    assert told.course.months == tuple(range(-12, 7))
    moments = told.course.of("new")
    counted = dict(zip(told.course.months, moments.counts.astype(int).tolist(), strict=True))
    assert {month: n for month, n in counted.items() if n} == {-12: 2, -1: 1, 0: 1, 1: 1, 6: 1}
    at_risk = dict(zip(told.course.months, moments.exposures.astype(int).tolist(), strict=True))
    assert (at_risk[-12], at_risk[-1], at_risk[0], at_risk[6]) == (31, 29, 31, 30)


def test_with_dates_the_course_has_no_month_of_its_own_for_the_index() -> None:
    index = {"anchor": "date", "index_from": date(2024, 1, 1), "index_to": date(2024, 7, 1)}
    held = make_person(
        "ann", gp=["2024-03-08", "2024-03-09", "2024-03-10"], link_worker=["2024-03-09"]
    )
    told = count(held, make_study(index=index))
    assert told.course.months == (*range(-12, 0), *range(1, 7))
    assert told.course.of("new").counts.sum() == 2
