-- OMOP CDM 5.4 into our tables. Identifiers are whole numbers; a file that went through a spreadsheet
-- or a data frame may write 12 as 12.0. A visit is something that took place: every one is attended,
-- and appointments that were missed or cancelled are not in the model.
-- Reads landed_omop_*, known_words, known_codes. Makes marked_omop_* and from_*.

CREATE OR REPLACE MACRO plain_id(id) AS CASE
    WHEN suffix(id, '0') AND contains(id, '.') OR NOT is_plain(id)
    THEN nullif(regexp_replace(trim(id), '\.0+$', ''), '')
    ELSE id
END;
CREATE OR REPLACE MACRO known_word(word) AS lower(text_of(word));

-- Standard concepts of the vocabularies Gender, Visit and Medicare Specialty; codes.csv and words.csv
-- have the words.
CREATE OR REPLACE TABLE omop_sex AS
SELECT * FROM (VALUES ('8507', 'male'), ('8532', 'female'), ('8551', 'unknown')) AS t (concept, sex);

-- Outpatient and office say nothing on how the visit was held, and telehealth not whether by telephone.
CREATE OR REPLACE TABLE omop_visit_kind AS
SELECT * FROM (VALUES
    ('9202', NULL),           -- Outpatient Visit
    ('581477', NULL),         -- Office Visit
    ('5083', NULL),           -- Telehealth
    ('581476', 'home_visit')  -- Home Visit
) AS t (concept, mode);

CREATE OR REPLACE TABLE omop_gp_specialty AS
SELECT * FROM (VALUES
    ('38004446'),  -- General Practice
    ('38004453')   -- Family Practice
) AS t (concept);

-- People. Without the month of birth, January stands for it: no row then lies before the birth.
-- Where several deaths are recorded the earliest holds.
CREATE OR REPLACE TABLE marked_omop_death AS
SELECT
    rowid AS source_row,
    CASE
        WHEN row_number() OVER (
            PARTITION BY plain_id(person_id) ORDER BY TRY_CAST(death_date AS DATE), rowid
        ) > 1 THEN 'key_doubled'
    END AS left_out
FROM landed_omop_death
WHERE plain_id(person_id) IS NOT NULL;

CREATE OR REPLACE VIEW from_patients AS
SELECT
    p.rowid AS source_row,
    plain_id(p.person_id) AS patient_id,
    coalesce(s.sex, nullif(trim(p.gender_source_value), '')) AS sex,
    CASE
        WHEN plain_id(p.month_of_birth) IS NOT NULL
        THEN concat(plain_id(p.year_of_birth), '-', lpad(plain_id(p.month_of_birth), 2, '0'), '-01')
        WHEN nullif(trim(p.birth_datetime), '') IS NOT NULL THEN p.birth_datetime
        ELSE plain_id(p.year_of_birth) || '-01-01'
    END AS date_of_birth,
    coalesce(nullif(trim(d.death_date), ''), p.death_datetime) AS date_of_death,
    p.race_source_value AS ethnicity
FROM landed_omop_person AS p
LEFT JOIN omop_sex AS s ON plain_id(p.gender_concept_id) = s.concept
LEFT JOIN (
    SELECT d.person_id, d.death_date
    FROM landed_omop_death AS d
    JOIN marked_omop_death AS m ON d.rowid = m.source_row
    WHERE m.left_out IS NULL
) AS d ON plain_id(p.person_id) = plain_id(d.person_id);

-- Practices go by their own name for themselves, where the care site has one.
CREATE OR REPLACE TABLE omop_practice AS
SELECT plain_id(care_site_id) AS id, min(nullif(trim(care_site_source_value), '')) AS name
FROM landed_omop_care_site
GROUP BY plain_id(care_site_id);

CREATE OR REPLACE TABLE omop_belongs AS
SELECT
    plain_id(p.person_id) AS person,
    min(coalesce(o.name, plain_id(p.care_site_id))) AS practice_id
FROM landed_omop_person AS p
LEFT JOIN omop_practice AS o ON plain_id(p.care_site_id) = o.id
GROUP BY plain_id(p.person_id);

