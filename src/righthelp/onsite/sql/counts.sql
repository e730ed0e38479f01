-- Stage 5: contacts of each unit by month from its index, under one definition of a contact.
-- Reads events, definition_kinds, definition_rule (one row), index_days. Makes unit_months.
--
-- At most one contact a person a day: each day of the month sets one bit, and the bits are counted.

CREATE OR REPLACE TABLE unit_months AS
SELECT
    e.unit,
    d.month,
    (CASE
        WHEN min(r.same_day) = 'one' THEN bit_count(bit_or(1::BIGINT << d.day_of_month))
        ELSE count(*)
    END)::SMALLINT AS contacts
FROM events AS e
SEMI JOIN definition_kinds AS k ON e.kind = k.kind
JOIN index_days AS d ON e.index_on = d.index_on AND e.day = d.day
CROSS JOIN definition_rule AS r
GROUP BY e.unit, d.month;
