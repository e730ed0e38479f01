"""The tables and figures of what a change means, in the order of the page."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning import theory


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return theory.list_theory_tables(evidence)


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    del evidence
    return {}
