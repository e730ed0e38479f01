-- Between stages 14 and 15: referrals into the scheme and the help that came of them, a row a person.
-- Reads registrations, spells, patients, referrals, needs, support, attended_contacts, rules (one row)
-- and, from the protocol, referral_period (one row), referrer_words, need_words, fit_words.
-- Makes referred, referral_paths, referral_needs, referral_repeats.
--
-- Of each person registered with the site on the day, the first referral of the period counts. Of
-- several on that day it is one that was neither declined nor returned, if there is one, and the
-- needs and the support of all of them are taken together. A date before the referral counts as its
-- day, but for contacts, which are then of another time.

CREATE OR REPLACE TABLE referrals_of_the_period AS
SELECT f.*
FROM referrals AS f
CROSS JOIN referral_period AS p
SEMI JOIN registrations AS g
    ON f.patient_id = g.patient_id
    AND f.referred_on >= g.start_date AND f.referred_on < g.end_date
SEMI JOIN patients AS t ON f.patient_id = t.patient_id
WHERE f.referred_on >= p.from_on AND f.referred_on < p.to_on;

-- Followed up to the day on which the person left, or the records end; somebody who died is
-- followed for that day too.
CREATE OR REPLACE TABLE referred AS
SELECT
    o.patient_id, o.referred_on, o.return_reason,
    coalesce(w.referrer, CASE WHEN o.referrer_role IS NULL THEN 'not_recorded' ELSE 'other' END)
        AS referrer,
    least(g.to_on, coalesce(t.date_of_death + 1, r.extract_to), r.extract_to) AS followed_to,
    coalesce(t.date_of_death < r.extract_to AND t.date_of_death <= g.to_on, FALSE) AS died,
    CASE WHEN o.accepted_on IS NOT NULL THEN greatest(o.accepted_on, o.referred_on) END AS accepted_on,
    CASE WHEN o.declined_on IS NOT NULL THEN greatest(o.declined_on, o.referred_on) END AS declined_on,
    CASE WHEN o.returned_on IS NOT NULL THEN greatest(o.returned_on, o.referred_on) END AS returned_on,
    CASE WHEN o.closed_on IS NOT NULL THEN greatest(o.closed_on, o.referred_on) END AS closed_on
FROM (
    SELECT
        f.*,
        row_number() OVER (
            PARTITION BY f.patient_id
            ORDER BY
                f.referred_on,
                f.declined_on IS NOT NULL OR f.returned_on IS NOT NULL,
                f.accepted_on NULLS LAST, f.referral_id NULLS LAST, f.closed_on NULLS LAST,
                f.declined_on NULLS LAST, f.returned_on NULLS LAST, f.referrer_role NULLS LAST,
                f.return_reason NULLS LAST
        ) AS place
    FROM referrals_of_the_period AS f
) AS o
CROSS JOIN rules AS r
JOIN patients AS t ON o.patient_id = t.patient_id
JOIN spells AS g
    ON o.patient_id = g.patient_id AND o.referred_on >= g.from_on AND o.referred_on < g.to_on
LEFT JOIN referrer_words AS w ON plain_word(o.referrer_role) = w.word
WHERE o.place = 1 AND coalesce(t.date_of_death >= o.referred_on, TRUE);

CREATE OR REPLACE TABLE referred_under AS
SELECT DISTINCT o.patient_id, f.referral_id
FROM referred AS o
JOIN referrals AS f ON o.patient_id = f.patient_id AND o.referred_on = f.referred_on
WHERE f.referral_id IS NOT NULL;

-- What ended the referral while the person was followed; nothing after it belongs to it. Closing
-- ends the wait for a contact, but support may begin afterwards.
CREATE OR REPLACE TABLE referral_ends AS
SELECT
    e.*,
    least(coalesce(e.declined_on, e.followed_to), coalesce(e.returned_on, e.followed_to))
        AS stopped_on
FROM (
    SELECT
        patient_id, referred_on, return_reason, referrer, followed_to, died,
        CASE WHEN accepted_on < followed_to THEN accepted_on END AS accepted_on,
        CASE WHEN declined_on < followed_to THEN declined_on END AS declined_on,
        CASE WHEN returned_on < followed_to THEN returned_on END AS returned_on,
        CASE WHEN closed_on < followed_to THEN closed_on END AS closed_on
    FROM referred
) AS e;

CREATE OR REPLACE TABLE referral_contacts AS
SELECT e.patient_id, min(c.contact_on) AS contact_on
FROM referral_ends AS e
JOIN attended_contacts AS c
    ON e.patient_id = c.patient_id
    AND c.contact_on >= e.referred_on AND c.contact_on < e.followed_to
    AND c.contact_on <= least(e.stopped_on, coalesce(e.closed_on, e.followed_to))
GROUP BY e.patient_id;

CREATE OR REPLACE TABLE referral_support AS
SELECT
    s.patient_id, s.kind, s.offered_on,
    CASE WHEN s.taken_on < s.followed_to AND s.taken_on <= s.stopped_on THEN s.taken_on END
        AS taken_on,
    CASE WHEN s.started_on < s.followed_to AND s.started_on <= s.stopped_on THEN s.started_on END
        AS started_on
