"""What the sites say of their matching: who was like whom, in what they differ, what is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from righthelp.evidence.counts import Count, read_count
from righthelp.returns.tables import COVARIATES
from righthelp.schema import Row


@dataclass(frozen=True)
class CovariateBalance:
    """Standardised mean differences of a covariate, weighted over sites by matched people."""

    covariate: str
    label: str
    smd_all: float | None
    smd_matched: float | None
    n: float


@dataclass(frozen=True)
class SiteMatching:
    """How one site's people were matched, and what the site could find at all.

    alike: (rung, words) -> people; unmatched: those for whom nobody was alike enough. detectable:
    the ratios below and above 1 that it would find in four studies of five, from the past
    alone. lost: the ratio of the projection had all who were lost come seldom, or often.
    """

    site: str
    alike: Mapping[tuple[int, str], Count]
    unmatched: Count
    detectable: tuple[Count, Count]
    lost: tuple[Count, Count]


def read_sites(rows: Mapping[str, Sequence[Row]]) -> tuple[SiteMatching, ...]:
    """Each site's matching, from the tables `matching` and `checks`."""
    sites: dict[str, dict[tuple[int, str], Count]] = {}
    for row in plain_rows(rows["matching"]):
        found = sites.setdefault(row["site"], {})
        found[row["rung"], row["alike"]] = read_count(row["n"], row["state"])
    ratios = {
        (row["site"], row["check"]): (row["log_rr"], row["state"])
        for row in plain_rows(rows["checks"])
    }

    def count(site: str, check: str) -> Count:
        log_rr, state = ratios.get((site, check), (None, "not_collected"))
        return Count(math.exp(log_rr), state) if log_rr is not None else Count(None, _gone(state))

    return tuple(
        SiteMatching(
            site,
            {key: count for key, count in alike.items() if key[0]},
            next((n for key, n in alike.items() if not key[0]), Count(None, "not_collected")),
            (count(site, "detectable_fewer"), count(site, "detectable_more")),
            (count(site, "lost_low"), count(site, "lost_high")),
        )
        for site, alike in sites.items()
    )


def _gone(state: str) -> str:
    """The state of a row without its number."""
    return "suppressed" if state in ("given", "rounded") else state


def pool_balance(rows: Sequence[Row]) -> tuple[CovariateBalance, ...]:
    """Each covariate over the sites, weighted by matched people."""
    pooled = []
    for covariate, label in COVARIATES.items():
        known = [
            row
            for row in plain_rows(rows)
            if row["covariate"] == covariate and row["smd_matched"] is not None and row["n"]
        ]
        n = sum(row["n"] for row in known)
        if n:
            before = [row for row in known if row["smd_all"] is not None]
            pooled.append(
                CovariateBalance(
                    covariate,
                    label,
                    sum(row["n"] * row["smd_all"] for row in before)
                    / sum(row["n"] for row in before)
                    if before
                    else None,
                    sum(row["n"] * row["smd_matched"] for row in known) / n,
                    n,
                )
            )
    return tuple(pooled)


def plain_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, whose values are of any type."""
    return [dict(row) for row in rows]
