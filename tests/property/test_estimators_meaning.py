"""What a change means: sums that are exact, orders that do not matter, bounds that hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.estimators.continuity import continuity
from righthelp.estimators.cumulative_incidence import cumulative_incidence
from righthelp.estimators.incidence import incidence_ratio, matched_incidence_ratio
from righthelp.estimators.paired import Scale, chance_of_moving, score_change, score_direction
from righthelp.estimators.quadrants import NO_SCORE, chance_quadrants, quadrants
from righthelp.estimators.reasons import bound_uncoded, change_by_reason, compare_by_reason

Array = npt.NDArray[np.int64]
seeds = st.integers(0, 100_000)
SCALE = Scale(lowest=0, highest=10, important=1, higher_is_better=True, step=1)


@st.composite
def people(draw: st.DrawFn) -> tuple[Array, Array]:
    """Contacts before and after of a few people under two to five reasons."""
    rng = np.random.default_rng(draw(seeds))
    shape = (draw(st.integers(2, 30)), draw(st.integers(2, 5)))
    return rng.poisson(1.5, shape), rng.poisson(1.2, shape)


@st.composite
def sets(draw: st.DrawFn) -> dict[str, Any]:
    """Matched sets of one to four; a comparator may serve in several, and cases may have served."""
    rng = np.random.default_rng(draw(seeds))
    n, k = draw(st.integers(2, 12)), draw(st.integers(2, 4))
    size = rng.integers(1, 5, n)
    rows = [rng.choice(20, m, replace=False) for m in size]
    free = [np.setdiff1d(np.arange(60), chosen) for chosen in rows]
    r = int(size.sum())
    return {
        "case_before": rng.poisson(2, (n, k)),
        "case_after": rng.poisson(2, (n, k)),
        "case_person": np.array([rng.choice(left) for left in free]),
        "row_set": np.repeat(np.arange(n), size),
        "row_before": rng.poisson(2, (r, k)),
        "row_after": rng.poisson(2, (r, k)),
        "row_person": np.concatenate(rows),
    }


def _merge(counts: Array) -> Array:
    """The first two reasons taken as one."""
    return np.column_stack([counts[:, 0] + counts[:, 1], counts[:, 2:]])


@given(people())
def test_the_parts_add_up_to_the_total_and_their_covariance_to_its_variance(
    drawn: tuple[Array, Array],
) -> None:
    before, after = drawn
    found = change_by_reason(before=before, after=after)
    assert found.total.change is not None and found.covariance is not None
    assert sum(part.change or 0 for part in found.parts) == pytest.approx(found.total.change)
    alone = change_by_reason(
        before=before.sum(axis=1, keepdims=True), after=after.sum(axis=1, keepdims=True)
    )
    exact = 100 * (int(after.sum()) - int(before.sum())) / len(before)
    assert found.total.change == pytest.approx(exact, abs=1e-9)
    assert alone.total.change == pytest.approx(exact, abs=1e-9)
    assert (found.total.se or 0) ** 2 == pytest.approx(float(found.covariance.sum()), abs=1e-8)
    assert found.total.se == pytest.approx(alone.total.se)
    assert np.linalg.eigvalsh(found.covariance).min() >= -1e-8 * np.trace(found.covariance)


@given(people(), seeds)
def test_neither_the_order_of_people_nor_merging_two_reasons_changes_the_rest(
    drawn: tuple[Array, Array], seed: int
) -> None:
    before, after = drawn
    order = np.random.default_rng(seed).permutation(len(before))
    found = change_by_reason(before=before, after=after)
    shuffled = change_by_reason(before=before[order], after=after[order])
    merged = change_by_reason(before=_merge(before), after=_merge(after))
    assert found.covariance is not None and merged.covariance is not None
    assert shuffled.covariance == pytest.approx(found.covariance)
    first, second, *rest = found.parts
    assert merged.parts[0].change == pytest.approx((first.change or 0) + (second.change or 0))
    assert float(merged.covariance[0, 0]) == pytest.approx(float(found.covariance[:2, :2].sum()))
    assert [part.change for part in merged.parts[1:]] == pytest.approx([p.change for p in rest])
    assert merged.total.se == pytest.approx(found.total.se)


@given(sets(), seeds)
def test_matched_parts_add_up_and_neither_order_nor_merging_changes_them(
    made: dict[str, Any], seed: int
) -> None:
    found = compare_by_reason(**made)
    assert found.covariance is not None
    total = found.total
    assert sum(part.difference or 0 for part in found.parts) == pytest.approx(total.difference)
    variance = float(found.covariance.sum())
    if total.se is None:
        assert variance <= 1e-8 * np.abs(found.covariance).sum() + 1e-12
    else:
        assert total.se**2 == pytest.approx(variance, rel=1e-6)
    order = np.random.default_rng(seed).permutation(made["row_set"].size)
    rows = ("row_set", "row_before", "row_after", "row_person")
    shuffled = compare_by_reason(**(made | {name: made[name][order] for name in rows}))
    assert shuffled.covariance == pytest.approx(found.covariance, abs=1e-7)
    counted = ("case_before", "case_after", "row_before", "row_after")
    merged = compare_by_reason(**(made | {name: _merge(made[name]) for name in counted}))
    assert merged.covariance is not None
    assert merged.total.difference == pytest.approx(total.difference)
    assert float(merged.covariance[0, 0]) == pytest.approx(
        float(found.covariance[:2, :2].sum()), abs=1e-7
    )


@given(sets())
def test_cases_that_are_their_own_comparators_do_not_differ(made: dict[str, Any]) -> None:
    """Every set one row with the case's own counts: nothing is left of any reason."""
    n = len(made["case_before"])
    found = compare_by_reason(
        **(
            made
            | {
                "row_set": np.arange(n),
                "row_before": made["case_before"],
                "row_after": made["case_after"],
                "row_person": np.arange(n) + 1000,
            }
        )
    )
    assert [part.difference for part in found.parts] == pytest.approx([0.0] * len(found.parts))


