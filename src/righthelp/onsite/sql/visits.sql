-- Stage 2, first scan of the appointments: the days on which anybody had an eligible contact, over
-- the months up to the index in which somebody may have been referred.
-- Reads counted_appointments, eligible, visit_days, seen, rules (one row).
-- Makes visits, qualifying_visits, lags, month_shares.

CREATE OR REPLACE TABLE visits AS
SELECT a.patient_id, d.month_number, a.start_date AS visit_on
FROM counted_appointments AS a
SEMI JOIN eligible AS e ON a.role = e.role AND a.mode = e.mode AND a.status = e.status
JOIN visit_days AS d ON a.start_date = d.start_date;

-- The people seen: their last eligible contact on or before the referral, at most six months
-- before the index.
CREATE OR REPLACE TABLE qualifying_visits AS
SELECT s.patient_id, s.is_new, s.contact_on, max(v.visit_on) AS qualifying_on
FROM visits AS v
JOIN seen AS s
    ON v.patient_id = s.patient_id AND v.visit_on <= s.referred_on AND v.visit_on >= s.visit_from
GROUP BY s.patient_id, s.is_new, s.contact_on;

-- Days from that visit to the contact, by the month of the visit.
CREATE OR REPLACE TABLE lags AS
SELECT
    year(qualifying_on) * 12 + month(qualifying_on) AS month_number,
    (contact_on - qualifying_on)::INTEGER AS lag_days,
    row_number() OVER (
        PARTITION BY year(qualifying_on) * 12 + month(qualifying_on)
        ORDER BY contact_on - qualifying_on, patient_id
    ) - 1 AS position
FROM qualifying_visits
WHERE is_new;

-- The share of each month's visits that is drawn for reference: per_seen of them for each new
-- person whose qualifying visit fell in that month, as the first eight digits of a hash.
CREATE OR REPLACE TABLE month_shares AS
SELECT
    v.month_number,
    printf('%08x', (4294967295 * least(1.0, r.per_seen * q.n_new * 1.0 / v.n_visits))::BIGINT)
        AS hashed_to
FROM (SELECT month_number, count(*) AS n_visits FROM visits GROUP BY month_number) AS v
JOIN (
    SELECT year(qualifying_on) * 12 + month(qualifying_on) AS month_number, count(*) AS n_new
    FROM qualifying_visits
    WHERE is_new
    GROUP BY year(qualifying_on) * 12 + month(qualifying_on)
) AS q ON v.month_number = q.month_number
CROSS JOIN rules AS r;
