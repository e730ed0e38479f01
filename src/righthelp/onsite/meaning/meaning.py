"""Everything a site measured of what a change means, and what of it may leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from righthelp.engine import Engine
from righthelp.onsite.disclosure import Policy
from righthelp.onsite.meaning.compared import read_compared
from righthelp.onsite.meaning.consultation import Consultations, read_consultations
from righthelp.onsite.meaning.consultation_rows import list_consultation_rows
from righthelp.onsite.meaning.reasons import Reasons, read_reasons
from righthelp.onsite.meaning.reasons_rows import list_reason_rows
from righthelp.onsite.meaning.support import Support, read_support
from righthelp.onsite.meaning.support_rows import list_support_rows
from righthelp.onsite.meaning.wellbeing import Wellbeing, read_wellbeing
from righthelp.onsite.meaning.wellbeing_rows import list_wellbeing_rows
from righthelp.onsite.rules import Rules
from righthelp.returns.meaning import MEANING_TABLES
from righthelp.schema import Row


@dataclass(frozen=True)
class Meaning:
    """What the records say of help, wellbeing, reasons and consultations, all of it exact.

    A part is None where the site did not supply what it needs.
    """

    support: Support
    wellbeing: Wellbeing | None
    reasons: Reasons | None
    consultations: Consultations


def measure_meaning(engine: Engine, rules: Rules) -> Meaning:
    """Measure a site whose people are counted and matched under the study's own definition.

    Reads the canonical tables, `units`, `people`, `sets`, `events` and what each question's SQL
    names in its head.
    """
    compared = read_compared(engine)
    return Meaning(
        support=read_support(engine, rules),
        wellbeing=read_wellbeing(engine, rules),
        reasons=read_reasons(engine, rules, compared=compared),
        consultations=read_consultations(engine, rules, compared=compared),
    )


def list_meaning_rows(meaning: Meaning | None, policy: Policy) -> Mapping[str, Iterable[Row]]:
    """The rows of every table of MEANING_TABLES; none where the route has no records."""
    rows: dict[str, Iterable[Row]] = {table.name: () for table in MEANING_TABLES}
    if meaning is None:
        return rows
    return {
        **rows,
        **list_support_rows(meaning.support, policy),
        **list_wellbeing_rows(meaning.wellbeing, policy),
        **list_reason_rows(meaning.reasons, policy),
        **list_consultation_rows(meaning.consultations, policy),
    }
