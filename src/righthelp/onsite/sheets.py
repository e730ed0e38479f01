"""What a spreadsheet of counts or a form of summary numbers can tell, by the same designs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from righthelp.estimators.result import Estimate
from righthelp.estimators.summary import (
    before_after_summary,
    external_correlation,
    ratio_of_ratios,
)
from righthelp.onsite.describe import describe_change
from righthelp.onsite.estimates import CORRELATIONS, GroupRates, SiteEstimate, estimate_site
from righthelp.onsite.flow import FlowStep
from righthelp.onsite.people import Counted, People, Population
from righthelp.onsite.sources.counts import SiteCounts
from righthelp.onsite.sources.summary import GroupFigures, SiteSummary
from righthelp.protocol.contacts import PRIMARY
from righthelp.protocol.study import Site, Study

BASELINE_FOLD = 1.25
"""Groups further apart than this at the start are flagged as not alike."""


def answer_counts(
    counts: SiteCounts, *, study: Study, site: Site, figures: SiteSummary | None
) -> dict[str, Any]:
    """Estimates, flow, change and course of a spreadsheet, one row a person."""
    counted = counted_from_sheet(counts, study=study, site=site)
    population = figures.rows.get("population") if figures else None
    return {
        "estimates": estimate_site(
            counted, study, figures=_group_rates(population, study) if population else None
        ),
        "flow": _flow_of_sheet(counted),
        "changes": describe_change(counted),
        "course": [],
        "not_held": [],
        "matching": None,
        "diagnostics": None,
        "rehearsal": None,
    }


def counted_from_sheet(counts: SiteCounts, *, study: Study, site: Site) -> Counted:
    """The rows of a sheet as people; the sheet is a population only if it holds everybody."""
    windows = study.windows
    complete = (counts.months_before >= windows.before_months) & (
        counts.months_after >= windows.after_months
    )
    known = np.isfinite(counts.earlier) if counts.has_earlier else np.ones_like(complete)
    everyone = People(
        before=counts.before,
        after=counts.after,
        time_before=counts.months_before,
        time_after=counts.months_after,
        complete=complete,
        comparable=complete & known,
        history=_history(counts),
        ladder=counts.ladder,
        person=counts.person,
        is_new=~counts.ongoing,
    )
    seen = everyone.where(counts.seen)
    rest = everyone.where(~counts.seen)
    rest = rest.where(rest.comparable)
    return Counted(
        seen=seen,
        reference=rest if rest.n else None,
        population=_population(counts, everyone) if site.whole_list and rest.n else None,
    )


def _history(counts: SiteCounts) -> np.ndarray:
    if counts.has_earlier:
        return np.column_stack([counts.before, np.nan_to_num(counts.earlier)])
    return counts.before[:, None]


def _population(counts: SiteCounts, everyone: People) -> Population | None:
    if not counts.has_earlier:
        return None
    whole = everyone.comparable
    return Population(
        earlier=counts.earlier[whole],
        before=counts.before[whole],
        after=counts.after[whole],
        weight=np.ones(int(whole.sum())),
        time_before=float(everyone.time_before[whole].max(initial=1.0)),
        person=counts.person[whole],
    )


def _flow_of_sheet(counted: Counted) -> list[FlowStep]:
    seen, reference = counted.seen, counted.reference
    new = int(seen.is_new.sum())
    complete = int((seen.is_new & seen.complete).sum())
    return [
        FlowStep(
            "registered",
            "kept",
            "People seen on the sheet",
            seen.n,
            ("ongoing", "incomplete", "complete"),
        ),
        FlowStep(
            "ongoing",
            "described",
            "Already under the link worker before: described, not compared",
            seen.n - new,
        ),
        FlowStep("new", "kept", "New to the link worker", new, ("incomplete", "complete")),
        FlowStep("incomplete", "left_out", "Registered for part of a window only", new - complete),
        FlowStep("complete", "kept", "New, and registered for the whole of both windows", complete),
        FlowStep(
            "reference",
            "described",
            "Reference people registered for the whole of both windows",
            reference.n if reference else 0,
        ),
    ]


def answer_summary(summary: SiteSummary, *, study: Study) -> dict[str, Any]:
    """Estimates and flow of a form of means; no person was counted here."""
    return {
        "estimates": list(_summary_estimates(summary, study)),
        "flow": [
            FlowStep(
                "registered", "kept", "People seen, as the form says", summary.rows["seen"].n or 0
            )
        ],
        "changes": [],
        "course": [],
        "not_held": [],
        "matching": None,
        "diagnostics": None,
        "rehearsal": None,
    }


def _summary_estimates(summary: SiteSummary, study: Study) -> Sequence[SiteEstimate]:
    seen = summary.rows["seen"]
    n = seen.n or 0
    if seen.mean_after is None:
        gone = Estimate.none(n=n, reason="the form has no mean after")
        return [SiteEstimate("crude", "all", PRIMARY, gone)]
    made = [("crude", _crude(seen, n))]
    if seen.correlation is None and seen.sd_before is not None and seen.sd_after is not None:
        correlations = (0.0, *CORRELATIONS)
        made += [
            (f"summary_correlation_{rho:.2f}", estimate)
            for rho, estimate in zip(
                correlations, _before_after(seen, n, correlations), strict=True
            )
        ]
    reference = summary.rows.get("reference")
    if reference is not None and reference.mean_after is not None:
        made.append(("ratio_of_ratios", _against_reference(seen, reference, n)))
    population = summary.rows.get("population")
    if population is not None:
        made += _from_outside(seen, _group_rates(population, study), n)
    return [SiteEstimate(design, "all", PRIMARY, estimate) for design, estimate in made]


def _crude(seen: GroupFigures, n: int) -> Estimate:
    if seen.correlation is not None:
        return _before_after(seen, n, (seen.correlation,))[0]
    point = _before_after(seen, n, (0.0,))[0]
    if point.status != "ok" or point.log_rr is None:
        return point
    return Estimate.point(
        log_rr=point.log_rr,
        n=n,
        reason="the form has no correlation of a person's counts, so the interval is a range "
        "over correlations",
    )


def _before_after(
    seen: GroupFigures, n: int, correlations: Sequence[float]
) -> tuple[Estimate, ...]:
    assert seen.mean_after is not None
    return before_after_summary(
        n=n,
        mean_before=seen.mean_before,
        sd_before=seen.sd_before,
        mean_after=seen.mean_after,
        sd_after=seen.sd_after,
        correlations=correlations,
    )


def _against_reference(seen: GroupFigures, reference: GroupFigures, n: int) -> Estimate:
    assert seen.mean_after is not None and reference.mean_after is not None
    compared = ratio_of_ratios(
        n_seen=n,
        seen_before=seen.mean_before,
        seen_after=seen.mean_after,
        reference_before=reference.mean_before,
        reference_after=reference.mean_after,
        n_reference=reference.n,
        sd_seen_before=seen.sd_before,
        sd_seen_after=seen.sd_after,
        sd_reference_before=reference.sd_before,
        sd_reference_after=reference.sd_after,
        correlations=(0.5,),
    )
    estimate = compared.estimates[0]
    if estimate.log_rr is None:
        return estimate
    reasons = [estimate.reason] if estimate.reason else []
    fold = compared.baseline_ratio
    if fold is not None and not 1 / BASELINE_FOLD <= fold <= BASELINE_FOLD:
        far = f"{max(fold, 1 / fold):.1f}-fold"
        reasons.append(
            f"the two groups differed {far} before the link worker was seen, so a difference "
            "afterwards may be that difference and not the link worker"
        )
    if estimate.se is not None:
        reasons.append("the interval takes a correlation of 0.50, which the form does not give")
    return Estimate.point(log_rr=estimate.log_rr, n=n, reason="; ".join(reasons))


def _from_outside(seen: GroupFigures, rates: GroupRates, n: int) -> list[tuple[str, Estimate]]:
    assert seen.mean_after is not None
    estimates = external_correlation(
        before=[seen.mean_before],
        after=[seen.mean_after / (rates.trend or 1.0)],
        population_mean=rates.mean,
        correlations=CORRELATIONS,
        n=n,
    )
    return [
        (f"external_correlation_{rho:.2f}", estimate)
        for rho, estimate in zip(CORRELATIONS, estimates, strict=True)
    ]


def _group_rates(population: GroupFigures, study: Study) -> GroupRates:
    after = population.mean_after
    return GroupRates(
        mean=population.mean_before,
        variance=None if population.sd_before is None else population.sd_before**2,
        trend=None
        if after is None or not population.mean_before
        else after / population.mean_before,
        time_before=float(study.windows.before_months),
    )
