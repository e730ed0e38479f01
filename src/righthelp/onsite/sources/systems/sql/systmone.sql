-- TPP SystmOne extract into our tables. Later files add rows: of the rows with one identifier the last
-- one holds, in the order of the files' names. Files of days must therefore sort by day.
-- A missing identifier is -1 or empty. Values may hold a hard blank (U+00A0).
-- Reads landed_systmone_*, known_words, known_codes. Makes marked_systmone_* and from_*.
--
-- Not read: SREvent, since an entry in the record belongs to an appointment only by its day, and letters
-- and results are entries too; SRReferralIn and SRReferralOut, since no fixed word of theirs says that a
-- referral is to social prescribing.

CREATE OR REPLACE MACRO plain_text(value) AS
    CASE WHEN is_plain(value) THEN value ELSE nullif(trim(replace(value, chr(160), ' ')), '') END;
CREATE OR REPLACE MACRO plain_id(id) AS nullif(plain_text(id), '-1');
CREATE OR REPLACE MACRO read_time(value) AS
    try_strptime(plain_text(value), ['%d %b %Y %H:%M:%S', '%d %b %Y %H:%M', '%d %b %Y', '%Y-%m-%d']);

-- The state of every row. One row of the system may stand in the extract once for each organisation that
-- may see it, and may be removed for one of them alone; it is gone when no organisation sees it any more.
-- A removal that names no organisation is for all. Of the coded entries only those that ever held a code
-- of ours are looked at: a row that removes or changes an entry need not hold that code.
CREATE OR REPLACE TABLE systmone_row AS
SELECT
    of_table,
    source_row,
    coalesce(plain_id(id), 'row ' || source_row) AS id,
    plain_id(seen_by) AS seen_by,
    is_true(removed) AS is_removed
FROM (
    SELECT
        'patient' AS of_table,
        rowid AS source_row,
        RowIdentifier AS id,
        IDOrganisationVisibleTo AS seen_by,
        RemovedData AS removed
    FROM landed_systmone_patient
    UNION ALL
    SELECT 'registration', rowid, RowIdentifier, IDOrganisationVisibleTo, RemovedData
    FROM landed_systmone_registration
    UNION ALL
    SELECT 'appointment', rowid, RowIdentifier, IDOrganisationVisibleTo, RemovedData
    FROM landed_systmone_appointment
    UNION ALL
    SELECT 'code', rowid, RowIdentifier, IDOrganisationVisibleTo, RemovedData
    FROM landed_systmone_code
    WHERE plain_id(RowIdentifier) IN (
        SELECT plain_id(c.RowIdentifier)
        FROM landed_systmone_code AS c
        JOIN known_codes AS k ON plain_id(c.SNOMEDCode) = k.code
    )
) AS every_row;

CREATE OR REPLACE TABLE systmone_version AS
SELECT
    *,
    row_number() OVER (PARTITION BY of_table, id, seen_by ORDER BY source_row DESC) = 1
        AND source_row >= coalesce(
            max(CASE WHEN is_removed AND seen_by IS NULL THEN source_row END)
                OVER (PARTITION BY of_table, id),
            0
        ) AS is_last
FROM systmone_row
WHERE (of_table, id) IN (FROM systmone_row SELECT of_table, id GROUP BY ALL HAVING count(*) > 1);

-- Only the rows that are not used stand here.
CREATE OR REPLACE TABLE systmone_state AS
SELECT of_table, source_row, state
FROM (
    SELECT
        of_table,
        source_row,
        CASE
            WHEN NOT is_last THEN 'row_superseded'
            WHEN is_removed THEN 'row_deleted'
            WHEN row_number() OVER (
                PARTITION BY of_table, id, is_last AND NOT is_removed ORDER BY source_row DESC
            ) > 1 THEN 'row_superseded'
        END AS state
    FROM systmone_version
) AS each_one
WHERE state IS NOT NULL
UNION ALL
SELECT of_table, source_row, 'row_deleted'
FROM systmone_row
WHERE is_removed AND (of_table, id) NOT IN (SELECT of_table, id FROM systmone_version);

