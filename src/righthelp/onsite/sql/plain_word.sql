-- Between stages 14 and 15, before the others: a word as it is compared with those of the protocol, in
-- small letters, its parts one blank apart. Makes plain_word.

CREATE OR REPLACE MACRO plain_word(given) AS trim(regexp_replace(lower(given), '[\s_-]+', ' ', 'g'));
