"""CPRD Aurum: an extract as its specification 2.9 describes it, any number of files a table.

Its medical dictionary and its lookup of job categories may lie beside it, and so may a list of the
types of consultation that are contacts; without such a list the one that ships here is used.
"""

from righthelp.onsite.sources.systems.system import System, SystemTable, declare

_NO_STATUS = (
    "Every consultation took place: nothing can be said on missed and cancelled appointments, and "
    "counts that should include them do not."
)

CPRD_AURUM = System(
    route="cprd_aurum",
    label="CPRD Aurum extract",
    encoding="latin-1",
    date_formats=("%d/%m/%Y",),
    lists=("consultation_types",),
    tables=(
        SystemTable(
            declare(
                "cprd_aurum_patient",
                "A person and their registration with a practice.",
                needed="patid pracid gender yob mob regstartdate regenddate acceptable",
                others="cprd_ddate",
            ),
            ("*extract_patient_*", "patient.*", "patient_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_practice",
                "A practice and the last day that was collected from it.",
                needed="pracid lcd",
                optional=True,
            ),
            ("*extract_practice_*", "practice.*", "practice_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_staff",
                "A member of staff and their job category.",
                needed="staffid jobcatid",
                optional=True,
            ),
            ("*extract_staff_*", "staff.*", "staff_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_consultation",
                "An entry of a consultation; its type says whether anybody met.",
                needed="patid consid pracid consdate staffid consmedcodeid",
            ),
            ("*extract_consultation_*", "consultation.*", "consultation_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_observation",
                "A coded entry of the care record; those of the codelists are used.",
                needed="patid obsid obsdate medcodeid",
                optional=True,
            ),
            ("*extract_observation_*", "observation.*", "observation_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_dictionary",
                "The medical dictionary: what a medcodeid is in SNOMED CT.",
                needed="MedCodeId SnomedCTConceptId",
                optional=True,
            ),
            ("*cprdaurummedical*", "*medicaldictionary*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_job",
                "The lookup of job categories.",
                needed="jobcatid Description",
                optional=True,
            ),
            ("*jobcat.*", "*jobcat_[0-9]*"),
        ),
        SystemTable(
            declare(
                "cprd_aurum_type",
                "The site's own list of types of consultation: what each of them is.",
                needed="code group",
                optional=True,
            ),
            ("consultation_types.*", "consultationtypes.*"),
        ),
    ),
    behind={
        "patients": "cprd_aurum_patient",
        "practice_registrations": "cprd_aurum_patient",
        "appointments": "cprd_aurum_consultation",
        "referrals": "cprd_aurum_observation",
        "clinical_events": "cprd_aurum_observation",
    },
    lacks=(("appointments", "status", _NO_STATUS),),
)
