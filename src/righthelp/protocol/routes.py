"""The routes by which a site can supply data."""

from __future__ import annotations

from typing import Literal

Route = Literal[
    "csv", "emis", "systmone", "cprd_aurum", "ehrql", "omop", "fhir", "vision", "counts", "summary"
]
RECORD_ROUTES: tuple[Route, ...] = (
    "csv",
    "emis",
    "systmone",
    "cprd_aurum",
    "ehrql",
    "omop",
    "fhir",
    "vision",
)
ROUTES_SAY = (
    "Records: `csv` (our own tables, or others under a column map), `emis` (EMIS Web extract), "
    "`systmone` (TPP SystmOne extract), `vision` (Vision extract), `cprd_aurum` (CPRD Aurum "
    "extract), `ehrql` (ehrQL tables), `omop` (OMOP CDM 5.4), `fhir` (FHIR R4 NDJSON). "
    "`counts`: a spreadsheet of people. `summary`: a form of means."
)
