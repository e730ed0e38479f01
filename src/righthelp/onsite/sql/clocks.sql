-- Between stages 3 and 4: every day of every counted month, from the months enumerated in Python.
-- Reads index_months, visit_months. Makes index_days (days counted from an index day) and
-- visit_history_days (calendar days before a qualifying visit), each with its month and its place
-- in the month.

CREATE OR REPLACE TABLE index_days AS
SELECT
    m.index_on,
    (m.start_on - m.index_on + p.position)::SMALLINT AS day,
    m.month,
    p.position::BIGINT AS day_of_month
FROM index_months AS m
JOIN range(0, 31) AS p(position) ON p.position < m.end_on - m.start_on;

CREATE OR REPLACE TABLE visit_history_days AS
SELECT
    m.qualifying_on,
    m.start_on + p.position::INTEGER AS on_day,
    m.month,
    p.position::BIGINT AS day_of_month
FROM visit_months AS m
JOIN range(0, 31) AS p(position) ON p.position < m.end_on - m.start_on;
