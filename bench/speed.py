"""How long counting takes beside a bare scan of the same file, and beside pandas.

For each size a big appointment book is made (bench/appointments.py), or taken from the work folder
if it is there. Then, in alternating rounds, each in a process of its own so that memory is its own:

- *floor*: one query that reads the book's columns, with the study's filters and a semi-join to the
  people of the study, and adds up one number. Nothing that counts them can be quicker. Its SQL is
  printed.
- *righthelp*: the stages as the product runs them, over views of the Parquet files, with the
  product's own memory limit. "Both scans to moments" are the stages that read the book and those
  that make moments from the store: visits, store, counts, moments. "The whole" adds choosing the
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
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contestants import (
    FLOOR,
    keep_cohort,
    make_book,
    time_floor,
    time_pandas,
    time_righthelp,
)

SCANS = ("visits", "store")
FROM_STORE = ("counts", "moments")
LIMITS = ((50_000_000, 5.0), (0, 6.0))
"""Times the floor that both scans to moments may take, from so many rows on."""
MEMORY_LIMIT_MB = 1_000
PANDAS_BYTES_A_ROW = 90
PARTS = ("make", "cohort", "floor", "righthelp", "pandas")


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
    needed, free = n_rows * PANDAS_BYTES_A_ROW, _count_free_bytes()
    if free < needed:
        return f"it may need {needed / 1e9:.0f} GB and {free / 1e9:.0f} GB are free"
    return ""


def _count_free_bytes() -> int:
    """Memory to be had, with what the system only keeps files in; without that where unknown."""
    kept = Path("/proc/meminfo")
    lines = kept.read_text(encoding="ascii").splitlines() if kept.exists() else []
    for name, _, rest in (line.partition(":") for line in lines):
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


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
