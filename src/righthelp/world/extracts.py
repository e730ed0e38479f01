"""A simulated population in the formats of the clinical systems; the same people in every one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from righthelp.engine import open_engine
from righthelp.world.population import Population
from righthelp.world.tables import hand_over

EXTRACTS: Mapping[str, str] = {"emis": "EMIS Web extract"}
"""The formats that a population can be written in, beside our own tables."""


def write_extract(population: Population, folder: Path, route: str) -> tuple[Path, ...]:
    """Write a population as a clinical system would; returns the paths written, in order.

    Each view `out_<name>` of the format's SQL file becomes the file <name>.csv.
    """
    assert route in EXTRACTS, f"no such format: {route}"
    folder.mkdir(parents=True, exist_ok=True)
    with open_engine(threads=1) as engine:  # with more, rows change places from run to run
        engine.execute("SET preserve_insertion_order = true")
        hand_over(engine, population)
        engine.run_file("righthelp.world.sql", f"as_{route}.sql")
        views = engine.rows("SELECT table_name FROM information_schema.tables ORDER BY ALL")
        paths = []
        for view in (name for (name,) in views if name.startswith("out_")):
            path = folder / f"{view.removeprefix('out_')}.csv"
            engine.copy_to(f"SELECT * FROM {view}", path, file_format="csv")
            paths.append(path)
    return tuple(paths)
