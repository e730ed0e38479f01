-- Stage 13, where the study names contacts that the link worker cannot change: how many of them each
-- unit had in the after window, to see whether matched people are alike in those too.
-- Reads events, control_kinds, index_days, window_months. Makes control_contacts.

CREATE OR REPLACE TABLE control_contacts AS
SELECT e.unit, count(*) AS contacts
FROM events AS e
SEMI JOIN control_kinds AS k ON e.kind = k.kind
JOIN index_days AS d ON e.index_on = d.index_on AND e.day = d.day
JOIN window_months AS w ON d.month = w.month
WHERE w.window_name = 'after'
GROUP BY e.unit;
