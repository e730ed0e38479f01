"""What must change nothing, and what must add up, whatever the records."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.describe import describe_change
from righthelp.onsite.people import read_counted
from righthelp.protocol.study import Study
from tests.lib.counting import count, counted_engine, describe_told, list_sums, read_told
from tests.lib.drawn import records, studies
from tests.lib.records import LinkWorkerContact, Records, make_person
from tests.lib.studies import make_study

CHANGE = ("n", "fell", "stayed", "rose", "contacts_before", "contacts_after")


@st.composite
def questions(draw: st.DrawFn, max_people: int = 8) -> tuple[Study, Records]:
    study = draw(studies())
    return study, draw(records(study, max_people=max_people))


def _later(day: date | None) -> date | None:
    return None if day is None else day.replace(year=day.year + 28)


def _shift_study(study: Study, years: int = 28) -> Study:
    site = study.site[0]
    moved = {
        "index_month": f"{int(str(site.index_month)[:4]) + years}{str(site.index_month)[4:]}",
        "extract_from": _later(site.extract_from),
        "extract_to": _later(site.extract_to),
    }
    index = {
        "index_from": _later(study.index.index_from),
        "index_to": _later(study.index.index_to),
    }
    return study.model_copy(
        update={
            "site": (site.model_copy(update=moved),),
            "index": study.index.model_copy(update=index),
        }
    )


@settings(max_examples=6)
@given(questions())
def test_shifting_every_date_by_28_years_changes_nothing(question: tuple[Study, Records]) -> None:
    """In 28 years the calendar is the same: weekdays, leap years, the length of every month.

    (In 28 days it is not: calendar months have other lengths.) The visits of reference people are
    drawn by the hash of the day, so they are another draw and are left aside.
    """
    study, held = question
    now = count(held, study)
    then = count(held.shifted(28), _shift_study(study))
    assert now.steps == then.steps
    for who in ("new", "ongoing"):
        assert list_sums(now.course.of(who)) == list_sums(then.course.of(who))
    for part in ("seen", "population"):
        before = {name: _timeless(row) for name, row in now.of(part).items()}
        assert before == {name: _timeless(row) for name, row in then.of(part).items()}


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    """A unit without running numbers, and its dates as the day of the year."""
    numbers = {"counted", "person", "stratum", "age_stratum"}
    return {
        name: value.strftime("%m-%d") if isinstance(value, date) else value
        for name, value in row.items()
        if name not in numbers
    }


@settings(max_examples=6)
@given(questions(), st.integers(0, 255))
def test_two_half_sites_sum_to_the_whole(question: tuple[Study, Records], split: int) -> None:
    """People seen and the population; reference people are drawn anew in each half."""
    study, held = question
    sides: tuple[list[str], list[str]] = ([], [])
    for position, name in enumerate(held.names()):
        sides[split >> position & 1].append(name)
    halves = [held.only(side) for side in sides]
    # An empty half is a site that sees nobody, which is refused: give each a person of no records.
    stranger = Records(link_worker_contacts=(_stranger(study),))
    whole = _describe(held + stranger, study)
    parts = [_describe(half + stranger, study) for half in halves]
    for who in ("new", "ongoing", "all"):
        for name in CHANGE:
            assert whole["change"][who][name] == sum(part["change"][who][name] for part in parts)
    for who in ("new", "ongoing"):
        n, s, q = whole["sums"][who]
        assert n == sum(part["sums"][who][0] for part in parts)
        assert s == _add(*(part["sums"][who][1] for part in parts))
        assert q == [
            _add(*rows) for rows in zip(*(part["sums"][who][2] for part in parts), strict=True)
        ]
    assert whole["population"] == sum(part["population"] for part in parts)


def _add(*rows: list[float]) -> list[float]:
    return [sum(values) for values in zip(*rows, strict=True)]


def _stranger(study: Study) -> LinkWorkerContact:
    return LinkWorkerContact("stranger", study.index_range(study.site[0])[0])


def _describe(held: Records, study: Study) -> dict[str, Any]:
    with counted_engine(held, study) as (engine, rules):
        told = read_told(engine, rules)
        changes = describe_change(read_counted(engine, told.course))
    return {
        "sums": {who: list_sums(told.course.of(who)) for who in ("new", "ongoing")},
        "change": {change.who: vars(change) for change in changes},
        "population": told.flow["population"],
    }


@settings(max_examples=6)
@given(questions(max_people=6), st.data())
def test_people_outside_the_practices_change_nothing(
    question: tuple[Study, Records], data: st.DataObject
) -> None:
    """Somebody registered elsewhere alone, and not seen, is nobody to this site."""
    study, held = question
    here = study.model_copy(
        update={"site": (study.site[0].model_copy(update={"practices": ("P1", "P2")}),)}
    )
    others = _move_away(data.draw(records(here, max_people=4)))
    assert describe_told(count(held, here)) == describe_told(count(held + others, here))


def _move_away(others: Records) -> Records:
    """These people under other names, registered at another practice, never at a link worker."""
    rename = {name: f"far-{name}" for name in others.names()}
    moved = {
        table: tuple(
            type(row)(**{**vars(row), "patient_id": rename[row.patient_id]}) for row in rows
        )
        for table, rows in vars(others).items()
    }
    moved["practice_registrations"] = tuple(
        type(row)(**{**vars(row), "practice_id": "P9"}) for row in moved["practice_registrations"]
    )
    return Records(**{**moved, "link_worker_contacts": (), "referrals": ()})


def test_reference_visits_are_not_spent_on_people_of_other_practices() -> None:
    """One draw a person seen: it goes to somebody of the site, however many others there are."""
    study = make_study(site={"practices": ("P1",)}, reference={"per_seen": 2})
    held = make_person(
        "seen", gp=["2024-02-01"], referred=["2024-02-01"], link_worker=["2024-03-05"]
    )
    held += make_person("here", gp=["2024-02-02"])
    for number in range(40):
        held += make_person(f"far-{number}", gp=["2024-02-02"], practice="P9")
    told = count(held, study)
    assert list(told.of("reference")) == ["here"]
