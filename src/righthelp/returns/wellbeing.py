"""How people themselves fared, and what became of their contacts."""

from __future__ import annotations

from righthelp.schema import Table

WELLBEING_TABLES: tuple[Table, ...] = ()
