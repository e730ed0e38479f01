"""The report as one page: a single file that opens offline, with no script."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.claims import Claim
from righthelp.evidence.summary import ONE_SIGNAL
from righthelp.report import explanations, ratio_tables, tables
from righthelp.report.figures import draw_all
from righthelp.report.meaning.parts import say_briefly, say_meaning
from righthelp.report.meaning.theory import show_theory

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(evidence: Evidence) -> str:
    """The report as HTML: UTF-8, self-contained, the same bytes from the same evidence."""
    crude, adjusted = _find_pair(evidence)
    return (
        _open_templates()
        .get_template("page.html.j2")
        .render(
            evidence=evidence,
            study=evidence.study.study,
            one_signal=ONE_SIGNAL,
            summary=evidence.summary,
            brief=say_briefly(evidence),
            crude=crude,
            adjusted=adjusted,
            figures=draw_all(evidence),
            tables={table.name: table for table in tables.list_all(evidence)},
            said=say_meaning(evidence),
            side_by_side=ratio_tables.list_side_by_side(evidence),
            reasons=ratio_tables.list_reasons(evidence),
            designs=explanations.list_designs(evidence),
            rules=explanations.list_rules(evidence.study),
            verdicts=explanations.VERDICTS,
            theory=show_theory(evidence),
            glossary=explanations.GLOSSARY,
            version=_find_version(),
        )
    )


def _find_pair(evidence: Evidence) -> tuple[Claim | None, Claim | None]:
    """The two sentences shown first: sites together, or the one site's."""
    if evidence.adjusted.result is None and len(evidence.twins) == 1:
        return evidence.twins[0].described, evidence.twins[0].claim
    if not evidence.twins:
        return None, None
    return evidence.crude.claim, evidence.adjusted.claim


def _find_version() -> str:
    try:
        return version("righthelp")
    except PackageNotFoundError:
        return "from its source folder"


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
