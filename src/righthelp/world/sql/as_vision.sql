-- A simulated population as Vision would export it, one view a file: out_<file>; none has a header line.
-- Only what was attended is there. The contacts with the link worker stand in a file of our own form,
-- whose first row is its header. Reads world_*.

CREATE OR REPLACE MACRO as_vision_day(day) AS strftime(day, '%Y%m%d');

CREATE OR REPLACE VIEW out_patient AS
SELECT
    p.patient_id AS PID,
    '' AS REFERENCE,
    as_vision_day(p.date_of_birth) AS DATE_OF_BIRTH,
    upper(left(p.sex, 1)) AS SEX,
    '' AS POSTCODE,
    '' AS MARITAL_STATUS,
    '' AS GP,
    '' AS GP_USUAL,
    'R' AS ACTIVE,
    as_vision_day(g.start_date) AS REGISTERED_DATE,
    as_vision_day(g.end_date) AS REMOVED_DATE,
    '' AS HA,
    '' AS PCG,
    '' AS SURGERY,
    '' AS MILEAGE,
    '' AS DISPENSING,
    '' AS ETHNIC,
    as_vision_day(p.date_of_death) AS DATE_OF_DEATH,
    '' AS PRACTICE,
    '' AS SURNAME,
    '' AS FORENAME,
    '' AS TITLE,
    '' AS NHS_NUMBER,
    '' AS ADDRESS,
    '' AS ADDRESS_1,
    '' AS ADDRESS_2,
    '' AS ADDRESS_3,
    '' AS ADDRESS_4,
    '' AS ADDRESS_5,
    '' AS PRACT_NUMBER,
    g.practice_id AS SERVICE_ID,
    'A' AS ACTION
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id;

CREATE OR REPLACE VIEW numbered_encounters AS
SELECT *, row_number() OVER () AS place
FROM (SELECT DISTINCT * FROM world_appointments WHERE status = 'attended' ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_encounter AS
SELECT
    patient_id AS PID,
    'enc-' || place AS ID,
    as_vision_day(start_date) AS DATE,
    clinician_id AS HCP,
    CASE role
        WHEN 'gp' THEN 'A'
        WHEN 'nurse' THEN 'D06'
        WHEN 'link_worker' THEN 'D10'
        WHEN 'other_direct_care' THEN 'D08'
        WHEN 'admin' THEN 'D'
        ELSE ''
    END AS HCP_TYPE,
    CASE mode WHEN 'home_visit' THEN 'V' ELSE 'G' END AS SESSION,
    'S' AS LOCATION,
    '9999' AS TIME,
    duration_minutes AS DURATION,
    '' AS TRAVEL,
    '' AS LINKS,
    '' AS PRACT_NUMBER,
    practice_id AS SERVICE_ID,
    'A' AS ACTION
FROM numbered_encounters
ORDER BY start_date, place;

CREATE OR REPLACE VIEW coded AS
SELECT patient_id, referral_id AS id, referred_on AS day, '871731000000106' AS code
FROM world_referrals
UNION ALL
SELECT patient_id, referral_id || '-declined', declined_on, '871711000000103'
FROM world_referrals
WHERE declined_on IS NOT NULL
UNION ALL
SELECT patient_id, event, date, snomedct_code
FROM (
    SELECT *, 'event-' || row_number() OVER () AS event
    FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once
) AS numbered;

CREATE OR REPLACE VIEW out_journal AS
SELECT
    patient_id AS PID,
    id AS ID,
    as_vision_day(day) AS DATE,
    '' AS RECORDED_DATE,
    '' AS CODE,
    code AS SNOMED_CODE,
    '' AS BNF_CODE,
    '' AS HCP,
    '' AS HCP_TYPE,
    '' AS GMS,
    '' AS EPISODE,
    '' AS TEXT,
    '' AS RUBRIC,
    '' AS DRUG_FORM,
    '' AS DRUG_STRENGTH,
    '' AS DRUG_PACKSIZE,
    '' AS DMD_CODE,
    '' AS IMMS_STATUS,
    '' AS IMMS_COMPOUND,
    '' AS IMMS_SOURCE,
    '' AS IMMS_BATCH,
    '' AS IMMS_REASON,
    '' AS IMMS_METHOD,
    '' AS IMMS_SITE,
    '' AS ENTITY,
    '' AS VALUE1_NAME,
    '' AS VALUE1,
    '' AS VALUE1_UNITS,
    '' AS VALUE2_NAME,
    '' AS VALUE2,
    '' AS VALUE2_UNITS,
    '' AS END_DATE,
    '' AS TIME,
    '' AS CONTEXT,
    '' AS CERTAINTY,
    '' AS SEVERITY,
    '' AS LINKS,
    '' AS LINKS_EXT,
    '' AS SERVICE_ID,
    'A' AS ACTION,
    '' AS SUBSET,
    '' AS DOCUMENT_ID
FROM coded;

CREATE OR REPLACE VIEW out_link_worker_contacts AS
SELECT 'patient_id' AS patient_id, 'date' AS date, 'mode' AS mode, 'outcome' AS outcome
UNION ALL
SELECT patient_id, date::VARCHAR, mode, outcome
FROM world_link_worker_contacts;
