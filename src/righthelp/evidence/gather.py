"""Everything the report shows, from returns alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from righthelp.evidence.claims import Claim, compare, describe
from righthelp.evidence.counts import (
    ChangeTotal,
    FlowStep,
    Pattern,
    SiteChange,
    SiteNotHeld,
    add_change,
    add_flow,
    add_pattern,
    read_changes,
    read_not_held,
)
from righthelp.evidence.course import CoursePoint, MonthTogether, combine_course
from righthelp.evidence.estimates import (
    Answer,
    SiteEstimate,
    Twin,
    answer_all,
    pair_site,
    read_estimates,
)
from righthelp.evidence.matched import MatchedEvidence, gather_matched
from righthelp.evidence.meaning.capacity import CapacityEvidence, weigh_capacity
from righthelp.evidence.meaning.gather import MeaningEvidence, gather_meaning
from righthelp.evidence.meaning.indicators import gather_theory, read_material
from righthelp.evidence.meaning.theory import TheoryEvidence
from righthelp.evidence.scheme import SchemeEvidence, gather_scheme
from righthelp.evidence.sites import SiteAccount, account_sites
from righthelp.evidence.summary import Summary, summarise
from righthelp.evidence.synthesis import (
    Combination,
    WithoutSite,
    combine,
    combine_designs,
    combine_twins,
    leave_out_each,
    suppose_silent,
    vary_twins,
)
from righthelp.protocol.contacts import PRIMARY, list_definitions
from righthelp.protocol.requests import Entry
from righthelp.protocol.study import Study
from righthelp.protocol.theory import Theory, load_theory
from righthelp.returns.checks import check_returns
from righthelp.returns.history import ReturnEntry
from righthelp.returns.tables import TABLES, Released
from righthelp.schema import Row


@dataclass(frozen=True)
class DefinitionRow:
    """The crude and the adjusted result under one definition of a contact, side by side."""

    name: str
    label: str
    crude: Combination
    adjusted: Combination
    twins: tuple[Twin, ...]


@dataclass(frozen=True)
class Evidence:
    """All that the page and the tables show; made from a study and its returns, nothing else.

    answers: each site's estimates by family of designs.
    twins: for each site that answered, the crude estimate beside its adjusted one. crude,
    adjusted: both brought together over the same sites. variations, left_out: the adjusted
    synthesis with other sites in it. combinations: one synthesis a design, people and definition.
    history: the log of the returns, where they are kept beside the study.
    """

    study: Study
    sites: tuple[SiteAccount, ...]
    estimates: tuple[SiteEstimate, ...]
    answers: Mapping[str, tuple[Answer, ...]]
    twins: tuple[Twin, ...]
    crude: Combination
    adjusted: Combination
    combinations: tuple[Combination, ...]
    variations: tuple[Combination, ...]
    left_out: tuple[WithoutSite, ...]
    definitions: tuple[DefinitionRow, ...]
    flow: tuple[FlowStep, ...]
    change: tuple[SiteChange, ...]
    change_total: ChangeTotal
    pattern: Pattern
    course: tuple[CoursePoint, ...]
    months: tuple[MonthTogether, ...]
    not_held: tuple[SiteNotHeld, ...]
    matched: MatchedEvidence
    scheme: SchemeEvidence
    meaning: MeaningEvidence
    capacity: CapacityEvidence
    theory: TheoryEvidence
    supply: tuple[Row, ...]
    quality: tuple[Row, ...]
    summary: Summary
    history: tuple[ReturnEntry, ...] = ()

    @property
    def digest(self) -> str:
        """The digest of the study's rules, which every return carries."""
        return self.study.digest()

    @property
    def who(self) -> str:
        """The people the study describes: new, or all."""
        return self.study.index.who

    @property
    def answered(self) -> tuple[SiteAccount, ...]:
        """The sites that answered, in the study's order."""
        return tuple(site for site in self.sites if site.answered)

    @property
    def silent(self) -> tuple[SiteAccount, ...]:
        """The sites that were asked and did not answer."""
        return tuple(site for site in self.sites if not site.answered)

    @property
    def headline(self) -> tuple[Claim, Claim]:
        """The claims that are shown first, crude and adjusted: sites together, or the one site's.

        Without any return both say that there is no number.
        """
        if self.adjusted.result is None and len(self.twins) == 1:
            return self.twins[0].described, self.twins[0].claim
        if not self.twins:
            return describe(log_rr=None), compare(log_rr=None)
        return self.crude.claim, self.adjusted.claim

    def label(self, site_id: str) -> str:
        """The name of a site as the report shows it."""
        return next(site.label for site in self.sites if site.id == site_id)


