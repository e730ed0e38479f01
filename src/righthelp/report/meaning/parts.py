"""The tables, figures and sentences of what a change means, in the order of the page."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.meaning import (
    capacity,
    consultation,
    consultation_figures,
    quadrants,
    reasons,
    theory,
    wellbeing,
)
from righthelp.report.meaning.support import list_support_tables
from righthelp.report.meaning.support_figures import draw_support
from righthelp.report.meaning.support_words import say_support, say_support_briefly


def list_meaning_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table, also those without a row."""
    return (
        *list_support_tables(evidence),
        wellbeing.list_fared(evidence),
        wellbeing.list_fared_moved(evidence),
        wellbeing.list_fared_ends(evidence),
        wellbeing.list_fared_bands(evidence),
        wellbeing.list_instruments_used(evidence),
        quadrants.list_quadrants(evidence),
        quadrants.list_site_quadrants(evidence),
        quadrants.list_strata_quadrants(evidence),
        reasons.list_reasons(evidence),
        reasons.list_site_reasons(evidence),
        reasons.list_uncoded(evidence),
        reasons.list_found(evidence),
        reasons.list_found_after(evidence),
        consultation.list_consultation(evidence),
        consultation.list_site_consultation(evidence),
        consultation.list_dose(evidence),
        consultation.list_site_dose(evidence),
        capacity.list_capacity(evidence),
        *theory.list_theory_tables(evidence),
    )


def draw_meaning_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure for which some site supplied something, by its name."""
    return {
        **draw_support(evidence),
        **quadrants.draw_quadrant_figures(evidence),
        **reasons.draw_reason_figures(evidence),
        **consultation_figures.draw_consultation_figures(evidence),
    }


def say_briefly(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """The sentences of the summary that are not about the number of contacts."""
    return {
        "support": say_support_briefly(evidence),
        "wellbeing": wellbeing.say_wellbeing_briefly(evidence),
        "reasons": reasons.say_reasons(evidence),
    }


def say_meaning(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """What each question found, in sentences, by the name of its section."""
    return {
        "support": say_support(evidence),
        "wellbeing": wellbeing.say_wellbeing(evidence),
        "quadrants": wellbeing.say_quadrants(evidence),
        "reasons": reasons.say_reasons(evidence),
        "consultation": consultation.say_consultation(evidence),
        "dose": consultation.say_dose(evidence),
        "capacity": capacity.say_capacity(evidence),
    }
