-- Between stages 2 and 3: people who were referred as the people seen were, and were not seen. Their
-- index is the day on which they would have been: the visit at which they were referred, plus the
-- lag of any of the people seen. Nobody who was seen by then is among them.
-- Reads others_wanted (none or more of declined, waiting), referrals, attended_contacts, visits, lags,
-- rules (one row). Makes others.

-- Of each person the first referral that fits; a later one would be given a visit before its own.
CREATE OR REPLACE TABLE others_referred AS
SELECT
    w.grp, f.patient_id,
    min(f.referred_on) AS referred_on,
    min(f.closed_on) AS closed_on
FROM referrals AS f
JOIN others_wanted AS w
    ON (w.grp = 'declined' AND f.declined_on IS NOT NULL)
    OR (w.grp = 'waiting' AND f.declined_on IS NULL AND f.returned_on IS NULL)
JOIN rules AS r ON f.referred_on < r.index_to
GROUP BY w.grp, f.patient_id;

CREATE OR REPLACE TABLE others_visits AS
SELECT o.grp, o.patient_id, o.closed_on, max(v.visit_on) AS visit_on
FROM others_referred AS o
CROSS JOIN rules AS r
JOIN visits AS v
    ON o.patient_id = v.patient_id
    AND v.visit_on <= o.referred_on
    AND v.visit_on >= (o.referred_on - to_months(r.longest_lag_months))::DATE
GROUP BY o.grp, o.patient_id, o.closed_on;

CREATE OR REPLACE TABLE others_lagged AS
SELECT v.grp, v.patient_id, v.closed_on, v.visit_on, v.visit_on + l.lag_days AS index_on
FROM others_visits AS v
CROSS JOIN rules AS r
CROSS JOIN (SELECT count(*) AS n_lags FROM lags) AS n
JOIN (SELECT lag_days, row_number() OVER (ORDER BY lag_days) - 1 AS place FROM lags) AS l
    ON ('0x' || right(md5('others:' || r.seed || ':' || v.patient_id), 8))::BIGINT % n.n_lags
        = l.place;

-- Somebody who waits is neither seen nor closed before the after window ends.
CREATE OR REPLACE TABLE others AS
SELECT o.grp, o.patient_id, o.visit_on, o.index_on
FROM others_lagged AS o
CROSS JOIN rules AS r
LEFT JOIN (
    SELECT patient_id, min(contact_on) AS first_on FROM attended_contacts GROUP BY patient_id
) AS f ON o.patient_id = f.patient_id
WHERE o.index_on >= r.index_from AND o.index_on < r.index_to
    AND CASE
        WHEN o.grp = 'declined' THEN coalesce(f.first_on > o.index_on, TRUE)
        ELSE least(coalesce(f.first_on, r.extract_to), coalesce(o.closed_on, r.extract_to))
            >= ((o.index_on + 1 + r.washout_days)::DATE + to_months(r.after_months))::DATE
    END;
