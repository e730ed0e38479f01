-- Stage 15, second half of the rehearsal: the people drawn take the place of those seen. Whoever the
-- scheme really met stays known to it from that day.
-- Reads replayed, and the site's own link_worker_contacts and referrals; makes others in their place.

CREATE OR REPLACE TABLE link_worker_contacts AS
SELECT patient_id, contact_on AS date, 'attended' AS outcome FROM main.replayed;

CREATE OR REPLACE TABLE referrals AS
SELECT patient_id, referred_on, declined_on, returned_on, closed_on FROM main.referrals
UNION ALL
SELECT patient_id, referred_on, NULL, NULL, NULL FROM main.replayed
UNION ALL
SELECT patient_id, date, NULL, NULL, NULL
FROM main.link_worker_contacts
WHERE outcome IS NULL OR outcome = 'attended';
