-- Between stages 3 and 4, where a site sends answers: forms, one for each person, day, instrument and
-- version, and the answers on it. A form on which two answers to one item disagree is left out.
-- Reads outcome_items, item_rules, scale_items. Makes forms, form_answers: a row for each answer and
-- each scale that it counts in.

CREATE OR REPLACE TABLE item_answers AS
SELECT
    o.patient_id, o.date AS scored_on, o.instrument,
    coalesce(lower(trim(o.version)), '') AS version,
    o.item,
    min(o.answer) AS answer,
    max(o.answer) > min(o.answer) AS disagree
FROM outcome_items AS o
JOIN item_rules AS r ON o.instrument = r.instrument AND o.item = r.item
WHERE o.answer >= r.lowest AND o.answer <= r.highest AND o.answer = floor(o.answer)
GROUP BY
    o.patient_id, o.date, o.instrument, coalesce(lower(trim(o.version)), ''), o.item;

CREATE OR REPLACE TABLE forms AS
SELECT
    (row_number() OVER (ORDER BY instrument, patient_id, scored_on, version) - 1)::INTEGER AS form,
    patient_id, scored_on, instrument, version
FROM item_answers
GROUP BY patient_id, scored_on, instrument, version
HAVING NOT bool_or(disagree);

CREATE OR REPLACE TABLE form_answers AS
SELECT f.form, s.scale, s.place, a.answer
FROM item_answers AS a
JOIN forms AS f
    ON a.patient_id = f.patient_id AND a.scored_on = f.scored_on
    AND a.instrument = f.instrument AND a.version = f.version
JOIN scale_items AS s ON a.instrument = s.instrument AND a.item = s.item;
