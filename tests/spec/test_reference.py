"""Reference people: registered, unknown to the scheme, at a visit like those that led people in."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.lib.counting import Told, count
from tests.lib.records import Records, make_person
from tests.lib.studies import make_study

SEEN = make_person("seen", gp=["2024-02-01"], referred=["2024-02-01"], link_worker=["2024-03-05"])


def _drawn(told: Told) -> dict[str, date]:
    return {name: row["qualifying_on"] for name, row in told.of("reference").items()}


def test_reference_people_had_a_visit_in_a_month_in_which_a_visit_led_somebody_in() -> None:
    """The person seen had theirs in February: visits of January and March serve nobody."""
    held = SEEN
    for name, day in (
        ("january", "2024-01-31"),
        ("february", "2024-02-29"),
        ("march", "2024-03-01"),
    ):
        held += make_person(name, gp=[day])
    assert _drawn(count(held, make_study())) == {"february": date(2024, 2, 29)}


def test_the_visit_must_be_an_eligible_contact() -> None:
    """Under the study's own definition: here a missed appointment is none."""
    missed = make_person("missed", gp=["2024-02-10"])
    missed = Records(
        missed.patients,
        missed.practice_registrations,
        tuple(
            type(row)(**{**vars(row), "status": "did_not_attend"}) for row in missed.appointments
        ),
    )
    assert _drawn(count(SEEN + missed, make_study())) == {}


@pytest.mark.parametrize(
    ("facts", "drawn"),
    [
        ({}, True),
        # Known to the scheme by the day of the visit, by a referral or a contact.
        ({"referred": ["2023-05-01"]}, False),
        ({"referred": ["2024-02-10"]}, False),
        ({"link_worker": ["2023-05-01"]}, False),
        # Known only later: nobody knew that on the day, so it must not matter.
        ({"referred": ["2024-02-11"]}, True),
        ({"referred": ["2024-06-01"], "link_worker": ["2024-07-01"]}, True),
        # Not registered on the index.
        ({"registered": []}, False),
        ({"registered": [("2000-01-01", "2024-03-01")]}, False),
        ({"registered": [("2000-01-01", "2024-03-02")]}, True),
    ],
)
def test_reference_people_are_not_known_to_the_scheme_at_their_visit(
    facts: dict[str, Any], drawn: bool
) -> None:
    held = SEEN + make_person("ann", gp=["2024-02-10"], **facts)
    assert set(_drawn(count(held, make_study()))) == ({"ann"} if drawn else set())


def test_somebody_may_be_reference_first_and_seen_later() -> None:
    """Their visit in January was before their referral in February: both roles, one person."""
    held = make_person(
        "ann", gp=["2024-01-10", "2024-02-15"], referred=["2024-02-15"], link_worker=["2024-03-20"]
    )
    held += make_person(
        "bob", gp=["2024-01-15"], referred=["2024-01-15"], link_worker=["2024-03-09"]
    )
    told = count(held, make_study())
    as_reference, as_seen = told.of("reference")["ann"], told.of("seen")["ann"]
    assert as_reference["person"] == as_seen["person"]
    assert len({row["person"] for row in told.units}) == 2
    assert as_reference["qualifying_on"] == date(2024, 1, 10)
    assert as_seen["qualifying_on"] == date(2024, 2, 15)
    assert told.flow["reference_seen_later"] == 1
    assert "bob" not in told.of("reference")


def test_nobody_is_a_reference_person_at_the_visit_that_led_to_their_own_referral() -> None:
    """The referral was written the day after the visit: at that visit ann was referred."""
    held = make_person(
        "ann", gp=["2024-02-15"], referred=["2024-02-16"], link_worker=["2024-03-20"]
    )
    assert count(held, make_study()).of("reference") == {}


def test_each_visit_drawn_is_a_reference_of_its_own_and_the_person_is_told() -> None:
    """Two visits of ann, both drawn: two units of one person."""
    held = SEEN + make_person("ann", gp=["2024-02-10", "2024-02-20"])
    drawn = [row for row in count(held, make_study()).units if row["grp"] == "reference"]
    assert [row["qualifying_on"] for row in drawn] == [date(2024, 2, 10), date(2024, 2, 20)]
    assert len({row["person"] for row in drawn}) == 1


