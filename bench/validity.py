"""Bias, coverage, false claims and power against known truth, with their Monte Carlo error.

Two trials, both through the whole of the product from counting to the report's words:

- *Simulated practices* (bench/scenarios.py): 10,000 registered people, about 300 of them seen
  within a year, each at their own date, 0, 1 or 3 months after the visit that led to it. Each kind
  of world changes one thing.
- *Real people to whom nothing was done*: see studies/nothing-was-done.

The truth for a log ratio against what would have happened anyway is log(effect), for each seed: the
world thins each later visit by itself, and the interval is to allow for that. Crude and donut
ratios answer another question; they are held against the same truth to show what reading them as an
answer would cost.

Monte Carlo errors: see bench/performance.py.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.panel import RULES, open_panel, try_panel
from bench.performance import Share
from bench.scenarios import SCENARIOS
from bench.summary import Row, draw_summary, percent, print_summary
from bench.trial import Kept, Trial, count_new, read_trial, release_site, summarise
from righthelp.engine import open_engine
from righthelp.evidence import gather
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.diagnostics import diagnose
from righthelp.onsite.flow import read_flow
from righthelp.onsite.matching import match_people
from righthelp.onsite.moments import collect_course
from righthelp.onsite.people import Counted, read_counted
from righthelp.onsite.rehearsal import draw_rehearsal, rehearse
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import Released
from righthelp.world import Population, World, load_world, simulate

PANEL_DRAWS, QUICK = 200, 2
YEAR = {"index_from": date(2023, 6, 1), "index_to": date(2024, 6, 1)}


@cache
def make_study(n_sites: int = 1) -> Study:
    """The study of the simulated practices: half a year before and after each person's own date."""
    sites = [
        {
            "id": f"world-{number}",
            "route": "csv",
            "path": ".",
            "extract_from": date(2021, 7, 1),
            "extract_to": date(2025, 1, 1),
        }
        for number in range(1, n_sites + 1)
    ]
    index = {"anchor": "date", **YEAR}
    return Study.model_validate({"study": {"title": "Validity"}, "index": index, "site": sites})


def try_worlds(worlds: Sequence[World]) -> Trial:
    """One study, a site a world: from records to the report's words, its own definition alone."""
    study = make_study(len(worlds))
    released, n_seen, without, realised = [], 0, 0.0, 0.0
    for world, site in zip(worlds, study.site, strict=True):
        population = simulate(world)
        counted, one = count_world(population, study, site)
        released.append(one)
        n_seen += count_new(counted)
        truth = population.truth
        realised += float(truth.realised_after[truth.complete].sum())
        without += float(truth.counterfactual_after[truth.complete].sum())
    return read_trial(gather(study, released), n_seen=n_seen, thinned=realised / without)


def count_world(population: Population, study: Study, site: Site) -> tuple[Counted, Released]:
    """A site's people and its return."""
    rules = Rules.of(study, site, role_missing=False)
    with open_engine(threads=1) as engine:
        load_world(engine, population)
        engine.open_workspace()
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        counted = read_counted(engine, collect_course(engine, rules))
        matching = match_people(engine, rules)
        read_flow(engine)
        diagnostics = diagnose(engine, rules, counted=counted)
        draw_rehearsal(engine)
        rehearsal = rehearse(engine, rules)
    released = release_site(
        counted, study, site, matching=matching, diagnostics=diagnostics, rehearsal=rehearsal
    )
    return counted, released


