-- Between stages 13 and 14, where a site sends scores: the people new to the link worker, how each of them
-- stands on each scale, and the contacts of their comparators.
-- Reads people, units, score_standing, first_scores, sets. Makes fared_people, fared, fared_others.

CREATE OR REPLACE TABLE fared_people AS
SELECT p.unit, p.is_complete, p.before, p.after, u.sex, u.age_band
FROM people AS p
JOIN units AS u ON p.unit = u.unit
WHERE p.grp = 'seen' AND p.is_new;

-- The first score of somebody without a pair is the one that would have been compared.
CREATE OR REPLACE TABLE fared AS
SELECT s.unit, s.instrument, s.standing, f.score AS first_score
FROM score_standing AS s
JOIN fared_people AS p ON s.unit = p.unit
LEFT JOIN (
    SELECT
        unit, instrument, score,
        row_number() OVER (
            PARTITION BY unit, instrument ORDER BY is_late, gap, version
        ) AS place
    FROM first_scores
) AS f ON s.unit = f.unit AND s.instrument = f.instrument AND f.place = 1;

CREATE OR REPLACE TABLE fared_others AS
SELECT s.unit, p.before, p.after
FROM sets AS s
JOIN people AS p ON s.comparator = p.unit;