def test_nobody_is_drawn_for_ongoing_people() -> None:
    """They are described, not compared: here nobody is new, so there is nothing to draw."""
    held = make_person("ongoing", gp=["2024-02-01"], link_worker=["2023-03-05", "2024-03-05"])
    held += make_person("ann", gp=["2024-02-10"])
    assert count(held, make_study()).of("reference") == {}


@pytest.mark.parametrize("per_seen", [1, 3, 40])
def test_the_hash_and_the_seed_say_which_visits_are_drawn(per_seen: int) -> None:
    """Drawn by hash, so the same people on every machine and engine; another seed, others.

    A visit is drawn when the first eight hexadecimal digits of md5("seed:day:person"), as a number
    between 0 and 1, lie below per_seen, times the new people whose qualifying visit was that month,
    over the month's visits: 1 x per_seen / 31 here.
    """
    held = SEEN
    for number in range(30):
        held += make_person(f"r{number:02}", gp=["2024-02-10"])
    drawn = {}
    for seed in (1, 2):
        study = make_study(reference={"per_seen": per_seen, "seed": seed})
        drawn[seed] = set(_drawn(count(held, study)))
        assert drawn[seed] == set(_drawn(count(held, study, backwards=True)))
        tickets = {
            name: int(_md5(f"{seed}:2024-02-10:{name}")[:8], 16) / 2**32
            for name in (f"r{number:02}" for number in range(30))
        }
        assert drawn[seed] == {name for name, place in tickets.items() if place < per_seen / 31}
    assert (drawn[1] != drawn[2]) == (per_seen < 31)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def test_visits_are_drawn_as_often_as_referrals_fall_on_visits() -> None:
    """Four visits in the month are four chances to be referred, so four times the chance here.

    Of 200 with one visit and 200 with four, a fifth of the visits drawn should be of those with
    one: with some 60 drawn, fewer than 5 or more than 21 would come of it once in a hundred.
    """
    held = SEEN
    for number in range(200):
        held += make_person(f"one{number}", gp=["2024-02-10"])
        held += make_person(
            f"four{number}", gp=[f"2024-02-{day}" for day in ("07", "10", "14", "21")]
        )
    kinds: Counter[str] = Counter()
    for seed in (1, 2, 3):
        told = count(held, make_study(reference={"per_seen": 20, "seed": seed}))
        names = [row["patient_id"] for row in told.units if row["grp"] == "reference"]
        kinds.update(name.rstrip("0123456789") for name in names)
    assert 40 <= kinds["four"] + kinds["one"] <= 80
    assert 5 <= kinds["one"] <= 21


def test_with_an_index_month_a_reference_person_has_the_same_index() -> None:
    told = count(SEEN + make_person("ann", gp=["2024-02-10"]), make_study())
    row = told.of("reference")["ann"]
    assert (row["index_on"], row["qualifying_on"]) == (date(2024, 3, 1), date(2024, 2, 10))


def test_with_dates_a_reference_persons_index_is_the_visit_plus_the_lag_of_somebody_seen() -> None:
    """The lag from visit to first contact of somebody whose visit fell in the same month."""
    held = SEEN  # visit 1 February, contact 5 March: 33 days
    held += make_person(
        "other", gp=["2024-01-10"], referred=["2024-01-12"], link_worker=["2024-03-07"]
    )
    held += make_person("ann", gp=["2024-02-10"])
    held += make_person("bob", gp=["2024-01-20"])
    index = {"anchor": "date", "index_from": date(2024, 3, 1), "index_to": date(2024, 4, 1)}
    rows = count(held, make_study(index=index)).of("reference")
    assert rows["ann"]["index_on"] == date(2024, 2, 10) + timedelta(33)
    assert rows["bob"]["index_on"] == date(2024, 1, 20) + timedelta(57)


def test_the_population_is_everybody_registered_on_the_index() -> None:
    """Whoever was registered on the first day of the index month, seen or not."""
    held = SEEN
    held += make_person("leaves_that_day", registered=[("2000-01-01", "2024-03-01")])
    held += make_person("leaves_next_day", registered=[("2000-01-01", "2024-03-02")])
    held += make_person("joins_that_day", registered=[("2024-03-01", None)])
    held += make_person("joins_next_day", registered=[("2024-03-02", None)])
    held += make_person("elsewhere", practice="P9")
    told = count(held, make_study(site={"practices": ("P1",)}))
    assert set(told.of("population")) == {"seen", "leaves_next_day", "joins_that_day"}
    # Rates are learned from those with all three windows.
    assert told.flow["population"] == 1
