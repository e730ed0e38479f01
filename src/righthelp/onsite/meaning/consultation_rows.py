"""What of consultations and of the dose may leave, as rows for `release` and for nothing else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from righthelp.estimators.ratio_change import (
    RatioParts,
    change_in_ratio,
    compare_changes_in_ratio,
)
from righthelp.onsite.disclosure import (
    SUMS_FROM,
    TOO_FEW,
    Policy,
    hide_complement,
    round_significant,
    round_to_base,
    show_counts,
)
from righthelp.onsite.meaning.compared import Codes
from righthelp.onsite.meaning.consultation import NEEDS, Consultations, Dose, Floats
from righthelp.returns.consultation import (
    CONSULTATION_TABLES,
    CONTINUITY,
    DOSE_BANDS,
    GROUPS,
    MEASURES,
    PER_100,
    QUANTITIES,
)
from righthelp.schema import Row

NO_MONTH = "no whole month of the extract has a contact with the link worker"
DAYS_A_MONTH = 365.25 / 12
BAND_STARTS = (1, 2, 4, 7)
_NUMBERS = ("n", "before", "after", "change", "se", "lacking_before", "lacking_after", "reason")


def list_consultation_rows(
    found: Consultations | None, policy: Policy
) -> Mapping[str, Iterable[Row]]:
    """The rows of consultation, dose and dose_summary; none where the route has no records.

    A measure is withheld of a group when in either window fewer than 50 people have any, or few
    people have what is counted over them; of the difference when it is withheld of either side.
    """
    if found is None:
        return {table.name: () for table in CONSULTATION_TABLES}
    n = found.seen.size
    return {
        "consultation": [
            row for measure in MEASURES for row in _measure(found, policy, measure=measure)
        ],
        "dose": list(_bands(found.dose, policy)),
        "dose_summary": list(_summarise(found.dose, policy, n=n)),
    }


@dataclass(frozen=True)
class _Side:
    """The rows of one group, with what each of them weighs."""

    places: Codes
    person: Codes
    weight: Floats
    parts: RatioParts

    @classmethod
    def of(cls, found: Consultations, places: Codes, *, measure: str, weight: Floats) -> _Side:
        return cls(places, found.person[places], weight, found.parts[measure].take(places))

    def hides(self, policy: Policy) -> bool:
        """Whether too few people stand behind either window."""
        columns = [self._count_people(column) for column in self.parts.columns]
        over, under = columns[::2], columns[1::2]
        return min(under) < SUMS_FROM or any(policy.hides(n) for n in over)

    def round_ratio(self, over: Floats, under: Floats, *, size: int) -> float:
        """A ratio of sums rounded as counts are."""
        top, bottom = float(self.weight @ over) / size, float(self.weight @ under)
        return size * round_to_base(top) / round_to_base(bottom)

    def share(self, part: Floats, whole: Floats, *, policy: Policy) -> float | None:
        """Per 100, of sums rounded as counts are; None where few people have any of the part."""
        n_whole = round_to_base(float(self.weight @ whole))
        few = policy.hides(self._count_people(part)) or not n_whole
        return None if few else round(self.round_ratio(100 * part, whole, size=100), 1)

    def _count_people(self, column: Floats) -> int:
        return int(np.unique(self.person[column > 0]).size)


def _measure(found: Consultations, policy: Policy, *, measure: str) -> Iterable[Row]:
    """The rows of one measure: people seen, their comparators, the difference of the changes."""
    if measure in found.not_collected:
        for group in GROUPS:
            yield _row(group, measure, reason=found.not_collected[measure], state="not_collected")
        return
    size = np.bincount(found.row_set, minlength=found.cases.size)
    sides = {
        "seen": _Side.of(found, found.seen, measure=measure, weight=np.ones(found.seen.size)),
        "comparators": _Side.of(found, found.rows, measure=measure, weight=1 / size[found.row_set]),
    }
    for group, side in sides.items():
        if side.hides(policy):
            yield _row(group, measure, reason=TOO_FEW, state="suppressed")
        else:
            yield _show_side(found, side, policy, group=group, measure=measure)
    cases = _Side.of(found, found.cases, measure=measure, weight=np.ones(found.cases.size))
    if any(side.hides(policy) for side in (cases, *sides.values())):
        yield _row("difference", measure, reason=TOO_FEW, state="suppressed")
        return
    yield _compare(found, cases, sides["comparators"], measure=measure)


def _show_side(
    found: Consultations, side: _Side, policy: Policy, *, group: str, measure: str
) -> Row:
    change = change_in_ratio(side.parts, person=side.person, weight=side.weight)
    assert change.change is not None, "both windows have people"
    size = 100 if measure in PER_100 else 1
    decimals = _decimals(measure)
    parts = side.parts
    if measure in CONTINUITY:
        shown = {"before": change.before, "after": change.after}
    else:
        shown = {
            "before": side.round_ratio(parts.over_before, parts.under_before, size=size),
            "after": side.round_ratio(parts.over_after, parts.under_after, size=size),
        }
    lacking: dict[str, float | None] = {}
    if measure in NEEDS:
        for at, window in enumerate(("before", "after")):
            lacking[f"lacking_{window}"] = side.share(
                found.lacking[measure][at][side.places],
                found.total[at][side.places],
                policy=policy,
            )
    return _row(
        group,
        measure,
        n=round_to_base(change.n),
        **{name: round(value, decimals) for name, value in shown.items() if value is not None},
        change=round(change.change, decimals + 1) + 0.0,
        se=None if change.se is None else round_significant(change.se, 3),
        **lacking,
        reason=change.reason or None,
        state="rounded",
    )


def _compare(found: Consultations, cases: _Side, rows: _Side, *, measure: str) -> Row:
    compared = compare_changes_in_ratio(
        cases.parts,
        rows.parts,
        case_person=cases.person,
        row_set=found.row_set,
        row_person=rows.person,
    )
    assert compared.difference is not None, "both windows have people on both sides"
    return _row(
        "difference",
        measure,
        n=round_to_base(compared.n),
        change=round(compared.difference, _decimals(measure) + 1) + 0.0,
        se=None if compared.se is None else round_significant(compared.se, 3),
        reason=compared.reason or None,
        state="rounded",
    )


def _decimals(measure: str) -> int:
    return 2 if measure in CONTINUITY else 1


def _row(group: str, measure: str, **told: object) -> Row:
    row = {"group": group, "measure": measure, **dict.fromkeys(_NUMBERS), **told}
    assert len(row) == len(_NUMBERS) + 3
    return row


def _bands(dose: Dose, policy: Policy) -> Iterable[Row]:
    """People by their contacts; too few people in all, and none of the bands is told."""
    bands = np.searchsorted(BAND_STARTS, dose.contacts, side="right") - 1
    counts = [int(n) for n in np.bincount(bands, minlength=len(DOSE_BANDS))]
    hidden = hide_complement(counts, policy)
    if policy.hides(sum(counts)):
        hidden = [True] * len(counts)
    for band, n in zip(DOSE_BANDS, show_counts(counts, hidden), strict=True):
        yield {"contacts": band, "n": n, "state": "suppressed" if n is None else "rounded"}


def _summarise(dose: Dose, policy: Policy, *, n: int) -> Iterable[Row]:
    rounded = round_to_base(n)
    few = n < SUMS_FROM
    months = dose.days / DAYS_A_MONTH
    values: dict[str, float | None] = dict.fromkeys(QUANTITIES)
    if not few:
        values["contacts"] = round(round_to_base(dose.contacts.sum()) / rounded, 2)
        values["months"] = round(round_to_base(months.sum()) / rounded, 1)
        values["months_median"] = round(float(np.median(months)), 1)
    for quantity in ("contacts", "months", "months_median"):
        reason, state = (TOO_FEW, "suppressed") if few else (None, "rounded")
        yield _quantity(
            quantity, values[quantity], n=None if few else rounded, reason=reason, state=state
        )
    if not dose.caseload.size:
        yield _quantity("caseload", None, n=None, reason=NO_MONTH, state="not_estimable")
        return
    median = float(np.median(dose.caseload))
    if policy.hides(math.floor(median)) or 0 < median < 1:
        yield _quantity("caseload", None, n=None, reason=TOO_FEW, state="suppressed")
        return
    yield _quantity("caseload", round_to_base(median), n=None, reason=None, state="rounded")


def _quantity(
    quantity: str, value: float | None, *, n: int | None, reason: str | None, state: str
) -> Row:
    return {"quantity": quantity, "value": value, "n": n, "reason": reason, "state": state}
