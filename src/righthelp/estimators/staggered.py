"""Scheme level: practices that started the scheme at different times, or never.

Group-time average effects of Callaway & Sant'Anna (2021), Journal of Econometrics 225:200, by the
library moderndid; righthelp prepares the panel and words what cannot be made. A two-way
fixed-effects difference in differences stands beside them for practices that all start at once.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from righthelp.estimators.arrays import FloatArray, IntArray, as_codes, as_floats
from righthelp.estimators.result import Status

Comparison = Literal["not_yet", "never"]

NEVER = -1
# Below five the spread between practices can hardly be seen; the library warns there too.
MIN_PRACTICES = 5
MISSING_LIBRARY = "it needs a library that is not installed: pip install righthelp[scheme]"
NO_SPREAD = "practices do not differ from one another, so no interval can be made"
FEW_A_GROUP = "fewer than 5 practices started together on average, so no interval can be made"


@dataclass(frozen=True)
class Effect:
    """An average effect in the unit of the rates, with its standard error, or why there is none.

    att: change of the rate; None when "not_estimable". se: None unless "ok". n_practices: started
    practices behind it. reason: reads on from "because"; empty only when status is "ok".
    """

    att: float | None
    se: float | None
    n_practices: int
    status: Status
    reason: str = ""

    def __post_init__(self) -> None:
        assert (self.att is None) == (self.status == "not_estimable")
        assert (self.se is None) == (self.status != "ok")
        assert self.att is None or math.isfinite(self.att)
        assert self.se is None or (math.isfinite(self.se) and self.se > 0)
        assert bool(self.reason) == (self.status != "ok")

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Return the normal interval at `level`; None without a standard error."""
        if self.att is None or self.se is None:
            return None
        half = NormalDist().inv_cdf((1 + level) / 2) * self.se
        return self.att - half, self.att + half


@dataclass(frozen=True)
class StaggeredStart:
    """Average effects of starting, as one number, by time since the start and by group.

    simple: over all practices and periods since their start, weighted by practices in the group.
    over_time: mean of by_time from the start on. over_groups: mean of by_group, by practices.
    by_time: (periods since start, effect) in order; before the start each is the change from the
    period before it, and tells whether the groups moved alike. by_group: (first period with the
    scheme, effect). n_started, n_compared, n_left_out: practices that started within the periods
    used, that were compared with in every one of them, and neither. n_periods: periods used.
    """

    simple: Effect
    over_time: Effect
    over_groups: Effect
    by_time: tuple[tuple[int, Effect], ...]
    by_group: tuple[tuple[int, Effect], ...]
    anticipation_periods: int
    comparison: Comparison
    n_started: int
    n_compared: int
    n_left_out: int
    n_periods: int


@dataclass(frozen=True, eq=False)
class _Panel:
    """The practices and periods that can be used; start is counted from 0, NEVER if compared."""

    rates: FloatArray
    start: IntArray
    n_left_out: int

    @property
    def started(self) -> IntArray:
        started: IntArray = self.start[self.start != NEVER]
        return started

    @property
    def n_compared(self) -> int:
        return self.start.size - self.started.size


def staggered_start(
    *,
    rates: npt.ArrayLike,
    start: npt.ArrayLike,
    anticipation_periods: int = 0,
    comparison: Comparison = "not_yet",
) -> StaggeredStart:
    """Return the average effects of starting, against practices that had not (yet) started.

    rates: (N, T) a practice's rate in each of T consecutive periods, none missing (months, or
    quarters where few practices start in one month), in any unit. start: (N,) integer index of its
    first period with the scheme, NEVER for none, T or more for later.

    anticipation_periods: periods before the start that may already differ. People are referred in
    a bad spell, so the last period before the start is high in a scheme without effect and no
    base to compare with; report several (anticipation_sensitivity). comparison: practices that
    never start, or in each period all that have not started yet.

    Left out and counted: practices without a period before start and anticipation; those whose
    start lies beyond the last period but its anticipation within. Where fewer than five practices
    never start, "not_yet" takes the last starters for comparison until there are five, and stops
    before the first of these is touched.

    Not estimable: no library (the extra "scheme"); fewer than five practices to compare with; no
    practice that starts. A point only: fewer than five started practices a group on average
    behind the number, since a group of m shows only 1 - 1/m of its practices' variance. Errors
    are analytical, clustered by practice: the same in every run. Checked against R's did 2.1.2 on
    did_callaway_santanna_mpdta; the error of over_groups against the paper's formula, which
    did 2.1.2 misses by 0.3% there.
    """
    values, first = as_floats(rates, ndim=2), as_codes(start)
    assert len(values) == first.size
    assert ((first >= 0) | (first == NEVER)).all()
    assert anticipation_periods >= 0
    panel = _prepare(values, first, ahead=anticipation_periods, comparison=comparison)
    reason = _why_not(panel, comparison)
    library = None if reason else _find_library()
    if library is None:
        nothing = Effect(None, None, panel.started.size, "not_estimable", reason or MISSING_LIBRARY)
        found = {"simple": nothing, "over_time": nothing, "over_groups": nothing}
        by_time: tuple[tuple[int, Effect], ...] = ()
        by_group: tuple[tuple[int, Effect], ...] = ()
    else:
        found, by_time, by_group = _estimate(
            library, panel, ahead=anticipation_periods, comparison=comparison
        )
    return StaggeredStart(
        **found,
        by_time=by_time,
        by_group=by_group,
        anticipation_periods=anticipation_periods,
        comparison=comparison,
        n_started=panel.started.size,
        n_compared=panel.n_compared,
        n_left_out=panel.n_left_out,
        n_periods=panel.rates.shape[1],
    )


