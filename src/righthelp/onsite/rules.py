"""The protocol as tables: what the SQL joins instead of text pasted into it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from righthelp.engine import Engine
from righthelp.protocol.calendar import (
    Clock,
    Days,
    Months,
    add_months,
    list_days,
    shift_months,
)
from righthelp.protocol.contacts import Definition, list_definitions
from righthelp.protocol.records import MODES, ROLES, STATUSES
from righthelp.protocol.study import LONGEST_LAG_MONTHS, Site, Study

EARLIEST_MONTH = -24
"""Months counted back from the qualifying visit: those before the history say whether people who
were matched on the history were alike before it too."""

POPULATION_PEOPLE = 50_000
"""Above this many registered people the population is a hash sample of about this size."""

Kind = tuple[str, str, str, bool]

KINDS: tuple[Kind, ...] = tuple(
    (role, mode, status, named)
    for named in (False, True)
    for role in ROLES
    for mode in MODES
    for status in STATUSES
)
"""Kinds of appointment: role, mode, status, and whether the category is one of those that some
definition names. A place in this list is all that the event store keeps of an appointment."""


REACH = (
    "index_on",
    "store_from",
    "store_to",
    "course_from",
    "course_to",
    "earlier_from",
    "before_from",
    "before_to",
    "after_from",
    "after_to",
)
"""The days that an index day sets: what is stored, shown, and counted in each window."""


@dataclass(frozen=True)
class Rules:
    """A study's rules for one site, and the clock they run on."""

    study: Study
    site: Site
    definitions: tuple[Definition, ...]

    @classmethod
    def of(
        cls, study: Study, site: Site, *, role_missing: bool, with_categories: bool = False
    ) -> Rules:
        """The rules of a site; a record without roles counts all staff (and is marked).

        with_categories: the records give appointments their national category throughout.
        """
        definitions = list_definitions(
            study.contacts, role_missing=role_missing, with_categories=with_categories
        )
        return cls(study, site, definitions)

    @property
    def named_categories(self) -> tuple[str, ...]:
        """The categories that a definition names; at most one list of them is named."""
        return next((one.categories for one in self.definitions if one.categories), ())

    @property
    def clock(self) -> Clock:
        return Clock(self.study.index.anchor == "month", self.study.windows.washout_days)

    @property
    def course_before(self) -> int:
        """Months before the index that the course by month shows."""
        return max(self.study.windows.history_months, self.study.windows.before_months)

    @property
    def earlier_gap(self) -> int:
        """Whole months between the before and the after window."""
        return int(self.clock.index_month) + round(self.clock.washout_days / 30.44)

    @property
    def months_back(self) -> int:
        """Months before the index that any stage looks at."""
        windows = self.study.windows
        return max(
            max(windows.history_months, -EARLIEST_MONTH) + LONGEST_LAG_MONTHS + 1,
            2 * windows.before_months + self.earlier_gap,
        )

    @property
    def population_index_on(self) -> date:
        first, end = self.study.index_range(self.site)
        return first if self.clock.index_month else first + (end - first) // 2

    def course_months(self) -> list[int]:
        """Months of the course, in order."""
        index = [0] if self.clock.index_month else []
        after = range(1, self.study.windows.after_months + 1)
        return [*range(-self.course_before, 0), *index, *after]

    def window_months(self) -> list[tuple[str, int]]:
        """Which months make up which window."""
        before = self.study.windows.before_months
        shift = before + self.earlier_gap
        return [
            *(("earlier", -month - shift) for month in range(1, before + 1)),
            *(("before", -month) for month in range(1, before + 1)),
            *(("after", month) for month in range(1, self.study.windows.after_months + 1)),
        ]

    def bands(self) -> list[tuple[int, int]]:
        """History bands, counted in months back from the qualifying visit."""
        last = self.study.windows.history_months
        return [
            (-month, 1 if month <= 3 else 2 if month <= 6 else 3) for month in range(1, last + 1)
        ]


def write_rules(engine: Engine, rules: Rules) -> None:
    """Write the tables that every stage reads and that do not depend on the data."""
    study, site = rules.study, rules.site
    index_from, index_to = study.index_range(site)
    assert site.extract_from is not None and site.extract_to is not None
    engine.create_table(
        "rules",
        {
            "anchor": "VARCHAR",
            "index_from": "DATE",
            "index_to": "DATE",
            "extract_from": "DATE",
            "extract_to": "DATE",
            "lag_days": "INTEGER",
            "per_seen": "INTEGER",
            "longest_lag_months": "INTEGER",
            "washout_days": "INTEGER",
            "after_months": "INTEGER",
            "seed": "INTEGER",
            "population_index_on": "DATE",
            "population_people": "INTEGER",
        },
        rows=[
            (
                study.index.anchor,
                index_from,
                index_to,
                site.extract_from,
                site.extract_to,
                study.reference.lag_days,
                study.reference.per_seen,
                LONGEST_LAG_MONTHS,
                study.windows.washout_days,
                study.windows.after_months,
                study.reference.seed,
                rules.population_index_on,
                POPULATION_PEOPLE,
            )
        ],
    )
    wanted = [(group,) for group in study.reference.also]
    engine.create_table("others_wanted", {"grp": "VARCHAR"}, rows=wanted)
    first = add_months(index_from, -LONGEST_LAG_MONTHS)
    engine.create_table(
        "visit_days",
        {"start_date": "DATE", "month_number": "INTEGER"},
        rows=[(day, day.year * 12 + day.month) for day in list_days(first, index_to)],
    )
    _write_vocabulary(engine, rules)


