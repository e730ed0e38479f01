"""The canonical tables: what a site's records look like once read. Declarations only.

Names and types follow OpenSAFELY's ehrQL where it has them.
"""

from __future__ import annotations

from righthelp.protocol.instruments import list_instruments, list_scales
from righthelp.schema import Column, Table

STATUSES = (
    "attended",
    "did_not_attend",
    "cancelled",
    "booked",
    "arrived",
    "in_progress",
    "waiting",
    "walked_out",
    "no_access",
    "unknown",
)
ROLES = ("gp", "nurse", "other_direct_care", "link_worker", "admin", "unknown")
MODES = ("face_to_face", "telephone", "video", "home_visit", "written", "unknown")
SEXES = ("female", "male", "intersex", "unknown")

_PATIENT = Column("patient_id", "text", "The person, as the site names them; never leaves the site")

PATIENTS = Table(
    "patients",
    "One row for each person.",
    (
        _PATIENT,
        Column("sex", "text", "Sex as recorded", nullable=True, values=SEXES),
        Column("date_of_birth", "date", "First day of the month of birth"),
        Column("date_of_death", "date", "Day of death; empty when alive", nullable=True),
        Column("ethnicity", "text", "Ethnic group as recorded", nullable=True),
        Column("imd_decile", "integer", "Deprivation decile, 1 the most deprived", nullable=True),
    ),
)
PRACTICES = Table(
    "practices",
    "One row for each practice of the site.",
    (
        Column("practice_id", "text", "The practice"),
        Column("list_size", "integer", "Registered people", unit="people", nullable=True),
        Column(
            "link_worker_start_on", "date", "First day a link worker was in post", nullable=True
        ),
    ),
    optional=True,
)
PRACTICE_REGISTRATIONS = Table(
    "practice_registrations",
    "One row for each spell in which a person was registered with a practice.",
    (
        _PATIENT,
        Column("practice_id", "text", "The practice"),
        Column("start_date", "date", "First day registered"),
        Column("end_date", "date", "Day the spell ended; empty while it lasts", nullable=True),
    ),
)
APPOINTMENTS = Table(
    "appointments",
    "One row for each appointment, whatever became of it.",
    (
        _PATIENT,
        Column("practice_id", "text", "Where it was booked", nullable=True),
        Column("start_date", "date", "Day of the appointment"),
        Column("status", "text", "What became of it", values=STATUSES),
        Column("role", "text", "Who it was with", nullable=True, values=ROLES),
        Column("mode", "text", "How it was held", nullable=True, values=MODES),
        Column("category", "text", "National slot category", nullable=True),
        Column("duration_minutes", "number", "Length", unit="minutes", nullable=True),
        Column("clinician_id", "text", "Who held it, pseudonymised", nullable=True),
        Column("booked_date", "date", "Day it was booked", nullable=True),
    ),
)
LINK_WORKER_CONTACTS = Table(
    "link_worker_contacts",
    "One row for each contact with a link worker, from the case system or the appointment book.",
    (
        _PATIENT,
        Column("site_id", "text", "The site", nullable=True),
        Column("date", "date", "Day of the contact"),
        Column("mode", "text", "How it was held", nullable=True, values=MODES),
        Column("outcome", "text", "What became of it; empty counts as attended", nullable=True),
    ),
)
REFERRALS = Table(
    "referrals",
    "One row for each referral to the link worker.",
    (
        Column("referral_id", "text", "The referral", nullable=True),
        _PATIENT,
        Column("site_id", "text", "The site", nullable=True),
        Column("referred_on", "date", "Day of the referral"),
        Column("referrer_role", "text", "Who referred", nullable=True),
        Column("accepted_on", "date", "Day the person accepted", nullable=True),
        Column("declined_on", "date", "Day the person declined", nullable=True),
        Column("returned_on", "date", "Day it was returned as unsuitable", nullable=True),
        Column("closed_on", "date", "Day it was closed", nullable=True),
        Column("return_reason", "text", "Why it was returned, in few words", nullable=True),
    ),
    optional=True,
)
CLINICAL_EVENTS = Table(
    "clinical_events",
    "One row for each coded entry of the clinical record.",
    (
        _PATIENT,
        Column("date", "date", "Day of the entry"),
        Column("snomedct_code", "text", "SNOMED CT concept, as text"),
        Column("numeric_value", "number", "Value that was measured", nullable=True),
    ),
    optional=True,
)
NEEDS = Table(
    "needs",
    "One row for each need or concern recorded with a referral.",
    (
        Column("referral_id", "text", "The referral"),
        Column("need", "text", "The need, in the words of the study's map"),
        Column("recorded_on", "date", "Day it was recorded", nullable=True),
        Column("resolved_on", "date", "Day it was met", nullable=True),
    ),
    optional=True,
)
SUPPORT = Table(
    "support",
    "One row for each support offered after a referral.",
    (
        Column("referral_id", "text", "The referral"),
        Column("kind", "text", "The support, in the words of the study's map"),
        Column("offered_on", "date", "Day it was offered"),
        Column("accepted_on", "date", "Day the person accepted it", nullable=True),
        Column("started_on", "date", "Day it began", nullable=True),
    ),
    optional=True,
)
FLAGS = Table(
    "flags",
    "One row for each concern that the link worker passed back to the practice.",
    (
        _PATIENT,
        Column("date", "date", "Day it was passed back"),
        Column("kind", "text", "What it was about", nullable=True),
    ),
    optional=True,
)
_UNKNOWN = "unknown"

