"""What matching might have given at a site, exact, for tests of what it lets out."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from righthelp.estimators.attrition import bound_attrition
from righthelp.estimators.detectable import Detectable
from righthelp.estimators.matched import Matched
from righthelp.estimators.pretrend import Pretrend
from righthelp.estimators.result import Estimate
from righthelp.onsite.diagnostics import Diagnostics
from righthelp.onsite.ladder import LADDER
from righthelp.onsite.matching import Matching

NONE = Estimate.none(n=0, reason="nobody was matched")


def make_matching(*n_by_rung: int, n_unmatched: int = 0, **facts: Any) -> Matching:
    """So many people on the first rungs, none on the rest; `facts` replaces what else is told."""
    n = sum(n_by_rung)
    estimate = Estimate.ok(log_rr=-0.1, se=0.05, n=n) if n else NONE
    told: dict[str, Any] = {
        "n_by_rung": (*n_by_rung, *(0 for _ in LADDER[len(n_by_rung) :])),
        "n_unmatched": n_unmatched,
        "matched": Matched(estimate, estimate, estimate, n, 3 * n, 4 * n),
        "course": {},
        "course_contacts": dict.fromkeys(facts.get("course", {}), (100, 300)),
        "control": None,
        **facts,
    }
    assert set(told) == {one.name for one in fields(Matching)}
    return Matching(**told)


def make_diagnostics(**facts: Any) -> Diagnostics:
    """Checks of 60 people in whom nothing was odd and of whom nobody was lost."""
    told: dict[str, Any] = {
        "alike": (),
        "earlier": Estimate.ok(log_rr=0.01, se=0.05, n=60),
        "pretrend": Pretrend("ok", 2.5, 3, 0.5, 0.5, 0.01, 0.02, 60),
        "detectable": Detectable(0.8, 1.25, 0.08, 60, "ok"),
        "lost": bound_attrition(
            observed=200,
            expected=210,
            n_complete=60,
            dead_expected=[],
            departed_expected=[],
            complete_after=[0, 3, 9],
        ),
        **facts,
    }
    assert set(told) == {one.name for one in fields(Diagnostics)}
    return Diagnostics(**told)
