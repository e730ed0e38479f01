-- Stage 1: whom the link worker saw, and since when each person has been known to the scheme.
-- Reads link_worker_contacts, referrals, rules (one row). Makes seen, known_to_scheme.

CREATE OR REPLACE TABLE attended_contacts AS
SELECT patient_id, date AS contact_on
FROM link_worker_contacts
WHERE outcome IS NULL OR outcome = 'attended';

-- One row a person with a contact in the index month (or between index_from and index_to).
-- Somebody with an earlier contact is ongoing: their "before" is already treated time.
CREATE OR REPLACE TABLE contact_dates AS
SELECT
    c.patient_id,
    min(c.contact_on) FILTER (WHERE c.contact_on >= r.index_from) AS contact_on,
    min(c.contact_on) >= min(r.index_from) AS is_new
FROM attended_contacts AS c
CROSS JOIN rules AS r
WHERE c.contact_on < r.index_to
GROUP BY c.patient_id
HAVING max(c.contact_on) >= min(r.index_from);

-- The referral that led to it: the last one on or before the contact. Without one, a lag set in
-- the protocol stands in for it. A visit before visit_from cannot have led to it.
CREATE OR REPLACE TABLE seen AS
SELECT
    d.patient_id,
    d.contact_on,
    d.is_new,
    CASE WHEN min(r.anchor) = 'month' THEN min(r.index_from) ELSE d.contact_on END AS index_on,
    max(f.referred_on) IS NOT NULL AS referral_known,
    coalesce(max(f.referred_on), d.contact_on - min(r.lag_days)) AS referred_on,
    ((CASE WHEN min(r.anchor) = 'month' THEN min(r.index_from) ELSE d.contact_on END)
        - to_months(min(r.longest_lag_months)))::DATE AS visit_from
FROM contact_dates AS d
CROSS JOIN rules AS r
LEFT JOIN referrals AS f ON f.patient_id = d.patient_id AND f.referred_on <= d.contact_on
GROUP BY d.patient_id, d.contact_on, d.is_new;

CREATE OR REPLACE TABLE known_to_scheme AS
SELECT patient_id, min(known_on) AS known_on
FROM (
    SELECT patient_id, contact_on AS known_on FROM attended_contacts
    UNION ALL
    SELECT patient_id, referred_on AS known_on FROM referrals
) AS every_sign
GROUP BY patient_id;
