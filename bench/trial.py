"""One trial of the validity benchmark: from counted people to the report's words, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.performance import Performance, measure
from righthelp.evidence import Evidence
from righthelp.evidence.claims import compare, find_causal_words
from righthelp.evidence.designs import FAMILY_OF, Verdict
from righthelp.evidence.estimates import Z95
from righthelp.evidence.synthesis import Combination
from righthelp.onsite.describe import describe_change, describe_course
from righthelp.onsite.diagnostics import Diagnostics
from righthelp.onsite.estimates import estimate_site, name_matched
from righthelp.onsite.matching import Matching
from righthelp.onsite.people import Counted
from righthelp.onsite.provenance import describe_provenance
from righthelp.onsite.rehearsal import Rehearsal
from righthelp.onsite.release import Answer, release
from righthelp.protocol.contacts import PRIMARY
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import Released

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
HELD = ("compared", "triangulated")
"""The levels of a comparison of which every check held."""


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


def release_site(
    counted: Counted,
    study: Study,
    site: Site,
    *,
    matching: Matching | None = None,
    diagnostics: Diagnostics | None = None,
    rehearsal: Rehearsal | None = None,
) -> Released:
    """One site's return: estimates and release."""
    return release(
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


def count_new(counted: Counted) -> int:
    """The people who are compared."""
    return int((counted.seen.is_new & counted.seen.complete).sum())


def read_trial(evidence: Evidence, *, n_seen: int, thinned: float = 1.0) -> Trial:
    """What the report says, design by design over the sites, and as a whole."""
    said = {
        one.name: _say(one, FAMILY_OF[one.name].verdicts)
        for one in evidence.combinations
        if (one.who, one.definition) == ("new", PRIMARY) and one.name in DESIGNS
    }
    said[REPORT] = replace(
        _say(evidence.adjusted, frozenset()), verdict=str(evidence.adjusted.claim.verdict)
    )
    matched = evidence.matched
    if matched.span is not None and matched.after.log_rr and matched.change.log_rr:
        middle = (matched.after.log_rr + matched.change.log_rr) / 2
        verdict = matched.claim.verdict if matched.claim.level in HELD else "not compared"
        said[MATCHED] = Said(middle, _as_se(*matched.span), str(verdict))
    words = evidence.summary
    sentences = [*words.asked, *words.found, *words.sureness, *words.limits]
    for twin in evidence.twins:
        sentences += [twin.described.sentence, twin.claim.sentence]
    return Trial(
        said=said,
        n_seen=n_seen,
        n_causal=len(find_causal_words(" ".join(sentences))),
        level=matched.claim.level,
        thinned=thinned,
    )


def _say(one: Combination, verdicts: frozenset[Verdict]) -> Said:
    claim = compare(log_rr=one.log_rr, low=one.low, high=one.high, verdicts=verdicts)
    log_rr = math.nan if one.log_rr is None else one.log_rr
    return Said(log_rr, _as_se(one.low, one.high), str(claim.verdict))


def _as_se(low: float | None, high: float | None) -> float:
    """The standard error of a normal interval as long as this one (several sites: Student's t)."""
    return math.nan if low is None or high is None else (high - low) / 2 / Z95


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
