"""The estimates of the sites, and for each site the crude one beside its adjusted twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from righthelp.evidence.claims import Claim, compare, describe
from righthelp.evidence.designs import FAMILY_OF, TWIN_ORDER, Design, Strength, find_family
from righthelp.protocol.contacts import PRIMARY
from righthelp.schema import Row

Z95 = NormalDist().inv_cdf(0.975)
NOTHING_TO_COMPARE = "the site's return has nothing to set the contacts against"
WITHHELD = "too few people stand behind it, so it was withheld"
MIXED_PEOPLE = "people already under the link worker are among those counted"


@dataclass(frozen=True)
class SiteEstimate:
    """One row of a return's estimates: log rate ratio, standard error, and why either lacks."""

    site: str
    design: str
    who: str
    definition: str
    log_rr: float | None
    se: float | None
    n: int | None
    reason: str
    state: str

    @property
    def family(self) -> Design:
        """The family of designs it belongs to."""
        return FAMILY_OF[self.design]

    @property
    def status(self) -> str:
        """ok, point_only or not_estimable: from the numbers that are there."""
        if self.log_rr is None:
            return "not_estimable"
        return "ok" if self.se is not None else "point_only"

    @property
    def low(self) -> float | None:
        """Lower end of the normal 95% interval of log_rr."""
        if self.log_rr is None or self.se is None:
            return None
        return self.log_rr - Z95 * self.se

    @property
    def high(self) -> float | None:
        """Upper end of the normal 95% interval of log_rr."""
        if self.log_rr is None or self.se is None:
            return None
        return self.log_rr + Z95 * self.se


@dataclass(frozen=True)
class Answer:
    """One family of designs at one site: its estimates, and the first that gives a number."""

    family: Design
    members: tuple[SiteEstimate, ...]

    @property
    def best(self) -> SiteEstimate:
        """The first with an interval, else the first with a number, else the first."""
        order = {"ok": 0, "point_only": 1, "not_estimable": 2}
        return min(self.members, key=lambda one: order[one.status])

    @property
    def span(self) -> tuple[float, float] | None:
        """Lowest and highest log_rr, where the range over an assumption is the answer."""
        if not self.family.is_range:
            return None
        points = [one.log_rr for one in self.members if one.log_rr is not None]
        return (min(points), max(points)) if len(set(points)) > 1 else None


@dataclass(frozen=True)
class Twin:
    """A site's crude estimate and its adjusted twin, which are only ever shown together.

    passed_over: adjusted estimates of higher rank that could not be made, with their reasons.
    strength: how much the twin may be leaned on; "described" where there is none.
    """

    site: str
    crude: SiteEstimate | None
    adjusted: Answer | None
    passed_over: tuple[SiteEstimate, ...]
    strength: Strength
    described: Claim
    claim: Claim

    @property
    def estimate(self) -> SiteEstimate | None:
        """The adjusted estimate, if any gives a number."""
        return self.adjusted.best if self.adjusted else None


def read_estimates(rows: Iterable[Row]) -> tuple[SiteEstimate, ...]:
    """The estimates of one return; a withheld one has no numbers and says so."""
    return tuple(_read_estimate(row) for row in rows)


def answer_all(
    estimates: Sequence[SiteEstimate], *, site: str, who: str, definition: str = PRIMARY
) -> tuple[Answer, ...]:
    """A site's estimates by family, in the order of the families; families without a row left out.

    who: the people first looked for; a site that only knows everybody together is used as it is.
    """
    answers = []
    for name in dict.fromkeys(family.name for family in FAMILY_OF.values()):
        family = find_family(name)
        found = [
            one
            for one in estimates
            if one.site == site and one.definition == definition and one.family is family
        ]
        for wanted in dict.fromkeys((who, "new", "all", "ongoing")):
            members = sorted(
                (one for one in found if one.who == wanted),
                key=lambda one: family.members.index(one.design),
            )
            if members:
                answers.append(Answer(family, tuple(members)))
                break
    return tuple(answers)


def pair_site(
    estimates: Sequence[SiteEstimate],
    *,
    site: str,
    who: str,
    outcome: str,
    definition: str = PRIMARY,
) -> Twin:
    """The crude estimate of a site beside the best adjusted one that gives a number.

    who: whom the crude estimate describes. The adjusted one is looked for among new people first.
    """
    adjusted = {
        one.family.name: one
        for one in answer_all(estimates, site=site, who="new", definition=definition)
    }
    crude = next(
        (
            one.best
            for one in answer_all(estimates, site=site, who=who, definition=definition)
            if one.family.name == "crude"
        ),
        None,
    )
    tried = [adjusted[name] for name in TWIN_ORDER if name in adjusted]
    chosen = next((one for one in tried if one.best.log_rr is not None), None)
    before = tried[: tried.index(chosen)] if chosen else tried
    return Twin(
        site=site,
        crude=crude,
        adjusted=chosen,
        passed_over=tuple(one.best for one in before),
        strength=_rate_strength(chosen),
        described=_describe_crude(crude, outcome),
        claim=_compare_adjusted(chosen, tuple(one.best for one in before), outcome),
    )


def _read_estimate(row: Row) -> SiteEstimate:
    values: dict[str, Any] = dict(row)
    withheld = values["state"] == "suppressed"
    log_rr = None if withheld else values["log_rr"]
    se = values["se"] if log_rr is not None else None
    return SiteEstimate(
        site=values["site"],
        design=values["design"],
        who=values["who"],
        definition=values["definition"],
        log_rr=log_rr,
        se=se if se is not None and se > 0 else None,
        n=None if withheld else values["n"],
        reason=(values["reason"] or "") or (WITHHELD if withheld else ""),
        state=values["state"],
    )


def _rate_strength(chosen: Answer | None) -> Strength:
    if chosen is None:
        return "described"
    return chosen.family.strength if chosen.best.who == "new" else "weaker"


def _describe_crude(crude: SiteEstimate | None, outcome: str) -> Claim:
    if crude is None:
        return describe(log_rr=None, outcome=outcome, reason="the site's return holds none")
    return describe(
        log_rr=crude.log_rr,
        low=crude.low,
        high=crude.high,
        outcome=outcome,
        reason=crude.reason,
    )


def _compare_adjusted(
    chosen: Answer | None, passed_over: Sequence[SiteEstimate], outcome: str
) -> Claim:
    if chosen is None:
        reasons = [one.reason for one in passed_over if one.reason]
        return compare(
            log_rr=None, outcome=outcome, reason=reasons[0] if reasons else NOTHING_TO_COMPARE
        )
    best, family = chosen.best, chosen.family
    mixed = best.who != "new"
    return compare(
        log_rr=best.log_rr,
        low=best.low,
        high=best.high,
        outcome=outcome,
        reason=best.reason,
        verdicts=frozenset() if mixed else family.verdicts,
        unless=MIXED_PEOPLE if mixed and family.verdicts else family.unless,
        span=chosen.span,
    )