def _write_vocabulary(engine: Engine, rules: Rules) -> None:
    study = rules.study
    kinds = {
        "kind": "SMALLINT",
        "role": "VARCHAR",
        "mode": "VARCHAR",
        "status": "VARCHAR",
        "is_named": "BOOLEAN",
    }
    engine.create_table("kinds", kinds, rows=[(number, *kind) for number, kind in enumerate(KINDS)])
    primary = rules.definitions[0]
    engine.create_table(
        "eligible",
        {"role": "VARCHAR", "mode": "VARCHAR", "status": "VARCHAR"},
        rows=sorted({kind[:3] for kind in KINDS if is_eligible(primary, kind)}),
    )
    named = [(category,) for category in rules.named_categories]
    engine.create_table("named_categories", {"category": "VARCHAR"}, rows=named)
    engine.create_table(
        "eligible_categories", {"category": "VARCHAR"}, rows=[(c,) for c in primary.categories]
    )
    ages = (0, *study.reference.age_bands, 200)
    engine.create_table(
        "age_bands",
        {"age_band": "VARCHAR", "from_age": "INTEGER", "to_age": "INTEGER"},
        rows=[
            (f"{young}+" if old == 200 else f"{young}-{old - 1}", young, old)
            for young, old in pairwise(ages)
        ],
    )
    engine.create_table("bands", {"month": "SMALLINT", "band": "SMALLINT"}, rows=rules.bands())
    engine.create_table(
        "window_months",
        {"window_name": "VARCHAR", "month": "SMALLINT"},
        rows=rules.window_months(),
    )
    engine.create_table(
        "course_months", {"month": "SMALLINT"}, rows=[(month,) for month in rules.course_months()]
    )


def is_eligible(definition: Definition, kind: Kind) -> bool:
    """Whether a kind of appointment counts under a definition."""
    role, mode, status, named = kind
    return (
        role != "link_worker"
        and role in definition.roles
        and mode in definition.modes
        and status in definition.statuses
        and (named or not definition.categories)
    )


def tells_apart(primary: Definition, rival: Definition, *, held: Collection[int]) -> bool:
    """Whether the kinds of appointment that the records hold differ between two definitions."""
    if primary.same_day != rival.same_day:
        return True
    own, other = (
        {number for number, kind in enumerate(KINDS) if is_eligible(one, kind)} & set(held)
        for one in (primary, rival)
    )
    return own != other


def write_definition(engine: Engine, definition: Definition) -> None:
    """Write the definition of a contact under which the next counts are made."""
    kinds = [(number,) for number, kind in enumerate(KINDS) if is_eligible(definition, kind)]
    engine.create_table("definition_kinds", {"kind": "SMALLINT"}, rows=kinds)
    engine.create_table("definition_rule", {"same_day": "VARCHAR"}, rows=[(definition.same_day,)])


def write_clocks(engine: Engine, rules: Rules) -> None:
    """Write what every index day and every qualifying day means: months, windows, reach."""
    _write_index_days(engine, rules)
    _write_visit_history(engine, rules)
    engine.run_file("righthelp.onsite.sql", "clocks.sql")


def _write_index_days(engine: Engine, rules: Rules) -> None:
    windows, clock = rules.study.windows, rules.clock
    earliest = min(month for _, month in rules.window_months())
    index_on = _read_days(engine, "SELECT DISTINCT index_on AS day FROM units")
    months = clock.list_months(
        index_on, before=max(rules.course_before, -earliest), after=windows.after_months
    )
    _write_months(engine, "index_months", key="index_on", days=index_on, months=months)
    after_from, after_to = months.start_on[:, -windows.after_months], months.end_on[:, -1]
    reach = (
        index_on,
        shift_months(index_on, -rules.months_back),
        after_to,
        shift_months(index_on, -rules.course_before),
        after_to,
        shift_months(index_on, earliest),
        shift_months(index_on, -windows.before_months),
        index_on,
        after_from,
        after_to,
    )
    _write_days(engine, "reach", dict(zip(REACH, reach, strict=True)))


def _write_visit_history(engine: Engine, rules: Rules) -> None:
    history = rules.study.windows.history_months
    visit_on = _read_days(
        engine, "SELECT DISTINCT qualifying_on AS day FROM units WHERE qualifying_on IS NOT NULL"
    )
    number = np.arange(-max(history, -EARLIEST_MONTH), 0)
    visit = visit_on[:, None]
    months = Months(number, shift_months(visit, number), shift_months(visit, number + 1))
    _write_months(engine, "visit_months", key="qualifying_on", days=visit_on, months=months)
    first = shift_months(visit_on, -history)
    _write_days(engine, "visit_reach", {"qualifying_on": visit_on, "history_from": first})


def _read_days(engine: Engine, sql: str) -> Days:
    return np.sort(engine.columns(sql)["day"]).astype("datetime64[D]")


def _write_months(engine: Engine, name: str, *, key: str, days: Days, months: Months) -> None:
    """One row for each day and month counted from it."""
    n, n_months = months.start_on.shape
    spells = {
        key: np.repeat(days, n_months),
        "start_on": months.start_on.ravel(),
        "end_on": months.end_on.ravel(),
    }
    _write_days(engine, name, spells, month=np.tile(months.number.astype("int16"), n))


def _write_days(engine: Engine, name: str, dates: Mapping[str, Days], **others: np.ndarray) -> None:
    """Write columns of days; a date travels as its number and is cast in the engine."""
    numbers = {column: days.astype("int32") for column, days in dates.items()}
    engine.register_columns(f"{name}_numbers", {**numbers, **others})
    chosen = [f"DATE '1970-01-01' + {column} AS {column}" for column in dates]
    engine.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join([*chosen, *others])} "
        f"FROM {name}_numbers"
    )
    engine.execute(f"DROP TABLE {name}_numbers")
