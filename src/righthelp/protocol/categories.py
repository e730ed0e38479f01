"""The national categories of GP appointments, and what a category written nearly so means.

They are data, in national_categories.csv beside this file: the category, the context it belongs to
(care related encounter, or not known where a slot has no clear category), and whether the indicator
ACC-08 of the Investment and Impact Fund counted it. The national publication holds encounters
alone; categories of care related activity and of administration never reach it and are not listed.
Sites have categories of their own, which are no error.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_CLOSE = 0.8
"""How alike every word must be for a misspelling: below that it is a category of the site's own."""


@dataclass(frozen=True)
class Category:
    """A national category: its name, its context, whether ACC-08 counted it, and who says so."""

    category: str
    context: str
    iif_acc08: bool
    source: str


@cache
def list_categories() -> tuple[Category, ...]:
    """Every national category, in the order of the file."""
    text = resources.files(__package__).joinpath("national_categories.csv").read_text("utf-8")
    return tuple(
        Category(row["category"], row["context"], row["iif_acc08"] == "yes", row["source"])
        for row in csv.DictReader(text.splitlines())
    )


def name_category(category: str) -> str:
    """The national category that this is but for case and blanks; else the text as it is."""
    return _by_fold().get(_fold(category), category)


def suggest_category(category: str) -> str | None:
    """The national category of which this is a misspelling; None where it is one, or another."""
    folded = _fold(category)
    if folded in _by_fold():
        return None
    return next((_by_fold()[one] for one in _by_fold() if _is_close(folded, one)), None)


def _is_close(written: str, national: str) -> bool:
    """Word by word, so that two names which share their first words are not taken for one."""
    theirs, ours = written.split(), national.split()
    return len(theirs) == len(ours) and all(
        difflib.get_close_matches(a, [b], cutoff=_CLOSE) for a, b in zip(theirs, ours, strict=True)
    )


@cache
def _by_fold() -> dict[str, str]:
    return {_fold(one.category): one.category for one in list_categories()}


def _fold(category: str) -> str:
    return " ".join(category.split()).casefold()
