"""Nothing withheld of consultations or of the dose can be had back, whatever was counted."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.ratio_change import RatioParts
from righthelp.onsite.disclosure import POLICIES, TOO_FEW, round_to_base
from righthelp.onsite.meaning.consultation import Consultations, Dose
from righthelp.onsite.meaning.consultation_rows import list_consultation_rows
from righthelp.returns.consultation import (
    CONSULTATION_TABLES,
    CONTINUITY,
    DOSE_BANDS,
    GROUPS,
    MEASURES,
    PER_100,
)
from righthelp.schema import Row

SMALL = {"default": 7, "sacro10": 9}
policies = st.sampled_from(sorted(SMALL))
NUMBERS = ("n", "before", "after", "change", "se", "lacking_before", "lacking_after")


def make_parts(rng: np.random.Generator, n: int, measure: str) -> RatioParts:
    """Sums of n people, seldom or often above nought; for continuity one of each in a window."""
    often, has = rng.uniform(0, 0.6), rng.random(n) < rng.choice([0.1, 0.7, 1.0])
    columns = {}
    for window in ("before", "after"):
        if measure in CONTINUITY:
            under = has.astype(float)
            over = under * rng.uniform(0, 1, n)
        else:
            under = rng.poisson(2.0, n) * has.astype(float)
            over = rng.binomial(under.astype(int), often).astype(float)
            over *= 100 if measure in PER_100 else rng.integers(5, 20)
        columns[f"over_{window}"], columns[f"under_{window}"] = over, under
    return RatioParts.of(**columns)


@st.composite
def consultations(draw: st.DrawFn) -> Consultations:
    """People seen, some of them with comparators who may serve several and several times."""
    n = draw(st.one_of(st.integers(0, 12), st.integers(45, 55), st.integers(60, 160)))
    n_matched = draw(st.one_of(st.just(n), st.integers(0, n)))
    n_others = draw(st.integers(1, 150))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(1, 3))
    size = n + n_others
    total = (rng.poisson(3.0, size).astype(float), rng.poisson(3.0, size).astype(float))
    lack = draw(st.sampled_from([0.0, 0.02, 0.5]))
    lacking = tuple(rng.binomial(one.astype(int), lack).astype(float) for one in total)
    return Consultations(
        person=np.arange(size),
        seen=np.arange(n),
        cases=np.arange(n_matched),
        rows=n + rng.integers(0, n_others, n_matched * k),
        row_set=np.repeat(np.arange(n_matched), k),
        parts={measure: make_parts(rng, size, measure) for measure in MEASURES},
        lacking=dict.fromkeys(
            ("usual_provider", "same_clinician", "length", "wait"), (lacking[0], lacking[1])
        ),
        total=total,
        not_collected=draw(st.sampled_from([{}, {"length": "the site did not supply it"}])),
        dose=Dose(
            contacts=1 + rng.poisson(draw(st.floats(0, 6)), n),
            days=rng.integers(0, 400, n),
            caseload=rng.poisson(draw(st.floats(0, 30)), draw(st.integers(0, 12))),
        ),
    )


def count_people(found: Consultations, places: np.ndarray, column: np.ndarray) -> int:
    return len({int(found.person[place]) for place in places if column[place] > 0})


@settings(max_examples=60)
@given(consultations(), policies)
def test_a_measure_of_few_people_is_withheld_whole(found: Consultations, policy: str) -> None:
    """Fewer than 50 with anything under the line, or a few with anything over it, in a window: no
    number of the group, nor of the difference."""
    rows = list_consultation_rows(found, POLICIES[policy])["consultation"]
    told = {(row["group"], row["measure"]): row for row in rows}
    assert set(told) == set(product(GROUPS, MEASURES))
    for measure in MEASURES:
        few = {}
        for group, places in (("seen", found.seen), ("comparators", found.rows)):
            columns = [
                count_people(found, places, column) for column in found.parts[measure].columns
            ]
            rare = any(0 < n <= SMALL[policy] for n in columns[::2])
            few[group] = rare or min(columns[1::2]) < 50
        for group in GROUPS:
            row = told[group, measure]
            if measure in found.not_collected:
                assert row["state"] == "not_collected"
                assert {row[name] for name in NUMBERS} == {None}
            elif few.get(group, any(few.values())):
                assert row["state"] == "suppressed"
                assert {row[name] for name in NUMBERS} == {None}
                assert row["reason"] == TOO_FEW
            elif row["state"] == "rounded":
                assert isinstance(row["n"], int)
                assert row["n"] % 5 == 0
                assert row["n"] >= 50


@settings(max_examples=60)
@given(consultations(), policies)
def test_what_few_people_lack_is_not_told(found: Consultations, policy: str) -> None:
    for row in list_consultation_rows(found, POLICIES[policy])["consultation"]:
        for at, window in enumerate(("before", "after")):
            shown = row[f"lacking_{window}"]
            places = found.seen if row["group"] == "seen" else found.rows
            if str(row["measure"]) in found.lacking and shown is not None:
                n = count_people(found, places, found.lacking[str(row["measure"])][at])
                assert n == 0 or n > SMALL[policy]


@settings(max_examples=60)
@given(consultations(), policies)
def test_every_row_is_declared_and_the_dose_of_few_is_withheld(
    found: Consultations, policy: str
) -> None:
    rows = list_consultation_rows(found, POLICIES[policy])
    for table in CONSULTATION_TABLES:
        for row in rows[table.name]:
            assert {"site", *row} == set(table.names)
            if row["state"] == "suppressed":
                told = {row[c.name] for c in table.columns if c.role in ("people", "sum")}
                assert told == {None}
    n = found.seen.size
    summary: dict[str, Row] = {str(row["quantity"]): row for row in rows["dose_summary"]}
    for quantity in ("contacts", "months", "months_median"):
        assert (summary[quantity]["value"] is None) == (n < 50)
    caseload = summary["caseload"]["value"]
    if found.dose.caseload.size:
        median = float(np.median(found.dose.caseload))
        assert (caseload is None) == (0 < median < SMALL[policy] + 1)
        assert caseload in (None, round_to_base(median))
    else:
        assert summary["caseload"]["state"] == "not_estimable"


@pytest.mark.parametrize("policy", sorted(SMALL))
def test_a_withheld_band_cannot_be_had_from_the_others_and_the_total(policy: str) -> None:
    """10 to 26 people in four bands: whatever is withheld could have been two values at least, for
    somebody who knows the rule and about how many people there were."""
    rule = POLICIES[policy]
    contacts = (1, 2, 4, 7)
    alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for n in range(10, 27):
        for split in product(range(n + 1), repeat=3):
            if sum(split) > n:
                continue
            bands = (*split, n - sum(split))
            shown = _show_bands(np.repeat(contacts, bands), policy)
            alike[(*shown, rule.people(n)[0])].append(bands)
    given_back = [
        (look, splits[0])
        for look, splits in alike.items()
        for place in range(len(DOSE_BANDS))
        if look[place] is None and len({split[place] for split in splits}) == 1
        if max(map(sum, splits)) < 23  # from there on some that look the same were not gone through
    ]
    assert given_back == []
    assert any(None in look for look in alike)


def _show_bands(contacts: np.ndarray, policy: str) -> tuple[object, ...]:
    none = np.zeros(0, dtype=np.int64)
    empty = np.zeros(0)
    found = Consultations(
        person=none,
        seen=none,
        cases=none,
        rows=none,
        row_set=none,
        parts={},
        lacking={},
        total=(empty, empty),
        not_collected=dict.fromkeys(MEASURES, "not asked here"),
        dose=Dose(contacts, np.zeros(contacts.size, dtype=np.int64), none),
    )
    rows = list_consultation_rows(found, POLICIES[policy])["dose"]
    return tuple(row["n"] for row in rows)
