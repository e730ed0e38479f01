-- Stage 7: the moments of the course by month, for seen (new, ongoing) and reference people.
-- People who share an index day and the same days at risk share an exposure pattern, so person-time
-- is a number of the pattern and never multiplied out by person and month.
-- Reads units, reach, unit_months. Makes patterns, pattern_contacts, contact_products.

CREATE OR REPLACE TABLE patterned AS
SELECT
    u.unit, u.grp, u.is_new, u.index_on,
    greatest(u.from_on, w.course_from) AS from_on,
    least(u.to_on, w.course_to) AS to_on
FROM units AS u
JOIN reach AS w ON u.index_on = w.index_on
WHERE u.grp <> 'population' AND u.from_on < w.course_to AND u.to_on > w.course_from;

CREATE OR REPLACE TABLE patterns AS
SELECT
    row_number() OVER (ORDER BY grp, is_new, index_on, from_on, to_on) - 1 AS pattern,
    grp, is_new, index_on, from_on, to_on, n
FROM (
    SELECT grp, is_new, index_on, from_on, to_on, count(*) AS n
    FROM patterned
    GROUP BY grp, is_new, index_on, from_on, to_on
) AS counted;

CREATE OR REPLACE TABLE pattern_contacts AS
SELECT p.pattern, c.month, sum(c.contacts) AS contacts
FROM (
    SELECT u.grp, u.is_new, u.index_on, u.from_on, u.to_on, m.month, sum(m.contacts) AS contacts
    FROM patterned AS u
    JOIN unit_months AS m ON u.unit = m.unit
    SEMI JOIN course_months AS o ON m.month = o.month
    GROUP BY u.grp, u.is_new, u.index_on, u.from_on, u.to_on, m.month
) AS c
JOIN patterns AS p
    ON c.grp = p.grp AND c.is_new = p.is_new AND c.index_on = p.index_on
    AND c.from_on = p.from_on AND c.to_on = p.to_on
GROUP BY p.pattern, c.month;

CREATE OR REPLACE TABLE contact_products AS
SELECT u.grp, u.is_new, a.month AS month_a, b.month AS month_b,
    sum(a.contacts::BIGINT * b.contacts) AS product
FROM patterned AS u
JOIN unit_months AS a ON u.unit = a.unit
JOIN unit_months AS b ON a.unit = b.unit AND a.month <= b.month
SEMI JOIN course_months AS o ON a.month = o.month
WHERE b.month IN (SELECT month FROM course_months)
GROUP BY u.grp, u.is_new, a.month, b.month;
