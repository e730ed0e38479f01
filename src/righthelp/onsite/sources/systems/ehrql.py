"""ehrQL's tables as files, as OpenSAFELY's dummy tables have them.

They do not say who an appointment was with. The contacts with the link worker come in our own form.
"""

from righthelp.onsite.sources.systems.system import System, SystemTable, declare

EHRQL = System(
    route="ehrql",
    label="ehrQL tables",
    tables=(
        SystemTable(
            declare(
                "ehrql_patients",
                "One row for each person.",
                needed="patient_id",
                others="sex date_of_birth date_of_death",
            ),
            ("patients.*",),
        ),
        SystemTable(
            declare(
                "ehrql_practice_registrations",
                "One row for each registration.",
                needed="patient_id start_date practice_pseudo_id",
                others="end_date",
            ),
            ("practice_registrations.*",),
        ),
        SystemTable(
            declare(
                "ehrql_appointments",
                "One row for each appointment.",
                needed="patient_id status",
                others="start_date seen_date booked_date",
            ),
            ("appointments.*",),
        ),
        SystemTable(
            declare(
                "ehrql_addresses",
                "Where people lived, and the deprivation rank of the place.",
                needed="patient_id start_date imd_rounded",
                optional=True,
            ),
            ("addresses.*",),
        ),
        SystemTable(
            declare(
                "ehrql_clinical_events",
                "A coded event; those of the codelists are used.",
                needed="patient_id date snomedct_code",
                optional=True,
            ),
            ("clinical_events.*",),
        ),
    ),
    behind={
        "patients": "ehrql_patients",
        "practice_registrations": "ehrql_practice_registrations",
        "appointments": "ehrql_appointments",
        "referrals": "ehrql_clinical_events",
        "clinical_events": "ehrql_clinical_events",
    },
)
