-- Stage 0, when the site names its practices: appointments of the people ever registered with them.
-- Reads appointments, practice_registrations, site_practices.
CREATE OR REPLACE VIEW site_appointments AS
SELECT a.* FROM appointments AS a
SEMI JOIN (
    SELECT g.patient_id
    FROM practice_registrations AS g
    SEMI JOIN site_practices AS o ON g.practice_id = o.practice_id
) AS p ON a.patient_id = p.patient_id;
