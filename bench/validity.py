"""Bias, coverage, false claims and power against known truth, with their Monte Carlo error.

Two trials, both through the whole of the product from counting to the report's words:

- *Simulated practices*: 10,000 registered people, about 300 of them seen within a year, each at
  their own date, 0, 1 or 3 months after the visit that led to it. Nothing is done; or visits after
  the first contact are thinned to 0.85; or nothing is done and a cause of referral is in no record.
- *Real people to whom nothing was done*: see studies/nothing-was-done.

The truth for a log ratio against what would have happened anyway is log(effect), for each seed: the
world thins each later visit by itself, and the interval is to allow for that. Crude and donut
ratios answer another question; they are held against the same truth to show what reading them as an
answer would cost.

Monte Carlo errors: see bench/performance.py.
"""

from __future__ import annotations

import argparse
import json
import math
import runpy
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.performance import Performance, Share, measure
from bench.scenarios import SCENARIOS
from bench.summary import percent, print_summary
from righthelp.engine import open_engine
from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import compare, find_causal_words
from righthelp.evidence.designs import FAMILY_OF
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.describe import describe_change, describe_course
from righthelp.onsite.diagnostics import Diagnostics, diagnose
from righthelp.onsite.estimates import estimate_site, name_matched
from righthelp.onsite.flow import read_flow
from righthelp.onsite.matching import Matching, match_people
from righthelp.onsite.moments import collect_course
from righthelp.onsite.people import Counted, read_counted
from righthelp.onsite.provenance import describe_provenance
from righthelp.onsite.rehearsal import Rehearsal, draw_rehearsal, rehearse
from righthelp.onsite.release import Answer, release
from righthelp.onsite.rules import Rules
from righthelp.onsite.sheets import counted_from_sheet
from righthelp.onsite.sources.counts import SiteCounts
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Study
from righthelp.world import Population, World, load_world, simulate

PANEL = Path(__file__).parent.parent / "studies" / "nothing-was-done"
DESIGNS = (
    "crude",
    "donut",
    "projection",
    "count_projection",
    "learned_correlation",
    "empirical_bayes",
    "matched_after",
    "matched_change",
    "matched_adjusted",
)
DIFFERS = frozenset({"fewer", "more"})
REPORT = "the report"
MATCHED = "matched, both"
PANEL_DRAWS = 200
YEAR = {"index_from": date(2023, 6, 1), "index_to": date(2024, 6, 1)}


@dataclass(frozen=True)
class Said:
    """One design's released log ratio and standard error (NaN where not made), and its verdict."""

    log_rr: float
    se: float
    verdict: str


@dataclass(frozen=True)
class Trial:
    """What one seed gave: every design's answer, the report's, and what the return leaves open.

    thinned: visits after the index of the people seen over those there would have been anyway.
    n_causal: causal words in the report's sentences. level: that of the matched comparison.
    """

    said: Mapping[str, Said]
    n_seen: int
    n_causal: int
    level: str = "adjusted"
    thinned: float = 1.0


def summarise(trials: Sequence[Trial], truth: float) -> dict[str, Performance]:
    """Each design's performance over the seeds in which it gave an interval."""
    found = {}
    for design in (*DESIGNS, MATCHED, REPORT):
        said = [trial.said[design] for trial in trials if design in trial.said]
        said = [one for one in said if math.isfinite(one.se)]
        if len(said) < 2:
            continue
        found[design] = measure(
            log_rr=np.array([one.log_rr for one in said]),
            se=np.array([one.se for one in said]),
            truth=truth,
            differs=np.array([one.verdict in DIFFERS for one in said])
            if design in (MATCHED, REPORT) or DIFFERS & FAMILY_OF[design].verdicts
            else None,
        )
    return found


@cache
def make_study() -> Study:
    """The study of the simulated practices: half a year before and after each person's own date."""
    site = {
        "id": "world",
        "route": "csv",
        "path": ".",
        "extract_from": date(2021, 7, 1),
        "extract_to": date(2025, 1, 1),
    }
    index = {"anchor": "date", **YEAR}
    return Study.model_validate({"study": {"title": "Validity"}, "index": index, "site": [site]})


def try_world(world: World) -> Trial:
    """One world from its records to the report's words, under the study's own definition alone."""
    study, population = make_study(), simulate(world)
    rules = Rules.of(study, study.site[0], role_missing=False)
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
    evidence = answer(
        counted, study, matching=matching, diagnostics=diagnostics, rehearsal=rehearsal
    )
    return read_trial(evidence, counted, thinned=_thin(population))


def answer(
    counted: Counted,
    study: Study,
    *,
    matching: Matching | None = None,
    diagnostics: Diagnostics | None = None,
    rehearsal: Rehearsal | None = None,
) -> Evidence:
    """The evidence of one site's return: estimates, release, and what the report would say."""
    site = study.site[0]
    released = release(
        Answer(
            estimates=[
                *estimate_site(counted, study),
                *(name_matched(matching.matched) if matching else ()),
            ],
            flow=[],
            changes=describe_change(counted),
            course=describe_course(counted.course),
            not_held=[],
            matching=matching,
            diagnostics=diagnostics,
            rehearsal=rehearsal,
            quality=[],
            supply=[],
            provenance=describe_provenance(
                study,
                site,
                inputs_sha256={},
                definitions={},
                role_missing=False,
                made_on=datetime.now(tz=UTC).date(),
            ),
        ),
        study=study,
        site=site,
    )
    return gather(study, [released])


