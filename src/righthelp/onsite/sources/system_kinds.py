"""The kinds of finding that only the extracts of clinical systems have: rows that are not used."""

from __future__ import annotations

from typing import Literal

Effect = Literal["refused", "dropped", "changed", "noted"]
"""refused: nothing is made from these data until it is mended; dropped: the row is left out;
changed: the value was read as something else or set empty; noted: nothing was done."""


_TYPES = "put consultation_types.csv, with the columns code and group, into the folder"

SYSTEM_KINDS: tuple[tuple[str, Effect, str, str], ...] = (
    (
        "link_worker_by_category",
        "changed",
        "The category is Social Prescribing Service, so the role was taken as link worker",
        "Nothing, unless others work in such slots: then give the role of each appointment.",
    ),
    (
        "file_at_limit",
        "noted",
        "The file has exactly 30,000 rows, which is where SystmOne's reports stop",
        "Export shorter spells into several files; rows that stand in two of them count once.",
    ),
    (
        "database_refused",
        "refused",
        "The database cannot be opened or read",
        "Mend what its message says; psql or sqlite3, run as the same user, must read the table.",
    ),
    (
        "password_in_file",
        "refused",
        "The file that says how the database is reached holds a password",
        "Take it out, and put it into the password file of PostgreSQL (PGPASSFILE, or .pgpass).",
    ),
    (
        "schema_unclear",
        "refused",
        "Several tables of the database could be this one",
        "Write schema = NAME into the file that says how the database is reached, or drop one.",
    ),
    ("row_deleted", "dropped", "The system marks the row as deleted", "Nothing."),
    (
        "row_superseded",
        "dropped",
        "A later version of the same row replaces it",
        "Nothing, when daily files were added to the first one.",
    ),
    ("test_patient", "dropped", "The person is a test patient of the system", "Nothing."),
    (
        "slot_without_patient",
        "dropped",
        "The slot has no patient: it was free, or its booking was cancelled",
        "Nothing.",
    ),
    ("code_not_used", "dropped", "The code has no part in this study", "Nothing."),
    (
        "date_not_exact",
        "dropped",
        "Only the year or the month of the date is known",
        "Nothing; such an entry cannot be placed before or after.",
    ),
    (
        "patient_removed",
        "dropped",
        "The system has taken the person out of the extract",
        "Nothing.",
    ),
    (
        "registered_elsewhere",
        "dropped",
        "The registration is with a practice that the extract is not from",
        "Nothing; what the person had there is not in the extract.",
    ),
    (
        "registration_not_full",
        "dropped",
        "The registration is temporary, private, applied for or for one service only",
        "Nothing.",
    ),
    (
        "registration_unclear",
        "dropped",
        "The status does not say that the person is registered for all care",
        "Correct the status in the clinical system, where the person is registered.",
    ),
    (
        "status_not_explained",
        "refused",
        "The status of an appointment is a code, and the extract does not say what it means",
        "Add the file SRMapping of the same extract.",
    ),
    (
        "code_missing",
        "dropped",
        "The entry has no SNOMED CT code",
        "Export with SNOMED CT codes, if referrals are wanted from coded entries.",
    ),
    (
        "identifier_rounded",
        "refused",
        "Identifiers have lost their last digits, as they do when they are read as numbers",
        "Export again, or take the files as CPRD sent them; identifiers must stay text throughout.",
    ),
    (
        "patient_not_acceptable",
        "dropped",
        "CPRD does not hold the person's record to be of research quality",
        "Nothing.",
    ),
    (
        "consultation_not_contact",
        "dropped",
        "The type of the consultation says that nobody met: a note, a letter, a result",
        f"Nothing; {_TYPES} when the list of types is to be another.",
    ),
    (
        "consultation_type_unknown",
        "dropped",
        "The type of the consultation is empty or not in the list of types",
        f"P{_TYPES[1:]} if there are many.",
    ),
    (
        "encounter_elsewhere",
        "dropped",
        "The contact was in a hospital or its A&E, not with the practice",
        "Nothing.",
    ),
    (
        "code_without_dictionary",
        "dropped",
        "No dictionary says what the codes mean, so that referrals cannot be found",
        "Put the medical dictionary (CPRDAurumMedical.txt) into the folder.",
    ),
    (
        "visit_not_used",
        "dropped",
        "The visit is no appointment: a stay in hospital, an emergency, or of another kind",
        "Nothing.",
    ),
    (
        "resource_not_used",
        "dropped",
        "The line holds no resource, or one of a type that is not read",
        "Nothing.",
    ),
    (
        "line_not_json",
        "dropped",
        "The line is not JSON: it is cut off or damaged",
        "Export the file again, if there are more than a few.",
    ),
    (
        "encounter_of_appointment",
        "dropped",
        "The encounter stands for an appointment that is in the extract, and is not counted twice",
        "Nothing; an appointment that was only booked takes its outcome from the encounter.",
    ),
    (
        "registration_not_supplied",
        "refused",
        "No resource says when people were registered with a practice",
        "Add the EpisodeOfCare resources, or Patient resources with the period of registration.",
    ),
)
