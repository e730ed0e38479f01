-- Stage 0, beside the count and only for the practice itself: entries of each codelist by month, and how
-- many attended appointments have an entry of any list on their day.
-- Reads clinical_events, appointments, quality_months, listed_codes. Makes quality_codes, quality_yield.

CREATE OR REPLACE TABLE quality_codes AS
SELECT l.label, m.month, count(e.patient_id) AS n
FROM (SELECT DISTINCT label FROM listed_codes) AS l
CROSS JOIN quality_months AS m
LEFT JOIN (
    SELECT c.patient_id, k.label, date_trunc('month', c.date)::DATE AS month
    FROM clinical_events AS c
    JOIN listed_codes AS k ON c.snomedct_code = k.code
) AS e ON l.label = e.label AND m.month = e.month
GROUP BY l.label, m.month;

CREATE OR REPLACE TABLE quality_yield AS
SELECT
    date_trunc('month', a.start_date)::DATE AS month,
    count(*) AS n,
    count(e.patient_id) AS n_coded
FROM appointments AS a
LEFT JOIN (
    SELECT DISTINCT c.patient_id, c.date
    FROM clinical_events AS c
    SEMI JOIN listed_codes AS k ON c.snomedct_code = k.code
) AS e ON a.patient_id = e.patient_id AND a.start_date = e.date
WHERE a.status = 'attended'
GROUP BY ALL;
