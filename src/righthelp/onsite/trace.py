"""Why one person is in or out, and which of their contacts counted; it never leaves the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from righthelp.engine import Engine, open_engine
from righthelp.errors import UsageError
from righthelp.onsite.cohort import SQL, select_cohort
from righthelp.onsite.flow import FLOW
from righthelp.onsite.rules import KINDS, Rules, is_eligible
from righthelp.onsite.site import find_site
from righthelp.onsite.sources.records import read_records
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Study


@dataclass(frozen=True)
class Contact:
    """One appointment of the person: where it falls, and whether and why it counted."""

    on: date
    role: str
    mode: str
    status: str
    window: str
    counted: bool
    why: str


@dataclass(frozen=True)
class Trace:
    """What became of one person: the step of the flow, the dates, and every appointment."""

    person: str
    step: str
    reason: str
    index_on: date | None
    qualifying_on: date | None
    at_risk_from: date | None
    at_risk_to: date | None
    before: int | None
    after: int | None
    roles: tuple[str, ...]
    contacts: tuple[Contact, ...]


def trace_person(study: Study, site_id: str, *, person: str) -> Trace:
    """Follow one person of a `csv` site through the study.

    Raises UsageError when the site has another route, or no such person.
    """
    site = find_site(study, site_id)
    if not site.has_records:
        raise UsageError(
            f"site {site_id} holds no records to trace (its route is {site.route})",
            do="Look the person up in the site's own sheet.",
        )
    with open_engine() as engine:
        records = read_records(engine, study=study, site=site, folder=site.path)
        engine.lock()
        rules = Rules.of(study, site, role_missing=records.role_missing)
        known = engine.rows(
            "SELECT 1 FROM patients WHERE patient_id = $1 UNION ALL "
            "SELECT 1 FROM appointments WHERE patient_id = $1 UNION ALL "
            "SELECT 1 FROM link_worker_contacts WHERE patient_id = $1 LIMIT 1",
            [person],
        )
        if not known:
            raise UsageError(
                f"site {site_id} has no person {person}", do="Give the patient_id of the records."
            )
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        engine.run_file(SQL, "flow.sql")
        return _trace(engine, rules, person)


def _trace(engine: Engine, rules: Rules, person: str) -> Trace:
    steps = engine.rows("SELECT step FROM seen_steps WHERE patient_id = $1", [person])
    step = steps[0][0] if steps else "not_seen"
    reasons = {name: reason for name, _, reason in FLOW}
    units = engine.rows(
        "SELECT u.grp, u.index_on, u.qualifying_on, u.from_on, u.to_on, p.before, p.after "
        "FROM units AS u LEFT JOIN people AS p ON u.unit = p.unit "
        "WHERE u.patient_id = $1 ORDER BY u.grp = 'seen' DESC, u.index_on",
        [person],
    )
    seen = next((unit for unit in units if unit[0] == "seen"), None)
    own = seen or (units[0] if units else None)
    if step == "not_seen":
        roles = sorted({unit[0] for unit in units})
        used = " and ".join(roles) if roles else "not used for any comparison"
        reason = f"Not seen by the link worker in the index period; {used}"
    else:
        reason = reasons[step]
    contacts = _contacts(engine, rules, person, own[1] if own else None)
    return Trace(
        person=person,
        step=step,
        reason=reason,
        index_on=own[1] if own else None,
        qualifying_on=own[2] if own else None,
        at_risk_from=own[3] if own else None,
        at_risk_to=own[4] if own else None,
        before=own[5] if own else None,
        after=own[6] if own else None,
        roles=tuple(sorted({unit[0] for unit in units})),
        contacts=contacts,
    )


def _contacts(
    engine: Engine, rules: Rules, person: str, index_on: date | None
) -> tuple[Contact, ...]:
    primary = rules.definitions[0]
    windows = _windows(engine, index_on)
    rows = engine.rows(
        "SELECT start_date, role, mode, status, category FROM appointments "
        "WHERE patient_id = $1 ORDER BY start_date, role, mode, status",
        [person],
    )
    at_risk = engine.rows(
        "SELECT from_on, to_on FROM units WHERE patient_id = $1 AND from_on IS NOT NULL", [person]
    )
    contacts: list[Contact] = []
    taken: set[date] = set()
    for on, role, mode, status, category in rows:
        window = next((name for name, start, end in windows if start <= on < end), "outside")
        why = ""
        kind = (role, mode, status, True)
        if kind not in KINDS or not is_eligible(primary, kind):
            why = _why_not_eligible(rules, role, mode, status)
        elif primary.categories and category not in primary.categories:
            why = f"category {category} does not count"
        elif not any(start <= on < end for start, end in at_risk):
            why = "not registered, or outside the extract, on that day"
        elif window not in ("before", "after"):
            why = (
                "outside both windows" if window == "outside" else "at the index: in neither window"
            )
        elif primary.same_day == "one" and on in taken:
            why = "a second contact on the same day"
        else:
            taken.add(on)
        contacts.append(Contact(on, role, mode, status, window, not why, why or "counted"))
    return tuple(contacts)


def _windows(engine: Engine, index_on: date | None) -> list[tuple[str, date, date]]:
    if index_on is None:
        return []
    rows = engine.rows(
        "SELECT before_from, before_to, after_from, after_to FROM reach WHERE index_on = $1",
        [index_on],
    )
    before_from, before_to, after_from, after_to = rows[0]
    return [
        ("before", before_from, before_to),
        ("index", before_to, after_from),
        ("after", after_from, after_to),
    ]


def _why_not_eligible(rules: Rules, role: str, mode: str, status: str) -> str:
    primary = rules.definitions[0]
    if role not in primary.roles:
        return f"role {role} does not count"
    if mode not in primary.modes:
        return f"mode {mode} does not count"
    return f"status {status} does not count"
