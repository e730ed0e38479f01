"""Everybody is counted at every step, and left out for the first reason that applies."""

from __future__ import annotations

from datetime import date

import pytest

from righthelp.onsite.flow import read_flow
from righthelp.onsite.people import read_counted
from tests.lib.counting import count, counted_engine, read_told
from tests.lib.records import Records, make_person
from tests.lib.studies import make_study

SEEN = ["2024-03-09"]
VISIT = {"gp": ["2024-01-20"], "referred": ["2024-02-01"]}
ONE_AT_EACH_STEP = {
    "compared": make_person("compared", link_worker=SEEN, **VISIT),  # type: ignore[arg-type]
    "ongoing": make_person("ongoing", link_worker=["2024-01-09", *SEEN]),
    "not_registered": make_person("not_registered", link_worker=SEEN, registered=[]),
    "not_a_patient": Records(
        practice_registrations=make_person("not_a_patient").practice_registrations,
        link_worker_contacts=make_person("not_a_patient", link_worker=SEEN).link_worker_contacts,
    ),
    "died": make_person("died", link_worker=SEEN, died="2024-09-29"),
    "left": make_person("left", link_worker=SEEN, registered=[("2000-01-01", "2024-09-30")]),
    "joined_late": make_person("joined_late", link_worker=SEEN, registered=[("2023-09-02", None)]),
    "no_visit": make_person("no_visit", link_worker=SEEN, referred=["2024-02-01"]),
    "short_history": make_person(
        "short_history",
        link_worker=SEEN,
        gp=["2024-01-20"],
        referred=["2024-02-01"],
        registered=[("2023-01-21", None)],
    ),
}


def _everybody() -> Records:
    return sum(ONE_AT_EACH_STEP.values(), Records())


def test_each_person_stands_at_one_step() -> None:
    """One person for each way of being left out; `compared` is whoever is left."""
    assert count(_everybody(), make_study()).steps == {name: name for name in ONE_AT_EACH_STEP}


def test_the_records_may_end_before_the_after_window() -> None:
    """Nobody's fault and everybody's loss: told apart from people who left."""
    study = make_study(site={"extract_to": date(2024, 9, 30)})
    steps = count(_everybody(), study).steps
    assert steps["compared"] == "records_end"
    assert steps["died"] == "died"
    # Registered to 30 September, the day the records end: it was the records that ended.
    assert steps["left"] == "left"


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        # Not registered comes before everything that needs registration.
        ({"registered": [], "died": "2024-05-01"}, "not_registered"),
        ({"died": "2024-05-01", "registered": [("2024-02-01", "2024-05-02")]}, "died"),
        ({"registered": [("2024-02-01", "2024-05-02")]}, "left"),
        # Died after the after window: complete.
        ({"died": "2024-09-30", "gp": ["2024-01-20"], "referred": ["2024-02-01"]}, "compared"),
        # A short history and no visit: there is nothing to count back from.
        ({"registered": [("2023-06-01", None)]}, "no_visit"),
    ],
)
def test_the_first_reason_that_applies_is_the_one_told(facts: dict[str, object], step: str) -> None:
    """Death before departure before the end of the records before late arrival."""
    held = make_person("ann", link_worker=SEEN, **facts)  # type: ignore[arg-type]
    assert count(held, make_study()).steps == {"ann": step}


def test_the_steps_add_up() -> None:
    """seen = left out + registered; registered = ongoing + new; new = left out + complete."""
    with counted_engine(_everybody(), make_study()) as (engine, _):
        flow = {one.step: one.n for one in read_flow(engine)}
    assert flow["seen"] == len(ONE_AT_EACH_STEP)
    assert flow["registered"] == flow["seen"] - flow["not_a_patient"] - flow["not_registered"]
    assert flow["new"] == flow["registered"] - flow["ongoing"]
    assert flow["complete"] == flow["new"] - sum(
        flow[step] for step in ("died", "left", "records_end", "joined_late")
    )
    assert flow["compared"] == flow["complete"] - flow["no_visit"] - flow["short_history"]
    assert (flow["compared"], flow["complete"], flow["new"]) == (1, 3, 6)


def test_whoever_the_flow_leaves_out_is_nowhere_counted() -> None:
    """People not registered, or not in the list of patients, have no time at risk to count."""
    with counted_engine(_everybody(), make_study()) as (engine, rules):
        told = read_told(engine, rules)
        people = read_counted(engine, told.course)
    registered = {"compared", "ongoing", "died", "left", "joined_late", "no_visit", "short_history"}
    assert people.seen.n == len(registered)
    assert told.course.of("new").n == len(registered) - 1
    counted = {
        row["patient_id"]
        for row in told.units
        if row["grp"] == "seen" and row["counted"] is not None
    }
    assert counted == registered


def test_people_counted_in_the_crude_ratio_have_a_day_in_a_window() -> None:
    """Registered for the index month alone: seen, and without a day before or after."""
    held = make_person("stays", link_worker=SEEN)
    held += make_person("passes", link_worker=SEEN, registered=[("2024-03-01", "2024-04-01")])
    told = count(held, make_study())
    periods = told.course.two_periods("new", before=range(-6, 0), after=range(1, 7))
    assert periods.n == 1


def test_people_without_a_referral_date_are_told() -> None:
    """Of new people registered here; the protocol's lag stands in for the date."""
    held = make_person("dated", link_worker=SEEN, referred=["2024-02-01"])
    held += make_person("undated", link_worker=SEEN)
    held += make_person("referred_later", link_worker=SEEN, referred=["2024-03-10"])
    held += make_person("ongoing", link_worker=["2024-01-09", *SEEN])
    held += make_person("elsewhere", link_worker=SEEN, registered=[])
    assert count(held, make_study()).flow["referral_unknown"] == 2
