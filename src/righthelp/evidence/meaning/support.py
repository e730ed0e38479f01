"""The right help, in time, over the sites that could say. Described, never compared.

Sums over sites are of what was released; a share is made of the sites that gave both its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from righthelp.estimators.cumulative_incidence import ShareByDay
from righthelp.evidence.counts import Count, add_counts, read_count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.likeness import plain_rows
from righthelp.returns.support import (
    ALL,
    CHARACTERISTICS,
    EVENTS,
    FATES,
    FLAGS,
    MEASURES,
    NEED_STEPS,
    REACHED,
    REFERRERS,
    RETURNED_FOR,
    STEPS,
    SUPPORT_TABLES,
)
from righthelp.schema import Row

ROUNDING_VARIANCE = 2.0
"""Of a count rounded to the nearest 5: (5^2 - 1)/12."""
LEAST_EXPECTED = 15
"""Of a site at a level: of so many expected, the number is withheld once in fifty times."""


@dataclass(frozen=True)
class Share:
    """A part of a whole over the sites that gave both; None where no site did.

    n_sites: sites in it; n_withheld: sites that withheld it. state: why there is no number.
    """

    n: float | None
    of: float | None
    n_sites: int
    n_withheld: int
    state: str

    @property
    def share(self) -> float | None:
        """The part over the whole, 0 to 1; None without people."""
        return None if self.n is None or not self.of else min(1.0, self.n / self.of)


@dataclass(frozen=True)
class FunnelStep:
    """A step: people who reached it by site and together; lost: fate -> site -> people who had
    reached the step before and got no further."""

    step: str
    by_site: Mapping[str, Count]
    total: Count
    lost: Mapping[str, Mapping[str, Count]]


@dataclass(frozen=True)
class WaitPoint:
    """The share of people who had had an event by a day, as let out; low, high: 95% interval."""

    day: int
    share: float | None
    low: float | None
    high: float | None
    n_at_risk: Count
    state: str


@dataclass(frozen=True)
class SiteWait:
    """One event at one site over `n` people referred, by day."""

    site: str
    event: str
    n: Count
    points: tuple[WaitPoint, ...]

    def at(self, day: int | None) -> WaitPoint | None:
        """The point of a day, where the site told it."""
        return next((p for p in self.points if p.day == day and p.share is not None), None)


@dataclass(frozen=True)
class Reach:
    """People seen and registered at one level of a characteristic, over sites that gave both.

    per_1000: seen of every 1,000 registered. log_ratio: of the number seen to that expected had
    every level been seen at its own site's rate; low, high: 95% interval with the rounding in it.
    """

    characteristic: str
    level: str
    seen: Count
    registered: Count
    per_1000: float | None
    log_ratio: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SupportEvidence:
    """sites: those with referrals, also where all is withheld. shares: of people referred, by
    measure. by_referrer: (referrer, measure) -> share. needs: (need or all, measure) -> share.
    of_site: the shares (measures of referrals and of all needs) of each site."""

    sites: tuple[str, ...]
    funnel: tuple[FunnelStep, ...]
    shares: Mapping[str, Share]
    by_referrer: Mapping[tuple[str, str], Share]
    reasons: Mapping[str, Count]
    needs: Mapping[tuple[str, str], Share]
    of_site: Mapping[tuple[str, str], Share]
    waits: tuple[SiteWait, ...]
    flags: Mapping[str, Share]
    reach: tuple[Reach, ...]


def gather_support(rows: Mapping[str, Sequence[Row]]) -> SupportEvidence:
    """Bring the tables of this question together; `rows` holds those of all returns."""
    plain = {table.name: plain_rows(rows[table.name]) for table in SUPPORT_TABLES}
    referrals, needs = plain["referrals_in"], plain["needs_met"]
    funnel = _read_funnel(plain["referral_funnel"])
    sites = tuple(
        dict.fromkeys(
            str(row["site"])
            for row in plain["referral_funnel"]
            if row["state"] in ("rounded", "suppressed")
        )
    )
    return SupportEvidence(
        sites=sites,
        funnel=funnel,
        shares={
            name: _share(r for r in referrals if (r["referrer"], r["measure"]) == (ALL, name))
            for name in MEASURES
        },
        by_referrer=_group(referrals, "referrer", REFERRERS),
        reasons={
            reason: add_counts(
                read_count(row["n"], row["state"])
                for row in plain["return_reasons"]
                if row["reason"] == reason
            )
            for reason in RETURNED_FOR
        },
        needs=_group(needs, "need", dict.fromkeys(str(row["need"]) for row in needs)),
        of_site={
            (site, name): _share(
                row
                for table, key in ((referrals, "referrer"), (needs, "need"))
                for row in table
                if (row["site"], row[key], row["measure"]) == (site, ALL, name)
            )
            for site in sites
            for name in (*MEASURES, *NEED_STEPS)
        },
        waits=tuple(_read_waits(plain["days_to_help"])),
        flags={
            kind: _share(row for row in plain["flags_back"] if row["kind"] == kind)
            for kind in FLAGS
        },
        reach=tuple(_read_reach(plain["reach_of_list"])),
    )


def _share(rows: Iterable[Mapping[str, Any]]) -> Share:
    own = list(rows)
    known = [row for row in own if row["state"] == "rounded" and row["n"] is not None]
    n_withheld = sum(row["state"] == "suppressed" for row in own)
    if not known:
        states = [str(row["state"]) for row in own] or ["not_collected"]
        state = "suppressed" if n_withheld else states[0]
        return Share(None, None, 0, n_withheld, state)
    whole = [row["of"] for row in known]
    of = None if any(one is None for one in whole) else float(sum(whole))
    return Share(float(sum(row["n"] for row in known)), of, len(known), n_withheld, "rounded")


def _group(
    rows: Sequence[Mapping[str, Any]], key: str, words: Iterable[str]
) -> dict[tuple[str, str], Share]:
    measures = tuple(dict.fromkeys(row["measure"] for row in rows))
    return {
        (word, measure): _share(r for r in rows if r[key] == word and r["measure"] == measure)
        for word in words
        for measure in measures
        if any(r[key] == word for r in rows)
    }


def _read_funnel(rows: Sequence[Mapping[str, Any]]) -> tuple[FunnelStep, ...]:
    def read(step: str, fate: str) -> dict[str, Count]:
        return {
            row["site"]: read_count(row["n"], row["state"])
            for row in rows
            if (row["step"], row["fate"]) == (step, fate)
        }

    steps = []
    for step in STEPS:
        by_site = read(step, REACHED)
        lost = {fate: read(step, fate) for fate in FATES}
        steps.append(FunnelStep(step, by_site, add_counts(by_site.values()), lost))
    return tuple(steps)


def _read_waits(rows: Sequence[Mapping[str, Any]]) -> Iterable[SiteWait]:
    for site in dict.fromkeys(row["site"] for row in rows):
        for event in EVENTS:
            own = [row for row in rows if (row["site"], row["event"]) == (site, event)]
            known = [row["n"] for row in own if row["n"] is not None]
            n = Count(float(known[0]), "rounded") if known else read_count(None, "suppressed")
            if own:
                yield SiteWait(site, event, n, tuple(_read_point(row) for row in own))


def _read_point(row: Mapping[str, Any]) -> WaitPoint:
    share, se = row["share"], row["se"]
    low = high = None
    if share is not None and se:
        interval = ShareByDay(row["day"], share, se, 0, "ok").interval() if 0 < share < 1 else None
        low, high = interval or (None, None)
    at_risk = read_count(row["n_at_risk"], row["state"])
    return WaitPoint(row["day"], share, low, high, at_risk, str(row["state"]))


def _read_reach(rows: Sequence[Mapping[str, Any]]) -> Iterable[Reach]:
    """Expected: each site's own rate, over the levels that it gave, times the level's people.

    A site enters at a level only where it expected enough people for the number hardly ever to be
    withheld: else the level would be known only where it happened to be high.
    """
    for characteristic in CHARACTERISTICS:
        own = [row for row in rows if row["characteristic"] == characteristic]
        known = [row for row in own if row["n_seen"] is not None and row["n_registered"]]
        rate: dict[str, float] = {}
        for site in {row["site"] for row in known}:
            of_site = [row for row in known if row["site"] == site]
            rate[site] = sum(r["n_seen"] for r in of_site) / sum(r["n_registered"] for r in of_site)
        for level in dict.fromkeys(str(row["level"]) for row in own):
            at = [row for row in own if row["level"] == level]
            enough = [
                row
                for row in at
                if row in known and rate[row["site"]] * row["n_registered"] >= LEAST_EXPECTED
            ]
            seen, registered = (
                _add_level(enough or at, name, n_left_out=len(at) - len(enough) if enough else 0)
                for name in ("n_seen", "n_registered")
            )
            yield _compare_level(
                Reach(characteristic, level, seen, registered, None, None, None, None),
                expected=sum(rate[row["site"]] * row["n_registered"] for row in enough),
                n_sites=len(enough),
                all_seen=sum(
                    row["n_seen"]
                    for row in known
                    if row["site"] in {entered["site"] for entered in enough}
                ),
            )


def _add_level(rows: Sequence[Mapping[str, Any]], name: str, *, n_left_out: int) -> Count:
    total = add_counts(read_count(row[name], row["state"]) for row in rows)
    return replace(total, n_withheld=total.n_withheld + n_left_out)


def _compare_level(one: Reach, *, expected: float, n_sites: int, all_seen: float) -> Reach:
    """The ratio with its interval: of a part k to the whole K that holds it, var(log) is 1/k - 1/K,
    and 2/k^2 a site for the rounding."""
    k, registered = one.seen.value, one.registered.value
    if not k or not registered or not expected:
        return one
    log_ratio = math.log(k / expected)
    variance = max(0.0, 1 / k - 1 / all_seen) + n_sites * ROUNDING_VARIANCE / k**2
    half = Z95 * math.sqrt(variance)
    return replace(
        one,
        per_1000=1000 * k / registered,
        log_ratio=log_ratio,
        low=log_ratio - half,
        high=log_ratio + half,
    )