FROM (
    SELECT
        e.patient_id, e.followed_to, e.stopped_on,
        plain_word(s.kind) AS kind,
        greatest(s.offered_on, e.referred_on) AS offered_on,
        CASE
            WHEN coalesce(s.accepted_on, s.started_on) IS NOT NULL
            THEN greatest(coalesce(s.accepted_on, s.started_on), e.referred_on)
        END AS taken_on,
        CASE WHEN s.started_on IS NOT NULL THEN greatest(s.started_on, e.referred_on) END
            AS started_on
    FROM referral_ends AS e
    JOIN referred_under AS u ON e.patient_id = u.patient_id
    JOIN support AS s ON u.referral_id = s.referral_id
) AS s
WHERE s.offered_on < s.followed_to AND s.offered_on <= s.stopped_on;

-- The steps are nested: `accepted` is also known from a contact, and each later one needs the ones
-- before it. What happened first is the fate of those who got no further.
CREATE OR REPLACE TABLE referral_paths AS
SELECT
    p.*,
    p.is_seen AND p.support_offered_on IS NOT NULL AS is_offered,
    p.is_seen AND p.support_taken_on IS NOT NULL AS is_taken_up,
    p.is_seen AND p.support_taken_on IS NOT NULL AND p.support_started_on IS NOT NULL AS is_started,
    CASE
        WHEN p.first_end = p.followed_to
        THEN CASE WHEN p.followed_to < p.extract_to OR p.died THEN 'died_or_left' ELSE 'waiting' END
        WHEN p.first_end = p.declined_on THEN 'declined'
        WHEN p.first_end = p.returned_on THEN 'returned'
        ELSE 'closed'
    END AS fate
FROM (
    SELECT
        e.*, r.extract_to, c.contact_on,
        c.contact_on IS NOT NULL AS is_seen,
        coalesce(e.accepted_on <= e.stopped_on, FALSE) OR c.contact_on IS NOT NULL AS is_accepted,
        s.offered_on AS support_offered_on,
        s.taken_on AS support_taken_on,
        s.started_on AS support_started_on,
        least(e.stopped_on, coalesce(e.closed_on, e.followed_to)) AS first_end
    FROM referral_ends AS e
    CROSS JOIN rules AS r
    LEFT JOIN referral_contacts AS c ON e.patient_id = c.patient_id
    LEFT JOIN (
        SELECT
            patient_id, min(offered_on) AS offered_on, min(taken_on) AS taken_on,
            min(started_on) AS started_on
        FROM referral_support
        GROUP BY patient_id
    ) AS s ON e.patient_id = s.patient_id
) AS p;

-- One row for each need of a person; a need that the study does not name is `other`, and whether
-- support fits it cannot be told.
CREATE OR REPLACE TABLE referral_needs AS
SELECT
    n.patient_id, n.need, p.is_seen,
    p.is_seen AND p.support_offered_on IS NOT NULL AS is_offered,
    p.is_seen AND coalesce(f.is_offered, FALSE) AS fitting_offered,
    p.is_seen AND coalesce(f.is_started, FALSE) AS fitting_started,
    p.is_seen AND n.is_met AS is_met,
    n.is_served
FROM (
    SELECT
        e.patient_id, coalesce(w.need, 'other') AS need,
        coalesce(bool_or(w.is_served), FALSE) AS is_served,
        coalesce(bool_or(n.resolved_on < e.followed_to), FALSE) AS is_met
    FROM referral_ends AS e
    JOIN referred_under AS u ON e.patient_id = u.patient_id
    JOIN needs AS n ON u.referral_id = n.referral_id
    LEFT JOIN need_words AS w ON plain_word(n.need) = w.word
    GROUP BY e.patient_id, coalesce(w.need, 'other')
) AS n
JOIN referral_paths AS p ON n.patient_id = p.patient_id
LEFT JOIN (
    SELECT s.patient_id, w.need, TRUE AS is_offered, bool_or(s.started_on IS NOT NULL) AS is_started
    FROM referral_support AS s
    JOIN fit_words AS w ON s.kind = w.kind
    GROUP BY s.patient_id, w.need
) AS f ON n.patient_id = f.patient_id AND n.need = f.need;

-- Of referrals that were closed or returned so long before the person was followed no more, those
-- after which the same person was referred again.
CREATE OR REPLACE TABLE referral_repeats AS
SELECT
    e.patient_id,
    bool_or(coalesce(f.referred_on >= e.ended_on AND f.referred_on <= e.repeat_to, FALSE))
        AS is_repeated
FROM (
    SELECT
        p.patient_id, p.referred_on, p.followed_to,
        least(p.returned_on, p.closed_on) AS ended_on,
        (least(p.returned_on, p.closed_on) + to_months(t.repeat_months))::DATE AS repeat_to
    FROM referral_paths AS p
    CROSS JOIN referral_period AS t
    WHERE p.returned_on IS NOT NULL OR p.closed_on IS NOT NULL
) AS e
LEFT JOIN referrals AS f ON e.patient_id = f.patient_id AND f.referred_on > e.referred_on
WHERE e.repeat_to < e.followed_to
GROUP BY e.patient_id;
