-- Stage 0, second half, when the protocol names the categories that count. Reads site_appointments,
-- eligible_categories.
CREATE OR REPLACE VIEW counted_appointments AS
SELECT a.* FROM site_appointments AS a
SEMI JOIN eligible_categories AS e ON a.category = e.category;
