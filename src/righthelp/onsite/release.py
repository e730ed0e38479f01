"""The only door out: what a site counted becomes a `Released` under the disclosure policy.

Rules (METHODS.md section 8): people counts up to the policy's threshold are withheld, the rest are
rounded to the nearest 5; sums over people leave only for 50 people or more, rounded; an estimate
leaves as a log ratio and a standard error of two or three significant figures. No identifier,
date of birth or death, free text, value or row enters a return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from righthelp.onsite.describe import Change, CourseMonth
from righthelp.onsite.diagnostics import Diagnostics
from righthelp.onsite.disclosure import (
    SUMS_FROM,
    TOO_FEW,
    Hide,
    Policy,
    hide_complement,
    hide_together,
    policy_of,
    round_estimate,
    round_significant,
    round_to_base,
    show_counts,
)
from righthelp.onsite.estimates import SiteEstimate
from righthelp.onsite.flow import FlowStep
from righthelp.onsite.matching import Matching
from righthelp.onsite.meaning.meaning import Meaning, list_meaning_rows
from righthelp.onsite.not_held import NotHeld
from righthelp.onsite.rehearsal import Rehearsal
from righthelp.onsite.release_matched import list_matched_rows
from righthelp.onsite.release_series import list_series_rows
from righthelp.onsite.series import PracticeMonth
from righthelp.protocol.contacts import PRIMARY
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import BANDS, Released
from righthelp.schema import Row

DIRECTIONS = ("fell", "stayed", "rose")
Masks = Mapping[str, list[bool]]
"""For each group which of its counts are withheld."""

SUMS = (
    "contacts_before",
    "contacts_after",
    "mean_before",
    "mean_after",
    "sd_before",
    "sd_after",
    "correlation",
    "median_before",
    "median_after",
)
"""Columns of `change` that are sums or statistics over people."""


@dataclass(frozen=True)
class Answer:
    """Everything a site counted, exact; it stays on site."""

    estimates: Sequence[SiteEstimate]
    flow: Sequence[FlowStep]
    changes: Sequence[Change]
    course: Sequence[CourseMonth]
    not_held: Sequence[NotHeld]
    matching: Matching | None
    diagnostics: Diagnostics | None
    rehearsal: Rehearsal | None
    quality: Sequence[Mapping[str, Any]]
    supply: Sequence[Mapping[str, Any]]
    provenance: Mapping[str, Any]
    series: Sequence[PracticeMonth] = ()
    meaning: Meaning | None = None


def release(answer: Answer, *, study: Study, site: Site) -> Released:
    """Let out what the study's policy allows; the declared tables and nothing else."""
    policy = policy_of(study.disclosure)
    changes = answer.changes
    hidden = _hidden_groups({change.who: change.n for change in changes}, policy)
    directions = _mask_groups(changes, policy, of=_directions, hide=hide_together)
    cells = _mask_groups(changes, policy, of=_cells, hide=hide_complement)
    tables: dict[str, Iterable[Row]] = {
        "estimates": _estimates(answer.estimates, policy),
        "flow": _flow(answer.flow, policy),
        "change": [
            _change(change, policy, hidden=change.who in hidden, masks=directions)
            for change in changes
        ],
        "pattern": [
            row
            for change in changes
            for row in _pattern(change, hidden=change.who in hidden, masks=cells)
        ],
        "course": [_course(month, policy) for month in answer.course],
        "not_held": [_not_held(one, policy) for one in answer.not_held],
        **list_matched_rows(
            matching=answer.matching,
            diagnostics=answer.diagnostics,
            rehearsal=answer.rehearsal,
            n_projected=_count_projected(answer.estimates),
            policy=policy,
        ),
        "series": list_series_rows(answer.series, policy),
        **list_meaning_rows(answer.meaning, policy),
        "quality": [_quality(row, policy) for row in answer.quality],
        "supply": answer.supply,
    }
    return Released(
        site=site.id,
        tables={
            name: tuple({"site": site.id, **row} for row in rows) for name, rows in tables.items()
        },
        provenance={**answer.provenance, "disclosure_policy": study.disclosure.policy},
    )


def _count_projected(estimates: Sequence[SiteEstimate]) -> int:
    """People behind the projection under the study's own definition."""
    return max(
        (
            one.estimate.n
            for one in estimates
            if one.design == "projection" and one.definition == PRIMARY
        ),
        default=0,
    )


def _estimates(estimates: Sequence[SiteEstimate], policy: Policy) -> Iterable[Row]:
    crude = [one for one in estimates if one.design == "crude"]
    hidden = _hidden_groups({one.who: one.estimate.n for one in crude}, policy)
    for one in estimates:
        estimate = one.estimate
        n, state = policy.people(estimate.n)
        log_rr, se, status, reason = estimate.log_rr, estimate.se, estimate.status, estimate.reason
        if policy.hides(estimate.n) or one.who in hidden:
            log_rr, se, status, state, n = None, None, "not_estimable", "suppressed", None
            reason = TOO_FEW
        elif log_rr is not None:
            log_rr, se = round_estimate(log_rr, se, n=estimate.n)
        else:
            state = "not_estimable"
        yield {
            "design": one.design,
            "who": one.who,
            "definition": one.definition,
            "log_rr": log_rr,
            "se": se,
            "n": n,
            "status": status,
            "reason": reason or None,
            "state": state,
        }


