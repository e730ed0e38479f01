"""EMIS Web: the IM1 bulk extract, versions 5 and 8.2, one bulk and any number of daily deltas."""

from righthelp.onsite.sources.systems.system import System, SystemTable, declare

EMIS = System(
    route="emis",
    label="EMIS Web extract",
    tables=(
        SystemTable(
            declare(
                "emis_patient",
                "A registration with a practice; only the latest is held.",
                needed="PatientGuid OrganisationGuid Sex DateOfBirth DateOfRegistration Deleted "
                "ProcessingId",
                others="DateOfDeath PatientTypeDescription DummyType DateOfDeactivation",
            ),
            ("*admin_patient.*", "*admin_patient_[0-9]*", "patient.csv"),
        ),
        SystemTable(
            declare(
                "emis_slot",
                "A slot of an appointment session, booked or not.",
                needed="SlotGuid AppointmentDate PatientGuid OrganisationGuid SessionGuid Deleted "
                "ProcessingId",
                others="SendInTime LeftTime DidNotAttend ActualDurationInMinutes BookedDate "
                "SlotStatus ExternalPatientGuid ModeOfContact NationalSlotCategoryName",
            ),
            ("*appointment_slot.*", "*appointment_slot_[0-9]*", "slot.csv"),
        ),
        SystemTable(
            declare(
                "emis_session_user",
                "Who holds a session.",
                needed="SessionGuid UserInRoleGuid Deleted ProcessingId",
            ),
            ("*appointment_sessionuser*", "sessionuser.csv"),
        ),
        SystemTable(
            declare(
                "emis_user_in_role",
                "A member of staff in a job.",
                needed="UserInRoleGuid JobCategoryName ProcessingId",
                others="JobCategoryCode",
            ),
            ("*admin_userinrole*", "userinrole.csv"),
        ),
        SystemTable(
            declare(
                "emis_organisation",
                "A practice.",
                needed="OrganisationGuid ODSCode ProcessingId",
                optional=True,
            ),
            ("*admin_organisation.*", "*admin_organisation_[0-9]*", "organisation.csv"),
        ),
        SystemTable(
            declare(
                "emis_code",
                "The clinical codes that the extract uses.",
                needed="CodeId SnomedCTConceptId ProcessingId",
                optional=True,
            ),
            ("*coding_clinicalcode*", "clinicalcode.csv"),
        ),
        SystemTable(
            declare(
                "emis_observation",
                "A coded entry of the care record; those of the codelists are used.",
                needed="ObservationGuid PatientGuid EffectiveDate EffectiveDatePrecision CodeId "
                "Deleted ProcessingId",
                optional=True,
            ),
            ("*carerecord_observation.*", "*carerecord_observation_[0-9]*", "observation.csv"),
        ),
    ),
    behind={
        "patients": "emis_patient",
        "practice_registrations": "emis_patient",
        "appointments": "emis_slot",
        "referrals": "emis_observation",
        "clinical_events": "emis_observation",
    },
)
