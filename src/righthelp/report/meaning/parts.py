"""The tables and figures of what a change means, in the order of the page."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning.support import list_support_tables
from righthelp.report.meaning.support_figures import draw_support
from righthelp.report.meaning.support_words import say_support


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return list_support_tables(evidence)


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    return draw_support(evidence)


def say_meaning(evidence: Evidence) -> Mapping[str, tuple[str, ...]]:
    """The plain sentences of each question, by the name of its part of the page."""
    return {"support": say_support(evidence)}
