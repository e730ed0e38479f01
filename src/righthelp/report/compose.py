"""Reports for those who read them: which parts, in which order, at which depth."""

from __future__ import annotations

from righthelp.errors import UsageError
from righthelp.evidence import Evidence
from righthelp.report.annex import tell_annex
from righthelp.report.audiences import tell_advisory, tell_commissioner, tell_site
from righthelp.report.blocks import Document, Part, number_document
from righthelp.report.findings import tell_findings
from righthelp.report.material import Material
from righthelp.report.opening import tell_briefly, tell_plainly
from righthelp.report.record import make_record

EVERYBODY = "everybody"
AUDIENCES = (EVERYBODY, "advisory-group", "commissioner")
"""Whom a report can be for, beside each site by its id."""


def compose(evidence: Evidence, audience: str = EVERYBODY) -> Document:
    """The report for an audience, or for a site by its id. Raises UsageError for nobody known."""
    from righthelp import __version__

    material, named = Material(evidence), ""
    site = next((one for one in evidence.answered if one.id == audience), None)
    if audience == EVERYBODY:
        parts = _tell_all(material)
    elif audience == "advisory-group":
        parts, named = tell_advisory(material), "For the advisory group"
    elif audience == "commissioner":
        parts, named = tell_commissioner(material), "For the commissioner"
    elif site is not None:
        parts = tell_site(material, site)
        named = f"For {site.label}"
    else:
        known = ", ".join([*AUDIENCES, *(one.id for one in evidence.answered)])
        raise UsageError(
            f"Nobody called {audience} is known to this study.",
            where="--for",
            do=f"Name one of: {known}.",
        )
    study = evidence.study.study
    return number_document(
        Document(
            title=study.title,
            question=study.question,
            audience=named,
            parts=parts,
            version=__version__,
            digest=evidence.digest,
            record=make_record(evidence) if audience == EVERYBODY else None,
        )
    )


def _tell_all(material: Material) -> tuple[Part, ...]:
    evidence = material.evidence
    return (
        Part("summary", "Summary", (tell_plainly(evidence),)),
        Part("findings", "Findings", (tell_briefly(evidence), *tell_findings(material))),
        Part("annex", "Technical annex", tell_annex(material)),
    )
