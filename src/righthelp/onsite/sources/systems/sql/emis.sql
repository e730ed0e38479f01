-- EMIS Web extract into our tables. A delta adds rows: of the rows with one identifier the one with the
-- highest ProcessingId holds, and if it is marked as deleted, the thing itself is gone. Identifiers
-- stand in braces and in either case.
-- Reads landed_emis_*, known_words, known_codes. Makes from_* and, of the rows that are not used,
-- marked_emis_*.

CREATE OR REPLACE MACRO plain_guid(guid) AS lower(CASE
    WHEN prefix(guid, chr(123)) AND suffix(guid, chr(125)) AND is_plain(guid) AND NOT contains(guid, ' ')
    THEN substr(guid, 2, strlen(guid) - 2)
    ELSE trim(replace(replace(guid, chr(123), ''), chr(125), ''))
END);
CREATE OR REPLACE MACRO order_of(processing) AS coalesce(TRY_CAST(processing AS BIGINT), -1);

-- Patients: the record is one registration, the latest; a regular one counts as registered.
CREATE OR REPLACE TABLE emis_patient_again AS
SELECT plain_guid(PatientGuid) AS guid, arg_max(rowid, (order_of(ProcessingId), rowid)) AS last_row
FROM landed_emis_patient
GROUP BY plain_guid(PatientGuid)
HAVING count(*) > 1;

CREATE OR REPLACE TABLE marked_emis_patient AS
SELECT source_row, left_out
FROM (
    SELECT
        p.rowid AS source_row,
        CASE
            WHEN p.rowid <> g.last_row THEN 'row_superseded'
            WHEN is_true(p.Deleted) THEN 'row_deleted'
            WHEN is_true(p.DummyType) THEN 'test_patient'
        END AS left_out
    FROM landed_emis_patient AS p
    LEFT JOIN emis_patient_again AS g ON plain_guid(p.PatientGuid) = g.guid
) AS judged
WHERE left_out IS NOT NULL;

CREATE OR REPLACE TABLE emis_practice AS
SELECT plain_guid(OrganisationGuid) AS guid, arg_max(trim(ODSCode), order_of(ProcessingId)) AS ods_code
FROM landed_emis_organisation
WHERE trim(ODSCode) <> ''
GROUP BY plain_guid(OrganisationGuid);

CREATE OR REPLACE VIEW from_patients AS
SELECT
    p.rowid AS source_row,
    plain_guid(p.PatientGuid) AS patient_id,
    p.Sex AS sex,
    p.DateOfBirth AS date_of_birth,
    p.DateOfDeath AS date_of_death
FROM landed_emis_patient AS p
ANTI JOIN marked_emis_patient AS m ON p.rowid = m.source_row;

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    p.rowid AS source_row,
    plain_guid(p.PatientGuid) AS patient_id,
    coalesce(o.ods_code, plain_guid(p.OrganisationGuid)) AS practice_id,
    p.DateOfRegistration AS start_date,
    p.DateOfDeactivation AS end_date
FROM landed_emis_patient AS p
ANTI JOIN marked_emis_patient AS m ON p.rowid = m.source_row
LEFT JOIN emis_practice AS o ON plain_guid(p.OrganisationGuid) = o.guid
WHERE lower(coalesce(nullif(trim(p.PatientTypeDescription), ''), 'regular')) IN ('regular', 'regular/gms');

-- Who held a session: of several people the one whose job code comes first, so that a GP goes before
-- others. The job code where it is known, else the name of the job.
CREATE OR REPLACE TABLE emis_staff AS
SELECT
    plain_guid(UserInRoleGuid) AS guid,
    arg_max(
        CASE
            WHEN lower(trim(JobCategoryCode)) IN (SELECT word FROM known_words WHERE of_column = 'role')
            THEN trim(JobCategoryCode)
            ELSE coalesce(nullif(trim(JobCategoryName), ''), trim(JobCategoryCode))
        END,
        order_of(ProcessingId)
    ) AS role,
    arg_max(coalesce(trim(JobCategoryCode), 'Z'), order_of(ProcessingId)) AS job_code
FROM landed_emis_user_in_role
GROUP BY plain_guid(UserInRoleGuid);

CREATE OR REPLACE TABLE emis_holder AS
SELECT
    u.session,
    arg_min(s.role, (s.job_code, s.guid)) AS role,
    arg_min(s.guid, (s.job_code, s.guid)) AS clinician_id
