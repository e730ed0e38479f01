-- A simulated population as OMOP CDM 5.4, one view a file: out_<file>. The person identifier is our
-- own, so that the same people come out of every format; only what took place becomes a visit.
-- Reads world_*.

CREATE OR REPLACE MACRO as_day(day) AS strftime(day, '%Y-%m-%d');

CREATE OR REPLACE VIEW last_day AS
SELECT
    greatest(
        (SELECT max(start_date) FROM world_appointments),
        (SELECT max(end_date) FROM world_practice_registrations)
    ) + 1 AS last_day;

CREATE OR REPLACE VIEW numbered_practices AS
SELECT practice_id, row_number() OVER (ORDER BY practice_id) AS care_site_id FROM world_practices;

CREATE OR REPLACE VIEW numbered_staff AS
SELECT clinician_id, role, row_number() OVER (ORDER BY clinician_id) AS provider_id
FROM (SELECT DISTINCT clinician_id, role FROM world_appointments) AS staff;

CREATE OR REPLACE VIEW out_CARE_SITE AS
SELECT
    care_site_id,
    '' AS care_site_name,
    '8940' AS place_of_service_concept_id,
    practice_id AS care_site_source_value
FROM numbered_practices
ORDER BY care_site_id;

CREATE OR REPLACE VIEW out_PERSON AS
SELECT
    p.patient_id AS person_id,
    CASE p.sex WHEN 'male' THEN 8507 WHEN 'female' THEN 8532 ELSE 0 END AS gender_concept_id,
    year(p.date_of_birth) AS year_of_birth,
    month(p.date_of_birth) AS month_of_birth,
    n.care_site_id,
    p.sex AS gender_source_value,
    p.ethnicity AS race_source_value
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id
JOIN numbered_practices AS n ON g.practice_id = n.practice_id;

CREATE OR REPLACE VIEW out_DEATH AS
SELECT patient_id AS person_id, as_day(date_of_death) AS death_date, '32817' AS death_type_concept_id
FROM world_patients
WHERE date_of_death IS NOT NULL;

CREATE OR REPLACE VIEW out_OBSERVATION_PERIOD AS
SELECT
    row_number() OVER () AS observation_period_id,
    patient_id AS person_id,
    as_day(start_date) AS observation_period_start_date,
    as_day(coalesce(end_date, last_day)) AS observation_period_end_date,
    '32817' AS period_type_concept_id
FROM world_practice_registrations
CROSS JOIN last_day;

CREATE OR REPLACE VIEW out_PROVIDER AS
SELECT
    provider_id,
    CASE WHEN role = 'gp' THEN 38004446 ELSE 0 END AS specialty_concept_id,
    CASE role
        WHEN 'gp' THEN 'General Medical Practitioner'
        WHEN 'nurse' THEN 'Practice Nurse'
        WHEN 'other_direct_care' THEN 'Clinical Pharmacist'
        WHEN 'link_worker' THEN 'Social Prescribing Link Worker'
        WHEN 'admin' THEN 'Receptionist'
        ELSE ''
    END AS specialty_source_value
FROM numbered_staff
ORDER BY provider_id;

CREATE OR REPLACE VIEW out_VISIT_OCCURRENCE AS
SELECT
    row_number() OVER () AS visit_occurrence_id,
    a.patient_id AS person_id,
    CASE a.mode
        WHEN 'home_visit' THEN 581476
        WHEN 'telephone' THEN 5083
        WHEN 'video' THEN 5083
        ELSE 9202
    END AS visit_concept_id,
    as_day(a.start_date) AS visit_start_date,
    as_day(a.start_date) || ' 09:00:00' AS visit_start_datetime,
    as_day(a.start_date) AS visit_end_date,
    strftime(a.start_date + INTERVAL 9 HOUR + to_minutes(a.duration_minutes), '%Y-%m-%d %H:%M:%S')
        AS visit_end_datetime,
    '32817' AS visit_type_concept_id,
    s.provider_id,
    n.care_site_id,
    CASE a.mode
        WHEN 'face_to_face' THEN 'Face to Face (Surgery)'
        WHEN 'telephone' THEN 'Telephone/Audio'
        WHEN 'video' THEN 'Video with Audio'
        WHEN 'written' THEN 'Written (Including Online)'
    END AS visit_source_value
FROM (SELECT DISTINCT * FROM world_appointments WHERE status = 'attended' ORDER BY ALL) AS a
JOIN numbered_practices AS n ON a.practice_id = n.practice_id
JOIN numbered_staff AS s ON a.clinician_id = s.clinician_id AND a.role = s.role;

CREATE OR REPLACE VIEW out_PROCEDURE_OCCURRENCE AS
SELECT
    row_number() OVER () AS procedure_occurrence_id,
    patient_id AS person_id,
    as_day(referred_on) AS procedure_date,
    '871731000000106' AS procedure_source_value
FROM world_referrals;

CREATE OR REPLACE VIEW out_OBSERVATION AS
SELECT
    row_number() OVER () AS observation_id,
    patient_id AS person_id,
    as_day(declined_on) AS observation_date,
    '871711000000103' AS observation_source_value
FROM world_referrals
WHERE declined_on IS NOT NULL;

CREATE OR REPLACE VIEW out_CONDITION_OCCURRENCE AS
SELECT
    row_number() OVER () AS condition_occurrence_id,
    patient_id AS person_id,
    as_day(date) AS condition_start_date,
    snomedct_code AS condition_source_value
FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once;
