"""The rival definitions of a counted contact, as rows.

Sources: NHS England's GP appointments publication (attended only, by staff group); OpenSAFELY's
GP consultation set (Arrived, In Progress, Finished, Visit, Waiting, Patient Walked Out);
GM-SDE (at most one encounter a person a day).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from righthelp.protocol.records import MODES, ROLES
from righthelp.protocol.study import Contacts

PRIMARY = "primary"
_OPENSAFELY = ("attended", "arrived", "in_progress", "waiting", "walked_out")


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


def list_definitions(contacts: Contacts, *, role_missing: bool) -> tuple[Definition, ...]:
    """The study's own definition first, then its rivals that these records can tell apart.

    `role_missing`: the site's records do not say who a contact was with, so every role counts.
    """
    own_roles: tuple[str, ...] = ("unknown",) if role_missing else contacts.roles
    all_staff = tuple(role for role in ROLES if role != "link_worker")

    def vary(name: str, label: str, **changes: tuple[str, ...] | str) -> Definition:
        base: dict[str, tuple[str, ...] | str] = {
            "roles": own_roles,
            "modes": contacts.modes,
            "statuses": contacts.statuses,
            "categories": contacts.categories,
            "same_day": contacts.same_day,
        }
        return Definition(name, label, **{**base, **changes})  # type: ignore[arg-type]

    definitions = [
        vary(PRIMARY, "The study's definition"),
        vary("every_appointment", "Every appointment, not one a day", same_day="all"),
        vary(
            "seen_by_status", "Also arrived, waiting, in progress, walked out", statuses=_OPENSAFELY
        ),
        vary("not_attended_too", "Also unknown status", statuses=("attended", "unknown")),
        vary(
            "face_to_face",
            "Face to face and home visits only",
            modes=("face_to_face", "home_visit"),
        ),
        vary("any_mode", "Every way of holding it", modes=MODES),
    ]
    if not role_missing:
        definitions.append(vary("all_staff", "All practice staff", roles=all_staff))
    kept: list[Definition] = []
    for definition in definitions:
        same = [d for d in kept if _content(d) == _content(definition)]
        if not same:
            kept.append(definition)
    return tuple(kept)


def _content(definition: Definition) -> tuple[object, ...]:
    return (
        definition.roles,
        definition.modes,
        definition.statuses,
        definition.categories,
        definition.same_day,
    )
