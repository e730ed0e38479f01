-- Stage 12, once for each rung of the ladder, finest first: comparators for the cases that have none
-- yet. Within a cell (everything that must be the same) the candidates stand in a ring in the order
-- of their hashes; a case begins at a place of its own hash and takes the next people after it.
-- Reads matchable, rung, rung_bins, rung_lags, matching_rule, matching_steps, cases_left. Adds to
-- sets.

CREATE OR REPLACE VIEW keyed AS
SELECT
    m.unit, m.person, m.is_case, m.hashed,
    (((((m.month_number::BIGINT // r.months) * 10 + l.bin) * 10 + b.bin) * 10 + c.bin) * 10 + d.bin) * 1000
        + CASE r.strata WHEN 'age and sex' THEN m.stratum WHEN 'age' THEN m.age_stratum ELSE 0 END
        AS cell
FROM matchable AS m
CROSS JOIN rung AS r
JOIN rung_lags AS l ON m.lag_days = l.lag_days
JOIN rung_bins AS b ON b.band = 1 AND m.band_1 = b.contacts
JOIN rung_bins AS c ON c.band = 2 AND m.band_2 = c.contacts
JOIN rung_bins AS d ON d.band = 3 AND m.band_3 = d.contacts;

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
    ('0x' || left(k.hashed, 8))::BIGINT % n.n_people AS begins
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
