"""Contacts of all registered people by calendar month, in the columns of OpenSAFELY's measures.

Columns and dates are those that ehrQL's `generate-measures` writes: intervals hold both their days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from righthelp.evidence import Evidence
from righthelp.protocol.calendar import add_months, parse_month


@dataclass(frozen=True)
class MeasureRow:
    """One month of one site; the fields are the columns, in their order.

    numerator: contacts; denominator: people registered on the 15th; both are sums of numbers that
    the site rounded, None where a practice of it withheld its own. ratio: the one over the other.
    """

    measure: str
    interval_start: date
    interval_end: date
    ratio: float | None
    numerator: float | None
    denominator: float | None
    site: str


def list_measures(evidence: Evidence) -> Iterator[MeasureRow]:
    """Every month of every site that gave a series; none for sites without."""
    name = name_measure(evidence.study.study.outcome)
    for one in evidence.scheme.sites:
        for month in one.months:
            first = parse_month(month.month)
            last = add_months(first, 1) - timedelta(days=1)
            ratio = None
            if month.contacts is not None and month.people:
                ratio = month.contacts / month.people
            yield MeasureRow(name, first, last, ratio, month.contacts, month.people, one.site)


def name_measure(outcome: str) -> str:
    """A name as ehrQL allows it: letters, digits and underscores, a letter first."""
    plain = re.sub(r"[^a-z0-9]+", "_", outcome.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"contacts_{plain}".rstrip("_")
