-- FHIR R4 resources into our tables. Of the lines with one identifier the one last updated holds. A day
-- is the day where it happened: it is taken from the text of an instant, before its offset.
-- Reads landed_fhir_*, known_words, known_codes. Makes marked_fhir_* and from_*.

CREATE OR REPLACE MACRO day_of(instant) AS nullif(left(trim(instant), 10), '');
CREATE OR REPLACE MACRO is_exact(instant) AS length(trim(instant)) >= 10;
CREATE OR REPLACE MACRO minutes_between(starts, ends) AS
    date_diff('minute', TRY_CAST(starts AS TIMESTAMPTZ), TRY_CAST(ends AS TIMESTAMPTZ));

-- What a reference points to: `Patient/1`, an address that ends so, `urn:uuid:1`, or an identifier as
-- system|value, which also stands behind `Practitioner?identifier=`.
CREATE OR REPLACE MACRO key_of(reference) AS CASE
    WHEN contains(reference, '?identifier=') THEN url_decode(split_part(reference, '?identifier=', 2))
    WHEN starts_with(reference, 'urn:') THEN regexp_extract(reference, '[^:]+$')
    ELSE regexp_extract(regexp_replace(reference, '/_history/.*$', ''), '[^/]+$')
END;
CREATE OR REPLACE MACRO type_of(reference) AS regexp_extract(reference, '([A-Za-z]+)(/[^/]+(/_history/.*)?|[?].*)$', 1);

CREATE OR REPLACE TABLE marked_fhir_other AS
SELECT
    rowid AS source_row,
    CASE WHEN is_json = 'true' THEN 'resource_not_used' ELSE 'line_not_json' END AS left_out
FROM landed_fhir_other;

-- The last version of each resource.
CREATE OR REPLACE TABLE fhir_version AS
SELECT
    type,
    source_row,
    id IS NOT NULL AND row_number() OVER (
        PARTITION BY type, id ORDER BY TRY_CAST(updated AS TIMESTAMPTZ) DESC NULLS LAST, source_row DESC
    ) > 1 AS superseded
FROM (
    SELECT 'Patient' AS type, rowid AS source_row, id, updated FROM landed_fhir_patient
    UNION ALL
    SELECT 'EpisodeOfCare', rowid, id, updated FROM landed_fhir_episodeofcare
    UNION ALL
    SELECT 'Appointment', rowid, id, updated FROM landed_fhir_appointment
    UNION ALL
    SELECT 'Encounter', rowid, id, updated FROM landed_fhir_encounter
    UNION ALL
    SELECT 'ServiceRequest', rowid, id, updated FROM landed_fhir_servicerequest
    UNION ALL
    SELECT 'Condition', rowid, id, updated FROM landed_fhir_condition
    UNION ALL
    SELECT 'Observation', rowid, id, updated FROM landed_fhir_observation
    UNION ALL
    SELECT 'QuestionnaireResponse', rowid, id, updated FROM landed_fhir_questionnaireresponse
    UNION ALL
    SELECT 'PractitionerRole', rowid, id, updated FROM landed_fhir_practitionerrole
) AS every;

-- By what a resource can be found: its own identifier, and every other that only one resource has.
CREATE OR REPLACE TABLE fhir_key AS
SELECT type, key, min(id) AS id
FROM (
    SELECT 'Patient' AS type, id, id AS key FROM landed_fhir_patient
    UNION ALL
    SELECT 'Patient', id, unnest(string_split(identifiers, chr(10))) FROM landed_fhir_patient
    UNION ALL
    SELECT 'Practitioner', id, id FROM landed_fhir_practitioner
    UNION ALL
    SELECT 'Practitioner', id, unnest(string_split(identifiers, chr(10))) FROM landed_fhir_practitioner
    UNION ALL
    SELECT 'PractitionerRole', id, id FROM landed_fhir_practitionerrole
    UNION ALL
    SELECT 'PractitionerRole', id, unnest(string_split(identifiers, chr(10)))
    FROM landed_fhir_practitionerrole
    UNION ALL
    SELECT 'Organization', id, id FROM landed_fhir_organization
    UNION ALL
    SELECT 'Organization', id, unnest(string_split(identifiers, chr(10))) FROM landed_fhir_organization
) AS keys
WHERE key <> ''
GROUP BY type, key
HAVING count(DISTINCT id) = 1;

