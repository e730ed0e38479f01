-- Stage 12, once for each rung of the ladder, finest first: comparators for the cases that have none
-- yet. Within a cell (everything that must be the same) the candidates stand in a ring in the order
-- of their hashes; a case begins at a place of its own hash and takes the next people after it.
-- Reads matchable, rung (one row; its lists give the bin of 0, 1, 2, ... contacts or days),
-- matching_rule, matching_steps, cases_left. Adds to sets.

CREATE OR REPLACE VIEW keyed AS
SELECT
    m.unit, m.person, m.is_case, m.hashed,
    (((((m.month_number::BIGINT // r.months) * 10 + r.lag_bins[m.lag_days + 1]) * 10
        + r.bins_1[m.band_1 + 1]) * 10 + r.bins_2[m.band_2 + 1]) * 10 + r.bins_3[m.band_3 + 1]) * 1000
        + CASE r.strata WHEN 'age and sex' THEN m.stratum WHEN 'age' THEN m.age_stratum ELSE 0 END
        AS cell
FROM matchable AS m
CROSS JOIN rung AS r;

CREATE OR REPLACE TABLE seeking AS
SELECT unit, person, hashed, cell FROM keyed SEMI JOIN cases_left USING (unit) WHERE is_case;

-- Candidates of the cells in which there is a case: each person once, at the first of their visits.
CREATE OR REPLACE TABLE members AS
SELECT
    cell, person,
    arg_min(unit, hashed) AS unit,
    row_number() OVER (PARTITION BY cell ORDER BY min(hashed)) - 1 AS position
FROM keyed
SEMI JOIN seeking ON keyed.cell = seeking.cell
WHERE NOT is_case
GROUP BY cell, person;

-- Cases with people enough in their cell, themselves left out.
CREATE OR REPLACE TABLE placed AS
SELECT
    k.unit, k.person, k.cell, n.n_people,
    (k.hashed >> 28) % n.n_people AS begins
FROM seeking AS k
JOIN (SELECT cell, count(*) AS n_people FROM members GROUP BY cell) AS n ON k.cell = n.cell
LEFT JOIN members AS o ON k.cell = o.cell AND k.person = o.person
CROSS JOIN matching_rule AS r
WHERE n.n_people - (CASE WHEN o.person IS NULL THEN 0 ELSE 1 END) >= r.at_least;

INSERT INTO sets
SELECT t.unit, t.comparator, t.rung
FROM (
    SELECT
        p.unit, m.unit AS comparator, r.rung,
        row_number() OVER (PARTITION BY p.unit ORDER BY s.step) AS place
    FROM placed AS p
    CROSS JOIN rung AS r
    JOIN matching_steps AS s ON s.step < p.n_people
    JOIN members AS m ON p.cell = m.cell AND m.position = (p.begins + s.step) % p.n_people
    WHERE m.person <> p.person
) AS t
CROSS JOIN matching_rule AS k
WHERE t.place <= k.per_person;

DELETE FROM cases_left WHERE unit IN (SELECT unit FROM sets);
