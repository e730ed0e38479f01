"""Moments of the course by month, read from the store as small tables of sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators.moments import Moments, aggregate, moments_from_patterns
from righthelp.onsite.cohort import SQL
from righthelp.onsite.rules import Rules

GROUPS = ("new", "ongoing", "reference")
CELLS = ((0, "seen", True), (1, "seen", False), (2, "reference", False))
"""The number of each group in `GROUPS` and what makes it: the role, and new to the link worker."""


UNITS_AT_ONCE = 100_000
"""Units whose counts are multiplied at once, to bound the memory."""


@dataclass(frozen=True)
class Course:
    """Moments by month for each group; `months` names the K periods in order.

    `patterns`: for each group its exposure patterns, people (P,) and days at risk (P, K).
    `at_risk`: (K,) people at risk in each month, one at risk for half of it counting half.
    """

    months: tuple[int, ...]
    groups: dict[str, Moments]
    patterns: dict[str, tuple[np.ndarray, np.ndarray]]
    at_risk: dict[str, np.ndarray]

    def of(self, who: str) -> Moments:
        """Moments of one group, or of `all` people seen."""
        if who == "all":
            return self.groups["new"] + self.groups["ongoing"]
        return self.groups[who]

    def two_periods(self, who: str, *, before: range, after: range) -> Moments:
        """Moments of two periods made of whole months (the end of a range is left out)."""
        matrix = np.array(
            [[float(month in window) for month in self.months] for window in (before, after)]
        )
        return aggregate(self.of(who), matrix, n=self._count_exposed(who, before, after))

    def _count_exposed(self, who: str, *windows: range) -> int:
        """Units with any day at risk in the windows: the G of the factor G/(G-1)."""
        names = ("new", "ongoing") if who == "all" else (who,)
        inside = np.array([any(month in window for window in windows) for month in self.months])
        return sum(
            int(n[exposure[:, inside].any(axis=1)].sum())
            for n, exposure in (self.patterns[name] for name in names)
        )


def collect_course(engine: Engine, rules: Rules) -> Course:
    """Collect the moments by month of new, ongoing and reference people."""
    columns_of = {"cell": "TINYINT", "grp": "VARCHAR", "is_new": "BOOLEAN"}
    engine.create_table("cells", columns_of, rows=CELLS)
    engine.run_file(SQL, "moments.sql")
    months = rules.course_months()
    place = {month: position for position, month in enumerate(months)}
    patterns = engine.columns(
        "SELECT pattern, cell, index_on, from_on, to_on, n FROM patterns ORDER BY pattern"
    )
    exposure, lengths = _exposures(rules, patterns)
    contacts = np.zeros(exposure.shape)
    sums = engine.columns(
        "SELECT pattern, month, contacts::DOUBLE AS contacts FROM pattern_contacts"
    )
    columns = np.array([place[month] for month in sums["month"].tolist()], dtype=np.int64)
    contacts[sums["pattern"], columns] = sums["contacts"]
    products = _sum_products(engine, months)
    groups: dict[str, Moments] = {}
    exposed: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    at_risk: dict[str, np.ndarray] = {}
    for cell, name in enumerate(GROUPS):
        rows = patterns["cell"] == cell
        units = patterns["n"][rows].astype(float)
        groups[name] = moments_from_patterns(
            n=units, y=contacts[rows], t=exposure[rows], q_yy=products[cell]
        )
        exposed[name] = (units, exposure[rows])
        at_risk[name] = units @ (exposure[rows] / lengths[rows])
    return Course(tuple(months), groups, exposed, at_risk)


def _sum_products(engine: Engine, months: list[int]) -> np.ndarray:
    """(G, K, K) sum over the units of each group of their counts in month a times month b."""
    found = engine.columns("SELECT unit, cell, month, contacts FROM course_contacts")
    unit = found["unit"]
    n_units = int(unit.max(initial=-1)) + 1
    counts = np.zeros((n_units, len(months)), dtype=np.int16)
    counts[unit, np.searchsorted(months, found["month"])] = found["contacts"]
    cell = np.full(n_units, -1, dtype=np.int8)
    cell[unit] = found["cell"]
    products = np.zeros((len(GROUPS), len(months), len(months)))
    for first in range(0, n_units, UNITS_AT_ONCE):
        some = slice(first, first + UNITS_AT_ONCE)
        for group in range(len(GROUPS)):
            part = counts[some][cell[some] == group].astype(float)
            products[group] += part.T @ part
    return products


def _exposures(rules: Rules, patterns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(P, K) days at risk of each pattern in each month of its own clock, and the months' days."""
    from_on = patterns["from_on"].astype("datetime64[D]")
    to_on = patterns["to_on"].astype("datetime64[D]")
    index_on = patterns["index_on"].astype("datetime64[D]")
    days, row = np.unique(index_on, return_inverse=True)
    calendar = rules.clock.list_months(
        days, before=rules.course_before, after=rules.study.windows.after_months
    )
    overlap = np.minimum(to_on[:, None], calendar.end_on[row]) - np.maximum(
        from_on[:, None], calendar.start_on[row]
    )
    lengths = (calendar.end_on - calendar.start_on)[row]
    return np.maximum(overlap.astype(float), 0), lengths.astype(float)
