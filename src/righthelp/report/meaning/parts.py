"""The tables and figures of what a change means, in the order of the page."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning import reasons


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return (
        reasons.list_reasons(evidence),
        reasons.list_site_reasons(evidence),
        reasons.list_uncoded(evidence),
        reasons.list_found(evidence),
        reasons.list_found_after(evidence),
    )


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    return reasons.draw_reason_figures(evidence)


def say_meaning(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """What each question found, in sentences, by the name of its section."""
    return {"reasons": reasons.say_reasons(evidence)}
