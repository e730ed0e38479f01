"""What a contact was about: the rules, one small record each."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from righthelp.onsite.matching import match_people
from righthelp.onsite.meaning.compared import read_compared
from righthelp.onsite.meaning.reasons import Reasons, read_reasons
from tests.lib.counting import counted_engine
from tests.lib.records import Appointment, Records, make_person
from tests.lib.studies import make_study

STUDY = make_study()
DIABETES, ASTHMA, LOW_MOOD = "44054006", "195967001", "366979004"
LONELY, COUGH, REVIEW, TO_HOSPITAL = "267076002", "49727002", "170777000", "183515008"
ELSEWHERE = "364075005"
OLD = ("2010-01-01", COUGH)
"""The record of codes begins long before the windows."""


def tell(person: Records, **settings: Any) -> Reasons:
    """The reasons of a site with this one person seen."""
    with counted_engine(person, make_study(**settings) if settings else STUDY) as found:
        match_people(*found)
        told = read_reasons(*found, compared=read_compared(found[0]))
    assert told is not None
    return told


def count_reasons(person: Records, **settings: Any) -> dict[str, tuple[int, int]]:
    """(before, after) by reason, of those with any."""
    told = tell(person, **settings)
    both = zip(told.order, told.seen.before.sum(0), told.seen.after.sum(0), strict=True)
    return {reason: (int(b), int(a)) for reason, b, a in both if b or a}


def make(*, gp: list[str], codes: list[tuple[str, str]], **others: Any) -> Records:
    return make_person("ann", gp=gp, link_worker=["2024-03-10"], codes=[OLD, *codes], **others)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (LONELY, "social"),
        (LOW_MOOD, "mental_health"),
        (REVIEW, "long_term_condition"),
        (COUGH, "other"),
        (ELSEWHERE, "uncoded"),
        (TO_HOSPITAL, "uncoded"),
    ],
)
def test_a_contact_is_about_what_was_coded_on_its_day(code: str, reason: str) -> None:
    """A referral to hospital, or a code that is in no list, says nothing of it."""
    assert count_reasons(make(gp=["2024-02-05"], codes=[("2024-02-05", code)])) == {reason: (1, 0)}


def test_a_code_of_another_day_says_nothing() -> None:
    assert count_reasons(make(gp=["2024-02-05"], codes=[("2024-02-06", LONELY)])) == {
        "uncoded": (1, 0)
    }


def test_the_first_code_ever_of_a_condition_is_a_problem_newly_found() -> None:
    """The next one is care; another condition is found anew."""
    codes = [("2024-01-05", DIABETES), ("2024-05-06", DIABETES), ("2024-06-07", ASTHMA)]
    assert count_reasons(make(gp=[day for day, _ in codes], codes=codes)) == {
        "new_problem": (1, 1),
        "long_term_condition": (0, 1),
    }


def test_a_condition_coded_years_ago_is_not_newly_found() -> None:
    codes = [("2012-01-05", DIABETES), ("2024-05-06", DIABETES)]
    assert count_reasons(make(gp=["2024-05-06"], codes=codes)) == {"long_term_condition": (0, 1)}


def test_of_several_codes_the_first_in_the_order_of_the_study_counts() -> None:
    codes = [("2024-05-06", LONELY), ("2024-05-06", COUGH), ("2024-05-06", LOW_MOOD)]
    assert count_reasons(make(gp=["2024-05-06"], codes=codes)) == {"mental_health": (0, 1)}
    order = (
        "social",
        "new_problem",
        "long_term_condition",
        "mental_health",
        "other",
        "uncoded",
    )
    told = count_reasons(make(gp=["2024-05-06"], codes=codes), codelists={"priority": order})
    assert told == {"social": (0, 1)}


def test_a_contact_has_one_reason_however_often_it_is_coded() -> None:
    """One contact a day, one reason; with every appointment counted, the reason of each."""
    codes = [("2024-05-06", LONELY), ("2024-05-06", "105531004")]
    person = make(gp=["2024-05-06", "2024-05-06"], codes=codes)
    assert count_reasons(person) == {"social": (0, 1)}
    assert count_reasons(person, contacts={"same_day": "all"}) == {"social": (0, 2)}


def test_where_nothing_was_coded_the_category_may_say_it() -> None:
    review = Appointment("ann", date(2024, 5, 6), category=" structured Medication Review")
    assert count_reasons(make(gp=[], codes=[], appointments=[review])) == {
        "long_term_condition": (0, 1)
    }
    told = count_reasons(make(gp=[], codes=[("2024-05-06", COUGH)], appointments=[review]))
    assert told == {"other": (0, 1)}


def test_the_category_of_another_appointment_of_the_day_says_nothing() -> None:
    """A pharmacist's review does not make of the visit to the GP a review."""
    review = Appointment(
        "ann",
        date(2024, 5, 6),
        role="other_direct_care",
        category="Structured Medication Review",
    )
    told = count_reasons(make(gp=["2024-05-06"], codes=[], appointments=[review]))
    assert told == {"uncoded": (0, 1)}


def test_a_record_that_begins_too_late_tells_no_first_code() -> None:
    """Every old condition would look new in the months after it begins."""
    person = make_person(
        "ann",
        gp=["2024-05-06"],
        link_worker=["2024-03-10"],
        codes=[("2023-06-01", COUGH), ("2024-05-06", DIABETES)],
    )
    told = tell(person)
    assert not told.looks_back
    assert told.seen.after[0].tolist() == [0, 1, 0, 0, 0, 0]


def test_days_to_what_was_found_are_counted_from_the_first_contact() -> None:
    """Found in the after window: not before it, and not after its end."""
    codes = [("2024-04-05", DIABETES), ("2024-11-01", ASTHMA), ("2024-08-01", TO_HOSPITAL)]
    told = tell(make(gp=[], codes=codes))
    assert told.found_after == (1, 0, 0, 0)
    assert told.found["new_condition"][0].estimate.status == "not_estimable"


def test_a_site_without_codes_has_no_reasons() -> None:
    person = make_person("ann", gp=["2024-05-06"], link_worker=["2024-03-10"])
    with counted_engine(person, STUDY) as found:
        match_people(*found)
        assert read_reasons(*found, compared=read_compared(found[0])) is None


def test_the_longer_window_counts_as_long_as_the_one_before() -> None:
    told = tell(make(gp=["2024-05-06"], codes=[]), windows={"after_months": 9})
    assert (told.before_length, told.after_length) == (1, 1.5)
    np.testing.assert_array_equal(told.seen.after.sum(axis=1), [1])
