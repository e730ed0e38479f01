"""What projection, support and strata do where there is little or nothing to go on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from righthelp.estimators.influence import count_people, rank_codes
from righthelp.estimators.projection import Projection, projection
from righthelp.estimators.support import SUPPORT_LIMIT, support

RNG = np.random.default_rng(20)
SEEN = RNG.poisson(4, (12, 3))
REFERENCE = RNG.poisson(3, (80, 3))


def _project(seen: npt.ArrayLike, reference: npt.ArrayLike, **changes: Any) -> Projection:
    """Project rows of (earlier, before, after), everybody in one stratum and a different person."""
    one, other = np.asarray(seen, dtype=float), np.asarray(reference, dtype=float)
    given: dict[str, Any] = {
        "seen_after": one[:, -1],
        "seen_history": one[:, :-1],
        "seen_ladder": np.zeros((len(one), 1), dtype=int),
        "seen_person": np.arange(len(one)),
        "reference_after": other[:, -1],
        "reference_history": other[:, :-1],
        "reference_ladder": np.zeros((len(other), 1), dtype=int),
        "reference_person": 1_000 + np.arange(len(other)),
    }
    return projection(**(given | changes))


@pytest.mark.parametrize(
    ("seen", "reference", "changes", "reason"),
    [
        (SEEN[:0], REFERENCE, {}, "nobody was seen"),
        (SEEN * [1, 1, 0], REFERENCE, {}, "no contacts were counted after the index"),
        (SEEN, REFERENCE[:49], {}, "fewer than 50 reference people"),
        (SEEN, REFERENCE[:0], {}, "fewer than 50 reference people"),
        (
            SEEN,
            REFERENCE,
            {"reference_person": np.arange(80) % 49},
            "fewer than 50 reference people",
        ),
        (SEEN, REFERENCE * [1, 1, 0], {}, "not above 0"),
    ],
)
def test_a_projection_that_cannot_be_made_says_why(
    seen: npt.NDArray[np.int64],
    reference: npt.NDArray[np.int64],
    changes: dict[str, Any],
    reason: str,
) -> None:
    ours = _project(seen, reference, **changes)
    assert (ours.estimate.status, ours.estimate.log_rr) == ("not_estimable", None)
    assert reason in ours.estimate.reason
    assert ours.observed == seen[:, -1].sum()
    assert (ours.n_seen, ours.n_reference_rows) == (len(seen), len(reference))


def test_fifty_reference_people_are_enough_and_one_seen_person_is_a_point() -> None:
    assert _project(SEEN, REFERENCE[:50]).estimate.status == "ok"
    one = _project([[3, 5, 4]], REFERENCE)
    assert (one.estimate.status, one.estimate.n) == ("point_only", 1)
    assert one.estimate.log_rr is not None
    assert one.expected is not None
    assert one.estimate.log_rr == pytest.approx(math.log(4 / one.expected))


def test_without_history_it_is_the_ratio_of_means_within_strata() -> None:
    """Two strata, no bands: expected is each stratum's own mean; a hand computation."""
    reference = np.r_[np.full(60, 2.0), np.full(60, 4.0)] + np.tile([-1.0, 1.0], 60)
    ours = _project(
        np.array([[6.0], [3.0], [3.0]]),
        reference[:, None],
        seen_ladder=np.array([[1], [1], [2]]),
        reference_ladder=np.repeat([[1], [2]], 60, axis=0),
    )
    assert (ours.strata_used, ours.bands_used) == (2, 0)
    assert ours.expected == pytest.approx(2 + 2 + 4)
    # H = n_s/m_s: 2/60 and 1/60; leave-one-out residual 1/(1 - 1/60).
    loo = (1 / (1 - 1 / 60)) ** 2
    reference_part = (12 / 8) ** 2 * loo * (60 * (2 / 60) ** 2 + 60 * (1 / 60) ** 2)
    residuals = np.array([6, 3, 3]) - 12 / 8 * np.array([2, 2, 4])
    variance = (3 / 2 * (residuals**2).sum() + reference_part) / 12**2
    assert ours.estimate.se == pytest.approx(math.sqrt(variance), rel=1e-12)