@given(people(), seeds)
def test_however_the_uncoded_are_coded_the_change_lies_within_the_bounds(
    drawn: tuple[Array, Array], seed: int
) -> None:
    before, after = drawn[0].sum(axis=0), drawn[1].sum(axis=0)
    found = bound_uncoded(before=before, after=after, uncoded=0)
    assert (found.low <= found.high).all()
    gap = before[0] + after[0]
    assert found.high - found.low == pytest.approx(np.full(before.size - 1, float(gap)))
    rng = np.random.default_rng(seed)
    share = np.full(before.size - 1, 1 / (before.size - 1))
    coded = after[1:] + rng.multinomial(after[0], share)
    coded = coded - before[1:] - rng.multinomial(before[0], share)
    assert ((found.low <= coded) & (coded <= found.high)).all()
    if found.proportional is not None:
        assert found.proportional.sum() == pytest.approx(float(after.sum() - before.sum()))
        slack = 1e-9
        assert (found.low - slack <= found.proportional).all()
        assert (found.proportional <= found.high + slack).all()


@given(sets(), seeds, st.floats(0.1, 50))
def test_incidence_ratios_know_neither_order_nor_unit_of_time(
    made: dict[str, Any], seed: int, unit: float
) -> None:
    rng = np.random.default_rng(seed)
    n, r = len(made["case_before"]), made["row_set"].size
    case = {"events": made["case_before"][:, 0], "time": rng.uniform(1, 9, n)}
    row = {"events": made["row_before"][:, 0], "time": rng.uniform(1, 9, r)}
    order, rows = rng.permutation(n), rng.permutation(r)

    def plain(scale: float, o: Array, q: Array) -> Any:
        return incidence_ratio(
            seen_events=case["events"][o],
            seen_time=scale * case["time"][o],
            seen_person=made["case_person"][o],
            other_events=row["events"][q],
            other_time=scale * row["time"][q],
            other_person=made["row_person"][q],
        ).estimate

    def matched(scale: float, q: Array) -> Any:
        return matched_incidence_ratio(
            case_events=case["events"],
            case_time=scale * case["time"],
            case_person=made["case_person"],
            row_set=made["row_set"][q],
            row_events=row["events"][q],
            row_time=scale * row["time"][q],
            row_person=made["row_person"][q],
        ).estimate

    one, other = plain(1, np.arange(n), np.arange(r)), plain(unit, order, rows)
    assert (one.status, one.n) == (other.status, other.n)
    assert other.log_rr == pytest.approx(one.log_rr, abs=1e-9)
    assert other.se == pytest.approx(one.se, rel=1e-6)
    first, second = matched(1, np.arange(r)), matched(unit, rows)
    assert second.log_rr == pytest.approx(first.log_rr, abs=1e-9)
    assert (second.se or 0) ** 2 == pytest.approx((first.se or 0) ** 2, rel=1e-6, abs=1e-9)


@st.composite
def followed(draw: st.DrawFn) -> tuple[Array, Array]:
    n = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(seeds))
    return rng.integers(0, draw(st.integers(1, 30)), n), rng.integers(0, 4, n)


@given(followed(), seeds)
def test_shares_rise_and_add_up_with_the_event_free_to_everybody(
    drawn: tuple[Array, Array], seed: int
) -> None:
    day, kind = drawn
    at = list(range(int(day.max()) + 1))
    found = cumulative_incidence(day=day, kind=kind, n_kinds=3, at_days=at)
    shares = np.array([[one.share for one in row] for row in found.kinds], dtype=float)
    assert (np.diff(shares, axis=1) >= 0).all()
    free = np.array(found.event_free, dtype=float)
    assert shares.sum(axis=0) + free == pytest.approx(np.ones(len(at)))
    order = np.random.default_rng(seed).permutation(day.size)
    assert cumulative_incidence(day=day[order], kind=kind[order], n_kinds=3, at_days=at) == found
    for one in found.kinds[0]:
        interval = one.interval()
        if interval:
            assert one.share is not None
            assert 0 <= interval[0] <= one.share <= interval[1] <= 1


