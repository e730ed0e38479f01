"""Whose contacts are looked at more closely: complete new people, and those matched with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL
from righthelp.onsite.matching import read_sets

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Compared:
    """The n units, in their order, and who is matched with whom, by place among them.

    unit, person: (n,). seen: places of the complete people new to the link worker; cases: of those
    with comparators; rows: of their comparators, row_set the place of the case among the cases.
    """

    unit: Codes
    person: Codes
    seen: Codes
    cases: Codes
    rows: Codes
    row_set: Codes

    def find_places(self, units: np.ndarray) -> Codes:
        """The places of units that are among these."""
        return np.searchsorted(self.unit, units).astype(np.int64)


def read_compared(engine: Engine) -> Compared:
    """Make the table `compared` from `people` and `sets`, and read it and the sets."""
    engine.run_file(SQL, "compared.sql")
    units = engine.columns("SELECT unit, person, is_seen FROM compared ORDER BY unit")
    unit, sets = units["unit"].astype(np.int64), read_sets(engine)
    return Compared(
        unit=unit,
        person=units["person"].astype(np.int64),
        seen=np.flatnonzero(units["is_seen"].astype(bool)),
        cases=np.searchsorted(unit, sets.case_unit),
        rows=np.searchsorted(unit, sets.row_unit),
        row_set=sets.row_set.astype(np.int64),
    )