OUTCOMES = Table(
    "outcomes",
    "One row for each score of a questionnaire; of ONS4 one for each of its four questions.",
    (
        _PATIENT,
        Column("date", "date", "Day on which the questionnaire was filled in"),
        Column(
            "instrument",
            "text",
            "What was scored",
            values=(*(scale.name for scale in list_scales()), _UNKNOWN),
        ),
        Column(
            "version",
            "text",
            "Version of the questionnaire or of its scoring, such as raw; of a utility its value "
            "set",
            nullable=True,
        ),
        Column("score", "number", "The score", unit="points", nullable=True),
    ),
    optional=True,
)
OUTCOME_ITEMS = Table(
    "outcome_items",
    "One row for each answer to a questionnaire, which is then scored at the site.",
    (
        _PATIENT,
        Column("date", "date", "Day on which the questionnaire was filled in"),
        Column(
            "instrument",
            "text",
            "The questionnaire; of PAM no answer may be sent",
            values=(*(one.name for one in list_instruments()), _UNKNOWN),
        ),
        Column("version", "text", "Version of the questionnaire", nullable=True),
        Column(
            "item",
            "text",
            "Which question, by its number or word; never its text",
            values=(
                *dict.fromkeys(item for one in list_instruments() for item in one.items),
                _UNKNOWN,
            ),
        ),
        Column("answer", "number", "The answer; empty for not answered", nullable=True),
    ),
    optional=True,
)

RECORDS: tuple[Table, ...] = (
    PATIENTS,
    PRACTICES,
    PRACTICE_REGISTRATIONS,
    APPOINTMENTS,
    LINK_WORKER_CONTACTS,
    REFERRALS,
    CLINICAL_EVENTS,
    NEEDS,
    SUPPORT,
    FLAGS,
    OUTCOMES,
    OUTCOME_ITEMS,
)

NEEDED = ("patients", "practice_registrations", "appointments")
"""Tables without which nothing can be counted."""

COUNTS = Table(
    "counts",
    "The spreadsheet of the `counts` route: one row for each person, nothing that names them.",
    (
        Column("row_label", "text", "A running number or study number, never an NHS number"),
        Column("group", "text", "Seen by the link worker, or not", values=("seen", "reference")),
        Column(
            "ongoing",
            "text",
            "yes when the person was already under the link worker before the index month",
            nullable=True,
            values=("yes", "no"),
        ),
        Column("before", "integer", "Contacts in the before window", unit="contacts"),
        Column("after", "integer", "Contacts in the after window", unit="contacts"),
        Column(
            "earlier",
            "integer",
            "Contacts in the window of the same length before the before window",
            unit="contacts",
            nullable=True,
        ),
        Column(
            "months_before",
            "number",
            "Months registered in the before window; empty means all of it",
            unit="months",
            nullable=True,
        ),
        Column(
            "months_after",
            "number",
            "Months registered in the after window; empty means all of it",
            unit="months",
            nullable=True,
        ),
        Column("sex", "text", "Sex as recorded", nullable=True, values=SEXES),
        Column("age_band", "text", "Age band at the index, as the site groups it", nullable=True),
    ),
)
SUMMARY = Table(
    "summary",
    "The form of the `summary` route: one row for each group of people, no person in it.",
    (
        Column(
            "group",
            "text",
            "seen by the link worker, reference people, or the whole registered population",
            values=("seen", "reference", "population"),
        ),
        Column("n", "integer", "People", unit="people", nullable=True),
        Column("mean_before", "number", "Mean contacts a person before", unit="contacts"),
        Column("sd_before", "number", "Standard deviation before", unit="contacts", nullable=True),
        Column(
            "mean_after",
            "number",
            "Mean contacts a person after",
            unit="contacts",
            nullable=True,
        ),
        Column("sd_after", "number", "Standard deviation after", unit="contacts", nullable=True),
        Column(
            "correlation",
            "number",
            "Correlation of a person's contacts before and after",
            nullable=True,
        ),
    ),
)

_UNKNOWN = "unknown"
