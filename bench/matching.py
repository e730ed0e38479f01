"""How long risk-set matching takes a case, and beside the PyPI package opensafely-matching.

For each number of cases, twenty candidate visits a case are made (bench/matchable.py), two each of
ten people a case, and matched as the product does it: the whole ladder, in the engine, with the
product's own memory limit. Each round is a process of its own, so that memory is its own; what the
peak holds includes making the people. Time is of the matching alone.

Then smaller tables, with one visit each, are matched by both in alternating rounds. The package is
given an easier task: the finest rung only, with the bins ready-made, so that every person has one
value for each count whatever the day. It uses each person once; righthelp may use them again in
another set. What righthelp takes grows with the candidates, what the package takes with cases times
candidates, so the ratio depends on how many cases share a pool. Where the package is not installed
it is left out.

Ratios are made within a round; medians with the lowest and highest are printed.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.contestants import Watch
from bench.matchable import make_matchable
from bench.speed import Spread
from righthelp.engine import Engine
from righthelp.onsite.ladder import LADDER, Rung
from righthelp.onsite.matching import climb
from righthelp.protocol.study import Matching

MICROSECONDS_A_CASE = 200
MEMORY_LIMIT_MB = 2_000
PEOPLE_A_CASE, VISITS_EACH = 10, 2
PACKAGE, MODULE = "opensafely-matching", "osmatching"
SAME_BINS = ("stratum", "month_number", "lag_bin", "bin_1", "bin_2", "bin_3")


@dataclass(frozen=True)
class Size:
    """How many are matched: cases, people who are candidates, and visits of each candidate."""

    n_cases: int
    n_people: int
    visits_each: int

    @property
    def words(self) -> str:
        """The size in plain words."""
        n_visits = self.n_people * self.visits_each
        return f"{self.n_cases:,} cases, {n_visits:,} candidate visits of {self.n_people:,} people"


PEER_SIZES = (Size(1_000, 50_000, 1), Size(500, 500_000, 1), Size(10_000, 200_000, 1))
"""The last has twenty candidates a case, as the product draws them."""


class RungEngine(Engine):
    """An engine that keeps what each SQL file took, in the order they ran."""

    def __init__(self) -> None:
        super().__init__()
        self.took: list[float] = []

    def run_file(self, package: str, name: str) -> None:
        """Run a SQL file of a package and note how long it took."""
        watch = Watch()
        super().run_file(package, name)
        self.took.append(watch.read()["seconds"])


def time_righthelp(size: Size) -> dict[str, Any]:
    """Seconds of the whole ladder and of each rung, and how many cases each rung matched."""
    engine = RungEngine()
    with engine:
        make_matchable(engine, **asdict(size))
        watch = Watch()
        climb(engine, Matching(), ladder=LADDER)
        took = watch.read()
        found = dict(engine.rows("SELECT rung, count(DISTINCT unit) FROM sets GROUP BY rung"))
        return {
            **took,
            # A rung that was not climbed, nobody being left, took no time.
            "rungs": [*engine.took, *[0.0] * (len(LADDER) - len(engine.took))],
            "n_by_rung": [found.get(number, 0) for number in range(1, len(LADDER) + 1)],
            "n_unmatched": engine.rows("SELECT count(*) FROM cases_left")[0][0],
        }


def time_opensafely(size: Size) -> dict[str, Any]:
    """Seconds of `osmatching.match` on the finest rung, tables in memory, and cases matched."""
    osmatching = importlib.import_module(MODULE)
    rule = Matching()
    cases, candidates = read_frames(size)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        config, problems = osmatching.load_config(
            {
                "matches_per_case": rule.per_person,
                "min_matches_per_case": rule.at_least,
                "match_variables": dict.fromkeys(SAME_BINS, "category"),
                "index_date_variable": "index_date",
                "output_path": Path(folder),
            }
        )
        assert not problems, problems
        watch = Watch()
        matched, _ = osmatching.match(cases, candidates, config)
        took = watch.read()
    return {**took, "n_matched": len(matched)}


def read_frames(size: Size) -> tuple[Any, Any]:
    """Cases and candidates of the same table, as the package takes them: bins ready-made."""
    import pandas as pd

    assert size.visits_each == 1, "the package knows one row a person"
    with Engine() as engine:
        make_matchable(engine, **asdict(size))
        rows = engine.columns(
            "SELECT person, is_case, stratum, month_number, lag_days, band_1::INTEGER AS band_1, "
            "band_2::INTEGER AS band_2, band_3::INTEGER AS band_3 FROM matchable ORDER BY unit"
        )
    binned = bin_finest(rows, rung=LADDER[0])
    frame = pd.DataFrame(binned, index=pd.Index(rows["person"], name="patient_id"))
    frame["index_date"] = "2024-01-01"
    return frame[rows["is_case"]].copy(), frame[~rows["is_case"]].copy()


def bin_finest(rows: Mapping[str, np.ndarray], *, rung: Rung) -> dict[str, np.ndarray]:
    """What must be the same on the finest rung, a column each."""
    bins = {
        f"bin_{band}": np.searchsorted(starts, rows[f"band_{band}"], side="right")
        for band, starts in enumerate(rung.bins, start=1)
    }
    lag_bin = np.searchsorted(rung.lags, rows["lag_days"], side="right")
    return {name: rows[name] for name in SAME_BINS[:2]} | {"lag_bin": lag_bin, **bins}


WORK = {"righthelp": time_righthelp, "opensafely": time_opensafely}


def run_apart(part: str, size: Size) -> dict[str, Any]:
    """Do one part in a process of its own and bring back what it measured."""
    command = [sys.executable, "-m", "bench.matching", "--part", part]
    answer = subprocess.run(
        [*command, "--size", *(str(number) for number in asdict(size).values())],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def do_part(part: str, size: Size) -> None:
    """Do one part here and print what it measured, with the most memory this process held."""
    found = WORK[part](size)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    print(json.dumps({**found, "peak_mb": peak_mb}))


def find_obstacle() -> str:
    """Why the package cannot run here, or nothing."""
    return "" if importlib.util.find_spec(MODULE) else "it is not installed"


def count_microseconds(
    results: Sequence[Mapping[str, Any]], n_cases: int, *, unit: str = "seconds"
) -> list[float]:
    """Microseconds a case, one a round."""
    return [one[unit] / n_cases * 1e6 for one in results]


def print_rungs(results: Sequence[Mapping[str, Any]], size: Size) -> None:
    """Print what each rung of the ladder took and how many cases it matched."""
    print(f"{size.words}\n\n  {'seconds':30}{'cases':>10}   the same")
    for number, rung in enumerate(LADDER):
        seconds = Spread.of([one["rungs"][number] for one in results])
        print(f"  {seconds!s:30}{results[0]['n_by_rung'][number]:10,}   {rung.words}")
    seconds = Spread.of([one["seconds"] for one in results])
    print(f"  {seconds!s:30}{size.n_cases:10,}   in all")
    left = results[0]["n_unmatched"]
    print(f"  {left:,} cases found nobody." if left else "  Every case found somebody.")


def print_verdict(results: Sequence[Mapping[str, Any]], size: Size) -> None:
    """Say whether the limits are met."""
    clock = Spread.of(count_microseconds(results, size.n_cases))
    cpu = statistics.median(count_microseconds(results, size.n_cases, unit="cpu"))
    peak = max(one["peak_mb"] for one in results)
    print(
        f"\n  At most {MICROSECONDS_A_CASE} microseconds a case: "
        f"{'met' if clock.median <= MICROSECONDS_A_CASE else 'NOT met'} "
        f"({clock.median:.0f}, {clock.low:.0f} to {clock.high:.0f}; processor time {cpu:.0f})."
    )
    print(
        f"  Peak memory under {MEMORY_LIMIT_MB:,} MB: "
        f"{'met' if peak < MEMORY_LIMIT_MB else 'NOT met'} ({peak:,.0f} MB)."
    )


def print_peer(results: Mapping[str, Sequence[Mapping[str, Any]]], size: Size) -> None:
    """Print microseconds a case of both, and their ratio."""
    ours, theirs = results["righthelp"], results["opensafely"]
    print(f"{size.words}\n\n  {'':24}{'microseconds a case':38}peak memory")
    for name, rounds in (("righthelp", ours), (PACKAGE, theirs)):
        spread = Spread.of(count_microseconds(rounds, size.n_cases))
        print(f"  {name:24}{spread!s:38}{max(one['peak_mb'] for one in rounds):,.0f} MB")
    times = Spread.of([a["seconds"] / b["seconds"] for a, b in zip(theirs, ours, strict=True)])
    print(
        f"  {PACKAGE} took {times.median:.0f} times as long "
        f"({times.low:.0f} to {times.high:.0f}).\n"
        f"  It matched {theirs[0]['n_matched']:,} cases on the finest rung, nobody used twice; "
        f"righthelp {ours[0]['n_by_rung'][0]:,} there and {sum(ours[0]['n_by_rung']):,} on the "
        "whole ladder."
    )


def compare_peers(sizes: Sequence[Size], *, rounds: int) -> None:
    """Run righthelp and the package in alternating rounds, or say why the package cannot run."""
    obstacle = find_obstacle()
    if obstacle:
        print(f"{PACKAGE} was left out: {obstacle}.")
        return
    parts = tuple(WORK)
    for size in sizes:
        results: dict[str, list[dict[str, Any]]] = {part: [] for part in parts}
        for number in range(rounds):
            for part in parts if number % 2 == 0 else parts[::-1]:
                results[part].append(run_apart(part, size))
        print_peer(results, size)
        print(flush=True)


def main() -> None:
    """Read the command line and run the sizes asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="*", type=float, default=[1e4, 1e5, 1e6], help="1e4 1e5")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help=f"leave {PACKAGE} out")
    parser.add_argument("--part", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--size", nargs=3, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        do_part(given.part, Size(*given.size))
        return
    for n_cases in (int(cases) for cases in given.cases):
        size = Size(n_cases, n_cases * PEOPLE_A_CASE, VISITS_EACH)
        results = [run_apart("righthelp", size) for _ in range(given.rounds)]
        print_rungs(results, size)
        print_verdict(results, size)
        print(flush=True)
    if not given.no_peer:
        compare_peers(PEER_SIZES, rounds=given.rounds)


if __name__ == "__main__":
    main()