-- A practice goes by its ODS code where it has one.
CREATE OR REPLACE TABLE fhir_practice AS
SELECT k.key, any_value(coalesce(nullif(trim(o.ods_code), ''), o.id)) AS practice_id
FROM fhir_key AS k
JOIN landed_fhir_organization AS o ON k.type = 'Organization' AND k.id = o.id
GROUP BY k.key;

-- People. A test patient is marked as test health data. Of a birth only the year or month may be known.
CREATE OR REPLACE TABLE marked_fhir_patient AS
SELECT
    p.rowid AS source_row,
    CASE
        WHEN v.superseded THEN 'row_superseded'
        WHEN p.is_test = 'true' THEN 'test_patient'
    END AS left_out
FROM landed_fhir_patient AS p
JOIN fhir_version AS v ON v.type = 'Patient' AND p.rowid = v.source_row;

CREATE OR REPLACE VIEW from_patients AS
SELECT
    m.source_row,
    p.id AS patient_id,
    p.gender AS sex,
    CASE length(trim(p.birth_date))
        WHEN 4 THEN trim(p.birth_date) || '-01-01'
        WHEN 7 THEN trim(p.birth_date) || '-01'
        ELSE p.birth_date
    END AS date_of_birth,
    day_of(p.deceased) AS date_of_death,
    p.ethnicity
FROM landed_fhir_patient AS p
JOIN marked_fhir_patient AS m ON p.rowid = m.source_row
WHERE m.left_out IS NULL;

-- Registrations: episodes of care; for people without one, the period that stands with the person.
CREATE OR REPLACE TABLE marked_fhir_episodeofcare AS
SELECT
    e.rowid AS source_row,
    CASE
        WHEN v.superseded THEN 'row_superseded'
        WHEN e.status = 'entered-in-error' THEN 'row_deleted'
        WHEN e.status IN ('planned', 'waitlist', 'cancelled') THEN 'registration_not_full'
        WHEN NOT is_exact(e.starts) THEN 'date_not_exact'
    END AS left_out
FROM landed_fhir_episodeofcare AS e
JOIN fhir_version AS v ON v.type = 'EpisodeOfCare' AND e.rowid = v.source_row;

CREATE OR REPLACE TABLE fhir_registration AS
SELECT
    'fhir_episodeofcare' AS source_table,
    m.source_row,
    coalesce(k.id, key_of(e.patient)) AS patient_id,
    e.organization,
    e.starts,
    e.ends,
    e.id AS source_id
FROM landed_fhir_episodeofcare AS e
JOIN marked_fhir_episodeofcare AS m ON e.rowid = m.source_row
LEFT JOIN fhir_key AS k ON k.type = 'Patient' AND key_of(e.patient) = k.key
WHERE m.left_out IS NULL;

INSERT INTO fhir_registration
SELECT 'fhir_patient', m.source_row, p.id, p.organization, p.registered_from, p.registered_to, p.id
FROM landed_fhir_patient AS p
JOIN marked_fhir_patient AS m ON p.rowid = m.source_row
WHERE m.left_out IS NULL
    AND is_exact(p.registered_from)
    AND p.id NOT IN (SELECT patient_id FROM fhir_registration WHERE patient_id IS NOT NULL);

CREATE OR REPLACE VIEW from_practice_registrations AS
SELECT
    r.source_table,
    r.source_row,
    r.patient_id,
    coalesce(o.practice_id, key_of(r.organization), 'not stated') AS practice_id,
    day_of(r.starts) AS start_date,
    day_of(r.ends) AS end_date,
    r.source_id
FROM fhir_registration AS r
LEFT JOIN fhir_practice AS o ON key_of(r.organization) = o.key;

-- What a role is called: of its codes and words the first that is known, one for a link worker before
-- all others; if none is known, the last word.
CREATE OR REPLACE TABLE fhir_role AS
SELECT
    id,
    any_value(practitioner) AS practitioner,
    any_value(organization) AS organization,
    arg_min(word, (rank, place)) AS role,
    min(rank) AS rank
