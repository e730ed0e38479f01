"""How long counting takes beside a bare scan of the same file, and beside pandas.

For each size a big appointment book is made (bench/appointments.py), or taken from the work folder
if it is there. Then, in alternating rounds, each in a process of its own so that memory is its own:

- *floor*: one query that reads the book's columns, with the study's filters and a semi-join to the
  people of the study, and adds up one number. Nothing that counts them can be quicker. Its SQL is
  FLOOR, below.
- *righthelp*: the stages as the product runs them, over views of the Parquet files, with the
  product's own memory limit. "Both scans to moments" are the stages that read the book and those
  make moments from the store: everybody, store, counts, moments. "The whole" adds choosing the
  people, and their history and windows for the projection.
- *pandas*: well-written (columns and rows pruned while reading, filtered before merging). It is
  given the people of the study ready-made, reads the book once, and stops at the same sums by
  month, which must be equal. It is spared choosing reference people and their history.

Ratios are made within a round; medians with the lowest and highest are printed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.appointments import EXTRACT_TO, FIRST_DAY, INDEX_MONTH
from righthelp.engine import Engine, quote
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.moments import collect_course
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.records import RECORDS
from righthelp.protocol.study import Study

FLOOR = """
SELECT count(*), sum(a.start_date - DATE '2022-01-01')
FROM appointments AS a
SEMI JOIN cohort AS c ON a.patient_id = c.patient_id
WHERE a.role = 'gp' AND a.status = 'attended'
    AND a.mode IN ('face_to_face', 'telephone', 'video', 'home_visit', 'written', 'unknown')
"""
SCANS = ("everybody", "store")
FROM_STORE = ("counts", "moments")
LIMITS = ((50_000_000, 5.0), (0, 6.0))
"""Times the floor that both scans to moments may take, from so many rows on."""
MEMORY_LIMIT_MB = 1_000
PANDAS_BYTES_A_ROW = 90
PARTS = ("make", "cohort", "floor", "righthelp", "pandas")


Took = dict[str, float]
"""Seconds by the clock (`seconds`) and of the processors (`cpu`)."""


class Watch:
    """A clock that starts when it is made."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Took:
        """What has passed since."""
        return {
            "seconds": time.perf_counter() - self._clock,
            "cpu": time.process_time() - self._cpu,
        }


