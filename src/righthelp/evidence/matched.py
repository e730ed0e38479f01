"""The matched comparison over the sites: both estimates, their range, and how the checks went."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from righthelp.estimators.synthesis import synthesise
from righthelp.evidence.claims import MARGIN, Claim, match
from righthelp.evidence.counts import Count, add_counts, read_count
from righthelp.evidence.course import MonthTogether, combine_months
from righthelp.evidence.estimates import SiteEstimate
from righthelp.evidence.synthesis import Combination, combine
from righthelp.protocol.contacts import PRIMARY
from righthelp.returns.tables import COVARIATES
from righthelp.schema import Row

Z99 = 2.576
SHARE_AT_LEAST = 0.8
SMD_AT_MOST = 0.1
P_AT_LEAST = 0.05
INFORMATIVE_WITHIN = math.log(1.25)
"""An interval that reaches further on a side does not say whether people were alike."""

Outcome = Literal["holds", "fails", "not_informative"]


@dataclass(frozen=True)
class Check:
    """One declared rule on the comparators: whether it held, and the figures behind it."""

    name: str
    rule: str
    outcome: Outcome
    found: str


@dataclass(frozen=True)
class CovariateBalance:
    """Standardised mean differences of a covariate, weighted over sites by matched people."""

    covariate: str
    label: str
    smd_all: float | None
    smd_matched: float | None
    n: float


@dataclass(frozen=True)
class SiteMatching:
    """How one site's people were matched, and what the site could find at all.

    alike: (rung, words) -> people; unmatched: those for whom nobody was alike enough. detectable:
    the log ratios below and above 1 that it would find in four studies of five, from the past
    alone. lost: the log ratio of the projection had all who were lost come seldom, or often.
    """

    site: str
    alike: Mapping[tuple[int, str], Count]
    unmatched: Count
    detectable: tuple[float | None, float | None]
    lost: tuple[Count, Count]


@dataclass(frozen=True)
class MatchedEvidence:
    """after, change, adjusted: the three estimates over the sites. span: hull of the intervals of
    the first two, log scale. claim: what may be said, by the level that the checks allow.
    """

    after: Combination
    change: Combination
    adjusted: Combination
    span: tuple[float, float] | None
    months: tuple[MonthTogether, ...]
    sites: tuple[SiteMatching, ...]
    balance: tuple[CovariateBalance, ...]
    checks: tuple[Check, ...]
    claim: Claim


def gather_matched(
    rows: Mapping[str, Sequence[Row]], estimates: Sequence[SiteEstimate], *, outcome: str
) -> MatchedEvidence:
    """Bring together the matched estimates and checks of the returns."""
    made = {
        design: combine(
            (one for one in estimates if one.design == design and one.definition == PRIMARY),
            name=design,
            label=design,
            outcome=outcome,
            verdicts=frozenset(),
        )
        for design in ("matched_after", "matched_change", "matched_adjusted")
    }
    after, change = made["matched_after"], made["matched_change"]
    span = _span(after, change)
    points = (
        (after.log_rr, change.log_rr)
        if after.log_rr is not None and change.log_rr is not None
        else None
    )
    sites = _read_sites(rows)
    balance = _pool_balance(rows["balance"])
    checks = (
        _check_share(sites),
        _check_balance(balance),
        _check_earlier(rows["checks"]),
        _check_steady(rows["checks"]),
        _check_replay(rows["checks"]),
        *_check_control(rows["checks"]),
    )
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
        months=combine_months(
            [
                ("matched", row["month"], row["log_rr"], row["se"])
                for row in _plain(rows["matched_course"])
            ]
        ),
        sites=sites,
        balance=balance,
        checks=checks,
        claim=match(
            points=points, span=span, checks_hold=not failed, outcome=outcome, reason=reason
        ),
    )


def _span(*combined: Combination) -> tuple[float, float] | None:
    ends = [(one.low, one.high) for one in combined]
    lows = [low for low, _ in ends if low is not None]
    highs = [high for _, high in ends if high is not None]
    return (min(lows), max(highs)) if len(lows) == len(highs) == len(combined) else None


def _read_sites(rows: Mapping[str, Sequence[Row]]) -> tuple[SiteMatching, ...]:
    sites: dict[str, dict[tuple[int, str], Count]] = {}
    for row in _plain(rows["matching"]):
        found = sites.setdefault(row["site"], {})
        found[row["rung"], row["alike"]] = read_count(row["n"], row["state"])
    ratios = {
        (row["site"], row["check"]): (row["log_rr"], row["state"]) for row in _plain(rows["checks"])
    }

    def find(site: str, check: str) -> tuple[float | None, str]:
        return ratios.get((site, check), (None, "not_collected"))

    def count(site: str, check: str) -> Count:
        log_rr, state = find(site, check)
        return Count(math.exp(log_rr), state) if log_rr is not None else Count(None, _gone(state))

    return tuple(
        SiteMatching(
            site,
            {key: count for key, count in alike.items() if key[0]},
            next(count for key, count in alike.items() if not key[0]),
            (find(site, "detectable_fewer")[0], find(site, "detectable_more")[0]),
            (count(site, "lost_low"), count(site, "lost_high")),
        )
        for site, alike in sites.items()
    )


def _gone(state: str) -> str:
    """The state of a row without its number."""
    return "suppressed" if state in ("given", "rounded") else state


def _pool_balance(rows: Sequence[Row]) -> tuple[CovariateBalance, ...]:
    pooled = []
    for covariate, label in COVARIATES.items():
        known = [
            row
            for row in _plain(rows)
            if row["covariate"] == covariate and row["smd_matched"] is not None and row["n"]
        ]
        n = sum(row["n"] for row in known)
        if n:
            before = [row for row in known if row["smd_all"] is not None]
            pooled.append(
                CovariateBalance(
                    covariate,
                    label,
                    sum(row["n"] * row["smd_all"] for row in before) / n if before else None,
                    sum(row["n"] * row["smd_matched"] for row in known) / n,
                    n,
                )
            )
    return tuple(pooled)


def _check_share(sites: Sequence[SiteMatching]) -> Check:
    rule = f"at least {100 * SHARE_AT_LEAST:.0f}% of new people have comparators"
    matched = add_counts(count for site in sites for count in site.alike.values())
    unmatched = add_counts(site.unmatched for site in sites)
    if not matched.value:
        return Check("share", rule, "not_informative", "nobody was matched, or it was withheld")
    # A withheld number of unmatched people is a small one; it is taken as ten.
    n_without = (unmatched.value or 0) + 10 * unmatched.n_withheld
    share = matched.value / (matched.value + n_without)
    return Check(
        "share", rule, "holds" if share >= SHARE_AT_LEAST else "fails", f"{100 * share:.0f}%"
    )


def _check_balance(balance: Sequence[CovariateBalance]) -> Check:
    rule = (
        f"in nothing that was not matched on do they differ by more than {SMD_AT_MOST} standard "
        "deviations and more than chance"
    )
    known = [(abs(one.smd_matched), one) for one in balance if one.smd_matched is not None]
    if not known:
        return Check("balance", rule, "not_informative", "no covariate was released")
    largest, where = max(known, key=lambda one: one[0])
    failed = [
        one.label for smd, one in known if smd > max(SMD_AT_MOST, Z99 * math.sqrt(1.2 / one.n))
    ]
    found = f"largest {largest:.2f}, in {where.label.lower()}"
    return Check("balance", rule, "fails" if failed else "holds", found)


def _check_earlier(rows: Sequence[Row]) -> Check:
    rule = "before the matched year they came as often as their comparators"
    outcome, found = _look_for_one(rows, "earlier_level", none="the records do not reach so far")
    return Check("earlier_level", rule, outcome, found)


def _check_replay(rows: Sequence[Row]) -> Check:
    rule = "where nothing was done, both estimates find no difference"
    names = {"replay_after": "after", "replay_change": "change"}
    looked = {name: _look_for_one(rows, name, none="not rehearsed") for name in names}
    outcomes = [outcome for outcome, _ in looked.values()]
    worst: Outcome = "holds"
    if "fails" in outcomes:
        worst = "fails"
    elif "not_informative" in outcomes:
        worst = "not_informative"
    found = "; ".join(f"{names[name]}: {words}" for name, (_, words) in looked.items())
    return Check("replay", rule, worst, found)


def _check_control(rows: Sequence[Row]) -> tuple[Check, ...]:
    """Only where a study names contacts that the link worker cannot change."""
    if not any(row["check"] == "control" for row in rows):
        return ()
    rule = "in contacts that the link worker cannot change they are alike after the index too"
    outcome, found = _look_for_one(rows, "control", none="it was withheld")
    return (Check("control", rule, outcome, found),)


def _look_for_one(rows: Sequence[Row], name: str, *, none: str) -> tuple[Outcome, str]:
    """Whether a ratio over the sites is 1, as far as its interval can say."""
    known = [
        (row["log_rr"], row["se"])
        for row in _plain(rows)
        if row["check"] == name and row["log_rr"] is not None and row["se"]
    ]
    if not known:
        return "not_informative", none
    log_rr, se = zip(*known, strict=True)
    result = synthesise(log_rr=log_rr, se=se, method="REML")
    low, high, point = result.ci_low, result.ci_high, result.log_rr
    if low is None or high is None or point is None:
        return "not_informative", result.reason
    found = f"ratio {math.exp(point):.2f} ({math.exp(low):.2f} to {math.exp(high):.2f})"
    if max(high - point, point - low) > INFORMATIVE_WITHIN:
        return "not_informative", f"{found}, too wide to say"
    alike = low <= 0 <= high or MARGIN[0] <= math.exp(point) <= MARGIN[1]
    return ("holds" if alike else "fails"), found


def _check_steady(rows: Sequence[Row]) -> Check:
    rule = "over those months that ratio was steady"
    known = [
        row["p_value"]
        for row in _plain(rows)
        if row["check"] == "earlier_steady" and row["p_value"] is not None
    ]
    if not known:
        return Check("earlier_steady", rule, "not_informative", "no site could test it")
    # Bonferroni over the sites: one joint test of them all.
    p_value = min(1.0, min(known) * len(known))
    n = f"{len(known)} {'site' if len(known) == 1 else 'sites'}"
    return Check(
        "earlier_steady",
        rule,
        "holds" if p_value >= P_AT_LEAST else "fails",
        f"p = {p_value:.2f} over {n}",
    )


def _plain(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
