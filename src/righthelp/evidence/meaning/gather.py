"""What the sites released of what a change means, brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from righthelp.evidence.meaning.consultation import ConsultationEvidence, gather_consultation
from righthelp.evidence.meaning.reasons import ReasonEvidence, gather_reasons
from righthelp.evidence.meaning.support import SupportEvidence, gather_support
from righthelp.evidence.meaning.wellbeing import WellbeingEvidence, gather_wellbeing
from righthelp.schema import Row


@dataclass(frozen=True)
class MeaningEvidence:
    """Reasons, help in time, wellbeing and consultations over the sites that could say."""

    support: SupportEvidence
    wellbeing: WellbeingEvidence
    reasons: ReasonEvidence
    consultation: ConsultationEvidence


def gather_meaning(rows: Mapping[str, Sequence[Row]]) -> MeaningEvidence:
    """Bring the tables of what a change means together; `rows` holds those of all returns."""
    return MeaningEvidence(
        support=gather_support(rows),
        wellbeing=gather_wellbeing(rows),
        reasons=gather_reasons(rows),
        consultation=gather_consultation(rows),
    )
