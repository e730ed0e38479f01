"""The declared rules on the comparators: each can fail, and says what it found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from righthelp.evidence.claims import MARGIN
from righthelp.evidence.counts import add_counts
from righthelp.evidence.estimates import Z95
from righthelp.evidence.likeness import CovariateBalance, SiteMatching, plain_rows
from righthelp.evidence.synthesis import Combination
from righthelp.schema import Row

OTHERS = {"projection_declined": "declined", "projection_waiting": "still waited"}
Z99, Z999 = 2.576, 3.291
SITES_AT_LEAST = 0.5
"""A check is of the whole only where the sites that could make it hold so many of the people."""
SHARE_AT_LEAST = 0.8
SMD_AT_MOST = 0.1
SMD_INFORMATIVE = 0.25
"""Where chance alone allows more than this, the check does not say whether people were alike."""
P_AT_LEAST = 0.05
_WIDEST = math.log(1 / MARGIN[0])
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


def check_all(
    rows: Mapping[str, Sequence[Row]],
    *,
    people: Mapping[str, int],
    sites: Sequence[SiteMatching],
    balance: Sequence[CovariateBalance],
    others: Sequence[Combination],
    span: tuple[float, float] | None,
) -> tuple[Check, ...]:
    """Every rule in order. people: the matched people of each site that carries the estimates."""
    held = {
        name: [row for row in plain_rows(rows[name]) if row["site"] in people]
        for name in ("balance", "checks")
    }
    looked = Looked(held["checks"], people)
    return (
        _check_share(sites, people),
        _check_balance(balance, held["balance"], people=people),
        _check_earlier(looked),
        _check_steady(looked),
        _check_replay(looked),
        *_check_control(looked),
        *_check_others(others, span),
    )


def _check_share(sites: Sequence[SiteMatching], people: Mapping[str, int]) -> Check:
    rule = f"at least {100 * SHARE_AT_LEAST:.0f}% of the people compared have comparators"
    told = {site.site: site for site in sites if site.unmatched.state != "not_collected"}
    if not people or set(people) - set(told):
        return Check("share", rule, "not_informative", "not every site says how many were matched")
    matched = without = n_silent = 0.0
    for site, n in people.items():
        alike, unmatched = add_counts(told[site].alike.values()), told[site].unmatched
        if alike.value is None:
            # All withheld: fewer than 50 compared, so at most 49 without.
            n_silent, matched, without = n_silent + n, matched + n, without + 49
            continue
        matched += alike.value
        # Withheld beside rungs that are told, they are few.
        without += 10 if unmatched.value is None else unmatched.value
    if not matched or n_silent > (1 - SITES_AT_LEAST) * sum(people.values()):
        return Check("share", rule, "not_informative", "nobody was matched, or it was withheld")
    share = matched / (matched + without)
    outcome: Outcome = "holds" if share >= SHARE_AT_LEAST else "fails"
    return Check("share", rule, outcome, f"{100 * share:.0f}%")


def _check_balance(
    balance: Sequence[CovariateBalance], rows: Sequence[Row], *, people: Mapping[str, int]
) -> Check:
    rule = (
        f"in nothing that was not matched on do they differ by more than {SMD_AT_MOST} standard "
        "deviations and more than chance"
    )
    enough = SITES_AT_LEAST * sum(people.values())
    known = [
        (abs(one.smd_matched), one)
        for one in balance
        if one.smd_matched is not None and one.n >= enough
    ]
    if not known:
        return Check("balance", rule, "not_informative", "no covariate of half the people")
    largest, where = max(known, key=lambda one: one[0])
    found = f"largest {largest:.2f}, in {where.label.lower()}"
    if any(Z99 * _chance(one.n) > SMD_INFORMATIVE for _, one in known):
        return Check("balance", rule, "not_informative", f"{found}: too few people to say")
    apart = any(smd > max(SMD_AT_MOST, Z99 * _chance(one.n)) for smd, one in known)
    # Differences of opposite sign at two sites do not make each other good.
    apart |= any(
        abs(row["smd_matched"]) > max(SMD_AT_MOST, Z999 * _chance(row["n"]))
        for row in plain_rows(rows)
        if row["smd_matched"] is not None and row["n"]
    )
    return Check("balance", rule, "fails" if apart else "holds", found)


def _chance(n: float) -> float:
    """Standard error of a standardised difference of n people from three or more comparators."""
    return math.sqrt((1 + 1 / 3) / n)


@dataclass(frozen=True)
class Looked:
    """The check rows of the sites that carry the estimates, and the matched people of each."""

    rows: Sequence[dict[str, Any]]
    people: Mapping[str, int]

    def find(self, name: str, column: str) -> list[dict[str, Any]]:
        """The rows of a check that have a number."""
        return [row for row in self.rows if row["check"] == name and row[column] is not None]

    def covers(self, found: Sequence[dict[str, Any]]) -> bool:
        """Whether the sites that could look hold at least half of the people compared."""
        n = sum(self.people.get(row["site"], 0) for row in found)
        return n >= SITES_AT_LEAST * sum(self.people.values())

    def is_one(self, name: str, *, none: str, z: float = Z95) -> tuple[Outcome, str]:
        """Whether a ratio is 1 as far as its interval can say: sites weighted by precision."""
        found = [row for row in self.find(name, "log_rr") if row["se"]]
        if not found:
            return "not_informative", none
        weights = [row["se"] ** -2 for row in found]
        point = sum(w * row["log_rr"] for w, row in zip(weights, found, strict=True)) / sum(weights)
        half = Z95 / math.sqrt(sum(weights))
        words = f"ratio {math.exp(point):.2f} ({_show(point - half)} to {_show(point + half)})"
        if not self.covers(found):
            return "not_informative", f"{words}, at sites with less than half of the people"
        if half > INFORMATIVE_WITHIN:
            return "not_informative", f"{words}, too wide to say"
        alike = abs(point) <= half * z / Z95 or MARGIN[0] <= math.exp(point) <= MARGIN[1]
        # Ratios on opposite sides at two sites do not make each other good.
        alike &= all(abs(row["log_rr"]) <= max(Z999 * row["se"], _WIDEST) for row in found)
        return ("holds" if alike else "fails"), words


def _show(log_rr: float) -> str:
    return f"{math.exp(log_rr):.2f}"


def _check_earlier(looked: Looked) -> Check:
    rule = "before the matched year they came as often as their comparators"
    outcome, found = looked.is_one("earlier_level", none="the records do not reach so far")
    return Check("earlier_level", rule, outcome, found)


def _check_steady(looked: Looked) -> Check:
    rule = "over those months that ratio was steady"
    known = looked.find("earlier_steady", "p_value")
    if not known:
        return Check("earlier_steady", rule, "not_informative", "no site could test it")
    # Bonferroni over the sites: one joint test of them all.
    p_value = min(1.0, min(row["p_value"] for row in known) * len(known))
    n = f"{len(known)} {'site' if len(known) == 1 else 'sites'}"
    outcome: Outcome = "holds" if p_value >= P_AT_LEAST else "fails"
    if not looked.covers(known):
        outcome, n = "not_informative", f"{n} with less than half of the people"
    return Check("earlier_steady", rule, outcome, f"p = {p_value:.2f} over {n}")


def _check_replay(looked: Looked) -> Check:
    rule = "where nothing was done, both estimates find no difference"
    names = {"replay_after": "after", "replay_change": "change"}
    # One draw has its own chance, so it fails at 1% and not at 5%.
    seen = {name: looked.is_one(name, none="not rehearsed", z=Z99) for name in names}
    outcomes = [outcome for outcome, _ in seen.values()]
    worst: Outcome = "holds"
    if "fails" in outcomes:
        worst = "fails"
    elif "not_informative" in outcomes:
        worst = "not_informative"
    found = "; ".join(f"{names[name]}: {words}" for name, (_, words) in seen.items())
    return Check("replay", rule, worst, found)


def _check_control(looked: Looked) -> tuple[Check, ...]:
    """Only where a study names contacts that the link worker cannot change."""
    if not any(row["check"] == "control" for row in looked.rows):
        return ()
    rule = "in contacts that the link worker cannot change they are alike after the index too"
    outcome, found = looked.is_one("control", none="it was withheld")
    return (Check("control", rule, outcome, found),)


def _check_others(
    others: Sequence[Combination], span: tuple[float, float] | None
) -> tuple[Check, ...]:
    """Only where a site could compare with people who declined or waited."""
    ends = {OTHERS[one.name]: (one.low, one.high) for one in others}
    known = {name: (a, b) for name, (a, b) in ends.items() if a is not None and b is not None}
    if not known or span is None:
        return ()
    apart = [name for name, (low, high) in known.items() if high < span[0] or low > span[1]]
    found = "; ".join(f"{name}: {_show(a)} to {_show(b)}" for name, (a, b) in known.items())
    rule = "people who were referred and not seen do not contradict the matched people"
    return (Check("others", rule, "fails" if apart else "holds", found),)
