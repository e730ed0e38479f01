"""A report as one page: a single file that opens offline, with no script."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from righthelp.report.blocks import Document
from righthelp.report.cells import is_total
from righthelp.report.record import dump_record

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(document: Document) -> str:
    """The report as HTML: UTF-8, self-contained, the same bytes from the same document."""
    record = None if document.record is None else dump_record(document.record)
    return _open_templates().get_template("page.html.j2").render(document=document, record=record)


@cache
def _open_templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("righthelp.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["total"] = is_total
    return environment
