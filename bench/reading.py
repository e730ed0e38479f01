"""How fast extracts are read, beside pandas and polars reading one of their files.

The same simulated people as our own CSV files and as each system's extract. What is timed of
righthelp is all of reading: checksums, encoding, words, dates, doubled rows, people against
registrations, the account of rows. What is timed of the others is less: the appointments file
alone, its dates parsed in a given form and its statuses recoded.

Ratios are made within a round; medians with the lowest and highest are printed.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench.contestants import Watch
from righthelp.engine import open_engine
from righthelp.onsite.sources.records import read_records
from righthelp.protocol.study import Study
from righthelp.world import EXTRACTS, World, simulate, write_extract, write_world

STATUSES = {"attended": "attended", "did_not_attend": "dna", "cancelled": "cancelled"}
PEERS = ("pandas", "polars")


def make_study(route: str, folder: Path) -> Study:
    """A study of one site in that folder."""
    site: dict[str, Any] = {
        "id": "north",
        "route": route,
        "path": folder,
        "extract_from": date(2021, 1, 1),
        "extract_to": date(2025, 1, 1),
    }
    index = {"anchor": "date", "index_from": date(2023, 1, 1), "index_to": date(2023, 12, 1)}
    contacts = {"if_role_missing": "all_staff_marked"}
    return Study.model_validate(
        {"study": {"title": "T"}, "index": index, "contacts": contacts, "site": [site]}
    )


def read_site(route: str, folder: Path) -> int:
    """Read one site; the rows of all its files."""
    study = make_study(route, folder)
    with open_engine() as engine:
        records = read_records(engine, study=study, site=study.site[0], folder=folder)
    own = [one for one in records.ledger if one.table.startswith(f"{route}_")]
    return sum(one.rows_in for one in own or records.ledger)


def read_pandas(path: Path) -> int:
    """Read the appointments with pandas, all text, then parse and recode."""
    pandas = importlib.import_module("pandas")
    frame = pandas.read_csv(path, dtype=str)
    for column in ("start_date", "booked_date"):
        frame[column] = pandas.to_datetime(frame[column], format="%Y-%m-%d")
    frame["status"] = frame["status"].map(STATUSES)
    return len(frame)


def read_polars(path: Path) -> int:
    """Read the appointments with polars, all text, then parse and recode."""
    polars = importlib.import_module("polars")
    dates = [polars.col(name).str.to_date("%Y-%m-%d") for name in ("start_date", "booked_date")]
    status = polars.col("status").replace_strict(STATUSES, default=None)
    lazy = polars.scan_csv(path, infer_schema=False).with_columns(*dates, status)
    return int(lazy.collect().height)


def time_all(folder: Path, routes: list[str]) -> dict[str, float]:
    """Rows a second of each reader, in one round."""
    appointments = folder / "csv" / "appointments.csv"
    readers: dict[str, Callable[[], int]] = {
        route: lambda route=route: read_site(route, folder / route)  # type: ignore[misc]
        for route in routes
    }
    readers |= {
        "pandas": lambda: read_pandas(appointments),
        "polars": lambda: read_polars(appointments),
    }
    rates = {}
    for name, read in readers.items():
        watch = Watch()
        rows = read()
        rates[name] = rows / watch.read()["seconds"]
    return rates


def main() -> None:
    """Read the command line, write the files, time the readers, print the rates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--routes", nargs="*", default=["csv", *EXTRACTS])
    given = parser.parse_args()
    world = World(seed=1, n_people=given.people, start_on=date(2021, 1, 1), months=48)
    population = simulate(world)
    with tempfile.TemporaryDirectory(prefix="righthelp-bench-") as scratch:
        folder = Path(scratch)
        for route in {"csv", *given.routes}:
            if route == "csv":
                write_world(population, folder / route, file_format="csv")
            else:
                write_extract(population, folder / route, route=route)
        rounds = [time_all(folder, given.routes) for _ in range(given.rounds)]
    print(f"{given.people:,} people; million rows a second (lowest to highest of {given.rounds})")
    for name in rounds[0]:
        rates = sorted(one[name] / 1e6 for one in rounds)
        beside = {
            peer: statistics.median(one[name] / one[peer] for one in rounds) for peer in PEERS
        }
        ratios = ", ".join(f"{ratio:.1f}x {peer}" for peer, ratio in beside.items())
        middle = statistics.median(rates)
        print(f"  {name:<12} {middle:6.2f}  ({rates[0]:.2f} to {rates[-1]:.2f})   {ratios}")


if __name__ == "__main__":
    main()
