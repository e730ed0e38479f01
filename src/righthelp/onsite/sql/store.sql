-- Stage 4, second scan of the appointments: the cohort event store. One row for each appointment
-- of a unit while it was at risk, as the day counted from its index and the kind of appointment
-- (role, mode, status, and whether a definition names its category, together). After this stage only
-- series.sql reads the appointments again (and the rehearsal, which begins anew).
-- Reads counted_appointments, named_categories, units, reach, kinds. Makes events.

CREATE OR REPLACE TABLE events AS
SELECT
    u.unit,
    u.index_on,
    (a.start_date - u.index_on)::SMALLINT AS day,
    k.kind
FROM counted_appointments AS a
JOIN (
    SELECT
        u.unit, u.patient_id, u.index_on,
        greatest(u.from_on, w.store_from) AS from_on,
        least(u.to_on, w.store_to) AS to_on
    FROM units AS u
    JOIN reach AS w ON u.index_on = w.index_on
    WHERE u.from_on IS NOT NULL
) AS u ON a.patient_id = u.patient_id AND a.start_date >= u.from_on AND a.start_date < u.to_on
LEFT JOIN named_categories AS n ON a.category = n.category
JOIN kinds AS k
    ON a.role = k.role AND a.mode = k.mode AND a.status = k.status
    AND (n.category IS NOT NULL) = k.is_named;
