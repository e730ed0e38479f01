"""Whether a practice coded throughout: the yield of codes by month, and codes that fell silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL
from righthelp.onsite.look import Look
from righthelp.onsite.months import list_moves, median_around
from righthelp.protocol.meanings import load_meanings
from righthelp.protocol.study import Study

USUALLY = 5
"""A list is silent in a month without an entry where the middle month around has so many."""
YIELD_AT_MOST = 0.15
"""A share of coded appointments that moves by more between two quarters is a change."""


def look_at_codes(engine: Engine, study: Study, *, months: Sequence[date]) -> Look:
    """Look at the coded entries by list and month; reads `quality_months`."""
    title = "Were codes entered every month?"
    does = "What contacts were about is then not told, or looks as if it had changed."
    if not engine.rows("SELECT count(*) FROM (SELECT 1 FROM clinical_events LIMIT 1)")[0][0]:
        return Look("codes", title, "good", "No coded entries came.", does, "Nothing.")
    _write_lists(engine, study)
    engine.run_file(SQL, "quality_codes.sql")
    silent = _find_silent(engine, months)
    moved = _find_change(engine, months)
    said = [f"{label}: none in {_name(lacking)}" for label, lacking in silent]
    if moved is not None:
        month, change = moved
        way = "rose" if change > 0 else "fell"
        said.append(
            f"From {month:%B %Y} the share of attended appointments with a code {way} by "
            f"{100 * abs(change):.0f} points"
        )
    share = engine.rows("SELECT sum(n_coded) / sum(n) FROM quality_yield")[0][0] or 0.0
    seen = f"{100 * share:.0f}% of attended appointments have a code of a list on their day. "
    return Look(
        "codes",
        title,
        "look" if said else "good",
        seen + (". ".join(said) + "." if said else "No list fell silent."),
        does,
        "Ask whether templates or codes changed then; tell the study team." if said else "Nothing.",
    )


def _write_lists(engine: Engine, study: Study) -> None:
    found = load_meanings(study)
    labels = found.labels
    rows = {(code, labels[kind, meaning]) for code, kind, meaning, _ in found.rows}
    engine.create_table("listed_codes", {"code": "VARCHAR", "label": "VARCHAR"}, rows=sorted(rows))


def _find_silent(engine: Engine, months: Sequence[date]) -> list[tuple[str, list[date]]]:
    """The lists that fell silent, each with its months."""
    found: dict[str, np.ndarray] = {}
    place = {month: at for at, month in enumerate(months)}
    for label, month, n in engine.rows("SELECT label, month, n FROM quality_codes ORDER BY label"):
        found.setdefault(label, np.zeros(len(months)))[place[month]] = n
    silent = []
    for label, counts in found.items():
        lacking = [
            month
            for at, month in enumerate(months)
            if not counts[at] and median_around(counts, at) >= USUALLY
        ]
        if lacking:
            silent.append((label, lacking))
    return silent


def _find_change(engine: Engine, months: Sequence[date]) -> tuple[date, float] | None:
    """The month from which the share of coded appointments moved most, if it moved far."""
    counted = {
        row[0]: row[1:] for row in engine.rows("SELECT month, n, n_coded FROM quality_yield")
    }
    table = np.array([counted.get(month, (0, 0)) for month in months], dtype=float)
    moves = list_moves(table[:, 1:], table[:, 0])
    most = max(moves, key=lambda one: abs(one.change), default=None)
    if most is None or abs(most.change) <= YIELD_AT_MOST:
        return None
    return months[most.place], most.change


def _name(months: Sequence[date]) -> str:
    return ", ".join(f"{month:%B %Y}" for month in months)