-- Every period has an end: for people still registered, the last day of the data. The person's care
-- site is their practice; where none is stated, all are taken as people of one practice.
CREATE OR REPLACE TABLE omop_last_day AS
SELECT max(TRY_CAST(trim(observation_period_end_date) AS DATE)) AS last_day
FROM landed_omop_observation_period;

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    o.rowid AS source_row,
    plain_id(o.person_id) AS patient_id,
    coalesce(b.practice_id, 'not stated') AS practice_id,
    o.observation_period_start_date AS start_date,
    CASE
        WHEN TRY_CAST(trim(o.observation_period_end_date) AS DATE) IS DISTINCT FROM e.last_day
        THEN o.observation_period_end_date
    END AS end_date,
    plain_id(o.observation_period_id) AS source_id
FROM landed_omop_observation_period AS o
LEFT JOIN omop_belongs AS b ON plain_id(o.person_id) = b.person
CROSS JOIN omop_last_day AS e;

-- Staff. A word for a link worker goes before the specialty; the specialty before any other word.
CREATE OR REPLACE TABLE omop_staff AS
SELECT
    plain_id(v.provider_id) AS provider,
    arg_min(
        CASE
            WHEN w.meaning = 'link_worker' THEN 'link_worker'
            WHEN g.concept IS NOT NULL THEN 'gp'
            ELSE nullif(trim(v.specialty_source_value), '')
        END,
        v.rowid
    ) AS role
FROM landed_omop_provider AS v
LEFT JOIN known_words AS w ON w.of_column = 'role' AND known_word(v.specialty_source_value) = w.word
LEFT JOIN omop_gp_specialty AS g ON plain_id(v.specialty_concept_id) = g.concept
GROUP BY plain_id(v.provider_id);

CREATE OR REPLACE TABLE omop_visit_again AS
SELECT
    rowid AS source_row,
    CASE
        WHEN row_number() OVER (PARTITION BY row_hash, id ORDER BY rowid) > 1 THEN 'duplicate_row'
        WHEN row_number() OVER (PARTITION BY id ORDER BY rowid) > 1 THEN 'key_doubled'
    END AS why
FROM (SELECT rowid, row_hash, plain_id(visit_occurrence_id) AS id FROM landed_omop_visit_occurrence) AS v
WHERE id IN (
    FROM landed_omop_visit_occurrence
    SELECT plain_id(visit_occurrence_id)
    GROUP BY ALL
    HAVING count(*) > 1
);

CREATE OR REPLACE TABLE marked_omop_visit_occurrence AS
SELECT source_row, left_out
FROM (
    SELECT
        v.rowid AS source_row,
        CASE
            WHEN k.concept IS NULL AND plain_id(v.visit_concept_id) IS NOT NULL THEN 'visit_not_used'
            ELSE a.why
        END AS left_out
    FROM landed_omop_visit_occurrence AS v
    LEFT JOIN omop_visit_kind AS k ON plain_id(v.visit_concept_id) = k.concept
    LEFT JOIN omop_visit_again AS a ON v.rowid = a.source_row
) AS judged
WHERE left_out IS NOT NULL;

-- Midnight to midnight is no length, and more than a day is no appointment's.
CREATE OR REPLACE MACRO minutes_between(starts, ends) AS
    date_diff('minute', TRY_CAST(starts AS TIMESTAMP), TRY_CAST(ends AS TIMESTAMP));

CREATE OR REPLACE VIEW from_appointments AS
SELECT
    v.rowid AS source_row,
    plain_id(v.person_id) AS patient_id,
    coalesce(o.name, plain_id(v.care_site_id), b.practice_id, 'not stated') AS practice_id,
    v.visit_start_date AS start_date,
    'attended' AS status,
    CASE WHEN w.meaning = 'link_worker' THEN 'link_worker' ELSE s.role END AS role,
    coalesce(k.mode, x.meaning) AS mode,
    CASE
        WHEN minutes_between(v.visit_start_datetime, v.visit_end_datetime) BETWEEN 1 AND 1440
        THEN CAST(minutes_between(v.visit_start_datetime, v.visit_end_datetime) AS VARCHAR)
    END AS duration_minutes,
    plain_id(v.provider_id) AS clinician_id,
    plain_id(v.visit_occurrence_id) AS source_id
