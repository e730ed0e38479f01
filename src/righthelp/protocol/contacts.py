"""The rival definitions of a counted contact, as rows.

They are data, in definitions.csv beside this file, with the source of each. A cell says `same` (as
the study), `every`, or the values; `iif_acc08` stands for the categories that are marked so in
national_categories.csv. `needs` names what the records must hold for a definition to say anything.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from righthelp.protocol.categories import list_categories
from righthelp.protocol.records import MODES, ROLES
from righthelp.protocol.study import Contacts

PRIMARY = "primary"
ACC08 = tuple(one.category for one in list_categories() if one.iif_acc08)
"""The national categories that the indicator ACC-08 counted."""
_EVERY = {"roles": tuple(role for role in ROLES if role != "link_worker"), "modes": MODES}


@dataclass(frozen=True)
class Definition:
    """One definition of a counted contact: who, how, with what outcome, and how often a day."""

    name: str
    label: str
    roles: tuple[str, ...]
    modes: tuple[str, ...]
    statuses: tuple[str, ...]
    categories: tuple[str, ...]
    same_day: str

    def rules(self) -> Iterator[tuple[str, str, str]]:
        """Rows (definition, field, value) for the engine."""
        for field_name, values in (
            ("role", self.roles),
            ("mode", self.modes),
            ("status", self.statuses),
            ("category", self.categories),
        ):
            for value in values:
                yield self.name, field_name, value


@dataclass(frozen=True)
class Rival:
    """A row of definitions.csv: how a definition differs from the study's own, and who says so."""

    name: str
    label: str
    roles: str
    modes: str
    statuses: str
    categories: str
    same_day: str
    needs: Literal["", "roles", "categories"]
    source: str

    def define(self, own: Contacts, *, own_roles: tuple[str, ...]) -> Definition:
        """This definition, for a study."""
        categories = own.categories if self.categories == "same" else ACC08
        return Definition(
            self.name,
            self.label,
            _choose(self.roles, own=own_roles, every=_EVERY["roles"]),
            _choose(self.modes, own=own.modes, every=_EVERY["modes"]),
            _choose(self.statuses, own=own.statuses),
            categories,
            own.same_day if self.same_day == "same" else self.same_day,
        )


@cache
def read_rivals() -> tuple[Rival, ...]:
    """Every definition of definitions.csv, the study's own first."""
    text = resources.files(__package__).joinpath("definitions.csv").read_text("utf-8")
    return tuple(Rival(**row) for row in csv.DictReader(text.splitlines()))  # type: ignore[arg-type]


def list_definitions(
    contacts: Contacts, *, role_missing: bool, with_categories: bool = False
) -> tuple[Definition, ...]:
    """The study's own definition first, then its rivals that these records can tell apart.

    `role_missing`: the site's records do not say who a contact was with, so every role counts.
    `with_categories`: they give appointments their national category throughout. Where the study
    itself names categories nothing else is held of them, and no rival names others.
    """
    own_roles: tuple[str, ...] = ("unknown",) if role_missing else contacts.roles
    held = {"": True, "roles": not role_missing}
    held["categories"] = with_categories and not contacts.categories
    kept: list[Definition] = []
    for rival in read_rivals():
        definition = rival.define(contacts, own_roles=own_roles)
        same = any(_content(one) == _content(definition) for one in kept)
        if held[rival.needs] and not same:
            kept.append(definition)
    return tuple(kept)


def _choose(cell: str, *, own: tuple[str, ...], every: tuple[str, ...] = ()) -> tuple[str, ...]:
    if cell == "same":
        return own
    return every if cell == "every" else tuple(cell.split())


def _content(definition: Definition) -> tuple[object, ...]:
    return (
        definition.roles,
        definition.modes,
        definition.statuses,
        definition.categories,
        definition.same_day,
    )