@given(followed())
def test_kinds_taken_as_one_give_the_sum_of_their_shares(drawn: tuple[Array, Array]) -> None:
    day, kind = drawn
    at = list(range(int(day.max()) + 1))
    apart = cumulative_incidence(day=day, kind=kind, n_kinds=3, at_days=at)
    merged = cumulative_incidence(day=day, kind=np.minimum(kind, 1), n_kinds=1, at_days=at)
    for place, one in enumerate(merged.kinds[0]):
        total = sum(row[place].share or 0 for row in apart.kinds)
        assert one.share == pytest.approx(total)


@given(seeds, st.integers(1, 6))
def test_continuity_lies_in_its_range_and_knows_no_names(seed: int, n_clinicians: int) -> None:
    rng = np.random.default_rng(seed)
    person, clinician = rng.integers(0, 12, 50), rng.integers(0, n_clinicians, 50)
    visits = rng.integers(0, 4, 50)
    found = continuity(person=person, clinician=clinician, n_visits=visits)
    assert ((found.coc >= 0) & (found.coc <= found.upc) & (found.upc <= 1)).all()
    assert (found.upc >= 1 / n_clinicians - 1e-12).all()
    order = rng.permutation(50)
    renamed = rng.permutation(n_clinicians)[clinician] * 10**12
    again = continuity(person=person[order], clinician=renamed[order], n_visits=visits[order])
    assert again.coc.tolist() == found.coc.tolist()
    assert again.upc.tolist() == found.upc.tolist()
    assert again.n_below == found.n_below


@given(seeds, st.integers(0, 12), st.integers(0, 6))
def test_whatever_the_lost_scored_lies_within_the_bounds(seed: int, n: int, n_lost: int) -> None:
    rng = np.random.default_rng(seed)
    first, last = rng.integers(0, 11, (2, n)).astype(float)
    lost, theirs = rng.integers(0, 11, (2, n_lost)).astype(float)
    bounds = score_change(first=first, last=last, first_only=lost, scale=SCALE).bounds
    if n + n_lost == 0:
        assert bounds is None
        return
    truth = score_change(
        first=np.concatenate([first, lost]),
        last=np.concatenate([last, theirs]),
        first_only=[],
        scale=SCALE,
    )
    assert bounds is not None and truth.means.change is not None
    assert bounds.mean_low - 1e-9 <= truth.means.change <= bounds.mean_high + 1e-9
    improved, worsened = truth.share(truth.n_improved), truth.share(truth.n_worsened)
    assert improved is not None and worsened is not None
    assert bounds.improved_low <= improved <= bounds.improved_high
    assert bounds.worsened_low <= worsened <= bounds.worsened_high


@given(seeds, st.integers(3, 30))
def test_turning_the_scale_round_turns_better_and_worse_round(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    first, last = rng.integers(0, 11, (2, n)).astype(float)
    round_scale = Scale(lowest=0, highest=10, important=1, higher_is_better=False, step=1)
    one = score_change(first=first, last=last, first_only=[], scale=SCALE)
    other = score_change(first=10 - first, last=10 - last, first_only=[], scale=round_scale)
    assert (one.n_improved, one.n_worsened) == (other.n_improved, other.n_worsened)
    assert (one.n_floor_first, one.n_ceiling_last) == (other.n_ceiling_first, other.n_floor_last)
    assert one.chance.status == other.chance.status
    if one.chance.improved is not None:
        assert other.chance.improved == pytest.approx(one.chance.improved)


@given(seeds, st.integers(1, 40))
def test_whatever_the_missing_scores_are_every_cell_lies_within_its_bounds(
    seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    contacts, score = rng.integers(0, 3, n), rng.integers(0, 4, n)
    found = quadrants(contacts=contacts, score=score)
    assert found.table.sum() + found.no_score.sum() == found.n == n
    truth = quadrants(
        contacts=contacts, score=np.where(score == NO_SCORE, rng.integers(0, 3, n), score)
    )
    for cell, real in zip(found.cells, truth.cells, strict=True):
        assert cell.n <= real.n <= cell.n_high
        assert cell.share_low is not None and cell.share_high is not None
        assert real.share is not None
        assert cell.share_low <= real.share <= cell.share_high


@settings(max_examples=40)
@given(seeds, st.integers(3, 40))
def test_the_table_of_chance_holds_everybody_and_certainty_gives_the_table_itself(
    seed: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    contacts = rng.integers(0, 3, n)
    first, last = rng.integers(0, 11, (2, n)).astype(float)
    score = score_direction(first=first, last=last, scale=SCALE)
    certain = chance_quadrants(
        contacts_probability=np.eye(3)[contacts], score_probability=np.eye(3)[score]
    )
    assert certain.expected.tolist() == quadrants(contacts=contacts, score=score).table.tolist()
    assert not certain.sd.any()
    chance = chance_of_moving(first=first, last=last, scale=SCALE).probability
    if chance is not None:
        table = chance_quadrants(contacts_probability=np.eye(3)[contacts], score_probability=chance)
        assert table.expected.sum() == pytest.approx(n)
        assert table.expected.sum(axis=1) == pytest.approx(np.bincount(contacts, minlength=3))
