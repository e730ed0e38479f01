"""A report as one page: a single file that opens offline, with no script."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from righthelp.report.blocks import Document

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(document: Document) -> str:
    """The report as HTML: UTF-8, self-contained, the same bytes from the same document."""
    record = None
    if document.record is not None:
        record = json.dumps(document.record, ensure_ascii=False, separators=(",", ":"))
    return _open_templates().get_template("page.html.j2").render(document=document, record=record)


@cache
def _open_templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("righthelp.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