def test_rows_given_four_times_are_still_the_same_people() -> None:
    """By row the reference part would fall to a quarter; by person it stays.

    (But for HC3, which divides each row by one less its own leverage.)
    """
    four = np.tile(REFERENCE, (4, 1))
    plain = _project(SEEN, REFERENCE).estimate
    coded = _project(SEEN, four, reference_person=np.tile(np.arange(80) + 1_000, 4)).estimate
    naive = _project(SEEN, four).estimate
    assert plain.se is not None
    assert coded.se is not None
    assert naive.se is not None
    assert coded.log_rr == pytest.approx(plain.log_rr, abs=1e-12)
    assert coded.se == pytest.approx(plain.se, rel=0.03)
    assert naive.se < 0.97 * plain.se


def test_a_band_only_the_seen_vary_in_is_left_out_and_said() -> None:
    flat = REFERENCE * [0, 1, 1]
    ours = _project(SEEN, flat)
    without = _project(SEEN[:, 1:], REFERENCE[:, 1:])
    assert (ours.bands_used, ours.history_outside) == (1, True)
    assert ours.estimate.log_rr == pytest.approx(without.estimate.log_rr, abs=1e-12)
    assert not _project(SEEN * [0, 1, 1], flat).history_outside


def test_somebody_who_alone_decides_a_slope_still_counts_in_the_error() -> None:
    """One reference person alone has earlier contacts: leverage 1, residual 0."""
    lonely = REFERENCE * [0, 1, 1]
    lonely[7] = [9, 3, 30]
    ours = _project(SEEN, lonely)
    without = _project(SEEN[:, 1:], REFERENCE[:, 1:])
    assert ours.bands_used == 2
    assert ours.estimate.se is not None
    assert without.estimate.se is not None
    assert ours.estimate.se > 2 * without.estimate.se


def test_support_limit_and_direction() -> None:
    reference = np.repeat([1, 2, 3, 8], 5)
    inside = np.repeat(2, 95)
    above = support(seen=np.r_[inside, np.repeat(25, 5)], reference=reference)
    assert (above.share_outside, above.direction, above.within_limit) == (0.05, "above", True)
    beyond = support(seen=np.r_[inside, np.repeat(25, 6)], reference=reference)
    assert beyond.share_outside > SUPPORT_LIMIT
    assert not beyond.within_limit
    assert support(seen=[0], reference=reference).direction == "below"
    assert support(seen=[0, 25], reference=reference).direction == "both"
    assert support(seen=[5], reference=reference).direction == "above"
    assert support(seen=[2], reference=[]).direction == "both"
    assert support(seen=[2], reference=[2, 2, 2]).direction == "above"
    assert support(seen=[], reference=reference).share_outside == 0


@pytest.mark.parametrize("codes", [[], [5], [7, -2, 7, 0], [10**12, 3, 10**12], list(range(9))])
def test_codes_are_ranked_as_numpy_ranks_them(codes: list[int]) -> None:
    different, place = rank_codes(np.array(codes, dtype=np.int64))
    expected, inverse = np.unique(np.array(codes, dtype=np.int64), return_inverse=True)
    assert different.tolist() == expected.tolist()
    assert place.tolist() == inverse.tolist()


def test_people_are_counted_once_a_group() -> None:
    group, person = np.array([0, 0, 0, 2, 2]), np.array([4, 4, 9, 4, 10**15])
    assert count_people(group=group, person=person, n_groups=4).tolist() == [2, 0, 2, 0]
    empty = np.array([], dtype=np.int64)
    assert count_people(group=empty, person=empty, n_groups=2).tolist() == [0, 0]
