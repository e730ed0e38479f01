-- CPRD Aurum into our tables. Identifiers stay text: as numbers they lose their last digits. What is not
-- known is empty, or NA in copies that R wrote. Every consultation took place: there are none that
-- were missed or cancelled. Among them are notes, letters and results; their type tells them apart.
-- Reads landed_cprd_aurum_*, known_consultation_types, known_codes. Makes marked_cprd_aurum_* and from_*.

CREATE OR REPLACE MACRO aurum_text(given) AS CASE WHEN lower(text_of(given)) <> 'na' THEN text_of(given) END;
CREATE OR REPLACE MACRO aurum_day(given) AS
    coalesce(CAST(try_strptime(trim(given), '%d/%m/%Y') AS DATE), TRY_CAST(trim(given) AS DATE));
CREATE OR REPLACE MACRO aurum_exponent(given) AS
    (contains(given, 'E') OR contains(given, 'e'))
    AND regexp_full_match(trim(given), '[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+');

-- A person's identifier ends with the five digits of the practice. In a long one that does not, or in
-- one written as 1.23E+18, digits are lost, and two people may have become one.
CREATE OR REPLACE MACRO aurum_rounded(patid, pracid) AS
    coalesce(aurum_exponent(patid), FALSE) OR coalesce(
        strlen(patid) >= 16 AND regexp_full_match(trim(patid), '[0-9]+') AND length(trim(patid)) >= 16
        AND TRY_CAST(right(trim(patid), 5) AS BIGINT) <> TRY_CAST(trim(pracid) AS BIGINT),
        FALSE
    );

-- Patients: those whose record CPRD holds to be of research quality.
CREATE OR REPLACE TABLE marked_cprd_aurum_patient AS
SELECT
    rowid AS source_row,
    aurum_text(patid) AS patid,
    CASE
        WHEN aurum_rounded(patid, pracid) THEN 'identifier_rounded'
        WHEN aurum_text(acceptable) IS DISTINCT FROM '1' THEN 'patient_not_acceptable'
    END AS left_out
FROM landed_cprd_aurum_patient;

CREATE OR REPLACE TABLE cprd_aurum_left_out AS
SELECT patid
FROM marked_cprd_aurum_patient
WHERE patid IS NOT NULL
GROUP BY patid
HAVING bool_and(left_out IS NOT NULL);

-- The numbers that stand for a sex in CPRD's lookup.
CREATE OR REPLACE TABLE cprd_aurum_sex AS
SELECT * FROM (VALUES ('1', 'M'), ('2', 'F'), ('3', 'I'), ('4', 'U')) AS t (gender, word);

-- CPRD gives the month of birth of children only. Where there is none, 1 July stands for the year: no
-- other first of a month is nearer to every day of it, and nobody's age is wrong by more than half a year.
CREATE OR REPLACE VIEW from_patients AS
SELECT
    m.source_row,
    m.patid AS patient_id,
    coalesce(x.word, aurum_text(p.gender)) AS sex,
    CASE
        WHEN TRY_CAST(p.yob AS INTEGER) IS NULL THEN aurum_text(p.yob)
        WHEN TRY_CAST(p.mob AS INTEGER) BETWEEN 1 AND 12
        THEN TRY_CAST(p.yob AS INTEGER) || '-' || lpad(TRY_CAST(p.mob AS INTEGER)::VARCHAR, 2, '0') || '-01'
        ELSE TRY_CAST(p.yob AS INTEGER) || '-07-01'
    END AS date_of_birth,
    aurum_text(p.cprd_ddate) AS date_of_death
FROM landed_cprd_aurum_patient AS p
JOIN marked_cprd_aurum_patient AS m ON p.rowid = m.source_row
LEFT JOIN cprd_aurum_sex AS x ON aurum_text(p.gender) = x.gender
WHERE m.left_out IS NULL;

-- Nothing is known of anybody after the last day collected from their practice.
CREATE OR REPLACE TABLE cprd_aurum_collected AS
SELECT aurum_text(pracid) AS pracid, min(aurum_day(lcd)) AS last_day
FROM landed_cprd_aurum_practice
GROUP BY aurum_text(pracid);

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    m.source_row,
    m.patid AS patient_id,
    aurum_text(p.pracid) AS practice_id,
    aurum_text(p.regstartdate) AS start_date,
    CASE
        WHEN aurum_text(p.regenddate) IS NULL OR c.last_day < aurum_day(p.regenddate)
        THEN strftime(c.last_day, '%Y-%m-%d')
        ELSE aurum_text(p.regenddate)
    END AS end_date
FROM landed_cprd_aurum_patient AS p
JOIN marked_cprd_aurum_patient AS m ON p.rowid = m.source_row
LEFT JOIN cprd_aurum_collected AS c ON aurum_text(p.pracid) = c.pracid
WHERE m.left_out IS NULL;