def _hidden_groups(n_of: Mapping[str, int], policy: Policy) -> set[str]:
    """Groups that may not be told: the small ones, and `all` where new people taken from it would
    give a few ongoing people back, or the other way round."""
    hidden = {who for who, n in n_of.items() if policy.hides(n)}
    return hidden | {"all"} if hidden else hidden


def _flow(flow: Sequence[FlowStep], policy: Policy) -> Iterable[Row]:
    """Steps as they may leave; a total is the sum of what is shown of its parts, so that it cannot
    give a withheld part back."""
    shown = {one.step: policy.people(one.n) for one in flow}
    for position, one in enumerate(flow, start=1):
        n, state = shown[one.step]
        if one.parts:
            n = sum(shown[part][0] or 0 for part in one.parts)
            state = "rounded"
            if not n and any(shown[part][0] is None for part in one.parts):
                n, state = None, "suppressed"
        yield {
            "position": position,
            "step": one.step,
            "kind": one.kind,
            "reason": one.reason,
            "n": n,
            "state": state,
        }


def _change(change: Change, policy: Policy, *, hidden: bool, masks: Masks) -> Row:
    n, state = (None, "suppressed") if hidden else policy.people(change.n)
    shown: list[int | None] = [None] * len(DIRECTIONS)
    if n:
        shown = show_counts(_directions(change), masks[change.who])
    row: dict[str, object] = {
        "who": change.who,
        "n": n,
        **dict(zip(DIRECTIONS, shown, strict=True)),
    }
    row |= dict.fromkeys(SUMS)
    if n:
        row["median_before"], row["median_after"] = change.median_before, change.median_after
    if n and change.n >= SUMS_FROM:
        for window in ("before", "after"):
            contacts = round_to_base(getattr(change, f"contacts_{window}"))
            row[f"contacts_{window}"] = contacts
            row[f"mean_{window}"] = round(contacts / n, 2)
            sd = getattr(change, f"sd_{window}")
            row[f"sd_{window}"] = None if sd is None else round_significant(sd, 2)
        if change.correlation is not None:
            row["correlation"] = round(change.correlation, 2)
    return {**row, "state": state}


def _directions(change: Change) -> list[int]:
    return [getattr(change, name) for name in DIRECTIONS]


def _cells(change: Change) -> list[int]:
    return [int(n) for n in change.pattern.ravel()]


def _mask_groups(
    changes: Sequence[Change], policy: Policy, *, of: Callable[[Change], list[int]], hide: Hide
) -> Masks:
    """Which counts of each group are withheld; what is withheld of new or ongoing people is
    withheld of all of them too, because the difference would give it back."""
    masks = {change.who: hide(of(change), policy) for change in changes}
    for change in changes:
        if change.who == "all":
            parts = [mask for who, mask in masks.items() if who != "all"]
            first = [any(places) for places in zip(*parts, masks["all"], strict=True)]
            masks["all"] = hide(of(change), policy, hidden=first)
    return masks


def _pattern(change: Change, *, hidden: bool, masks: Masks) -> Iterable[Row]:
    names = [(before, after) for before in BANDS for after in BANDS]
    # Where so few people stand behind the table, its zeros alone would tell where they are.
    shown = [None] * len(names) if hidden else show_counts(_cells(change), masks[change.who])
    for (before, after), n in zip(names, shown, strict=True):
        yield {
            "who": change.who,
            "before_band": before,
            "after_band": after,
            "n": n,
            "state": "suppressed" if n is None else "rounded",
        }


def _course(month: CourseMonth, policy: Policy) -> Row:
    n, state = policy.people(month.n)
    rate = log_rr = se = None
    few = policy.hides(round(month.contacts)) or month.n < SUMS_FROM
    if n and not few:
        # Of the rounded people at risk, not of their days: those would give the exact number back.
        at_risk = round_to_base(month.at_risk)
        rate = round(100 * round_to_base(month.contacts) / at_risk, 1) if at_risk else None
        against = month.against_baseline
        if against.log_rr is not None and against.se is not None:
            log_rr, se = round_estimate(against.log_rr, against.se, n=month.n)
    elif n:
        state, n = "suppressed", None
    return {
        "group": month.group,
        "month": month.month,
        "rate_per_100": rate,
        "log_rr": log_rr,
        "se": se,
        "n": n,
        "state": state,
    }


def _not_held(one: NotHeld, policy: Policy) -> Row:
    n, state = policy.people(one.n)
    before = after = None
    few = any(policy.hides(people) for people in (one.people_before, one.people_after))
    if not one.is_recorded:
        n, state = None, "not_collected"
    elif n and one.n >= SUMS_FROM and not few:
        before, after = (round(100 * round_to_base(k) / n, 1) for k in (one.before, one.after))
    else:
        n, state = None, "suppressed"
    return {
        "who": one.who,
        "status": one.status,
        "n": n,
        "before_per_100": before,
        "after_per_100": after,
        "state": state,
    }


def _quality(row: Mapping[str, Any], policy: Policy) -> Row:
    n, state = policy.people(int(row["n_rows"]))
    return {**row, "n_rows": n, "state": state}
