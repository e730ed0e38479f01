"""Support and strata: for all people, what loops with dicts say."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from righthelp.estimators.strata import merge_strata
from righthelp.estimators.support import support

COUNTS = st.lists(st.integers(0, 30), max_size=60)
BINS = {0: "0", 1: "1", 2: "2"} | {
    count: name
    for name, counts in {
        "3-4": range(3, 5),
        "5-6": range(5, 7),
        "7-9": range(7, 10),
        "10-14": range(10, 15),
        "15-19": range(15, 20),
        "20+": range(20, 31),
    }.items()
    for count in counts
}


@given(COUNTS, COUNTS, st.integers(1, 8))
def test_share_outside_is_what_a_loop_over_people_counts(
    seen: list[int], reference: list[int], minimum: int
) -> None:
    ours = support(
        seen=np.array(seen, dtype=int), reference=np.array(reference, dtype=int), minimum=minimum
    )
    people = Counter(BINS[count] for count in reference)
    outside = [count for count in seen if people[BINS[count]] < minimum]
    assert (ours.n_outside, ours.n_seen) == (len(outside), len(seen))
    assert ours.share_outside == (len(outside) / len(seen) if seen else 0)
    assert (ours.direction == "none") == (not outside)
    assert ours.within_limit == (len(outside) <= 0.05 * len(seen))
    if outside and reference and min(outside) >= 20 > max(reference):
        assert ours.direction == "above"
    if outside and reference and max(outside) < min(reference) < 3:
        assert ours.direction == "below"


@given(COUNTS, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=40))
def test_people_are_counted_once_a_bin(seen: list[int], rows: list[tuple[int, int]]) -> None:
    counts = np.array([count for count, _ in rows], dtype=int)
    person = np.array([who for _, who in rows], dtype=int)
    ours = support(seen=np.array(seen, dtype=int), reference=counts, reference_person=person)
    people = defaultdict(set)
    for count, who in rows:
        people[BINS[count]].add(who)
    assert ours.n_outside == sum(len(people[BINS[count]]) < 5 for count in seen)


@st.composite
def ladders(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """Nested codes: region // 4 of place, then everybody; people may come twice."""
    seen = draw(st.lists(st.integers(-3, 12), max_size=20))
    reference = draw(st.lists(st.integers(-3, 12), max_size=60))
    person = draw(st.lists(st.integers(0, 80), min_size=len(reference), max_size=len(reference)))
    return ([[c, c // 4, 0] for c in seen], [[c, c // 4, 0] for c in reference], person)


@given(ladders(), st.integers(1, 12))
def test_strata_are_those_of_a_loop_with_dicts(
    people: tuple[list[list[int]], list[list[int]], list[int]], minimum: int
) -> None:
    seen, reference, person = people
    ours = merge_strata(
        seen_ladder=np.array(seen, dtype=int).reshape(len(seen), 3),
        reference_ladder=np.array(reference, dtype=int).reshape(len(reference), 3),
        reference_person=np.array(person, dtype=int),
        minimum=minimum,
    )
    names_seen, names_reference = _merge_by_loop(seen, reference, person, minimum)
    theirs = names_seen + names_reference
    pairs = set(zip([*ours.seen.tolist(), *ours.reference.tolist()], theirs, strict=True))
    assert len({number for number, _ in pairs}) == len(pairs) == len({name for _, name in pairs})
    assert ours.n_strata == max(len(set(names_reference)), 1)


Name = tuple[int, int]


def _merge_by_loop(
    seen: list[list[int]], reference: list[list[int]], person: list[int], minimum: int
) -> tuple[list[Name], list[Name]]:
    names: list[Name | None] = [None] * len(reference)
    names_seen: list[Name | None] = [None] * len(seen)
    for level in range(3):
        people = defaultdict(set)
        for row, codes in enumerate(reference):
            if names[row] is None:
                people[codes[level]].add(person[row])
        large = {code for code, members in people.items() if len(members) >= minimum}
        for these, ladder in ((names, reference), (names_seen, seen)):
            for row, codes in enumerate(ladder):
                if these[row] is None and codes[level] in large:
                    these[row] = (level, codes[level])
    rows = Counter(name for name in names if name is not None)
    most = max(rows.values(), default=0)
    largest = min((name for name in rows if rows[name] == most), default=(9, 9))
    return [name or largest for name in names_seen], [name or largest for name in names]
