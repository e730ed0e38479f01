"""The structure of the report: parts, sections, headings, figures and tables, in their order.

Words and numbers may change; the structure changes on purpose only. To write the outline anew after
looking at the page: `python -m tests.golden.report.test_report_outline`.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from righthelp.report import render_page
from tests.lib.small_demo import gather_small_demo

AUDIENCES = ("everybody", "advisory-group", "commissioner", "ashby")
KEPT = ("h1", "h2", "h3", "h4", "nav", "section", "figure", "table", "details", "dl", "ul", "div")


class Outliner(HTMLParser):
    """Reads a page to lines: what stands in what, by tag, and by name where it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in KEPT:
            name = told.get("id") or told.get("class") or ""
            self.lines.append(f"{'  ' * self.depth}{tag} {name}".rstrip())
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in KEPT


def outline(audience: str) -> str:
    reader = Outliner()
    reader.feed(render_page(gather_small_demo(), audience))
    assert reader.depth == 0
    return "\n".join(reader.lines) + "\n"


def find_golden(audience: str) -> Path:
    return Path(__file__).parent / f"{audience}.outline"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_structure_is_the_one_that_was_looked_at(audience: str) -> None:
    assert outline(audience) == find_golden(audience).read_text("utf-8")


if __name__ == "__main__":
    for name in AUDIENCES:
        find_golden(name).write_text(outline(name), encoding="utf-8")
