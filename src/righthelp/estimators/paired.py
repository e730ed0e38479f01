"""A score taken twice: how it changed, in how many it mattered, and what chance alone would show.

Wellbeing, activation or loneliness at the first and the last meeting. People come at a bad time and
those who do well are asked again, so the change stands beside what regression to the mean gives and
beside its bounds for everybody who has no second score.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_floats
from righthelp.estimators.result import NO_VARIATION, Status

BETTER, SAME, WORSE = 0, 1, 2
LEVEL = 0.95
# A score is a sum of answers: what differs by less is the same score.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Scale:
    """The range of a score, which end is good, and the least difference that matters.

    important: the minimal important difference, above 0, in points. step: distance of neighbouring
    scores, 0 where they are as good as continuous.
    """

    lowest: float
    highest: float
    important: float
    higher_is_better: bool
    step: float = 0.0

    def __post_init__(self) -> None:
        assert self.lowest < self.highest
        assert 0 < self.important <= self.highest - self.lowest
        assert 0 <= self.step <= self.highest - self.lowest


@dataclass(frozen=True)
class PairedMeans:
    """Means of the same people's first and last values and of their change, last less first.

    sd, se: of the change; low, high: its 95% interval by Student's t with n - 1 degrees. sd is None
    for one person, se and interval unless status is "ok". correlation: of first and last; None
    below three people or where a side does not vary. Means are None when "not_estimable".
    """

    mean_first: float | None
    mean_last: float | None
    change: float | None
    sd: float | None
    se: float | None
    low: float | None
    high: float | None
    correlation: float | None
    n: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.change is None) == (self.status == "not_estimable")
        assert (self.se is None) == (self.low is None) == (self.high is None)
        assert (self.se is None) == (self.status != "ok")
        assert bool(self.reason) == (self.status != "ok")


@dataclass(frozen=True)
class ScoreBounds:
    """What could be said had everybody with a first score had a second: worst and best case.

    mean_*: of the mean change (last less first); improved_*, worsened_*: shares, 0 to 1.
    """

    mean_low: float
    mean_high: float
    improved_low: float
    improved_high: float
    worsened_low: float
    worsened_high: float


@dataclass(frozen=True, eq=False)
class ChanceOfMoving:
    """How many would have moved by the important difference had nobody's true score changed.

    probability: (n, 3) of each person, better, same, worse; improved, worsened: shares expected;
    mean_change: expected by regression to the mean (last less first). correlation: the one used.
    All None when status is "not_estimable"; reason reads on from "because".
    """

    probability: FloatArray | None
    improved: float | None
    worsened: float | None
    mean_change: float | None
    correlation: float | None
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class BeyondRegression:
    """How far the mean change exceeds what regression to a known mean alone would give.

    expected: that change, last less first; beyond: the mean change less it; se, low, high: of
    beyond, with its 95% interval. n: people. reason reads on from "because".
    """

    expected: float | None
    beyond: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class ScoreChange:
    """The change of a score, who moved, who stood at an end of the scale, and who was lost.

    n_improved, n_same, n_worsened: by at least the important difference, of means.n people.
    n_floor_*, n_ceiling_*: at the lowest and at the highest score of the scale. n_first_only: no
    second score. bounds: None without anybody.
    """

    means: PairedMeans
    n_improved: int
    n_same: int
    n_worsened: int
    n_floor_first: int
    n_ceiling_first: int
    n_floor_last: int
    n_ceiling_last: int
    n_first_only: int
    bounds: ScoreBounds | None
    chance: ChanceOfMoving

    def share(self, count: int) -> float | None:
        """Return a count as a share of the people with both scores; None without any."""
        return count / self.means.n if self.means.n else None


def paired_means(*, first: npt.ArrayLike, last: npt.ArrayLike) -> PairedMeans:
    """Return the mean change of paired values with its t interval.

    first, last: (n,) of the same people. se = sd/sqrt(n), sd with divisor n - 1. Nobody: not
    estimable; one person, or the same change in everybody: a point. Checked against statsmodels
    (DescrStatsW) and by hand.
    """
    x, y = as_floats(first), as_floats(last)
    assert x.size == y.size
    n = x.size
    if n == 0:
        reason = "nobody has two values"
        return PairedMeans(*(None,) * 8, n=0, status="not_estimable", reason=reason)
    change = y - x
    means = float(x.mean()), float(y.mean()), float(change.mean())
    sd = float(change.std(ddof=1)) if n > 1 else None
    r = _correlation(x, y)
    if sd is None or sd <= ROUNDING * max(1.0, float(np.abs(change).max())):
        reason = "one person gives no interval" if n == 1 else NO_VARIATION
        return PairedMeans(*means, sd, None, None, None, r, n, "point_only", reason)
    from scipy.special import stdtrit

    se = sd / math.sqrt(n)
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * se
    return PairedMeans(*means, sd, se, means[2] - half, means[2] + half, r, n, "ok")


def score_direction(*, first: npt.ArrayLike, last: npt.ArrayLike, scale: Scale) -> IntArray:
    """Return BETTER, SAME or WORSE for each pair: (n,); moved by at least scale.important.

    What lies within 1e-9 of the important difference has reached it.
    """
    gain = (as_floats(last) - as_floats(first)) * (1 if scale.higher_is_better else -1)
    limit = scale.important - ROUNDING
    return np.where(gain >= limit, BETTER, np.where(gain <= -limit, WORSE, SAME)).astype(np.int64)


def score_change(
    *,
    first: npt.ArrayLike,
    last: npt.ArrayLike,
    first_only: npt.ArrayLike,
    scale: Scale,
    lost_within: float | None = None,
    reliability: float | None = None,
    reference_mean: float | None = None,
) -> ScoreChange:
    """Return the change of a score, who moved, bounds for the lost, and what chance would give.

    first, last: (n,) of people with both; first_only: (l,) of people without a second score; all
    within the scale, or an assertion. lost_within: the most that the score of a lost person may
    have changed, either way and no further than the scale goes; None: as far as the scale goes, a
    bound without an assumption. Shares: none of the lost, or all of them. reliability,
    reference_mean: see chance_of_moving. No sampling error is in the bounds. Source: Manski 1989,
    J Hum Resour 24:343; Horowitz & Manski 2000, J Am Stat Assoc 95:77. Checked by hand and by
    properties.
    """
    x, y, lost = as_floats(first), as_floats(last), as_floats(first_only)
    scores = np.concatenate([x, y, lost])
    assert (scores >= scale.lowest - ROUNDING).all(), "a score below the scale"
    assert (scores <= scale.highest + ROUNDING).all(), "a score above the scale"
    moved = np.bincount(score_direction(first=x, last=y, scale=scale), minlength=3)
    return ScoreChange(
        means=paired_means(first=x, last=y),
        n_improved=int(moved[BETTER]),
        n_same=int(moved[SAME]),
        n_worsened=int(moved[WORSE]),
        n_floor_first=int((x <= scale.lowest + ROUNDING).sum()),
        n_ceiling_first=int((x >= scale.highest - ROUNDING).sum()),
        n_floor_last=int((y <= scale.lowest + ROUNDING).sum()),
        n_ceiling_last=int((y >= scale.highest - ROUNDING).sum()),
        n_first_only=lost.size,
        bounds=_bound(y - x, moved, lost, scale=scale, within=lost_within),
        chance=chance_of_moving(
            first=x, last=y, scale=scale, reliability=reliability, reference_mean=reference_mean
        ),
    )


def chance_of_moving(
    *,
    first: npt.ArrayLike,
    last: npt.ArrayLike,
    scale: Scale,
    reliability: float | None = None,
    reference_mean: float | None = None,
) -> ChanceOfMoving:
    """Return who would have moved by the important difference had nobody's true score changed.

    first, last: (n,), taken as bivariate normal with the two observed SDs s1, s2 and correlation r,
    so that given a first score x the last has mean c + b(x - c), b = r s2/s1, and SD
    s2 sqrt(1 - r^2); a person's probability is that of the last lying an important difference from
    x. r: the reliability (test and retest over as long, in people as different) where given, else
    the observed correlation. The latter takes every difference in how people changed for chance: if
    some truly gained more than others it is too low, and too many are expected to move.
    c: reference_mean, the mean of the population that people came from at a bad time; without it
    the mean of the first scores, so that nobody's badness is expected to pass and only scatter is
    counted. With a step, moving means to land at least half a step past (continuity). The ends of
    the scale are not heeded. Fewer than three people, no spread on a side, or r of 1 or -1: not
    estimable. Source: Barnett, van der Pols & Dobson 2005, Int J Epidemiol 34:215; Jacobson & Truax
    1991, J Consult Clin Psychol 59:12 (change beyond unreliability). Checked against simulation and
    the closed form for the whole group.
    """
    from scipy.special import ndtr

    assert reliability is None or 0 <= reliability <= 1
    x, y = as_floats(first), as_floats(last)
    assert x.size == y.size
    observed = _correlation(x, y)
    if observed is None:
        small = "fewer than three people have two scores"
        reason = small if x.size < 3 else "the scores do not vary"
        return ChanceOfMoving(None, None, None, None, None, "not_estimable", reason)
    r = observed if reliability is None else reliability
    if abs(r) >= 1 - ROUNDING:
        reason = "first and last score go together without error"
        return ChanceOfMoving(None, None, None, None, None, "not_estimable", reason)
    s1, s2 = float(x.std(ddof=1)), float(y.std(ddof=1))
    centre = float(x.mean()) if reference_mean is None else reference_mean
    mean = (centre - x) * (1 - r * s2 / s1)
    spread = s2 * math.sqrt(1 - r * r)
    limit = _least_counted(scale)
    up, down = ndtr((mean - limit) / spread), ndtr((-limit - mean) / spread)
    better, worse = (up, down) if scale.higher_is_better else (down, up)
    probability = np.column_stack([better, np.maximum(1 - better - worse, 0), worse])
    return ChanceOfMoving(
        probability=probability,
        improved=float(better.mean()),
        worsened=float(worse.mean()),
        mean_change=float(mean.mean()),
        correlation=r,
        status="ok",
    )


def change_beyond_regression(
    *, first: npt.ArrayLike, last: npt.ArrayLike, reference_mean: float
) -> BeyondRegression:
    """Return how far the mean change exceeds what regression to a known mean alone would give.

    first, last: (n,); reference_mean: c, the mean of the population that people came from at a bad
    time. Last is regressed on first by least squares, y = a + bx; had nothing but regression to c
    happened, y would be c where x is c. So beyond = a + bc - c, which is the mean change less
    (c - mean of x)(1 - b), what chance_of_moving expects with the observed correlation. se: HC3,
    since scores near an end of the scale spread less; t with n - 2 degrees. It takes b for the
    slope of the population; where people were chosen by what they are and not by what they
    answered, error of measurement makes b too low and the expected change too large. Fewer than
    four people, or no spread: not estimable. Source: Mee & Chua 1991, Am Stat 45:39 (their test;
    HC3 by MacKinnon & White 1985, J Econom 29:305). Checked against statsmodels OLS with HC3.
    """
    from scipy.special import stdtrit

    x, y = as_floats(first), as_floats(last)
    assert x.size == y.size
    n = x.size
    if n < 4:
        reason = "fewer than four people have two scores"
        return BeyondRegression(None, None, None, None, None, n, "not_estimable", reason)
    if _correlation(x, y) is None:
        reason = "the scores do not vary"
        return BeyondRegression(None, None, None, None, None, n, "not_estimable", reason)
    away = x - x.mean()
    spread = float(away @ away)
    slope = float(away @ y) / spread
    expected = (reference_mean - float(x.mean())) * (1 - slope)
    beyond = float((y - x).mean()) - expected
    hat = 1 / n + away**2 / spread
    if (hat >= 1 - ROUNDING).any():
        reason = "one person alone has another first score"
        return BeyondRegression(None, None, None, None, None, n, "not_estimable", reason)
    weight = 1 / n + away * (reference_mean - float(x.mean())) / spread
    residual = (y - y.mean() - slope * away) / (1 - hat)
    se = math.sqrt(float((weight * residual) @ (weight * residual)))
    if se <= ROUNDING * max(1.0, float(np.abs(y).max())):
        reason = "first and last score go together without error"
        return BeyondRegression(expected, beyond, None, None, None, n, "point_only", reason)
    half = float(stdtrit(n - 2, (1 + LEVEL) / 2)) * se
    return BeyondRegression(expected, beyond, se, beyond - half, beyond + half, n, "ok")


def _least_counted(scale: Scale) -> float:
    """The important difference, or half a step below the least whole difference that reaches it."""
    if scale.step == 0:
        return scale.important
    return (math.ceil(scale.important / scale.step - ROUNDING) - 0.5) * scale.step


def _correlation(x: FloatArray, y: FloatArray) -> float | None:
    if x.size < 3:
        return None
    dx, dy = x - x.mean(), y - y.mean()
    sx, sy = math.sqrt(float(dx @ dx)), math.sqrt(float(dy @ dy))
    nothing = ROUNDING * math.sqrt(x.size)
    if sx <= nothing * max(1.0, float(np.abs(x).max())):
        return None
    if sy <= nothing * max(1.0, float(np.abs(y).max())):
        return None
    return min(max(float(dx @ dy) / (sx * sy), -1.0), 1.0)


def _bound(
    change: FloatArray, moved: IntArray, lost: FloatArray, *, scale: Scale, within: float | None
) -> ScoreBounds | None:
    assert within is None or within >= 0
    n, total = change.size + lost.size, float(change.sum())
    if n == 0:
        return None
    limit = scale.highest - scale.lowest if within is None else within
    fall = np.clip(lost - scale.lowest, 0, limit)
    rise = np.clip(scale.highest - lost, 0, limit)
    return ScoreBounds(
        mean_low=(total - float(fall.sum())) / n,
        mean_high=(total + float(rise.sum())) / n,
        improved_low=int(moved[BETTER]) / n,
        improved_high=(int(moved[BETTER]) + lost.size) / n,
        worsened_low=int(moved[WORSE]) / n,
        worsened_high=(int(moved[WORSE]) + lost.size) / n,
    )
