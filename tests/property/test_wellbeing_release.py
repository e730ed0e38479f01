"""Nothing that was withheld of how people fared can be had back, whatever a site counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators import paired
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.wellbeing import FaredQuadrants, ScaleFared, Wellbeing
from righthelp.onsite.meaning.wellbeing_rows import list_wellbeing_rows
from righthelp.protocol.instruments import find_scale
from righthelp.returns.wellbeing import ENDS, MOVES, STANDINGS, WELLBEING_TABLES

LIFE = find_scale("ons4_satisfied")
assert LIFE is not None
RANGE = paired.Scale(lowest=0, highest=10, important=2, higher_is_better=True, step=1)
counts = st.one_of(st.integers(0, 12), st.integers(0, 90))
policies = st.sampled_from(sorted(POLICIES))


@st.composite
def scales(draw: st.DrawFn) -> ScaleFared:
    """Any scores of any people, small more often than not."""
    assert LIFE is not None
    n, n_lost = draw(counts), draw(counts)
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    width = draw(st.integers(0, 10))
    first, last = rng.integers(0, width + 1, n), rng.integers(10 - width, 11, n)
    mean = draw(st.one_of(st.none(), st.floats(1, 9)))
    return ScaleFared(
        scale=LIFE,
        standing={
            "both": n,
            "first_only": n_lost,
            **{name: draw(counts) for name in ("last_only", "versions_differ", "neither")},
        },
        place=np.arange(n),
        first=first.astype(float),
        last=last.astype(float),
        change=paired.score_change(
            first=first,
            last=last,
            first_only=rng.integers(0, 11, n_lost),
            scale=RANGE,
            reference_mean=mean,
        ),
        important=draw(st.sampled_from([None, 2.0])),
        beyond=None
        if mean is None
        else paired.change_beyond_regression(first=first, last=last, reference_mean=mean),
        bands=draw(st.sampled_from([(), (5.0,), (3.0, 7.0)])),
    )


@st.composite
def crossings(draw: st.DrawFn) -> FaredQuadrants:
    """Any table, and its people by sex."""
    assert LIFE is not None
    women, men = (
        np.array(draw(st.lists(counts, min_size=12, max_size=12))).reshape(3, 4) for _ in range(2)
    )
    expected = np.full((3, 3), (women + men)[:, :3].sum() / 9)
    return FaredQuadrants(
        "wellbeing",
        LIFE,
        {("all", "all"): women + men, ("sex", "female"): women, ("sex", "male"): men},
        draw(st.sampled_from([expected, None])),
        "",
    )


found = st.builds(
    lambda scale, crossed: Wellbeing(sum(scale.standing.values()), (scale,), (crossed,)),
    scales(),
    crossings(),
)


def release(one: Wellbeing, policy: str) -> dict[str, list[dict[str, Any]]]:
    rows = list_wellbeing_rows(one, POLICIES[policy])
    return {name: [dict(row) for row in table] for name, table in rows.items()}


@settings(max_examples=120, deadline=None)
@given(found, policies)
def test_every_row_is_declared_and_no_small_count_leaves(one: Wellbeing, policy: str) -> None:
    released = release(one, policy)
    assert list(released) == [table.name for table in WELLBEING_TABLES]
    for table in WELLBEING_TABLES:
        told = [column.name for column in table.columns if column.role in ("people", "sum")]
        for row in released[table.name]:
            assert {*row, "site"} == set(table.names)
            assert row["n"] is None or row["n"] % 5 == 0
            if row["state"] == "suppressed":
                assert [row[name] for name in told] == [None] * len(told)
            elif row.get("number") != "by_chance" and row["state"] == "rounded":
                assert row["n"] == 0 or row["n"] > POLICIES[policy].threshold


@settings(max_examples=120, deadline=None)
@given(found, policies)
def test_no_statistic_is_of_few_people(one: Wellbeing, policy: str) -> None:
    """Of the change, of those who were lost, and of what was expected."""
    released, (scale,) = release(one, policy), one.scales
    (change,) = released["score_change"]
    n, n_lost = scale.standing["both"], scale.standing["first_only"]
    if n < 50:
        assert change["mean_change"] is None and change["se"] is None and not change["n"]
        assert not any(row["n"] for row in released["score_bands"])
        assert not any(row["number"] == "by_chance" for row in released["score_counts"])
    if 0 < n_lost < 50:
        assert change["bound_low"] is None and change["bound_high"] is None
    whole = one.quadrants[0].counts["all", "all"]
    if whole.sum() < 50:
        assert not any(row["n"] for row in released["quadrants"])
    if whole[:, :3].sum() < 50:
        by_chance = [row for row in released["quadrants"] if row["number"] == "by_chance"]
        assert not any(row["n"] for row in by_chance)


@settings(max_examples=120, deadline=None)
@given(found, policies)
def test_parts_of_a_total_are_withheld_in_company(one: Wellbeing, policy: str) -> None:
    released, (scale,) = release(one, policy), one.scales
    threshold = POLICIES[policy].threshold
    shown = {
        row["part"]: row["n"] for row in released["score_counts"] if row["number"] == "counted"
    }
    gone = [scale.standing[part] for part in STANDINGS if shown[part] is None]
    if gone and sum(scale.standing.values()) > sum(gone):
        assert len(gone) == sum(1 for n in scale.standing.values() if n) or (
            len(gone) > 1 and sum(gone) > threshold
        )
    if scale.important is not None:
        moved = [shown[part] for part in MOVES]
        assert (None in moved) == all(n is None for n in moved)
    if shown["both"] is None:
        assert all(shown.get(part) is None for part in (*MOVES, *ENDS))


@settings(max_examples=120, deadline=None)
@given(found, policies)
def test_a_stratum_is_shown_where_every_cell_of_all_strata_may_be(
    one: Wellbeing, policy: str
) -> None:
    crossed, rule = one.quadrants[0], POLICIES[policy]
    shown = {row["stratum"] for row in release(one, policy)["quadrants"] if row["by"] == "sex"}
    tables = [table for (by, _), table in crossed.counts.items() if by == "sex"]
    fit = not any(rule.hides(int(n)) for table in tables for n in table.ravel())
    if shown:
        assert fit and shown == {"female", "male"}


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_large_strata_are_shown(policy: str) -> None:
    assert LIFE is not None
    table = np.full((3, 4), 20)
    whole = {("all", "all"): 2 * table, ("sex", "female"): table, ("sex", "male"): table}
    crossed = FaredQuadrants("wellbeing", LIFE, whole, None, "nobody")
    rows = release(Wellbeing(480, (), (crossed,)), policy)["quadrants"]
    assert [row["n"] for row in rows if row["by"] == "sex"] == [20] * 24
    assert [row["n"] for row in rows if row["by"] == "all" and row["number"] == "counted"] == [
        40
    ] * 12
