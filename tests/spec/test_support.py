"""The right help, in time: whose referral counts, how far it got, what fits, how soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.errors import ProtocolError
from righthelp.onsite.meaning.support import Support as Counted
from righthelp.onsite.meaning.support import read_support
from righthelp.protocol.load import load_study
from tests.lib.counting import counted_engine
from tests.lib.records import Flag, Need, Records, Referral, Support, make_person
from tests.lib.studies import make_study

SEEN = make_person("seen", link_worker=["2024-03-09"], gp=["2024-02-20"])


def day(text: str) -> date:
    """A day from ISO text."""
    return date.fromisoformat(text)


def refer(name: str, on: str, **dates: str) -> Records:
    """One referral with the days given; its id is the person and the day."""
    given: dict[str, Any] = {
        f"{key}_on": day(value) for key, value in dates.items() if value[:1].isdigit()
    }
    given |= {key: value for key, value in dates.items() if not value[:1].isdigit()}
    one = Referral(name, day(on), referral_id=f"{name}-{on}", **given)
    return Records(referrals=(one,))


def count(records: Records, **study: Any) -> Counted:
    """What a site of these records beside one person seen counts; index month March 2024."""
    with counted_engine(SEEN + records, make_study(**study)) as (engine, rules):
        return read_support(engine, rules)


def read_steps(counted: Counted) -> dict[str, int]:
    """People by step."""
    return {one.step: one.n for one in counted.steps}


@pytest.mark.parametrize(
    ("on", "counts"),
    [("2023-03-31", 0), ("2023-04-01", 1), ("2024-03-31", 1), ("2024-04-01", 0)],
)
def test_referrals_of_the_twelve_months_up_to_the_end_of_the_index_month_count(
    on: str, counts: int
) -> None:
    """Index month March 2024."""
    assert count(make_person("ann") + refer("ann", on)).referrals["all", "referred"].n == counts


def test_only_the_part_of_the_twelve_months_that_the_records_cover_counts() -> None:
    ann = make_person("ann") + refer("ann", "2023-05-05")
    assert count(ann, site={"extract_from": day("2023-05-06")}).referrals["all", "referred"].n == 0


def test_the_first_referral_of_a_person_counts_and_the_next_is_a_repeat() -> None:
    """Returned in May, referred again in June: within six months of the return."""
    ann = make_person("ann") + refer("ann", "2023-05-05", returned="2023-05-20")
    again = count(ann + refer("ann", "2023-06-10", accepted="2023-06-11"))
    assert again.referrals["all", "referred"].n == 1
    assert again.referrals["all", "returned"].n == 1
    repeated = again.referrals["all", "repeated"]
    assert (repeated.n, repeated.of) == (1, 1)
    late = count(ann + refer("ann", "2023-12-10"), support={"repeat_months": 6})
    assert late.referrals["all", "repeated"].n == 0


def test_who_is_not_registered_on_the_day_is_not_counted() -> None:
    gone = make_person("ann", registered=[("2000-01-01", "2023-05-05")])
    assert count(gone + refer("ann", "2023-05-05")).referrals["all", "referred"].n == 0


def test_a_later_step_counts_only_those_of_the_earlier_ones() -> None:
    """Bob was offered support without a contact on record: he got no further than accepting."""
    ann = make_person("ann", link_worker=["2023-06-20"])
    ann += refer("ann", "2023-06-01", accepted="2023-06-03", closed="2023-09-01")
    ann += Records(
        support=(
            Support("ann-2023-06-01", "befriending", day("2023-06-25"), None, day("2023-07-05")),
        )
    )
    bob = make_person("bob") + refer("bob", "2023-06-01", accepted="2023-06-03")
    bob += Records(support=(Support("bob-2023-06-01", "befriending", day("2023-06-25")),))
    counted = count(ann + bob)
    assert read_steps(counted) == {
        "referred": 2,
        "accepted": 2,
        "seen": 1,
        "offered": 1,
        "taken_up": 1,
        "started": 1,
        "closed": 1,
    }
    assert {one.step: one.lost["waiting"] for one in counted.steps[1:]} == {
        "accepted": 0,
        "seen": 1,
        "offered": 0,
        "taken_up": 0,
        "started": 0,
        "closed": 0,
    }


@pytest.mark.parametrize(
    ("what", "fate"),
    [
        ({"declined": "2023-06-10"}, "declined"),
        ({"returned": "2023-06-10"}, "returned"),
        ({"closed": "2023-06-10"}, "closed"),
        ({"declined": "2023-07-10", "closed": "2023-06-10"}, "closed"),
        ({"left": "2023-06-10"}, "died_or_left"),
        ({"died": "2023-06-10"}, "died_or_left"),
        ({}, "waiting"),
    ],
)
def test_who_got_no_further_is_counted_by_what_happened_first(
    what: dict[str, str], fate: str
) -> None:
    left, died = what.pop("left", None), what.pop("died", None)
    ann = make_person("ann", registered=[("2000-01-01", left)], died=died)
    # Zoe gives the site days of acceptance and closing, so that the records can tell these steps.
    zoe = make_person("zoe") + refer("zoe", "2022-02-01", accepted="2022-02-02")
    counted = count(ann + zoe + refer("ann", "2023-06-01", **what))
    assert {name for name, n in counted.steps[1].lost.items() if n} == {fate}


def test_what_comes_after_declining_is_not_of_this_referral() -> None:
    """A contact months later, without a new referral, is of another time."""
    ann = make_person("ann", link_worker=["2023-08-20"])
    counted = count(ann + refer("ann", "2023-06-01", declined="2023-06-10"))
    assert read_steps(counted)["seen"] == 0
    assert counted.waits[0].gaps[-1].point.share == 0


def test_support_may_begin_after_the_link_worker_closed_the_case() -> None:
    ann = make_person("ann", link_worker=["2023-06-15"])
    ann += refer("ann", "2023-06-01", closed="2023-06-20")
    ann += Records(
        support=(
            Support("ann-2023-06-01", "befriending", day("2023-06-15"), None, day("2023-07-01")),
        )
    )
    counted = count(ann)
    assert read_steps(counted)["started"] == 1
    contact, support = counted.waits
    assert [gap.point.day for gap in contact.gaps if gap.happened] == [14]
    assert [gap.point.day for gap in support.gaps if gap.happened] == [42]


def test_support_fits_a_need_where_the_study_says_so() -> None:
    """Capitals, hyphens and underscores do not matter; a need not named there is `other`."""
    ann = make_person("ann", link_worker=["2023-06-15"]) + refer("ann", "2023-06-01")
    under = "ann-2023-06-01"
    ann += Records(
        needs=(
            Need(under, "Debt_or  Benefits", day("2023-09-01")),
            Need(under, "housing"),
            Need(under, "a broken heart"),
        ),
        support=(Support(under, "Money-Advice", day("2023-06-20"), None, day("2023-07-01")),),
    )
    told = count(ann).needs
    assert [
        told["debt or benefits", name].n for name in ("fitting_offered", "fitting_started")
    ] == [
        1,
        1,
    ]
    assert [told["housing", name].n for name in ("offered", "fitting_offered")] == [1, 0]
    assert told["debt or benefits", "met"].n == 1
    assert told["other", "recorded"].n == 1
    assert (told["all", "fitting_offered"].n, told["all", "fitting_offered"].of) == (1, 2)


def test_a_need_is_served_where_the_study_says_so() -> None:
    ann = make_person("ann") + refer("ann", "2023-06-01")
    ann += Records(needs=(Need("ann-2023-06-01", "housing"),))
    assert count(ann).referrals["all", "served"].n == 1
    assert count(ann, support={"served_needs": ["caring"]}).referrals["all", "served"].n == 0


def test_who_referred_and_why_it_was_returned_are_told_in_fixed_words() -> None:
    """Anything else counts as other; nothing that somebody wrote leaves."""
    ann = make_person("ann") + refer(
        "ann",
        "2023-06-01",
        returned="2023-06-10",
        referrer_role="Practice Nurse",
        return_reason="Lives in the next county",
    )
    bob = make_person("bob") + refer(
        "bob",
        "2023-06-01",
        returned="2023-06-10",
        referrer_role="the vicar",
        return_reason="No-Capacity",
    )
    counted = count(ann + bob)
    assert counted.referrals["nurse", "returned"].n == 1
    assert counted.referrals["other", "returned"].n == 1
    assert {name for name, n in counted.reasons.items() if n} == {"other", "no_capacity"}


def test_what_was_passed_back_is_counted_by_kind_up_to_the_end_of_the_after_window() -> None:
    """Of people new in March 2024, to the end of September; twice of one kind is one person."""
    flags = (
        Flag("seen", day("2024-03-09"), "Medical concern"),
        Flag("seen", day("2024-09-30"), "medical-concern"),
        Flag("seen", day("2024-10-01"), "safeguarding"),
    )
    told = count(Records(flags=flags)).flags
    assert {kind: part.n for kind, part in told.items() if part.n} == {"any": 1, "medical": 1}
    assert told["any"].of == 1


@pytest.mark.parametrize(
    ("recorded", "level"),
    [
        ("white", "White"),
        ("A", "White"),
        ("R", "Asian"),
        ("White and Black Caribbean", "Mixed"),
        ("Z", "not recorded"),
        (None, "not recorded"),
    ],
)
def test_ethnic_groups_are_those_of_the_census_or_not_recorded(
    recorded: str | None, level: str
) -> None:
    ann = make_person("ann")
    (patient,) = ann.patients
    given = replace(ann, patients=(replace(patient, ethnicity=recorded),))
    levels = count(given).reach["ethnicity"]
    here = {name: registered for name, (_, registered) in levels.items() if registered}
    here["not recorded"] = here.get("not recorded", 0) - 1  # the person seen has none
    assert {name for name, n in here.items() if n} == {level}


def test_targets_are_days_at_which_the_waits_are_told() -> None:
    ann = make_person("ann", link_worker=["2023-06-15"]) + refer("ann", "2023-06-01")
    waits = count(ann, support={"target_days_first_contact": 10}).waits
    assert [gap.point.day for gap in waits[0].gaps][:4] == [7, 10, 14, 28]


def test_the_study_file_is_told_every_problem_of_its_settings_with_its_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        "\n".join(
            [
                '[study]\ntitle = "Ours"',
                "[support]",
                'served_needs = ["houseing"]',
                'fits = {"debt-advice" = ["x"], "Debt advice" = ["y"]}',
                'return_reasons = {"too far" = "elsewhere"}',
                "target_days_first_contact = 0",
                '[[site]]\nid = "a"\nroute = "counts"\npath = "x"',
            ]
        ),
        encoding="utf-8",
    )
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    told = [(one.where.split(": ")[1].split(",")[0], one.what) for one in refused.value.problems]
    assert [line for line, _ in told] == ["line 4", "line 5", "line 6", "line 7"]
    assert "houseing" in told[0][1]
    assert "the same word" in told[1][1]
