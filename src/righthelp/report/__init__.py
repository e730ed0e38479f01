"""The report: one page that opens offline, its figures, and its tables as files."""

from righthelp.report.page import render_page
from righthelp.report.tables import write_tables

__all__ = ["render_page", "write_tables"]
