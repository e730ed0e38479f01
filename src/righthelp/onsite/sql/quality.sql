-- Stage 0, beside the count and only for the practice itself: what the records are like by month.
-- Reads appointments, practice_registrations, link_worker_contacts, referrals, quality_months (every
-- month of the extract). Makes quality_appointments, quality_registered, quality_outside,
-- quality_schemes.

-- Appointments of each practice and month by status, role and mode.
CREATE OR REPLACE TABLE quality_appointments AS
SELECT
    coalesce(practice_id, 'not stated') AS practice_id,
    date_trunc('month', start_date)::DATE AS month,
    status, role, mode,
    count(*) AS n
FROM appointments
GROUP BY ALL;

-- People registered with each practice in the middle of each month.
CREATE OR REPLACE TABLE quality_registered AS
SELECT g.practice_id, m.month, count(DISTINCT g.patient_id) AS n
FROM quality_months AS m
JOIN practice_registrations AS g
    ON g.start_date <= m.month + 14 AND coalesce(g.end_date, DATE '9999-12-31') > m.month + 14
GROUP BY g.practice_id, m.month;

-- Attended appointments on a day on which the person was not registered anywhere here.
CREATE OR REPLACE TABLE quality_outside AS
SELECT
    count(*) AS n,
    count(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM practice_registrations AS g
        WHERE g.patient_id = a.patient_id AND g.start_date <= a.start_date
            AND coalesce(g.end_date, DATE '9999-12-31') > a.start_date
    )) AS n_outside
FROM appointments AS a
WHERE status = 'attended';

-- Link worker contacts and referrals by month, 0 where there are none.
CREATE OR REPLACE TABLE quality_schemes AS
SELECT m.month, coalesce(c.n, 0) AS n_contacts, coalesce(r.n, 0) AS n_referrals
FROM quality_months AS m
LEFT JOIN (
    SELECT date_trunc('month', date)::DATE AS month, count(*) AS n FROM link_worker_contacts GROUP BY ALL
) AS c ON m.month = c.month
LEFT JOIN (
    SELECT date_trunc('month', referred_on)::DATE AS month, count(*) AS n FROM referrals GROUP BY ALL
) AS r ON m.month = r.month;
