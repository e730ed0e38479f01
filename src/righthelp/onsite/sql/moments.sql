-- Stage 8: the moments of the course by month, for new, ongoing and reference people.
-- People of one cell who share an index day and the same days at risk share an exposure pattern, so
-- person-time is a number of the pattern and never multiplied out by person and month.
-- Reads units, reach, cells, unit_months, course_months.
-- Makes patterns, course_contacts, pattern_contacts. The cross products of a unit's months are summed
-- from course_contacts as a matrix: a self-join of it takes five times as long.

CREATE OR REPLACE TABLE exposed AS
SELECT
    u.unit, c.cell, u.index_on,
    greatest(u.from_on, w.course_from) AS from_on,
    least(u.to_on, w.course_to) AS to_on
FROM units AS u
JOIN reach AS w ON u.index_on = w.index_on
JOIN cells AS c ON u.grp = c.grp AND u.is_new = c.is_new
WHERE u.from_on < w.course_to AND u.to_on > w.course_from;

CREATE OR REPLACE TABLE patterns AS
SELECT
    (row_number() OVER (ORDER BY cell, index_on, from_on, to_on) - 1)::INTEGER AS pattern,
    cell, index_on, from_on, to_on, n
FROM (
    SELECT cell, index_on, from_on, to_on, count(*) AS n
    FROM exposed
    GROUP BY cell, index_on, from_on, to_on
) AS counted;

CREATE OR REPLACE TABLE course_contacts AS
SELECT m.unit, x.cell, x.pattern, m.month, m.contacts
FROM unit_months AS m
SEMI JOIN course_months AS o ON m.month = o.month
JOIN (
    SELECT e.unit, p.cell, p.pattern
    FROM exposed AS e
    JOIN patterns AS p
        ON e.cell = p.cell AND e.index_on = p.index_on
        AND e.from_on = p.from_on AND e.to_on = p.to_on
) AS x ON m.unit = x.unit;

CREATE OR REPLACE TABLE pattern_contacts AS
SELECT pattern, month, sum(contacts) AS contacts
FROM course_contacts
GROUP BY pattern, month;
