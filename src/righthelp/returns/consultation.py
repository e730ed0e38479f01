"""The quality of consultations, and how much the link worker did."""

from __future__ import annotations

from righthelp.schema import Table

CONSULTATION_TABLES: tuple[Table, ...] = ()
