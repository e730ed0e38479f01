-- A simulated population as CPRD Aurum would send it, one view a file: out_<file>. Identifiers are ours,
-- so that the same people come out of every format. Only what was attended is there: a consultation
-- is one that took place. Reads world_*.

CREATE OR REPLACE MACRO as_aurum_day(day) AS strftime(day, '%d/%m/%Y');

CREATE OR REPLACE VIEW out_world_Extract_Practice_001 AS
SELECT
    practice_id AS pracid,
    (SELECT as_aurum_day(date_trunc('month', max(start_date)) + INTERVAL 1 MONTH) FROM world_appointments)
        AS lcd,
    '' AS uts,
    '8' AS region
FROM world_practices;

CREATE OR REPLACE VIEW out_world_Extract_Patient_001 AS
SELECT
    p.patient_id AS patid,
    g.practice_id AS pracid,
    '' AS usualgpstaffid,
    CASE p.sex WHEN 'male' THEN '1' WHEN 'female' THEN '2' WHEN 'intersex' THEN '3' ELSE '4' END AS gender,
    year(p.date_of_birth) AS yob,
    month(p.date_of_birth) AS mob,
    '' AS emis_ddate,
    as_aurum_day(g.start_date) AS regstartdate,
    '3' AS patienttypeid,
    as_aurum_day(g.end_date) AS regenddate,
    '1' AS acceptable,
    as_aurum_day(p.date_of_death) AS cprd_ddate
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id;

CREATE OR REPLACE VIEW jobs AS
SELECT *
FROM (VALUES
    ('gp', '1', 'General Medical Practitioner'),
    ('nurse', '2', 'Practice Nurse'),
    ('other_direct_care', '3', 'Clinical Pharmacist'),
    ('link_worker', '4', 'Social Prescribing Link Worker'),
    ('admin', '5', 'Receptionist')
) AS t (role, jobcatid, description);

CREATE OR REPLACE VIEW out_JobCat AS
SELECT jobcatid, description AS Description
FROM jobs;

CREATE OR REPLACE VIEW out_world_Extract_Staff_001 AS
SELECT s.clinician_id AS staffid, s.practice_id AS pracid, j.jobcatid
FROM (SELECT DISTINCT clinician_id, practice_id, role FROM world_appointments) AS s
LEFT JOIN jobs AS j ON s.role = j.role
ORDER BY ALL;

CREATE OR REPLACE VIEW numbered_consultations AS
SELECT *, row_number() OVER () AS place
FROM (SELECT DISTINCT * FROM world_appointments WHERE status = 'attended' ORDER BY ALL) AS each_once;

CREATE OR REPLACE VIEW out_world_Extract_Consultation_001 AS
SELECT
    patient_id AS patid,
    'cons-' || place AS consid,
    practice_id AS pracid,
    as_aurum_day(start_date) AS consdate,
    as_aurum_day(start_date) AS enterdate,
    clinician_id AS staffid,
    '' AS conssourceid,
    '' AS cprdconstype,
    CASE mode
        WHEN 'telephone' THEN '62151000000116'
        WHEN 'video' THEN '600851000000117'
        WHEN 'home_visit' THEN '63341000000114'
        WHEN 'written' THEN '1780459015'
        ELSE '1672871000006114'
    END AS consmedcodeid
FROM numbered_consultations
ORDER BY start_date, place;

CREATE OR REPLACE VIEW out_CPRDAurumMedical AS
SELECT *
FROM (VALUES
    ('2001', 'Referral to social prescribing service', '871731000000106'),
    ('2002', 'Social prescribing declined', '871711000000103')
) AS t (MedCodeId, Term, SnomedCTConceptId)
UNION ALL
SELECT DISTINCT snomedct_code, '', snomedct_code FROM world_clinical_events;

CREATE OR REPLACE VIEW out_world_Extract_Observation_001 AS
SELECT
    patient_id AS patid, '' AS consid, referral_id AS obsid, as_aurum_day(referred_on) AS obsdate,
    '2001' AS medcodeid
FROM world_referrals
UNION ALL
SELECT patient_id, '', referral_id || '-declined', as_aurum_day(declined_on), '2002'
FROM world_referrals
WHERE declined_on IS NOT NULL
UNION ALL
SELECT patient_id, '', event, as_aurum_day(date), snomedct_code
FROM (
    SELECT *, 'event-' || row_number() OVER () AS event
    FROM (SELECT DISTINCT * FROM world_clinical_events ORDER BY ALL) AS each_once
) AS numbered;
