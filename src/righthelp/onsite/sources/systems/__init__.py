"""The clinical systems whose extracts are read: one file of declarations and one of SQL each."""

from righthelp.onsite.sources.systems.emis import EMIS
from righthelp.onsite.sources.systems.system import System

SYSTEMS: dict[str, System] = {system.route: system for system in (EMIS,)}

__all__ = ["SYSTEMS", "System"]
