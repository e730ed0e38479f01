"""The report: blocks made of the evidence, written as a page, a PDF, a Word file and tables."""

from righthelp.evidence import Evidence
from righthelp.report.compose import EVERYBODY, compose
from righthelp.report.html import render_html
from righthelp.report.tables import write_tables

__all__ = ["compose", "render_page", "write_tables"]


def render_page(evidence: Evidence, audience: str = EVERYBODY) -> str:
    """The report for an audience as one HTML page."""
    return render_html(compose(evidence, audience))
