-- ehrQL's tables into ours, which follow them: mostly names. Nothing says who an appointment was with.
-- A row without an identifier of its own can only be told from another by its values.
-- Reads landed_ehrql_*, known_codes. Makes marked_ehrql_* and from_*.

-- The day 9999-12-31, where the database behind ehrQL has it, means that something has not ended.
CREATE OR REPLACE MACRO ehrql_end(given) AS CASE WHEN trim(given) NOT LIKE '9999-%' THEN given END;

-- Deprivation is the rank of the place among the 32,844 of England, rounded to 100, the most deprived
-- first; the last place known counts. Ranks that are not there are blank, or below zero.
CREATE OR REPLACE TABLE ehrql_deprivation AS
SELECT
    trim(patient_id) AS patient_id,
    arg_max(
        least(10, 1 + TRY_CAST(imd_rounded AS INTEGER) * 10 // 32844),
        (TRY_CAST(start_date AS DATE), imd_rounded)
    ) AS decile
FROM landed_ehrql_addresses
WHERE TRY_CAST(imd_rounded AS INTEGER) BETWEEN 0 AND 32844 AND TRY_CAST(start_date AS DATE) IS NOT NULL
GROUP BY trim(patient_id);

CREATE OR REPLACE VIEW from_patients AS
SELECT
    p.rowid AS source_row,
    p.patient_id,
    p.sex,
    p.date_of_birth,
    ehrql_end(p.date_of_death) AS date_of_death,
    d.decile::VARCHAR AS imd_decile
FROM landed_ehrql_patients AS p
LEFT JOIN ehrql_deprivation AS d ON trim(p.patient_id) = d.patient_id;

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    rowid AS source_row,
    patient_id,
    practice_pseudo_id AS practice_id,
    start_date,
    ehrql_end(end_date) AS end_date
FROM landed_ehrql_practice_registrations;

-- The day is the one booked for; where only the day seen came, that one.
CREATE OR REPLACE VIEW from_appointments AS
SELECT
    rowid AS source_row,
    patient_id,
    coalesce(nullif(trim(start_date), ''), seen_date) AS start_date,
    status,
    booked_date
FROM landed_ehrql_appointments;


CREATE OR REPLACE TABLE marked_ehrql_clinical_events AS
SELECT
    e.rowid AS source_row,
    k.code,
    k.meaning,
    CASE WHEN k.meaning IS NULL THEN 'code_not_used' END AS left_out
FROM landed_ehrql_clinical_events AS e
LEFT JOIN known_codes AS k ON trim(e.snomedct_code) = k.code;

CREATE OR REPLACE VIEW from_coded AS
SELECT
    'ehrql_clinical_events' AS source_table,
    m.source_row,
    NULL::VARCHAR AS id,
    trim(e.patient_id) AS patient_id,
    e.date AS date,
    m.code,
    m.meaning,
    row(TRY_CAST(e.date AS DATE), m.source_row) AS in_order
FROM landed_ehrql_clinical_events AS e
JOIN marked_ehrql_clinical_events AS m ON e.rowid = m.source_row
WHERE m.left_out IS NULL;
