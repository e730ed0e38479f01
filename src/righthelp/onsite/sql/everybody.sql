-- Stage 2, first scan of the appointments: one narrow row for everybody who had an eligible
-- contact in the months before the index.
-- Reads counted_appointments, eligible, seen, visit_days. Makes everybody.
--
-- For the people seen: the last eligible contact on or before the referral (the qualifying visit).
-- For everybody: one visit drawn at random. visit_days gives every day a weight (how many of the
-- people seen were referred in that month) and a draw (an exponential number divided by the
-- weight); the visit with the smallest draw is kept, so a day is chosen in proportion to its
-- weight. sum_of_weights is the person's chance of having been referred at one of these visits.

CREATE OR REPLACE TABLE everybody AS
SELECT
    a.patient_id,
    max(CASE WHEN a.start_date <= s.referred_on THEN a.start_date END) AS qualifying_on,
    arg_min(a.start_date, d.draw) AS visit_on,
    sum(d.weight) AS sum_of_weights
FROM counted_appointments AS a
SEMI JOIN eligible AS e ON a.role = e.role AND a.mode = e.mode AND a.status = e.status
JOIN visit_days AS d ON a.start_date = d.start_date
LEFT JOIN seen AS s ON a.patient_id = s.patient_id
GROUP BY a.patient_id;