def read_trial(evidence: Evidence, counted: Counted, *, thinned: float = 1.0) -> Trial:
    """What the report says, design by design and as a whole."""
    said = {}
    for one in evidence.estimates:
        if one.who == "new" and one.design in DESIGNS:
            verdicts = FAMILY_OF[one.design].verdicts
            claim = compare(log_rr=one.log_rr, low=one.low, high=one.high, verdicts=verdicts)
            said[one.design] = _say(one.log_rr, one.se, str(claim.verdict))
    twin = evidence.twins[0]
    best = twin.estimate
    log_rr, se = (best.log_rr, best.se) if best else (None, None)
    said[REPORT] = _say(log_rr, se, str(evidence.adjusted.claim.verdict))
    matched = evidence.matched
    if matched.span is not None and matched.after.log_rr and matched.change.log_rr:
        middle = (matched.after.log_rr + matched.change.log_rr) / 2
        half = (matched.span[1] - matched.span[0]) / 2 / 1.959964
        verdict = matched.claim.verdict if matched.claim.level == "compared" else "not compared"
        said[MATCHED] = _say(middle, half, str(verdict))
    words = evidence.summary
    sentences = [*words.asked, *words.found, *words.sureness, *words.limits]
    sentences += [twin.described.sentence, twin.claim.sentence]
    return Trial(
        said=said,
        n_seen=int((counted.seen.is_new & counted.seen.complete).sum()),
        n_causal=len(find_causal_words(" ".join(sentences))),
        level=matched.claim.level,
        thinned=thinned,
    )


def _say(log_rr: float | None, se: float | None, verdict: str) -> Said:
    return Said(math.nan if log_rr is None else log_rr, math.nan if se is None else se, verdict)


def _thin(population: Population) -> float:
    truth = population.truth
    realised = truth.realised_after[truth.complete].sum()
    return float(realised / truth.counterfactual_after[truth.complete].sum())


@cache
def open_panel() -> tuple[Study, dict[str, Any]]:
    """The study of real people and the functions of its script."""
    return load_study(PANEL / "study.toml"), runpy.run_path(str(PANEL / "draw.py"))


@cache
def read_panel(middle: int) -> npt.NDArray[np.int64]:
    """Visits of everybody with three years running."""
    visits: npt.NDArray[np.int64] = open_panel()[1]["read_visits"](middle)
    return visits


def try_panel(draw: tuple[int, int]) -> Trial:
    """One draw (middle year, seed) of real people, on arrays in place of a written sheet."""
    study, script = open_panel()
    visits = read_panel(draw[0])
    counted = count_panel(visits, script["draw_seen"](visits, draw[1]))
    return read_trial(answer(counted, study), counted)


def count_panel(visits: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]) -> Counted:
    """The panel as its sheet would be read: (n, 3) visits, (n,) whether seen."""
    study, _ = open_panel()
    n = len(visits)
    whole_year = np.full(n, 12.0)
    earlier, before, after = visits.T.astype(np.float64)
    sheet = SiteCounts(
        seen=seen,
        ongoing=np.zeros(n, dtype=bool),
        before=before,
        after=after,
        earlier=earlier,
        has_earlier=True,
        months_before=whole_year,
        months_after=whole_year,
        ladder=np.zeros((n, 3), dtype=np.int64),
        person=np.arange(n),
        findings=(),
        ledger=(),
        supply=(),
        checksums={},
    )
    return counted_from_sheet(sheet, study=study, site=study.site[0])


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


@dataclass(frozen=True)
class Kept:
    """Trials in a file, one a line and in the order of their seeds; of one version of the code."""

    path: Path

    def read(self) -> list[Trial]:
        """The trials made so far."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        trials = []
        for line in lines:
            found = json.loads(line)
            said = {design: Said(**one) for design, one in found.pop("said").items()}
            trials.append(Trial(said=said, **found))
        return trials

    def add(self, trial: Trial) -> None:
        """Write one more."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(trial)) + "\n")


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


def main() -> None:
    """Read the command line, run the trials, print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [one.name for one in SCENARIOS]
    parser.add_argument("--seeds", type=int, default=100, help="worlds of each kind")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--worlds", nargs="*", choices=names, default=names, help="which kinds")
    parser.add_argument("--draws", type=int, default=PANEL_DRAWS, help="draws of each panel")
    parser.add_argument("--keep", type=Path, help="folder of trials, to go on where it stopped")
    given = parser.parse_args()
    began, page = time.perf_counter(), []
    for scenario in (one for one in SCENARIOS if one.name in given.worlds):
        kept = Kept(given.keep / f"{scenario.name}.jsonl") if given.keep else None
        known = kept.read() if kept else []
        left = range(len(known) + 1, given.seeds + 1)
        worlds = (scenario.world(seed) for seed in left)
        tried = run_all(try_world, worlds, jobs=given.jobs, name=scenario.name, kept=kept)
        trials = [*known, *tried][: given.seeds]
        truth = math.log(scenario.effect_rr)
        print_table(scenario.title, trials, truth=truth)
        page.append(
            (
                scenario.title,
                scenario.effect_rr,
                len(trials),
                summarise(trials, truth),
                Share.of(np.array([trial.level == "compared" for trial in trials])),
                Share.of(np.array([trial.n_causal > 0 for trial in trials])),
            )
        )
    print_summary(page)
    for middle in open_panel()[1]["MIDDLE_YEARS"] if given.draws else ():
        draws = ((middle, seed) for seed in range(given.draws))
        trials = run_all(try_panel, draws, jobs=given.jobs, name=f"panel {middle}")
        title = f"Real people to whom nothing was done, {middle - 1} to {middle + 1}"
        print_table(title, trials, truth=0.0)
    print(f"\n{time.perf_counter() - began:.0f} seconds.")


if __name__ == "__main__":
    main()
