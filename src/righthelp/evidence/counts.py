"""People counted: flow, fell/stayed/rose and the joint picture, summed over what was released."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from righthelp.evidence.estimates import Twin
from righthelp.returns.tables import BANDS
from righthelp.schema import Row


@dataclass(frozen=True)
class Count:
    """A number and what became of it; a sum also says from how many sites and without how many."""

    value: float | None
    state: str
    n_sites: int = 1
    n_withheld: int = 0

    def __post_init__(self) -> None:
        assert (self.value is None) == (self.state not in ("given", "rounded"))


@dataclass(frozen=True)
class FlowStep:
    """One step of the flow: kept, left out or described; a count for each site and their sum."""

    step: str
    kind: str
    words: str
    by_site: Mapping[str, Count]
    total: Count


@dataclass(frozen=True)
class SiteChange:
    """What happened to one site's people: counts, medians and contacts per 100 people.

    expected_after_per_100: contacts after divided by the adjusted rate ratio of the same people;
    not estimable where no adjusted number describes them.
    """

    site: str
    who: str
    n: Count
    fell: Count
    stayed: Count
    rose: Count
    median_before: Count
    median_after: Count
    before_per_100: Count
    after_per_100: Count
    expected_after_per_100: Count


@dataclass(frozen=True)
class ChangeTotal:
    """The sums of fell, stayed and rose over the sites that could release all three."""

    n_sites: int
    fell: Count
    stayed: Count
    rose: Count


@dataclass(frozen=True)
class Pattern:
    """The joint picture: people by band before and band after, over the sites that have it.

    n_cells, n_cells_withheld: over sites and bands. n_people: sum of the complete people of these
    sites, where released; n_shown: sum of the cells shown.
    """

    cells: Mapping[tuple[str, str], Count]
    sites: tuple[str, ...]
    n_cells: int
    n_cells_withheld: int
    n_people: Count
    n_shown: float


@dataclass(frozen=True)
class SiteNotHeld:
    """Appointments of one site's people that were missed or cancelled, per 100 people."""

    site: str
    status: str
    before_per_100: Count
    after_per_100: Count


def read_not_held(rows: Sequence[Row]) -> tuple[SiteNotHeld, ...]:
    """Every site's appointments made and not held, by status; withheld ones without a number."""
    return tuple(
        SiteNotHeld(
            row["site"],
            row["status"],
            read_count(row["before_per_100"], row["state"]),
            read_count(row["after_per_100"], row["state"]),
        )
        for row in _plain(rows)
    )


def read_count(value: object, state: object) -> Count:
    """A released number with its state; a number missing from a row that left is withheld."""
    text = str(state)
    if text in ("given", "rounded"):
        if value is None:
            return Count(None, "suppressed")
        assert isinstance(value, (int, float))
        return Count(float(value), text)
    return Count(None, text)


def add_counts(counts: Iterable[Count]) -> Count:
    """The sum of what was released, and from how many sites it was withheld.

    Noughts beside withheld numbers say nothing of the sum, which is then withheld too.
    """
    given = list(counts)
    known = [one for one in given if one.value is not None]
    n_withheld = sum(one.state == "suppressed" for one in given)
    total = sum(one.value for one in known if one.value is not None)
    if not known or (not total and n_withheld):
        state = "suppressed" if n_withheld else (given[0].state if given else "not_collected")
        return Count(None, state, len(given), n_withheld)
    exact = all(one.state == "given" for one in known) and not n_withheld
    return Count(total, "given" if exact else "rounded", len(known), n_withheld)


def add_flow(rows: Sequence[Row]) -> tuple[FlowStep, ...]:
    """The steps in their order, each with every site's count; a site without the step has none."""
    found: dict[tuple[str, str], dict[str, Count]] = {}
    words: dict[tuple[str, str], str] = {}
    flows: dict[str, list[tuple[str, str]]] = {}
    for row in sorted(_plain(rows), key=lambda row: int(row["position"])):
        key = row["step"], row["kind"]
        found.setdefault(key, {})[row["site"]] = read_count(row["n"], row["state"])
        flows.setdefault(row["site"], []).append(key)
    order = _merge_orders(sorted(flows.values(), key=len, reverse=True))
    for site in sorted(flows, key=lambda site: len(flows[site]), reverse=True):
        for row in _plain(rows):
            if row["site"] == site:
                words.setdefault((row["step"], row["kind"]), row["reason"] or row["step"])
    return tuple(
        FlowStep(step, kind, words[step, kind], by_site, add_counts(by_site.values()))
        for step, kind in order
        for by_site in (found[step, kind],)
    )


