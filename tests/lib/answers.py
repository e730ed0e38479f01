"""What a site might have counted, exact, for tests of what it lets out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from righthelp.estimators.result import Estimate
from righthelp.onsite.describe import Change, CourseMonth, describe_change
from righthelp.onsite.diagnostics import Diagnostics
from righthelp.onsite.estimates import SiteEstimate
from righthelp.onsite.flow import list_steps
from righthelp.onsite.matching import Matching
from righthelp.onsite.not_held import NotHeld
from righthelp.onsite.people import Counted, People
from righthelp.onsite.rehearsal import Rehearsal
from righthelp.onsite.release import Answer, release
from righthelp.onsite.series import PracticeMonth
from righthelp.protocol.study import Study
from righthelp.returns.tables import Released
from tests.lib.studies import make_study, site_of

Pair = tuple[int, int]


def make_changes(new: Sequence[Pair], ongoing: Sequence[Pair] = ()) -> list[Change]:
    """The change of complete people whose contacts before and after are these pairs."""
    pairs = np.array([*new, *ongoing], dtype=float).reshape(-1, 2)
    n = len(pairs)
    whole = np.ones(n, dtype=bool)
    people = People(
        before=pairs[:, 0],
        after=pairs[:, 1],
        time_before=np.full(n, 182.0),
        time_after=np.full(n, 183.0),
        complete=whole,
        comparable=whole,
        history=np.zeros((n, 3)),
        ladder=np.zeros((n, 3), dtype=np.int64),
        person=np.arange(n, dtype=np.int64),
        is_new=np.arange(n) < len(new),
    )
    return describe_change(Counted(seen=people, reference=None, population=None))


def make_answer(
    *,
    estimates: Sequence[SiteEstimate] = (),
    flow: dict[str, int] | None = None,
    changes: Sequence[Change] = (),
    course: Sequence[CourseMonth] = (),
    not_held: Sequence[NotHeld] = (),
    matching: Matching | None = None,
    diagnostics: Diagnostics | None = None,
    rehearsal: Rehearsal | None = None,
    series: Sequence[PracticeMonth] = (),
    n_rows: int | None = None,
) -> Answer:
    """An answer of one site; what is not given is empty."""
    quality: list[dict[str, Any]] = []
    if n_rows is not None:
        quality.append(
            {
                "check": "duplicate_row",
                "table": "appointments",
                "column": None,
                "n_rows": n_rows,
                "effect": "dropped",
                "do": None,
            }
        )
    return Answer(
        estimates=list(estimates),
        flow=list_steps(flow or {}),
        changes=list(changes),
        course=list(course),
        not_held=list(not_held),
        matching=matching,
        diagnostics=diagnostics,
        rehearsal=rehearsal,
        series=series,
        quality=quality,
        supply=[{"table": "referrals", "column": None, "supplied": False, "reason": "None came."}],
        provenance={"protocol_digest": make_study().digest(), "route": "csv"},
    )


def release_answer(answer: Answer, study: Study | None = None) -> Released:
    """What leaves of an answer under the study's policy."""
    study = study or make_study()
    return release(answer, study=study, site=site_of(study))


def make_estimate(
    n: int,
    *,
    log_rr: float | None = -0.123456,
    se: float | None = 0.0456789,
    design: str = "crude",
    who: str = "new",
) -> SiteEstimate:
    """One estimate of n people; without log_rr it is not estimable, without se a point."""
    if log_rr is None:
        estimate = Estimate.none(n=n, reason="there is nothing to compare with")
    elif se is None:
        estimate = Estimate.point(log_rr=log_rr, n=n, reason="no standard deviations came")
    else:
        estimate = Estimate.ok(log_rr=log_rr, se=se, n=n)
    return SiteEstimate(design, who, "primary", estimate)


def make_month(n: int, *, contacts: float, log_rr: float | None = 0.05) -> CourseMonth:
    """One month of the course of people seen."""
    against = (
        Estimate.none(n=n, reason="no contacts were counted")
        if log_rr is None
        else Estimate.ok(log_rr=log_rr, se=0.123456, n=n)
    )
    return CourseMonth("seen", 1, n, contacts, against, n)
