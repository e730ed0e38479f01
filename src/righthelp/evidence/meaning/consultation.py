"""What consultations were like before and after, and how much the link worker did, over sites."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from righthelp.evidence.counts import Count, add_counts, read_count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.likeness import plain_rows
from righthelp.evidence.meaning.sides import MARGIN, Side, find_side, widen_for
from righthelp.returns.consultation import DOSE_BANDS, GROUPS, MEASURES, QUANTITIES
from righthelp.schema import Row

Direction = Literal["lower", "higher", "unclear", "not_asked"]
NOT_ASKED = ("visible",)
"""Measures that differ by their nature: nobody had seen the link worker before."""
DIRECTIONS: Mapping[Side, Direction] = {-1: "lower", 0: "unclear", 1: "higher"}
NOTHING_RELEASED = "no site with records and 50 people could say"


@dataclass(frozen=True)
class Measured:
    """One measure in one group. before, after: None for the difference of two groups.

    low, high: 95% interval of the change, None without an error. lacking_*: consultations that lack
    what the measure needs, per 100; None where nothing is needed or where withheld.
    """

    before: float | None
    after: float | None
    change: float
    se: float | None
    n: int
    lacking_before: float | None = None
    lacking_after: float | None = None

    @property
    def low(self) -> float | None:
        """Lower end of the normal 95% interval of the change."""
        return None if self.se is None else self.change - Z95 * self.se

    @property
    def high(self) -> float | None:
        """Upper end of the normal 95% interval of the change."""
        return None if self.se is None else self.change + Z95 * self.se


@dataclass(frozen=True)
class SiteMeasure:
    """One measure at one site: what it could tell of each group, and why not of the rest.

    states: by group what became of it. reason: the first that was given, empty if all was told.
    """

    site: str
    measure: str
    groups: Mapping[str, Measured]
    states: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class MeasureTogether:
    """One measure over the sites that could tell of all groups, or else of the people seen.

    direction: of the difference, where an interval wide enough for all measures at once leaves out
    every difference within the margin. sites: those in it, in the study's order.
    """

    measure: str
    groups: Mapping[str, Measured]
    direction: Direction
    sites: tuple[str, ...]


@dataclass(frozen=True)
class SiteDose:
    """How much the link worker did at one site; seen_once: people with one contact, per 100.

    n: people seen; bands: of them by their contacts.
    """

    site: str
    values: Mapping[str, Count]
    seen_once: Count
    n: Count
    bands: Mapping[str, Count]


@dataclass(frozen=True)
class ConsultationEvidence:
    """together: a row a measure; sites: all that each site said. bands: people by their contacts
    with the link worker, over the sites. reason: why there is nothing together."""

    together: tuple[MeasureTogether, ...]
    sites: tuple[SiteMeasure, ...]
    bands: Mapping[str, Count]
    dose: tuple[SiteDose, ...]
    reason: str = ""


def gather_consultation(rows: Mapping[str, Sequence[Row]]) -> ConsultationEvidence:
    """Read what the sites released of consultations, and bring their people together.

    Sites are weighed by their people: the result describes these people and no others.
    """
    sites = _read_sites(plain_rows(rows["consultation"]))
    measures = {
        measure: _choose([one for one in sites if one.measure == measure]) for measure in MEASURES
    }
    n_told = sum(bool(chosen) for name, chosen in measures.items() if name not in NOT_ASKED)
    together = tuple(
        _bring_together(measure, chosen, n_told=n_told)
        for measure, chosen in measures.items()
        if chosen
    )
    bands, dose = plain_rows(rows["dose"]), plain_rows(rows["dose_summary"])
    return ConsultationEvidence(
        together=together,
        sites=sites,
        bands=_add_bands(bands),
        dose=tuple(
            _read_dose(site, bands, dose) for site in dict.fromkeys(row["site"] for row in dose)
        ),
        reason="" if together else NOTHING_RELEASED,
    )


def _read_sites(rows: Sequence[Mapping[str, Any]]) -> tuple[SiteMeasure, ...]:
    found: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["site"], row["measure"]), {})[row["group"]] = row
    return tuple(
        SiteMeasure(
            site,
            measure,
            {
                group: Measured(
                    row["before"],
                    row["after"],
                    row["change"],
                    row["se"],
                    row["n"],
                    row["lacking_before"],
                    row["lacking_after"],
                )
                for group, row in own.items()
                if row["change"] is not None and row["n"]
            },
            {group: row["state"] for group, row in own.items()},
            next((row["reason"] for row in own.values() if row["reason"]), ""),
        )
        for (site, measure), own in found.items()
    )


def _choose(sites: Sequence[SiteMeasure]) -> list[SiteMeasure]:
    """The sites that told of all groups; where there are none, those that told of people seen."""
    whole = [one for one in sites if set(one.groups) == set(GROUPS)]
    return whole or [one for one in sites if "seen" in one.groups]


def _bring_together(measure: str, sites: Sequence[SiteMeasure], *, n_told: int) -> MeasureTogether:
    groups = {
        group: _pool([one.groups[group] for one in sites])
        for group in GROUPS
        if all(group in one.groups for one in sites)
    }
    direction: Direction = "not_asked" if measure in NOT_ASKED else "unclear"
    if "difference" in groups and direction == "unclear":
        margin = MARGIN * (groups["seen"].before or 0.0)
        one = groups["difference"]
        side = find_side(one.change, one.se, margin=margin, critical=widen_for(n_told))
        direction = DIRECTIONS[side]
    return MeasureTogether(measure, groups, direction, tuple(one.site for one in sites))


def _pool(sites: Sequence[Measured]) -> Measured:
    """The people of several sites as one group."""
    n = sum(one.n for one in sites)

    def mean(name: str) -> float | None:
        values = [getattr(one, name) for one in sites]
        if None in values:
            return None
        return math.fsum(one.n / n * value for one, value in zip(sites, values, strict=True))

    change = mean("change")
    assert change is not None
    se = None
    if all(one.se is not None for one in sites):
        se = math.sqrt(math.fsum((one.n / n * (one.se or 0.0)) ** 2 for one in sites))
    return Measured(
        mean("before"),
        mean("after"),
        change,
        se,
        n,
        mean("lacking_before"),
        mean("lacking_after"),
    )


def _add_bands(rows: Sequence[Mapping[str, Any]]) -> dict[str, Count]:
    return {
        band: add_counts(
            read_count(row["n"], row["state"]) for row in rows if row["contacts"] == band
        )
        for band in DOSE_BANDS
        if rows
    }


def _read_dose(
    site: str, bands: Sequence[Mapping[str, Any]], summary: Sequence[Mapping[str, Any]]
) -> SiteDose:
    own = {row["quantity"]: row for row in summary if row["site"] == site}
    counts = [read_count(row["n"], row["state"]) for row in bands if row["site"] == site]
    return SiteDose(
        site,
        {name: read_count(own[name]["value"], own[name]["state"]) for name in QUANTITIES},
        share_first(counts),
        read_count(own["contacts"]["n"], own["contacts"]["state"]),
        dict(zip(DOSE_BANDS, counts, strict=False)),
    )


def share_first(counts: Sequence[Count]) -> Count:
    """The first count per 100 of all; withheld where one of them is."""
    values = [one.value for one in counts if one.value is not None]
    if len(values) < len(counts) or any(one.n_withheld for one in counts):
        return Count(None, "suppressed")
    if not sum(values):
        return Count(None, "not_estimable")
    return Count(100 * values[0] / sum(values), "rounded")
