"""What of the matched comparison may leave, as rows for `release` and for nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from righthelp.estimators.result import Estimate
from righthelp.onsite.diagnostics import Diagnostics
from righthelp.onsite.disclosure import (
    SUMS_FROM,
    TOO_FEW,
    Policy,
    hide_complement,
    round_estimate,
    show_counts,
)
from righthelp.onsite.ladder import LADDER
from righthelp.onsite.matching import Matching
from righthelp.onsite.rehearsal import Rehearsal
from righthelp.schema import Row


def list_matched_rows(
    *,
    matching: Matching | None,
    diagnostics: Diagnostics | None,
    rehearsal: Rehearsal | None,
    n_projected: int,
    policy: Policy,
) -> Mapping[str, Iterable[Row]]:
    """The rows of the tables matching, matched_course, balance and checks.

    n_projected: people behind the projection, which the bounds for the lost start from.
    """
    return {
        "matching": _matching(matching, policy) if matching else (),
        "matched_course": _matched_course(matching, policy) if matching else (),
        "balance": _balance(matching, diagnostics, policy=policy),
        "checks": [
            *_checks(diagnostics, policy),
            *_lost(diagnostics, policy, n_followed=n_projected),
            *_control(matching, policy),
            *_replay(rehearsal, policy),
        ],
    }


def _matching(matching: Matching, policy: Policy) -> Iterable[Row]:
    counts = (matching.n_unmatched, *matching.n_by_rung)
    words = ("nobody alike enough", *(rung.words for rung in LADDER))
    # Two totals leave: all of them (in the flow) and the matched (behind the estimates). So rungs
    # are withheld among themselves, and any of them as well where the unmatched are few.
    hidden = [
        policy.hides(counts[0]),
        *hide_complement(counts[1:], policy),
    ]
    if hidden[0] and not any(hidden[1:]):
        hidden[1:] = hide_complement(counts[1:], policy, hidden=_mark_smallest(counts[1:]))
    if 0 < sum(counts) < SUMS_FROM:
        hidden = [True] * len(counts)
    shown = show_counts(counts, hidden)
    for rung, (alike, n) in enumerate(zip(words, shown, strict=True)):
        state = "suppressed" if n is None else "rounded"
        yield {"rung": rung, "alike": alike, "n": n, "state": state}


def _mark_smallest(counts: Sequence[int]) -> list[bool]:
    """The smallest count above nought marked, if there is one."""
    smallest = min((n for n in counts if n), default=0)
    place = counts.index(smallest)
    return [bool(smallest) and at == place for at in range(len(counts))]


def _matched_course(matching: Matching, policy: Policy) -> Iterable[Row]:
    for month, estimate in matching.course.items():
        n, state = policy.people(estimate.n)
        log_rr = se = None
        few = any(policy.hides(k) for k in matching.course_contacts[month])
        if n and estimate.n >= SUMS_FROM and not few and estimate.log_rr is not None:
            log_rr, se = round_estimate(estimate.log_rr, estimate.se, n=estimate.n)
        elif n and estimate.log_rr is not None:
            n, state = None, "suppressed"
        elif n:
            state = "not_estimable"
        yield {"month": month, "log_rr": log_rr, "se": se, "n": n, "state": state}


def _control(matching: Matching | None, policy: Policy) -> Iterable[Row]:
    one = matching.control if matching else None
    if one is not None:
        yield _check("control", policy, n=one.n, estimate=one, reason=one.reason)


def _balance(
    matching: Matching | None, found: Diagnostics | None, *, policy: Policy
) -> Iterable[Row]:
    if found is None or matching is None:
        return
    n, state = policy.people(matching.matched.n_sets)
    told = bool(n) and matching.matched.n_sets >= SUMS_FROM
    for one in found.alike:
        smds = [
            None if side.smd is None or not told else round(side.smd, 2)
            for side in (one.unmatched, one.matched)
        ]
        yield {
            "covariate": one.covariate,
            "smd_all": smds[0],
            "smd_matched": smds[1],
            "n": n if told else None,
            "state": "suppressed" if not told else "not_estimable" if smds[1] is None else state,
        }


def _replay(rehearsal: Rehearsal | None, policy: Policy) -> Iterable[Row]:
    for design, estimate in rehearsal.estimates.items() if rehearsal else ():
        yield _check(
            f"replay_{design.removeprefix('matched_')}",
            policy,
            n=estimate.n,
            estimate=estimate,
            reason=estimate.reason,
        )


def _checks(found: Diagnostics | None, policy: Policy) -> Iterable[Row]:
    if found is None:
        return
    level, steady, able = found.earlier, found.pretrend, found.detectable
    yield _check("earlier_level", policy, n=level.n, estimate=level, reason=level.reason)
    yield _check(
        "earlier_steady",
        policy,
        n=steady.n_sets if steady else level.n,
        p_value=steady.p_value if steady else None,
        reason=steady.reason if steady else level.reason,
    )
    for name, ratio in (("fewer", able.below), ("more", able.above)):
        point = None
        if ratio is not None:
            point = Estimate.point(log_rr=math.log(ratio), n=able.n, reason="from the past alone")
        yield _check(
            f"detectable_{name}",
            policy,
            n=able.n,
            estimate=point,
            reason="" if point else able.reason or "not found by any change",
        )


def _lost(found: Diagnostics | None, policy: Policy, *, n_followed: int) -> Iterable[Row]:
    """By as many as were lost; the bounds are told only where many were followed and many lost.

    Of a few lost they would give the number back, of a few followed what was withheld of them.
    """
    if found is None:
        return
    both = found.lost.both
    for name, ratio in (("low", both.rr_low), ("high", both.rr_high)):
        point = None
        if n_followed < SUMS_FROM:
            yield _check(f"lost_{name}", policy, n=min(both.n_lost, 1), reason="too few followed")
            continue
        if ratio:
            point = Estimate.point(log_rr=math.log(ratio), n=both.n_lost, reason="a bound")
        yield _check(
            f"lost_{name}",
            policy,
            n=both.n_lost,
            estimate=point,
            reason="" if point else both.reason,
        )


def _check(
    name: str,
    policy: Policy,
    *,
    n: int,
    estimate: Estimate | None = None,
    p_value: float | None = None,
    reason: str = "",
) -> Row:
    shown, state = policy.people(n)
    log_rr = se = None
    if policy.hides(n):
        p_value, reason = None, TOO_FEW
    elif estimate is not None and estimate.log_rr is not None:
        log_rr, se = round_estimate(estimate.log_rr, estimate.se, n=n)
    elif p_value is None:
        state = "not_estimable"
    return {
        "check": name,
        "log_rr": log_rr,
        "se": se,
        "p_value": None if p_value is None else round(p_value, 4 if n >= SUMS_FROM else 3),
        "n": shown,
        "reason": reason or None,
        "state": state,
    }