-- A site's own list of types of consultation stands in for ours, as a whole.
CREATE OR REPLACE TABLE cprd_aurum_types AS
SELECT code, any_value(type ORDER BY type) AS type
FROM (
    SELECT aurum_text("code") AS code, aurum_text("group") AS type FROM landed_cprd_aurum_type
    UNION ALL
    SELECT code, "group" FROM known_consultation_types
    WHERE NOT EXISTS (SELECT 1 FROM landed_cprd_aurum_type)
) AS either
GROUP BY code;

CREATE OR REPLACE TABLE marked_cprd_aurum_consultation AS
SELECT source_row, left_out
FROM (
    SELECT
        c.rowid AS source_row,
        CASE
            WHEN aurum_rounded(c.patid, c.pracid) OR aurum_exponent(c.consid) OR aurum_exponent(c.consmedcodeid)
            THEN 'identifier_rounded'
            WHEN n.patid IS NOT NULL THEN 'patient_not_acceptable'
            WHEN t.type IS NULL THEN 'consultation_type_unknown'
            WHEN lower(t.type) IN ('exclude', 'out of hours') THEN 'consultation_not_contact'
        END AS left_out
    FROM landed_cprd_aurum_consultation AS c
    LEFT JOIN cprd_aurum_left_out AS n ON aurum_text(c.patid) = n.patid
    LEFT JOIN cprd_aurum_types AS t ON aurum_text(c.consmedcodeid) = t.code
) AS judged
WHERE left_out IS NOT NULL;

-- Who held it: the job category in words where the lookup is there, else its number.
CREATE OR REPLACE TABLE cprd_aurum_holder AS
SELECT s.staffid, coalesce(j.job, s.jobcatid) AS role
FROM (
    SELECT aurum_text(staffid) AS staffid, min(aurum_text(jobcatid)) AS jobcatid
    FROM landed_cprd_aurum_staff
    GROUP BY aurum_text(staffid)
) AS s
LEFT JOIN (
    SELECT aurum_text(jobcatid) AS jobcatid, min(aurum_text(Description)) AS job
    FROM landed_cprd_aurum_job
    GROUP BY aurum_text(jobcatid)
) AS j ON s.jobcatid = j.jobcatid;

CREATE OR REPLACE VIEW from_appointments AS
SELECT
    c.rowid AS source_row,
    aurum_text(c.patid) AS patient_id,
    aurum_text(c.pracid) AS practice_id,
    aurum_text(c.consdate) AS start_date,
    'attended' AS status,
    h.role,
    t.type AS mode,
    aurum_text(c.staffid) AS clinician_id,
    aurum_text(c.consid) AS source_id
FROM landed_cprd_aurum_consultation AS c
ANTI JOIN marked_cprd_aurum_consultation AS m ON c.rowid = m.source_row
LEFT JOIN cprd_aurum_types AS t ON aurum_text(c.consmedcodeid) = t.code
LEFT JOIN cprd_aurum_holder AS h ON aurum_text(c.staffid) = h.staffid;

-- Referrals to social prescribing, and those declined, from coded entries.
CREATE OR REPLACE TABLE cprd_aurum_meaning AS
SELECT
    aurum_text(d.MedCodeId) AS medcodeid,
    any_value(k.code) AS code,
    any_value(k.meaning) AS meaning
FROM landed_cprd_aurum_dictionary AS d
JOIN known_codes AS k ON trim(d.SnomedCTConceptId) = k.code
GROUP BY aurum_text(d.MedCodeId);

CREATE OR REPLACE TABLE marked_cprd_aurum_observation AS
SELECT
    o.rowid AS source_row,
    k.code,
    k.meaning,
    CASE
        WHEN NOT EXISTS (SELECT 1 FROM landed_cprd_aurum_dictionary) THEN 'code_without_dictionary'
        WHEN k.meaning IS NULL THEN 'code_not_used'
        WHEN aurum_exponent(o.patid) OR aurum_exponent(o.obsid) THEN 'identifier_rounded'
        WHEN n.patid IS NOT NULL THEN 'patient_not_acceptable'
    END AS left_out
FROM landed_cprd_aurum_observation AS o
LEFT JOIN cprd_aurum_left_out AS n ON aurum_text(o.patid) = n.patid
LEFT JOIN cprd_aurum_meaning AS k ON aurum_text(o.medcodeid) = k.medcodeid;

CREATE OR REPLACE VIEW from_coded AS
SELECT
    'cprd_aurum_observation' AS source_table,
    m.source_row,
    aurum_text(o.obsid) AS id,
    aurum_text(o.patid) AS patient_id,
    aurum_text(o.obsdate) AS date,
    m.code,
    m.meaning,
    row(aurum_day(o.obsdate), m.source_row) AS in_order
FROM landed_cprd_aurum_observation AS o
JOIN marked_cprd_aurum_observation AS m ON o.rowid = m.source_row
WHERE m.left_out IS NULL;
