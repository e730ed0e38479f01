"""FHIR R4 as NDJSON, one resource a line, plain or compressed; the type is read from the line.

What is needed of each resource is read as text, by the engine, under the columns declared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from righthelp.engine import Engine, EngineError, quote, quote_name
from righthelp.onsite.sources.files import find_blank_lines, open_text_file
from righthelp.onsite.sources.landing import Landed, Landing
from righthelp.onsite.sources.opened import Source
from righthelp.onsite.sources.systems.fhir_resources import (
    OF_EVERY,
    RESOURCES,
    TAKEN_FROM_EVERY,
)
from righthelp.onsite.sources.systems.system import System, SystemTable, declare

_FILES = ("*.ndjson", "*.jsonl")
_OTHER = "fhir_other"
_OPTIONS = "ignore_errors = true, maximum_object_size = 67108864, compression = 'none'"
"""A line that is not JSON gives a row without values; blank lines give none."""


@dataclass(frozen=True)
class _Lines:
    """A file of resources: what the engine reads, and the type and number of each of its lines.

    A type is its place in RESOURCES, counted from 1; 0 stands for all others.
    """

    name: str
    path: Path
    types: np.ndarray
    lines: np.ndarray

    def list_others(self, wanted: int) -> np.ndarray:
        """Every line up to the last that holds no resource of a type."""
        mine = self.lines[self.types == wanted]
        every = np.arange(1, (mine[-1] if len(mine) else 0) + 1, dtype=np.int64)
        return np.setdiff1d(every, mine)


def land_fhir(
    engine: Engine, system: System, *, paths: Mapping[str, tuple[Path, ...]], landing: Landing
) -> dict[str, Landed]:
    """Land each type of resource from every file, in the order of the files."""
    every = [_read_types(engine, path, landing) for path in paths[_OTHER]]
    files = [one for one in every if one]
    landed = {}
    for place, one in enumerate(system.tables):
        sources = (_open(engine, file, place) for file in files if (file.types == place).any())
        landed[one.table.name] = landing.land_sources(one.table, sources, hashed=one.hashed)
    if not landing.log.refused:
        _require_resources(engine, landed, landing)
    return landed


def _require_resources(engine: Engine, landed: Mapping[str, Landed], landing: Landing) -> None:
    """Note what cannot be done without."""
    if not landed["fhir_patient"].n_rows:
        landing.log.add("file_missing", "fhir_patient", value="a file of Patient resources")
    if not landed["fhir_appointment"].n_rows + landed["fhir_encounter"].n_rows:
        value = "a file of Appointment or Encounter resources"
        landing.log.add("file_missing", "fhir_appointment", value=value)
    with_period = "SELECT count(registered_from) FROM landed_fhir_patient"
    if not landed["fhir_episodeofcare"].n_rows + engine.rows(with_period)[0][0]:
        landing.log.add("registration_not_supplied", "fhir_episodeofcare")


def _read_types(engine: Engine, path: Path, landing: Landing) -> _Lines | None:
    """The type of the resource on each line; empty where there is none of those that are read."""
    text = open_text_file(
        path,
        table=_OTHER,
        encoding=landing.site_map.encoding,
        delimiter="",
        scratch=landing.scratch,
        log=landing.log,
    )
    if text is None:
        return None
    relation = _read_json(text.path, {"resourceType": "VARCHAR"})
    known = ", ".join(quote(one.type) for one in RESOURCES)
    try:
        found = engine.columns(
            f"SELECT coalesce(list_position([{known}], resourceType), 0) AS type FROM {relation}"
        )["type"]
    except EngineError:
        landing.log.add("file_unreadable", _OTHER, file=path.name, value="it is not JSON")
        return None
    blank = find_blank_lines(text.path)
    every = np.arange(1, len(found) + len(blank) + 1, dtype=np.int64)
    lines = np.setdiff1d(every, blank)[: len(found)]
    return _Lines(path.name, text.path, np.asarray(found), lines)


def _open(engine: Engine, file: _Lines, wanted: int) -> Source:
    """The lines of one type, or those of no type that is read."""
    if wanted:
        resource = RESOURCES[wanted - 1]
        elements = {"resourceType": "VARCHAR", **OF_EVERY, **resource.elements}
        columns = {**TAKEN_FROM_EVERY, **resource.columns}
        relation = _read_json(file.path, elements)
        chosen = f"resourceType = {quote(resource.type)}"
    else:
        columns = {
            "resource_type": "json_extract_string(json, '$.resourceType')",
            "is_json": "json IS NOT NULL",
        }
        places = np.flatnonzero(file.types == 0) + 1
        engine.register_columns("fhir_places", {"place": places})
        relation = (
            "(SELECT json, row_number() OVER () AS place FROM "
            f"read_ndjson_objects({quote(str(file.path))}, {_OPTIONS}))"
        )
        chosen = "place IN (SELECT place FROM fhir_places)"
    named = ", ".join(f"CAST({text} AS VARCHAR) AS {name}" for name, text in columns.items())
    return Source(
        file.name,
        f"(SELECT {named} FROM {relation} WHERE {chosen})",
        tuple(columns),
        tuple((quote_name(name), "VARCHAR") for name in columns),
        int((file.types == wanted).sum()),
        1,
        None,
        file.list_others(wanted),
    )


def _read_json(path: Path, elements: Mapping[str, str]) -> str:
    """The elements of each line; a line that is not JSON has none of them."""
    declared = ", ".join(f"{quote(name)}: {quote(kind)}" for name, kind in elements.items())
    return (
        f"read_json({quote(str(path))}, {_OPTIONS}, format = 'newline_delimited', "
        f"columns = {{{declared}}})"
    )


FHIR = System(
    route="fhir",
    label="FHIR R4 NDJSON",
    land=land_fhir,
    tables=(
        SystemTable(
            declare(
                _OTHER,
                "Lines without a resource of the types that are read.",
                needed="",
                others="resource_type is_json",
                optional=True,
            ),
            _FILES,
        ),
        *(
            SystemTable(
                declare(
                    one.name,
                    one.description,
                    needed="id",
                    others=" ".join(("updated", *one.columns)),
                    optional=one.optional,
                ),
                _FILES,
            )
            for one in RESOURCES
        ),
    ),
    behind={
        "patients": "fhir_patient",
        "practice_registrations": ("fhir_episodeofcare", "fhir_patient"),
        "appointments": ("fhir_appointment", "fhir_encounter"),
        "referrals": "fhir_servicerequest",
        "clinical_events": ("fhir_servicerequest", "fhir_condition", "fhir_observation"),
        "outcome_items": "fhir_questionnaireresponse",
    },
)
