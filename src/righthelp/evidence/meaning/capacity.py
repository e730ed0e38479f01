"""Capacity in the appointment book: contacts expected less contacts counted, and what they cost.

It comes from the adjusted estimate, never from before less after: people are referred at a bad
time, and what would have fallen anyway is nobody's capacity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from righthelp.evidence.claims import judge
from righthelp.evidence.counts import SiteChange
from righthelp.evidence.designs import Verdict
from righthelp.evidence.estimates import Twin
from righthelp.evidence.likeness import plain_rows
from righthelp.evidence.synthesis import Combination
from righthelp.protocol.consultation_settings import Cost
from righthelp.schema import Row

NO_ESTIMATE = "no site could set its contacts against what was expected"
NO_COUNT = "the contacts of the people concerned did not leave the sites"


@dataclass(frozen=True)
class Worth:
    """An amount of money at the study's prices; low, high: over the prices and the interval."""

    central: float
    low: float
    high: float


@dataclass(frozen=True)
class Capacity:
    """Contacts per 100 people seen over the after window; site: None for the sites together.

    freed: expected less counted, below 0 where capacity was used; low, high: its 95% interval, from
    that of the ratio. verdict: what the adjusted estimate allows. link_worker: contacts with the
    link worker per 100 of the same people, up to the end of the window. worth, link_worker_cost:
    None where the study names no price. reason: why there is no number.
    """

    site: str | None
    counted: float | None
    freed: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    link_worker: float | None
    worth: Worth | None
    link_worker_cost: Worth | None
    reason: str = ""


@dataclass(frozen=True)
class CapacityEvidence:
    """together: over the sites behind the adjusted estimate; sites: each that has one."""

    together: Capacity
    sites: tuple[Capacity, ...]


def weigh_capacity(
    rows: Mapping[str, Sequence[Row]],
    change: Sequence[SiteChange],
    *,
    twins: Sequence[Twin],
    adjusted: Combination,
    cost: Cost,
) -> CapacityEvidence:
    """Set contacts expected against those counted, and the link worker's contacts beside them.

    With c contacts counted per 100 people and ratio r, c/r - c were freed; c is taken as it is, so
    that the interval is that of r. Together c is the mean over the people of the sites behind r.
    """
    counted = {
        one.site: (one.after_per_100.value, one.n.value)
        for one in change
        if one.expected_after_per_100.value is not None
    }
    doses = {
        str(row["site"]): 100 * float(row["value"])
        for row in plain_rows(rows["dose_summary"])
        if row["quantity"] == "contacts" and row["value"] is not None
    }
    members = [one.estimate.site for one in adjusted.members]
    sites = []
    for twin in twins:
        estimate = twin.estimate
        if estimate is None or estimate.log_rr is None or twin.site not in counted:
            continue
        if estimate.family.is_range:  # the answer is the range; a point of it is an assumption
            continue
        sites.append(
            _weigh(
                twin.site,
                log_rr=estimate.log_rr,
                ends=(estimate.low, estimate.high),
                counted=counted[twin.site][0],
                link_worker=doses.get(twin.site),
                verdict=twin.claim.verdict or "cannot_tell",
                cost=cost,
            )
        )
    if adjusted.log_rr is None:
        return CapacityEvidence(_lack("not_estimable", NO_ESTIMATE), tuple(sites))
    known = [site for site in members if site in counted]
    if not known or len(known) < len(members):
        return CapacityEvidence(_lack("not_estimable", NO_COUNT), tuple(sites))
    together = _weigh(
        None,
        log_rr=adjusted.log_rr,
        ends=(adjusted.low, adjusted.high),
        counted=_mean({site: counted[site] for site in known}),
        link_worker=_mean(
            {site: (doses.get(site), counted[site][1]) for site in known},
        ),
        verdict=adjusted.claim.verdict
        or judge(log_rr=adjusted.log_rr, low=adjusted.low, high=adjusted.high),
        cost=cost,
    )
    return CapacityEvidence(together, tuple(sites))


def _mean(values: Mapping[str, tuple[float | None, float | None]]) -> float | None:
    """The mean over people of (value, people) by site; None where one is not known."""
    pairs = [(value, n) for value, n in values.values() if value is not None and n is not None]
    total = sum(n for _, n in pairs)
    if len(pairs) < len(values) or not total:
        return None
    return math.fsum(value * n for value, n in pairs) / total


def _weigh(
    site: str | None,
    *,
    log_rr: float,
    ends: tuple[float | None, float | None],
    counted: float | None,
    link_worker: float | None,
    verdict: Verdict,
    cost: Cost,
) -> Capacity:
    if counted is None:
        return _lack("not_estimable", NO_COUNT, site=site)
    freed = counted * math.expm1(-log_rr)
    low = high = None
    if ends[0] is not None and ends[1] is not None:
        low, high = counted * math.expm1(-ends[1]), counted * math.expm1(-ends[0])
    return Capacity(
        site=site,
        counted=counted,
        freed=freed,
        low=low,
        high=high,
        verdict=verdict,
        link_worker=link_worker,
        worth=_price((freed, low, high), cost.gp),
        link_worker_cost=_price((link_worker, link_worker, link_worker), cost.link_worker),
    )


def _price(
    amounts: tuple[float | None, float | None, float | None],
    prices: tuple[float, float, float] | None,
) -> Worth | None:
    """What an amount with its interval costs, from the lowest corner to the highest."""
    point = amounts[0]
    if point is None or prices is None:
        return None
    ends = [point if end is None else end for end in amounts[1:]]
    corners = [end * price for end in ends for price in (prices[0], prices[2])]
    return Worth(point * prices[1], min(corners), max(corners))


def _lack(verdict: Verdict, reason: str, *, site: str | None = None) -> Capacity:
    return Capacity(site, None, None, None, None, verdict, None, None, None, reason)
