"""Returned tables: referrals into the scheme, the help that came of them, and how soon."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.returns.columns import SITE, STATE
from righthelp.schema import Column, Table

ALL = "all"
REFERRERS: Mapping[str, str] = {
    "gp": "GP",
    "nurse": "Nurse",
    "other_direct_care": "Other staff in direct care",
    "link_worker": "Link worker",
    "admin": "Administrative staff",
    "self": "The person themselves",
    "other": "Others",
    "not_recorded": "Not recorded",
}
MEASURES: Mapping[str, str] = {
    "referred": "People referred",
    "need_recorded": "With a need recorded",
    "served": "With a need that the scheme serves",
    "returned": "Returned as unsuitable",
    "repeated": "Referred again soon after closing or return",
}
STEPS: Mapping[str, str] = {
    "referred": "Referred",
    "accepted": "Accepted",
    "seen": "Seen by the link worker",
    "offered": "Support offered",
    "taken_up": "Support taken up",
    "started": "Support begun",
    "closed": "Closed",
}
"""Steps of a referral in order; each counts only people who reached the ones before it."""
REACHED = "reached"
FATES: Mapping[str, str] = {
    "declined": "Declined",
    "returned": "Returned as unsuitable",
    "closed": "Closed before it",
    "died_or_left": "Died or left the practice",
    "waiting": "Still open at the end of the records",
}
"""What became of people who got no further than a step; the first thing that happened."""
RETURNED_FOR: Mapping[str, str] = {
    "need_not_served": "The scheme does not serve the need",
    "not_eligible": "Not eligible",
    "already_supported": "Already supported elsewhere",
    "not_reached": "Could not be reached",
    "not_wanted": "Did not want it",
    "clinical_need": "Needed clinical help",
    "no_capacity": "No capacity",
    "other": "Another reason",
    "not_recorded": "No reason recorded",
}
NEED_STEPS: Mapping[str, str] = {
    "recorded": "Recorded",
    "seen": "Of people seen",
    "offered": "Any support offered",
    "fitting_offered": "Fitting support offered",
    "fitting_started": "Fitting support begun",
    "met": "Recorded as met",
}
NEED_OF: Mapping[str, str | None] = {
    "recorded": None,
    "seen": "recorded",
    "offered": "seen",
    "fitting_offered": "seen",
    "fitting_started": "seen",
    "met": "seen",
}
"""Of which needs each is a part."""
EVENTS: Mapping[str, str] = {
    "first_contact": "First contact with the link worker",
    "first_support": "First support begun",
}
DAYS = (7, 14, 28, 42, 56, 84, 112, 140, 182)
FLAGS: Mapping[str, str] = {
    "any": "Anything",
    "medical": "A medical concern",
    "medication": "Medication",
    "mental_health": "Mental health",
    "safeguarding": "Safeguarding",
    "other": "Something else, or not recorded",
}
CHARACTERISTICS: Mapping[str, str] = {
    "deprivation": "Deprivation, fifths",
    "age": "Age",
    "sex": "Sex",
    "ethnicity": "Ethnic group",
}
NOT_RECORDED = "not recorded"
LEVELS: Mapping[str, tuple[str, ...]] = {
    "deprivation": ("1", "2", "3", "4", "5", NOT_RECORDED),
    "sex": ("female", "male", "intersex", NOT_RECORDED),
    "ethnicity": ("Asian", "Black", "Mixed", "White", "Other", NOT_RECORDED),
}
"""Levels of each characteristic in order; those of age are the study's own bands."""

_N = Column("n", "integer", "People", unit="people", nullable=True, role="people")
_OF = Column("of", "integer", "Of so many people", unit="people", nullable=True, role="people")

REFERRALS_IN = Table(
    "referrals_in",
    "People referred to the link worker in the twelve months up to the end of the index period, by "
    "who referred them: the first referral of each person counts.",
    (
        SITE,
        Column("referrer", "text", "Who referred", role="key", values=(ALL, *REFERRERS)),
        Column("measure", "text", "What is counted", role="key", values=tuple(MEASURES)),
        _N,
        _OF,
        STATE,
    ),
)
REFERRAL_FUNNEL = Table(
    "referral_funnel",
    "What became of these referrals, step by step. A step counts only people who reached the ones "
    "before it; those who got no further are counted by what happened first.",
    (
        SITE,
        Column("step", "text", "The step", role="key", values=tuple(STEPS)),
        Column(
            "fate",
            "text",
            "reached: got to this step; else what became of those who got no further",
            role="key",
            values=(REACHED, *FATES),
        ),
        _N,
        STATE,
    ),
)
RETURN_REASONS = Table(
    "return_reasons",
    "Why referrals were returned as unsuitable.",
    (
        SITE,
        Column("reason", "text", "Why", role="key", values=tuple(RETURNED_FOR)),
        _N,
        STATE,
    ),
)
NEEDS_MET = Table(
    "needs_met",
    "Needs recorded with these referrals, and whether support that fits was offered and begun.",
    (
        SITE,
        Column("need", "text", "The need, in the study's words; all: those the study names"),
        Column("measure", "text", "What is counted", role="key", values=tuple(NEED_STEPS)),
        Column("n", "integer", "Needs, one a person", unit="needs", nullable=True, role="people"),
        Column("of", "integer", "Of so many needs", unit="needs", nullable=True, role="people"),
        STATE,
    ),
)
DAYS_TO_HELP = Table(
    "days_to_help",
    "Of the people referred, the share that had had their first contact, or their first support, "
    "by so many days from the referral; who declined, was returned, died or left before it is "
    "taken as not having had it.",
    (
        SITE,
        Column("event", "text", "What was waited for", role="key", values=tuple(EVENTS)),
        Column("day", "integer", "Days from the referral", unit="days", role="key"),
        Column("share", "number", "Share who had had it", nullable=True, role="sum"),
        Column("se", "number", "Standard error of share", nullable=True, role="sum"),
        Column(
            "n_at_risk",
            "integer",
            "Still waiting when the day began",
            unit="people",
            nullable=True,
            role="people",
        ),
        _N,
        STATE,
    ),
)
FLAGS_BACK = Table(
    "flags_back",
    "People new to the link worker in the index period, registered for the whole of both windows, "
    "of whom something was passed back to the practice up to the end of the after window.",
    (
        SITE,
        Column("kind", "text", "What it was about", role="key", values=tuple(FLAGS)),
        _N,
        _OF,
        STATE,
    ),
)
REACH_OF_LIST = Table(
    "reach_of_list",
    "Who was seen in the index period, beside everybody registered.",
    (
        SITE,
        Column("characteristic", "text", "Which one", role="key", values=tuple(CHARACTERISTICS)),
        Column("level", "text", "Its level; deprivation 1 is the most deprived fifth", role="key"),
        Column(
            "n_seen",
            "integer",
            "People seen in the index period",
            unit="people",
            nullable=True,
            role="people",
        ),
        Column(
            "n_registered",
            "integer",
            "People registered",
            unit="people",
            nullable=True,
            role="people",
        ),
        STATE,
    ),
)
SUPPORT_TABLES: tuple[Table, ...] = (
    REFERRALS_IN,
    REFERRAL_FUNNEL,
    RETURN_REASONS,
    NEEDS_MET,
    DAYS_TO_HELP,
    FLAGS_BACK,
    REACH_OF_LIST,
)
"""Tables of this question, in the order of a return."""
