"""The people of a site as the designs see them: arrays, one place a person, whatever the route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from righthelp.engine import Engine
from righthelp.onsite.moments import Course

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """Seen or reference people.

    before, after: contacts in the windows. time_before, time_after: time at risk in the route's
    own unit (days or months). complete: at risk for the whole of both windows. comparable:
    complete and with their history. history: (n, h) earlier counts. ladder: (n, L) stratum codes,
    finest first. person: one code for somebody in two roles. is_new: not yet under the link worker.
    """

    before: Floats
    after: Floats
    time_before: Floats
    time_after: Floats
    complete: Flags
    comparable: Flags
    history: Floats
    ladder: Integers
    person: Integers
    is_new: Flags

    @property
    def n(self) -> int:
        return int(self.before.size)

    def where(self, flags: Flags) -> People:
        """The people for whom the flag is set."""
        return People(**{name: getattr(self, name)[flags] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Population:
    """Everybody registered, as a histogram of counts in three windows of one length or as rows.

    earlier, before, after: contacts; weight: people; time_before: length of the before window in
    the route's unit of time. person: codes where the rows are the same people as the seen ones,
    else None.
    """

    earlier: Floats
    before: Floats
    after: Floats
    weight: Floats
    time_before: float
    person: Integers | None = None


@dataclass(frozen=True)
class Counted:
    """What a site counted: the people seen, and whatever there is to compare them with.

    others: people who were referred and not seen, by `declined` and `waiting`.
    """

    seen: People
    reference: People | None
    population: Population | None
    course: Course | None = None
    others: Mapping[str, People] = field(default_factory=dict)


def read_counted(engine: Engine, course: Course | None) -> Counted:
    """Read the counted people from the engine's `people` table."""
    return Counted(
        seen=_read_people(engine, "grp = 'seen'"),
        reference=_read_people(engine, "grp = 'reference' AND has_history"),
        population=_read_population(engine),
        course=course,
        others={
            group: _read_people(engine, f"grp = '{group}' AND has_history")
            for (group,) in engine.rows("FROM others_wanted ORDER BY ALL")
        },
    )


def _read_people(engine: Engine, where: str) -> People:
    rows = engine.columns(
        "SELECT before, after, days_before, days_after, is_complete, has_history, band_1, band_2, "
        f"band_3, stratum, age_stratum, person, is_new FROM people WHERE {where} ORDER BY unit"
    )
    return People(
        before=rows["before"].astype(float),
        after=rows["after"].astype(float),
        time_before=rows["days_before"].astype(float),
        time_after=rows["days_after"].astype(float),
        complete=rows["is_complete"].astype(bool),
        comparable=rows["has_history"].astype(bool),
        history=np.column_stack([rows[f"band_{band}"].astype(float) for band in (1, 2, 3)]),
        ladder=np.column_stack(
            [rows["stratum"], rows["age_stratum"], np.zeros_like(rows["stratum"])]
        ).astype(np.int64),
        person=rows["person"].astype(np.int64),
        is_new=rows["is_new"].astype(bool),
    )


def _read_population(engine: Engine) -> Population:
    rows = engine.columns(
        """
        SELECT earlier, before, after, count(*) AS people, min(full_days_before) AS days
        FROM people
        WHERE grp = 'population' AND has_earlier
        GROUP BY earlier, before, after
        ORDER BY earlier, before, after
        """
    )
    return Population(
        earlier=rows["earlier"].astype(float),
        before=rows["before"].astype(float),
        after=rows["after"].astype(float),
        weight=rows["people"].astype(float),
        time_before=float(rows["days"].min()) if rows["days"].size else 0.0,
    )
