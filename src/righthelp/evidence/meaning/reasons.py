"""What contacts were about, before and after: site by site, and the sites' people together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from righthelp.estimators.reasons import UncodedBounds, bound_uncoded
from righthelp.estimators.synthesis import Synthesis, synthesise
from righthelp.evidence.counts import Count, add_counts, read_count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.likeness import plain_rows
from righthelp.evidence.meaning.sides import MARGIN, Side, find_side, widen_for
from righthelp.returns.reasons import DAY_BANDS, EVENTS, GROUPS
from righthelp.schema import Row

Direction = Literal["fewer", "more", "unclear"]
DIRECTIONS: Mapping[Side, Direction] = {-1: "fewer", 0: "unclear", 1: "more"}
NOTHING_RELEASED = "no site with coded entries and 50 people could say"


@dataclass(frozen=True)
class ReasonNumber:
    """One reason, or all together (`total`), in one group: contacts per 100 people.

    before, after: None for the difference of two groups. low, high: 95% interval of the change,
    None without an error. direction: fewer or more only where an interval that is wide enough for
    all reasons at once leaves out every change within the margin. holds: reasons counted with it.
    """

    reason: str
    before: float | None
    after: float | None
    change: float
    low: float | None
    high: float | None
    direction: Direction
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupReasons:
    """One group's contacts by reason; `parts` add up to `total` exactly. n: people, rounded."""

    group: str
    parts: tuple[ReasonNumber, ...]
    total: ReasonNumber
    n: int


@dataclass(frozen=True)
class SiteReasons:
    """The groups of one site that could be told, by their name."""

    site: str
    groups: Mapping[str, GroupReasons]


@dataclass(frozen=True)
class FoundTogether:
    """What was found or begun after the index: each site's ratio, and the sites together."""

    event: str
    sites: tuple[Row, ...]
    together: Synthesis


@dataclass(frozen=True)
class ReasonEvidence:
    """sites: in the study's order. together: the people of the sites that could tell, by group.

    told: for each reason, and for `total`, the direction in which the people seen differ from
    matched people both in the level after and in the change; else unclear. apart: reasons that some
    site had to count with others, over the sites that told them: they are part of another
    reason in `together`. uncoded: how far each reason could move had the uncoded been coded.
    reason: why there is nothing together.
    """

    sites: tuple[SiteReasons, ...]
    together: Mapping[str, GroupReasons]
    told: Mapping[str, Direction]
    apart: Mapping[str, Mapping[str, GroupReasons]]
    uncoded: UncodedBounds | None
    found: tuple[FoundTogether, ...]
    found_after: Mapping[str, Count]
    reason: str = ""


@dataclass(frozen=True)
class _Numbers:
    """A group of one site as released, in tenths of a contact per 100 people."""

    names: tuple[str, ...]
    before: np.ndarray | None
    after: np.ndarray | None
    change: np.ndarray
    covariance: np.ndarray | None
    n: int
    holds: Mapping[str, tuple[str, ...]]


def gather_reasons(rows: Mapping[str, Sequence[Row]]) -> ReasonEvidence:
    """Read what the sites released of reasons, and bring their people together.

    Sites are weighed by their people, the same for every reason, so that reasons still add up: the
    result describes these people and no others.
    """
    change, covariance = plain_rows(rows["reason_change"]), plain_rows(rows["reason_covariance"])
    order = tuple(dict.fromkeys(row["reason"] for row in change))
    names = list(dict.fromkeys(row["site"] for row in change))
    numbers = {
        site: {
            group: found
            for group in GROUPS
            if (found := _read(change, covariance, site=site, group=group, order=order))
        }
        for site in names
    }
    able = [groups for groups in numbers.values() if "seen" in groups]
    kept = _list_kept([groups["seen"] for groups in able])
    pooled = _pool_groups(able, kept=kept)
    together = {
        group: _show(one, group=group, usual=_list_usual(pooled), n_looked_at=len(order))
        for group, one in pooled.items()
    }
    apart = _tell_apart(able, kept=kept, order=order)
    return ReasonEvidence(
        sites=tuple(
            SiteReasons(site, {group: _show(one, group=group) for group, one in groups.items()})
            for site, groups in numbers.items()
        ),
        together=together,
        told={
            **tell_directions(together),
            **{
                reason: tell_directions(own).get(reason, "unclear") for reason, own in apart.items()
            },
        },
        apart=apart,
        uncoded=_bound(together.get("seen")),
        found=_gather_found(rows["found"]),
        found_after=_add_days(rows["found_after"]),
        reason="" if together else NOTHING_RELEASED,
    )


