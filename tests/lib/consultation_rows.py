"""Rows of the consultation tables as a site might release them, for tests of what reads them."""

from __future__ import annotations

from typing import Any

from righthelp.returns.consultation import DOSE_BANDS, GROUPS, MEASURES

Rows = list[dict[str, Any]]


def list_measure(
    measure: str,
    *,
    seen: tuple[float, float] | None = (10.0, 12.0),
    others: float | None = 0.5,
    se: float | None = 0.4,
    n: int = 100,
    lacking: float | None = 5.0,
    state: str = "suppressed",
    reason: str = "too few people",
) -> Rows:
    """The three rows of a measure; `others`: the change in comparators. None is withheld."""
    change = None if seen is None else seen[1] - seen[0]
    told: dict[str, dict[str, Any] | None] = {
        "seen": {
            "before": seen[0],
            "after": seen[1],
            "change": change,
            "lacking_before": lacking,
            "lacking_after": lacking,
        }
        if seen is not None
        else None,
        "comparators": {"before": 10.0, "after": 10.0 + (others or 0), "change": others}
        if others is not None
        else None,
        "difference": {"change": change - others}
        if change is not None and others is not None
        else None,
    }
    empty = dict.fromkeys(("before", "after", "lacking_before", "lacking_after", "reason"))
    rows: Rows = []
    for group in GROUPS:
        row = {"group": group, "measure": measure, **empty}
        own = told[group]
        if own is None:
            rows.append({**row, "change": None, "se": None, "n": None} | _why(state, reason))
        else:
            rows.append({**row, **own, "se": se, "n": n, "state": "rounded"})
    return rows


def _why(state: str, reason: str) -> dict[str, str]:
    return {"state": state, "reason": reason}


def list_everything(**facts: Any) -> Rows:
    """All measures alike."""
    return [row for measure in MEASURES for row in list_measure(measure, **facts)]


def list_dose(*counts: int | None) -> Rows:
    """People by band; None is withheld."""
    return [
        {"contacts": band, "n": n, "state": "suppressed" if n is None else "rounded"}
        for band, n in zip(DOSE_BANDS, counts, strict=True)
    ]


def list_summary(
    contacts: float | None = 3.5, *, months: float = 2.5, caseload: float | None = 40, n: int = 100
) -> Rows:
    """How much the link worker did."""
    values = {"contacts": contacts, "months": months, "months_median": months, "caseload": caseload}
    return [
        {
            "quantity": name,
            "value": value,
            "n": n if value is not None and name != "caseload" else None,
            "reason": None,
            "state": "suppressed" if value is None else "rounded",
        }
        for name, value in values.items()
    ]
