-- Between stages 13 and 14: the consultation itself. One narrow scan of the appointments, of the people
-- seen and of their comparators alone (a join with these units, which are few), because the store
-- keeps neither who held an appointment nor how long it took.
-- Reads compared, units, counted_appointments, named_categories, kinds, consultation_kinds,
-- definition_rule (one row), consultation_rule (one row), attended_contacts, flags, rules (one row).
-- Makes consultations, consultation_counts, clinician_visits, dose, caseload.

CREATE OR REPLACE TABLE booked_appointments AS
SELECT
    u.unit,
    CASE WHEN a.start_date < u.before_to THEN 'before' ELSE 'after' END AS window_name,
    a.start_date AS on_day,
    c.is_contact, c.is_missed,
    a.clinician_id, a.duration_minutes, a.booked_date,
    row_number() OVER () AS place
FROM counted_appointments AS a
JOIN compared AS u
    ON a.patient_id = u.patient_id
    AND (
        (a.start_date >= u.before_from AND a.start_date < u.before_to)
        OR (a.start_date >= u.after_from AND a.start_date < u.after_to)
    )
LEFT JOIN named_categories AS n ON a.category = n.category
JOIN kinds AS k
    ON a.role = k.role AND a.mode = k.mode AND a.status = k.status
    AND (n.category IS NOT NULL) = k.is_named
JOIN consultation_kinds AS c ON k.kind = c.kind;

-- A consultation: an appointment that counts as a contact. Where one contact a day counts,
-- appointments of one day with one clinician are one. A duration of nothing or of hours is that of a
-- list or a whole session; a booking after the day, or years before it, is a slip.
CREATE OR REPLACE TABLE consultations AS
SELECT
    b.unit, b.window_name, b.on_day, b.clinician_id,
    max(b.duration_minutes) FILTER (
        WHERE b.duration_minutes > 0 AND b.duration_minutes <= r.longest_minutes
    ) AS minutes,
    max(b.on_day - b.booked_date) FILTER (
        WHERE b.on_day - b.booked_date BETWEEN 0 AND r.longest_wait_days
    ) AS wait_days
FROM booked_appointments AS b
CROSS JOIN consultation_rule AS r
CROSS JOIN definition_rule AS d
WHERE b.is_contact
GROUP BY
    b.unit, b.window_name, b.on_day, b.clinician_id,
    CASE WHEN d.same_day = 'one' THEN 0 ELSE b.place END;

CREATE OR REPLACE TABLE contact_days AS
SELECT
    c.unit, c.window_name, c.on_day,
    lead(c.on_day) OVER (PARTITION BY c.unit, c.window_name ORDER BY c.on_day) AS next_day
FROM (SELECT DISTINCT unit, window_name, on_day FROM consultations) AS c;

-- Contacts before which the link worker had seen the person, or passed something back.
CREATE OR REPLACE TABLE visible_contacts AS
SELECT DISTINCT c.unit, c.on_day
FROM contact_days AS c
JOIN compared AS u ON c.unit = u.unit
CROSS JOIN consultation_rule AS r
JOIN (
    SELECT patient_id, contact_on AS done_on FROM attended_contacts
    UNION ALL
    SELECT patient_id, date AS done_on FROM flags
) AS l
    ON u.patient_id = l.patient_id
    AND l.done_on < c.on_day AND l.done_on >= c.on_day - r.visible_days;

-- Whether another contact follows is asked of those days alone from which the window lasts long
-- enough to see it.
CREATE OR REPLACE TABLE followed_contacts AS
SELECT
    c.unit, c.window_name,
    coalesce(c.next_day - c.on_day <= r.repeat_days, FALSE) AS is_repeated
FROM contact_days AS c
JOIN compared AS u ON c.unit = u.unit
CROSS JOIN consultation_rule AS r
WHERE c.on_day + r.repeat_days
    < CASE c.window_name WHEN 'before' THEN u.before_to ELSE u.after_to END;

CREATE OR REPLACE TABLE consultation_counts AS
SELECT unit, window_name, measure, sum(over_it) AS over_it, sum(under_it) AS under_it
FROM (
    SELECT
        unit, window_name, 'missed' AS measure,
        CASE WHEN is_missed THEN 1 ELSE 0 END AS over_it,
        1 AS under_it
    FROM booked_appointments
    UNION ALL
    SELECT unit, window_name, 'length', minutes, 1 FROM consultations WHERE minutes IS NOT NULL
    UNION ALL
    SELECT unit, window_name, 'wait', wait_days, 1 FROM consultations WHERE wait_days IS NOT NULL
    UNION ALL
    SELECT unit, window_name, 'clinician', 1, 1 FROM consultations WHERE clinician_id IS NOT NULL
    UNION ALL
    SELECT unit, window_name, 'consultation', 1, 1 FROM consultations
    UNION ALL
    SELECT unit, window_name, 'repeat', CASE WHEN is_repeated THEN 1 ELSE 0 END, 1
    FROM followed_contacts
    UNION ALL
    SELECT c.unit, c.window_name, 'visible', CASE WHEN v.unit IS NULL THEN 0 ELSE 1 END, 1
    FROM contact_days AS c
    LEFT JOIN visible_contacts AS v ON c.unit = v.unit AND c.on_day = v.on_day
) AS parts
GROUP BY unit, window_name, measure;

CREATE OR REPLACE TABLE clinician_visits AS
SELECT
    unit, window_name,
    dense_rank() OVER (ORDER BY clinician_id) - 1 AS clinician,
    n_visits
FROM (
    SELECT unit, window_name, clinician_id, count(*) AS n_visits
    FROM consultations
    WHERE clinician_id IS NOT NULL
    GROUP BY unit, window_name, clinician_id
) AS visits;

-- How much the link worker did for each of the people seen: contacts from the first one to the end of
-- the after window, and the days from the first to the last of them.
CREATE OR REPLACE TABLE dose AS
SELECT u.unit, count(*) AS contacts, max(a.contact_on) - min(a.contact_on) AS days
FROM compared AS u
JOIN units AS n ON u.unit = n.unit
JOIN attended_contacts AS a
    ON u.patient_id = a.patient_id AND a.contact_on >= n.contact_on AND a.contact_on < u.after_to
WHERE u.is_seen
GROUP BY u.unit;

-- People with a contact in each whole calendar month of the extract, from the first with any.
CREATE OR REPLACE TABLE caseload AS
SELECT m.month_on, count(DISTINCT a.patient_id) AS people
FROM (
    SELECT unnest(generate_series(
        date_trunc('month', s.first_on), r.extract_to - INTERVAL 1 MONTH, INTERVAL 1 MONTH
    ))::DATE AS month_on
    FROM rules AS r
    CROSS JOIN (
        SELECT min(a.contact_on) AS first_on
        FROM attended_contacts AS a
        CROSS JOIN rules AS r
        WHERE a.contact_on >= r.extract_from
    ) AS s
) AS m
CROSS JOIN rules AS r
LEFT JOIN attended_contacts AS a
    ON a.contact_on >= m.month_on AND a.contact_on < (m.month_on + INTERVAL 1 MONTH)::DATE
WHERE m.month_on >= r.extract_from
GROUP BY m.month_on;