def gather(
    study: Study,
    returns: Sequence[Released],
    *,
    log: Sequence[Entry] = (),
    theory: Theory | None = None,
    history: tuple[ReturnEntry, ...] = (),
) -> Evidence:
    """Bring the returns of a study together. log: what the team noted of asking the sites.

    history: the log of returns kept beside the study; it is shown, and moves no number. theory: how
    the scheme might work; the one that ships with righthelp unless given. Raises DataRefused for
    returns that are not of this study, its sites or its rules.
    """
    check_returns(study, returns)
    sites = account_sites(study, returns, log=log)
    returns, rows = _arrange(returns, sites)
    who, outcome = study.index.who, study.study.outcome
    estimates = read_estimates(rows["estimates"])
    twins = tuple(pair_site(estimates, site=one.site, who=who, outcome=outcome) for one in returns)
    adjusted = combine_twins(twins, outcome=outcome)
    crude = _combine_crude(twins, adjusted=adjusted, outcome=outcome)
    change = read_changes(rows["change"], twins, who=who)
    left_out = leave_out_each(twins, outcome=outcome)
    change_total = add_change(change)
    matched = gather_matched(rows, estimates, outcome=outcome)
    meaning = gather_meaning(rows)
    seen = read_material(rows, study, twins=twins, adjusted=adjusted, meaning=meaning)
    return Evidence(
        study=study,
        sites=sites,
        estimates=estimates,
        answers={one.site: answer_all(estimates, site=one.site, who=who) for one in returns},
        twins=twins,
        crude=crude,
        adjusted=adjusted,
        combinations=combine_designs(estimates, outcome=outcome),
        variations=_vary_sites(twins, adjusted, sites=sites, outcome=outcome),
        left_out=left_out,
        definitions=_compare_definitions(study, estimates, twins=twins),
        flow=add_flow(rows["flow"]),
        change=change,
        change_total=change_total,
        pattern=add_pattern(rows["pattern"], who=who, people={one.site: one.n for one in change}),
        course=seen.course,
        months=combine_course(seen.course),
        not_held=read_not_held(rows["not_held"]),
        matched=matched,
        scheme=gather_scheme(rows["series"]),
        meaning=meaning,
        capacity=weigh_capacity(rows, change, twins=twins, adjusted=adjusted, cost=study.cost),
        theory=gather_theory(theory or load_theory(), seen),
        supply=rows["supply"],
        quality=rows["quality"],
        summary=summarise(
            study,
            sites,
            twins=twins,
            crude=crude,
            adjusted=adjusted,
            left_out=left_out,
            change=change_total,
            matched=matched.claim,
        ),
        history=history,
    )


def _arrange(
    returns: Sequence[Released], sites: Sequence[SiteAccount]
) -> tuple[list[Released], dict[str, tuple[Row, ...]]]:
    """The returns in the study's order, and the rows of every declared table in that order."""
    order = {site.id: position for position, site in enumerate(sites)}
    arranged = sorted(returns, key=lambda one: order[one.site])
    rows = {
        table.name: tuple(row for one in arranged for row in one.tables[table.name])
        for table in TABLES
    }
    return arranged, rows


def _vary_sites(
    twins: Sequence[Twin], adjusted: Combination, *, sites: Sequence[SiteAccount], outcome: str
) -> tuple[Combination, ...]:
    """The adjusted synthesis with other sites in it, and with supposed answers of silent ones."""
    all_staff = frozenset(site.id for site in sites if site.all_staff)
    silent = [site.id for site in sites if not site.answered]
    return (
        *vary_twins(twins, outcome=outcome, all_staff=all_staff),
        *suppose_silent(adjusted, silent, outcome=outcome),
    )


def _combine_crude(
    twins: Sequence[Twin], *, adjusted: Combination, outcome: str, definition: str = PRIMARY
) -> Combination:
    """The crude estimates over the sites that entered the adjusted synthesis, else over all.

    An interval that rests on an assumed correlation is listed, not brought together.
    """
    entered = {member.estimate.site for member in adjusted.members}
    chosen = [twin.crude for twin in twins if twin.crude and (twin.site in entered or not entered)]
    return combine(
        (one for one in chosen if one.design == "crude"),
        name="crude",
        label="As counted, the same sites" if entered else "As counted",
        outcome=outcome,
        listed=tuple(one for one in chosen if one.design != "crude" and one.log_rr is not None),
        adjusted=False,
        definition=definition,
    )


def _compare_definitions(
    study: Study, estimates: Sequence[SiteEstimate], *, twins: Sequence[Twin]
) -> tuple[DefinitionRow, ...]:
    """The result under each definition that any return knows; the study's own first."""
    labels = {
        one.name: one.label
        for role_missing in (False, True)
        for one in list_definitions(study.contacts, role_missing=role_missing, with_categories=True)
    }
    known = {one.definition for one in estimates}
    names = [name for name in labels if name in known]
    names += sorted(known - set(names))
    outcome, compared = study.study.outcome, []
    for name in names:
        own = tuple(
            pair_site(
                estimates, site=twin.site, who=study.index.who, outcome=outcome, definition=name
            )
            for twin in twins
            if any(one.site == twin.site and one.definition == name for one in estimates)
        )
        adjusted = combine_twins(own, outcome=outcome, definition=name)
        crude = _combine_crude(own, adjusted=adjusted, outcome=outcome, definition=name)
        compared.append(DefinitionRow(name, labels.get(name, name), crude, adjusted, own))
    return tuple(compared)
