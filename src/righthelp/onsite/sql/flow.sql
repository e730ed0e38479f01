-- Stage 10: everybody counted at every step. Reads units, people, others_wanted. Makes flow.
-- A person seen is left out by the first of these that applies, so the steps add up.

CREATE OR REPLACE TABLE seen_steps AS
SELECT
    u.patient_id, u.is_new, u.qualifying_on,
    CASE
        WHEN NOT u.is_patient THEN 'not_a_patient'
        WHEN NOT u.is_registered THEN 'not_registered'
        WHEN NOT u.is_new THEN 'ongoing'
        WHEN p.is_complete AND p.has_history THEN 'compared'
        WHEN p.is_complete AND u.qualifying_on IS NULL THEN 'no_visit'
        WHEN p.is_complete THEN 'short_history'
        WHEN u.date_of_death < w.after_to THEN 'died'
        WHEN u.left_on < w.after_to THEN 'left'
        WHEN u.to_on < w.after_to THEN 'records_end'
        ELSE 'joined_late'
    END AS step
FROM units AS u
LEFT JOIN people AS p ON u.unit = p.unit
LEFT JOIN reach AS w ON u.index_on = w.index_on
WHERE u.grp = 'seen';

CREATE OR REPLACE TABLE flow AS
SELECT step, count(*) AS n FROM seen_steps GROUP BY step
UNION ALL
SELECT 'referral_unknown', count(*)
FROM seen AS s
JOIN seen_steps AS t ON s.patient_id = t.patient_id
WHERE s.is_new AND NOT s.referral_known AND t.step NOT IN ('not_a_patient', 'not_registered')
UNION ALL
SELECT 'reference', count(*) FROM people WHERE grp = 'reference' AND has_history
UNION ALL
SELECT 'reference_incomplete', count(*) FROM people WHERE grp = 'reference' AND NOT has_history
UNION ALL
SELECT 'reference_seen_later', count(*)
FROM people AS p
JOIN known_to_scheme AS k ON p.patient_id = k.patient_id
JOIN reach AS w ON p.index_on = w.index_on
WHERE p.grp = 'reference' AND p.has_history AND k.known_on < w.after_to
UNION ALL
SELECT w.grp, count(p.unit)
FROM others_wanted AS w
LEFT JOIN people AS p ON w.grp = p.grp AND p.has_history
GROUP BY w.grp
UNION ALL
SELECT 'population', count(*) FROM people WHERE grp = 'population' AND has_earlier;
