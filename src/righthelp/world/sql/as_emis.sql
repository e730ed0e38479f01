-- A simulated population as EMIS Web would export it (version 8.2), one view a file: out_<file>.
-- An identifier in braces and capitals holds our own, so that the same people come out of every
-- format. A cancelled booking leaves a slot without a patient. Reads world_*.

CREATE OR REPLACE MACRO as_guid(name) AS chr(123) || upper(name) || chr(125);
CREATE OR REPLACE MACRO as_flag(truth) AS CASE WHEN truth THEN 'true' ELSE 'false' END;

CREATE OR REPLACE VIEW out_Admin_Organisation AS
SELECT as_guid('org-' || practice_id) AS OrganisationGuid, practice_id AS ODSCode, '1' AS ProcessingId
FROM world_practices;

CREATE OR REPLACE VIEW out_Admin_Patient AS
SELECT
    as_guid(p.patient_id) AS PatientGuid,
    as_guid('org-' || g.practice_id) AS OrganisationGuid,
    upper(left(p.sex, 1)) AS Sex,
    strftime(p.date_of_birth, '%Y-%m-%d') AS DateOfBirth,
    strftime(p.date_of_death, '%Y-%m-%d') AS DateOfDeath,
    'Regular' AS PatientTypeDescription,
    'false' AS DummyType,
    strftime(g.start_date, '%Y-%m-%d') AS DateOfRegistration,
    strftime(g.end_date, '%Y-%m-%d') AS DateofDeactivation,
    'false' AS Deleted,
    '1' AS ProcessingId
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id;

CREATE OR REPLACE VIEW out_Admin_UserInRole AS
SELECT
    as_guid(clinician_id) AS UserInRoleGuid,
    CASE role WHEN 'gp' THEN 'R0260' WHEN 'link_worker' THEN 'R9815' ELSE '' END AS JobCategoryCode,
    CASE role
        WHEN 'gp' THEN 'General Medical Practitioner'
        WHEN 'nurse' THEN 'Practice Nurse'
        WHEN 'other_direct_care' THEN 'Clinical Pharmacist'
        WHEN 'link_worker' THEN 'Social Prescribing Link Worker'
        WHEN 'admin' THEN 'Receptionist'
        ELSE ''
    END AS JobCategoryName,
    '1' AS ProcessingId
FROM (SELECT DISTINCT clinician_id, role FROM world_appointments) AS staff
ORDER BY clinician_id;

CREATE OR REPLACE VIEW numbered_appointments AS
SELECT *, 'slot-' || row_number() OVER () AS slot
FROM (SELECT DISTINCT * FROM world_appointments ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_Appointment_SessionUser AS
SELECT DISTINCT
    as_guid(clinician_id || '-' || start_date) AS SessionGuid,
    as_guid(clinician_id) AS UserInRoleGuid,
    'false' AS Deleted,
    '1' AS ProcessingId
FROM world_appointments
ORDER BY ALL;

CREATE OR REPLACE VIEW out_Appointment_Slot AS
SELECT
    as_guid(slot) AS SlotGuid,
    strftime(start_date, '%Y-%m-%d') AS AppointmentDate,
    CASE WHEN status = 'cancelled' THEN '' ELSE as_guid(patient_id) END AS PatientGuid,
    CASE WHEN status IN ('attended', 'in_progress') THEN '09:30:00' ELSE '' END AS SendInTime,
    CASE WHEN status = 'attended' THEN '09:40:00' ELSE '' END AS LeftTime,
    as_flag(status = 'did_not_attend') AS DidNotAttend,
    duration_minutes AS ActualDurationInMinutes,
    as_guid('org-' || practice_id) AS OrganisationGuid,
    as_guid(clinician_id || '-' || start_date) AS SessionGuid,
    strftime(booked_date, '%Y-%m-%d') AS BookedDate,
    CASE status
        WHEN 'attended' THEN 'Left'
        WHEN 'did_not_attend' THEN 'DNA'
        WHEN 'booked' THEN 'Booked'
        WHEN 'arrived' THEN 'Arrived'
        WHEN 'in_progress' THEN 'Send in'
        WHEN 'waiting' THEN 'Waiting'
        WHEN 'walked_out' THEN 'Walked out'
        WHEN 'no_access' THEN 'Visited and not seen'
        WHEN 'cancelled' THEN ''
        ELSE 'Unknown'
    END AS SlotStatus,
    CASE mode
        WHEN 'face_to_face' THEN 'Face to Face (Surgery)'
        WHEN 'home_visit' THEN 'Face to Face (Home Visit)'
        WHEN 'telephone' THEN 'Telephone/Audio'
        WHEN 'video' THEN 'Video with Audio'
        WHEN 'written' THEN 'Written (Including Online)'
        ELSE ''
    END AS ModeOfContact,
    category AS NationalSlotCategoryName,
    'false' AS Deleted,
    '1' AS ProcessingId
FROM numbered_appointments
ORDER BY start_date, slot;

CREATE OR REPLACE VIEW out_Coding_ClinicalCode AS
SELECT '101' AS CodeId, '871731000000106' AS SnomedCTConceptId, '1' AS ProcessingId
UNION ALL
SELECT '102', '871711000000103', '1'
UNION ALL
SELECT '103', '364075005', '1'
UNION ALL
SELECT DISTINCT snomedct_code, snomedct_code, '1' FROM world_clinical_events;

CREATE OR REPLACE VIEW numbered_events AS
SELECT *, 'event-' || row_number() OVER () AS event
FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_CareRecord_Observation AS
SELECT
    as_guid(referral_id) AS ObservationGuid,
    as_guid(patient_id) AS PatientGuid,
    strftime(referred_on, '%Y-%m-%d') AS EffectiveDate,
    'YMD' AS EffectiveDatePrecision,
    '101' AS CodeId,
    'false' AS Deleted,
    '1' AS ProcessingId
FROM world_referrals
UNION ALL
SELECT
    as_guid(referral_id || '-declined'), as_guid(patient_id), strftime(declined_on, '%Y-%m-%d'),
    'YMD', '102', 'false', '1'
FROM world_referrals
WHERE declined_on IS NOT NULL
UNION ALL
SELECT
    as_guid(event), as_guid(patient_id), strftime(date, '%Y-%m-%d'), 'YMD', snomedct_code, 'false', '1'
FROM numbered_events;