def _merge_orders(flows: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    """One order for all: that of the first, every further step put in after its predecessor."""
    order: list[tuple[str, str]] = []
    for flow in flows:
        place = 0
        for key in flow:
            if key not in order:
                order.insert(place, key)
            place = order.index(key) + 1
    return order


def read_change(rows: Sequence[Row], *, site: str, who: str, twin: Twin) -> SiteChange | None:
    """One site's change for the people asked for, or else those it knows; None without a row."""
    row = _find_people(rows, site, who)
    if row is None:
        return None

    def count(name: str) -> Count:
        return read_count(row[name], row["state"])

    before = _rate_per_100(row, "before")
    after = _rate_per_100(row, "after")
    return SiteChange(
        site=site,
        who=row["who"],
        n=count("n"),
        fell=count("fell"),
        stayed=count("stayed"),
        rose=count("rose"),
        median_before=count("median_before"),
        median_after=count("median_after"),
        before_per_100=before,
        after_per_100=after,
        expected_after_per_100=_expect_after(after, row["who"], twin),
    )


def read_changes(rows: Sequence[Row], twins: Iterable[Twin], *, who: str) -> tuple[SiteChange, ...]:
    """The change of every site that has one, in the order of the twins."""
    found = (read_change(rows, site=twin.site, who=who, twin=twin) for twin in twins)
    return tuple(one for one in found if one is not None)


def add_change(changes: Iterable[SiteChange]) -> ChangeTotal:
    """Fell, stayed and rose over the sites that could release all three."""
    whole = [
        one
        for one in changes
        if all(part.value is not None for part in (one.fell, one.stayed, one.rose))
    ]
    return ChangeTotal(
        len(whole),
        add_counts(one.fell for one in whole),
        add_counts(one.stayed for one in whole),
        add_counts(one.rose for one in whole),
    )


def add_pattern(rows: Sequence[Row], *, who: str, people: Mapping[str, Count]) -> Pattern:
    """The joint picture over the sites that have one, summed over what is not withheld.

    people: complete people of each site, for saying how much of the picture is missing.
    """
    plain = _plain(rows)
    sites = tuple(dict.fromkeys(row["site"] for row in plain))
    found: dict[tuple[str, str], list[Count]] = {}
    kept: dict[str, None] = {}
    for site in sites:
        own = [row for row in plain if row["site"] == site]
        group = next(
            (one for one in (who, "new", "all", "ongoing") if any(r["who"] == one for r in own)),
            who,
        )
        for row in own:
            count = read_count(row["n"], row["state"])
            if row["who"] == group and count.state != "not_collected":
                kept[site] = None
                found.setdefault((row["before_band"], row["after_band"]), []).append(count)
    nothing = Count(None, "not_collected")
    cells = {
        (before, after): add_counts(found[before, after]) if (before, after) in found else nothing
        for before in BANDS
        for after in BANDS
    }
    withheld = sum(cell.n_withheld for cell in cells.values())
    return Pattern(
        cells=cells,
        sites=tuple(kept),
        n_cells=sum(len(counts) for counts in found.values()),
        n_cells_withheld=withheld,
        n_people=add_counts(people[site] for site in kept if site in people),
        n_shown=sum(cell.value for cell in cells.values() if cell.value is not None),
    )


def _plain(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


def _find_people(rows: Sequence[Row], site: str, who: str) -> dict[str, Any] | None:
    own = {str(row["who"]): dict(row) for row in rows if row["site"] == site}
    return next((own[one] for one in (who, "new", "all", "ongoing") if one in own), None)


def _rate_per_100(row: Mapping[str, Any], window: str) -> Count:
    mean = read_count(row[f"mean_{window}"], row["state"])
    if mean.value is not None:
        return Count(100 * mean.value, mean.state)
    contacts, people = row[f"contacts_{window}"], row["n"]
    if contacts is None or not people:
        return mean
    return read_count(100 * contacts / people, row["state"])


def _expect_after(after: Count, who: str, twin: Twin) -> Count:
    estimate = twin.estimate
    if estimate is None or estimate.log_rr is None or estimate.who != who:
        return Count(None, "not_estimable")
    if estimate.family.is_range:  # the answer is the range; a point of it is an assumption
        return Count(None, "not_estimable")
    if after.value is None:
        return after
    return Count(after.value / math.exp(estimate.log_rr), after.state)
