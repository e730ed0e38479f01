"""What a route supplied and what is ruled out without the rest, in plain words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from righthelp.protocol.records import RECORDS
from righthelp.schema import Row, Table

_TABLE_REASONS: Mapping[str, str] = {
    "patients": "Nobody's age, sex or death is known: nothing can be estimated.",
    "practices": "List sizes are not known: no rate for the whole practice list is shown.",
    "practice_registrations": "Nobody's time at risk is known: nothing can be estimated.",
    "appointments": "There are no contacts to count: nothing can be estimated.",
    "link_worker_contacts": "Contacts with the link worker were taken from attended appointments "
    "with a link worker; contacts outside the appointment book are not seen.",
    "referrals": "Referral dates are not known: the visit that led to a referral is found with the "
    "study's lag, and people who declined or wait cannot be told from others.",
    "clinical_events": "Nothing can be said on what contacts were about, nor on newly found "
    "problems.",
    "needs": "Nothing can be said on what people needed, nor whether the support fitted.",
    "support": "Nothing can be said on the support that people got, nor how soon.",
    "flags": "Nothing can be said on what the link worker passed back to the practice.",
    "outcomes": "Nothing can be said on how people themselves fared, unless answers came.",
    "outcome_items": "Scores are taken as the site calculated them; none are made from answers to "
    "single questions.",
}
_COLUMN_REASONS: Mapping[tuple[str, str], str] = {
    ("patients", "patient_id"): "People cannot be told apart.",
    ("patients", "sex"): "Reference people cannot be taken of the same sex.",
    ("patients", "date_of_birth"): "Reference people cannot be taken of the same age.",
    ("patients", "date_of_death"): "Time after a death counts as time without contacts.",
    ("patients", "ethnicity"): "Nothing can be said by ethnic group.",
    ("patients", "imd_decile"): "Nothing can be said by deprivation.",
    ("practices", "practice_id"): "Practices cannot be told apart.",
    ("practices", "list_size"): "No rate for the whole practice list is shown.",
    ("practices", "link_worker_start_on"): "The start of the scheme cannot be compared across "
    "practices.",
    ("practice_registrations", "patient_id"): "Nobody's time at risk is known.",
    ("practice_registrations", "practice_id"): "Practices cannot be told apart.",
    ("practice_registrations", "start_date"): "Late joiners cannot be told from people who did "
    "not come.",
    ("practice_registrations", "end_date"): "People who left count as registered: their time away "
    "looks like time without contacts.",
    ("appointments", "patient_id"): "Contacts cannot be counted for a person.",
    (
        "appointments",
        "practice_id",
    ): "Contacts at another practice of the site cannot be told apart.",
    ("appointments", "start_date"): "Contacts cannot be placed before or after.",
    ("appointments", "status"): "Attended appointments cannot be told from missed ones.",
    ("appointments", "role"): "GP contacts cannot be told from others: all staff count together, "
    "link workers too, and every result of the site says so.",
    ("appointments", "mode"): "Results cannot be shown for face-to-face contacts alone.",
    ("appointments", "category"): "Contacts cannot be limited to kinds of appointment, nor shown "
    "by reason.",
    ("appointments", "duration_minutes"): "Nothing can be said on the length of consultations.",
    ("appointments", "clinician_id"): "Nothing can be said on seeing the same clinician.",
    ("appointments", "booked_date"): "Nothing can be said on the wait for an appointment.",
    ("link_worker_contacts", "patient_id"): "People seen cannot be found.",
    ("link_worker_contacts", "site_id"): "Contacts are all taken as this site's.",
    ("link_worker_contacts", "date"): "The index cannot be set.",
    ("link_worker_contacts", "mode"): "Nothing can be said on how the link worker saw people.",
    ("link_worker_contacts", "outcome"): "Every contact counts as attended, also those missed.",
    ("referrals", "referral_id"): "Referrals of one person cannot be told apart but by their date.",
    ("referrals", "patient_id"): "Referrals cannot be joined to people.",
    ("referrals", "site_id"): "Referrals are all taken as this site's.",
    ("referrals", "referred_on"): "The visit that led to a referral is found with the study's lag.",
    ("referrals", "referrer_role"): "Nothing can be said on who refers.",
    ("referrals", "accepted_on"): "Nothing can be said on how many accept.",
    ("referrals", "declined_on"): "People who declined cannot serve for comparison.",
    ("referrals", "returned_on"): "Nothing can be said on referrals returned as unsuitable.",
    ("referrals", "closed_on"): "Nothing can be said on how long support lasts.",
    ("referrals", "return_reason"): "Nothing can be said on why referrals were returned.",
    ("clinical_events", "patient_id"): "Entries cannot be joined to people.",
    ("clinical_events", "date"): "Entries cannot be joined to contacts.",
    ("clinical_events", "snomedct_code"): "Nothing can be said on what contacts were about.",
    ("clinical_events", "numeric_value"): "Measured values are not used.",
    ("needs", "referral_id"): "Needs cannot be joined to people.",
    ("needs", "need"): "Nothing can be said on what people needed.",
    ("needs", "recorded_on"): "Nothing can be said on when a need was noticed.",
    ("needs", "resolved_on"): "Nothing can be said on how many needs were met.",
    ("support", "referral_id"): "Support cannot be joined to people.",
    ("support", "kind"): "Nothing can be said on whether the support fitted the need.",
    ("support", "offered_on"): "Nothing can be said on how soon support was offered.",
    ("support", "accepted_on"): "Nothing can be said on how many accept what they are offered.",
    ("support", "started_on"): "Nothing can be said on how soon support began.",
    ("flags", "patient_id"): "What was passed back cannot be joined to people.",
    ("flags", "date"): "What was passed back cannot be placed before or after.",
    ("flags", "kind"): "Nothing can be said on what was passed back.",
    ("outcomes", "patient_id"): "Scores cannot be joined to people.",
    ("outcomes", "date"): "Scores cannot be placed before or after.",
    ("outcomes", "instrument"): "Scores cannot be told apart.",
    ("outcomes", "version"): "Scores of different versions cannot be told apart.",
    ("outcomes", "score"): "Nothing can be said on how people fared.",
    ("outcome_items", "patient_id"): "Answers cannot be joined to people.",
    ("outcome_items", "date"): "Answers cannot be placed before or after.",
    ("outcome_items", "instrument"): "Answers cannot be told apart.",
    ("outcome_items", "version"): "Answers to different versions cannot be told apart.",
    ("outcome_items", "item"): "Answers cannot be scored.",
    ("outcome_items", "answer"): "Answers cannot be scored.",
    ("counts", "group"): "People seen cannot be told from others.",
    ("counts", "ongoing"): "People already under the link worker cannot be told from new people: "
    "all are taken as new.",
    ("counts", "before"): "Nothing can be estimated.",
    ("counts", "after"): "Nothing can be estimated.",
    ("counts", "earlier"): "The expected count rests on one earlier count alone; the learned "
    "correlation cannot be made.",
    ("counts", "months_before"): "Everybody is taken as registered for the whole of it.",
    ("counts", "months_after"): "Everybody is taken as registered for the whole of it: people who "
    "died or left look like people who did not come.",
    ("counts", "sex"): "Reference people cannot be taken of the same sex.",
    ("counts", "age_band"): "Reference people cannot be taken of the same age.",
    ("counts", "row_label"): "A person who stands in the sheet twice cannot be found.",
    ("summary", "group"): "People seen cannot be told from others.",
    ("summary", "n"): "The precision of the result cannot be told.",
    ("summary", "mean_before"): "Nothing can be estimated.",
    ("summary", "sd_before"): "The change has no interval, only a point.",
    ("summary", "mean_after"): "The change in this group cannot be told.",
    ("summary", "sd_after"): "The change has no interval, only a point.",
    ("summary", "correlation"): "The interval is shown for several correlations between before "
    "and after, not for the right one.",
}


def state_supply(table: Table, columns: Collection[str] | None) -> list[Row]:
    """Rows of the supply statement for one table: the table itself, then each of its columns.

    `columns` are those that came; None means that the table itself did not.
    """
    reason = _TABLE_REASONS.get(table.name, "Nothing can be estimated.")
    rows: list[Row] = [_state(table.name, None, columns is not None, reason)]
    for column in table.columns if columns is not None else ():
        rows.append(
            _state(
                table.name,
                column.name,
                columns is not None and column.name in columns,
                _COLUMN_REASONS[table.name, column.name],
            )
        )
    return rows


def state_lacks(rows: Iterable[Row], lacks: Iterable[tuple[str, str, str]]) -> list[Row]:
    """The rows of a supply statement, with what a system never holds (table, column, reason)."""
    reasons = {(table, column): reason for table, column, reason in lacks}
    return [
        _state(*key, False, reasons[key])
        if (key := (str(row["table"]), str(row["column"]))) in reasons
        else row
        for row in rows
    ]


def state_groups(supplied: Mapping[str, bool], *, table: str) -> list[Row]:
    """Rows of the supply statement for the groups of people that a form or a sheet may hold."""
    reasons = {
        "seen": "There is nobody to describe.",
        "reference": "What would have happened anyway cannot be learned from people who were not "
        "referred.",
        "population": "What would have happened anyway cannot be set against the practice's rate.",
    }
    return [_state(table, f"group {name}", came, reasons[name]) for name, came in supplied.items()]


def state_missing_records() -> list[Row]:
    """Rows for a route that has no records at all: what a file of records would have allowed."""
    return [
        _state(table.name, None, False, "This route supplies counts or figures, not records.")
        for table in RECORDS
    ]


def _state(table: str, column: str | None, supplied: bool, reason: str) -> Row:
    return {
        "table": table,
        "column": column,
        "supplied": supplied,
        "reason": None if supplied else reason,
    }
