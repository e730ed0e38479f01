"""Every design that a site's counts can carry, and the reason where one cannot be made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from righthelp.estimators.empirical_bayes import empirical_bayes, shape_from
from righthelp.estimators.learned import learned_correlation
from righthelp.estimators.matched import Matched
from righthelp.estimators.moments import moments_from_rows
from righthelp.estimators.projection import projection
from righthelp.estimators.rates import rate_ratio
from righthelp.estimators.result import Estimate
from righthelp.estimators.summary import external_correlation
from righthelp.estimators.support import support
from righthelp.onsite.people import Counted, People, Population
from righthelp.protocol.contacts import PRIMARY
from righthelp.protocol.study import Study

CORRELATIONS = (0.25, 0.5, 0.75)
NO_REFERENCE = "the route has no reference people"
NO_POPULATION = "the route does not hold everybody registered, with counts of an earlier window"
SAME_CONTACTS = "the records hold nothing that this definition would add or leave out"
NO_EARLIER = "the route has no counts of months 7 to 12 before"


@dataclass(frozen=True)
class SiteEstimate:
    """One estimate of a site, not yet released."""

    design: str
    who: str
    definition: str
    estimate: Estimate


@dataclass(frozen=True)
class GroupRates:
    """Mean and variance of the before-counts of the registered population, and its trend.

    From the population's own counts, or from figures that the site was given. variance None:
    not known. trend: after rate over before rate; None where not known.
    """

    mean: float
    variance: float | None
    trend: float | None
    time_before: float


def estimate_site(
    counted: Counted, study: Study, *, figures: GroupRates | None = None
) -> list[SiteEstimate]:
    """Every design for the study's own definition of a contact.

    `figures`: population figures that a site without reference people was given.
    """
    rates = population_rates(counted.population) if counted.population else figures
    new = counted.seen.where(counted.seen.is_new)
    made = [("crude", who, crude(counted, study, who=who)) for who in ("new", "ongoing", "all")]
    made.append(("donut", "new", donut(counted, study)))
    made.append((_projection_name(counted), "new", project(new, counted.reference)))
    made.append(("learned_correlation", "new", learn(new, counted.population)))
    made.append(("empirical_bayes", "new", shrink(new, rates)))
    made += [
        (f"projection_{group}", "new", project(new, people))
        for group, people in counted.others.items()
    ]
    if counted.reference is None and counted.population is None:
        made += [
            (f"external_correlation_{rho:.2f}", "new", estimate)
            for rho, estimate in zip(CORRELATIONS, expect_from_outside(new, rates), strict=True)
        ]
    return [SiteEstimate(design, who, PRIMARY, estimate) for design, who, estimate in made]


def name_matched(matched: Matched) -> list[SiteEstimate]:
    """The estimates from matched sets; they are read together, never one alone."""
    made = {
        "matched_after": matched.after,
        "matched_change": matched.change,
        "matched_adjusted": matched.adjusted,
    }
    return [SiteEstimate(design, "new", PRIMARY, estimate) for design, estimate in made.items()]


def _projection_name(counted: Counted) -> str:
    """A sheet of counts has no visits, so its reference people were not chosen at one."""
    return "count_projection" if counted.course is None else "projection"


def estimate_definition(counted: Counted, study: Study, *, name: str) -> Iterator[SiteEstimate]:
    """The naive and the adjusted estimate under a rival definition of a contact."""
    new = counted.seen.where(counted.seen.is_new)
    yield SiteEstimate("crude", "new", name, crude(counted, study, who="new"))
    yield SiteEstimate("projection", "new", name, project(new, counted.reference))


def skip_definition(counted: Counted, *, name: str) -> Iterator[SiteEstimate]:
    """The same two where the records cannot tell this definition from the study's own."""
    none = Estimate.none(n=int(counted.seen.is_new.sum()), reason=SAME_CONTACTS)
    yield SiteEstimate("crude", "new", name, none)
    yield SiteEstimate("projection", "new", name, none)


def crude(counted: Counted, study: Study, *, who: str) -> Estimate:
    """Contacts after over contacts before, per time at risk (METHODS.md section 3)."""
    before = range(-study.windows.before_months, 0)
    after = range(1, study.windows.after_months + 1)
    if counted.course is not None:
        return rate_ratio(
            counted.course.two_periods(who, before=before, after=after), after=1, before=0
        )
    seen = counted.seen
    flags = {"new": seen.is_new, "ongoing": ~seen.is_new, "all": np.ones(seen.n, dtype=bool)}
    people = seen.where(flags[who])
    moments = moments_from_rows(
        y=np.column_stack([people.before, people.after]),
        t=np.column_stack([people.time_before, people.time_after]),
    )
    return rate_ratio(moments, after=1, before=0)