FROM (
    SELECT
        plain_guid(SessionGuid) AS session,
        plain_guid(UserInRoleGuid) AS guid,
        arg_max(is_true(Deleted), order_of(ProcessingId)) AS is_deleted
    FROM landed_emis_session_user
    GROUP BY plain_guid(SessionGuid), plain_guid(UserInRoleGuid)
) AS u
JOIN emis_staff AS s ON u.guid = s.guid
WHERE NOT u.is_deleted
GROUP BY u.session;

-- Slots: one that was never booked, or whose booking was cancelled, has no patient. A patient of
-- another practice of the network stands in ExternalPatientGuid.
CREATE OR REPLACE TABLE emis_slot_again AS
SELECT plain_guid(SlotGuid) AS guid, arg_max(rowid, (order_of(ProcessingId), rowid)) AS last_row
FROM landed_emis_slot
WHERE guid IN (FROM landed_emis_slot SELECT plain_guid(SlotGuid) GROUP BY ALL HAVING count(*) > 1)
GROUP BY guid;

CREATE OR REPLACE TABLE marked_emis_slot AS
SELECT source_row, left_out
FROM (
    SELECT
        s.rowid AS source_row,
        CASE
            WHEN s.rowid <> g.last_row THEN 'row_superseded'
            WHEN is_true(s.Deleted) THEN 'row_deleted'
            WHEN coalesce(text_of(s.PatientGuid), text_of(s.ExternalPatientGuid)) IS NULL
            THEN 'slot_without_patient'
        END AS left_out
    FROM landed_emis_slot AS s
    LEFT JOIN emis_slot_again AS g ON plain_guid(s.SlotGuid) = g.guid
) AS judged
WHERE left_out IS NOT NULL;

-- Version 5 has no status: the flag says who did not attend, the times who came in and who left.
CREATE OR REPLACE VIEW from_appointments AS
SELECT
    s.rowid AS source_row,
    plain_guid(coalesce(text_of(s.PatientGuid), s.ExternalPatientGuid)) AS patient_id,
    coalesce(o.ods_code, plain_guid(s.OrganisationGuid)) AS practice_id,
    s.AppointmentDate AS start_date,
    CASE
        WHEN text_of(s.SlotStatus) IS NOT NULL THEN s.SlotStatus
        WHEN is_true(s.DidNotAttend) THEN 'did_not_attend'
        WHEN text_of(s.LeftTime) IS NOT NULL THEN 'attended'
        WHEN text_of(s.SendInTime) IS NOT NULL THEN 'in_progress'
        ELSE 'booked'
    END AS status,
    h.role,
    s.ModeOfContact AS mode,
    s.NationalSlotCategoryName AS category,
    s.ActualDurationInMinutes AS duration_minutes,
    h.clinician_id,
    s.BookedDate AS booked_date,
    s.SlotGuid AS source_id
FROM landed_emis_slot AS s
ANTI JOIN marked_emis_slot AS m ON s.rowid = m.source_row
LEFT JOIN emis_practice AS o ON plain_guid(s.OrganisationGuid) = o.guid
LEFT JOIN emis_holder AS h ON plain_guid(s.SessionGuid) = h.session;

-- Referrals to social prescribing, and those declined, from coded entries whose day is known.
CREATE OR REPLACE TABLE emis_meaning AS
SELECT c.CodeId AS code_id, any_value(k.code) AS code, any_value(k.meaning) AS meaning
FROM landed_emis_code AS c
JOIN known_codes AS k ON trim(c.SnomedCTConceptId) = k.code
GROUP BY c.CodeId;

CREATE OR REPLACE TABLE marked_emis_observation AS
SELECT
    o.rowid AS source_row,
    k.code,
    k.meaning,
    CASE
        WHEN k.meaning IS NULL THEN 'code_not_used'
        WHEN row_number() OVER (
            PARTITION BY plain_guid(o.ObservationGuid) ORDER BY order_of(o.ProcessingId) DESC, o.rowid DESC
        ) > 1 THEN 'row_superseded'
        WHEN is_true(o.Deleted) THEN 'row_deleted'
        WHEN upper(trim(o.EffectiveDatePrecision)) NOT IN ('YMD', 'YMDT') THEN 'date_not_exact'
    END AS left_out
FROM landed_emis_observation AS o
LEFT JOIN emis_meaning AS k ON o.CodeId = k.code_id;

CREATE OR REPLACE VIEW from_coded AS
SELECT
    'emis_observation' AS source_table,
    m.source_row,
    plain_guid(o.ObservationGuid) AS id,
    plain_guid(o.PatientGuid) AS patient_id,
    o.EffectiveDate AS date,
    m.code,
    m.meaning,
    row(o.EffectiveDate, m.source_row) AS in_order
FROM landed_emis_observation AS o
JOIN marked_emis_observation AS m ON o.rowid = m.source_row
WHERE m.left_out IS NULL;
