"""What contacts were about, before and after, and newly found problems."""

from __future__ import annotations

from righthelp.schema import Table

REASON_TABLES: tuple[Table, ...] = ()
