-- Stage 0, second half, when every category counts. Reads site_appointments.
CREATE OR REPLACE VIEW counted_appointments AS
SELECT * FROM site_appointments;
