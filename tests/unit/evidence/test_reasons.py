"""Reasons for contact over the sites, by hand."""

from __future__ import annotations

from typing import Any

from righthelp.evidence.meaning.reasons import ReasonEvidence, gather_reasons
from righthelp.returns.reasons import GROUPS
from tests.unit.evidence.test_readers import make_change, make_covariance

ALL = {"social": 10.0, "new_problem": 0.0, "other": 2.0}
"""Changes per 100 people of a site that tells three reasons."""


def bring(*change: Any, covariance: Any = ()) -> ReasonEvidence:
    rows: dict[str, Any] = dict.fromkeys(("found", "found_after"), ())
    return gather_reasons(
        {**rows, "reason_change": sum(change, ()), "reason_covariance": covariance}
    )


def test_all_groups_tell_the_same_reasons_also_where_a_site_has_no_matched_people() -> None:
    """Site b counts social contacts with others and has nobody matched: so they are with others in
    the differences of site a too, of 200 people each, 10 + 2 there and (12 + 4) / 2 of those seen.
    """
    a = make_change(dict.fromkeys(GROUPS, ALL), site="a")
    b = make_change({"seen": {"new_problem": 0.0, "other": 4.0}}, site="b", other="social")
    found = bring(a, b, covariance=make_covariance([*ALL], site="a"))
    reasons = {group: [p.reason for p in one.parts] for group, one in found.together.items()}
    assert reasons == {group: ["new_problem", "other"] for group in GROUPS}
    changes = {group: one.parts[1].change for group, one in found.together.items()}
    assert changes == {**dict.fromkeys(GROUPS, 12.0), "seen": 8.0}
    assert {one.parts[1].holds for one in found.together.values()} == {("social",)}
    assert {one.total.change for one in found.together.values()} == {12.0, 8.0}


def test_a_reason_that_a_site_counts_with_others_stands_by_itself_over_the_rest() -> None:
    a = make_change({group: {**ALL, "social": -40.0} for group in GROUPS}, site="a")
    b = make_change({"seen": {"new_problem": 0.0, "other": 4.0}}, site="b", other="social")
    found = bring(a, b, covariance=make_covariance([*ALL], site="a"))
    assert set(found.apart) == {"social"}
    assert {group: one.n for group, one in found.apart["social"].items()} == dict.fromkeys(
        GROUPS, 200
    )
    assert found.told["social"] == "fewer"


def test_where_no_site_could_say_there_is_a_reason() -> None:
    found = bring()
    assert (found.together, found.apart, found.told) == ({}, {}, {})
    assert found.reason
