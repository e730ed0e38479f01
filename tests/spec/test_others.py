"""People who were referred and not seen: who they are, and the day from which they are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tests.lib.counting import Told, count
from tests.lib.records import Records, Referral, make_person
from tests.lib.studies import make_study

LAG = 33
SEEN = make_person("seen", gp=["2024-02-01"], referred=["2024-02-01"], link_worker=["2024-03-05"])
INDEX = {"anchor": "date", "index_from": date(2024, 2, 20), "index_to": date(2024, 5, 1)}
STUDY = make_study(index=INDEX, reference={"also": ["declined", "waiting"]})


def make_referred(
    name: str, on: str, *, gp: tuple[str, ...] = ("2024-02-10",), **facts: Any
) -> Records:
    """Somebody referred on a day, with what came of it as ISO dates; other facts are a person's."""
    came: dict[str, Any] = {
        key: date.fromisoformat(facts.pop(key)) for key in list(facts) if key.endswith("_on")
    }
    person = make_person(name, gp=gp, **facts)
    return replace(person, referrals=(Referral(name, date.fromisoformat(on), **came),))


def tell(*people: Records) -> Told:
    held = SEEN
    for person in people:
        held += person
    return count(held, STUDY)


def test_somebody_who_declined_is_counted_from_the_day_on_which_they_would_have_been_seen() -> None:
    """Their last visit up to the referral, plus the lag of the person who was seen."""
    told = tell(
        make_referred(
            "ann",
            "2024-02-12",
            gp=("2024-01-05", "2024-02-10", "2024-02-20"),
            declined_on="2024-02-15",
        )
    )
    row = told.of("declined")["ann"]
    assert row["qualifying_on"] == date(2024, 2, 10)
    assert row["index_on"] == date(2024, 2, 10) + timedelta(LAG)
    assert (row["before"], row["after"]) == (3, 0)
    assert told.of("waiting") == {}
    assert (told.flow["declined"], told.flow["waiting"]) == (1, 0)


@pytest.mark.parametrize(
    ("facts", "part"),
    [
        ({"declined_on": "2024-02-15"}, "declined"),
        ({}, "waiting"),
        # Accepted, and seen after the after window (15 March and six months), or before its end.
        ({"link_worker": ["2024-09-15"]}, "waiting"),
        ({"link_worker": ["2024-09-14"]}, None),
        ({"closed_on": "2024-09-15"}, "waiting"),
        ({"closed_on": "2024-09-14"}, None),
        ({"returned_on": "2024-02-20"}, None),
        # Declined, and seen later all the same: not known on the day, so it must not matter.
        ({"declined_on": "2024-02-15", "link_worker": ["2024-05-15"]}, "declined"),
        # Seen by the day itself.
        ({"declined_on": "2024-02-15", "link_worker": ["2024-03-14"]}, None),
        ({"declined_on": "2024-02-15", "link_worker": ["2023-03-14"]}, None),
        # No visit in the six months up to the referral.
        ({"declined_on": "2024-02-15", "gp": ("2023-08-11",)}, None),
        ({"declined_on": "2024-02-15", "gp": ("2024-02-13",)}, None),
        # Not registered on the day.
        ({"declined_on": "2024-02-15", "registered": [("2000-01-01", "2024-03-14")]}, None),
    ],
)
def test_who_declined_and_who_waits(facts: dict[str, Any], part: str | None) -> None:
    told = tell(make_referred("ann", "2024-02-12", **facts))
    found = {
        row["grp"]
        for row in told.units
        if row["patient_id"] == "ann" and row["counted"] is not None
    }
    assert found & {"declined", "waiting"} == ({part} if part else set())


def test_the_day_lies_in_the_index_period() -> None:
    """A referral after the period was made at a visit after it: no older one stands in."""
    told = tell(
        make_referred("early", "2024-01-12", gp=("2024-01-12",), declined_on="2024-01-15"),
        make_referred("late", "2024-03-30", gp=("2024-03-30",), declined_on="2024-04-02"),
        make_referred(
            "after", "2024-05-02", gp=("2024-03-20", "2024-05-02"), declined_on="2024-05-03"
        ),
    )
    assert told.of("declined") == {}


def test_without_the_setting_nobody_is_looked_for() -> None:
    held = SEEN + make_referred("ann", "2024-02-12", declined_on="2024-02-15")
    told = count(held, make_study(index=INDEX))
    assert told.of("declined") == {}
    assert "declined" not in told.flow


def test_a_study_of_one_month_cannot_ask_for_them() -> None:
    with pytest.raises(ValidationError, match="needs anchor = 'date'"):
        make_study(reference={"also": ["declined"]})