def donut(counted: Counted, study: Study) -> Estimate:
    """Contacts after over contacts in months 7 to 12 before, away from the bump at the referral."""
    if counted.course is None:
        return Estimate.none(n=int(counted.seen.is_new.sum()), reason=NO_EARLIER)
    if min(counted.course.months) > -12:
        return Estimate.none(n=int(counted.seen.is_new.sum()), reason=NO_EARLIER)
    after = range(1, study.windows.after_months + 1)
    moments = counted.course.two_periods("new", before=range(-12, -6), after=after)
    return rate_ratio(moments, after=1, before=0)


def project(new: People, reference: People | None) -> Estimate:
    """What people with the same past went on to do (METHODS.md section 4), where there are any."""
    seen = new.where(new.comparable)
    if reference is None:
        return Estimate.none(n=seen.n, reason=NO_REFERENCE)
    projected = projection(
        seen_after=seen.after,
        seen_history=seen.history,
        seen_ladder=seen.ladder,
        seen_person=seen.person,
        reference_after=reference.after,
        reference_history=reference.history,
        reference_ladder=reference.ladder,
        reference_person=reference.person,
    )
    result = projected.estimate
    if result.status == "not_estimable":
        return result
    if projected.history_outside:
        return Estimate.none(
            n=seen.n,
            reason="the people seen differ where in their past no reference people do",
        )
    overlap = support(
        seen=seen.before, reference=reference.before, reference_person=reference.person
    )
    if overlap.within_limit:
        return result
    side = {"above": "more", "below": "fewer", "both": "more or fewer", "none": "other"}
    return Estimate.none(
        n=seen.n,
        reason="more than 5% of the people seen had "
        f"{side[overlap.direction]} contacts before than any fair number of reference people",
    )


def learn(new: People, population: Population | None) -> Estimate:
    """What the whole practice's past counts foretell, by the learned correlation."""
    seen = new.where(new.complete)
    if population is None:
        return Estimate.none(n=seen.n, reason=NO_POPULATION)
    person = population.person
    return learned_correlation(
        seen_before=seen.before,
        seen_after=seen.after,
        line_earlier=population.earlier,
        line_before=population.before,
        line_weight=population.weight,
        trend_before=population.before,
        trend_after=population.after,
        trend_weight=population.weight,
        seen_person=None if person is None else seen.person,
        line_person=person,
        trend_person=person,
    ).estimate


def population_rates(population: Population) -> GroupRates | None:
    """Mean, variance and trend of everybody's counts; None where nobody had a contact."""
    people = population.weight.sum()
    if people < 2 or not (population.weight @ population.before):
        return None
    mean = float(population.weight @ population.before / people)
    spread = float(population.weight @ (population.before - mean) ** 2 / (people - 1))
    trend = float(population.weight @ population.after) / (mean * people)
    return GroupRates(mean, spread, trend, population.time_before)


def shrink(new: People, rates: GroupRates | None) -> Estimate:
    """Hauer's empirical Bayes: each person's count drawn towards the practice's rate."""
    if rates is None or rates.variance is None or rates.trend is None:
        return Estimate.none(
            n=new.n, reason="the practice's rate, its spread and its trend are not known"
        )
    return empirical_bayes(
        before=new.before,
        after=new.after,
        t_before=new.time_before,
        t_after=new.time_after,
        mean_rate=rates.mean / rates.time_before,
        k=shape_from(rates.mean, rates.variance),
        # The trend is of counts in whole windows; empirical_bayes wants it per time at risk.
        trend=rates.trend * _window_ratio(new),
    ).estimate


def _window_ratio(people: People) -> float:
    """Length of the before window over that of the after window, from people with all of both."""
    whole = people.complete & (people.time_after > 0)
    if not whole.any():
        return 1.0
    return float(people.time_before[whole].sum() / people.time_after[whole].sum())


def expect_from_outside(new: People, rates: GroupRates | None) -> list[Estimate]:
    """A range over correlations borrowed from elsewhere; only a mean of the practice is needed."""
    seen = new.where(new.complete)
    if rates is None:
        reason = "no reference people, and the practice's mean is not known"
        return [Estimate.none(n=seen.n, reason=reason) for _ in CORRELATIONS]
    shift = math.log(rates.trend) if rates.trend else 0.0
    estimates = external_correlation(
        before=seen.before, after=seen.after, population_mean=rates.mean, correlations=CORRELATIONS
    )
    return [
        Estimate.point(log_rr=one.log_rr - shift, n=one.n, reason=one.reason)
        if one.log_rr is not None
        else one
        for one in estimates
    ]
