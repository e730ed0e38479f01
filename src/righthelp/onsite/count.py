"""From a site's records to what it counted: one line a stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.describe import Change, CourseMonth, describe_change, describe_course
from righthelp.onsite.diagnostics import Diagnostics, diagnose
from righthelp.onsite.estimates import (
    SiteEstimate,
    estimate_definition,
    estimate_site,
    name_matched,
    skip_definition,
)
from righthelp.onsite.flow import FlowStep, read_flow
from righthelp.onsite.matching import Matching, match_people
from righthelp.onsite.meaning.meaning import Meaning, measure_meaning
from righthelp.onsite.moments import collect_course
from righthelp.onsite.not_held import NotHeld, read_not_held
from righthelp.onsite.people import read_counted
from righthelp.onsite.rehearsal import Rehearsal, draw_rehearsal, rehearse
from righthelp.onsite.rules import Rules, tells_apart
from righthelp.onsite.series import PracticeMonth, read_series
from righthelp.onsite.store import count_contacts, fill_store

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Records:
    """What the records of a site gave, all of it exact."""

    estimates: list[SiteEstimate]
    flow: list[FlowStep]
    changes: list[Change]
    course: list[CourseMonth]
    not_held: list[NotHeld]
    matching: Matching
    diagnostics: Diagnostics
    rehearsal: Rehearsal
    series: list[PracticeMonth]
    meaning: Meaning


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
    not_held = read_not_held(engine, rules)
    tell("counting by practice and month")
    series = read_series(engine, rules)
    tell("matching")
    matching = match_people(engine, rules)
    diagnostics = diagnose(engine, rules, counted=counted)
    tell("looking at what a change means")
    meaning = measure_meaning(engine, rules)
    draw_rehearsal(engine)
    tell("estimating")
    estimates = [*estimate_site(counted, rules.study), *name_matched(matching.matched)]
    held = {kind for (kind,) in engine.rows("SELECT DISTINCT kind FROM events")}
    for rival in rivals:
        if not tells_apart(primary, rival, held=held):
            estimates += skip_definition(counted, name=rival.name)
            continue
        tell(f"counting again: {rival.label.lower()}")
        count_contacts(engine, rival)
        recounted = read_counted(engine, collect_course(engine, rules))
        estimates += estimate_definition(recounted, rules.study, name=rival.name)
    tell("rehearsing where nothing was done")
    rehearsal = rehearse(engine, rules)
    return Records(
        estimates=estimates,
        flow=flow,
        changes=describe_change(counted),
        course=describe_course(course),
        not_held=not_held,
        matching=matching,
        diagnostics=diagnostics,
        rehearsal=rehearsal,
        series=series,
        meaning=meaning,
    )
