"""Matching equals a twin in plain Python, whatever the order of the rows."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.engine import open_engine
from righthelp.onsite.ladder import LADDER, MOST_CONTACTS, MOST_LAG_DAYS, Rung
from righthelp.onsite.matching import climb
from righthelp.protocol.study import Matching

COLUMNS = {
    "unit": "INTEGER",
    "person": "INTEGER",
    "stratum": "INTEGER",
    "age_stratum": "INTEGER",
    "is_case": "BOOLEAN",
    "band_1": "INTEGER",
    "band_2": "INTEGER",
    "band_3": "INTEGER",
    "month_number": "INTEGER",
    "lag_days": "INTEGER",
    "hashed": "BIGINT",
}


@dataclass(frozen=True)
class Row:
    """One row of the table `matchable`."""

    unit: int
    person: int
    stratum: int
    age_stratum: int
    is_case: bool
    bands: tuple[int, int, int]
    month_number: int
    lag_days: int
    hashed: int

    def values(self) -> tuple[Any, ...]:
        first = (self.unit, self.person, self.stratum, self.age_stratum, self.is_case)
        return (*first, *self.bands, self.month_number, self.lag_days, self.hashed)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """A few cases and many candidates, alike often enough; a person may have several rows."""
    few = st.integers(0, 3)
    count = st.one_of(few, st.integers(0, 12), st.just(MOST_CONTACTS))
    rows: list[Row] = []
    for unit in range(draw(st.integers(2, 40))):
        stratum = draw(st.integers(1, 3))
        rows.append(
            Row(
                unit=unit,
                person=draw(st.integers(0, 20)),
                stratum=stratum,
                age_stratum=(stratum + 1) // 2,
                is_case=draw(st.integers(0, 4)) == 0,
                bands=(draw(few), draw(few), draw(count)),
                month_number=24287 + draw(few),
                lag_days=draw(st.one_of(st.integers(0, 40), st.just(MOST_LAG_DAYS))),
                hashed=int(hashlib.md5(f"{unit}".encode()).hexdigest()[:15], 16),
            )
        )
    return rows


def match_by_hand(rows: list[Row], rule: Matching) -> set[tuple[int, int, int]]:
    """(case, comparator, rung), one case at a time."""
    found = set()
    left = [row for row in rows if row.is_case]
    for number, rung in enumerate(LADDER, start=1):
        still = []
        for case in left:
            first: dict[int, Row] = {}
            for row in sorted(rows, key=lambda row: row.hashed):
                if not row.is_case and _key(row, rung) == _key(case, rung):
                    first.setdefault(row.person, row)
            ring = list(first.values())
            others = [row for row in ring if row.person != case.person]
            if len(others) < min(rule.at_least, rule.per_person):
                still.append(case)
                continue
            start = (case.hashed >> 28) % len(ring)
            turned = [row for row in ring[start:] + ring[:start] if row.person != case.person]
            for row in turned[: rule.per_person]:
                found.add((case.unit, row.unit, number))
        left = still
    return found


def _key(row: Row, rung: Rung) -> tuple[int, ...]:
    bins = [
        max(i for i, b in enumerate(s) if b <= n) for s, n in zip(rung.bins, row.bands, strict=True)
    ]
    stratum = {"age and sex": row.stratum, "age": row.age_stratum, "none": 0}[rung.strata]
    lag = max(i for i, start in enumerate(rung.lags) if start <= row.lag_days)
    return (*bins, stratum, row.month_number // rung.months, lag)


def match_by_engine(rows: list[Row], rule: Matching) -> set[tuple[int, int, int]]:
    with open_engine(threads=1) as engine:
        engine.create_table("matchable", COLUMNS, rows=[row.values() for row in rows])
        engine.execute("CREATE TABLE cases_left AS SELECT unit FROM matchable WHERE is_case")
        engine.execute("CREATE TABLE sets (unit INTEGER, comparator INTEGER, rung INTEGER)")
        climb(engine, rule, ladder=LADDER)
        sets = engine.rows("SELECT unit, comparator, rung FROM sets")
        left = {unit for (unit,) in engine.rows("FROM cases_left")}
        assert left == {row.unit for row in rows if row.is_case} - {unit for unit, _, _ in sets}
        return set(sets)


@settings(max_examples=60)
@given(
    rows=tables(),
    rule=st.builds(Matching, per_person=st.integers(1, 6), at_least=st.integers(1, 4)),
    order=st.randoms(use_true_random=False),
)
def test_the_sets_are_those_of_the_twin_in_any_order_of_the_rows(
    rows: list[Row], rule: Matching, order: random.Random
) -> None:
    found = match_by_engine(rows, rule)
    assert found == match_by_hand(rows, rule)
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert match_by_engine(shuffled, rule) == found


@settings(max_examples=60)
@given(rows=tables(), rule=st.builds(Matching, per_person=st.integers(1, 6)))
def test_a_set_holds_different_people_and_never_the_case(rows: list[Row], rule: Matching) -> None:
    person = {row.unit: row.person for row in rows}
    sets: dict[int, list[int]] = defaultdict(list)
    for case, comparator, _ in match_by_engine(rows, rule):
        sets[case].append(person[comparator])
    for case, people in sets.items():
        assert len(set(people)) == len(people) <= rule.per_person
        assert person[case] not in people
        assert len(people) >= min(rule.at_least, rule.per_person)
