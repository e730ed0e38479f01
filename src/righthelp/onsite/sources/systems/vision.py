"""Vision: an extract whose files have no header line; the number of columns tells the version.

One full extract and any number of later ones, whose rows add to it, replace rows or delete them.
The contacts with the link worker may come in a file of our own form.
"""

from righthelp.onsite.sources.systems.system import System, SystemTable, declare

_PATIENT = (
    "PID REFERENCE DATE_OF_BIRTH SEX POSTCODE MARITAL_STATUS GP GP_USUAL ACTIVE "
    "REGISTERED_DATE REMOVED_DATE HA PCG SURGERY MILEAGE DISPENSING ETHNIC DATE_OF_DEATH "
    "PRACTICE SURNAME FORENAME TITLE NHS_NUMBER ADDRESS ADDRESS_1 ADDRESS_2 ADDRESS_3 "
    "ADDRESS_4 ADDRESS_5 PRACT_NUMBER SERVICE_ID ACTION"
)
_PATIENT_WITH_PHONE = (
    "PID REFERENCE DATE_OF_BIRTH SEX POSTCODE MARITAL_STATUS GP GP_USUAL ACTIVE "
    "REGISTERED_DATE REMOVED_DATE HA PCG SURGERY MILEAGE DISPENSING ETHNIC DATE_OF_DEATH "
    "PRACTICE SURNAME FORENAME TITLE NHS_NUMBER ADDRESS ADDRESS_1 ADDRESS_2 ADDRESS_3 "
    "ADDRESS_4 ADDRESS_5 PHONE_NUMBER MOBILE_NUMBER EMAIL PRACT_NUMBER SERVICE_ID ACTION"
)
_ENCOUNTER = (
    "PID ID DATE HCP HCP_TYPE SESSION LOCATION TIME DURATION TRAVEL LINKS PRACT_NUMBER "
    "SERVICE_ID ACTION"
)
_JOURNAL = (
    "PID ID DATE RECORDED_DATE CODE BNF_CODE HCP_CODE HCP_TYPE GMS EPISODE TEXT RUBRIC "
    "VALUE1 VALUE2 END_DATE TIME CONTEXT CERTAINTY SEVERITY LINKS SERVICE_ID SUBSET ACTION"
)
_JOURNAL_SNOMED = (
    "PID ID DATE RECORDED_DATE CODE SNOMED_CODE BNF_CODE HCP HCP_TYPE GMS EPISODE TEXT "
    "RUBRIC DRUG_FORM DRUG_STRENGTH DRUG_PACKSIZE DMD_CODE IMMS_STATUS IMMS_COMPOUND "
    "IMMS_SOURCE IMMS_BATCH IMMS_REASON IMMS_METHOD IMMS_SITE ENTITY VALUE1_NAME VALUE1 "
    "VALUE1_UNITS VALUE2_NAME VALUE2 VALUE2_UNITS END_DATE TIME CONTEXT CERTAINTY SEVERITY "
    "LINKS LINKS_EXT SERVICE_ID ACTION SUBSET DOCUMENT_ID"
)
_NO_STATUS = (
    "Every encounter took place: nothing can be said on missed and cancelled appointments, and "
    "counts that should include them do not."
)

VISION = System(
    route="vision",
    label="Vision extract",
    date_formats=("%Y%m%d",),
    tables=(
        SystemTable(
            declare(
                "vision_patient",
                "A person and their registration with a practice; only the latest is held.",
                needed="PID DATE_OF_BIRTH SEX ACTIVE REGISTERED_DATE REMOVED_DATE DATE_OF_DEATH "
                "SERVICE_ID ACTION",
            ),
            ("*patient_data*", "patient.*", "patient_[0-9]*", "*_patient.*"),
            (tuple(_PATIENT.split()), tuple(_PATIENT_WITH_PHONE.split())),
        ),
        SystemTable(
            declare(
                "vision_encounter",
                "A consultation.",
                needed="PID ID DATE HCP HCP_TYPE LOCATION DURATION SERVICE_ID ACTION",
            ),
            ("*encounter_data*", "encounter.*", "encounter_[0-9]*", "*_encounter.*"),
            (tuple(_ENCOUNTER.split()),),
        ),
        SystemTable(
            declare(
                "vision_journal",
                "A coded entry of the care record; those of the codelists are used.",
                needed="PID ID DATE ACTION",
                others="SNOMED_CODE",
                optional=True,
            ),
            ("*journal_data*", "journal.*", "journal_[0-9]*", "*_journal.*"),
            (tuple(_JOURNAL.split()), tuple(_JOURNAL_SNOMED.split())),
        ),
    ),
    behind={
        "patients": "vision_patient",
        "practice_registrations": "vision_patient",
        "appointments": "vision_encounter",
        "referrals": "vision_journal",
        "clinical_events": "vision_journal",
    },
    lacks=(("appointments", "status", _NO_STATUS),),
)
