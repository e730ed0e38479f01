-- A simulated population as ehrQL's tables, one view a file: out_<file>. They do not say who an
-- appointment was with; the contacts with the link worker stand in a file of our own form. Reads world_*.

CREATE OR REPLACE VIEW out_patients AS
SELECT
    patient_id,
    date_of_birth,
    date_of_death,
    CASE WHEN sex IN ('female', 'male', 'intersex') THEN sex ELSE 'unknown' END AS sex
FROM world_patients;

CREATE OR REPLACE VIEW out_practice_registrations AS
SELECT patient_id, start_date, end_date, practice_id AS practice_pseudo_id
FROM world_practice_registrations;

-- The words of SystmOne; where ours has no such word there, the nearest that counts the same.
CREATE OR REPLACE VIEW out_appointments AS
SELECT
    patient_id,
    booked_date,
    start_date,
    CASE WHEN status = 'attended' THEN start_date END AS seen_date,
    CASE status
        WHEN 'attended' THEN 'Finished'
        WHEN 'did_not_attend' THEN 'Did Not Attend'
        WHEN 'cancelled' THEN 'Cancelled by Patient'
        WHEN 'booked' THEN 'Booked'
        WHEN 'arrived' THEN 'Arrived'
        WHEN 'in_progress' THEN 'In Progress'
        WHEN 'waiting' THEN 'Waiting'
        WHEN 'walked_out' THEN 'Patient Walked Out'
        WHEN 'no_access' THEN 'No Access Visit'
        ELSE ''
    END AS status
FROM world_appointments;

CREATE OR REPLACE VIEW out_clinical_events AS
SELECT patient_id, referred_on AS date, '871731000000106' AS snomedct_code, NULL AS numeric_value
FROM world_referrals
UNION ALL
SELECT patient_id, declined_on, '871711000000103', NULL
FROM world_referrals
WHERE declined_on IS NOT NULL
UNION ALL
SELECT DISTINCT patient_id, date, snomedct_code, NULL FROM world_clinical_events;

CREATE OR REPLACE VIEW out_link_worker_contacts AS
SELECT patient_id, date, mode, outcome
FROM world_link_worker_contacts;

-- The rank of deprivation in the middle of the decile, rounded to 100.
CREATE OR REPLACE VIEW out_addresses AS
SELECT
    p.patient_id,
    g.start_date,
    NULL AS end_date,
    (round((p.imd_decile - 0.5) * 32.844) * 100)::INTEGER AS imd_rounded
FROM world_patients AS p
JOIN world_practice_registrations AS g ON p.patient_id = g.patient_id
WHERE p.imd_decile IS NOT NULL;
