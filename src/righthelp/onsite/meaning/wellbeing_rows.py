"""What of how people fared may leave, as rows for `release` and for nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from righthelp.onsite.crossed import hide_cells
from righthelp.onsite.disclosure import (
    SUMS_FROM,
    TOO_FEW,
    Policy,
    hide_complement,
    hide_together,
    round_significant,
    round_to_base,
    show_counts,
)
from righthelp.onsite.meaning.wellbeing import (
    NO_IMPORTANT_CHANGE,
    NO_PAIRS,
    FaredQuadrants,
    ScaleFared,
    Wellbeing,
)
from righthelp.returns.wellbeing import (
    CONTACTS,
    ENDS,
    MOVES,
    SCORES,
    STANDINGS,
    WELLBEING_TABLES,
)
from righthelp.schema import Row

STATISTICS = (
    "mean_first",
    "mean_change",
    "sd",
    "se",
    "expected_change",
    "beyond",
    "beyond_se",
    "bound_low",
    "bound_high",
)
RANK = np.array([[1, 0, 1, 2], [0, 0, 0, 2], [1, 0, 1, 2]])
"""What is withheld first for the sake of a small cell: neutral cells, then corners."""
TOTALS = ((0, 1, 2), (3,))
"""Columns whose totals leave together: those of who moved, and of those without two scores."""
Cells = np.ndarray
"""People or expected people, (3, 4) or (3, 3): rows by contacts, columns by score."""


def list_wellbeing_rows(found: Wellbeing | None, policy: Policy) -> Mapping[str, Iterable[Row]]:
    """The rows of score_counts, score_change, score_bands and quadrants."""
    if found is None:
        return dict.fromkeys((table.name for table in WELLBEING_TABLES), ())
    return {
        "score_counts": [row for one in found.scales for row in _count(one, policy)],
        "score_change": [_change(one) for one in found.scales],
        "score_bands": [row for one in found.scales for row in _bands(one, policy)],
        "quadrants": [row for one in found.quadrants for row in _cross(one, policy)],
    }


def _count(one: ScaleFared, policy: Policy) -> Iterator[Row]:
    counts = [one.standing[part] for part in STANDINGS]
    hidden = hide_complement(counts, policy)
    yield from _parts(one, tuple(STANDINGS), show_counts(counts, hidden))
    n, told = one.standing["both"], not hidden[0]
    change = one.change
    if one.moves:
        moved = (change.n_improved, change.n_same, change.n_worsened)
        show = hide_together(moved, policy, hidden=[not told])
        yield from _parts(one, tuple(MOVES), show_counts(moved, show))
        chance = change.chance
        if n >= SUMS_FROM and chance.improved is not None and chance.worsened is not None:
            expected = (
                n * chance.improved,
                n * (1 - chance.improved - chance.worsened),
                n * chance.worsened,
            )
            numbers = [round_to_base(value) if told else None for value in expected]
            yield from _parts(one, tuple(MOVES), numbers, number="by_chance")
    ends = (
        change.n_floor_first,
        change.n_ceiling_first,
        change.n_floor_last,
        change.n_ceiling_last,
    )
    shown = [
        number
        for low, high in (ends[:2], ends[2:])
        for number in show_ends(low, high, n=n, policy=policy)
    ]
    yield from _parts(one, tuple(ENDS), shown if told else [None] * len(ENDS))


def show_ends(low: int, high: int, *, n: int, policy: Policy) -> list[int | None]:
    """People at the two ends of a scale, of n; those in between are never shown.

    In between is what is left of n, so it hides a small end beside it, and is hidden itself.
    """
    counts = (low, n - low - high, high)
    small = any(policy.hides(count) for count in counts)
    hidden = hide_complement(counts, policy, hidden=(False, small, False))
    shown = show_counts(counts, hidden)
    return [shown[0], shown[2]]


def _parts(
    one: ScaleFared,
    parts: Sequence[str],
    numbers: Sequence[int | None],
    *,
    number: str = "counted",
) -> Iterator[Row]:
    for part, n in zip(parts, numbers, strict=True):
        yield {
            "scale": one.scale.name,
            "part": part,
            "number": number,
            "n": n,
            "state": "suppressed" if n is None else "rounded",
        }


def _change(one: ScaleFared) -> Row:
    means = one.change.means
    row: dict[str, object] = {"scale": one.scale.name, "n": None, **dict.fromkeys(STATISTICS)}
    if one.reason or not means.n:
        reason = one.reason or NO_PAIRS
        return {**row, "n": 0, "reason": reason, "state": "not_estimable"}
    if means.n < SUMS_FROM:
        return {**row, "reason": TOO_FEW, "state": "suppressed"}
    row["n"] = round_to_base(means.n)
    if means.se is None or means.sd is None:
        return {**row, "reason": means.reason, "state": "not_estimable"}
    decimals = 2 - math.floor(math.log10(means.se))

    def place(value: float | None) -> float | None:
        return None if value is None else round(value, decimals)

    row |= {
        "mean_first": place(means.mean_first),
        "mean_change": place(means.change),
        "sd": round_significant(means.sd, 2),
        "se": round_significant(means.se, 3),
        "reason": None,
        "state": "rounded",
    }
    if one.beyond is not None and one.beyond.se is not None:
        row |= {
            "expected_change": place(one.beyond.expected),
            "beyond": place(one.beyond.beyond),
            "beyond_se": round_significant(one.beyond.se, 3),
        }
    bounds, n_lost = one.change.bounds, one.change.n_first_only
    # The bounds less the change are the first scores of those who were lost.
    if bounds is not None and (n_lost == 0 or n_lost >= SUMS_FROM):
        row |= {"bound_low": place(bounds.mean_low), "bound_high": place(bounds.mean_high)}
    return row


def _bands(one: ScaleFared, policy: Policy) -> Iterator[Row]:
    if not one.bands:
        return
    for score, values in (("first", one.first), ("last", one.last)):
        at = np.searchsorted(one.bands, values, side="right")
        counts = np.bincount(at, minlength=len(one.bands) + 1).tolist()
        told = one.standing["both"] >= SUMS_FROM
        hidden = hide_complement(counts, policy) if told else [True] * len(counts)
        for band, n in enumerate(show_counts(counts, hidden), start=1):
            yield {
                "scale": one.scale.name,
                "score": score,
                "band": band,
                "n": n,
                "state": "suppressed" if n is None else "rounded",
            }


def _cross(one: FaredQuadrants, policy: Policy) -> Iterator[Row]:
    if not one.counts:
        yield from _cells(one, ("all", "all"), np.zeros((3, 4)), state="not_estimable")
        return
    whole = one.counts["all", "all"]
    n = int(whole.sum())
    hidden = (
        hide_cells(whole, policy, columns=TOTALS, rank=RANK)
        if n >= SUMS_FROM
        else np.ones_like(whole, dtype=bool)
    )
    yield from _cells(one, ("all", "all"), whole, hidden=hidden)
    if one.expected is not None and not hidden.all() and whole[:, :3].sum() >= SUMS_FROM:
        yield from _cells(one, ("all", "all"), one.expected, number="by_chance")
    elif one.expected is None:
        empty = np.zeros((3, 3))
        yield from _cells(one, ("all", "all"), empty, number="by_chance", state="not_estimable")
    for by in ("sex", "age"):
        tables = {key: table for key, table in one.counts.items() if key[0] == by}
        small = any(policy.hides(int(count)) for t in tables.values() for count in t.ravel())
        if len(tables) > 1 and not small and not hidden.any():
            for key, table in tables.items():
                yield from _cells(one, key, table)


def _cells(
    one: FaredQuadrants,
    key: tuple[str, str],
    numbers: Cells,
    *,
    hidden: Cells | None = None,
    number: str = "counted",
    state: str = "rounded",
) -> Iterator[Row]:
    for row, contacts in enumerate(CONTACTS):
        for column, score in enumerate(SCORES[: numbers.shape[1]]):
            gone = hidden is not None and bool(hidden[row, column])
            told = state == "rounded" and not gone
            yield {
                "kind": one.kind,
                "scale": one.scale.name,
                "by": key[0],
                "stratum": key[1],
                "contacts": contacts,
                "score": score,
                "number": number,
                "n": round_to_base(float(numbers[row, column])) if told else None,
                "reason": one.reason or NO_IMPORTANT_CHANGE if state == "not_estimable" else None,
                "state": "suppressed" if gone else state,
            }
