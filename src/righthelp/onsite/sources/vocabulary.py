"""What the words of the clinical systems mean in ours, where a site's map does not say.

The words and codes and where they come from are data, in words.csv and codes.csv beside this file.
Words are compared as `fold_word` folds them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from righthelp.protocol.sitemap import SiteMap, fold_word, list_words
from righthelp.schema import Table

_OUTCOME = "outcome"
"""Of a link worker contact; it uses the words of an appointment's status."""


@dataclass(frozen=True)
class Word:
    """A word of a clinical system: of which column, what it means in ours, and who says so."""

    column: str
    word: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Code:
    """A SNOMED CT code on social prescribing, and what it says of a referral."""

    code: str
    meaning: str
    term: str
    source: str


@cache
def read_codes() -> tuple[Code, ...]:
    """The codes of codes.csv; codes are text, always."""
    text = resources.files(__package__).joinpath("codes.csv").read_text(encoding="utf-8")
    return tuple(Code(**row) for row in csv.DictReader(text.splitlines()))


@cache
def read_words() -> tuple[Word, ...]:
    """Every word that needs no map."""
    text = resources.files(__package__).joinpath("words.csv").read_text(encoding="utf-8")
    return tuple(Word(**row) for row in csv.DictReader(text.splitlines()))


def list_meanings(site_map: SiteMap, table: Table, *, column: str) -> dict[str, str]:
    """Folded word -> our word: our own words, then words.csv, then the site's map over them."""
    words = list_words(table, column)
    known = {fold_word(word): word for word in words}
    of_column = "status" if column == _OUTCOME else column
    for one in read_words():
        if one.column == of_column and one.meaning in words:
            known.setdefault(fold_word(one.word), one.meaning)
    mapped = site_map.table(table.name).values.get(column, {})
    return {**known, **{fold_word(theirs): ours for theirs, ours in mapped.items()}}


def list_known_words() -> Iterator[tuple[str, str, str]]:
    """(column, word in lower case, meaning) of every word that needs no map."""
    for one in read_words():
        yield one.column, one.word.lower(), one.meaning
