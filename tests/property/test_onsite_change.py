"""What happened to the people seen: sums, spread and the joint picture, against plain Python."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.onsite.describe import Change
from righthelp.returns.tables import BANDS
from tests.lib.answers import make_changes

counts = st.one_of(st.integers(0, 3), st.integers(0, 14))
people = st.lists(st.tuples(counts, counts), max_size=30)


def name_band(contacts: int) -> str:
    """0, 1-2, 3-5, 6-9, 10+."""
    for label in BANDS:
        low, _, high = label.rstrip("+").partition("-")
        if contacts >= int(low) and (label.endswith("+") or contacts <= int(high or low)):
            return label
    raise AssertionError("every count has a band")


@settings(max_examples=200)
@given(people, people)
def test_the_change_of_new_ongoing_and_all_people(
    new: list[tuple[int, int]], ongoing: list[tuple[int, int]]
) -> None:
    changes = {change.who: change for change in make_changes(new, ongoing)}
    assert list(changes) == ["new", "ongoing", "all"]
    for who, pairs in (("new", new), ("ongoing", ongoing), ("all", new + ongoing)):
        assert_is_of(changes[who], pairs)


def assert_is_of(change: Change, pairs: list[tuple[int, int]]) -> None:
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    assert change.n == len(pairs)
    assert change.fell == sum(a < b for b, a in pairs)
    assert change.stayed == sum(a == b for b, a in pairs)
    assert change.rose == sum(a > b for b, a in pairs)
    assert (change.contacts_before, change.contacts_after) == (sum(before), sum(after))
    assert change.median_before == (statistics.median(before) if pairs else None)
    assert change.median_after == (statistics.median(after) if pairs else None)
    if len(pairs) < 2:
        assert (change.sd_before, change.sd_after, change.correlation) == (None, None, None)
    else:
        assert change.sd_before == pytest.approx(statistics.stdev(before), abs=1e-12)
        assert change.sd_after == pytest.approx(statistics.stdev(after), abs=1e-12)
        if len(set(before)) > 1 and len(set(after)) > 1:
            assert change.correlation == pytest.approx(statistics.correlation(before, after))
        else:
            assert change.correlation is None
    joint = Counter((name_band(b), name_band(a)) for b, a in pairs)
    for row, label in enumerate(BANDS):
        for column, other in enumerate(BANDS):
            assert change.pattern[row, column] == joint[label, other]
