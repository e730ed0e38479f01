-- Between stages 13 and 14, once: whose contacts are looked at more closely, the complete people new to
-- the link worker and all comparators, with the windows of each. Reads people, reach, sets.
-- Makes compared.

CREATE OR REPLACE TABLE compared AS
SELECT
    p.unit, p.person, p.patient_id, p.grp = 'seen' AS is_seen,
    w.before_from, w.before_to, w.after_from, w.after_to
FROM people AS p
JOIN reach AS w ON p.index_on = w.index_on
WHERE (p.grp = 'seen' AND p.is_new AND p.is_complete)
    OR p.unit IN (SELECT comparator FROM sets);
