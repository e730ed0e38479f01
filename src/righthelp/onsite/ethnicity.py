"""Words and codes in which systems record ethnic groups, as the five groups of the census."""

from __future__ import annotations

from collections.abc import Mapping

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "White": (
        *("white", "a", "b", "c", "white british", "british", "irish", "white irish"),
        *("any other white background", "other white background", "white other"),
        *(
            "english, welsh, scottish, northern irish or british",
            "gypsy or irish traveller",
            "roma",
        ),
    ),
    "Mixed": (
        *("mixed", "d", "e", "f", "g", "mixed or multiple ethnic groups", "mixed ethnic group"),
        *("white and black caribbean", "white and black african", "white and asian"),
        *("any other mixed background", "other mixed background", "any other mixed or multiple"),
    ),
    "Asian": (
        *("asian", "h", "j", "k", "l", "r", "asian or asian british", "south asian"),
        *("indian", "pakistani", "bangladeshi", "chinese"),
        *("any other asian background", "other asian background"),
    ),
    "Black": (
        *("black", "m", "n", "p", "black or black british", "caribbean", "african"),
        *("black, black british, caribbean or african", "black caribbean", "black african"),
        *("any other black background", "other black background"),
    ),
    "Other": ("other", "s", "other ethnic group", "any other ethnic group", "arab"),
}
"""Census 2021 groups and their parts, and the letters of the NHS Data Dictionary (ethnic category
2001: A to C White, D to G Mixed, H to L Asian, M to P Black, R Chinese, S other; Z not stated).
Chinese counts as Asian, as in the census since 2011."""


def list_ethnicity_words() -> dict[str, str]:
    """Word in lower case -> group; a word that is not here counts as not recorded."""
    return {word: group for group, words in _GROUPS.items() for word in words}
