-- Vision extract into our tables. Later files add to the first: of the rows with one identifier the last
-- holds, in the order of the files, and if its ACTION is D, the thing itself is gone. An encounter is
-- one that took place: there are none that were missed or cancelled.
-- Reads landed_vision_*, known_codes. Makes marked_vision_* and from_*.

CREATE OR REPLACE MACRO vision_is_deleted(action) AS coalesce(upper(text_of(action)) = 'D', FALSE);
CREATE OR REPLACE MACRO vision_day(given) AS
    coalesce(CAST(try_strptime(trim(given), '%Y%m%d') AS DATE), TRY_CAST(trim(given) AS DATE));

CREATE OR REPLACE TABLE marked_vision_patient AS
SELECT
    rowid AS source_row,
    text_of(PID) AS pid,
    CASE
        WHEN row_number() OVER (PARTITION BY text_of(PID) ORDER BY rowid DESC) > 1 AND text_of(PID) <> ''
        THEN 'row_superseded'
        WHEN vision_is_deleted(ACTION) THEN 'row_deleted'
    END AS left_out
FROM landed_vision_patient;

CREATE OR REPLACE VIEW from_patients AS
SELECT
    m.source_row,
    m.pid AS patient_id,
    p.SEX AS sex,
    text_of(p.DATE_OF_BIRTH) AS date_of_birth,
    text_of(p.DATE_OF_DEATH) AS date_of_death
FROM landed_vision_patient AS p
JOIN marked_vision_patient AS m ON p.rowid = m.source_row
WHERE m.left_out IS NULL;

-- ACTIVE says how somebody is registered: R regularly; others for a while, privately or not at all.
CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    m.source_row,
    m.pid AS patient_id,
    text_of(p.SERVICE_ID) AS practice_id,
    text_of(p.REGISTERED_DATE) AS start_date,
    text_of(p.REMOVED_DATE) AS end_date
FROM landed_vision_patient AS p
JOIN marked_vision_patient AS m ON p.rowid = m.source_row
WHERE m.left_out IS NULL AND coalesce(upper(text_of(p.ACTIVE)), 'R') = 'R';

-- A person who is deleted takes everything along. A hospital (H) or A+E (A) is not the practice.
CREATE OR REPLACE TABLE vision_encounter_again AS
SELECT text_of(PID) AS pid, text_of(ID) AS id, max(rowid) AS last_row
FROM landed_vision_encounter
WHERE text_of(ID) IS NOT NULL
GROUP BY ALL
HAVING count(*) > 1;

CREATE OR REPLACE TABLE marked_vision_encounter AS
SELECT source_row, left_out
FROM (
    SELECT
        e.rowid AS source_row,
        CASE
            WHEN e.rowid <> a.last_row THEN 'row_superseded'
            WHEN vision_is_deleted(e.ACTION) OR d.pid IS NOT NULL THEN 'row_deleted'
            WHEN upper(text_of(e.LOCATION)) IN ('H', 'A') THEN 'encounter_elsewhere'
        END AS left_out
    FROM landed_vision_encounter AS e
    LEFT JOIN vision_encounter_again AS a
        ON text_of(e.ID) = a.id AND text_of(e.PID) IS NOT DISTINCT FROM a.pid
    LEFT JOIN (SELECT pid FROM marked_vision_patient WHERE left_out = 'row_deleted') AS d
        ON text_of(e.PID) = d.pid
) AS judged
WHERE left_out IS NOT NULL;

-- What the types of professional are called. D10 is an interpreter or a link worker of any kind: it
-- never counts as a GP, and as the link worker only where the site's map says so.
CREATE OR REPLACE TABLE vision_role AS
SELECT *
FROM (VALUES
    ('A', 'GP Partner'),
    ('B', 'Locum GP'),
    ('C', 'GP Registrar'),
    ('D', 'Other Practice staff'),
    ('D06', 'Practice Nurse'),
    ('D07', 'Other Practice staff'),
    ('D08', 'Physiotherapist'),
    ('D09', 'Other Practice staff'),
    ('D10', 'Interpreter / Link Worker'),
    ('D11', 'Other Practice staff'),
    ('D12', 'Other Practice staff'),
    ('D13', 'Other Practice staff'),
    ('D14', 'Other Practice staff'),
    ('D15', 'Other Practice staff'),
    ('D16', 'Health Visitor'),
    ('D17', 'Nurse'),
    ('D18', 'Nurse'),
    ('D19', 'Nurse')
) AS t (hcp_type, role);

-- How it was held is not told, but for visits; with these alone, contacts face to face would be visits
-- only. So nothing is said of it.
CREATE OR REPLACE VIEW from_appointments AS
SELECT
    e.rowid AS source_row,
    text_of(e.PID) AS patient_id,
    text_of(e.SERVICE_ID) AS practice_id,
    text_of(e.DATE) AS start_date,
    'attended' AS status,
    coalesce(r.role, text_of(e.HCP_TYPE)) AS role,
    text_of(e.DURATION) AS duration_minutes,
    text_of(e.HCP) AS clinician_id,
    text_of(e.ID) AS source_id
FROM landed_vision_encounter AS e
ANTI JOIN marked_vision_encounter AS m ON e.rowid = m.source_row
LEFT JOIN vision_role AS r ON upper(text_of(e.HCP_TYPE)) = r.hcp_type;


-- Referrals to social prescribing, and those declined, where the version has SNOMED CT codes.
CREATE OR REPLACE TABLE marked_vision_journal AS
SELECT
    j.rowid AS source_row,
    k.code,
    k.meaning,
    CASE
        WHEN row_number() OVER (
            PARTITION BY text_of(j.PID), text_of(j.ID) ORDER BY j.rowid DESC
        ) > 1 AND text_of(j.ID) <> ''
        THEN 'row_superseded'
        WHEN vision_is_deleted(j.ACTION) OR d.pid IS NOT NULL THEN 'row_deleted'
        WHEN k.meaning IS NULL THEN 'code_not_used'
    END AS left_out
FROM landed_vision_journal AS j
LEFT JOIN known_codes AS k ON text_of(j.SNOMED_CODE) = k.code
LEFT JOIN (SELECT pid FROM marked_vision_patient WHERE left_out = 'row_deleted') AS d
    ON text_of(j.PID) = d.pid;

CREATE OR REPLACE VIEW from_coded AS
SELECT
    'vision_journal' AS source_table,
    m.source_row,
    text_of(j.ID) AS id,
    text_of(j.PID) AS patient_id,
    text_of(j.DATE) AS date,
    m.code,
    m.meaning,
    row(vision_day(j.DATE), m.source_row) AS in_order
FROM landed_vision_journal AS j
JOIN marked_vision_journal AS m ON j.rowid = m.source_row
WHERE m.left_out IS NULL;
