-- Stage 0, when every category counts. Reads appointments.
CREATE OR REPLACE VIEW counted_appointments AS
SELECT * FROM appointments;
