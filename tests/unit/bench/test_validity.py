"""What the validity benchmark says of a set of estimates, by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.panel import RULES
from bench.performance import Performance, measure
from bench.scenarios import SCENARIOS
from bench.trial import Kept, Said, Trial
from bench.validity import main, print_table, try_worlds


def _measure(seed: int, *, n: int = 400) -> Performance:
    """A design that is 0.02 out and whose standard errors are a tenth too small."""
    rng = np.random.default_rng(seed)
    return measure(
        log_rr=rng.normal(-0.18, 0.05, n),
        se=rng.uniform(0.04, 0.05, n),
        truth=-0.2,
        differs=rng.random(n) < 0.9,
    )


def test_measures_are_what_their_names_say() -> None:
    found = _measure(1, n=40_000)
    model = math.sqrt((0.05**3 - 0.04**3) / 0.03)
    assert found.bias.value == pytest.approx(0.02, abs=0.001)
    assert found.rmse.value == pytest.approx(math.hypot(0.05, 0.02), abs=0.001)
    assert found.empirical_se.value == pytest.approx(0.05, abs=0.001)
    assert found.se_ratio.value == pytest.approx(model / 0.05, abs=0.01)
    assert found.coverage.value == pytest.approx(0.8966, abs=0.005)  # by integration
    assert found.excludes.value == pytest.approx(0.9660, abs=0.003)
    assert found.differs is not None
    assert found.differs.value == pytest.approx(0.9, abs=0.005)


@pytest.mark.parametrize(
    "name", ["bias", "rmse", "empirical_se", "se_ratio", "coverage", "excludes", "differs"]
)
def test_monte_carlo_errors_are_the_spread_over_repeated_runs(name: str) -> None:
    """Each measure made 400 times: its standard deviation is the error that is printed."""
    runs = [getattr(_measure(seed), name) for seed in range(400)]
    spread = np.std([one.value for one in runs], ddof=1)
    assert np.mean([one.error for one in runs]) == pytest.approx(spread, rel=0.12)


def test_a_design_that_was_not_made_is_left_out_and_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made, lacking = Said(0.1, 0.05, "cannot_tell"), Said(math.nan, math.nan, "not_estimable")
    trial = Trial({"projection": made, "the report": made, "donut": lacking}, 100, 0)
    more = Said(0.2, 0.05, "more")
    other = replace(trial, said={**trial.said, "projection": more, "the report": more})
    print_table("Two worlds", [trial, other], truth=0.0)
    printed = capsys.readouterr().out
    assert "2 seeds; 100 people compared in the middle one; true ratio 1.00" in printed
    rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("| ")]
    assert [row[0].strip("| ") for row in rows[2:]] == ["projection", "the report"]
    assert rows[2][-1] == "50.0 ± 35.4 |"


def test_worlds_of_one_seed_differ_by_the_effect_alone_and_run_to_the_words() -> None:
    nothing, effect = (
        try_worlds([replace(scenario.world(3), n_people=4_000)]) for scenario in SCENARIOS[:2]
    )
    assert nothing.thinned == 1.0
    assert 0.75 < effect.thinned < 0.95
    assert nothing.n_seen == effect.n_seen > 80
    assert nothing.n_causal == 0
    for design in ("crude", "donut", "projection", "empirical_bayes", "matched_after"):
        assert effect.said[design].log_rr < nothing.said[design].log_rr
        assert 0.03 < nothing.said[design].se < 0.2
    # The twin seeds share their draws, so the difference is nearly the effect itself.
    apart = effect.said["projection"].log_rr - nothing.said["projection"].log_rr
    assert apart == pytest.approx(math.log(effect.thinned), abs=0.05)
    assert nothing.said["the report"] == nothing.said["projection"]


def test_trials_that_were_kept_are_read_as_they_were(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "deeper" / "no-effect.jsonl")
    assert kept.read() == []
    trials = [
        Trial({"projection": Said(0.1, 0.05, "cannot_tell")}, 100, 1, "compared", 0.85),
        Trial({}, 30, 0),
    ]
    for trial in trials:
        kept.add(trial)
    assert kept.read() == trials


def test_the_quick_way_goes_through_every_kind_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two studies of one site, two of eight sites and the panel, to the tables and the figures."""
    kinds = ("--worlds", "small", "sites-effect")
    folders = ("--keep", str(tmp_path), "--figures", str(tmp_path / "figures"))
    main(["--quick", "--jobs", "1", *kinds, *folders])
    printed = capsys.readouterr().out
    rows = [line.split(" | ") for line in printed.partition("### All worlds")[2].splitlines()[4:6]]
    assert [row[1:3] for row in rows] == [["1.00", "2"], ["0.85", "2"]]
    assert rows[1][0].startswith("| Eight sites of about 50 people, visits thinned to 0.85 (")
    assert printed.count("Real people to whom nothing was done") == 3 * (1 + len(RULES))
    assert len((tmp_path / "sites-effect.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    for name in ("validity-bias.png", "validity-words.png"):
        assert (tmp_path / "figures" / name).stat().st_size > 10_000