def _read(
    change: Sequence[Mapping[str, object]],
    covariance: Sequence[Mapping[str, object]],
    *,
    site: str,
    group: str,
    order: Sequence[str],
) -> _Numbers | None:
    own = {
        row["reason"]: row
        for row in change
        if (row["site"], row["group"]) == (site, group) and row["change_per_100"] is not None
    }
    if not own:
        return None
    names = tuple(name for name in order if name in own)

    def column(key: str) -> np.ndarray | None:
        values = [own[name][key] for name in names]
        return None if None in values else np.asarray(values, dtype=float)

    changes = column("change_per_100")
    assert changes is not None
    place = {name: at for at, name in enumerate(names)}
    matrix = np.full((len(names), len(names)), math.nan)
    for row in covariance:
        if (row["site"], row["group"]) == (site, group) and row["covariance"] is not None:
            i, j = place[str(row["reason"])], place[str(row["with_reason"])]
            matrix[i, j] = matrix[j, i] = row["covariance"]
    return _Numbers(
        names,
        column("before_per_100"),
        column("after_per_100"),
        changes,
        None if np.isnan(matrix).any() else matrix,
        int(str(own[names[0]]["n"])),
        {name: tuple(str(own[name]["holds"] or "").split()) for name in names},
    )


def _tell_apart(
    sites: Sequence[Mapping[str, _Numbers]], *, kept: Sequence[str], order: Sequence[str]
) -> dict[str, dict[str, GroupReasons]]:
    """Reasons that some sites had to count with others, over the sites that could tell them."""
    apart = {}
    for reason in order:
        able = [
            {group: _only(one, reason) for group, one in groups.items()}
            for groups in sites
            if reason in groups["seen"].names
        ]
        if able and reason not in kept:
            own = _pool_groups(able, kept=(reason,))
            usual = _list_usual(own)
            apart[reason] = {
                group: _show(one, group=group, usual=usual, n_looked_at=len(order))
                for group, one in own.items()
            }
    return apart


def _only(one: _Numbers, reason: str) -> _Numbers:
    """One reason of a group by itself."""
    at = [one.names.index(reason)]
    return replace(
        one,
        names=(reason,),
        before=None if one.before is None else one.before[at],
        after=None if one.after is None else one.after[at],
        change=one.change[at],
        covariance=None if one.covariance is None else one.covariance[np.ix_(at, at)],
    )


def _list_kept(sites: Sequence[_Numbers]) -> tuple[str, ...]:
    """The reasons that every site tells by themselves; the others are counted with `other`.

    sites: of one group. A site tells the same reasons of all its groups.
    """
    names = sites[0].names if sites else ()
    return tuple(name for name in names if all(name in one.names for one in sites))


def _pool_groups(
    sites: Sequence[Mapping[str, _Numbers]], *, kept: Sequence[str]
) -> dict[str, _Numbers]:
    """Each group over the sites that tell it, with the same reasons in all groups."""
    return {
        group: _pool(own, kept=kept)
        for group in GROUPS
        if (own := [groups[group] for groups in sites if group in groups])
    }


def _pool(sites: Sequence[_Numbers], *, kept: Sequence[str]) -> _Numbers:
    """The people of several sites as one group; a reason that is not kept goes to `other`."""
    maps = [_fold(one, kept) for one in sites]
    n = sum(one.n for one in sites)
    weights = [one.n / n for one in sites]

    def mean(key: str) -> np.ndarray | None:
        values = [getattr(one, key) for one in sites]
        if any(value is None for value in values):
            return None
        return np.asarray(sum(w * m @ v for w, m, v in zip(weights, maps, values, strict=True)))

    known = [one.covariance for one in sites if one.covariance is not None]
    covariance = None
    if len(known) == len(sites):
        covariance = np.asarray(
            sum(w * w * m @ v @ m.T for w, m, v in zip(weights, maps, known, strict=True))
        )
    change = mean("change")
    assert change is not None
    holds: dict[str, dict[str, None]] = {name: {} for name in kept}
    for one in sites:
        for name in one.names:
            if name in kept:
                holds[name] |= dict.fromkeys(one.holds[name])
            else:
                holds["other"][name] = None
    return _Numbers(
        tuple(kept),
        mean("before"),
        mean("after"),
        change,
        covariance,
        n,
        {name: tuple(held) for name, held in holds.items()},
    )


