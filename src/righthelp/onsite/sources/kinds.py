"""Every kind of finding: what it says, what the site can do, and what reading did about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from righthelp.onsite.sources.outcome_kinds import OUTCOME_KINDS
from righthelp.onsite.sources.system_kinds import SYSTEM_KINDS, Effect


@dataclass(frozen=True)
class Kind:
    """A kind of finding: the plain sentence, the remedy (begins with a verb) and the effect."""

    name: str
    says: str
    do: str
    effect: Effect


_EXPORT = "Export the file again from the clinical system."
_IN_MAP = "in the site's column map"

_FILES: tuple[tuple[str, Effect, str, str], ...] = (
    ("folder_missing", "refused", "The folder does not exist", "Check `path` of the site."),
    (
        "file_missing",
        "refused",
        "A file that is needed was not found",
        f"Put the file into the site's folder, or name it under `file` {_IN_MAP}.",
    ),
    (
        "file_doubled",
        "refused",
        "Several files could be this table",
        f"Keep one of them, or name the right one under `file` {_IN_MAP}.",
    ),
    ("file_empty", "refused", "The file is empty: not even a header", _EXPORT),
    ("file_unreadable", "refused", "The file is damaged or not what its name says", _EXPORT),
    ("table_without_rows", "refused", "A table that is needed has no usable row", _EXPORT),
    (
        "file_without_rows",
        "noted",
        "The file has a header and no rows",
        "Nothing, when there was nothing to export.",
    ),
    (
        "wrong_encoding",
        "refused",
        "The file is not UTF-8, as it is said to be",
        f'Write encoding = "windows-1252" {_IN_MAP}, or save the file as UTF-8.',
    ),
    (
        "encoding_is_utf8",
        "changed",
        "The file is UTF-8, not what the column map says; it was read as UTF-8",
        f'Write encoding = "utf-8" {_IN_MAP}.',
    ),
    (
        "encoding_guessed",
        "changed",
        "The file is not UTF-8 and was read as Windows-1252",
        "Save the file as UTF-8 if letters with accents or dashes look wrong.",
    ),
    (
        "bytes_replaced",
        "changed",
        "Bytes that mean nothing in this encoding were replaced or left out",
        f"Check `encoding` {_IN_MAP}.",
    ),
    (
        "byte_order_mark",
        "noted",
        "The file begins with a byte order mark",
        "Nothing; it is skipped.",
    ),
    (
        "windows_line_ends",
        "noted",
        "The lines end in CRLF, as on Windows",
        "Nothing; both are read.",
    ),
    (
        "mixed_line_ends",
        "changed",
        "Lines end in different ways; all were read as line ends",
        "Nothing, unless files were joined by hand: then check where they were joined.",
    ),
    (
        "line_break_in_value",
        "noted",
        "A value in quotation marks runs over several lines",
        "Check that the quotation marks are where they should be.",
    ),
    (
        "quote_not_closed",
        "refused",
        "A quotation mark is opened and not closed, so the lines after it cannot be told apart",
        "Open the file at this line and close or delete the quotation mark.",
    ),
    (
        "ragged_throughout",
        "refused",
        "More than one row in twenty has more or fewer values than the header",
        f"Check the header line, and `delimiter` {_IN_MAP}.",
    ),
    (
        "ragged_row",
        "dropped",
        "The row has more or fewer values than the header",
        "Open the file at this line; a comma inside a value needs quotation marks around it.",
    ),
    ("blank_row", "dropped", "The row has no value at all", "Nothing; it is skipped."),
    (
        "column_missing",
        "refused",
        "A column that is needed is not there",
        f"Name the file's own column for it under `columns` {_IN_MAP}.",
    ),
    (
        "column_doubled",
        "refused",
        "Two columns have this name",
        "Rename or delete one of them, so that it is clear which is meant.",
    ),
    (
        "column_not_read",
        "noted",
        "A column of the sheet is not one of the template's and was not read",
        "Delete it from the sheet before the sheet is passed on.",
    ),
)

_ROWS: tuple[tuple[str, Effect, str, str], ...] = (
    ("duplicate_row", "dropped", "The row repeats another row exactly", "Nothing; one is kept."),
    (
        "key_doubled",
        "dropped",
        "Another row has the same identifier and different values; the first was kept",
        "Correct the export so that it has one row for each.",
    ),
    ("value_missing", "dropped", "A value that is needed is empty", _EXPORT),
    (
        "date_format_wrong",
        "refused",
        "More than one date in twenty cannot be read",
        f'Write the form of the dates {_IN_MAP}, such as date_formats = ["%d/%m/%Y"].',
    ),
    (
        "date_unreadable",
        "dropped",
        "A date that is needed cannot be read",
        f"Correct it at its source, or add its form to `date_formats` {_IN_MAP}.",
    ),
    (
        "date_unreadable_cleared",
        "changed",
        "A date cannot be read and was taken as empty",
        f"Correct it at its source, or add its form to `date_formats` {_IN_MAP}.",
    ),
    (
        "date_impossible",
        "dropped",
        "The date lies before 1905, as a wrongly converted spreadsheet date does",
        "Correct it at its source.",
    ),
    (
        "date_impossible_cleared",
        "changed",
        "The date lies before 1905 and was taken as empty",
        "Correct it at its source.",
    ),
    (
        "date_very_early",
        "noted",
        "The date lies before 1905; the row was kept",
        "Check a few of them; 1904 and 1900 often come from a spreadsheet.",
    ),
    (
        "date_in_future",
        "dropped",
        "The date lies on or after the end of the extract, or in the future",
        "Check the date, and `extract_to` of the site.",
    ),
    (
        "date_in_future_cleared",
        "changed",
        "The date lies in the future and was taken as empty",
        "Check it, unless such a date means 'still going on' in your system.",
    ),
    (
        "number_unreadable",
        "changed",
        "A number cannot be read and was taken as empty",
        "Correct it at its source.",
    ),
    (
        "number_impossible",
        "changed",
        "A number is outside what is possible and was taken as empty",
        "Correct it at its source.",
    ),
    (
        "thousands_comma",
        "changed",
        "A number has commas between its thousands and was read without them",
        "Nothing, if the number is right.",
    ),
    (
        "unknown_word",
        "changed",
        "A word is not in the vocabulary and was taken as unknown",
        f"Say what it means under `values` {_IN_MAP}.",
    ),
    (
        "word_missing",
        "changed",
        "An empty value was taken as unknown",
        "Nothing, if it is not known.",
    ),
    ("padding_trimmed", "changed", "Blanks around a value were removed", "Nothing."),
    (
        "before_birth",
        "dropped",
        "The date lies before the person's month of birth",
        "Check whose record this is, and the date of birth.",
    ),
    (
        "referral_not_found",
        "noted",
        "The referral is not among the referrals that came",
        "Check that both files were made on the same day.",
    ),
    (
        "after_death",
        "noted",
        "The date lies after the person's death; it is never counted",
        "Check whose record this is, and the date of death.",
    ),
    (
        "death_before_birth",
        "changed",
        "The death lies before the birth and was taken as empty",
        "Correct both dates at their source.",
    ),
    (
        "registration_before_birth",
        "noted",
        "The registration starts before the person's month of birth",
        "Nothing, unless there are many.",
    ),
    (
        "registration_ends_early",
        "dropped",
        "The registration ends before it starts",
        "Correct the two dates at their source.",
    ),
    (
        "registration_overlaps",
        "noted",
        "The person has registrations that overlap; their days are counted once",
        "Nothing, unless there are many.",
    ),
    (
        "registration_doubled",
        "noted",
        "The person has two registrations with the same practice and the same start",
        "Nothing; their days are counted once.",
    ),
    (
        "patient_unknown",
        "noted",
        "The person is not in the patients table",
        "Export all tables for the same people on the same day.",
    ),
    (
        "never_registered",
        "noted",
        "The person has no registration; they are counted among those left out",
        "Export registrations for everybody, also for those who have left.",
    ),
    (
        "month_without_appointments",
        "noted",
        "A month of the extract has no appointments at all",
        "Check `extract_from` and `extract_to`, and whether a part of the export is missing.",
    ),
    (
        "extract_in_future",
        "noted",
        "The extract is said to end in the future",
        "Set `extract_to` to the day after the last day that was exported.",
    ),
    (
        "practice_not_found",
        "refused",
        "A practice of the site has no registrations in the data",
        "Check `practices` of the site against the practice identifiers in the data.",
    ),
    (
        "role_missing",
        "refused",
        "The appointments do not say who they were with",
        'Add the role, or set contacts.if_role_missing = "all_staff_marked" in the study file.',
    ),
    (
        "role_missing_marked",
        "noted",
        "The appointments do not say who they were with; all staff count, and results say so",
        "Add the role if the system can export it.",
    ),
    (
        "link_worker_missing",
        "refused",
        "There is no table of link worker contacts, and no appointment with a link worker",
        "Add link_worker_contacts, or the role of each appointment.",
    ),
)

_SHEETS: tuple[tuple[str, Effect, str, str], ...] = (
    ("sheet_missing", "refused", "No sheet has the template's columns", "Use the template."),
    (
        "group_unknown",
        "refused",
        "The group is not one of those allowed",
        "Use the template's list.",
    ),
    ("group_missing", "refused", "A group of people that is needed is not there", "Add its row."),
    ("group_doubled", "refused", "The group has more than one row", "Keep one row for each group."),
    (
        "answer_unknown",
        "refused",
        "The answer is not one of those allowed",
        "Use the template's list, or leave the cell empty.",
    ),
    (
        "label_doubled",
        "refused",
        "Two rows have the same label, so a person may stand in the sheet twice",
        "Delete the second row, or give it a label of its own.",
    ),
    (
        "label_missing",
        "noted",
        "The row has no label",
        "Number the rows, so that one can find them.",
    ),
    ("number_negative", "refused", "The number is below zero", "Correct the cell."),
    ("number_fractional", "refused", "The count is not a whole number", "Correct the cell."),
    ("not_a_number", "refused", "The cell should hold a number", "Correct the cell."),
    (
        "number_out_of_range",
        "refused",
        "The number is outside what is possible",
        "Correct the cell.",
    ),
    ("figure_missing", "refused", "A figure that is needed is empty", "Fill in the cell."),
    (
        "count_missing",
        "dropped",
        "A person has no count before or no count after, and is left out",
        "Fill in the count; write 0 for no contacts and the months registered beside it.",
    ),
    (
        "earlier_incomplete",
        "noted",
        "Some people have no earlier count, so the earlier counts are not used",
        "Fill in the column for everybody, or leave it out.",
    ),
    (
        "months_too_long",
        "refused",
        "More months than the window has",
        "Count in the windows that the notes sheet gives, and enter the months in them.",
    ),
    (
        "count_high",
        "noted",
        "The count is more than twenty a month",
        "Check that it is one person's, and that link worker contacts are not in it.",
    ),
    (
        "count_without_time",
        "refused",
        "There are contacts in a window in which the person was not registered",
        "Correct the count or the months.",
    ),
    (
        "column_all_zero",
        "noted",
        "Every count in the column is zero",
        "Check that the column was filled in.",
    ),
)

_ALL = (*_FILES, *_ROWS, *SYSTEM_KINDS, *OUTCOME_KINDS, *_SHEETS)

KINDS: Mapping[str, Kind] = {name: Kind(name, says, do, effect) for name, effect, says, do in _ALL}
assert len(KINDS) == len(_ALL), "a kind is declared twice"
