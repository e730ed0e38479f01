"""What the evidence itself says to a checklist's items: numbers, losses, checks and limits.

An answer is empty where no site sent what it needs and the team has to write it all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, FlowStep
from righthelp.evidence.summary import begin_low, join_words, say_another
from righthelp.report.cells import show_count
from righthelp.report.meaning.capacity import say_capacity
from righthelp.report.meaning.consultation import say_dose as say_dose_briefly
from righthelp.report.meaning.support import LEVEL_WORDS
from righthelp.report.meaning.support_words import say_support
from righthelp.returns.support import CHARACTERISTICS


def say_found(evidence: Evidence) -> str:
    """What the summary says was found."""
    return " ".join(evidence.summary.found) or "No site answered, so nothing was found."


def say_study_size(evidence: Evidence) -> str:
    """Everybody seen in the index period was counted; how many, and what could be found."""
    complete = _find_step(evidence, "complete") or _find_step(evidence, "registered")
    said = "Everybody whom the data of a site show as seen in its index period was counted."
    if complete:
        words = begin_low(complete.words)
        said += f" People ({words}): {_show(complete.total)}."
    told = [
        f"{evidence.label(one.site)} {one.detectable[0].value:.2f}"
        for one in evidence.matched.sites
        if one.detectable[0].value is not None
    ]
    if told:
        said += f" Ratios below 1 that a site would find in four studies of five: {', '.join(told)}"
        said += "."
    return said


def say_subgroups(evidence: Evidence) -> str:
    """By what people are told apart."""
    found = evidence.meaning.wellbeing.strata
    by = join_words(sorted({one.by for one in found}))
    who = "new people and those already under the link worker are estimated apart"
    scores = f"; contacts and scores together by {by}, where no cell is small" if by else ""
    return f"Sites are shown one by one; {who}{scores}. No interaction was tested."


def say_missing(evidence: Evidence) -> str:
    """What was not supplied or withheld, and that nothing was filled in."""
    lacking = [row for row in evidence.supply if row["supplied"] is False]
    sites = {row["site"] for row in lacking}
    said = (
        "No missing value was imputed: an estimate that needs what a site could not supply is not "
        "made there. Where the day of referral is not known it was taken to lie "
        f"{evidence.study.reference.lag_days} days before the first contact. Numbers of few people "
        "are withheld, left out of sums, and counted as withheld."
    )
    if lacking:
        said += f" Things not supplied: {len(lacking)}, at {_n_sites(len(sites))}."
    uncoded = evidence.meaning.reasons.uncoded
    if uncoded is not None:
        said += " What contacts without a code could hide is bounded."
    return said


def say_lost_methods(evidence: Evidence) -> str:
    """That who died or left is counted, and where it was bounded what they could change."""
    bounded = [
        one.site for one in evidence.matched.sites if any(end.value is not None for end in one.lost)
    ]
    said = "People who died or left within a window are counted at their step and not compared."
    if bounded:
        labels = join_words([evidence.label(site) for site in bounded])
        said += f" Had they been followed: bounds are given for {labels}."
    return said


def say_sensitivity(evidence: Evidence) -> str:
    """Which sensitivity analyses there are."""
    parts = []
    if len(evidence.definitions) > 1:
        parts.append(f"{len(evidence.definitions) - 1} other definitions of a contact")
    parts += [begin_low(one.label) for one in evidence.variations]
    if evidence.left_out:
        parts.append("leaving out one site at a time")
    if evidence.matched.span is not None:
        parts.append("the range over two matched designs")
    return f"Made were: {'; '.join(parts)}." if parts else "What came allowed none."


def say_flow(evidence: Evidence) -> str:
    """People at the steps that were kept, sites together."""
    steps = _list_steps(evidence, "kept")
    return (
        f"{steps} Not every site's way of answering has every step."
        if steps
        else "No site told how many people were at each step."
    )


def say_left_out(evidence: Evidence) -> str:
    """People left out at a step, and sites that did not answer."""
    steps = _list_steps(evidence, "left_out")
    silent = [site.label for site in evidence.silent]
    answers = f"No answer came from {join_words(silent)}." if silent else "Every site answered."
    return f"{steps or 'No site told whom it left out.'} {answers}"


def say_flow_diagram(evidence: Evidence) -> str:
    """Where the flow is shown."""
    n = len(evidence.flow)
    if not n:
        return "No site told how many people were at each step."
    return f"Everybody is shown at {n} steps, with a number for each site and their sum."


def say_selection(evidence: Evidence) -> str:
    """The flow, and rows that were dropped before it."""
    return f"{say_flow(evidence)} {say_cleaning(evidence)}"


def say_characteristics(evidence: Evidence) -> str:
    """Who was seen, by age, sex, deprivation and ethnicity, where sites told."""
    parts = []
    for name, words in CHARACTERISTICS.items():
        levels = [
            f"{LEVEL_WORDS.get((name, one.level), one.level)}: {_show(one.seen)}"
            for one in evidence.meaning.support.reach
            if one.characteristic == name and one.seen.value is not None
        ]
        if levels:
            parts.append(f"{words} ({'; '.join(levels)})")
    if not parts:
        return ""
    return f"People seen in the index period: {'; '.join(parts)}."


def say_missing_numbers(evidence: Evidence) -> str:
    """Rows that were odd, and consultations that lack what a measure needs."""
    told = sorted(
        {
            (str(row["table"]), str(row["column"] or ""))
            for row in evidence.supply
            if row["supplied"] is False
        }
    )
    places = [f"{table}: {column}" if column else table for table, column in told]
    said = f"Not supplied by some site: {join_words(places)}." if places else "All was supplied."
    return f"{said} {say_cleaning(evidence)}"


def say_cleaning(evidence: Evidence) -> str:
    """What was odd in the data, by what was done with it."""
    counted: dict[str, set[str]] = {}
    for row in evidence.quality:
        counted.setdefault(str(row["effect"]), set()).add(str(row["check"]).replace("_", " "))
    if not counted:
        return "No site reported anything odd in its data."
    told = [f"{effect}: {join_words(sorted(checks))}" for effect, checks in counted.items()]
    return f"Odd rows, by what was done: {'; '.join(told)}. Each kind is counted for each site."


def say_outcomes(evidence: Evidence) -> str:
    """People with fewer, as many and more contacts, and rates of the sites."""
    total = evidence.change_total
    if not total.n_sites:
        return "No site told how many people had fewer, as many and more contacts."
    said = (
        f"People with fewer contacts after: {_show(total.fell)}; as many: {_show(total.stayed)}; "
        f"more: {_show(total.rose)} ({_n_sites(total.n_sites)})."
    )
    before, after = (
        [value for one in evidence.change if (value := getattr(one, name).value) is not None]
        for name in ("before_per_100", "after_per_100")
    )
    if before and after:
        said += f" Per 100 people: {_span(before)} before and {_span(after)} after."
    return said


def say_main_results(evidence: Evidence) -> str:
    """The crude and the adjusted claim, always together."""
    crude, adjusted = evidence.crude.claim, evidence.adjusted.claim
    if evidence.adjusted.result is None and len(evidence.twins) == 1:
        crude, adjusted = evidence.twins[0].described, evidence.twins[0].claim
    if not evidence.twins:
        return "No site answered, so there is no result."
    return f"{crude.sentence} {adjusted.sentence}"


def say_absolute(evidence: Evidence) -> str:
    """Contacts expected less counted, per 100 people."""
    return say_capacity(evidence)[0]


def say_other_analyses(evidence: Evidence) -> str:
    """Parts of the report beside the main comparison that hold anything."""
    meaning = evidence.meaning
    parts = [
        words
        for there, words in (
            (evidence.matched.sites, "matched people"),
            (evidence.scheme.sites, "the scheme as a whole"),
            (meaning.reasons.sites, "what contacts were about"),
            (meaning.consultation.sites, "the consultation itself"),
            (meaning.wellbeing.scales, "scores that people gave"),
            (meaning.support.sites, "referrals and the time until support"),
        )
        if there
    ]
    beside = f" Beside the main comparison: {join_words(parts)}." if parts else ""
    return f"{say_sensitivity(evidence)}{beside}"


def say_limits(evidence: Evidence) -> str:
    """What the summary says the report does not say."""
    return " ".join(evidence.summary.limits)


def say_routine_limits(evidence: Evidence) -> str:
    """What hangs on how contacts are recorded."""
    points = [
        math.exp(one.adjusted.log_rr)
        for one in evidence.definitions
        if one.adjusted.log_rr is not None
    ]
    said = "Records say what was booked and entered, not why somebody came."
    if len(points) > 1:
        low, high = 100 * min(points), 100 * max(points)
        said += (
            f" Under other definitions of a contact the answer runs from {low:.0f} to {high:.0f} "
            "for every 100 expected."
        )
    return f"{said} {say_cleaning(evidence)}"


def say_elsewhere(evidence: Evidence) -> str:
    """How many sites, and where another might lie."""
    said = (
        f"Of {_n_sites(len(evidence.sites))} asked {len(evidence.answered)} answered; the "
        f"comparison with what was expected rests on {_n_sites(len(evidence.adjusted.members))}."
    )
    return " ".join([said, *say_another(evidence.adjusted.result)])


def say_procedures(evidence: Evidence) -> str:
    """The steps from referral to support that were recorded, with people at each."""
    support = evidence.meaning.support
    if not support.sites:
        return ""
    steps = [f"{one.step.replace('_', ' ')} {_show(one.total)}" for one in support.funnel]
    return (
        f"Recorded steps, with the people who reached each at the sites that told it: "
        f"{'; '.join(steps)}. Where a number was withheld, a later step can show more people."
    )


def say_dose(evidence: Evidence) -> str:
    """How often people saw the link worker, and how soon after referral."""
    told = say_dose_briefly(evidence)
    months = [
        value
        for one in evidence.meaning.consultation.dose
        if (value := one.values["months"].value) is not None
    ]
    if not told:
        return ""
    over = f" From first to last contact: {_span(months, 1)} months on average." if months else ""
    return f"{told[0]}{over}"


def say_tailoring(evidence: Evidence) -> str:
    """Needs that were recorded, and support that fits."""
    support = evidence.meaning.support
    named = [
        f"{need} {_people(share.n)}"
        for (need, measure), share in support.needs.items()
        if measure == "recorded" and need not in ("all", "other") and share.n
    ]
    if not named:
        return ""
    return f"Needs recorded, in people: {'; '.join(named)}."


def say_delivered(evidence: Evidence) -> str:
    """What the part on help in time says."""
    return " ".join(say_support(evidence)) if evidence.meaning.support.sites else ""


def _find_step(evidence: Evidence, name: str) -> FlowStep | None:
    return next((one for one in evidence.flow if one.step == name), None)


def _list_steps(evidence: Evidence, kind: str) -> str:
    steps = [
        f"{one.words}: {_show(one.total)}, {_n_sites(len(one.by_site))}"
        for one in evidence.flow
        if one.kind == kind
    ]
    return f"{'; '.join(steps)}." if steps else ""


def _show(count: Count) -> str:
    return show_count(count)


def _people(n: float) -> str:
    return f"{n:,.0f}"


def _span(values: Iterable[float], decimals: int = 0) -> str:
    ends = sorted({f"{value:,.{decimals}f}" for value in values}, key=_plain)
    return ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"


def _plain(text: str) -> float:
    return float(text.replace(",", ""))


def _n_sites(n: int) -> str:
    return f"{n} {'site' if n == 1 else 'sites'}"
