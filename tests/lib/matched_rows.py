"""Hand-made rows of the matched tables of a return, in which every check holds unless told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from righthelp.onsite.ladder import LADDER
from righthelp.returns.tables import CHECK_WORDS, COVARIATES
from tests.unit.report.eight_sites import Rows, estimate, released

Pair = tuple[float | None, float | None]
"""A log ratio and its standard error."""

CHECKS: Mapping[str, tuple[float | None, float | None, float | None]] = {
    **dict.fromkeys(CHECK_WORDS, (0.01, 0.03, None)),
    "earlier_steady": (None, None, 0.4),
    "lost_low": (-0.03, None, None),
    "lost_high": (0.04, None, None),
    "detectable_fewer": (-0.15, None, None),
    "detectable_more": (0.14, None, None),
}
"""(log_rr, se, p_value) of each check of a site where all of them hold."""


def list_rows(
    *,
    after: Pair = (-0.20, 0.03),
    change: Pair = (-0.15, 0.04),
    adjusted: Pair = (-0.18, 0.03),
    rungs: tuple[float, ...] = (300, 60, 40),
    unmatched: float = 20,
    balance: Mapping[str, float | None] | None = None,
    checks: Mapping[str, Any] | None = None,
    others: Mapping[str, Pair] | None = None,
    withheld: bool = False,
) -> dict[str, Rows]:
    """The matched tables of one site and its three matched estimates, for `make_return`.

    balance: standardised differences by covariate, 0.02 unless told; None leaves the row out.
    checks: rows by name, (log_rr, se, p_value) or None for a row without a number. others:
    estimates against people who declined or wait, by design. withheld: how people were matched did
    not leave the site.
    """
    n = released(sum(rungs))["n"] or 0
    told = {**CHECKS, **(checks or {})}
    smds = {**dict.fromkeys(COVARIATES, 0.02), **(balance or {})}
    words = ("nobody alike enough", *(rung.words for rung in LADDER))
    counts = (unmatched, *rungs, *(0 for _ in LADDER[len(rungs) :]))
    return {
        "estimates": [
            estimate(name, *pair, n=n)
            for name, pair in (
                ("matched_after", after),
                ("matched_change", change),
                ("matched_adjusted", adjusted),
                *(others or {}).items(),
            )
        ],
        "matching": [
            {
                "rung": rung,
                "alike": alike,
                **({"n": None, "state": "suppressed"} if withheld else released(count)),
            }
            for rung, (alike, count) in enumerate(zip(words, counts, strict=True))
        ],
        "balance": [
            {"covariate": name, "smd_all": 0.3, "smd_matched": smd, "n": n, "state": "rounded"}
            for name, smd in smds.items()
            if smd is not None
        ],
        "checks": [make_check(name, told[name], n=n) for name in told],
    }


def make_check(name: str, numbers: Any, *, n: int = 400) -> dict[str, Any]:
    """One row of the checks; without numbers it is not estimable."""
    log_rr, se, p_value = numbers or (None, None, None)
    gone = log_rr is None and p_value is None
    return {
        "check": name,
        "log_rr": log_rr,
        "se": se,
        "p_value": p_value,
        "n": n,
        "reason": "too little is known" if gone else None,
        "state": "not_estimable" if gone else "rounded",
    }
