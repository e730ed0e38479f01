-- Stage 9: appointments of the people seen that were made and not held, by window: complete people,
-- and who and how as for a contact. They are no contacts and enter no estimate.
-- Reads events, not_held_kinds, people, index_days, window_months.
-- Makes not_held, not_held_anywhere (of anybody in the store: whether the site records them).

CREATE OR REPLACE TABLE not_held AS
SELECT k.status, p.is_new, w.window_name, count(*) AS n, count(DISTINCT e.unit) AS n_people
FROM events AS e
JOIN not_held_kinds AS k ON e.kind = k.kind
JOIN people AS p ON e.unit = p.unit
JOIN index_days AS d ON e.index_on = d.index_on AND e.day = d.day
JOIN window_months AS w ON d.month = w.month
WHERE p.grp = 'seen' AND p.is_complete AND w.window_name IN ('before', 'after')
GROUP BY k.status, p.is_new, w.window_name;

CREATE OR REPLACE TABLE not_held_anywhere AS
SELECT DISTINCT k.status
FROM events AS e
JOIN not_held_kinds AS k ON e.kind = k.kind;