def print_table(title: str, trials: Sequence[Trial], *, truth: float) -> None:
    """Print one kind of world as a table, each figure with its Monte Carlo error."""
    seen = [trial.n_seen for trial in trials]
    print(f"\n### {title}\n")
    print(
        f"{len(trials):,} seeds; {np.median(seen):.0f} people compared in the middle one; true "
        f"ratio {math.exp(truth):.2f}, in the people seen "
        f"{np.mean([trial.thinned for trial in trials]):.3f}; every check of the comparators held "
        f"in {percent(Share.of(np.array([trial.level == 'compared' for trial in trials])))}%; a "
        f"causal word in {percent(Share.of(np.array([trial.n_causal > 0 for trial in trials])))}% "
        "of the reports.\n"
    )
    print(
        "| design | made | mean ratio | bias (log) | RMSE | empirical SE | model / empirical SE "
        "| coverage % | interval without 1 % | says “differs” % |"
    )
    print("| --- |" + " ---: |" * 9)
    for design, found in summarise(trials, truth).items():
        cells = [
            design.replace("_", " "),
            f"{found.n:,}",
            f"{math.exp(found.bias.value + truth):.3f}",
            *(f"{one.value:+.4f} ± {one.error:.4f}" for one in (found.bias,)),
            f"{found.rmse.value:.4f} ± {found.rmse.error:.4f}",
            f"{found.empirical_se.value:.4f} ± {found.empirical_se.error:.4f}",
            f"{found.se_ratio.value:.3f} ± {found.se_ratio.error:.3f}",
            percent(found.coverage),
            percent(found.excludes),
            "never" if found.differs is None else percent(found.differs),
        ]
        print(f"| {' | '.join(cells)} |")


def run_all(
    work: Callable[[Any], Trial],
    tasks: Iterable[Any],
    *,
    jobs: int,
    name: str,
    kept: Kept | None = None,
) -> list[Trial]:
    """Do the tasks on several processes, telling how far it is where somebody watches."""
    listed, began = list(tasks), time.perf_counter()
    done: list[Trial] = []
    with ProcessPoolExecutor(jobs) as pool:
        for trial in pool.map(work, listed, chunksize=4):
            done.append(trial)
            if kept:
                kept.add(trial)
            if sys.stderr.isatty():
                seconds = time.perf_counter() - began
                left = seconds / len(done) * (len(listed) - len(done))
                sys.stderr.write(f"\r{name}: {len(done)} of {len(listed)}, {left:.0f} s left   ")
    if sys.stderr.isatty():
        sys.stderr.write("\r" + " " * 60 + "\r")
    return done


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, run the trials, print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [one.name for one in SCENARIOS]
    parser.add_argument("--seeds", type=int, default=100, help="studies of each kind")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--worlds", nargs="*", choices=names, default=names, help="which kinds")
    parser.add_argument("--draws", type=int, default=PANEL_DRAWS, help="draws of each panel")
    parser.add_argument("--keep", type=Path, help="folder of trials, to go on where it stopped")
    parser.add_argument("--figures", type=Path, help="folder for the figures")
    parser.add_argument("--quick", action="store_true", help="a few of each: does it all run?")
    given = parser.parse_args(arguments)
    if given.quick:
        given.seeds, given.draws = min(given.seeds, QUICK), min(given.draws, QUICK)
    began, page = time.perf_counter(), []
    for scenario in (one for one in SCENARIOS if one.name in given.worlds):
        kept = Kept(given.keep / f"{scenario.name}.jsonl") if given.keep else None
        known = kept.read() if kept else []
        studies = (scenario.worlds(seed) for seed in range(len(known) + 1, given.seeds + 1))
        tried = run_all(try_worlds, studies, jobs=given.jobs, name=scenario.name, kept=kept)
        trials = [*known, *tried][: given.seeds]
        print_table(scenario.title, trials, truth=math.log(scenario.effect_rr))
        page.append(Row.of(scenario, trials))
    print_summary(page)
    if given.figures:
        draw_summary(page, given.figures)
    for middle in open_panel()[1]["MIDDLE_YEARS"] if given.draws else ():
        draws = ((middle, seed) for seed in range(given.draws))
        trials = run_all(try_panel, draws, jobs=given.jobs, name=f"panel {middle}")
        title = f"Real people to whom nothing was done, {middle - 1} to {middle + 1}"
        print_table(title, trials, truth=0.0)
        for rule in RULES:
            by_rule = ((middle, seed, rule) for seed in range(given.draws))
            trials = run_all(try_panel, by_rule, jobs=given.jobs, name=f"panel {middle}")
            print_table(f"{title}; seen: {rule}", trials, truth=0.0)
    print(f"\n{time.perf_counter() - began:.0f} seconds.")


if __name__ == "__main__":
    main()
