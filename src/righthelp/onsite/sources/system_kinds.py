"""The kinds of finding that only the extracts of clinical systems have: rows that are not used."""

from __future__ import annotations

from typing import Literal

Effect = Literal["refused", "dropped", "changed", "noted"]
"""refused: nothing is made from these data until it is mended; dropped: the row is left out;
changed: the value was read as something else or set empty; noted: nothing was done."""


SYSTEM_KINDS: tuple[tuple[str, Effect, str, str], ...] = (
    ("row_deleted", "dropped", "The system marks the row as deleted", "Nothing."),
    (
        "row_superseded",
        "dropped",
        "A later version of the same row replaces it",
        "Nothing, when daily files were added to the first one.",
    ),
    ("test_patient", "dropped", "The person is a test patient of the system", "Nothing."),
    (
        "slot_without_patient",
        "dropped",
        "The slot has no patient: it was free, or its booking was cancelled",
        "Nothing.",
    ),
    ("code_not_used", "dropped", "The code has no part in this study", "Nothing."),
    (
        "date_not_exact",
        "dropped",
        "Only the year or the month of the date is known",
        "Nothing; such an entry cannot be placed before or after.",
    ),
)
