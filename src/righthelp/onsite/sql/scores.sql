-- Between stages 3 and 4, where a site sends scores: which two scores of each seen person are compared.
-- The first lies around the first contact with the link worker: the last one on or before that day, or
-- else the earliest after it. The last one lies nearest to the day of follow-up. Both are of one
-- version; people without such a pair are told apart by what they lack.
-- Reads outcomes, forms, form_scores (scored on site from answers), instrument_rules, metric_scores,
-- score_days (one row), units. Makes score_pairs, score_standing, scores_disagreeing.

CREATE OR REPLACE VIEW scores_from_answers AS
SELECT
    f.patient_id, f.scored_on AS date, s.instrument,
    CASE
        WHEN r.needs_set THEN r.set_version
        WHEN r.raw_version <> '' THEN r.empty_version
        ELSE f.version
    END AS version,
    s.score
FROM form_scores AS s
JOIN forms AS f ON s.form = f.form
JOIN instrument_rules AS r ON s.instrument = r.instrument;

CREATE OR REPLACE TABLE scores_sent AS
SELECT
    o.patient_id, o.date AS scored_on, r.instrument, r.raw_version, r.empty_version, o.score,
    coalesce(nullif(lower(trim(o.version)), ''), r.empty_version) AS version
FROM (
    SELECT patient_id, date, instrument, version, score FROM outcomes
    UNION ALL
    SELECT patient_id, date, instrument, version, score FROM scores_from_answers
) AS o
JOIN instrument_rules AS r ON o.instrument = r.instrument
WHERE r.is_used
    AND o.score >= r.lowest AND o.score <= r.highest
    AND (NOT r.is_whole OR o.score = floor(o.score))
    AND (NOT r.needs_set OR lower(trim(o.version)) = r.set_version);

-- A raw total becomes the score that the table gives; any other score of such a scale must be in it.
CREATE OR REPLACE TABLE scores_made AS
SELECT
    s.patient_id, s.scored_on, s.instrument,
    CASE WHEN s.version = s.raw_version THEN s.empty_version ELSE s.version END AS version,
    coalesce(m.score, s.score) AS score
FROM scores_sent AS s
LEFT JOIN metric_scores AS m
    ON s.instrument = m.instrument
    AND CASE
        WHEN s.version = s.raw_version THEN s.score = m.raw
        ELSE abs(s.score - m.score) < 0.005
    END
WHERE s.raw_version = '' OR m.raw IS NOT NULL;

-- One score a person, day and version; two that disagree are both left out.
CREATE OR REPLACE TABLE scores_of_day AS
SELECT
    patient_id, scored_on, instrument, version,
    min(score) AS score,
    max(score) - min(score) >= 0.005 AS disagree
FROM scores_made
GROUP BY patient_id, scored_on, instrument, version;

CREATE OR REPLACE TABLE scores_placed AS
SELECT
    u.unit, s.instrument, s.version, s.scored_on, s.score, s.disagree,
    s.scored_on - u.contact_on AS day
FROM scores_of_day AS s
JOIN units AS u ON s.patient_id = u.patient_id
WHERE u.grp = 'seen';

CREATE OR REPLACE TABLE scores_disagreeing AS
SELECT instrument, count(*) AS n
FROM scores_placed
WHERE disagree
GROUP BY instrument;

CREATE OR REPLACE TABLE first_scores AS
SELECT unit, instrument, version, scored_on, score, day > 0 AS is_late, abs(day) AS gap
FROM (
    SELECT
        p.unit, p.instrument, p.version, p.scored_on, p.score, p.day,
        row_number() OVER (
            PARTITION BY p.unit, p.instrument, p.version ORDER BY p.day > 0, abs(p.day)
        ) AS place
    FROM scores_placed AS p
    CROSS JOIN score_days AS d
    WHERE NOT p.disagree AND p.day >= -d.before_days AND p.day <= d.start_days
) AS ranked
WHERE place = 1;

CREATE OR REPLACE TABLE last_scores AS
SELECT unit, instrument, version, scored_on, score, gap
FROM (
    SELECT
        p.unit, p.instrument, p.version, p.scored_on, p.score,
        abs(p.day - d.follow_up_days) AS gap,
        row_number() OVER (
            PARTITION BY p.unit, p.instrument, p.version
            ORDER BY abs(p.day - d.follow_up_days), p.day
        ) AS place
    FROM scores_placed AS p
    CROSS JOIN score_days AS d
    WHERE NOT p.disagree AND p.day >= d.follow_up_from_days AND p.day <= d.follow_up_to_days
) AS ranked
WHERE place = 1;

-- Where several versions have both, the one whose first score is chosen first, then its last.
CREATE OR REPLACE TABLE score_pairs AS
SELECT unit, instrument, version, first_on, first_score, last_on, last_score
FROM (
    SELECT
        f.unit, f.instrument, f.version,
        f.scored_on AS first_on, f.score AS first_score,
        l.scored_on AS last_on, l.score AS last_score,
        row_number() OVER (
            PARTITION BY f.unit, f.instrument
            ORDER BY f.is_late, f.gap, l.gap, l.scored_on, f.version
        ) AS place
    FROM first_scores AS f
    JOIN last_scores AS l
        ON f.unit = l.unit AND f.instrument = l.instrument AND f.version = l.version
) AS ranked
WHERE place = 1;

CREATE OR REPLACE TABLE score_standing AS
SELECT
    s.unit, s.instrument,
    CASE
        WHEN bool_or(p.unit IS NOT NULL) THEN 'pair'
        WHEN bool_or(s.is_first) AND bool_or(NOT s.is_first) THEN 'versions_differ'
        WHEN bool_or(s.is_first) THEN 'first_only'
        ELSE 'last_only'
    END AS standing
FROM (
    SELECT unit, instrument, TRUE AS is_first FROM first_scores
    UNION ALL
    SELECT unit, instrument, FALSE AS is_first FROM last_scores
) AS s
LEFT JOIN score_pairs AS p ON s.unit = p.unit AND s.instrument = p.instrument
GROUP BY s.unit, s.instrument;
