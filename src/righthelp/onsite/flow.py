"""Everybody at every step, so that nobody is dropped unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL


@dataclass(frozen=True)
class FlowStep:
    """People at one step; `parts` are the steps that add up to it, if it is a total."""

    step: str
    kind: str
    reason: str
    n: int
    parts: tuple[str, ...] = ()


FLOW: tuple[tuple[str, str, str], ...] = (
    ("seen", "kept", "Had a contact with the link worker in the index period"),
    ("not_a_patient", "left_out", "Not in the site's list of patients"),
    ("not_registered", "left_out", "Not registered with the site on the day of the contact"),
    ("registered", "kept", "Seen and registered"),
    ("ongoing", "described", "Already under the link worker before: described, not compared"),
    ("new", "kept", "New to the link worker"),
    ("died", "left_out", "Died before the end of the after window"),
    ("left", "left_out", "Left the practice before the end of the after window"),
    ("records_end", "left_out", "The records end before the after window does"),
    ("joined_late", "left_out", "Registered, or the records begin, after the before window does"),
    ("complete", "kept", "New, and registered for the whole of both windows"),
    ("no_visit", "left_out", "No contact up to the referral in the six months before the index"),
    ("short_history", "left_out", "Not registered for the whole year before that contact"),
    ("compared", "kept", "New, complete and with their history: compared with reference people"),
    ("referral_unknown", "described", "New people without a referral date; the protocol's lag"),
    ("reference", "described", "Reference people with their history"),
    ("reference_incomplete", "described", "Reference people drawn but not complete: not used"),
    ("reference_seen_later", "described", "Reference people who met the scheme later themselves"),
    ("declined", "described", "People who were referred and declined, with their history"),
    ("waiting", "described", "People who were referred and still waited, with their history"),
    ("population", "described", "Registered people from whom the practice's rates are learned"),
)
_IF_ASKED = ("declined", "waiting")
_PARTS = {
    "seen": (
        "not_a_patient not_registered ongoing died left records_end joined_late no_visit "
        "short_history compared"
    ),
    "registered": "ongoing died left records_end joined_late no_visit short_history compared",
    "new": "died left records_end joined_late no_visit short_history compared",
    "complete": "no_visit short_history compared",
}


def read_flow(engine: Engine) -> list[FlowStep]:
    """Everybody at every step, in order; the steps left out add up to those kept."""
    engine.run_file(SQL, "flow.sql")
    return list_steps(dict(engine.rows("SELECT step, n FROM flow")))


def list_steps(counted: Mapping[str, int]) -> list[FlowStep]:
    """The steps in order from the counts of those that are no totals; the totals are their sums."""
    steps = []
    for step, kind, reason in FLOW:
        if step in _IF_ASKED and step not in counted:
            continue
        parts = tuple(_PARTS.get(step, "").split())
        n = sum(counted.get(part, 0) for part in parts or (step,))
        steps.append(FlowStep(step, kind, reason, n, parts))
    return steps
