"""The matched comparison over the sites: both estimates, their range, and how the checks went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from righthelp.evidence.checks import OTHERS, Check, check_all
from righthelp.evidence.claims import Claim, judge, match
from righthelp.evidence.course import MonthTogether, combine_months
from righthelp.evidence.designs import FAMILY_OF
from righthelp.evidence.estimates import SiteEstimate
from righthelp.evidence.likeness import (
    CovariateBalance,
    SiteMatching,
    plain_rows,
    pool_balance,
    read_sites,
)
from righthelp.evidence.synthesis import Combination, combine
from righthelp.protocol.contacts import PRIMARY
from righthelp.schema import Row

BOTH = ("matched_after", "matched_change")


@dataclass(frozen=True)
class MatchedEvidence:
    """after, change, adjusted: the three estimates over the sites. span: hull of the intervals of
    the first two, log scale. others: the estimates against people who declined or waited. claim:
    what may be said, by the level that the checks allow.
    """

    after: Combination
    change: Combination
    adjusted: Combination
    span: tuple[float, float] | None
    others: tuple[Combination, ...]
    months: tuple[MonthTogether, ...]
    sites: tuple[SiteMatching, ...]
    balance: tuple[CovariateBalance, ...]
    checks: tuple[Check, ...]
    claim: Claim


def gather_matched(
    rows: Mapping[str, Sequence[Row]], estimates: Sequence[SiteEstimate], *, outcome: str
) -> MatchedEvidence:
    """Bring together the matched estimates of the sites that have both, and their checks."""
    own = [one for one in estimates if one.who == "new" and one.definition == PRIMARY]
    people = _find_people(own)
    made = {
        design: combine(
            (one for one in own if one.design == design and one.site in people),
            name=design,
            label=design,
            outcome=outcome,
            verdicts=frozenset(),
        )
        for design in (*BOTH, "matched_adjusted")
    }
    after, change = made["matched_after"], made["matched_change"]
    points = _points(after, change)
    span, others = _span(after, change), _combine_others(own, outcome=outcome)
    sites = read_sites(rows)
    balance = pool_balance([row for row in plain_rows(rows["balance"]) if row["site"] in people])
    checks = check_all(rows, people=people, sites=sites, balance=balance, others=others, span=span)
    failed = [one.rule for one in checks if one.outcome != "holds"]
    reason = ""
    if points is None:
        reason = "no site gave both matched estimates with an interval"
    elif failed:
        reason = f"these checks did not hold or could not be made: {'; '.join(failed)}"
    return MatchedEvidence(
        after=after,
        change=change,
        adjusted=made["matched_adjusted"],
        span=span,
        others=others,
        months=combine_months(
            [
                ("matched", row["month"], row["log_rr"], row["se"])
                for row in plain_rows(rows["matched_course"])
            ]
        ),
        sites=sites,
        balance=balance,
        checks=checks,
        claim=match(
            points=points,
            span=span,
            checks_hold=not failed,
            others={
                OTHERS[one.name]: judge(log_rr=one.log_rr, low=one.low, high=one.high)
                for one in others
            },
            outcome=outcome,
            reason=reason,
        ),
    )


def _find_people(estimates: Sequence[SiteEstimate]) -> dict[str, int]:
    """The matched people of each site that has both estimates with an interval."""
    able = {
        design: {one.site: one.n or 0 for one in estimates if one.design == design and one.se}
        for design in BOTH
    }
    return {site: n for site, n in able[BOTH[0]].items() if site in able[BOTH[1]]}


def _combine_others(estimates: Sequence[SiteEstimate], *, outcome: str) -> tuple[Combination, ...]:
    """The estimates against other comparators that any site could make, over the sites."""
    combined = (
        combine(
            (one for one in estimates if one.design == design),
            name=design,
            label=FAMILY_OF[design].label,
            outcome=outcome,
            verdicts=frozenset(),
        )
        for design in OTHERS
    )
    return tuple(one for one in combined if one.log_rr is not None)


def _points(after: Combination, change: Combination) -> tuple[float, float] | None:
    if after.log_rr is None or change.log_rr is None:
        return None
    return after.log_rr, change.log_rr


def _span(*combined: Combination) -> tuple[float, float] | None:
    ends = [(one.low, one.high) for one in combined]
    lows = [low for low, _ in ends if low is not None]
    highs = [high for _, high in ends if high is not None]
    return (min(lows), max(highs)) if len(lows) == len(highs) == len(combined) else None
