"""What contacts were about, before and after, and newly found problems."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.returns.columns import SITE, STATE
from righthelp.schema import Column, Table

REASONS: Mapping[str, str] = {
    "new_problem": "A problem newly found",
    "long_term_condition": "Care of a long-term condition",
    "mental_health": "Mental health",
    "social": "Social or administrative",
    "other": "Anything else",
    "uncoded": "Not coded",
}
"""What a contact can be about; the order in which one of them is chosen is the study's."""
GROUPS: Mapping[str, str] = {
    "seen": "People new to the link worker",
    "comparators": "Matched people",
    "difference": "Change in the people seen less that in matched people",
    "difference_after": "After, in the people seen less in matched people",
}
EVENTS: Mapping[str, str] = {
    "new_condition": "Long-term conditions coded for the first time",
    "clinical_referral": "Referrals to clinical services",
}
DAY_BANDS = ("0-30", "31-91", "92-182", "183+")

_REASON = Column("reason", "text", "What contacts were about", role="key", values=tuple(REASONS))
_N = Column("n", "integer", "People", unit="people", nullable=True, role="people")

REASON_CHANGE = Table(
    "reason_change",
    "Contacts per 100 people by what they were about, of people registered for the whole of both "
    "windows. The reasons of a group add up to all its contacts; the longer window counts as long "
    "as the before window.",
    (
        SITE,
        Column("group", "text", "Whose", role="key", values=tuple(GROUPS)),
        _REASON,
        _N,
        Column("before_per_100", "number", "Before", nullable=True, role="sum"),
        Column("after_per_100", "number", "After", nullable=True, role="sum"),
        Column("change_per_100", "number", "After less before", nullable=True, role="sum"),
        Column("se", "number", "Standard error of change_per_100", nullable=True, role="sum"),
        Column(
            "holds",
            "text",
            "Reasons counted here with it, being of too few people by themselves",
            nullable=True,
        ),
        STATE,
    ),
)
REASON_COVARIANCE = Table(
    "reason_covariance",
    "Covariance of the changes per 100 people of two reasons, of the people seen and of the "
    "differences from matched people.",
    (
        SITE,
        Column(
            "group", "text", "Whose", role="key", values=("seen", "difference", "difference_after")
        ),
        _REASON,
        Column("with_reason", "text", "The other", role="key", values=tuple(REASONS)),
        Column("covariance", "number", "Covariance", nullable=True, role="sum"),
        STATE,
    ),
)
FOUND = Table(
    "found",
    "What was found or begun in the after window: people with any, seen and matched.",
    (
        SITE,
        Column("event", "text", "What", role="key", values=tuple(EVENTS)),
        _N,
        Column("seen_per_100", "number", "Per 100 matched people seen", nullable=True, role="sum"),
        Column("others_per_100", "number", "Per 100 comparators", nullable=True, role="sum"),
        Column("log_rr", "number", "Log incidence rate ratio", nullable=True, role="sum"),
        Column("se", "number", "Standard error of log_rr", nullable=True, role="sum"),
        Column("reason", "text", "Why there is no number", nullable=True),
        STATE,
    ),
)
FOUND_AFTER = Table(
    "found_after",
    "People seen with a condition coded for the first time after the index, by days from their "
    "first contact with the link worker.",
    (
        SITE,
        Column("days", "text", "Days from the contact", role="key", values=DAY_BANDS),
        _N,
        STATE,
    ),
)
REASON_TABLES: tuple[Table, ...] = (REASON_CHANGE, REASON_COVARIANCE, FOUND, FOUND_AFTER)