def anticipation_sensitivity(
    *,
    rates: npt.ArrayLike,
    start: npt.ArrayLike,
    comparison: Comparison = "not_yet",
    periods: Sequence[int] = (0, 1, 2),
) -> tuple[StaggeredStart, ...]:
    """Return staggered_start for each number of anticipation periods, to be shown side by side.

    rates, start, comparison: as staggered_start takes them. An effect that goes when the period
    before the start no longer serves as the base was the bad spell in which people are referred.
    Checked on a scheme without effect in tests/unit/estimators/test_anticipation.py.
    """
    return tuple(
        staggered_start(rates=rates, start=start, anticipation_periods=ahead, comparison=comparison)
        for ahead in periods
    )


def two_way_did(*, rates: npt.ArrayLike, start: npt.ArrayLike) -> Effect:
    """Return the two-way fixed-effects difference in differences, clustered by practice.

    rates, start: as staggered_start takes them. Right only where practices start together or the
    effect never changes (Goodman-Bacon 2021, Journal of Econometrics 225:254); else read
    staggered_start. The variance has the factor G/(G-1) (n-1)/(n-1-T), n = G T: practice effects
    are nested in the clusters and not counted. With few started practices that error is far too
    small, since it can hardly see how they differ (Conley & Taber 2011, Rev Econ Stat 93:113).
    Not estimable: no practice starts at a time when another has not. Checked against R's fixest
    on did_organ_donations (where one state started).
    """
    y, first = as_floats(rates, ndim=2), as_codes(start)
    assert len(y) == first.size
    n_practices, n_periods = y.shape
    treated = (first[:, None] <= np.arange(n_periods)) & (first[:, None] != NEVER)
    n_started = int(treated.any(axis=1).sum())
    change = _sweep(treated.astype(np.float64))
    size = float((change**2).sum())
    if size <= 1e-12:
        reason = "no practice starts at a time when another has not started"
        return Effect(None, None, n_started, "not_estimable", reason)
    outcome = _sweep(y)
    att = float((change * outcome).sum()) / size
    score = (change * (outcome - att * change)).sum(axis=1)
    n = n_practices * n_periods
    factor = n_practices / (n_practices - 1) * (n - 1) / (n - 1 - n_periods)
    se = math.sqrt(factor * float((score**2).sum())) / size
    if se <= 1e-9 * float(np.abs(y).max()):
        return Effect(att, None, n_started, "point_only", NO_SPREAD)
    return Effect(att, se, n_started, "ok")


def _sweep(values: FloatArray) -> FloatArray:
    """Return the values less the means of practices and periods; the panel has no gaps."""
    by_practice, by_period = values.mean(axis=1, keepdims=True), values.mean(axis=0)
    swept: FloatArray = values - by_practice - by_period + values.mean()
    return swept


def _prepare(rates: FloatArray, start: IntArray, *, ahead: int, comparison: Comparison) -> _Panel:
    """Return the practices that can be used and the periods up to where comparison is sound."""
    end = rates.shape[1]
    compared = (start == NEVER) | (start - ahead >= end)
    if comparison == "not_yet":
        for last in np.unique(start[~compared])[::-1]:
            if compared.sum() >= MIN_PRACTICES:
                break
            compared = compared | (start == last)
            end = max(int(last) - ahead, 0)
    started = ~compared & (start > ahead) & (start < end)
    used = started | compared
    return _Panel(
        rates=rates[used][:, :end],
        start=np.where(compared, NEVER, start)[used],
        n_left_out=int((~used).sum()),
    )


