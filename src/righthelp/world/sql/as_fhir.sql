-- A simulated population as FHIR R4 resources, one view a file: out_<file>, one resource a line.
-- Elements without a value are left out of a resource. What took place has an encounter as well, which
-- names the appointment that it stands for. FHIR has no status for people who left before they were
-- seen, and none for what is not known: cancelled and pending stand for them. Reads world_*.

CREATE OR REPLACE MACRO as_resource(elements) AS CAST(json_merge_patch('{}', to_json(elements)) AS VARCHAR);
CREATE OR REPLACE MACRO as_day(day) AS strftime(day, '%Y-%m-%d');
CREATE OR REPLACE MACRO as_reference(type, id) AS {'reference': type || '/' || id};

CREATE OR REPLACE VIEW out_Organization AS
SELECT as_resource({
    'resourceType': 'Organization',
    'id': 'org-' || practice_id,
    'identifier': [{'system': 'https://fhir.nhs.uk/Id/ods-organization-code', 'value': practice_id}]
}) AS resource
FROM world_practices;

CREATE OR REPLACE VIEW out_Patient AS
SELECT as_resource({
    'resourceType': 'Patient',
    'id': patient_id,
    'extension': [{
        'url': 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory',
        'valueCodeableConcept': {'text': coalesce(ethnicity, 'unknown')}
    }],
    'gender': CASE WHEN sex = 'intersex' THEN 'other' ELSE sex END,
    'birthDate': strftime(date_of_birth, '%Y-%m'),
    'deceasedDateTime': as_day(date_of_death) || 'T12:00:00+00:00'
}) AS resource
FROM world_patients;

CREATE OR REPLACE VIEW out_EpisodeOfCare AS
SELECT as_resource({
    'resourceType': 'EpisodeOfCare',
    'id': 'registration-' || row_number() OVER (),
    'status': CASE WHEN end_date IS NULL THEN 'active' ELSE 'finished' END,
    'patient': as_reference('Patient', patient_id),
    'managingOrganization': as_reference('Organization', 'org-' || practice_id),
    'period': {'start': as_day(start_date), 'end': as_day(end_date)}
}) AS resource
FROM world_practice_registrations;

CREATE OR REPLACE VIEW staff AS
SELECT clinician_id, role, min(practice_id) AS practice_id
FROM world_appointments
GROUP BY clinician_id, role
ORDER BY clinician_id;

CREATE OR REPLACE VIEW out_Practitioner AS
SELECT as_resource({'resourceType': 'Practitioner', 'id': clinician_id}) AS resource
FROM staff;

CREATE OR REPLACE VIEW out_PractitionerRole AS
SELECT as_resource({
    'resourceType': 'PractitionerRole',
    'id': 'role-' || clinician_id,
    'practitioner': as_reference('Practitioner', clinician_id),
    'organization': as_reference('Organization', 'org-' || practice_id),
    'code': CASE
        WHEN role IN ('gp', 'link_worker') THEN to_json([{
            'coding': [{
                'system': 'https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName',
                'code': CASE role WHEN 'gp' THEN 'R0260' ELSE 'R9815' END
            }],
            'text': CASE role WHEN 'gp' THEN 'General Medical Practitioner' ELSE 'Link Worker' END
        }])
        WHEN role IN ('nurse', 'other_direct_care', 'admin') THEN to_json([{
            'text': CASE role
                WHEN 'nurse' THEN 'Practice Nurse'
                WHEN 'other_direct_care' THEN 'Clinical Pharmacist'
                ELSE 'Receptionist'
            END
        }])
    END
}) AS resource
FROM staff;

CREATE OR REPLACE TABLE numbered_appointments AS
SELECT *, 'appointment-' || row_number() OVER () AS id
FROM (SELECT DISTINCT * FROM world_appointments ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_Appointment AS
SELECT as_resource({
    'resourceType': 'Appointment',
    'id': id,
    'extension': CASE WHEN mode IN ('face_to_face', 'telephone', 'video', 'home_visit', 'written') THEN [{
        'url': 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel',
        'valueCode': CASE mode
            WHEN 'face_to_face' THEN 'in-person'
            WHEN 'home_visit' THEN 'home visit'
            ELSE mode
        END
    }] END,
    'status': CASE status
        WHEN 'attended' THEN 'fulfilled'
        WHEN 'did_not_attend' THEN 'noshow'
        WHEN 'cancelled' THEN 'cancelled'
        WHEN 'walked_out' THEN 'cancelled'
        WHEN 'no_access' THEN 'cancelled'
        WHEN 'arrived' THEN 'arrived'
        WHEN 'waiting' THEN 'checked-in'
        WHEN 'in_progress' THEN 'arrived'
        WHEN 'booked' THEN 'booked'
        ELSE 'pending'
    END,
    'serviceCategory': CASE WHEN category <> '' THEN [{'text': category}] END,
    'start': as_day(start_date) || 'T00:30:00+01:00',
    'minutesDuration': duration_minutes,
    'created': as_day(booked_date) || 'T09:00:00+01:00',
    'participant': [
        {'actor': as_reference('Patient', patient_id), 'status': 'accepted'},
        {'actor': as_reference('Practitioner', clinician_id), 'status': 'accepted'}
    ]
}) AS resource
FROM numbered_appointments;

CREATE OR REPLACE VIEW out_Encounter AS
SELECT as_resource({
    'resourceType': 'Encounter',
    'id': 'encounter-of-' || id,
    'status': CASE status WHEN 'attended' THEN 'finished' WHEN 'waiting' THEN 'triaged' ELSE 'in-progress' END,
    'class': {
        'system': 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
        'code': CASE WHEN mode IN ('telephone', 'video') THEN 'VR' WHEN mode = 'home_visit' THEN 'HH' ELSE 'AMB' END
    },
    'subject': as_reference('Patient', patient_id),
    'participant': [{'individual': as_reference('Practitioner', clinician_id)}],
    'appointment': [as_reference('Appointment', id)],
    'period': {'start': as_day(start_date) || 'T00:30:00+01:00'},
    'serviceProvider': as_reference('Organization', 'org-' || practice_id)
}) AS resource
FROM numbered_appointments
WHERE status IN ('attended', 'waiting', 'in_progress');

CREATE OR REPLACE VIEW out_ServiceRequest AS
SELECT as_resource({
    'resourceType': 'ServiceRequest',
    'id': id,
    'status': 'active',
    'intent': 'order',
    'code': {'coding': [{'system': 'http://snomed.info/sct', 'code': code}]},
    'subject': as_reference('Patient', patient_id),
    'authoredOn': as_day(authored_on)
}) AS resource
FROM (
    SELECT referral_id AS id, '871731000000106' AS code, patient_id, referred_on AS authored_on
    FROM world_referrals
    UNION ALL
    SELECT referral_id || '-declined', '871711000000103', patient_id, declined_on
    FROM world_referrals
    WHERE declined_on IS NOT NULL
) AS requests;

CREATE OR REPLACE VIEW out_Condition AS
SELECT as_resource({
    'resourceType': 'Condition',
    'id': 'condition-' || row_number() OVER (),
    'code': {'coding': [{'system': 'http://snomed.info/sct', 'code': snomedct_code}]},
    'subject': as_reference('Patient', patient_id),
    'recordedDate': as_day(date)
}) AS resource
FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once;
