"""The id of a site: short, fit for a file name, and with no other meaning in a report."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

SiteId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
TAKEN = ("all_sites", "step", "month", "everybody", "advisory-group", "commissioner")
"""Words that already mean something in the tables of a report, or say whom it is for."""
TAKEN_ENDINGS = ("_state", "_withheld", "_seen", "_reference")
"""A table has columns of a site that end so."""


def is_free_id(name: str) -> bool:
    """Whether a site may be called so."""
    return name not in TAKEN and not name.endswith(TAKEN_ENDINGS)
