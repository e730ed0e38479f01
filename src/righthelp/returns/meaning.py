"""The returned tables of what a change means: reasons, help in time, consultations, wellbeing."""

from __future__ import annotations

from righthelp.returns.consultation import CONSULTATION_TABLES
from righthelp.returns.reasons import REASON_TABLES
from righthelp.returns.support import SUPPORT_TABLES
from righthelp.returns.wellbeing import WELLBEING_TABLES
from righthelp.schema import Table

MEANING_TABLES: tuple[Table, ...] = (
    *REASON_TABLES,
    *SUPPORT_TABLES,
    *WELLBEING_TABLES,
    *CONSULTATION_TABLES,
)
