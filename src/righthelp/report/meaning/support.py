"""The right help, in time, as tables. Nothing is called good or bad."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, add_counts
from righthelp.evidence.meaning.support import Share, SiteWait
from righthelp.report.cells import Cell, Heading, Ratio, ShownTable
from righthelp.returns.support import (
    ALL,
    CHARACTERISTICS,
    EVENTS,
    FATES,
    FLAGS,
    NEED_STEPS,
    REFERRERS,
    RETURNED_FOR,
    STEPS,
)

ROUNDED = (
    "Counts of people are rounded by the sites; shares are made of rounded counts, of the sites "
    "that gave both. “(2 withheld)”: without two sites whose number was withheld."
)
NESTED = (
    "Each step counts only people who reached the ones before it. Who was seen counts as having "
    "accepted; who got no further is counted by what happened first."
)
NEEDS_SAY = (
    "Shares are of needs of people whom the link worker saw. Support fits a need where the study "
    "says so; somebody with two needs has two."
)
WAITS_SAY = (
    "Aalen-Johansen: who declined, was returned, died or left without it counts as not having had "
    "it; who still waits when the records end counts for as long as they were followed. A day is "
    "withheld where few people had the event since the day before it."
)
FLAGS_SAY = (
    "People registered for the whole of both windows; from the first contact to the end of the "
    "after window. Somebody of whom two things were passed back counts at both."
)
REACH_SAYS = (
    "Against the whole list: people seen over those expected had every group been seen at the rate "
    "of its own site, over the sites where that was 15 or more. The interval holds chance and "
    "rounding; of twenty such intervals one is wrong by chance alone. It says nothing of need, "
    "which the records do not hold."
)
AGAIN_SAYS = (
    "Referred again: within {months} months of closing or return, of people followed that long. "
    "Needs: of people whom the link worker saw, and of the needs that the study names."
)
LEVEL_WORDS = {
    ("deprivation", "1"): "1 of 5, the most deprived",
    ("deprivation", "5"): "5 of 5, the least deprived",
}


def list_support_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table of this question, also those without a row."""
    return (
        _list_sites(evidence),
        _list_funnel(evidence),
        _list_referrers(evidence),
        _list_reasons(evidence),
        _list_needs(evidence),
        _list_waits(evidence),
        _list_flags(evidence),
        _list_reach(evidence),
    )


def _percent(share: Share | None) -> Cell:
    """A share out of 100, or what became of it."""
    if share is None:
        return Count(None, "not_collected")
    if share.share is None:
        return "–" if share.state == "rounded" else Count(None, share.state, 0, share.n_withheld)
    return Count(100 * share.share, "rounded", share.n_sites, share.n_withheld)


def _people(share: Share | None) -> Cell:
    if share is None:
        return Count(None, "not_collected")
    if share.n is None:
        return Count(None, share.state, 0, share.n_withheld)
    return Count(share.n, "rounded", share.n_sites, share.n_withheld)


def _list_sites(evidence: Evidence) -> ShownTable:
    """The shares of each site, in the study's order."""
    support = evidence.meaning.support
    measures = {
        "served": "With a need that is served, %",
        "returned": "Returned, %",
        "repeated": "Referred again, %",
        "fitting_offered": "Fitting support offered for, % of needs",
        "fitting_started": "begun for, %",
        "met": "Needs met, %",
    }
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(site),
            _people(support.of_site[site, "referred"]),
            *(_percent(support.of_site[site, name]) for name in measures),
        )
        for site in support.sites
    ]
    months = evidence.study.support.repeat_months
    return ShownTable(
        "referrals_in",
        "Referrals to the link worker, and whether the help fitted",
        (
            Heading("site", "Site"),
            Heading("referred", "People referred", "number"),
            *(Heading(name, words, "number") for name, words in measures.items()),
        ),
        tuple(rows),
        (
            ROUNDED,
            AGAIN_SAYS.format(months=months),
        ),
    )


def _list_funnel(evidence: Evidence) -> ShownTable:
    support = evidence.meaning.support
    rows: list[tuple[Cell, ...]] = []
    for step in support.funnel if support.sites else ():
        for fate, by_site in step.lost.items():
            lost = [by_site[site] for site in support.sites if site in by_site]
            if any(one.value or one.state == "suppressed" for one in lost):
                rows.append(
                    (
                        f"no further: {FATES[fate].lower()}",
                        add_counts(lost),
                        *(by_site.get(site, "–") for site in support.sites),
                    )
                )
        shown = (step.by_site.get(site, "–") for site in support.sites)
        rows.append((STEPS[step.step], step.total, *shown))
    return ShownTable(
        "referral_funnel",
        "What became of the referrals, step by step",
        (
            Heading("step", "Step"),
            Heading("all_sites", "All sites", "number"),
            *(Heading(site, evidence.label(site), "number") for site in support.sites),
        ),
        tuple(rows),
        (NESTED, ROUNDED),
    )


