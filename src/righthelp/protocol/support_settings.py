"""What a study says of the help people were referred to: needs, support that fits, targets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from righthelp.protocol.calendar import add_months
from righthelp.protocol.section import Section

ReturnReason = Literal[
    "need_not_served",
    "not_eligible",
    "already_supported",
    "not_reached",
    "not_wanted",
    "clinical_need",
    "no_capacity",
    "other",
]
FlagKind = Literal["medical", "medication", "mental_health", "safeguarding", "other"]

FITS: Mapping[str, tuple[str, ...]] = {
    "loneliness": ("befriending", "social group", "community group"),
    "low mood or anxiety": ("wellbeing group", "peer support", "talking therapy"),
    "bereavement": ("bereavement support",),
    "debt or benefits": ("money advice", "welfare rights advice", "food bank"),
    "housing": ("housing advice",),
    "employment": ("job coaching", "volunteering", "adult learning"),
    "long-term condition": ("self-management course", "condition support group"),
    "activity or weight": ("exercise on referral", "weight management", "walking group"),
    "caring": ("carers' centre", "respite care"),
    "safety": ("domestic abuse service",),
    "addiction": ("drug and alcohol service", "stop smoking service"),
    "legal or immigration": ("legal advice",),
    "practical help or transport": ("practical help", "community transport"),
    "digital": ("digital skills course",),
    "parenting": ("parenting support",),
}
"""Needs for which people are referred (words of FIELD.md 3.4), and kinds of support for each."""

RETURN_REASONS: Mapping[str, ReturnReason] = {
    "need not served": "need_not_served",
    "outside the area": "not_eligible",
    "not eligible": "not_eligible",
    "already supported elsewhere": "already_supported",
    "could not be reached": "not_reached",
    "did not want it": "not_wanted",
    "clinical need": "clinical_need",
    "no capacity": "no_capacity",
}
FLAG_KINDS: Mapping[str, FlagKind] = {
    "medical concern": "medical",
    "medication": "medication",
    "mental health": "mental_health",
    "safeguarding": "safeguarding",
}
REFERRAL_MONTHS = 12
"""Referrals are those of so many months up to the end of the index period."""


class SupportSettings(Section):
    """What help the scheme gives, and how soon it should come."""

    served_needs: tuple[str, ...] = Field(
        default=(),
        description="Needs that the scheme serves, in the words of fits; empty means all of those.",
    )
    fits: dict[str, tuple[str, ...]] = Field(
        default=dict(FITS),
        min_length=1,
        description="For each need the kinds of support that address it. Upper and lower case, "
        "hyphens and underscores do not matter; a need not named here is counted as other, and "
        "whether support fits it is not said.",
    )
    return_reasons: dict[str, ReturnReason] = Field(
        default=dict(RETURN_REASONS),
        description="For each recorded reason why a referral was returned, which of these it is. A "
        "reason not named here is counted as other.",
    )
    flag_kinds: dict[str, FlagKind] = Field(
        default=dict(FLAG_KINDS),
        description="For each recorded kind of concern passed back to the practice, which of these "
        "it is. A kind not named here is counted as other.",
    )
    target_days_first_contact: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Days from referral within which people should have their first contact with "
        "the link worker. No national target is known to us, so there is none unless the study "
        "sets it. Unit: days.",
    )
    target_days_first_support: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Days from referral within which the first support should have begun. "
        "Unit: days.",
    )
    repeat_months: int = Field(
        default=6,
        ge=1,
        le=24,
        description="A referral is a repeat within so many months of the closing or return of the "
        "one before. Unit: calendar months.",
    )

    @field_validator("fits", "return_reasons", "flag_kinds")
    @classmethod
    def _words(cls, words: dict[str, Any]) -> dict[str, Any]:
        for what, _ in _complain_words(words):
            raise ValueError(what)
        return words

    @property
    def served(self) -> frozenset[str]:
        """The needs that the scheme serves, as they are compared."""
        return frozenset(plain_word(need) for need in self.served_needs or self.fits)

    @model_validator(mode="after")
    def _served(self) -> SupportSettings:
        unknown = _find_unknown(self.served_needs, self.fits)
        if unknown:
            raise ValueError(f"served_needs of support are not in fits: {', '.join(unknown)}")
        return self


def plain_word(word: str) -> str:
    """A word as it is compared: lower case, with single blanks for blanks, hyphens, underscores."""
    return re.sub(r"[\s_-]+", " ", word.lower(), flags=re.ASCII).strip()


def find_referral_period(
    index_to: date, *, extract_from: date, extract_to: date
) -> tuple[date, date]:
    """First day of the referrals that are looked at, and the day after the last.

    They are those of the twelve months up to the end of the index period, inside the extract.
    """
    first = max(add_months(index_to, -REFERRAL_MONTHS), extract_from)
    return first, max(first, min(index_to, extract_to))


def complain_support(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong in a [support] as read: the place within it, what, and what to do."""
    if not isinstance(given, Mapping):
        return
    for name in ("fits", "return_reasons", "flag_kinds"):
        words = given.get(name)
        if isinstance(words, Mapping):
            for what, do in _complain_words(words):
                yield (name,), what, do
    needs, fits = given.get("served_needs", []), given.get("fits", FITS)
    if isinstance(needs, list) and isinstance(fits, Mapping):
        unknown = _find_unknown([need for need in needs if isinstance(need, str)], fits)
        if unknown:
            yield (
                ("served_needs",),
                f"nothing in fits is said of {', '.join(unknown)}",
                "Name the kinds of support for each need in fits, or leave the need out.",
            )


def _complain_words(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    met: dict[str, str] = {}
    for word in words:
        plain = plain_word(word)
        if plain in ("", "all", "other"):
            yield f"{word!r} cannot be a word of its own here", "Use another word."
        if plain in met:
            yield f"{met[plain]!r} and {word!r} are the same word", "Keep one of them."
        met[plain] = word


def _find_unknown(needs: Iterable[str], fits: Mapping[str, Any]) -> list[str]:
    known = {plain_word(need) for need in fits}
    return [need for need in needs if plain_word(need) not in known]
