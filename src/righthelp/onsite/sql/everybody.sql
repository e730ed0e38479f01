-- Stage 2, first scan of the appointments: one narrow row for everybody and each month in which
-- they had an eligible contact, over the months up to the index in which somebody was referred (for
-- the people seen themselves, over all of the six months before).
-- Reads counted_appointments, eligible, seen, visit_days. Makes everybody, qualifying_visits.
--
-- visit_on is one of the month's visits, drawn at random: visit_days gives every day a draw, and
-- the visit with the smallest is kept.

CREATE OR REPLACE TABLE everybody AS
SELECT
    a.patient_id,
    d.month_number,
    max(
        CASE
            WHEN a.start_date <= s.referred_on AND a.start_date >= s.visit_from THEN a.start_date
        END
    ) AS last_before_referral_on,
    arg_min(a.start_date, d.draw) AS visit_on,
    count(*) AS n_visits
FROM counted_appointments AS a
SEMI JOIN eligible AS e ON a.role = e.role AND a.mode = e.mode AND a.status = e.status
JOIN visit_days AS d ON a.start_date = d.start_date
LEFT JOIN seen AS s ON a.patient_id = s.patient_id
WHERE d.has_referrals OR s.patient_id IS NOT NULL
GROUP BY a.patient_id, d.month_number;

-- The people seen: their last eligible contact on or before the referral, at most six months
-- before the index.
CREATE OR REPLACE TABLE qualifying_visits AS
SELECT patient_id, max(last_before_referral_on) AS qualifying_on
FROM everybody
WHERE last_before_referral_on IS NOT NULL
GROUP BY patient_id;
