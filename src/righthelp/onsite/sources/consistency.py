"""What only shows between tables: dates against births and deaths, people against registrations."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.engine import Engine
from righthelp.onsite.findings import FindingLog
from righthelp.onsite.sources.columns import ColumnCheck
from righthelp.onsite.sources.landing import Landed
from righthelp.onsite.sources.outcome_checks import check_outcomes
from righthelp.protocol.calendar import add_months
from righthelp.protocol.study import Site, Study

_EVENTS = (
    ("appointments", "start_date"),
    ("link_worker_contacts", "date"),
    ("referrals", "referred_on"),
    ("clinical_events", "date"),
    ("flags", "date"),
    ("outcomes", "date"),
    ("outcome_items", "date"),
)
_OF_REFERRALS = ("needs", "support")
_CHECKS = (
    ("after_death", "p.date_of_death IS NOT NULL AND e.{day} > p.date_of_death"),
    ("patient_unknown", "p.is_patient IS NULL"),
    ("never_registered", "p.is_registered IS NULL"),
)


def check_consistency(
    check: ColumnCheck, landed: Mapping[str, Landed], *, study: Study, site: Site
) -> None:
    """Check the landed tables against each other, and note all that does not fit."""
    engine = check.engine
    _check_registrations(check, landed["practice_registrations"])
    _remove_left_out(engine, landed)
    _check_people(check, landed["patients"], landed["practice_registrations"])
    for table, day in _EVENTS:
        if landed[table].files:
            _check_events(check, landed[table], day)
    check_outcomes(check, landed, outcomes=study.outcomes)
    for table in _OF_REFERRALS:
        _check_referral(check, landed[table])
    _remove_left_out(engine, landed)
    _check_months(engine, check.log, site)
    _check_practices(engine, check.log, site)
    if site.extract_to is not None and site.extract_to > check.today:
        check.log.add("extract_in_future", "site", value=f"extract_to = {site.extract_to}")
    engine.execute("DROP TABLE IF EXISTS read_people")


def _remove_left_out(engine: Engine, landed: Mapping[str, Landed]) -> None:
    for name, table in landed.items():
        engine.execute(
            f"DELETE FROM {table.name} "
            "WHERE rowid IN (SELECT row_id FROM read_left_out WHERE name = ?)",
            [name],
        )


def _check_registrations(check: ColumnCheck, landed: Landed) -> None:
    kept = "rowid NOT IN (SELECT row_id FROM read_left_out WHERE name = 'practice_registrations')"
    check.note(
        landed,
        "registration_ends_early",
        column="end_date",
        where="end_date < start_date",
        value="concat(start_date, ' to ', end_date)",
    )
    spells = (
        f"SELECT rowid AS row_id, max(coalesce(end_date, DATE '9999-12-31')) OVER ("
        f"PARTITION BY patient_id ORDER BY start_date, {landed.order} "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > start_date AS overlapping, "
        "row_number() OVER (PARTITION BY patient_id, practice_id, start_date "
        f"ORDER BY {landed.order}) > 1 AS doubled FROM {landed.name} WHERE {kept}"
    )
    check.engine.execute(f"CREATE OR REPLACE TABLE read_spells AS {spells}")
    for kind, flag in (
        ("registration_doubled", "doubled"),
        ("registration_overlaps", "overlapping AND NOT doubled"),
    ):
        check.note(
            landed,
            kind,
            column="start_date",
            where=f"rowid IN (SELECT row_id FROM read_spells WHERE {flag})",
            value="CAST(start_date AS VARCHAR)",
        )
    check.engine.execute("DROP TABLE read_spells")


def _check_people(check: ColumnCheck, patients: Landed, registrations: Landed) -> None:
    """Note impossible lives, and make `read_people`: what is known of each person."""
    wrong = "date_of_death < date_of_birth"
    if check.note(
        patients,
        "death_before_birth",
        column="date_of_death",
        where=wrong,
        value="concat(date_of_death, ' before ', date_of_birth)",
    ):
        check.engine.execute(f"UPDATE {patients.name} SET date_of_death = NULL WHERE {wrong}")
    check.note(
        registrations,
        "registration_before_birth",
        column="start_date",
        where=f"rowid IN (SELECT r.rowid FROM {registrations.name} AS r JOIN {patients.name} AS p "
        "ON r.patient_id = p.patient_id WHERE r.start_date < p.date_of_birth)",
        value="CAST(start_date AS VARCHAR)",
    )
    check.engine.execute(
        "CREATE OR REPLACE TABLE read_people AS "
        "SELECT coalesce(p.patient_id, r.patient_id) AS patient_id, p.date_of_birth, "
        "p.date_of_death, p.patient_id = p.patient_id AS is_patient, r.is_registered "
        "FROM landed_patients AS p FULL JOIN ("
        "SELECT patient_id, true AS is_registered, min(start_date) AS start_date "
        "FROM landed_practice_registrations GROUP BY patient_id"
        ") AS r ON p.patient_id = r.patient_id"
    )


def _check_events(check: ColumnCheck, landed: Landed, day: str) -> None:
    """One pass over an event table for all that is noted; a second only where rows are dropped."""
    table = landed.table.name
    joined = f"FROM {landed.name} AS e LEFT JOIN read_people AS p ON e.patient_id = p.patient_id"
    before_birth = f"e.{day} < p.date_of_birth"
    tests = [test.format(day=day) for _, test in _CHECKS]
    sums = [f"count(*) FILTER ({test})" for test in (before_birth, *tests)]
    n_early, *n_found = check.engine.rows(f"SELECT {', '.join(sums)} {joined}")[0]
    if n_early:
        check.note(
            landed,
            "before_birth",
            column=day,
            where=f"rowid IN (SELECT e.rowid {joined} WHERE {before_birth})",
            value=f"CAST({day} AS VARCHAR)",
        )
    for (kind, _), test, n_rows in zip(_CHECKS, tests, n_found, strict=True):
        if n_rows:
            first, n_people = check.engine.rows(
                f"SELECT min(e.{landed.order}), count(DISTINCT e.patient_id) {joined} WHERE {test}"
            )[0]
            file, line = landed.find(first)
            check.log.add(
                kind,
                table,
                column=day if kind == "after_death" else "patient_id",
                file=file,
                row=line,
                value=f"{n_people} people",
                n_rows=n_rows,
            )


def _check_referral(check: ColumnCheck, landed: Landed) -> None:
    """Note what hangs on a referral that did not come."""
    check.note(
        landed,
        "referral_not_found",
        column="referral_id",
        where="referral_id NOT IN "
        "(SELECT referral_id FROM landed_referrals WHERE referral_id IS NOT NULL)",
        value="NULL",
    )


def _check_months(engine: Engine, log: FindingLog, site: Site) -> None:
    assert site.extract_from is not None and site.extract_to is not None
    found = {
        row[0]
        for row in engine.rows(
            "SELECT DISTINCT year(start_date) * 12 + month(start_date) FROM landed_appointments"
        )
    }
    month, empty = site.extract_from.replace(day=1), []
    if month < site.extract_from:
        month = add_months(month, 1)
    while add_months(month, 1) <= site.extract_to:
        if month.year * 12 + month.month not in found:
            empty.append(month)
        month = add_months(month, 1)
    if empty and found:
        log.add(
            "month_without_appointments",
            "appointments",
            column="start_date",
            value=", ".join(f"{each:%Y-%m}" for each in empty),
        )


def _check_practices(engine: Engine, log: FindingLog, site: Site) -> None:
    known = {
        row[0]
        for row in engine.rows("SELECT DISTINCT practice_id FROM landed_practice_registrations")
    }
    for practice in site.practices:
        if practice not in known and known:
            log.add(
                "practice_not_found",
                "practice_registrations",
                column="practice_id",
                value=practice,
            )
