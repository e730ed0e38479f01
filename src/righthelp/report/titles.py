"""What the sections of a report are called, by their anchors; wherever one is named."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "summary": "Summary",
    "brief": "In brief",
    "counted": "Who was counted",
    "support": "The right help, in time",
    "wellbeing": "How people fared",
    "happened": "What happened",
    "anyway": "Would it have happened anyway?",
    "across": "Across sites",
    "reasons": "What contacts were about",
    "consultation": "The consultation itself",
    "theory": "How it might work: what was expected and what was seen",
    "matched": "Matched people",
    "scheme": "The scheme as a whole",
    "definitions": "If contacts are defined otherwise",
    "supply": "What each site could not supply",
    "quality": "Quality of the data",
    "methods": "Methods and provenance",
    "checklists": "Reporting checklists",
    "changes": "How this synthesis came about",
    "words": "Words used",
}