-- Patients.
CREATE OR REPLACE TABLE marked_systmone_patient AS
SELECT
    p.rowid AS source_row,
    plain_id(p.RowIdentifier) AS id,
    coalesce(s.state, CASE WHEN is_true(p.TestPatient) THEN 'test_patient' END) AS left_out
FROM landed_systmone_patient AS p
LEFT JOIN systmone_state AS s ON s.of_table = 'patient' AND p.rowid = s.source_row;

CREATE OR REPLACE VIEW from_patients AS
SELECT
    m.source_row,
    plain_id(p.RowIdentifier) AS patient_id,
    plain_text(p.Gender) AS sex,
    plain_text(p.DateBirth) AS date_of_birth,
    plain_text(p.DateDeath) AS date_of_death
FROM landed_systmone_patient AS p
JOIN marked_systmone_patient AS m ON p.rowid = m.source_row
WHERE m.left_out IS NULL;

-- People none of whose rows are used: nothing of theirs in another table is used either.
CREATE OR REPLACE TABLE systmone_not_used AS
SELECT
    id AS patient_id,
    CASE WHEN bool_or(left_out = 'test_patient') THEN 'test_patient' ELSE 'patient_removed' END AS why
FROM marked_systmone_patient
WHERE id IS NOT NULL
GROUP BY id
HAVING count(*) FILTER (left_out IS NULL) = 0;

CREATE OR REPLACE TABLE systmone_practice AS
SELECT plain_id(RowIdentifier) AS id, arg_max(plain_text(ID), rowid) AS ods_code
FROM landed_systmone_organisation
WHERE plain_text(ID) IS NOT NULL
GROUP BY plain_id(RowIdentifier);

CREATE OR REPLACE TABLE systmone_word AS
SELECT plain_id(RowIdentifier) AS code, arg_max(plain_text(Mapping), rowid) AS word
FROM landed_systmone_mapping
WHERE plain_id(RowIdentifier) IS NOT NULL
GROUP BY plain_id(RowIdentifier);

-- Registrations. A status may hold several words, such as 'GMS,Contraception'; GMS among them means
-- registered for all care. The words beside it here are known not to. Any other word, or none, does not
-- tell, so that the registration is not used.
CREATE OR REPLACE TABLE systmone_registered AS
SELECT *
FROM (VALUES
    ('gms', TRUE),
    ('standard', TRUE),
    ('applied', FALSE),
    ('private', FALSE),
    ('temporary', FALSE),
    ('temporary resident < 16 days', FALSE),
    ('temporary resident 16 days to 3 months', FALSE),
    ('temporary resident (telephone consultation)', FALSE),
    ('immediately necessary', FALSE),
    ('immediately necessary treatment', FALSE),
    ('emergency', FALSE),
    ('walk-in patient', FALSE),
    ('minor surgery', FALSE),
    ('contraception', FALSE),
    ('child health surveillance', FALSE),
    ('maternity', FALSE)
) AS words (word, is_full);

CREATE OR REPLACE TABLE systmone_status AS
SELECT s.status, bool_or(r.is_full) AS is_full, bool_and(r.is_full IS NOT NULL) AS is_known
FROM (
    SELECT status, unnest(string_split(lower(coalesce(w.word, status)), ',')) AS part
    FROM (
        SELECT DISTINCT plain_text(RegistrationStatus) AS status
        FROM landed_systmone_registration
    ) AS each_once
    LEFT JOIN systmone_word AS w ON status = w.code
) AS s
LEFT JOIN systmone_registered AS r ON trim(s.part) = r.word
GROUP BY s.status;

-- The extract also tells of registrations elsewhere, for people whom a practice still shares. What such
-- a person had there is not in the extract, so their time there is not used. The practices of the
-- extract are the organisations that see its registrations.
CREATE OR REPLACE TABLE systmone_seen_by AS
SELECT DISTINCT plain_id(IDOrganisationVisibleTo) AS id
FROM landed_systmone_registration
WHERE plain_id(IDOrganisationVisibleTo) IS NOT NULL;

