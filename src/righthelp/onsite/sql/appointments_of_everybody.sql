-- Stage 0, when every practice of the records belongs to the site. Reads appointments.
CREATE OR REPLACE VIEW site_appointments AS FROM appointments;
