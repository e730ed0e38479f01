"""What a theory may point to: everything the product measures, by a fixed name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Expected = Literal["up", "down", "same", "present", "absent"]
Kind = Literal["change", "presence"]
EXPECTED: tuple[Expected, ...] = get_args(Expected)
EXPECTED_OF: Mapping[Kind, tuple[Expected, ...]] = {
    "change": ("up", "down", "same"),
    "presence": ("present", "absent"),
}
"""What may be expected of each kind of indicator."""

GP_CONTACTS = "gp_contacts"
"""The direction of GP contacts, which never identifies a mechanism by itself."""

MANY = 0.10
"""A share of people above this is read as present, below it as absent."""
_MANY = "clearly more than a tenth of them"
_EARLY, _LATE = "months 1 and 2 after the index", "the last two months of the after window"


@dataclass(frozen=True)
class Indicator:
    """One thing that is measured, in words, with its unit and the returned table it comes from.

    kind: a change goes up, down or stays the same; a presence is there or not, by `rule`.
    """

    name: str
    words: str
    unit: str
    table: str
    kind: Kind = "change"
    rule: str = ""

    @property
    def allowed(self) -> tuple[Expected, ...]:
        """What a theory may expect of it."""
        return EXPECTED_OF[self.kind]


def _is_there(name: str, words: str, unit: str, table: str, rule: str = _MANY) -> Indicator:
    return Indicator(name, words, unit, table, "presence", rule)


_ALL = (
    Indicator(
        GP_CONTACTS,
        "Contacts that the study counts, set against what was expected",
        "ratio",
        "estimates",
    ),
    Indicator(
        "contacts_new_problem",
        "Contacts for a newly found problem",
        "per 100 people",
        "reason_change",
    ),
    Indicator(
        "contacts_long_term",
        "Contacts for the care of a long-term condition",
        "per 100 people",
        "reason_change",
    ),
    Indicator(
        "contacts_mental_health", "Contacts for mental health", "per 100 people", "reason_change"
    ),
    Indicator(
        "contacts_social",
        "Contacts for social or administrative matters",
        "per 100 people",
        "reason_change",
    ),
    Indicator("contacts_other", "Contacts for anything else", "per 100 people", "reason_change"),
    Indicator("new_conditions", "Long-term conditions coded for the first time", "ratio", "found"),
    Indicator("clinical_referrals", "Referrals to clinical services", "ratio", "found"),
    Indicator("continuity", "Seeing the same GP again", "share of contacts", "consultation"),
    Indicator("missed", "Appointments missed", "per 100 people", "not_held"),
    Indicator("length", "Length of a consultation", "minutes", "consultation"),
    Indicator("repeat_contact", "Coming again within days", "share of contacts", "consultation"),
    Indicator(
        "wellbeing",
        "Wellbeing, as people said themselves",
        "points of the instrument",
        "score_change",
    ),
    Indicator(
        "activation",
        "Activation, as people said themselves",
        "points of the instrument",
        "score_change",
    ),
    _is_there(
        "link_worker_contacts",
        "Two contacts or more with the link worker",
        "share of people",
        "dose",
        "clearly more than half of them",
    ),
    _is_there(
        "seen_once", "One contact with the link worker and no more", "share of people", "dose"
    ),
    _is_there("relieved", "Fewer contacts and feeling better", "share of people", "quadrants"),
    _is_there("activated", "More contacts and feeling better", "share of people", "quadrants"),
    _is_there("withdrawn", "Fewer contacts and feeling worse", "share of people", "quadrants"),
    _is_there("escalating", "More contacts and feeling worse", "share of people", "quadrants"),
    _is_there("declined", "Referred, and declined", "share of referrals", "referral_funnel"),
    _is_there(
        "returned", "Referrals returned as unsuitable", "share of referrals", "referral_funnel"
    ),
    _is_there(
        "needs_fitted",
        "Support offered that fits the recorded need",
        "share of needs",
        "needs_met",
        "clearly more than half of them",
    ),
    _is_there(
        "support_started",
        "Support begun",
        "share of referrals",
        "referral_funnel",
        "clearly more than half of them",
    ),
    _is_there(
        "need_met",
        "The recorded need met",
        "share of needs",
        "needs_met",
        "clearly more than half of them",
    ),
    _is_there("repeat_referral", "Referred again", "share of people", "referrals_in"),
    _is_there(
        "flags", "Concerns passed from the link worker to the GP", "share of people", "flags_back"
    ),
    _is_there(
        "died_or_left", "Died or left before the after window ended", "share of people", "flow"
    ),
    _is_there(
        "frequent_attenders",
        "Ten contacts or more in the before window",
        "share of people",
        "pattern",
    ),
    _is_there("rare_attenders", "No contact in the before window", "share of people", "pattern"),
    _is_there(
        "peak_before",
        "A peak just before the index",
        "ratio",
        "course",
        "clearly more contacts in the last two months before than in months 7 to 12 before",
    ),
    _is_there(
        "early_burst",
        "A burst soon after the index",
        "ratio",
        "course",
        f"clearly more in {_EARLY} than in the months that follow, beyond what reference "
        "people show",
    ),
    _is_there(
        "late_rise",
        "A rise late in the after window",
        "ratio",
        "course",
        f"clearly more in {_LATE} than in the months after the index before them, beyond "
        "what reference people show",
    ),
    _is_there(
        "comparators_fall_too",
        "A fall among people who were not referred, too",
        "ratio",
        "course",
        "clearly fewer contacts of reference people after than before",
    ),
)

INDICATORS: Mapping[str, Indicator] = {one.name: one for one in _ALL}
"""The vocabulary, in the order in which it is shown."""
assert len(INDICATORS) == len(_ALL), "every indicator has a name of its own"
