-- For every system, after its own file: referrals, and the coded entries of the codelists, out of the
-- coded entries that are used. What an entry means says known_codes: referred, declined or listed.
-- in_order: the order of a person's entries. Reads from_coded. Makes from_referrals, from_clinical_events.

-- A decline stands beside the last referral before it; one without a referral is a referral declined.
CREATE OR REPLACE VIEW from_referrals AS
SELECT
    source_table,
    source_row,
    id AS referral_id,
    patient_id,
    date AS referred_on,
    CASE
        WHEN meaning = 'declined' THEN date
        ELSE lead(CASE WHEN meaning = 'declined' THEN date END) OVER entries
    END AS declined_on
FROM from_coded
WHERE meaning IN ('referred', 'declined')
WINDOW entries AS (PARTITION BY patient_id ORDER BY in_order)
QUALIFY NOT (meaning = 'declined' AND coalesce(lag(meaning) OVER entries, '') = 'referred');

CREATE OR REPLACE VIEW from_clinical_events AS
SELECT source_table, source_row, patient_id, date, code AS snomedct_code, id AS source_id
FROM from_coded
WHERE meaning = 'listed';
