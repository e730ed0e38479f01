"""Columns that many of the returned tables share."""

from __future__ import annotations

from righthelp.schema import Column

STATES = ("given", "rounded", "suppressed", "not_collected", "not_estimable")
"""given: exact and free to leave; rounded; suppressed: withheld, too few people; not_collected:
the route has none; not_estimable: no number can be made."""

SITE = Column("site", "text", "The site", role="key")
STATE = Column("state", "text", "What became of the numbers of this row", values=STATES)
WHO = Column(
    "who",
    "text",
    "Which seen people: new to the link worker, ongoing, or all",
    role="key",
    values=("new", "ongoing", "all"),
)
