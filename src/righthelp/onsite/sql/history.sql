-- Stage 6: contacts of each seen and reference unit by month before its qualifying visit, under one
-- definition of a contact; the history from which the after window is projected.
-- Reads events, units, definition_kinds, definition_rule (one row), visit_history_days.
-- Makes unit_history. At most one contact a person a day, as in the stage before.

CREATE OR REPLACE TABLE unit_history AS
SELECT
    e.unit,
    d.month,
    (CASE
        WHEN min(r.same_day) = 'one' THEN bit_count(bit_or(1::BIGINT << d.day_of_month))
        ELSE count(*)
    END)::SMALLINT AS contacts
FROM events AS e
SEMI JOIN definition_kinds AS k ON e.kind = k.kind
JOIN units AS u ON e.unit = u.unit
JOIN visit_history_days AS d
    ON u.qualifying_on = d.qualifying_on AND e.index_on + e.day = d.on_day
CROSS JOIN definition_rule AS r
WHERE u.grp <> 'population'
GROUP BY e.unit, d.month;
