"""The tables and figures of what a change means, in the order of the page."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning import capacity, consultation, consultation_figures


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return (
        consultation.list_consultation(evidence),
        consultation.list_site_consultation(evidence),
        consultation.list_dose(evidence),
        consultation.list_site_dose(evidence),
        capacity.list_capacity(evidence),
    )


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    return consultation_figures.draw_consultation_figures(evidence)


def say_meaning(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """What each question found, in sentences, by the name of its section."""
    return {
        "consultation": consultation.say_consultation(evidence),
        "dose": consultation.say_dose(evidence),
        "capacity": capacity.say_capacity(evidence),
    }
