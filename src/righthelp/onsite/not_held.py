"""Appointments made and not held: missed or cancelled, counted apart from contacts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL
from righthelp.onsite.rules import KINDS, Rules
from righthelp.returns.tables import NOT_HELD_STATUSES


@dataclass(frozen=True)
class NotHeld:
    """Appointments of one status that complete people had in each window, and how many had any.

    who: the people the study describes, n of them. is_recorded: the site has that status at all.
    """

    status: str
    who: str
    n: int
    before: int
    after: int
    people_before: int
    people_after: int
    is_recorded: bool


def read_not_held(engine: Engine, rules: Rules) -> list[NotHeld]:
    """Count them from the store; `people` must hold the counts of the study's own definition."""
    primary, who = rules.definitions[0], rules.study.index.who
    engine.create_table(
        "not_held_kinds",
        {"kind": "SMALLINT", "status": "VARCHAR"},
        rows=[
            (number, status)
            for number, (role, mode, status, _) in enumerate(KINDS)
            if status in NOT_HELD_STATUSES and role in primary.roles and mode in primary.modes
        ],
    )
    engine.run_file(SQL, "not_held.sql")
    wanted = (True,) if who == "new" else (True, False)
    complete = dict(
        engine.rows(
            "SELECT is_new, count(*) FROM people WHERE grp = 'seen' AND is_complete GROUP BY is_new"
        )
    )
    recorded = {status for (status,) in engine.rows("FROM not_held_anywhere")}
    counts: Counter[tuple[str, str]] = Counter()
    people: Counter[tuple[str, str]] = Counter()
    for status, is_new, window, n, n_people in engine.rows("FROM not_held"):
        if is_new in wanted:
            counts[status, window] += n
            people[status, window] += n_people
    return [
        NotHeld(
            status=status,
            who=who,
            n=sum(complete.get(is_new, 0) for is_new in wanted),
            before=counts[status, "before"],
            after=counts[status, "after"],
            people_before=people[status, "before"],
            people_after=people[status, "after"],
            is_recorded=status in recorded,
        )
        for status in NOT_HELD_STATUSES
    ]
