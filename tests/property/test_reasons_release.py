"""What leaves of the reasons for contact: it adds up, and nothing withheld can be had back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.incidence import matched_incidence_ratio
from righthelp.estimators.reasons import change_by_reason
from righthelp.evidence.meaning.reasons import gather_reasons
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.reasons import Contacts, Reasons
from righthelp.onsite.meaning.reasons_rows import fold_small, list_reason_rows
from righthelp.returns.reasons import EVENTS, REASON_TABLES, REASONS

ORDER = tuple(REASONS)
SMALL = {"default": 7, "sacro10": 9}
policies = st.sampled_from(sorted(SMALL))
rates = st.lists(st.sampled_from([0.0, 0.02, 0.1, 0.5, 2.0]), min_size=6, max_size=6)


def make_reasons(
    seed: int, *, n: int, n_matched: int, rates: Sequence[float], looks_back: bool = True
) -> Reasons:
    """Contacts of a site drawn at these rates, two comparators for each matched person."""
    rng = np.random.default_rng(seed)

    def draw(people: int) -> Contacts:
        return Contacts(*(rng.poisson(rates, (people, 6)) for _ in range(2)))

    seen, rows = draw(n), draw(2 * n_matched)
    cases = Contacts(seen.before[:n_matched], seen.after[:n_matched])
    row_set = np.repeat(np.arange(n_matched), 2)
    case_person, row_person = np.arange(n_matched), np.arange(2 * n_matched) + n_matched
    found = {}
    for event in EVENTS:
        own, others = rng.poisson(0.1, n_matched), rng.poisson(0.1, 2 * n_matched)
        ratio = matched_incidence_ratio(
            case_events=own,
            case_time=np.ones(n_matched),
            case_person=case_person,
            row_set=row_set,
            row_events=others,
            row_time=np.ones(2 * n_matched),
            row_person=row_person,
        )
        found[event] = ratio, int((own > 0).sum()), int((others > 0).sum())
    return Reasons(
        order=ORDER,
        seen=seen,
        cases=cases,
        rows=rows,
        row_set=row_set,
        case_person=case_person,
        row_person=row_person,
        before_length=1.0,
        after_length=1.0,
        looks_back=looks_back,
        found=found,
        found_after=tuple(int(k) for k in rng.integers(0, 15, 4)),
    )


@st.composite
def reasons(draw: st.DrawFn) -> Reasons:
    n = draw(st.integers(1, 160))
    return make_reasons(
        draw(st.integers(0, 10**6)),
        n=n,
        n_matched=draw(st.integers(0, n)),
        rates=draw(rates),
        looks_back=draw(st.booleans()),
    )


def list_rows(found: Reasons, policy: str) -> dict[str, list[dict[str, Any]]]:
    rows = list_reason_rows(found, POLICIES[policy])
    return {name: [dict(row, site="s") for row in rows[name]] for name in rows}


@given(found=reasons(), policy=policies)
@settings(max_examples=150, deadline=None)
def test_every_number_stands_on_enough_people(found: Reasons, policy: str) -> None:
    """A released cell is nought or of more people and contacts than the threshold, with what is
    counted in it; sums and errors leave for 50 people or more only."""
    rows = list_rows(found, policy)
    threshold = SMALL[policy]
    for table in REASON_TABLES:
        for row in rows[table.name]:
            assert set(row) == set(table.names)
    for row in rows["reason_change"]:
        if row["change_per_100"] is None:
            assert row["state"] == "suppressed" and row["n"] is None and row["se"] is None
            continue
        held = [row["reason"], *str(row["holds"] or "").split()]
        columns = [ORDER.index(reason) for reason in held]
        n = found.seen.n if row["group"] == "seen" else found.cases.n
        assert n >= 50
        own = (found.seen,) if row["group"] == "seen" else (found.cases, found.rows)
        for contacts in own:
            for window in (contacts.before, contacts.after):
                cell = window[:, columns]
                total, people = int(cell.sum()), int((cell > 0).any(axis=1).sum())
                assert total == 0 or (total > threshold and people > threshold)
    told = {row["reason"] for row in rows["reason_change"] if row["change_per_100"] is not None}
    held = [w for row in rows["reason_change"] for w in str(row["holds"] or "").split()]
    assert told | set(held) in (set(), set(ORDER))
    assert not told & set(held)


@given(found=reasons(), policy=policies)
@settings(max_examples=100, deadline=None)
def test_the_reasons_add_up_to_all_contacts_exactly(found: Reasons, policy: str) -> None:
    """In the tenths that are shown: before plus every step is after, for each group."""
    shown = gather_reasons(list_rows(found, policy))
    for groups in (*(site.groups for site in shown.sites), shown.together):
        for name, group in groups.items():
            parts, total = group.parts, group.total
            assert _tenths(p.change for p in parts) == _tenths([total.change])
            if name in ("seen", "comparators"):
                assert _tenths(p.before for p in parts) == _tenths([total.before])
                assert _tenths(p.after for p in parts) == _tenths([total.after])
                assert _tenths([total.before, total.change]) == _tenths([total.after])


def _tenths(values: Any) -> int:
    tenths = [10 * value for value in values]
    assert all(abs(t - round(t)) < 1e-6 for t in tenths)
    return sum(round(t) for t in tenths)


def test_a_site_with_enough_of_everything_shows_every_reason() -> None:
    found = make_reasons(1, n=150, n_matched=140, rates=[0.5] * 6)
    rows = list_rows(found, "default")
    assert [row["reason"] for row in rows["reason_change"]] == [*ORDER] * 4
    assert {row["holds"] for row in rows["reason_change"]} == {None}
    # What leaves is what the estimator says of the exact counts, but for rounding.
    exact = change_by_reason(before=found.seen.before, after=found.seen.after)
    for row, part in zip(rows["reason_change"], exact.parts, strict=False):
        assert row["change_per_100"] == pytest.approx(part.change, abs=100 * 5 / 150 + 0.1)
        assert row["se"] == pytest.approx(part.se, rel=0.005)
    matrix = {
        (row["reason"], row["with_reason"]): row["covariance"]
        for row in rows["reason_covariance"]
        if row["group"] == "seen"
    }
    assert exact.covariance is not None
    assert matrix["social", "new_problem"] == pytest.approx(exact.covariance[3, 0], rel=1e-3)


def test_a_reason_of_few_people_is_counted_with_another_in_every_group() -> None:
    few = np.zeros((100, 6), dtype=int)
    few[:, [1, 4, 5]] = 1
    few[:3, 3] = 1
    parts = fold_small([few], POLICIES["default"], order=ORDER)
    assert parts == {
        "new_problem": (0,),
        "long_term_condition": (1,),
        "mental_health": (2,),
        "uncoded": (5,),
        "other": (3, 4),
    }
    nothing: Mapping[str, Any] | None = fold_small(
        [np.array([[3, 0, 0, 0, 0, 0]])], POLICIES["default"], order=ORDER
    )
    assert nothing is None


def test_sites_are_weighed_by_their_people_and_errors_add_as_for_one_group() -> None:
    sites = [
        make_reasons(k, n=n, n_matched=n - 5, rates=[0.5] * 6) for k, n in ((1, 100), (2, 300))
    ]
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in REASON_TABLES}
    for name, found in zip("ab", sites, strict=True):
        for table, own in list_reason_rows(found, POLICIES["default"]).items():
            rows[table] += [dict(row, site=name) for row in own]
    shown = gather_reasons(rows)
    one, two = (site.groups["seen"] for site in shown.sites)
    together = shown.together["seen"]
    assert together.n == 400
    for a, b, both in zip(one.parts, two.parts, together.parts, strict=True):
        assert both.change == pytest.approx(0.25 * a.change + 0.75 * b.change, abs=1e-6)
        half = [(p.high or 0) - p.change for p in (a, b, both)]
        assert half[2] ** 2 == pytest.approx(0.0625 * half[0] ** 2 + 0.5625 * half[1] ** 2)


def test_no_site_is_left_out_for_having_few_of_a_reason() -> None:
    """To leave it out would choose sites by what they found. The reason stands by itself too, over
    the sites that could tell it."""
    many, few = [0.5] * 6, [0.01, 0.5, 0.5, 0.5, 0.5, 0.5]
    sites = [make_reasons(k, n=150, n_matched=145, rates=r) for k, r in ((1, many), (2, few))]
    rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in REASON_TABLES}
    for name, found in zip("ab", sites, strict=True):
        for table, own in list_reason_rows(found, POLICIES["default"]).items():
            rows[table] += [dict(row, site=name) for row in own]
    shown = gather_reasons(rows)
    together = shown.together["seen"]
    assert together.n == 300
    assert "new_problem" not in {part.reason for part in together.parts}
    assert together.total.change == pytest.approx(sum(p.change for p in together.parts), abs=1e-6)
    totals = [site.groups["seen"].total.change for site in shown.sites]
    assert together.total.change == pytest.approx(sum(totals) / 2, abs=1e-6)
    (alone,) = shown.apart["new_problem"]["seen"].parts
    (at_a,) = [p for p in shown.sites[0].groups["seen"].parts if p.reason == "new_problem"]
    assert alone.change == at_a.change
    assert set(shown.told) == {*REASONS, "total"}