FROM (
    SELECT
        w.id, w.practitioner, w.organization, w.word,
        CASE WHEN k.meaning IS NULL THEN -w.place ELSE w.place END AS place,
        CASE k.meaning WHEN 'link_worker' THEN 1 WHEN 'gp' THEN 2 ELSE if(k.meaning IS NULL, 4, 3) END AS rank
    FROM (
        SELECT
            r.id, r.practitioner, r.organization,
            unnest(string_split(coalesce(r.codes, ''), chr(10))) AS word,
            generate_subscripts(string_split(coalesce(r.codes, ''), chr(10)), 1) AS place
        FROM landed_fhir_practitionerrole AS r
        JOIN fhir_version AS v ON v.type = 'PractitionerRole' AND r.rowid = v.source_row
        WHERE NOT v.superseded
    ) AS w
    LEFT JOIN known_words AS k ON k.of_column = 'role' AND lower(trim(w.word)) = k.word
) AS words
GROUP BY id;

-- What each reference to staff stands for. Of several roles of one person that of a link worker holds:
-- such a contact is never taken for one with a GP.
CREATE OR REPLACE TABLE fhir_staff AS
SELECT k.type, k.key, r.role, r.rank, coalesce(p.id, key_of(r.practitioner), r.id) AS clinician_id, r.organization
FROM fhir_key AS k
JOIN fhir_role AS r ON k.type = 'PractitionerRole' AND k.id = r.id
LEFT JOIN fhir_key AS p ON p.type = 'Practitioner' AND key_of(r.practitioner) = p.key
UNION ALL
SELECT
    k.type, k.key, arg_min(r.role, (r.rank, r.id)), min(r.rank), k.id,
    CASE WHEN count(DISTINCT r.organization) = 1 THEN min(r.organization) END
FROM fhir_key AS k
LEFT JOIN (
    SELECT coalesce(p.id, key_of(r.practitioner)) AS practitioner, r.id, r.role, r.rank, r.organization
    FROM fhir_role AS r
    LEFT JOIN fhir_key AS p ON p.type = 'Practitioner' AND key_of(r.practitioner) = p.key
) AS r ON k.id = r.practitioner
WHERE k.type = 'Practitioner'
GROUP BY k.type, k.key, k.id;

-- Who took part. Of several members of staff a GP goes before others.
CREATE OR REPLACE TABLE fhir_actor AS
SELECT type, source_row, actor, type_of(actor) AS actor_type, key_of(actor) AS key
FROM (
    SELECT 'Appointment' AS type, rowid AS source_row, unnest(string_split(actors, chr(10))) AS actor
    FROM landed_fhir_appointment
    UNION ALL
    SELECT 'Encounter', rowid, unnest(string_split(actors, chr(10)))
    FROM landed_fhir_encounter
) AS actors
WHERE actor <> '';

CREATE OR REPLACE TABLE fhir_staff_order AS
SELECT *, row_number() OVER (ORDER BY if(rank = 2, 0, rank), clinician_id, type, key) AS place
FROM fhir_staff;

CREATE OR REPLACE TABLE fhir_holder AS
SELECT f.type, f.source_row, s.role, s.clinician_id, s.organization
FROM (
    SELECT a.type, a.source_row, min(s.place) AS place
    FROM fhir_actor AS a
    JOIN fhir_staff_order AS s ON a.key = s.key
    WHERE a.actor_type IN (s.type, '')
    GROUP BY a.type, a.source_row
) AS f
JOIN fhir_staff_order AS s ON f.place = s.place;

CREATE OR REPLACE TABLE fhir_attendee AS
SELECT DISTINCT a.source_row, coalesce(k.id, a.key) AS patient_id
FROM fhir_actor AS a
LEFT JOIN fhir_key AS k ON k.type = 'Patient' AND a.key = k.key
WHERE a.type = 'Appointment' AND (a.actor_type = 'Patient' OR a.actor_type = '' AND k.id IS NOT NULL);

CREATE OR REPLACE TABLE marked_fhir_appointment AS
SELECT
    a.rowid AS source_row,
    a.id,
    CASE
        WHEN v.superseded THEN 'row_superseded'
        WHEN a.status = 'entered-in-error' THEN 'row_deleted'
        WHEN a.rowid NOT IN (SELECT source_row FROM fhir_attendee) THEN 'slot_without_patient'
    END AS left_out
FROM landed_fhir_appointment AS a
JOIN fhir_version AS v ON v.type = 'Appointment' AND a.rowid = v.source_row;

-- The appointments behind an encounter. An encounter whose appointment is here is not counted again.
CREATE OR REPLACE TABLE fhir_booked AS
SELECT e.source_row, m.id AS appointment
FROM (
    SELECT rowid AS source_row, key_of(unnest(string_split(appointments, chr(10)))) AS appointment
    FROM landed_fhir_encounter
) AS e
JOIN marked_fhir_appointment AS m ON e.appointment = m.id
WHERE m.left_out IS NULL;

