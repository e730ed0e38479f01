"""What the words of the clinical systems mean in ours, where a site's map does not say.

Statuses: the fifteen of TPP SystmOne, as OpenSAFELY's appointments table lists them, and those of
NHS England's GP appointments publication. Words are compared as `fold_word` folds them.
"""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.protocol.sitemap import SiteMap, fold_word, list_words
from righthelp.schema import Table

STATUS_WORDS: Mapping[str, str] = {
    "Finished": "attended",
    "Visit": "attended",
    "Did Not Attend": "did_not_attend",
    "DNA": "did_not_attend",
    "Cancelled by Patient": "cancelled",
    "Cancelled by Unit": "cancelled",
    "Cancelled by Other Service": "cancelled",
    "Cancelled Due To Death": "cancelled",
    "Patient Walked Out": "walked_out",
    "No Access Visit": "no_access",
    "Requested": "booked",
    "Blocked": "booked",
    "Booked": "booked",
    "Arrived": "arrived",
    "In Progress": "in_progress",
    "Waiting": "waiting",
}
ROLE_WORDS: Mapping[str, str] = {
    "General Practitioner": "gp",
    "Practice Nurse": "nurse",
    "Other Practice staff": "other_direct_care",
    "Social Prescribing Link Worker": "link_worker",
    "Social Prescriber": "link_worker",
    "Administrator": "admin",
}
MODE_WORDS: Mapping[str, str] = {
    "F2F": "face_to_face",
    "Phone": "telephone",
    "Video Conference/Online": "video",
    "Video/Online": "video",
}
SEX_WORDS: Mapping[str, str] = {
    "F": "female",
    "M": "male",
    "I": "intersex",
    "U": "unknown",
    "Indeterminate": "intersex",
    "Not known": "unknown",
    "Not specified": "unknown",
}
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "status": STATUS_WORDS,
    "outcome": STATUS_WORDS,
    "role": ROLE_WORDS,
    "mode": MODE_WORDS,
    "sex": SEX_WORDS,
}


def list_meanings(site_map: SiteMap, table: Table, *, column: str) -> dict[str, str]:
    """Folded word -> our word: our own words, then the defaults, then the site's map over them."""
    words = list_words(table, column)
    known = {fold_word(word): word for word in words}
    for theirs, ours in _DEFAULTS.get(column, {}).items():
        if ours in words:
            known.setdefault(fold_word(theirs), ours)
    mapped = site_map.table(table.name).values.get(column, {})
    return {**known, **{fold_word(theirs): ours for theirs, ours in mapped.items()}}
