-- Stage 0, when the protocol names the categories that count. Reads appointments,
-- eligible_categories.
CREATE OR REPLACE VIEW counted_appointments AS
SELECT a.* FROM appointments AS a
SEMI JOIN eligible_categories AS e ON a.category = e.category;
