"""The tables and figures of what a change means, in the order of the page."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning import quadrants, reasons, wellbeing


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return (
        reasons.list_reasons(evidence),
        reasons.list_site_reasons(evidence),
        reasons.list_uncoded(evidence),
        reasons.list_found(evidence),
        reasons.list_found_after(evidence),
        wellbeing.list_fared(evidence),
        wellbeing.list_fared_moved(evidence),
        wellbeing.list_fared_ends(evidence),
        wellbeing.list_fared_bands(evidence),
        wellbeing.list_instruments_used(evidence),
        quadrants.list_quadrants(evidence),
        quadrants.list_site_quadrants(evidence),
        quadrants.list_strata_quadrants(evidence),
    )


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    return {**reasons.draw_reason_figures(evidence), **quadrants.draw_quadrant_figures(evidence)}


def say_meaning(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """What each question found, in sentences, by the name of its section."""
    return {
        "reasons": reasons.say_reasons(evidence),
        "wellbeing": wellbeing.say_wellbeing(evidence),
        "quadrants": wellbeing.say_quadrants(evidence),
    }