-- Ambulatory, virtual and at home; a stay in hospital or an emergency is no appointment.
CREATE OR REPLACE TABLE marked_fhir_encounter AS
SELECT
    e.rowid AS source_row,
    CASE
        WHEN v.superseded THEN 'row_superseded'
        WHEN e.status = 'entered-in-error' THEN 'row_deleted'
        WHEN e.rowid IN (SELECT source_row FROM fhir_booked) THEN 'encounter_of_appointment'
        WHEN upper(trim(e."class")) NOT IN ('AMB', 'VR', 'HH') THEN 'visit_not_used'
        WHEN NOT is_exact(e.starts) THEN 'date_not_exact'
    END AS left_out
FROM landed_fhir_encounter AS e
JOIN fhir_version AS v ON v.type = 'Encounter' AND e.rowid = v.source_row;

CREATE OR REPLACE TABLE fhir_outcome AS
SELECT
    b.appointment,
    arg_min(
        e.status, list_position(['finished', 'in-progress', 'onleave', 'triaged', 'arrived'], e.status)
    ) AS status,
    min(e.organization) AS organization
FROM fhir_booked AS b
JOIN landed_fhir_encounter AS e ON b.source_row = e.rowid
JOIN marked_fhir_encounter AS m ON b.source_row = m.source_row
WHERE m.left_out = 'encounter_of_appointment'
GROUP BY b.appointment;

-- How far an appointment came that was only booked, or whose patient arrived, its encounter says.
CREATE OR REPLACE TABLE fhir_contact AS
SELECT
    'fhir_appointment' AS source_table,
    m.source_row,
    p.patient_id,
    coalesce(o.organization, h.organization) AS organization,
    a.starts,
    CASE
        WHEN o.status IS NOT NULL AND coalesce(a.status, '') NOT IN ('fulfilled', 'noshow', 'cancelled')
        THEN o.status
        ELSE a.status
    END AS status,
    coalesce(h.role, nullif(string_split(a.staff_role, chr(10))[-1], '')) AS role,
    a.channel AS mode,
    a.category,
    coalesce(a.minutes, CAST(minutes_between(a.starts, a.ends) AS VARCHAR)) AS minutes,
    h.clinician_id,
    a.created,
    a.id
FROM landed_fhir_appointment AS a
JOIN marked_fhir_appointment AS m ON a.rowid = m.source_row
JOIN fhir_attendee AS p ON a.rowid = p.source_row
LEFT JOIN fhir_holder AS h ON h.type = 'Appointment' AND a.rowid = h.source_row
LEFT JOIN fhir_outcome AS o ON a.id = o.appointment
WHERE m.left_out IS NULL
UNION ALL
SELECT
    'fhir_encounter',
    m.source_row,
    coalesce(k.id, key_of(e.subject)),
    coalesce(e.organization, h.organization),
    e.starts,
    e.status,
    h.role,
    CASE WHEN upper(trim(e."class")) = 'HH' THEN 'home_visit' END,
    e.category,
    CAST(minutes_between(e.starts, e.ends) AS VARCHAR),
    h.clinician_id,
    NULL,
    e.id
FROM landed_fhir_encounter AS e
JOIN marked_fhir_encounter AS m ON e.rowid = m.source_row
LEFT JOIN fhir_key AS k ON k.type = 'Patient' AND key_of(e.subject) = k.key
LEFT JOIN fhir_holder AS h ON h.type = 'Encounter' AND e.rowid = h.source_row
WHERE m.left_out IS NULL;

CREATE OR REPLACE VIEW from_appointments AS
SELECT
    c.source_table,
    c.source_row,
    c.patient_id,
    coalesce(o.practice_id, key_of(c.organization)) AS practice_id,
    day_of(c.starts) AS start_date,
    c.status,
    c.role,
    c.mode,
    c.category,
    CASE WHEN TRY_CAST(c.minutes AS DOUBLE) BETWEEN 1 AND 1440 THEN c.minutes END AS duration_minutes,
    c.clinician_id,
    day_of(c.created) AS booked_date,
    c.id AS source_id
FROM fhir_contact AS c
LEFT JOIN fhir_practice AS o ON key_of(c.organization) = o.key;

