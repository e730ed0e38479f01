-- Stage 10, with a scan of the appointments of its own, only where a practice's start is known:
-- eligible contacts and registered people by practice and calendar month of the extract.
-- Reads counted_appointments, eligible, practices, practice_registrations, site_practices, patients,
-- series_months, series_days, rules (one row).
-- Makes series_practices (a number each, in an order that names nobody), series_spells, series.
--
-- A contact belongs to the practice with which the person is registered on its day, wherever it was
-- booked: so contacts and people are of the same persons, and hubs change nothing. Every eligible
-- appointment counts, also a second one on a day: at most one a day would need a sort of them all.
-- Whoever is registered twice at a time counts twice, in both.

CREATE OR REPLACE TABLE series_practices AS
SELECT
    p.practice_id,
    row_number() OVER (
        ORDER BY md5('practice:' || r.seed || ':' || p.practice_id), p.practice_id
    )::INTEGER AS practice,
    year(p.started_on) * 12 + month(p.started_on) AS start_month
FROM (
    SELECT practice_id, min(link_worker_start_on) AS started_on
    FROM practices
    GROUP BY practice_id
) AS p
SEMI JOIN site_practices AS o ON p.practice_id = o.practice_id
CROSS JOIN rules AS r;

CREATE OR REPLACE TABLE series_spells AS
SELECT
    g.patient_id, s.practice, g.start_date AS from_on,
    least(coalesce(g.end_date, DATE '9999-12-31'), coalesce(t.date_of_death + 1, r.extract_to))
        AS to_on
FROM practice_registrations AS g
JOIN series_practices AS s ON g.practice_id = s.practice_id
JOIN patients AS t ON g.patient_id = t.patient_id
CROSS JOIN rules AS r
WHERE s.start_month IS NOT NULL;

-- Somebody counts in a month when registered on its 15th: in from the first such month, out again
-- from the first that is none. The running sum of both is the people of each month.
CREATE OR REPLACE TABLE series AS
SELECT
    k.practice, k.month_number, k.months_since_start,
    coalesce(c.contacts, 0) AS contacts,
    coalesce(sum(v.n) OVER (PARTITION BY k.practice ORDER BY k.month_number), 0)::BIGINT AS people
FROM (
    SELECT
        s.practice, m.month_number, (m.month_number - s.start_month)::INTEGER AS months_since_start
    FROM series_practices AS s
    CROSS JOIN series_months AS m
    WHERE s.start_month IS NOT NULL
) AS k
LEFT JOIN (
    SELECT e.practice, greatest(e.month_number, f.month_number) AS month_number, sum(e.n) AS n
    FROM (
        SELECT
            practice, 1 AS n,
            year(from_on) * 12 + month(from_on) + (day(from_on) > 15)::INTEGER AS month_number
        FROM series_spells
        WHERE to_on > from_on
        UNION ALL
        SELECT
            practice, -1 AS n,
            year(to_on) * 12 + month(to_on) + (day(to_on) > 15)::INTEGER AS month_number
        FROM series_spells
        WHERE to_on > from_on
    ) AS e
    CROSS JOIN (SELECT min(month_number) AS month_number FROM series_months) AS f
    GROUP BY e.practice, greatest(e.month_number, f.month_number)
) AS v ON k.practice = v.practice AND k.month_number = v.month_number
LEFT JOIN (
    SELECT s.practice, d.month_number, count(*) AS contacts
    FROM counted_appointments AS a
    SEMI JOIN eligible AS e ON a.role = e.role AND a.mode = e.mode AND a.status = e.status
    JOIN series_days AS d ON a.start_date = d.start_date
    JOIN series_spells AS s
        ON a.patient_id = s.patient_id AND a.start_date >= s.from_on AND a.start_date < s.to_on
    GROUP BY s.practice, d.month_number
) AS c ON k.practice = c.practice AND k.month_number = c.month_number;
