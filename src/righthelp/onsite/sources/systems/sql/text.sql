-- For every system: text without blanks at its edges, NULL where nothing is left. Hardly any text needs
-- it, and to tell which does is far quicker than to trim: it begins below '!', ends with a blank or is
-- not ASCII.
CREATE OR REPLACE MACRO is_plain(given) AS
    given >= '!' AND NOT suffix(given, ' ') AND strlen(given) = length(given);
CREATE OR REPLACE MACRO text_of(given) AS CASE WHEN is_plain(given) THEN given ELSE nullif(trim(given), '') END;
CREATE OR REPLACE MACRO is_true(flag) AS coalesce(lower(text_of(flag)) IN ('true', '1', 'y', 't'), FALSE);
