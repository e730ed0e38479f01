-- Between stages 13 and 14: what contacts were about. One scan of the coded entries, of the people seen
-- and of their comparators alone; a contact and an entry belong together when they are of one day.
-- Reads compared, units, events, named_categories, kinds, definition_kinds, definition_rule
-- (one row), index_days, window_months, clinical_events, appointments, reason_codes, reason_order,
-- reason_categories, reason_rule (one row). Makes reason_counts, found.

CREATE OR REPLACE TABLE reason_days AS
SELECT
    u.unit, u.patient_id, w.window_name, e.index_on + e.day AS on_day,
    CASE WHEN min(r.same_day) = 'one' THEN 1 ELSE count(*) END AS contacts
FROM events AS e
SEMI JOIN definition_kinds AS k ON e.kind = k.kind
JOIN compared AS u ON e.unit = u.unit
JOIN index_days AS d ON e.index_on = d.index_on AND e.day = d.day
JOIN window_months AS w ON d.month = w.month
CROSS JOIN definition_rule AS r
WHERE w.window_name IN ('before', 'after')
GROUP BY u.unit, u.patient_id, w.window_name, e.index_on + e.day;

CREATE OR REPLACE TABLE coded_entries AS
SELECT DISTINCT c.patient_id, c.date AS on_day, k.kind, k.meaning
FROM clinical_events AS c
JOIN reason_codes AS k ON c.snomedct_code = k.code
SEMI JOIN compared AS u ON c.patient_id = u.patient_id;

-- The first entry of each long-term condition that a person has ever had.
CREATE OR REPLACE TABLE first_entries AS
SELECT patient_id, meaning, min(on_day) AS first_on
FROM coded_entries
WHERE kind = 'condition'
GROUP BY patient_id, meaning;

-- A later entry of a condition is care for it. Where the record does not go back far enough to tell,
-- every entry is.
CREATE OR REPLACE TABLE day_reasons AS
SELECT s.patient_id, s.on_day, min(o.place) AS place
FROM (
    SELECT patient_id, on_day, meaning AS reason FROM coded_entries WHERE kind = 'reason'
    UNION ALL
    SELECT
        e.patient_id, e.on_day,
        CASE
            WHEN f.first_on IS NOT NULL AND r.looks_back THEN 'new_problem'
            ELSE 'long_term_condition'
        END
    FROM coded_entries AS e
    CROSS JOIN reason_rule AS r
    LEFT JOIN first_entries AS f
        ON e.patient_id = f.patient_id AND e.meaning = f.meaning AND e.on_day = f.first_on
    WHERE e.kind = 'condition'
) AS s
JOIN reason_order AS o ON s.reason = o.reason
GROUP BY s.patient_id, s.on_day;

-- Where no code speaks, the category of the contact does; not that of another appointment of the day.
CREATE OR REPLACE TABLE day_categories AS
SELECT a.patient_id, a.start_date AS on_day, min(o.place) AS place
FROM appointments AS a
JOIN reason_categories AS c ON lower(trim(a.category)) = c.category
LEFT JOIN named_categories AS n ON a.category = n.category
JOIN kinds AS k
    ON a.role = k.role AND a.mode = k.mode AND a.status = k.status
    AND (n.category IS NOT NULL) = k.is_named
SEMI JOIN definition_kinds AS d ON k.kind = d.kind
JOIN reason_order AS o ON c.reason = o.reason
SEMI JOIN compared AS u ON a.patient_id = u.patient_id
GROUP BY a.patient_id, a.start_date;

CREATE OR REPLACE TABLE reason_counts AS
SELECT
    d.unit, d.window_name,
    coalesce(e.place, c.place, u.place) AS place,
    sum(d.contacts) AS contacts
FROM reason_days AS d
CROSS JOIN (SELECT place FROM reason_order WHERE reason = 'uncoded') AS u
LEFT JOIN day_reasons AS e ON d.patient_id = e.patient_id AND d.on_day = e.on_day
LEFT JOIN day_categories AS c ON d.patient_id = c.patient_id AND d.on_day = c.on_day
GROUP BY d.unit, d.window_name, coalesce(e.place, c.place, u.place);

-- Conditions coded for the first time, and referrals to clinical services, in the after window, with
-- the days since the first contact with the link worker (the index, for comparators).
CREATE OR REPLACE TABLE found AS
SELECT u.unit, s.event, count(*) AS n, min(s.on_day - n.contact_on) AS first_day
FROM (
    SELECT patient_id, 'new_condition' AS event, first_on AS on_day FROM first_entries
    UNION ALL
    SELECT DISTINCT patient_id, 'clinical_referral', on_day
    FROM coded_entries
    WHERE kind = 'clinical_referral'
) AS s
JOIN compared AS u ON s.patient_id = u.patient_id
JOIN units AS n ON u.unit = n.unit
WHERE s.on_day >= u.after_from AND s.on_day < u.after_to
GROUP BY u.unit, s.event;
