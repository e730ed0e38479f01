"""Why somebody was seen: the reasons a contact can have, and what a study says of its codelists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, field_validator

from righthelp.protocol.section import Section

Reason = Literal[
    "new_problem", "long_term_condition", "mental_health", "social", "other", "uncoded"
]


class Codelists(Section):
    """What clinical codes say of why somebody was seen."""

    folder: Path | None = Field(
        default=None,
        description="Folder of codelists in OpenCodelists' layout with a `meanings.csv`, from the "
        "study file; the default is the starter lists that ship with righthelp.",
    )
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Digest of what the lists mean. Worked out for a folder; where it is given, "
        "lists that mean something else are refused.",
    )
    priority: tuple[Reason, ...] = Field(
        default=get_args(Reason),
        description="Which reason a contact with several codes has: the first of these. A new "
        "problem is the first code ever of a condition. Each reason once, `uncoded` last.",
    )

    @field_validator("priority")
    @classmethod
    def _whole(cls, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        if not is_priority(reasons):
            raise ValueError("each reason must be there once, with uncoded last")
        return reasons


def is_priority(reasons: Sequence[object]) -> bool:
    """Whether these are all the reasons, each once, the last of them that there is no code."""
    every = get_args(Reason)
    return len(reasons) == len(every) and set(every) == set(reasons) and reasons[-1] == every[-1]
