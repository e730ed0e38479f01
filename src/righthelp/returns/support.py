"""The right help in time: from referral to support, and who is reached."""

from __future__ import annotations

from righthelp.schema import Table

SUPPORT_TABLES: tuple[Table, ...] = ()
