"""What was seen of one indicator: ratios and shares as directions, by declared rules.

A ratio has a direction only where its 95% interval says so, by the rule of `evidence.claims`; a
share is there or not only where its interval lies on one side of a limit. Else it is unclear.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from righthelp.estimators.synthesis import synthesise
from righthelp.evidence.claims import Claim, judge, per_100, say_interval
from righthelp.evidence.counts import Count
from righthelp.evidence.designs import Verdict
from righthelp.evidence.estimates import Z95
from righthelp.protocol.indicators import MANY

Direction = Literal["up", "down", "same", "present", "absent", "unclear", "not_supplied"]

ROUNDED_BY = 2.5
"""A rounded count of people may be off by this many."""
DIRECTIONS: Mapping[Verdict, Direction] = {
    "fewer": "down",
    "more": "up",
    "as_expected": "same",
    "cannot_tell": "unclear",
    "not_estimable": "not_supplied",
}
Estimate = tuple[float, float | None]
"""A log ratio and its standard error, None without one."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one indicator: a direction, the figures in words, the people behind it."""

    direction: Direction
    words: str = ""
    n: float | None = None


NOT_SUPPLIED = Seen("not_supplied")


@dataclass(frozen=True)
class Reading:
    """One indicator at each site that supplied it, and over the sites."""

    sites: Mapping[str, Seen]
    together: Seen


def see_ratio(
    log_rr: float | None,
    *,
    low: float | None,
    high: float | None,
    against: str,
    n: float | None = None,
) -> Seen:
    """A ratio with its 95% interval, log scale, as a direction. against: what 100 stand for."""
    direction = DIRECTIONS[judge(log_rr=log_rr, low=low, high=high)]
    if log_rr is None:
        return NOT_SUPPLIED
    words = f"{per_100(log_rr)} for every 100 {against}{say_interval(low, high)}"
    return Seen(direction, words if low is not None else f"{words}, without an interval", n)


def read_ratios(
    estimates: Mapping[str, Estimate | None],
    *,
    against: str,
    present: Direction | None = None,
    n: Mapping[str, float | None] | None = None,
) -> Reading:
    """Log ratios of sites as a reading; over the sites by random effects.

    present: the direction that makes a presence; a clear other one, or none, makes it absent.
    """
    known = {site: one for site, one in estimates.items() if one is not None}
    sites = {}
    for site, (log_rr, se) in known.items():
        low, high = (None, None) if se is None else (log_rr - Z95 * se, log_rr + Z95 * se)
        own = n.get(site) if n else None
        sites[site] = see_ratio(log_rr, low=low, high=high, against=against, n=own)
    able = [(log_rr, se) for log_rr, se in known.values() if se]
    together = NOT_SUPPLIED
    if able:
        points, errors = zip(*able, strict=True)
        pooled = synthesise(log_rr=points, se=errors, method="REML")
        together = see_ratio(pooled.log_rr, low=pooled.ci_low, high=pooled.ci_high, against=against)
    elif sites:
        together = Seen("unclear", "no site released an interval")
    if present is None:
        return Reading(sites, together)
    return Reading(
        {site: _as_presence(one, present) for site, one in sites.items()},
        _as_presence(together, present),
    )


@dataclass(frozen=True)
class Share:
    """A share of people: at least `low`, at most `high` of at least `n_low`, at most `n_high`."""

    low: float
    high: float
    n_low: float
    n_high: float
    is_withheld_in_part: bool = False


def bound_share(counts: Iterable[Count], *, of: Count, rest: Iterable[Count] = ()) -> Share | None:
    """The share that the sum of these counts has in another; None where that is not known.

    Every count is known up to its rounding. A withheld one need not be small, as it may be withheld
    to protect another: with it the sum may be all that the counts of the `rest` leave.
    """
    given = list(counts)
    if not of.value or not given or any(_is_unknown(one) for one in given):
        return None
    n_low, n_high = _bound(of)
    left = n_high - sum(_bound(one)[0] for one in rest if one.value is not None)
    known = [_bound(one) for one in given if one.value is not None]
    low, high = sum(one for one, _ in known), sum(one for _, one in known)
    is_whole = len(known) == len(given)
    return Share(
        low=low,
        high=high if is_whole else max(low, left),
        n_low=n_low,
        n_high=n_high,
        is_withheld_in_part=not is_whole,
    )


def read_shares(
    shares: Mapping[str, Share | None], *, of: str = "people", limit: float = MANY
) -> Reading:
    """Shares of sites as a reading; over the sites the people are added up.

    present, absent: the whole 95% interval (Wilson), with what rounding and withholding leave open,
    lies above or below the limit.
    """
    known = {site: one for site, one in shares.items() if one is not None and one.n_low > 0}
    sites = {site: _see_share(one, of=of, limit=limit) for site, one in known.items()}
    if not known:
        return Reading({}, NOT_SUPPLIED)
    all_of_them = known.values()
    whole = Share(
        low=sum(one.low for one in all_of_them),
        high=sum(one.high for one in all_of_them),
        n_low=sum(one.n_low for one in all_of_them),
        n_high=sum(one.n_high for one in all_of_them),
        is_withheld_in_part=any(one.is_withheld_in_part for one in all_of_them),
    )
    return Reading(sites, _see_share(whole, of=of, limit=limit))


def _see_share(share: Share, *, of: str, limit: float) -> Seen:
    least = _wilson(min(share.low, share.n_high), share.n_high)[0]
    most = _wilson(min(share.high, share.n_low), share.n_low)[1]
    direction: Direction = "unclear"
    if least > limit:
        direction = "present"
    elif most < limit:
        direction = "absent"
    n = (share.n_low + share.n_high) / 2
    low, high = (f"{100 * min(one / n, 1):.0f}%" for one in (share.low, share.high))
    point = f"about {100 * (share.low + share.high) / 2 / n:.0f}%"
    if share.is_withheld_in_part:
        point = f"{low} to {high}, some being withheld,"
    words = f"{point} of {n:,.0f} {of} (95% interval {100 * least:.0f}% to {100 * most:.0f}%)"
    return Seen(direction, words, n)


def _wilson(k: float, n: float) -> tuple[float, float]:
    """The 95% interval of a proportion (Wilson 1927, J Am Stat Assoc 22:209)."""
    p, z2 = k / n, Z95 * Z95
    middle, scale = p + z2 / (2 * n), 1 + z2 / n
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def _is_unknown(count: Count) -> bool:
    return count.value is None and count.state != "suppressed"


def _bound(count: Count) -> tuple[float, float]:
    """The least and the most that a released count can be."""
    assert count.value is not None
    off = ROUNDED_BY if count.state == "rounded" else 0.0
    return max(count.value - off, 0.0), count.value + off


def _as_presence(seen: Seen, present: Direction) -> Seen:
    if seen.direction in ("unclear", "not_supplied"):
        return seen
    return replace(seen, direction="present" if seen.direction == present else "absent")


def see_claim(claim: Claim, n: float | None = None) -> Seen:
    """The verdict of an adjusted claim as a direction."""
    assert claim.verdict is not None
    direction = DIRECTIONS[claim.verdict]
    if direction == "not_supplied":
        return NOT_SUPPLIED
    interval = f" ({claim.interval})" if claim.interval else ", without an interval"
    return Seen(direction, f"{claim.number}{interval}", n)