FROM landed_omop_visit_occurrence AS v
ANTI JOIN marked_omop_visit_occurrence AS m ON v.rowid = m.source_row
LEFT JOIN omop_visit_kind AS k ON plain_id(v.visit_concept_id) = k.concept
LEFT JOIN omop_practice AS o ON plain_id(v.care_site_id) = o.id
LEFT JOIN omop_belongs AS b ON plain_id(v.person_id) = b.person
LEFT JOIN omop_staff AS s ON plain_id(v.provider_id) = s.provider
LEFT JOIN known_words AS w ON w.of_column = 'role' AND known_word(v.visit_source_value) = w.word
LEFT JOIN known_words AS x ON x.of_column = 'mode' AND known_word(v.visit_source_value) = x.word;

-- Referrals to social prescribing, and those declined: the model files them under observations or
-- under procedures. The SNOMED CT code of the source says which; else the concept of the source, else
-- the standard concept, where the vocabulary came and has these codes.
CREATE OR REPLACE TABLE omop_coded AS
SELECT
    plain_id(c.concept_id) AS concept,
    min(k.code) AS code,
    arg_min(k.meaning, k.code) AS meaning
FROM landed_omop_concept AS c
JOIN known_codes AS k ON plain_id(c.concept_code) = k.code
WHERE upper(trim(c.vocabulary_id)) = 'SNOMED'
GROUP BY plain_id(c.concept_id);

CREATE OR REPLACE VIEW omop_entry AS
SELECT
    'omop_observation' AS source_table,
    rowid AS source_row,
    'observation' AS kind,
    plain_id(observation_id) AS id,
    plain_id(person_id) AS patient_id,
    observation_date AS date,
    observation_source_value AS source_code,
    observation_source_concept_id AS source_concept,
    observation_concept_id AS concept
FROM landed_omop_observation
UNION ALL
SELECT
    'omop_procedure_occurrence',
    rowid,
    'procedure',
    plain_id(procedure_occurrence_id),
    plain_id(person_id),
    procedure_date,
    procedure_source_value,
    procedure_source_concept_id,
    procedure_concept_id
FROM landed_omop_procedure_occurrence
UNION ALL
SELECT
    'omop_condition_occurrence',
    rowid,
    'condition',
    plain_id(condition_occurrence_id),
    plain_id(person_id),
    condition_start_date,
    condition_source_value,
    condition_source_concept_id,
    condition_concept_id
FROM landed_omop_condition_occurrence;

CREATE OR REPLACE TABLE omop_entry_again AS
SELECT source_table, id, min(source_row) AS first_row
FROM omop_entry
WHERE id IS NOT NULL
GROUP BY source_table, id
HAVING count(*) > 1;

CREATE OR REPLACE TABLE omop_judged AS
SELECT
    e.source_table,
    e.source_row,
    coalesce(k.code, s.code, t.code) AS code,
    coalesce(k.meaning, s.meaning, t.meaning) AS meaning,
    CASE
        WHEN coalesce(k.meaning, s.meaning, t.meaning) IS NULL THEN 'code_not_used'
        WHEN e.source_row <> a.first_row THEN 'key_doubled'
    END AS left_out
FROM omop_entry AS e
LEFT JOIN known_codes AS k ON plain_id(e.source_code) = k.code
LEFT JOIN omop_coded AS s ON plain_id(e.source_concept) = s.concept
LEFT JOIN omop_coded AS t ON plain_id(e.concept) = t.concept
LEFT JOIN omop_entry_again AS a ON e.source_table = a.source_table AND e.id = a.id;

CREATE OR REPLACE VIEW marked_omop_observation AS
SELECT source_row, left_out FROM omop_judged WHERE source_table = 'omop_observation';

CREATE OR REPLACE VIEW marked_omop_procedure_occurrence AS
SELECT source_row, left_out FROM omop_judged WHERE source_table = 'omop_procedure_occurrence';

CREATE OR REPLACE VIEW marked_omop_condition_occurrence AS
SELECT source_row, left_out FROM omop_judged WHERE source_table = 'omop_condition_occurrence';

CREATE OR REPLACE VIEW from_coded AS
SELECT
    e.source_table,
    e.source_row,
    e.kind || '-' || e.id AS id,
    e.patient_id,
    e.date,
    j.code,
    j.meaning,
    row(e.date, j.meaning = 'declined', e.source_table, e.source_row) AS in_order
FROM omop_entry AS e
JOIN omop_judged AS j ON e.source_table = j.source_table AND e.source_row = j.source_row
WHERE j.left_out IS NULL AND (j.meaning = 'listed' OR e.source_table <> 'omop_condition_occurrence');