def _list_referrers(evidence: Evidence) -> ShownTable:
    found = evidence.meaning.support.by_referrer
    rows: list[tuple[Cell, ...]] = [
        (
            words,
            _people(found[referrer, "referred"]),
            _percent(found.get((referrer, "served"))),
            _percent(found.get((referrer, "returned"))),
        )
        for referrer, words in REFERRERS.items()
        if (referrer, "referred") in found
    ]
    return ShownTable(
        "referrers",
        "Who referred",
        (
            Heading("referrer", "Who referred"),
            Heading("referred", "People referred", "number"),
            Heading("served", "With a need that is served, %", "number"),
            Heading("returned", "Returned, %", "number"),
        ),
        tuple(rows),
        (ROUNDED,),
    )


def _list_reasons(evidence: Evidence) -> ShownTable:
    reasons = evidence.meaning.support.reasons
    told = any(count.value for count in reasons.values())
    rows: list[tuple[Cell, ...]] = [
        (RETURNED_FOR[reason], count)
        for reason, count in reasons.items()
        if told and (count.value or count.state == "suppressed")
    ]
    return ShownTable(
        "return_reasons",
        "Why referrals were returned",
        (Heading("reason", "Reason"), Heading("n", "People", "number")),
        tuple(rows),
    )


def _list_needs(evidence: Evidence) -> ShownTable:
    found = evidence.meaning.support.needs
    names = [need for need in dict.fromkeys(need for need, _ in found) if need != ALL]
    rows: list[tuple[Cell, ...]] = []
    for need in [*names, *([ALL] if names else [])]:
        recorded = found[need, "recorded"]
        if not recorded.n and recorded.state != "suppressed":
            continue
        words = {ALL: "All that the study names", "other": "Others"}.get(need, need.capitalize())
        measures = ("offered", "fitting_offered", "fitting_started", "met")
        rows.append(
            (
                words,
                _people(recorded),
                _people(found[need, "seen"]),
                *(_percent(found[need, name]) for name in measures),
            )
        )
    return ShownTable(
        "needs_met",
        "Needs, and the support for them",
        (
            Heading("need", "Need"),
            Heading("recorded", NEED_STEPS["recorded"], "number"),
            Heading("seen", NEED_STEPS["seen"], "number"),
            Heading("offered", "Any support offered, %", "number"),
            Heading("fitting_offered", "Fitting support offered, %", "number"),
            Heading("fitting_started", "Fitting support begun, %", "number"),
            Heading("met", "Recorded as met, %", "number"),
        ),
        tuple(rows),
        (
            NEEDS_SAY,
            ROUNDED,
        ),
    )


def _list_waits(evidence: Evidence) -> ShownTable:
    waits = evidence.meaning.support.waits
    days = sorted({point.day for one in waits for point in one.points})
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(one.site),
            EVENTS[one.event],
            one.n,
            *(_show_point(one, day) for day in days),
        )
        for one in waits
    ]
    return ShownTable(
        "days_to_help",
        "Of every 100 people referred, those who had had it by so many days from the referral",
        (
            Heading("site", "Site"),
            Heading("event", "Waited for"),
            Heading("n", "People referred", "number"),
            *(Heading(f"day_{day}", f"{day} days", "number") for day in days),
        ),
        tuple(rows),
        (WAITS_SAY,),
    )


def _show_point(one: SiteWait, day: int) -> Cell:
    point = next((p for p in one.points if p.day == day), None)
    if point is None:
        return "–"
    if point.share is None:
        return Count(None, point.state)
    return Count(100 * point.share, "rounded")


def _list_flags(evidence: Evidence) -> ShownTable:
    flags = evidence.meaning.support.flags
    told = any(one.n for one in flags.values())
    rows: list[tuple[Cell, ...]] = [
        (FLAGS[kind], _people(one), "" if one.of is None else one.of, _percent(one))
        for kind, one in flags.items()
        if told and (one.n or one.state == "suppressed")
    ]
    return ShownTable(
        "flags_back",
        "What the link worker passed back to the practice",
        (
            Heading("kind", "About"),
            Heading("n", "People", "number"),
            Heading("of", "Of people new to the link worker", "number"),
            Heading("per_100", "Per 100", "number"),
        ),
        tuple(rows),
        (FLAGS_SAY,),
    )


def _list_reach(evidence: Evidence) -> ShownTable:
    rows: list[tuple[Cell, ...]] = [
        (
            CHARACTERISTICS[one.characteristic],
            LEVEL_WORDS.get((one.characteristic, one.level), one.level),
            one.seen,
            one.registered,
            "" if one.per_1000 is None else one.per_1000,
            Ratio(one.log_ratio, one.low, one.high, missing=""),
        )
        for one in evidence.meaning.support.reach
        if one.registered.value or one.registered.state == "suppressed"
    ]
    return ShownTable(
        "reach_of_list",
        "Who was seen in the index period, beside everybody registered",
        (
            Heading("characteristic", "Characteristic"),
            Heading("level", "Group"),
            Heading("seen", "People seen", "number"),
            Heading("registered", "Registered", "number"),
            Heading("per_1000", "Seen per 1,000", "number", 1),
            Heading("ratio", "Against the whole list (95% interval)", "number"),
        ),
        tuple(rows),
        (
            REACH_SAYS,
            ROUNDED,
        ),
    )
