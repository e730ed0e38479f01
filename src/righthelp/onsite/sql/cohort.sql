-- Stage 3: the units of the study. Makes units: one row for each
--   seen person,
--   reference person: registered, not known to the scheme at a visit that was drawn,
--   person who declined or waits, where the protocol asks for them,
--   person of the population: everybody registered, or a hash sample where there are very many.
-- A unit carries its index day, its qualifying visit and the days it is at risk: registered,
-- alive and inside the extract. Reads seen, visits, month_shares, qualifying_visits, lags, others,
-- known_to_scheme, patients, referrals, practice_registrations, site_practices, age_bands, rules.

-- Registrations with the practices of the site; one that lasts ends on the last day of the calendar.
CREATE OR REPLACE VIEW registrations AS
SELECT g.patient_id, g.start_date, coalesce(g.end_date, DATE '9999-12-31') AS end_date
FROM practice_registrations AS g
SEMI JOIN site_practices AS o ON g.practice_id = o.practice_id;

-- Reference visits: every visit is a ticket, drawn when the hash of its person and day lies below
-- the share of its month (Poisson sampling: each ticket by itself, so no other row has a say in it).
-- Somebody who comes often is drawn often, as they would be referred.
CREATE OR REPLACE TABLE tickets_drawn AS
SELECT DISTINCT h.patient_id, h.month_number, h.visit_on, h.hashed
FROM (
    SELECT
        v.patient_id, v.month_number, v.visit_on,
        md5(r.seed || ':' || v.visit_on || ':' || v.patient_id) AS hashed
    FROM visits AS v
    CROSS JOIN rules AS r
) AS h
JOIN month_shares AS m ON h.month_number = m.month_number AND h.hashed < m.hashed_to;

-- Left out: visits outside registration, of people known to the scheme by then, and the visits
-- that led somebody to the link worker.
CREATE OR REPLACE TABLE reference_drawn AS
SELECT d.patient_id, d.month_number, d.visit_on, d.hashed
FROM tickets_drawn AS d
SEMI JOIN registrations AS g
    ON d.patient_id = g.patient_id AND d.visit_on >= g.start_date AND d.visit_on < g.end_date
ANTI JOIN known_to_scheme AS k ON d.patient_id = k.patient_id AND k.known_on <= d.visit_on
ANTI JOIN qualifying_visits AS q
    ON d.patient_id = q.patient_id AND d.visit_on = q.qualifying_on;

-- A reference person's index: the visit plus the lag of a seen person whose qualifying visit fell
-- in the same month, drawn by the last digits of the hash. With a common index month, that month.
CREATE OR REPLACE TABLE reference_lagged AS
SELECT d.patient_id, d.visit_on, l.lag_days
FROM (
    SELECT
        d.patient_id, d.visit_on, n.month_number,
        ('0x' || right(d.hashed, 8))::BIGINT % n.n_lags AS position
    FROM reference_drawn AS d
    JOIN (SELECT month_number, count(*) AS n_lags FROM lags GROUP BY month_number) AS n
        ON d.month_number = n.month_number
) AS d
JOIN lags AS l ON d.month_number = l.month_number AND d.position = l.position;

-- The population: everybody registered on its index day; above population_people of them, those
-- whose hash lies below the share that is wanted.
CREATE OR REPLACE TABLE on_the_list AS
SELECT g.patient_id
FROM registrations AS g
CROSS JOIN rules AS r
WHERE g.start_date <= r.population_index_on AND g.end_date > r.population_index_on;

CREATE OR REPLACE TABLE population AS
SELECT DISTINCT o.patient_id
FROM on_the_list AS o
CROSS JOIN rules AS r
CROSS JOIN (SELECT count(*) AS n FROM on_the_list) AS t
WHERE t.n <= r.population_people
    OR md5('population:' || r.seed || ':' || o.patient_id)
        < printf('%08x', (4294967295 * (r.population_people * 1.0 / t.n))::BIGINT);

CREATE OR REPLACE TABLE chosen AS
SELECT
    s.patient_id, 'seen' AS grp, s.is_new, s.index_on, s.contact_on,
    e.qualifying_on AS qualifying_on
FROM seen AS s
LEFT JOIN qualifying_visits AS e ON s.patient_id = e.patient_id
UNION ALL
SELECT
    d.patient_id, 'reference', FALSE,
    CASE WHEN r.anchor = 'month' THEN r.index_from ELSE d.visit_on + d.lag_days END,
    CASE WHEN r.anchor = 'month' THEN r.index_from ELSE d.visit_on + d.lag_days END,
    d.visit_on
FROM reference_lagged AS d
CROSS JOIN rules AS r
UNION ALL
SELECT o.patient_id, o.grp, FALSE, o.index_on, o.index_on, o.visit_on
FROM others AS o
UNION ALL
SELECT p.patient_id, 'population', FALSE, r.population_index_on, r.population_index_on, NULL
FROM population AS p
CROSS JOIN rules AS r;

-- Registration spells of these people and of everybody referred; those that touch or overlap are one.
CREATE OR REPLACE TABLE spells AS
SELECT patient_id, min(start_date) AS from_on, max(end_date) AS to_on
FROM (
    SELECT
        patient_id, start_date, end_date,
        sum(begins) OVER (PARTITION BY patient_id ORDER BY start_date, end_date) AS spell
    FROM (
        SELECT
            patient_id, start_date, end_date,
            CASE WHEN start_date <= max(end_date) OVER (
                PARTITION BY patient_id ORDER BY start_date, end_date
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0 ELSE 1 END AS begins
        FROM registrations
        WHERE patient_id IN (SELECT patient_id FROM chosen UNION SELECT patient_id FROM referrals)
    ) AS marked
) AS numbered
GROUP BY patient_id, spell;

CREATE OR REPLACE TABLE units AS
SELECT
    (row_number() OVER (ORDER BY c.grp, c.patient_id, c.qualifying_on) - 1)::INTEGER AS unit,
    c.patient_id, c.grp, c.is_new, c.index_on, c.contact_on, c.qualifying_on,
    coalesce(p.sex, 'unknown') AS sex,
    coalesce(b.age_band, 'unknown') AS age_band,
    p.patient_id IS NOT NULL AS is_patient,
    g.patient_id IS NOT NULL AS is_registered,
    p.date_of_death,
    g.to_on AS left_on,
    CASE
        WHEN g.patient_id IS NOT NULL AND p.patient_id IS NOT NULL
        THEN greatest(g.from_on, r.extract_from)
    END AS from_on,
    CASE
        WHEN g.patient_id IS NOT NULL AND p.patient_id IS NOT NULL
        THEN least(g.to_on, coalesce(p.date_of_death + 1, r.extract_to), r.extract_to)
    END AS to_on
FROM chosen AS c
CROSS JOIN rules AS r
LEFT JOIN patients AS p ON c.patient_id = p.patient_id
LEFT JOIN spells AS g
    ON c.patient_id = g.patient_id AND c.contact_on >= g.from_on AND c.contact_on < g.to_on
LEFT JOIN age_bands AS b
    ON year(c.index_on) * 12 + month(c.index_on)
        - year(p.date_of_birth) * 12 - month(p.date_of_birth) >= b.from_age * 12
    AND year(c.index_on) * 12 + month(c.index_on)
        - year(p.date_of_birth) * 12 - month(p.date_of_birth) < b.to_age * 12
WHERE c.grp = 'seen' OR (g.patient_id IS NOT NULL AND p.patient_id IS NOT NULL);
