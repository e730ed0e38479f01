"""Whom the link worker saw: the index, new and ongoing people, the referral and its visit."""

from __future__ import annotations

from datetime import date

import pytest

from righthelp.errors import DataRefused
from tests.lib.counting import Row, count
from tests.lib.records import LinkWorkerContact, Records, make_person
from tests.lib.studies import make_study

BY_DATE = {"anchor": "date", "index_from": date(2024, 3, 1), "index_to": date(2024, 4, 1)}


def test_with_an_index_month_everybody_seen_in_it_has_its_first_day_as_index() -> None:
    """anchor = month: a contact on any day of the index month, first and last included."""
    held = Records()
    days = {
        "day_before": "2024-02-29",
        "first_day": "2024-03-01",
        "last_day": "2024-03-31",
        "day_after": "2024-04-01",
    }
    for name, day in days.items():
        held += make_person(name, link_worker=[day])
    seen = count(held, make_study()).of("seen")
    assert {name: row["index_on"] for name, row in seen.items()} == {
        "first_day": date(2024, 3, 1),
        "last_day": date(2024, 3, 1),
    }


def test_with_dates_the_index_is_each_persons_first_contact_in_the_period() -> None:
    """anchor = date: the first contact from index_from on; index_to itself is outside."""
    held = make_person("twice", link_worker=["2024-03-09", "2024-03-20"])
    held += make_person("last_day", link_worker=["2024-03-31"])
    held += make_person("day_after", link_worker=["2024-04-01"])
    seen = count(held, make_study(index=BY_DATE)).of("seen")
    assert {name: row["index_on"] for name, row in seen.items()} == {
        "twice": date(2024, 3, 9),
        "last_day": date(2024, 3, 31),
    }


@pytest.mark.parametrize(
    ("contacts", "is_new"),
    [
        (["2024-03-09"], True),
        (["2024-03-09", "2024-03-20"], True),
        (["2024-02-29", "2024-03-09"], False),
        (["2021-05-01", "2024-03-09"], False),
        (["2024-03-09", "2024-06-01"], True),
    ],
)
def test_somebody_seen_before_the_index_period_is_ongoing(
    contacts: list[str], is_new: bool
) -> None:
    """Ongoing: any earlier contact, however long ago. Their before is treated time."""
    told = count(make_person("ann", link_worker=contacts), make_study())
    assert told.of("seen")["ann"]["is_new"] is is_new
    assert told.flow.get("ongoing", 0) == (not is_new)


def test_a_missed_contact_is_no_contact() -> None:
    """Only attended contacts count; one without an outcome counts as attended."""
    held = make_person("came", link_worker=["2024-03-09"])
    for name, outcome in (("said_so", "attended"), ("missed", "did_not_attend")):
        held += make_person(name)
        held += Records(link_worker_contacts=(LinkWorkerContact(name, date(2024, 3, 9), outcome),))
    # A contact that was missed does not make somebody ongoing either.
    held += make_person("first_missed", link_worker=["2024-03-09"])
    held += Records(
        link_worker_contacts=(LinkWorkerContact("first_missed", date(2024, 1, 9), "cancelled"),)
    )
    seen = count(held, make_study()).of("seen")
    assert {name: row["is_new"] for name, row in seen.items()} == {
        "came": True,
        "said_so": True,
        "first_missed": True,
    }


def test_a_referral_is_not_a_contact() -> None:
    """Somebody referred in the index month and not seen in it is not in the study."""
    held = make_person("seen", link_worker=["2024-03-09"])
    held += make_person("referred", referred=["2024-03-09"])
    assert set(count(held, make_study()).of("seen")) == {"seen"}


def test_nobody_seen_is_refused() -> None:
    """Without a single contact in the index period there is no question to answer."""
    with pytest.raises(DataRefused) as refused:
        count(make_person("ann", link_worker=["2024-04-01"]), make_study())
    assert str(refused.value) == (
        "site north: no contact with a link worker from 2024-03-01 up to 2024-04-01\n"
        "    Check index_month (or index_from and index_to) and the link worker contacts."
    )


def _ann(*, gp: list[str], referred: list[str]) -> Row:
    held = make_person("ann", gp=gp, referred=referred, link_worker=["2024-03-09"])
    return count(held, make_study(reference={"lag_days": 30})).of("seen")["ann"]


@pytest.mark.parametrize(
    ("referred", "visits", "qualifying_on"),
    [
        # The last visit on or before the referral; the day of the referral counts.
        (["2024-02-20"], ["2024-01-05", "2024-02-10", "2024-02-20"], "2024-02-20"),
        (["2024-02-20"], ["2024-01-05", "2024-02-10", "2024-02-21"], "2024-02-10"),
        # Of several referrals the last one on or before the contact.
        (["2023-12-01", "2024-02-20"], ["2023-11-30", "2024-02-19"], "2024-02-19"),
        (["2023-12-01", "2024-03-10"], ["2023-11-30", "2024-02-19"], "2023-11-30"),
        (["2024-03-09"], ["2024-03-09"], "2024-03-09"),
        # No referral date: the protocol's lag before the contact (30 days: 8 February).
        ([], ["2024-02-01", "2024-02-08", "2024-02-09"], "2024-02-08"),
        ([], ["2024-02-09"], None),
        # A visit more than six months before the index led to nothing.
        (["2024-02-20"], ["2023-09-01"], "2023-09-01"),
        (["2024-02-20"], ["2023-08-31"], None),
        (["2024-02-20"], [], None),
    ],
)
def test_the_qualifying_visit_is_the_last_contact_on_or_before_the_referral(
    referred: list[str], visits: list[str], qualifying_on: str | None
) -> None:
    """The visit at which somebody was referred: history counts back from it, not from the index."""
    found = _ann(gp=visits, referred=referred)["qualifying_on"]
    assert found == (date.fromisoformat(qualifying_on) if qualifying_on else None)


@pytest.mark.parametrize(("visit", "found"), [("2023-07-09", True), ("2023-07-08", False)])
def test_with_dates_the_visit_lies_within_six_months_of_the_persons_own_index(
    visit: str, found: bool
) -> None:
    """Here 9 January 2024, in an index period that began a year before."""
    held = make_person("ann", gp=[visit], referred=["2023-08-01"], link_worker=["2024-01-09"])
    index = {"anchor": "date", "index_from": date(2023, 1, 1), "index_to": date(2024, 3, 1)}
    row = count(held, make_study(index=index)).of("seen")["ann"]
    assert (row["qualifying_on"] is not None) is found


def test_history_counts_back_from_the_qualifying_visit() -> None:
    """Bands: the three months before the visit, the three before those, and the rest of the year.

    The visit itself is in no band: it is what seen and reference people have in common.
    """
    row = _ann(
        referred=["2024-02-20"],
        gp=[
            "2024-02-20",  # the visit
            *["2024-02-19", "2023-11-20"],  # band 1 begins on 20 November
            *["2023-11-19", "2023-10-01", "2023-08-20"],  # band 2 begins on 20 August
            *["2023-08-19", "2023-07-01", "2023-03-01", "2023-02-20"],  # band 3: to 20 February
            "2023-02-19",
        ],
    )
    assert (row["band_1"], row["band_2"], row["band_3"]) == (2, 3, 4)
