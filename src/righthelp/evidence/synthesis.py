"""The sites brought together: a mean, where another site might lie, and what each site adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from righthelp.estimators.synthesis import Synthesis, synthesise
from righthelp.evidence.claims import Claim, compare, describe
from righthelp.evidence.designs import ALL_VERDICTS, FAMILY_OF, Verdict
from righthelp.evidence.estimates import SiteEstimate, Twin
from righthelp.protocol.contacts import PRIMARY

NO_SITE = "no site gave this estimate with an interval"
BENDS = "the answer does not hold on the sites that could give it by themselves"


@dataclass(frozen=True)
class Member:
    """A site that entered a synthesis, and its share of the weight (0 to 1)."""

    estimate: SiteEstimate
    weight: float


@dataclass(frozen=True)
class Combination:
    """Estimates of several sites brought together.

    name: a design of the return, a family, or one of the sensitivities. result: None without a
    site; one site gives its own estimate and normal interval. listed: sites with a number but no
    interval, or an interval too weakly founded to enter.
    """

    name: str
    label: str
    who: str
    definition: str
    result: Synthesis | None
    members: tuple[Member, ...]
    listed: tuple[SiteEstimate, ...]
    claim: Claim

    @property
    def log_rr(self) -> float | None:
        """The mean log rate ratio."""
        return self.result.log_rr if self.result else None

    @property
    def low(self) -> float | None:
        """Lower end of the 95% interval of the mean, log scale."""
        return self.result.ci_low if self.result else None

    @property
    def high(self) -> float | None:
        """Upper end of the 95% interval of the mean, log scale."""
        return self.result.ci_high if self.result else None


@dataclass(frozen=True)
class WithoutSite:
    """The synthesis of all sites but one."""

    site: str
    result: Synthesis
    verdict: Verdict


def combine(
    estimates: Iterable[SiteEstimate],
    *,
    name: str,
    label: str,
    outcome: str,
    listed: Sequence[SiteEstimate] = (),
    adjusted: bool = True,
    verdicts: frozenset[Verdict] = ALL_VERDICTS,
    unless: str = "",
    who: str = "new",
    definition: str = PRIMARY,
) -> Combination:
    """Bring together the estimates that have an interval (random effects); list the others.

    verdicts, unless: what may be said of the mean beyond "cannot tell", and why no more.
    """
    given = tuple(estimates)
    able = [one for one in given if one.status == "ok"]
    unable = tuple(one for one in given if one.status == "point_only")
    result = _synthesise(able) if able else None
    log_rr, low, high = (
        (result.log_rr, result.ci_low, result.ci_high) if result else (None, None, None)
    )
    reason = "" if result and result.status == "ok" else (result.reason if result else NO_SITE)
    claim = (
        compare(
            log_rr=log_rr,
            low=low,
            high=high,
            outcome=outcome,
            reason=reason,
            verdicts=verdicts,
            unless=unless,
        )
        if adjusted
        else describe(log_rr=log_rr, low=low, high=high, outcome=outcome, reason=reason)
    )
    members = (
        tuple(map(Member, able, result.weights))
        if result and len(result.weights) == len(able)
        else ()
    )
    return Combination(name, label, who, definition, result, members, unable + tuple(listed), claim)


def combine_designs(estimates: Sequence[SiteEstimate], *, outcome: str) -> tuple[Combination, ...]:
    """One synthesis for each design, group of people and definition that any site has a number for.

    Order: families of designs, then their members; new people first; the study's definition first.
    """
    names = {name: position for position, name in enumerate(FAMILY_OF)}
    people = ("new", "all", "ongoing")
    keys = sorted(
        {(one.design, one.who, one.definition) for one in estimates if one.log_rr is not None},
        key=lambda key: (names[key[0]], people.index(key[1]), key[2] != PRIMARY, key[2]),
    )
    combined = []
    for design, who, definition in keys:
        family = FAMILY_OF[design]
        mixed = who != "new"
        combined.append(
            combine(
                (
                    one
                    for one in estimates
                    if (one.design, one.who, one.definition) == (design, who, definition)
                ),
                name=design,
                label=family.label,
                outcome=outcome,
                adjusted=family.strength != "described",
                verdicts=frozenset() if mixed else family.verdicts,
                unless=family.unless,
                who=who,
                definition=definition,
            )
        )
    return tuple(combined)


def combine_twins(twins: Sequence[Twin], *, outcome: str, definition: str = PRIMARY) -> Combination:
    """The adjusted twins brought together: those founded on the site's own records or population.

    Weaker twins are listed. A verdict must also hold on the sites that could give it by
    themselves (empirical Bayes alone says no "fewer"), else it is "cannot tell".
    """
    strong = [twin.estimate for twin in twins if twin.strength == "adjusted" and twin.estimate]
    weaker = [
        twin.estimate
        for twin in twins
        if twin.strength == "weaker" and twin.estimate and twin.estimate.log_rr is not None
    ]

    def take(members: Iterable[SiteEstimate], verdicts: frozenset[Verdict]) -> Combination:
        return combine(
            members,
            name="adjusted",
            label="Adjusted, best of each site",
            outcome=outcome,
            listed=weaker,
            verdicts=verdicts,
            unless=BENDS,
            definition=definition,
        )

    whole = take(strong, ALL_VERDICTS)
    verdict = whole.claim.verdict
    if verdict not in ALL_VERDICTS or all(verdict in one.family.verdicts for one in strong):
        return whole
    able = take((one for one in strong if verdict in one.family.verdicts), ALL_VERDICTS)
    return whole if able.claim.verdict == verdict else take(strong, ALL_VERDICTS - {verdict})


def vary_twins(
    twins: Sequence[Twin], *, outcome: str, all_staff: frozenset[str] = frozenset()
) -> tuple[Combination, ...]:
    """The synthesis again with sites let in or left out, wherever that changes who is in it.

    all_staff: sites whose records do not say who a contact was with.
    """
    with_interval = [
        (twin, twin.estimate)
        for twin in twins
        if twin.estimate is not None and twin.estimate.status == "ok"
    ]
    main = {twin.site for twin, _ in with_interval if twin.strength == "adjusted"}
    rules: tuple[tuple[str, str, Callable[[Twin, SiteEstimate], bool]], ...] = (
        ("weaker_too", "With weaker comparisons let in", lambda twin, one: True),
        (
            "without_leaning",
            "Without sites whose way of comparing is known to lean",
            lambda twin, one: twin.strength == "adjusted" and one.family.verdicts == ALL_VERDICTS,
        ),
        (
            "projection_only",
            "Only sites set against people with the same past",
            lambda twin, one: twin.strength == "adjusted" and one.design == "projection",
        ),
        (
            "gp_only",
            "Without sites that had to count all staff",
            lambda twin, one: twin.strength == "adjusted" and twin.site not in all_staff,
        ),
    )
    varied, known = [], [main]
    for name, label, is_in in rules:
        members = [one for twin, one in with_interval if is_in(twin, one)]
        sites = {one.site for one in members}
        if members and sites not in known:
            known.append(sites)
            verdicts = frozenset() if name == "weaker_too" else ALL_VERDICTS
            varied.append(
                combine(
                    members,
                    name=name,
                    label=label,
                    outcome=outcome,
                    verdicts=verdicts,
                    unless="weaker comparisons are among them",
                )
            )
    return tuple(varied)


def suppose_silent(
    adjusted: Combination, silent: Sequence[str], *, outcome: str
) -> tuple[Combination, ...]:
    """The synthesis had the silent sites been like the lowest, or like the highest that answered.

    Empty where every site answered, or fewer than two sites have an estimate. They are supposed
    numbers, so they earn no verdict.
    """
    known = [one.estimate for one in adjusted.members if one.estimate.log_rr is not None]
    if not silent or len(known) < 2:
        return ()
    ordered = sorted(known, key=lambda one: one.log_rr or 0.0)
    n = "the site" if len(silent) == 1 else f"the {len(silent)} sites"
    return tuple(
        combine(
            [*known, *(replace(like, site=site) for site in silent)],
            name=name,
            label=f"Had {n} without an answer been like the {word}",
            outcome=outcome,
            verdicts=frozenset(),
            unless="the numbers of sites without an answer are supposed",
        )
        for name, word, like in (
            ("silent_lowest", "lowest", ordered[0]),
            ("silent_highest", "highest", ordered[-1]),
        )
    )


def leave_out_each(twins: Sequence[Twin], *, outcome: str) -> tuple[WithoutSite, ...]:
    """The adjusted synthesis without each of its sites in turn; empty below three sites.

    The verdict is by the rule of `combine_twins`, so that leaving a site out is all that differs.
    """
    entered = [member.estimate.site for member in combine_twins(twins, outcome=outcome).members]
    if len(entered) < 3:
        return ()
    left: list[WithoutSite] = []
    for out in entered:
        rest = combine_twins([twin for twin in twins if twin.site != out], outcome=outcome)
        assert rest.result is not None and rest.claim.verdict is not None
        left.append(WithoutSite(out, rest.result, rest.claim.verdict))
    return tuple(left)


def _synthesise(members: Sequence[SiteEstimate]) -> Synthesis:
    numbers = [(one.log_rr, one.se) for one in members if one.log_rr is not None and one.se]
    assert len(numbers) == len(members)
    log_rr, se = zip(*numbers, strict=True)
    return synthesise(log_rr=log_rr, se=se, method="REML")
