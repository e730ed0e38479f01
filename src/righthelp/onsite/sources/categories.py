"""The national category of appointments: spelt as the nation spells it, and whether it is there."""

from __future__ import annotations

from righthelp.engine import Engine
from righthelp.protocol.categories import list_categories, name_category
from righthelp.protocol.study import Study

ENOUGH = 0.9
"""The least share of a month's contacts with a national category for a definition to rest on it."""


def read_categories(engine: Engine, study: Study, *, role_missing: bool) -> bool:
    """Spell categories as the nation does, but for case and blanks; tell if they are there.

    They are where, in every month, at least `ENOUGH` of the appointments of the study's roles and
    statuses have one. Practices took them up in the course of 2021: where a window had none, people
    would seem to have come more often once they were recorded.
    """
    found = engine.rows("SELECT DISTINCT category FROM appointments WHERE category IS NOT NULL")
    other = [(one, name_category(one)) for (one,) in found if name_category(one) != one]
    if other:
        spelt = {"written": "VARCHAR", "category": "VARCHAR"}
        engine.create_table("category_spelt", spelt, rows=other)
        engine.execute(
            "UPDATE appointments SET category = s.category FROM category_spelt AS s "
            "WHERE appointments.category = s.written"
        )
        engine.execute("DROP TABLE category_spelt")
    clear = [one.category for one in list_categories() if one.context != "not known"]
    roles = ["unknown"] if role_missing else list(study.contacts.roles)
    least = engine.rows(
        "SELECT min(share) FROM (SELECT avg((category IS NOT NULL AND list_contains($1, category))"
        "::INTEGER) AS share FROM appointments WHERE list_contains($2, role) "
        "AND list_contains($3, status) GROUP BY year(start_date), month(start_date)) AS months",
        [clear, roles, list(study.contacts.statuses)],
    )[0][0]
    return least is not None and least >= ENOUGH
