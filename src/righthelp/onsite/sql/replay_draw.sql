-- Stage 14, a rehearsal of nothing: as many people as were compared are drawn by hash from the reference
-- people, each at one of their visits, as if they had been referred there. Whoever was referred
-- later may be among them: to leave them out would look into the future.
-- Reads units, people, rules. Makes main.replayed.

CREATE OR REPLACE TABLE main.replayed AS
SELECT patient_id, referred_on, contact_on
FROM (
    SELECT
        u.patient_id,
        arg_min(u.qualifying_on, u.unit) AS referred_on,
        arg_min(greatest(u.contact_on, u.qualifying_on), u.unit) AS contact_on
    FROM units AS u
    CROSS JOIN rules AS r
    WHERE u.grp = 'reference'
        AND greatest(u.contact_on, u.qualifying_on) >= r.index_from
        AND greatest(u.contact_on, u.qualifying_on) < r.index_to
    GROUP BY u.patient_id
) AS candidates
CROSS JOIN (SELECT seed FROM rules) AS r
ORDER BY md5('replay:' || r.seed || ':' || patient_id), patient_id
LIMIT (
    SELECT count(*) FROM people WHERE grp = 'seen' AND is_new AND has_history
);
