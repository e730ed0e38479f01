"""From a site's records to what it counted: one line a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.onsite.cohort import SQL, select_cohort
from righthelp.onsite.describe import Change, CourseMonth, describe_change, describe_course
from righthelp.onsite.estimates import SiteEstimate, estimate_definition, estimate_site
from righthelp.onsite.moments import collect_course
from righthelp.onsite.people import read_counted
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store

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
    ("population", "described", "Registered people from whom the practice's rates are learned"),
)
_SUMS = {
    "seen": (
        "not_a_patient not_registered ongoing died left records_end joined_late no_visit "
        "short_history compared"
    ),
    "registered": "ongoing died left records_end joined_late no_visit short_history compared",
    "new": "died left records_end joined_late no_visit short_history compared",
    "complete": "no_visit short_history compared",
}

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Records:
    """What the records of a site gave: estimates, flow, change and course, all exact."""

    estimates: list[SiteEstimate]
    flow: list[tuple[str, str, str, int]]
    changes: list[Change]
    course: list[CourseMonth]


def count_records(engine: Engine, rules: Rules, *, tell: Progress) -> Records:
    """Count a site whose canonical tables are in the engine; `tell` hears of each stage."""
    primary, *rivals = rules.definitions
    tell("choosing whom to count")
    select_cohort(engine, rules)
    tell("filling the event store")
    fill_store(engine)
    tell("counting contacts")
    count_contacts(engine, primary)
    course = collect_course(engine, rules)
    counted = read_counted(engine, course)
    flow = read_flow(engine)
    tell("estimating")
    estimates = estimate_site(counted, rules.study)
    for rival in rivals:
        tell(f"counting again: {rival.label.lower()}")
        count_contacts(engine, rival)
        recounted = read_counted(engine, collect_course(engine, rules))
        estimates += estimate_definition(recounted, rules.study, name=rival.name)
    return Records(estimates, flow, describe_change(counted), describe_course(course))


def read_flow(engine: Engine) -> list[tuple[str, str, str, int]]:
    """Everybody at every step, in order; the steps left out add up to those kept."""
    engine.run_file(SQL, "flow.sql")
    counted: dict[str, int] = dict(engine.rows("SELECT step, n FROM flow"))
    for name, parts in _SUMS.items():
        counted[name] = sum(counted.get(part, 0) for part in parts.split())
    return [(step, kind, reason, counted.get(step, 0)) for step, kind, reason in FLOW]
