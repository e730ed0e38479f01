-- Stage 11: who can be matched: the new people who are compared, and as candidates the reference
-- people who had not met the link worker by the time the case had (the risk set).
-- Reads people, units, reach, attended_contacts, rules. Makes matchable, cases_left, sets (empty).

CREATE OR REPLACE TABLE matchable AS
SELECT
    p.unit, p.person, p.stratum, p.age_stratum,
    p.grp = 'seen' AS is_case,
    least(p.band_1, 99)::SMALLINT AS band_1,
    least(p.band_2, 99)::SMALLINT AS band_2,
    least(p.band_3, 99)::SMALLINT AS band_3,
    year(p.qualifying_on) * 12 + month(p.qualifying_on) - 1 AS month_number,
    least(greatest(p.index_on - p.qualifying_on, 0), 399)::SMALLINT AS lag_days,
    ('0x' || left(md5('match:' || r.seed || ':' || p.qualifying_on || ':' || p.patient_id), 15))::BIGINT
        AS hashed
FROM people AS p
JOIN reach AS w ON p.index_on = w.index_on
CROSS JOIN rules AS r
LEFT JOIN (
    SELECT patient_id, min(contact_on) AS first_on FROM attended_contacts GROUP BY patient_id
) AS f ON p.patient_id = f.patient_id
WHERE p.has_history
    AND (
        (p.grp = 'seen' AND p.is_new)
        OR (p.grp = 'reference' AND (f.first_on IS NULL OR f.first_on >= w.after_from))
    );

CREATE OR REPLACE TABLE cases_left AS SELECT unit FROM matchable WHERE is_case;

CREATE OR REPLACE TABLE sets (unit INTEGER, comparator INTEGER, rung INTEGER);