class TimedEngine(Engine):
    """An engine that keeps the seconds of each SQL file by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: dict[str, Took] = {}

    def run_file(self, package: str, name: str) -> None:
        """Run a SQL file of a package and note how long it took."""
        watch = Watch()
        super().run_file(package, name)
        self.stages[name.removesuffix(".sql")] = watch.read()


def make_rules() -> Rules:
    """The default study with one index month on the generated book."""
    site = {
        "id": "bench",
        "route": "csv",
        "path": ".",
        "index_month": INDEX_MONTH[:7],
        "extract_from": date.fromisoformat(FIRST_DAY),
        "extract_to": date.fromisoformat(EXTRACT_TO),
    }
    study = Study.model_validate({"study": {"title": "Speed"}, "site": [site]})
    return Rules.of(study, study.site[0], role_missing=False)


def open_tables(folder: Path) -> TimedEngine:
    """An engine as the product opens it, with the tables as views of their Parquet files."""
    engine = TimedEngine()
    for table in RECORDS:
        parquet = quote(str(folder / f"{table.name}.parquet"))
        engine.execute(f"CREATE VIEW {table.name} AS FROM read_parquet({parquet})")
    return engine


def make_book(folder: Path, n_rows: int) -> dict[str, Any]:
    """Write the book and its tables, whole or not at all."""
    from bench.appointments import write_appointments

    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    written = write_appointments(unfinished, n_rows)
    unfinished.rename(folder)
    return {"seconds": written.seconds}


def keep_cohort(folder: Path) -> dict[str, Any]:
    """Write the people of the study beside the book, for the floor and for pandas."""
    with open_tables(folder) as engine:
        select_cohort(engine, make_rules())
        engine.copy_to(
            "SELECT u.unit, u.patient_id, u.grp, u.is_new, u.from_on, u.to_on, w.store_from, "
            "w.store_to FROM units AS u JOIN reach AS w ON u.index_on = w.index_on",
            folder / "cohort.parquet",
            file_format="parquet",
        )
        n_units, n_seen, n_people = engine.rows(
            "SELECT count(*), count(*) FILTER (WHERE grp = 'seen'), count(DISTINCT patient_id) "
            "FROM units"
        )[0]
        n_rows = engine.rows("SELECT count(*) FROM appointments")[0][0]
        n_registered = engine.rows("SELECT count(*) FROM patients")[0][0]
    return {
        "n_rows": n_rows,
        "n_registered": n_registered,
        "n_units": n_units,
        "n_people": n_people,
        "n_seen": n_seen,
    }


def time_floor(folder: Path) -> dict[str, Any]:
    """Seconds of the bare scan; the people of the study are in memory before the clock starts."""
    with open_tables(folder) as engine:
        cohort = quote(str(folder / "cohort.parquet"))
        engine.execute(
            f"CREATE TABLE cohort AS SELECT DISTINCT patient_id FROM read_parquet({cohort})"
        )
        watch = Watch()
        engine.rows(FLOOR)
        return {**watch.read()}


def time_righthelp(folder: Path) -> dict[str, Any]:
    """Seconds of each stage and of the whole, and the sums by month of the moments."""
    rules, engine = make_rules(), open_tables(folder)
    with engine:
        whole = Watch()
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        collecting = Watch()
        course = collect_course(engine, rules)
        stages = {**engine.stages, "moments": collecting.read()}
        took = whole.read()
    return {
        **took,
        "stages": stages,
        "sums": {who: course.of(who).counts.tolist() for who in ("new", "ongoing", "reference")},
    }


def time_pandas(folder: Path) -> dict[str, Any]:
    """Seconds of tidy pandas from the book to the moments by month, and the same sums."""
    import numpy as np
    import pandas as pd

    rules = make_rules()
    months = rules.course_months()
    cohort = pd.read_parquet(folder / "cohort.parquet")
    for name in ("from_on", "to_on"):
        cohort[name] = pd.to_datetime(cohort[name])
    watch = Watch()
    first, end = cohort["store_from"].min(), cohort["store_to"].max()
    book = pd.read_parquet(
        folder / "appointments.parquet",
        columns=["patient_id", "start_date"],
        filters=[
            ("role", "==", "gp"),
            ("status", "==", "attended"),
            ("start_date", ">=", first),
            ("start_date", "<", end),
        ],
        to_pandas_kwargs={"date_as_object": False},
    )
    book = book[book["patient_id"].isin(cohort["patient_id"].unique())]
    book = book.drop_duplicates()
    found = book.merge(
        cohort[["unit", "patient_id", "grp", "is_new", "from_on", "to_on"]], on="patient_id"
    )
    found = found[
        (found["start_date"] >= found["from_on"]) & (found["start_date"] < found["to_on"])
    ]
    day = found["start_date"].to_numpy().astype("datetime64[M]").astype(np.int64)
    found = found.assign(month=day - np.datetime64(INDEX_MONTH[:7], "M").astype(np.int64))
    counts = found.groupby(["unit", "month"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=months, fill_value=0)
    who = cohort.set_index("unit").loc[counts.index, ["grp", "is_new"]]
    sums: dict[str, list[float]] = {}
    for name, grp, is_new in (
        ("new", "seen", True),
        ("ongoing", "seen", False),
        ("reference", "reference", False),
    ):
        rows = counts.to_numpy()[((who["grp"] == grp) & (who["is_new"] == is_new)).to_numpy()]
        products = rows.T @ rows
        assert products.shape == (len(months), len(months))
        sums[name] = rows.sum(axis=0).tolist()
    return {**watch.read(), "sums": sums}


WORK: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "cohort": keep_cohort,
    "floor": time_floor,
    "righthelp": time_righthelp,
    "pandas": time_pandas,
}


def run_apart(part: str, folder: Path, n_rows: int) -> dict[str, Any]:
    """Do one part in a process of its own and bring back what it measured."""
    command = [sys.executable, "-m", "bench.speed", "--part", part, "--work", str(folder)]
    answer = subprocess.run(
        [*command, "--rows", str(n_rows)], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def do_part(part: str, folder: Path, n_rows: int) -> None:
    """Do one part here and print what it measured, with the most memory this process held."""
    found = make_book(folder, n_rows) if part == "make" else WORK[part](folder)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(json.dumps({**found, "peak_mb": peak_mb}))


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, with the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of one value a round."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:8.2f}   ({self.low:.2f} to {self.high:.2f})"


def find_obstacle(n_rows: int) -> str:
    """Why pandas cannot run here at this size, or nothing."""
    for name in ("pandas", "pyarrow"):
        if importlib.util.find_spec(name) is None:
            return f"{name} is not installed"
    needed = n_rows * PANDAS_BYTES_A_ROW
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if free < needed:
        return f"it may need {needed / 1e9:.0f} GB and {free / 1e9:.0f} GB are free"
    return ""


def compare(folder: Path, n_rows: int, *, rounds: int) -> None:
    """Run the rounds for one size and print what they gave."""
    if not (folder / "appointments.parquet").exists():
        made = run_apart("make", folder, n_rows)
        print(f"generated in {made['seconds']:.0f} s", flush=True)
    facts = run_apart("cohort", folder, n_rows)
    obstacle = find_obstacle(n_rows)
    parts = ("floor", "righthelp", *(() if obstacle else ("pandas",)))
    results: dict[str, list[dict[str, Any]]] = {part: [] for part in parts}
    for number in range(rounds):
        for part in parts if number % 2 == 0 else parts[::-1]:
            results[part].append(run_apart(part, folder, n_rows))
    print_facts(facts, folder)
    print_stages(results)
    print_verdict(results, facts["n_rows"])
    print_pandas(results, obstacle)


def print_facts(facts: Mapping[str, Any], folder: Path) -> None:
    """Print what was counted."""
    size = (folder / "appointments.parquet").stat().st_size
    print(
        f"{facts['n_rows']:,} appointments of {facts['n_registered']:,} registered people "
        f"({size / facts['n_rows']:.1f} bytes a row); {facts['n_seen']:,} seen, "
        f"{facts['n_people']:,} people ({facts['n_units']:,} units) in the study"
    )


def print_stages(results: Mapping[str, list[dict[str, Any]]]) -> None:
    """Print seconds and times the floor of each stage, and of both sums of stages."""
    floor = [one["seconds"] for one in results["floor"]]
    ours = results["righthelp"]
    print(f"\n  {'seconds':34}{'times the floor'}")
    _print_row("floor", floor, floor)
    for stage in ours[0]["stages"]:
        _print_row(f"  {stage}", [one["stages"][stage]["seconds"] for one in ours], floor)
    named = [sum(stage["seconds"] for stage in one["stages"].values()) for one in ours]
    rest = [one["seconds"] - stages for one, stages in zip(ours, named, strict=True)]
    _print_row("  rules and clocks, in Python", rest, floor)
    _print_row("both scans to moments", _add_scans(ours), floor)
    _print_row("the whole, with choosing people", [one["seconds"] for one in ours], floor)


def _add_scans(ours: Sequence[Mapping[str, Any]], unit: str = "seconds") -> list[float]:
    return [sum(one["stages"][stage][unit] for stage in (*SCANS, *FROM_STORE)) for one in ours]


def _print_row(name: str, seconds: Sequence[float], floor: Sequence[float]) -> None:
    ratios = [one / bare for one, bare in zip(seconds, floor, strict=True)]
    print(f"  {name:32} {Spread.of(seconds)!s:28} {Spread.of(ratios)}")


def print_verdict(results: Mapping[str, list[dict[str, Any]]], n_rows: int) -> None:
    """Say whether the limits are met."""
    ratio, cpu_ratio = (
        statistics.median(
            scans / bare[unit]
            for scans, bare in zip(
                _add_scans(results["righthelp"], unit), results["floor"], strict=True
            )
        )
        for unit in ("seconds", "cpu")
    )
    limit = next(times for rows, times in LIMITS if n_rows >= rows)
    peak = max(one["peak_mb"] for one in results["righthelp"])
    bare = max(one["peak_mb"] for one in results["floor"])
    print(
        f"\n  Both scans to moments within {limit:g} times the floor: "
        f"{'met' if ratio <= limit else 'NOT met'} ({ratio:.1f}; processor time {cpu_ratio:.1f})."
    )
    print(
        f"  Peak memory under {MEMORY_LIMIT_MB:,} MB: "
        f"{'met' if peak < MEMORY_LIMIT_MB else 'NOT met'} ({peak:,.0f} MB; floor {bare:,.0f} MB)."
    )


def print_pandas(results: Mapping[str, list[dict[str, Any]]], obstacle: str) -> None:
    """Say how pandas did in the same run, or why it did not."""
    if obstacle:
        print(f"  pandas was left out: {obstacle}.")
        return
    ours, theirs = results["righthelp"], results["pandas"]
    ratios = [a["seconds"] / b["seconds"] for a, b in zip(theirs, ours, strict=True)]
    scans = [a["seconds"] / b for a, b in zip(theirs, _add_scans(ours), strict=True)]
    seconds = Spread.of([one["seconds"] for one in theirs])
    peak = max(one["peak_mb"] for one in theirs)
    same = all(one["sums"] == ours[0]["sums"] for one in (*theirs, *ours))
    print(
        f"  pandas: {seconds.median:.2f} s ({seconds.low:.2f} to {seconds.high:.2f}), "
        f"{peak:,.0f} MB; that is {statistics.median(scans):.1f} times both scans to moments and "
        f"{statistics.median(ratios):.1f} times the whole. Sums by month are "
        f"{'the same' if same else 'NOT the same'}."
    )


def main() -> None:
    """Read the command line and run the sizes asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="*", type=float, default=[1e7, 1e8], help="1e7 1e8")
    parser.add_argument("--work", type=Path, default=Path("build/bench"), help="for the files")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes = [int(rows) for rows in given.rows]
    if given.part:
        do_part(given.part, given.work, sizes[0])
        return
    print(f"The floor is:\n{FLOOR}")
    for n_rows in sizes:
        given.work.mkdir(parents=True, exist_ok=True)
        compare(given.work / f"{n_rows:.0e}".replace("+0", ""), n_rows, rounds=given.rounds)
        print(flush=True)


if __name__ == "__main__":
    main()
