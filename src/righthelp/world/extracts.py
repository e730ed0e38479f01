"""A simulated population in the formats of the clinical systems; the same people in every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from righthelp.engine import Engine, open_engine, quote
from righthelp.world.population import Population
from righthelp.world.tables import hand_over

EXTRACTS: Mapping[str, str] = {
    "emis": "EMIS Web extract",
    "systmone": "TPP SystmOne extract",
    "cprd_aurum": "CPRD Aurum extract",
    "ehrql": "ehrQL tables",
    "omop": "OMOP CDM 5.4",
    "fhir": "FHIR R4 NDJSON",
    "vision": "Vision extract",
}
"""The formats that a population can be written in, beside our own tables."""


@dataclass(frozen=True)
class Shape:
    """How the text of a format is written, where it is not comma-separated under a header."""

    ending: str = "csv"
    delimiter: str = ","
    header: bool = True
    quote: str = '"'


_SHAPES: Mapping[str, Shape] = {
    "vision": Shape(header=False),
    "cprd_aurum": Shape(ending="txt", delimiter="\t"),
    "fhir": Shape(ending="ndjson", delimiter="\t", header=False, quote=""),
}


def write_extract(population: Population, folder: Path, *, route: str) -> tuple[Path, ...]:
    """Write a population as a clinical system would; returns the paths written, in order.

    Each view `out_<name>` of the format's SQL file becomes the file <name>, with the ending of the
    format.
    """
    assert route in EXTRACTS, f"no such format: {route}"
    shape = _SHAPES.get(route, Shape())
    folder.mkdir(parents=True, exist_ok=True)
    with open_engine(threads=1) as engine:  # with more, rows change places from run to run
        engine.execute("SET preserve_insertion_order = true")
        hand_over(engine, population)
        engine.run_file("righthelp.world.sql", f"as_{route}.sql")
        views = engine.rows("SELECT table_name FROM information_schema.tables ORDER BY ALL")
        paths = []
        for view in (name for (name,) in views if name.startswith("out_")):
            paths.append(_write_view(engine, view, folder, shape=shape))
    return tuple(paths)


def _write_view(engine: Engine, view: str, folder: Path, *, shape: Shape) -> Path:
    path = folder / f"{view.removeprefix('out_')}.{shape.ending}"
    header = "true" if shape.header else "false"
    engine.execute(
        f"COPY (SELECT * FROM {view}) TO {quote(str(path))} "
        f"(FORMAT csv, HEADER {header}, DELIMITER {quote(shape.delimiter)}, "
        f"QUOTE {quote(shape.quote)}, ESCAPE {quote(shape.quote)})"
    )
    return path
