"""What a theory reads of reasons, help, scores and consultations."""

from __future__ import annotations

from typing import Any

from righthelp.evidence.meaning.gather import MeaningEvidence, gather_meaning
from righthelp.evidence.meaning.readers import MEANING_READERS
from righthelp.protocol.indicators import INDICATORS
from righthelp.returns.tables import TABLES

EMPTY: dict[str, tuple[dict[str, Any], ...]] = {table.name: () for table in TABLES}
GROUPS = ("seen", "comparators", "difference", "difference_after")


def bring(**rows: Any) -> MeaningEvidence:
    return gather_meaning({**EMPTY, **rows})


def make_change(changes: dict[str, dict[str, float]], *, site: str = "a", **more: Any) -> Any:
    """Rows of reason_change: by group the change of each reason, with an error of 5 everywhere."""
    return tuple(
        {
            "site": site,
            "group": group,
            "reason": reason,
            "n": 200,
            "before_per_100": None if group.startswith("difference") else 100.0,
            "after_per_100": None if group.startswith("difference") else 100.0 + change,
            "change_per_100": change,
            "se": 5.0,
            "holds": more.get(reason),
            "state": "rounded",
        }
        for group, own in changes.items()
        for reason, change in own.items()
    )


def make_covariance(reasons: list[str], *, site: str = "a") -> Any:
    return tuple(
        {
            "site": site,
            "group": group,
            "reason": one,
            "with_reason": other,
            "covariance": 25.0 if one == other else 0.0,
            "state": "rounded",
        }
        for group in ("seen", "difference", "difference_after")
        for place, one in enumerate(reasons)
        for other in reasons[: place + 1]
    )


def read_reasons(after: dict[str, float], change: dict[str, float], **more: Any) -> dict[str, Any]:
    seen = dict.fromkeys(after, 0.0)
    groups = dict(zip(GROUPS, (seen, seen, change, after), strict=True))
    meaning = bring(
        reason_change=make_change(groups, **more), reason_covariance=make_covariance([*after])
    )
    return {name: read(meaning) for name, read in MEANING_READERS.items()}


def test_every_reader_is_of_the_vocabulary_and_finds_nothing_where_nothing_came() -> None:
    assert set(MEANING_READERS) <= set(INDICATORS)
    for read in MEANING_READERS.values():
        reading = read(bring())
        assert reading.sites == {}
        assert reading.together.direction == "not_supplied"


def test_a_reason_has_a_direction_only_where_both_comparisons_say_it() -> None:
    after = {"social": -40.0, "new_problem": 40.0, "other": -40.0, "uncoded": 0.0}
    change = {"social": -40.0, "new_problem": 40.0, "other": 0.0, "uncoded": 0.0}
    found = read_reasons(after, change)
    told = {name: found[name].together.direction for name in found if name.startswith("contacts_")}
    assert told == {
        "contacts_social": "down",
        "contacts_new_problem": "up",
        "contacts_other": "unclear",
        "contacts_long_term": "not_supplied",
        "contacts_mental_health": "not_supplied",
    }
    assert found["contacts_social"].sites["a"] == found["contacts_social"].together
    assert found["contacts_social"].together.words.startswith("−40 (−50 to −30) per 100 people")


def test_a_reason_that_others_are_counted_with_is_not_read_as_itself() -> None:
    after = {"other": -40.0, "uncoded": 0.0}
    found = read_reasons(after, after, other="social")
    assert found["contacts_other"].together.direction == "not_supplied"


def test_what_was_found_is_a_ratio_to_matched_people() -> None:
    row = {"site": "a", "event": "new_condition", "n": 200, "seen_per_100": 20.0}
    row |= {"others_per_100": 8.0, "log_rr": 0.9, "se": 0.2, "reason": None, "state": "rounded"}
    reading = MEANING_READERS["new_conditions"](bring(found=(row,)))
    assert reading.together.direction == "up"
    none = MEANING_READERS["clinical_referrals"](bring(found=(row,)))
    assert none.together.direction == "not_supplied"


def test_a_step_of_the_funnel_is_a_share_of_those_referred() -> None:
    def step(name: str, fate: str, n: int) -> dict[str, Any]:
        return {"site": "a", "step": name, "fate": fate, "n": n, "state": "rounded"}

    rows = (
        step("referred", "reached", 200),
        step("accepted", "reached", 120),
        step("accepted", "declined", 80),
        step("started", "reached", 40),
    )
    meaning = bring(referral_funnel=rows)
    assert MEANING_READERS["declined"](meaning).together.direction == "present"
    assert MEANING_READERS["support_started"](meaning).together.direction == "absent"


def test_how_much_the_link_worker_did_is_a_share_of_the_people_seen() -> None:
    """Ten of 140 were seen once: fewer than a tenth cannot be told apart from more."""
    bands = {"1": 10, "2-3": 60, "4-6": 60, "7+": 10}
    dose = tuple(
        {"site": "a", "contacts": band, "n": n, "state": "rounded"} for band, n in bands.items()
    )
    summary = tuple(
        {"site": "a", "quantity": name, "value": 3.7, "n": 140, "reason": None, "state": "rounded"}
        for name in ("contacts", "months", "months_median", "caseload")
    )
    meaning = bring(dose=dose, dose_summary=summary)
    assert MEANING_READERS["link_worker_contacts"](meaning).sites["a"].direction == "present"
    once = MEANING_READERS["seen_once"](meaning)
    assert once.sites["a"].direction == "unclear"
    assert once.sites["a"].words.startswith("about 7% of 140 people seen")


def test_what_was_passed_back_is_read_over_the_sites() -> None:
    row = {"site": "a", "kind": "any", "n": 60, "of": 200, "state": "rounded"}
    reading = MEANING_READERS["flags"](bring(flags_back=(row,)))
    assert reading.sites == {}
    assert reading.together.direction == "present"