def _fold(one: _Numbers, names: Sequence[str]) -> np.ndarray:
    """(kept, K) of noughts and ones: reasons that are not kept go to `other`."""
    assert set(names) <= set(one.names), "a site that tells other reasons of this group"
    matrix = np.zeros((len(names), len(one.names)))
    for at, name in enumerate(one.names):
        matrix[names.index(name if name in names else "other"), at] = 1
    return matrix


def _show(
    one: _Numbers,
    *,
    group: str,
    usual: Mapping[str, float] | None = None,
    n_looked_at: int | None = None,
) -> GroupReasons:
    """usual: contacts before by reason, of which a share is the margin; else the group's own.

    n_looked_at: reasons that are looked at together, if more than these.
    """
    k = len(one.names)
    own = one.before if one.before is not None else np.zeros(k)
    known = usual or dict(zip(one.names, own.tolist(), strict=True))
    margin = {name: MARGIN * known.get(name, 0.0) for name in one.names}
    margin["total"] = MARGIN * sum(known.values())
    ones = np.ones(k)
    wide = widen_for(n_looked_at or k)

    def number(name: str, pick: np.ndarray, *, critical: float) -> ReasonNumber:
        change = round(float(pick @ one.change), 6)
        before = None if one.before is None else round(float(pick @ one.before), 6)
        after = None if one.after is None else round(float(pick @ one.after), 6)
        se = None
        if one.covariance is not None:
            se = math.sqrt(max(float(pick @ one.covariance @ pick), 0.0))
        low, high = (None, None) if se is None else (change - Z95 * se, change + Z95 * se)
        side = find_side(change, se, margin=margin[name], critical=critical)
        held = one.holds.get(name, ())
        return ReasonNumber(name, before, after, change, low, high, DIRECTIONS[side], held)

    parts = tuple(number(name, np.eye(k)[at], critical=wide) for at, name in enumerate(one.names))
    return GroupReasons(group, parts, number("total", ones, critical=Z95), one.n)


def _list_usual(pooled: Mapping[str, _Numbers]) -> dict[str, float]:
    """Contacts before of the people seen, by reason."""
    seen = pooled["seen"]
    assert seen.before is not None
    return dict(zip(seen.names, seen.before.tolist(), strict=True))


def tell_directions(together: Mapping[str, GroupReasons]) -> dict[str, Direction]:
    """By reason, a direction only where both ways of comparing say it.

    The change starts from a before in which the people seen came to their referral; the level after
    takes no account of what they came for before. Each leans another way.
    """
    both = [together.get(group) for group in ("difference", "difference_after")]
    change, after = both
    if change is None or after is None:
        return {}
    pairs = zip((*change.parts, change.total), (*after.parts, after.total), strict=True)
    return {
        one.reason: one.direction if one.direction == other.direction else "unclear"
        for one, other in pairs
    }


def _bound(seen: GroupReasons | None) -> UncodedBounds | None:
    """How far each reason could move; None where everything, or nothing, is coded."""
    names = [part.reason for part in seen.parts] if seen else []
    if seen is None or "uncoded" not in names or len(names) < 2:
        return None
    return bound_uncoded(
        before=[part.before or 0.0 for part in seen.parts],
        after=[part.after or 0.0 for part in seen.parts],
        uncoded=names.index("uncoded"),
    )


def _gather_found(rows: Sequence[Row]) -> tuple[FoundTogether, ...]:
    found = []
    for event in EVENTS:
        own = tuple(row for row in plain_rows(rows) if row["event"] == event)
        if own:
            able = [row for row in own if row["se"]]
            together = synthesise(
                log_rr=[row["log_rr"] for row in able], se=[row["se"] for row in able]
            )
            found.append(FoundTogether(event, own, together))
    return tuple(found)


def _add_days(rows: Sequence[Row]) -> dict[str, Count]:
    return {
        days: add_counts(read_count(row["n"], row["state"]) for row in rows if row["days"] == days)
        for days in DAY_BANDS
        if rows
    }