CREATE OR REPLACE TABLE marked_systmone_registration AS
SELECT
    r.rowid AS source_row,
    coalesce(plain_id(r.IDOrganisation), plain_id(r.IDOrganisationVisibleTo)) AS practice,
    CASE
        WHEN s.state IS NOT NULL THEN s.state
        WHEN n.why IS NOT NULL THEN n.why
        WHEN plain_id(r.IDOrganisationVisibleTo) IS NOT NULL
            AND practice NOT IN (SELECT id FROM systmone_seen_by) THEN 'registered_elsewhere'
        WHEN t.is_full THEN NULL
        WHEN t.is_known THEN 'registration_not_full'
        ELSE 'registration_unclear'
    END AS left_out
FROM landed_systmone_registration AS r
LEFT JOIN systmone_state AS s ON s.of_table = 'registration' AND r.rowid = s.source_row
LEFT JOIN systmone_not_used AS n ON plain_id(r.IDPatient) = n.patient_id
LEFT JOIN systmone_status AS t ON plain_text(r.RegistrationStatus) = t.status;

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    m.source_row,
    plain_id(r.IDPatient) AS patient_id,
    coalesce(o.ods_code, m.practice) AS practice_id,
    plain_text(r.DateRegistration) AS start_date,
    plain_text(r.DateDeRegistration) AS end_date,
    plain_id(r.RowIdentifier) AS source_id
FROM landed_systmone_registration AS r
JOIN marked_systmone_registration AS m ON r.rowid = m.source_row
LEFT JOIN systmone_practice AS o ON m.practice = o.id
WHERE m.left_out IS NULL;

-- Who held an appointment: the job of the clinician's profile; without one, the kind of the rota or its
-- name, whichever has a word that is known. When any of the three is a link worker's word the
-- appointment is the link worker's, so that it never counts as a GP's.
CREATE OR REPLACE MACRO fold_text(value) AS
    regexp_replace(lower(replace(value, chr(160), '')), '[\s_-]+', '', 'g');

CREATE OR REPLACE TABLE systmone_role_word AS
SELECT fold_text(word) AS folded, any_value(meaning) AS meaning
FROM known_words
WHERE of_column = 'role'
GROUP BY folded;

CREATE OR REPLACE TABLE systmone_staff AS
SELECT
    p.id,
    p.staff_member,
    coalesce(j.role, p.role) AS role
FROM (
    SELECT
        plain_id(RowIdentifier) AS id,
        arg_max(plain_id(IDStaffMember), rowid) AS staff_member,
        arg_max(plain_id(IDStaffMemberProfileRole), rowid) AS job,
        arg_max(plain_text(StaffRole), rowid) AS role
    FROM landed_systmone_staff_profile
    GROUP BY plain_id(RowIdentifier)
) AS p
LEFT JOIN (
    SELECT plain_id(RowIdentifier) AS id, arg_max(plain_text(RoleDescription), rowid) AS role
    FROM landed_systmone_staff_role
    GROUP BY plain_id(RowIdentifier)
) AS j ON p.job = j.id;

CREATE OR REPLACE TABLE systmone_holder AS
SELECT
    h.profile,
    h.rota_type,
    h.rota_name,
    s.staff_member,
    CASE
        WHEN 'link_worker' IN (a.meaning, b.meaning, c.meaning) THEN 'link_worker'
        WHEN s.role IS NOT NULL THEN s.role
        WHEN b.meaning IS NOT NULL THEN plain_text(h.rota_type)
        WHEN c.meaning IS NOT NULL THEN plain_text(h.rota_name)
        ELSE coalesce(plain_text(h.rota_type), plain_text(h.rota_name))
    END AS role
FROM (
    SELECT DISTINCT IDProfileClinician AS profile, RotaType AS rota_type, RotaName AS rota_name
    FROM landed_systmone_appointment
) AS h
LEFT JOIN systmone_staff AS s ON plain_id(h.profile) = s.id
LEFT JOIN systmone_role_word AS a ON fold_text(s.role) = a.folded
LEFT JOIN systmone_role_word AS b ON fold_text(h.rota_type) = b.folded
LEFT JOIN systmone_role_word AS c ON fold_text(h.rota_name) = c.folded;

