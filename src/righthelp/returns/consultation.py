"""The quality of consultations, and how much the link worker did."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.returns.columns import SITE, STATE
from righthelp.schema import Column, Table

MEASURES: Mapping[str, str] = {
    "usual_provider": "With the clinician seen most, share (UPC)",
    "same_clinician": "With the same clinician, share of pairs (Bice-Boxerman)",
    "length": "Length in minutes",
    "missed": "Missed, per 100 booked",
    "repeat": "Soon followed by another, per 100",
    "wait": "Days from booking to appointment",
    "visible": "After a sign of the link worker, per 100",
}
CONTINUITY = ("usual_provider", "same_clinician")
"""Means over people; every other measure is a sum over people over a sum over people."""
PER_100 = ("missed", "repeat", "visible")
GROUPS: Mapping[str, str] = {
    "seen": "People new to the link worker",
    "comparators": "Matched people",
    "difference": "Change in the people seen less that in matched people",
}
DOSE_BANDS = ("1", "2-3", "4-6", "7+")
QUANTITIES: Mapping[str, str] = {
    "contacts": "Contacts with the link worker, mean a person",
    "months": "Months from the first to the last of them, mean",
    "months_median": "Months from the first to the last of them, median",
    "caseload": "People whom the link worker saw in a month, median over the months",
}

_N = Column("n", "integer", "People", unit="people", nullable=True, role="people")


def _number(name: str, description: str) -> Column:
    return Column(name, "number", description, nullable=True, role="sum")


CONSULTATION = Table(
    "consultation",
    "What consultations were like before and after, of people registered for the whole of both "
    "windows, and of their comparators. Before and after are of rounded counts, the change is of "
    "the counts themselves.",
    (
        SITE,
        Column("group", "text", "Whose", role="key", values=tuple(GROUPS)),
        Column("measure", "text", "What", role="key", values=tuple(MEASURES)),
        _N,
        _number("before", "Before"),
        _number("after", "After"),
        _number("change", "After less before, or the difference of two changes"),
        _number("se", "Standard error of change"),
        _number("lacking_before", "Consultations before that lack what is needed, per 100"),
        _number("lacking_after", "Consultations after that lack what is needed, per 100"),
        Column("reason", "text", "Why there is no number or no error", nullable=True),
        STATE,
    ),
)
DOSE = Table(
    "dose",
    "People seen by their contacts with the link worker, from the first to the end of the after "
    "window.",
    (
        SITE,
        Column("contacts", "text", "Contacts", role="key", values=DOSE_BANDS),
        _N,
        STATE,
    ),
)
DOSE_SUMMARY = Table(
    "dose_summary",
    "How much the link worker did: for the people seen, and in a month.",
    (
        SITE,
        Column("quantity", "text", "What", role="key", values=tuple(QUANTITIES)),
        _number("value", "Its value"),
        _N,
        Column("reason", "text", "Why there is no number", nullable=True),
        STATE,
    ),
)
CONSULTATION_TABLES: tuple[Table, ...] = (CONSULTATION, DOSE, DOSE_SUMMARY)
