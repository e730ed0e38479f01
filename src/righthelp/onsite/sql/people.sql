-- Stage 7: one row a unit with its counts in the windows and the days it was at risk in each.
-- `person` is one number for somebody who is reference several times, or reference and seen.
-- The two sides are aggregated apart and joined once.
-- Reads units, reach, bands, unit_months, unit_history. Makes people.

CREATE OR REPLACE TABLE strata AS
SELECT
    sex, age_band,
    row_number() OVER (ORDER BY age_band, sex) AS stratum,
    dense_rank() OVER (ORDER BY age_band) AS age_stratum
FROM (SELECT DISTINCT sex, age_band FROM units) AS combinations;

CREATE OR REPLACE TABLE people AS
SELECT
    u.unit, s.person, u.patient_id, u.grp, u.is_new, u.index_on, u.qualifying_on,
    t.stratum, t.age_stratum,
    greatest(0, least(u.to_on, w.before_to) - greatest(u.from_on, w.before_from)) AS days_before,
    greatest(0, least(u.to_on, w.after_to) - greatest(u.from_on, w.after_from)) AS days_after,
    w.before_to - w.before_from AS full_days_before,
    w.after_to - w.after_from AS full_days_after,
    u.from_on <= w.before_from AND u.to_on >= w.after_to AS is_complete,
    u.from_on <= w.earlier_from AND u.to_on >= w.after_to AS has_earlier,
    u.qualifying_on IS NOT NULL AND u.from_on <= v.history_from
        AND u.from_on <= w.before_from AND u.to_on >= w.after_to AS has_history,
    coalesce(m.earlier, 0) AS earlier,
    coalesce(m.before, 0) AS before,
    coalesce(m.after, 0) AS after,
    coalesce(h.band_1, 0) AS band_1,
    coalesce(h.band_2, 0) AS band_2,
    coalesce(h.band_3, 0) AS band_3
FROM units AS u
JOIN reach AS w ON u.index_on = w.index_on
JOIN strata AS t ON u.sex = t.sex AND u.age_band = t.age_band
JOIN (SELECT patient_id, min(unit) AS person FROM units GROUP BY patient_id) AS s
    ON u.patient_id = s.patient_id
LEFT JOIN visit_reach AS v ON u.qualifying_on = v.qualifying_on
LEFT JOIN (
    SELECT
        c.unit,
        sum(c.contacts) FILTER (WHERE p.window_name = 'earlier') AS earlier,
        sum(c.contacts) FILTER (WHERE p.window_name = 'before') AS before,
        sum(c.contacts) FILTER (WHERE p.window_name = 'after') AS after
    FROM unit_months AS c
    JOIN window_months AS p ON c.month = p.month
    GROUP BY c.unit
) AS m ON u.unit = m.unit
LEFT JOIN (
    SELECT
        c.unit,
        sum(c.contacts) FILTER (WHERE b.band = 1) AS band_1,
        sum(c.contacts) FILTER (WHERE b.band = 2) AS band_2,
        sum(c.contacts) FILTER (WHERE b.band = 3) AS band_3
    FROM unit_history AS c
    JOIN bands AS b ON c.month = b.month
    GROUP BY c.unit
) AS h ON u.unit = h.unit
WHERE u.from_on IS NOT NULL;
