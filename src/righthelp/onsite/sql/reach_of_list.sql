-- Between stages 14 and 15: who was seen in the index period beside everybody registered, and what
-- was passed back to the practice. Reads units, people, reach, on_the_list, patients, flags,
-- age_bands, rules (one row) and, from the protocol, ethnicity_words, flag_words.
-- Makes reach_counts, flag_counts.
--
-- Everybody's level is that of the day on which the list is counted. Seen is who was registered
-- with the site on the day of the contact.

CREATE OR REPLACE TABLE reach_people AS
SELECT
    l.is_seen, l.patient_id,
    coalesce(CAST((t.imd_decile + 1) // 2 AS VARCHAR), 'not recorded') AS deprivation,
    coalesce(b.age_band, 'not recorded') AS age,
    coalesce(nullif(t.sex, 'unknown'), 'not recorded') AS sex,
    coalesce(w.ethnicity, 'not recorded') AS ethnicity
FROM (
    SELECT DISTINCT FALSE AS is_seen, patient_id FROM on_the_list
    UNION ALL
    SELECT DISTINCT TRUE, patient_id FROM units
    WHERE grp = 'seen' AND is_registered AND is_patient
) AS l
CROSS JOIN rules AS r
JOIN patients AS t ON l.patient_id = t.patient_id
LEFT JOIN age_bands AS b
    ON year(r.population_index_on) * 12 + month(r.population_index_on)
        - year(t.date_of_birth) * 12 - month(t.date_of_birth) >= b.from_age * 12
    AND year(r.population_index_on) * 12 + month(r.population_index_on)
        - year(t.date_of_birth) * 12 - month(t.date_of_birth) < b.to_age * 12
LEFT JOIN ethnicity_words AS w ON plain_word(t.ethnicity) = w.word
WHERE l.is_seen OR coalesce(t.date_of_death >= r.population_index_on, TRUE);

CREATE OR REPLACE TABLE reach_counts AS
SELECT characteristic, level, count(*) FILTER (WHERE is_seen) AS n_seen,
    count(*) FILTER (WHERE NOT is_seen) AS n_registered
FROM (
    SELECT is_seen, 'deprivation' AS characteristic, deprivation AS level FROM reach_people
    UNION ALL
    SELECT is_seen, 'age', age FROM reach_people
    UNION ALL
    SELECT is_seen, 'sex', sex FROM reach_people
    UNION ALL
    SELECT is_seen, 'ethnicity', ethnicity FROM reach_people
) AS levels
GROUP BY characteristic, level;

CREATE OR REPLACE TABLE flagged AS
SELECT DISTINCT u.patient_id, coalesce(w.kind, 'other') AS kind
FROM units AS u
JOIN people AS p ON u.unit = p.unit
JOIN reach AS v ON u.index_on = v.index_on
JOIN flags AS f
    ON u.patient_id = f.patient_id AND f.date >= u.contact_on AND f.date < v.after_to
LEFT JOIN flag_words AS w ON plain_word(f.kind) = w.word
WHERE u.grp = 'seen' AND u.is_new AND p.is_complete;

CREATE OR REPLACE TABLE flag_counts AS
SELECT kind, count(*) AS n FROM flagged GROUP BY kind
UNION ALL
SELECT 'any', count(DISTINCT patient_id) FROM flagged
UNION ALL
SELECT 'seen', count(*) FROM people WHERE grp = 'seen' AND is_new AND is_complete;
