"""What may leave a site: the default policy, as tables."""

from __future__ import annotations

from typing import Any

import pytest

from righthelp.engine import open_engine
from righthelp.onsite.count import count_records
from righthelp.onsite.rules import Rules
from tests.lib.answers import (
    make_answer,
    make_changes,
    make_estimate,
    make_month,
    release_answer,
)
from tests.lib.records import Records, load_records, make_person
from tests.lib.studies import make_study, site_of

Row = dict[str, Any]
MONTHS = [f"2023-{month:02}" for month in range(3, 13)] + [f"2024-{m:02}" for m in range(1, 10)]
"""The months of the course of somebody whose index month is March 2024."""


def _flow_of(n: int, policy: str = "default") -> Row:
    study = make_study(disclosure={"policy": policy})
    released = release_answer(make_answer(flow={"ongoing": n}), study)
    row = next(row for row in released.tables["flow"] if row["step"] == "ongoing")
    return {"n": row["n"], "state": row["state"]}


@pytest.mark.parametrize(
    ("n", "told", "state"),
    [
        (0, 0, "rounded"),
        (1, None, "suppressed"),
        (7, None, "suppressed"),
        (8, 10, "rounded"),
        (10, 10, "rounded"),
        (12, 10, "rounded"),
        (13, 15, "rounded"),
        (1002, 1000, "rounded"),
        (1003, 1005, "rounded"),
    ],
)
def test_counts_of_people_up_to_7_are_withheld_and_the_rest_rounded_to_5(
    n: int, told: int | None, state: str
) -> None:
    """Nobody is a count like any other: 0 is told."""
    assert _flow_of(n) == {"n": told, "state": state}


@pytest.mark.parametrize(
    ("n", "told"), [(0, 0), (1, None), (7, None), (9, None), (10, 10), (13, 15)]
)
def test_under_sacro10_counts_below_10_are_withheld(n: int, told: int | None) -> None:
    assert _flow_of(n, "sacro10")["n"] == told


def _estimate(n: int, **facts: Any) -> Row:
    released = release_answer(make_answer(estimates=[make_estimate(n, **facts)]))
    (row,) = released.tables["estimates"]
    return {name: row[name] for name in ("log_rr", "se", "n", "status", "state")}


def test_an_estimate_of_up_to_7_people_is_withheld() -> None:
    """Neither the ratio nor the error nor the number of people; the reason says why."""
    for n in range(1, 8):
        assert _estimate(n) == {
            "log_rr": None,
            "se": None,
            "n": None,
            "status": "not_estimable",
            "state": "suppressed",
        }
    assert _estimate(8)["n"] == 10


@pytest.mark.parametrize(
    ("n", "log_rr", "se", "told"),
    [
        # From 50 people on three figures of the error, below two; the ratio as fine as its error.
        (50, -0.123456, 0.0456789, (-0.1235, 0.0457)),
        (49, -0.123456, 0.0456789, (-0.123, 0.046)),
        (50, -1.23456, 0.456789, (-1.235, 0.457)),
        (49, -1.23456, 1.456789, (-1.2, 1.5)),
        # An error just below a power of ten.
        (49, -0.123456, 0.09996, (-0.123, 0.1)),
        # A point without an error.
        (50, -0.123456, None, (-0.123, None)),
        (49, -0.123456, None, (-0.12, None)),
    ],
)
def test_an_estimate_leaves_with_two_or_three_figures(
    n: int, log_rr: float, se: float | None, told: tuple[float, float | None]
) -> None:
    row = _estimate(n, log_rr=log_rr, se=se)
    assert (row["log_rr"], row["se"]) == told


def test_an_estimate_that_cannot_be_made_keeps_its_reason_and_its_people() -> None:
    assert _estimate(33, log_rr=None) == {
        "log_rr": None,
        "se": None,
        "n": 35,
        "status": "not_estimable",
        "state": "not_estimable",
    }


def test_all_people_seen_are_withheld_where_a_few_ongoing_could_be_had_by_subtraction() -> None:
    """60 new and 5 ongoing: what all 65 did, less what the 60 did, is what the 5 did."""
    rows = release_answer(
        make_answer(
            estimates=[
                make_estimate(60, who="new"),
                make_estimate(5, who="ongoing"),
                make_estimate(65, who="all"),
            ],
            changes=make_changes([(3, 2)] * 60, [(2, 2)] * 5),
        )
    ).tables
    for table in ("estimates", "change"):
        assert {row["who"]: row["n"] for row in rows[table]} == {
            "new": 60,
            "ongoing": None,
            "all": None,
        }
    assert {row["who"] for row in rows["pattern"] if row["n"] is not None} == {"new"}


def test_fell_stayed_and_rose_are_withheld_together() -> None:
    """They add up to n: what is left of it would narrow the small one."""
    changes = make_changes([(3, 2)] * 3 + [(3, 3)] * 12 + [(3, 4)] * 30)
    row = release_answer(make_answer(changes=changes)).tables["change"][0]
    assert [row[name] for name in ("n", "fell", "stayed", "rose")] == [45, None, None, None]


