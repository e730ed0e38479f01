"""TPP SystmOne: the bulk extract, one bulk and any number of later files of changed rows.

The columns of SRMapping, SROrganisation and the staff tables are those of published readers of the
extract; all but SRAppointment, SRPatient and SRPatientRegistration may be left out.
"""

from righthelp.onsite.sources.systems.system import System, SystemTable, declare

SYSTMONE = System(
    route="systmone",
    label="TPP SystmOne extract",
    encoding="windows-1252",
    date_formats=("%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %b %Y"),
    tables=(
        SystemTable(
            declare(
                "systmone_patient",
                "A person.",
                needed="RowIdentifier DateBirth Gender",
                others="IDOrganisationVisibleTo DateDeath TestPatient RemovedData",
            ),
            ("*srpatient.*", "*srpatient_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_registration",
                "A registration, with a practice of the extract or elsewhere.",
                needed="RowIdentifier DateRegistration DateDeRegistration RegistrationStatus "
                "IDPatient IDOrganisation",
                others="IDOrganisationVisibleTo RemovedData",
            ),
            ("*srpatientregistration.*", "*srpatientregistration_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_appointment",
                "An appointment.",
                needed="RowIdentifier DateStart AppointmentStatus IDPatient",
                others="IDOrganisationVisibleTo DateAppointmentBooked TelephoneAppointment "
                "IDClinician IDProfileClinician RotaName RotaType IDOrganisation RemovedData",
            ),
            ("*srappointment.*", "*srappointment_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_mapping",
                "What the codes of the system's own lists mean.",
                needed="RowIdentifier Mapping",
                optional=True,
            ),
            ("*srmapping.*", "*srmapping_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_organisation",
                "A practice or other organisation.",
                needed="RowIdentifier ID",
                optional=True,
            ),
            ("*srorganisation.*", "*srorganisation_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_staff_profile",
                "A member of staff in a job.",
                needed="RowIdentifier",
                others="IDStaffMemberProfileRole StaffRole IDStaffMember",
                optional=True,
            ),
            ("*srstaffmemberprofile.*", "*srstaffmemberprofile_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_staff_role",
                "A job.",
                needed="RowIdentifier RoleDescription",
                optional=True,
            ),
            ("*srstaffmemberprofilerole.*", "*srstaffmemberprofilerole_[0-9]*"),
        ),
        SystemTable(
            declare(
                "systmone_code",
                "The coded entries of the care record; those of the codelists are used.",
                needed="RowIdentifier DateEvent IDPatient",
                others="IDOrganisationVisibleTo SNOMEDCode RemovedData",
                optional=True,
            ),
            ("*srcode.*", "*srcode_[0-9]*"),
        ),
    ),
    behind={
        "patients": "systmone_patient",
        "practice_registrations": "systmone_registration",
        "appointments": "systmone_appointment",
        "referrals": "systmone_code",
        "clinical_events": "systmone_code",
    },
)