-- Appointments. The status is a code that SRMapping explains, or the word itself. Without SRMapping a
-- code cannot be read, and nobody would seem to have come: the extract is then refused.
CREATE OR REPLACE TABLE marked_systmone_appointment AS
SELECT source_row, left_out
FROM (
    SELECT
        a.rowid AS source_row,
        CASE
            WHEN s.state IS NOT NULL THEN s.state
            WHEN n.why IS NOT NULL THEN n.why
            WHEN plain_id(a.IDPatient) IS NULL THEN 'slot_without_patient'
            WHEN NOT EXISTS (FROM systmone_word)
                AND TRY_CAST(plain_id(a.AppointmentStatus) AS BIGINT) IS NOT NULL THEN 'status_not_explained'
        END AS left_out
    FROM landed_systmone_appointment AS a
    LEFT JOIN systmone_state AS s ON s.of_table = 'appointment' AND a.rowid = s.source_row
    LEFT JOIN systmone_not_used AS n ON plain_id(a.IDPatient) = n.patient_id
) AS judged
WHERE left_out IS NOT NULL;

-- The flag tells of the telephone alone. An appointment without it may have been at the practice, at
-- home, by video or in writing, so that its mode stays unknown. The length is left empty: the extract
-- has the length of the slot, not of the talk.
CREATE OR REPLACE VIEW from_appointments AS
SELECT
    a.rowid AS source_row,
    plain_id(a.IDPatient) AS patient_id,
    coalesce(o.ods_code, plain_id(a.IDOrganisation)) AS practice_id,
    plain_text(a.DateStart) AS start_date,
    coalesce(w.word, plain_id(a.AppointmentStatus)) AS status,
    h.role,
    CASE WHEN is_true(a.TelephoneAppointment) THEN 'telephone' END AS mode,
    coalesce(plain_id(a.IDClinician), h.staff_member) AS clinician_id,
    plain_text(a.DateAppointmentBooked) AS booked_date,
    plain_id(a.RowIdentifier) AS source_id
FROM landed_systmone_appointment AS a
ANTI JOIN marked_systmone_appointment AS m ON a.rowid = m.source_row
LEFT JOIN systmone_practice AS o ON plain_id(a.IDOrganisation) = o.id
LEFT JOIN systmone_word AS w ON plain_id(a.AppointmentStatus) = w.code
LEFT JOIN systmone_holder AS h
    ON a.IDProfileClinician IS NOT DISTINCT FROM h.profile
    AND a.RotaType IS NOT DISTINCT FROM h.rota_type
    AND a.RotaName IS NOT DISTINCT FROM h.rota_name;

-- Referrals to social prescribing, and those declined, from coded entries.
CREATE OR REPLACE TABLE marked_systmone_code AS
SELECT
    c.rowid AS source_row,
    k.code,
    k.meaning,
    CASE
        WHEN s.state IS NOT NULL THEN s.state
        WHEN k.meaning IS NULL AND plain_id(c.SNOMEDCode) IS NULL THEN 'code_missing'
        WHEN k.meaning IS NULL THEN 'code_not_used'
        ELSE n.why
    END AS left_out
FROM landed_systmone_code AS c
LEFT JOIN known_codes AS k ON plain_id(c.SNOMEDCode) = k.code
LEFT JOIN systmone_state AS s ON s.of_table = 'code' AND c.rowid = s.source_row
LEFT JOIN systmone_not_used AS n ON plain_id(c.IDPatient) = n.patient_id;

CREATE OR REPLACE VIEW from_coded AS
SELECT
    'systmone_code' AS source_table,
    m.source_row,
    plain_id(c.RowIdentifier) AS id,
    plain_id(c.IDPatient) AS patient_id,
    plain_text(c.DateEvent) AS date,
    m.code,
    m.meaning,
    row(read_time(c.DateEvent), m.source_row) AS in_order
FROM landed_systmone_code AS c
JOIN marked_systmone_code AS m ON c.rowid = m.source_row
WHERE m.left_out IS NULL;
