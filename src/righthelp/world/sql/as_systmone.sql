-- A simulated population as TPP SystmOne would export it in bulk, one view a file: out_<file>. An
-- identifier is our own word where SystmOne has a number, so that the same people come out of every
-- format; a missing one is -1. The extract has no kind of appointment, and no mode but the telephone.
-- Reads world_*.

CREATE OR REPLACE MACRO as_time(day) AS strftime(day, '%d %b %Y 00:00:00');
CREATE OR REPLACE MACRO as_flag(truth) AS CASE WHEN truth THEN 'TRUE' ELSE 'FALSE' END;
CREATE OR REPLACE MACRO as_status(status) AS 400 + list_position(
    ['booked', 'arrived', 'did_not_attend', 'in_progress', 'attended', 'waiting', 'cancelled', 'no_access',
    'walked_out'], status
);
CREATE OR REPLACE MACRO as_job(role) AS 700 + list_position(
    ['gp', 'nurse', 'other_direct_care', 'link_worker', 'admin'], role
);

CREATE OR REPLACE VIEW out_SROrganisation AS
SELECT 'org-' || practice_id AS RowIdentifier, practice_id AS Name, practice_id AS ID, 'FALSE' AS MadeObsolete
FROM world_practices;

CREATE OR REPLACE VIEW out_SRMapping AS
SELECT *
FROM (VALUES
    ('401', '40', 'Booked'),
    ('402', '40', 'Arrived'),
    ('403', '40', 'Did Not Attend'),
    ('404', '40', 'In Progress'),
    ('405', '40', 'Finished'),
    ('406', '40', 'Waiting'),
    ('407', '40', 'Cancelled by Patient'),
    ('408', '40', 'No Access Visit'),
    ('409', '40', 'Patient Walked Out')
) AS words (RowIdentifier, IdMappingGroup, Mapping);

CREATE OR REPLACE VIEW out_SRStaffMemberProfileRole AS
SELECT *
FROM (VALUES
    ('701', 'General Medical Practitioner', '0'),
    ('702', 'Practice Nurse', '0'),
    ('703', 'Clinical Pharmacist', '0'),
    ('704', 'Social Prescribing Link Worker', '0'),
    ('705', 'Receptionist', '0')
) AS jobs (RowIdentifier, RoleDescription, RemovedData);

CREATE OR REPLACE VIEW out_SRStaffMemberProfile AS
SELECT
    clinician_id || '-profile' AS RowIdentifier,
    coalesce(as_job(role)::TEXT, '-1') AS IDStaffMemberProfileRole,
    '' AS StaffRole,
    clinician_id AS IDStaffMember,
    'org-' || practice_id AS IDOrganisation,
    '0' AS RemovedData
FROM (SELECT DISTINCT clinician_id, role, practice_id FROM world_appointments) AS staff
ORDER BY clinician_id;

CREATE OR REPLACE VIEW out_SRPatient AS
SELECT
    p.patient_id AS RowIdentifier,
    'org-' || g.practice_id AS IDOrganisationVisibleTo,
    strftime(p.date_of_birth, '%d %b %Y 00:00') AS DateBirth,
    strftime(p.date_of_death, '%d %b %Y 00:00') AS DateDeath,
    upper(left(p.sex, 1)) AS Gender,
    'FALSE' AS TestPatient,
    '0' AS RemovedData
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id;

CREATE OR REPLACE VIEW out_SRPatientRegistration AS
SELECT
    'registration-' || row_number() OVER () AS RowIdentifier,
    'org-' || practice_id AS IDOrganisationVisibleTo,
    as_time(start_date) AS DateRegistration,
    as_time(end_date) AS DateDeRegistration,
    'GMS' AS RegistrationStatus,
    patient_id AS IDPatient,
    'org-' || practice_id AS IDOrganisation,
    '0' AS RemovedData
FROM world_practice_registrations;

CREATE OR REPLACE VIEW numbered_appointments AS
SELECT *, 'appointment-' || row_number() OVER () AS appointment
FROM (SELECT DISTINCT * FROM world_appointments ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_SRAppointment AS
SELECT
    appointment AS RowIdentifier,
    'org-' || practice_id AS IDOrganisationVisibleTo,
    strftime(start_date + INTERVAL 9 HOUR, '%d %b %Y %H:%M:%S') AS DateStart,
    strftime(start_date + INTERVAL 9 HOUR + duration_minutes * INTERVAL 1 MINUTE, '%d %b %Y %H:%M:%S')
        AS DateEnd,
    coalesce(as_status(status)::TEXT, '-1') AS AppointmentStatus,
    as_time(booked_date) AS DateAppointmentBooked,
    as_flag(mode = 'telephone') AS TelephoneAppointment,
    clinician_id AS IDClinician,
    clinician_id || '-profile' AS IDProfileClinician,
    'Morning' AS RotaName,
    'Surgery' AS RotaType,
    '-1' AS IDReferralIn,
    patient_id AS IDPatient,
    'org-' || practice_id AS IDOrganisation,
    '0' AS RemovedData
FROM numbered_appointments
ORDER BY start_date, appointment;

CREATE OR REPLACE VIEW out_SRCode AS
SELECT
    referral_id AS RowIdentifier,
    '-1' AS IDOrganisationVisibleTo,
    as_time(referred_on) AS DateEvent,
    'XaXXX' AS CTV3Code,
    '871731000000106' AS SNOMEDCode,
    patient_id AS IDPatient,
    '0' AS RemovedData
FROM world_referrals
UNION ALL
SELECT
    referral_id || '-declined', '-1', as_time(declined_on), 'XaXXX', '871711000000103', patient_id, '0'
FROM world_referrals
WHERE declined_on IS NOT NULL
UNION ALL
SELECT event, '-1', as_time(date), 'XaXXX', snomedct_code, patient_id, '0'
FROM (
    SELECT *, 'event-' || row_number() OVER () AS event
    FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once
) AS numbered;