-- Coded entries: requests, conditions and observations whose SNOMED CT code is one that is used.
CREATE OR REPLACE TABLE fhir_coded AS
SELECT 'ServiceRequest' AS type, rowid AS source_row, id, status, codes, subject, authored
FROM landed_fhir_servicerequest
UNION ALL
SELECT 'Condition', rowid, id, status, codes, subject, authored
FROM landed_fhir_condition
UNION ALL
SELECT 'Observation', rowid, id, status, codes, subject, authored
FROM landed_fhir_observation;

CREATE OR REPLACE TABLE fhir_judged AS
SELECT
    e.type,
    e.source_row,
    e.id,
    c.code,
    c.meaning,
    coalesce(p.id, key_of(e.subject)) AS patient_id,
    day_of(e.authored) AS authored_on,
    CASE
        WHEN c.meaning IS NULL THEN 'code_not_used'
        WHEN v.superseded THEN 'row_superseded'
        WHEN e.status = 'entered-in-error' THEN 'row_deleted'
        WHEN NOT coalesce(is_exact(e.authored), FALSE) THEN 'date_not_exact'
    END AS left_out
FROM fhir_coded AS e
JOIN fhir_version AS v ON e.type = v.type AND e.source_row = v.source_row
LEFT JOIN fhir_key AS p ON p.type = 'Patient' AND key_of(e.subject) = p.key
LEFT JOIN (
    SELECT
        w.type,
        w.source_row,
        arg_min(k.code, (k.meaning = 'listed', k.code)) AS code,
        arg_min(k.meaning, (k.meaning = 'listed', k.code)) AS meaning
    FROM (
        SELECT type, source_row, unnest(string_split(codes, chr(10))) AS word
        FROM fhir_coded
    ) AS w
    JOIN known_codes AS k ON trim(w.word) = k.code
    GROUP BY w.type, w.source_row
) AS c ON e.type = c.type AND e.source_row = c.source_row;

CREATE OR REPLACE VIEW marked_fhir_servicerequest AS
SELECT source_row, left_out FROM fhir_judged WHERE type = 'ServiceRequest';

CREATE OR REPLACE VIEW marked_fhir_condition AS
SELECT source_row, left_out FROM fhir_judged WHERE type = 'Condition';

CREATE OR REPLACE VIEW marked_fhir_observation AS
SELECT source_row, left_out FROM fhir_judged WHERE type = 'Observation';

-- Of these, referrals to social prescribing, and those declined, are requests alone.
CREATE OR REPLACE VIEW from_coded AS
SELECT
    'fhir_' || lower(type) AS source_table,
    source_row,
    id,
    patient_id,
    authored_on AS date,
    code,
    meaning,
    row(authored_on, meaning = 'declined', source_row) AS in_order
FROM fhir_judged
WHERE left_out IS NULL AND (meaning = 'listed' OR type = 'ServiceRequest');

-- Questionnaires that were filled in, an answer a row. The address of a questionnaire ends in its name,
-- behind a bar its version.
CREATE OR REPLACE TABLE marked_fhir_questionnaireresponse AS
SELECT
    q.rowid AS source_row,
    CASE
        WHEN v.superseded THEN 'row_superseded'
        WHEN q.status = 'entered-in-error' THEN 'row_deleted'
        WHEN NOT coalesce(is_exact(q.authored), FALSE) THEN 'date_not_exact'
    END AS left_out
FROM landed_fhir_questionnaireresponse AS q
JOIN fhir_version AS v ON v.type = 'QuestionnaireResponse' AND q.rowid = v.source_row;

CREATE OR REPLACE VIEW from_outcome_items AS
SELECT
    a.source_row,
    a.patient_id,
    a.date,
    a.instrument,
    a.version,
    split_part(a.line, chr(9), 1) AS item,
    nullif(split_part(a.line, chr(9), 2), '') AS answer
FROM (
    SELECT
        m.source_row,
        coalesce(p.id, key_of(q.subject)) AS patient_id,
        day_of(q.authored) AS date,
        q.instrument,
        q.version,
        unnest(string_split(q.answers, chr(10))) AS line
    FROM landed_fhir_questionnaireresponse AS q
    JOIN marked_fhir_questionnaireresponse AS m ON q.rowid = m.source_row
    LEFT JOIN fhir_key AS p ON p.type = 'Patient' AND key_of(q.subject) = p.key
    WHERE m.left_out IS NULL
) AS a
WHERE a.line <> '';