def test_sums_and_spreads_leave_for_50_people_or_more() -> None:
    """Sums rounded to 5, the mean from rounded figures, SDs to two figures, correlation to two
    decimals. Medians leave with the counts of people."""
    sums = ["contacts_before", "contacts_after", "mean_before", "mean_after"]
    spreads = ["sd_before", "sd_after", "correlation"]
    pairs = [(3, 2), (5, 5), (1, 2), (0, 4), (7, 1)] * 10
    row = release_answer(make_answer(changes=make_changes(pairs))).tables["change"][0]
    # By hand: 160 before and 140 after in 50 people; the SDs sqrt(328/49) and sqrt(108/49); the
    # correlation -48/sqrt(328 * 108).
    assert [row[name] for name in sums] == [160, 140, 3.2, 2.8]
    assert [row[name] for name in spreads] == [2.6, 1.5, -0.26]
    assert (row["median_before"], row["median_after"]) == (3.0, 2.0)
    row = release_answer(make_answer(changes=make_changes(pairs[:49]))).tables["change"][0]
    assert {row[name] for name in sums + spreads} == {None}
    assert (row["median_before"], row["median_after"]) == (3.0, 2.0)
    row = release_answer(make_answer(changes=make_changes(pairs[:7]))).tables["change"][0]
    assert {value for name, value in row.items() if name not in ("site", "who", "state")} == {None}


@pytest.mark.parametrize(
    ("n", "contacts", "given"),
    [(60, 40, True), (50, 8, True), (60, 0, True), (49, 40, False), (60, 7, False), (60, 1, False)],
)
def test_a_month_of_the_course_leaves_for_50_people_and_more_than_7_contacts(
    n: int, contacts: int, given: bool
) -> None:
    """A month in which a few contacts fell could be those of one person."""
    month = make_month(n, contacts=contacts)
    (row,) = release_answer(make_answer(course=[month])).tables["course"]
    assert (row["rate_per_100"] is not None) is given
    assert (row["log_rr"] is not None) is given
    assert (row["n"] is not None) is given
    assert row["state"] == ("rounded" if given else "suppressed")


def test_rows_that_were_odd_are_counted_like_people() -> None:
    """A finding that touches few rows could point to a person."""
    for n, told in ((3, None), (7, None), (8, 10), (1203, 1205)):
        (row,) = release_answer(make_answer(n_rows=n)).tables["quality"]
        assert row["n_rows"] == told


def test_the_policy_travels_with_the_return() -> None:
    study = make_study(disclosure={"policy": "sacro10"})
    assert release_answer(make_answer(), study).provenance["disclosure_policy"] == "sacro10"
    assert release_answer(make_answer()).provenance["disclosure_policy"] == "default"


def test_a_total_of_the_flow_is_the_sum_of_what_is_shown_of_its_parts() -> None:
    """So a withheld step cannot be had from a total less the other steps."""
    parts = {"not_registered": 12, "ongoing": 3, "died": 4, "left": 9, "compared": 41}
    rows = release_answer(make_answer(flow=parts)).tables["flow"]
    told = {str(row["step"]): row["n"] for row in rows}
    assert (told["ongoing"], told["died"]) == (None, None)
    assert told["compared"] == told["complete"] == 40
    assert told["left"] == 10
    assert told["new"] == told["registered"] == 50
    assert told["seen"] == 60


def test_a_total_of_withheld_steps_alone_is_withheld() -> None:
    rows = release_answer(make_answer(flow={"died": 3, "left": 4})).tables["flow"]
    told = {str(row["step"]): (row["n"], row["state"]) for row in rows}
    assert told["new"] == told["registered"] == told["seen"] == (None, "suppressed")
    assert told["complete"] == (0, "rounded")


def test_the_rate_of_a_month_is_of_the_people_at_risk_in_it() -> None:
    """60 people with one contact a month each while registered, 30 of them registered from the
    December before the index month: the course is flat, however many had not joined yet."""
    held = Records()
    for number in range(60):
        months = MONTHS if number % 2 else MONTHS[9:]
        held += make_person(
            f"p{number}",
            gp=[f"{month}-10" for month in months],
            link_worker=["2024-03-09"],
            registered=[(f"{months[0]}-01", None)],
        )
    study = make_study()
    with open_engine(threads=1) as engine:
        load_records(engine, held)
        rules = Rules.of(study, site_of(study), role_missing=False)
        course = count_records(engine, rules, tell=lambda _: None).course
    rows = release_answer(make_answer(course=course)).tables["course"]
    seen = {row["month"]: row["rate_per_100"] for row in rows if row["group"] == "seen"}
    assert list(seen) == list(range(-12, 7))
    assert set(seen.values()) == {100.0}
