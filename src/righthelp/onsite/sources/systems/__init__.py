"""The clinical systems whose extracts are read: one file of declarations and one of SQL each."""

from righthelp.onsite.sources.systems.cprd_aurum import CPRD_AURUM
from righthelp.onsite.sources.systems.ehrql import EHRQL
from righthelp.onsite.sources.systems.emis import EMIS
from righthelp.onsite.sources.systems.fhir import FHIR
from righthelp.onsite.sources.systems.omop import OMOP
from righthelp.onsite.sources.systems.system import System
from righthelp.onsite.sources.systems.systmone import SYSTMONE
from righthelp.onsite.sources.systems.vision import VISION

SYSTEMS: dict[str, System] = {
    system.route: system for system in (CPRD_AURUM, EHRQL, EMIS, SYSTMONE, OMOP, FHIR, VISION)
}

__all__ = ["SYSTEMS", "System"]