def _why_not(panel: _Panel, comparison: Comparison) -> str:
    if panel.n_compared < MIN_PRACTICES:
        left = "never started" if comparison == "never" else "can be compared with"
        return f"fewer than {MIN_PRACTICES} practices {left}"
    if panel.started.size == 0:
        return "no practice started with a period before it and practices to compare with"
    return ""


def _find_library() -> ModuleType | None:
    """Return moderndid, or None where the extra is not installed.

    Imported here alone: it takes seconds to load and brings hundreds of megabytes.
    """
    try:
        import moderndid  # type: ignore[import-untyped]
    except ImportError:
        return None
    library: ModuleType = moderndid
    return library


def _estimate(
    library: ModuleType, panel: _Panel, *, ahead: int, comparison: Comparison
) -> tuple[dict[str, Effect], tuple[tuple[int, Effect], ...], tuple[tuple[int, Effect], ...]]:
    # The library takes errors below 1.5e-7 for none: in units of the spread none is.
    scale = float(panel.rates.std()) or 1.0
    with warnings.catch_warnings():
        # It warns of small groups and of what anticipation assumes: both are said in words here.
        warnings.simplefilter("ignore", UserWarning)
        cells = library.att_gt(
            _table(panel, scale),
            yname="rate",
            tname="period",
            idname="practice",
            gname="first",
            control_group="notyettreated" if comparison == "not_yet" else "nevertreated",
            anticipation=ahead,
            est_method="ipw",  # without covariates all are one; "reg" drops cells without spread
            boot=False,
            cband=False,
        )
        simple, by_time, by_group = (
            library.aggte(cells, type=kind, boot=False, cband=False)
            for kind in ("simple", "dynamic", "group")
        )
    groups, sizes = np.unique(panel.started, return_counts=True)
    n_periods = panel.rates.shape[1]
    assert len(cells.att_gt) == groups.size * (n_periods - 1), "the library left a cell out"
    summaries = {"simple": simple, "over_time": by_time, "over_groups": by_group}
    found = {
        name: _word(each.overall_att, each.overall_se, sizes=sizes, scale=scale)
        for name, each in summaries.items()
    }
    times = tuple(
        (since, _word(att, se, sizes=sizes[_reach(groups, since, n_periods)], scale=scale))
        for since, att, se in _rows(by_time)
    )
    starts = tuple(
        # The library counts periods from 1.
        (first - 1, _word(att, se, sizes=sizes[groups == first - 1], scale=scale))
        for first, att, se in _rows(by_group)
    )
    return found, times, starts


def _rows(result: Any) -> list[tuple[int, float, float]]:
    """Return (event time or group, effect, error) in the library's order, which is ascending."""
    rows = zip(result.event_times, result.att_by_event, result.se_by_event, strict=True)
    return [(int(place), float(att), float(se)) for place, att, se in rows]


def _reach(groups: IntArray, since: int, n_periods: int) -> npt.NDArray[np.bool_]:
    """Return the groups that are seen `since` periods after their start, with one before it."""
    reached: npt.NDArray[np.bool_] = (groups + since < n_periods) & (groups + since >= 1)
    return reached


def _word(att: float, se: float | None, *, sizes: IntArray, scale: float) -> Effect:
    """Return the library's number in the unit of the rates; sizes: practices of each group."""
    n, value = int(sizes.sum()), float(att) * scale
    if n < MIN_PRACTICES * sizes.size:
        return Effect(value, None, n, "point_only", FEW_A_GROUP)
    if se is None or not math.isfinite(se):
        return Effect(value, None, n, "point_only", NO_SPREAD)
    return Effect(value, float(se) * scale, n, "ok")


def _table(panel: _Panel, scale: float) -> Any:
    """Return the panel as the long table that the library reads: periods from 1, 0 for never."""
    import pyarrow as pa  # type: ignore[import-untyped]  # the library needs it too

    n_practices, n_periods = panel.rates.shape
    return pa.table(
        {
            "practice": np.repeat(np.arange(n_practices), n_periods),
            "period": np.tile(np.arange(1, n_periods + 1), n_practices),
            "first": np.repeat(panel.start + 1, n_periods).astype(np.float64),
            "rate": panel.rates.ravel() / scale,
        }
    )
