-- Stage 13: what is known of the people who could be matched and was not matched on, to see whether
-- they are alike in it: age in years, deprivation, how long registered, appointments with other
-- staff and missed ones in the year before the visit; and since which month before the visit each
-- of them is covered.
-- Reads matchable, units, patients, events, other_kinds, visit_months, rules. Makes alike.

CREATE OR REPLACE TABLE alike AS
SELECT
    m.unit,
    (year(u.index_on) - year(p.date_of_birth))
        + (month(u.index_on) - month(p.date_of_birth)) / 12.0 AS age_years,
    p.imd_decile,
    least(u.index_on - u.from_on, 1826) / 365.25 AS years_registered,
    coalesce(e.other_staff, 0) AS other_staff,
    coalesce(e.missed, 0) AS missed,
    c.covered_from
FROM matchable AS m
JOIN units AS u ON m.unit = u.unit
JOIN patients AS p ON u.patient_id = p.patient_id
LEFT JOIN (
    SELECT
        e.unit,
        count(*) FILTER (WHERE k.is_missed) AS missed,
        count(*) FILTER (WHERE NOT k.is_missed) AS other_staff
    FROM events AS e
    JOIN other_kinds AS k ON e.kind = k.kind
    JOIN units AS u ON e.unit = u.unit
    WHERE e.index_on + e.day < u.qualifying_on AND e.index_on + e.day >= u.qualifying_on - 365
    GROUP BY e.unit
) AS e ON m.unit = e.unit
LEFT JOIN (
    SELECT u.unit, min(v.month) AS covered_from
    FROM units AS u
    JOIN visit_months AS v ON u.qualifying_on = v.qualifying_on AND u.from_on <= v.start_on
    GROUP BY u.unit
) AS c ON m.unit = c.unit;
