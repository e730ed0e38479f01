"""What of the reasons for contact may leave, as rows for `release` and for nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from righthelp.estimators.reasons import ReasonDifferences, change_by_reason, compare_by_reason
from righthelp.onsite.disclosure import (
    SUMS_FROM,
    TOO_FEW,
    Policy,
    hide_complement,
    round_estimate,
    round_significant,
    round_to_base,
    show_counts,
)
from righthelp.onsite.meaning.reasons import Reasons
from righthelp.returns.reasons import DAY_BANDS, EVENTS, GROUPS
from righthelp.schema import Row

GATHERS = "other"
"""The reason that takes in those of too few people."""
NO_LOOK_BACK = "the coded record does not begin a year before the windows"
Columns = list[float | None]


@dataclass(frozen=True)
class _Measured:
    """One group of n people, rounded: a number for each of the K reasons shown.

    covariance: (K, K) of the changes, exact; None where there is none.
    """

    n: int
    before: Columns
    after: Columns
    change: Columns
    covariance: np.ndarray | None

    @property
    def errors(self) -> Columns:
        """Standard errors of the changes, rounded; None without a variance above 0."""
        if self.covariance is None:
            return [None] * len(self.change)
        variances = np.diag(self.covariance).tolist()
        return [round_significant(math.sqrt(v), 3) if v > 0 else None for v in variances]


def list_reason_rows(found: Reasons | None, policy: Policy) -> Mapping[str, Iterable[Row]]:
    """The rows of reason_change, reason_covariance, found and found_after.

    Reasons of too few people are counted with `other`, in every group alike, so that what is shown
    adds up and nothing can be taken from a total.
    """
    if found is None:
        return dict.fromkeys(("reason_change", "reason_covariance", "found", "found_after"), ())
    told = [found.seen, *((found.cases, found.rows) if found.cases.n >= SUMS_FROM else ())]
    windows = [window for one in told for window in (one.before, one.after)]
    parts = fold_small(windows, policy, order=found.order) or {}
    measured = _measure_groups(found, parts) if parts else {}
    return {
        "reason_change": list(_changes(found, parts, measured=measured)),
        "reason_covariance": list(_covariances(parts, measured=measured)),
        "found": list(_found(found, policy)),
        "found_after": list(_found_after(found, policy)),
    }


def fold_small(
    windows: Sequence[np.ndarray], policy: Policy, *, order: Sequence[str]
) -> dict[str, tuple[int, ...]] | None:
    """The reasons that are shown, each with the columns counted in it; None where none can be.

    windows: contacts (n, K) of each group and window that is told. A reason may be shown where in
    each of them nobody, or more people than the policy's threshold, had a contact for it.
    """

    def is_few(columns: Sequence[int]) -> bool:
        people = ((window[:, list(columns)] > 0).any(axis=1).sum() for window in windows)
        return any(policy.hides(int(n)) for n in people)

    place = order.index(GATHERS)
    columns = range(len(order))
    together = [k for k in columns if is_few([k])]
    if together and place not in together:
        together.append(place)
    while together and is_few(together):
        others = [k for k in columns if k not in together]
        if not others:
            return None
        together.append(
            min(others, key=lambda k: sum(int(window[:, k].sum()) for window in windows))
        )
    shown = {order[k]: (k,) for k in columns if k not in together}
    return {**shown, **({order[place]: tuple(sorted(together))} if together else {})}


def _fold(counts: np.ndarray, parts: Mapping[str, tuple[int, ...]]) -> np.ndarray:
    """The columns of the reasons shown, (n, K) to (n, shown)."""
    return np.column_stack([counts[:, list(columns)].sum(axis=1) for columns in parts.values()])


def _changes(
    found: Reasons, parts: Mapping[str, tuple[int, ...]], *, measured: Mapping[str, _Measured]
) -> Iterable[Row]:
    for group in GROUPS:
        if group not in measured:
            for reason in found.order:
                yield _change(group, reason, n=None, holds=None, state="suppressed")
            continue
        one = measured[group]
        errors = one.errors
        for place, (reason, columns) in enumerate(parts.items()):
            others = [found.order[k] for k in columns if found.order[k] != reason]
            yield {
                **_change(group, reason, n=one.n, holds=others, state="rounded"),
                "before_per_100": one.before[place],
                "after_per_100": one.after[place],
                "change_per_100": one.change[place],
                "se": errors[place],
            }


def _change(
    group: str, reason: str, *, n: int | None, holds: Sequence[str] | None, state: str
) -> dict[str, object]:
    empty = dict.fromkeys(("before_per_100", "after_per_100", "change_per_100", "se"))
    return {
        "group": group,
        "reason": reason,
        "n": n,
        **empty,
        "holds": " ".join(holds) or None if holds else None,
        "state": state,
    }


def _measure_groups(found: Reasons, parts: Mapping[str, tuple[int, ...]]) -> dict[str, _Measured]:
    """Each group of enough people."""
    n_of = {group: found.seen.n if group == "seen" else found.cases.n for group in GROUPS}
    return {
        group: _measure(found, parts, group=group, n=round_to_base(n))
        for group, n in n_of.items()
        if n >= SUMS_FROM
    }


def _measure(
    found: Reasons, parts: Mapping[str, tuple[int, ...]], *, group: str, n: int
) -> _Measured:
    """Before, after, change and its covariance of the reasons shown; n: people, rounded.

    Rates are of contacts rounded as counts are, in tenths, so that the change is the difference of
    what is shown; the difference of two groups has no rates of its own.
    """
    if group.startswith("difference"):
        compared = _compare(found, parts, group=group)
        differences: Columns = [
            None if one.difference is None else round(one.difference, 1) for one in compared.parts
        ]
        none: Columns = [None] * len(differences)
        return _Measured(n, none, none, differences, compared.covariance)
    if group == "seen":
        contacts, weight = found.seen, np.ones(found.seen.n)
    else:
        size = np.bincount(found.row_set, minlength=found.cases.n)
        contacts, weight = found.rows, 1 / size[found.row_set]
    rates = [
        [
            round(100 * round_to_base(float(total)) / (n * length), 1)
            for total in weight @ _fold(window, parts)
        ]
        for window, length in (
            (contacts.before, found.before_length),
            (contacts.after, found.after_length),
        )
    ]
    change: Columns = [round(a - b, 1) for b, a in zip(*rates, strict=True)]
    covariance = _change_covariance(found, parts) if group == "seen" else None
    return _Measured(n, [*rates[0]], [*rates[1]], change, covariance)


def _change_covariance(found: Reasons, parts: Mapping[str, tuple[int, ...]]) -> np.ndarray | None:
    return change_by_reason(
        before=_fold(found.seen.before, parts),
        after=_fold(found.seen.after, parts),
        before_length=found.before_length,
        after_length=found.after_length,
    ).covariance


def _compare(
    found: Reasons, parts: Mapping[str, tuple[int, ...]], *, group: str
) -> ReasonDifferences:
    """The difference of the changes, or of the levels after, which is a change from nothing."""
    from_before = int(group == "difference")
    return compare_by_reason(
        case_before=_fold(found.cases.before, parts) * from_before,
        case_after=_fold(found.cases.after, parts),
        case_person=found.case_person,
        row_set=found.row_set,
        row_before=_fold(found.rows.before, parts) * from_before,
        row_after=_fold(found.rows.after, parts),
        row_person=found.row_person,
        before_length=found.before_length,
        after_length=found.after_length,
    )


def _covariances(
    parts: Mapping[str, tuple[int, ...]], *, measured: Mapping[str, _Measured]
) -> Iterable[Row]:
    names = list(parts)
    for group, measure in measured.items():
        if measure.covariance is None:
            continue
        for i, one in enumerate(names):
            for j, other in enumerate(names[: i + 1]):
                yield {
                    "group": group,
                    "reason": one,
                    "with_reason": other,
                    "covariance": round_significant(float(measure.covariance[i, j]), 4),
                    "state": "rounded",
                }


def _found(found: Reasons, policy: Policy) -> Iterable[Row]:
    n = found.cases.n
    for event in EVENTS:
        incidence, with_any, others_with_any = found.found[event]
        row: dict[str, object] = {"event": event, "n": round_to_base(n)}
        row |= dict.fromkeys(("seen_per_100", "others_per_100", "log_rr", "se", "reason"))
        row["state"] = "rounded"
        if event == "new_condition" and not found.looks_back:
            yield {**row, "n": None, "reason": NO_LOOK_BACK, "state": "not_estimable"}
            continue
        if n < SUMS_FROM or any(policy.hides(k) for k in (with_any, others_with_any)):
            yield {**row, "n": None, "reason": TOO_FEW, "state": "suppressed"}
            continue
        for side, events in (("seen", incidence.seen_events), ("others", incidence.other_events)):
            row[f"{side}_per_100"] = round(100 * round_to_base(events) / round_to_base(n), 1)
        estimate = incidence.estimate
        if estimate.log_rr is None:
            row["reason"] = estimate.reason
        else:
            row["log_rr"], row["se"] = round_estimate(estimate.log_rr, estimate.se, n=n)
        yield row


def _found_after(found: Reasons, policy: Policy) -> Iterable[Row]:
    counts = found.found_after
    told = found.looks_back and found.seen.n >= SUMS_FROM
    hidden = hide_complement(counts, policy) if told else [True] * len(counts)
    for days, n in zip(DAY_BANDS, show_counts(counts, hidden), strict=True):
        state = "rounded" if n is not None else "suppressed" if told else "not_estimable"
        yield {"days": days, "n": n, "state": state}
