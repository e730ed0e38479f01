-- The canonical tables of a simulated population, as views over the arrays it was drawn in.
-- `drawn_*` hold numbers: people and practices from 0, days from the world's first, words as
-- positions in `vocabulary`. A day of -2147483648 never came. `drawn_world` has one row.

CREATE OR REPLACE TABLE named_practices AS
SELECT practice, site_id || '-practice-' || (practice + 1)::TEXT AS practice_id
FROM drawn_practices, drawn_world;

CREATE OR REPLACE TABLE named_people AS
SELECT
    person,
    site_id || '-' || lpad(person::TEXT, 7, '0') AS patient_id,
    practice_id,
    site_id,
    first_day
FROM drawn_people
JOIN named_practices USING (practice)
CROSS JOIN drawn_world
ORDER BY person;

CREATE OR REPLACE VIEW world_patients AS
SELECT
    patient_id,
    sexes.word AS sex,
    first_day + born AS date_of_birth,
    first_day + nullif(died, -2147483648) AS date_of_death,
    ethnicities.word AS ethnicity,
    imd_decile
FROM drawn_people
JOIN named_people USING (person)
JOIN vocabulary AS sexes ON sexes.field = 'sex' AND sexes.code = sex
JOIN vocabulary AS ethnicities ON ethnicities.field = 'ethnicity' AND ethnicities.code = ethnicity
ORDER BY person;

CREATE OR REPLACE VIEW world_practices AS
SELECT
    practice_id,
    list_size,
    first_day + nullif(started, -2147483648) AS link_worker_start_on
FROM drawn_practices
JOIN named_practices USING (practice)
CROSS JOIN drawn_world
ORDER BY practice;

CREATE OR REPLACE VIEW world_practice_registrations AS
SELECT
    patient_id,
    practice_id,
    first_day + joined AS start_date,
    first_day + nullif(ended, -2147483648) AS end_date
FROM drawn_people
JOIN named_people USING (person)
ORDER BY person;

-- In the order drawn: practice, day, person.
CREATE OR REPLACE VIEW world_appointments AS
SELECT
    patient_id,
    practice_id,
    first_day + day AS start_date,
    statuses.word AS status,
    roles.word AS role,
    modes.word AS mode,
    categories.word AS category,
    minutes::INTEGER AS duration_minutes,
    practice_id || '-' || roles.word || '-' || (clinician + 1)::TEXT AS clinician_id,
    first_day + day - lead_days AS booked_date
FROM drawn_appointments
LEFT JOIN named_people USING (person)
LEFT JOIN vocabulary AS statuses ON statuses.field = 'status' AND statuses.code = status
LEFT JOIN vocabulary AS roles ON roles.field = 'role' AND roles.code = role
LEFT JOIN vocabulary AS modes ON modes.field = 'mode' AND modes.code = mode
LEFT JOIN vocabulary AS categories ON categories.field = 'category' AND categories.code = category;

CREATE OR REPLACE VIEW world_link_worker_contacts AS
SELECT
    patient_id,
    site_id,
    first_day + day AS date,
    modes.word AS mode,
    CASE WHEN attended THEN 'attended' ELSE 'did_not_attend' END AS outcome
FROM drawn_contacts
JOIN named_people USING (person)
JOIN vocabulary AS modes ON modes.field = 'mode' AND modes.code = mode
ORDER BY day, person;

CREATE OR REPLACE VIEW named_referrals AS
SELECT referral, site_id || '-referral-' || lpad(referral::TEXT, 6, '0') AS referral_id
FROM drawn_referrals, drawn_world;

CREATE OR REPLACE VIEW world_referrals AS
SELECT
    referral_id,
    patient_id,
    site_id,
    first_day + referred AS referred_on,
    referrers.word AS referrer_role,
    first_day + nullif(accepted, -2147483648) AS accepted_on,
    first_day + nullif(declined, -2147483648) AS declined_on,
    first_day + nullif(returned, -2147483648) AS returned_on,
    first_day + nullif(closed, -2147483648) AS closed_on,
    reasons.word AS return_reason
FROM drawn_referrals
JOIN named_referrals USING (referral)
JOIN named_people USING (person)
JOIN vocabulary AS referrers ON referrers.field = 'referrer' AND referrers.code = referrer
LEFT JOIN vocabulary AS reasons ON reasons.field = 'return_reason' AND reasons.code = return_reason
ORDER BY referral;

CREATE OR REPLACE VIEW world_clinical_events AS
SELECT
    patient_id,
    first_day + day AS date,
    codes.word AS snomedct_code,
    NULL::DOUBLE AS numeric_value
FROM drawn_record AS d
JOIN named_people USING (person)
JOIN vocabulary AS codes ON codes.field = 'code' AND codes.code = d.code
ORDER BY day, person, codes.word;

CREATE OR REPLACE VIEW world_needs AS
SELECT
    referral_id,
    needs.word AS need,
    first_day + referred AS recorded_on,
    first_day + nullif(resolved, -2147483648) AS resolved_on
FROM drawn_needs AS d
JOIN named_referrals USING (referral)
JOIN drawn_referrals USING (referral)
CROSS JOIN drawn_world
JOIN vocabulary AS needs ON needs.field = 'need' AND needs.code = d.need
ORDER BY referral, d.need;

CREATE OR REPLACE VIEW world_support AS
SELECT
    referral_id,
    supports.word AS kind,
    first_day + offered AS offered_on,
    first_day + nullif(accepted, -2147483648) AS accepted_on,
    first_day + nullif(started, -2147483648) AS started_on
FROM drawn_support AS d
JOIN named_referrals USING (referral)
CROSS JOIN drawn_world
JOIN vocabulary AS supports ON supports.field = 'support' AND supports.code = d.support
ORDER BY referral, d.support;

CREATE OR REPLACE VIEW world_flags AS
SELECT patient_id, first_day + day AS date, flags.word AS kind
FROM drawn_flags AS d
JOIN named_people USING (person)
JOIN vocabulary AS flags ON flags.field = 'flag' AND flags.code = d.flag
ORDER BY day, person;

CREATE OR REPLACE VIEW world_outcomes AS
SELECT
    patient_id,
    first_day + day AS date,
    instruments.word AS instrument,
    NULL::TEXT AS version,
    score
FROM drawn_scores AS d
JOIN named_people USING (person)
JOIN vocabulary AS instruments ON instruments.field = 'instrument' AND instruments.code = d.instrument
ORDER BY person, d.instrument, day;

CREATE OR REPLACE VIEW world_outcome_items AS
SELECT
    patient_id, date, instrument, version, NULL::TEXT AS item, NULL::DOUBLE AS answer
FROM world_outcomes
WHERE false;
