"""What may be said of a number: the four verdicts, the margin, and the verbs that are not used."""

from __future__ import annotations

import math
from typing import Any

import pytest

from righthelp.evidence.claims import compare, describe, find_causal_words, judge, match
from righthelp.evidence.designs import FAMILIES, find_family


@pytest.mark.parametrize(
    ("ratio", "low", "high", "verdict"),
    [
        (0.80, 0.70, 0.92, "fewer"),
        (1.25, 1.10, 1.42, "more"),
        (0.94, 0.89, 0.99, "fewer"),
        # The interval excludes 1, but so near a ratio can come from what records do not hold.
        (0.96, 0.93, 0.99, "as_expected"),
        (1.04, 1.01, 1.08, "as_expected"),
        # The interval holds 1 and is wide.
        (0.80, 0.60, 1.05, "cannot_tell"),
        (1.00, 0.85, 1.18, "cannot_tell"),
        # The whole interval within a tenth either way.
        (1.00, 0.90, 1.11, "as_expected"),
        (1.00, 0.89, 1.11, "cannot_tell"),
        (1.00, 0.90, 1.12, "cannot_tell"),
        # Within the margin, interval past the zone: too near to differ, too wide to be the same.
        (0.96, 0.88, 0.995, "cannot_tell"),
    ],
)
def test_a_verdict_needs_both_interval_and_margin(
    ratio: float, low: float, high: float, verdict: str
) -> None:
    """Fewer or more: interval without 1 and point beyond 0.95-1.05. Same: interval in 0.90-1.11."""
    assert judge(log_rr=math.log(ratio), low=math.log(low), high=math.log(high)) == verdict


def test_without_an_interval_nothing_is_claimed() -> None:
    claim = compare(log_rr=math.log(0.5), reason="the site gave no standard deviations.")
    assert claim.verdict == "cannot_tell"
    assert claim.sentence == (
        "There were 50 GP contacts for every 100 expected. The data cannot tell whether that "
        "differs from what was expected, because the site gave no standard deviations."
    )
    assert claim.sureness == "There is no interval, so it stays open how sure this is."


def test_without_a_number_it_is_not_estimable_and_says_why() -> None:
    claim = compare(log_rr=None, reason="nobody has the same past")
    assert (claim.verdict, claim.headline) == ("not_estimable", "not estimable here")
    assert claim.sentence == (
        "How many GP contacts were to be expected is not estimable here, because nobody has the "
        "same past."
    )


@pytest.mark.parametrize(
    ("ratio", "sentence"),
    [
        (0.8, "As counted there were fewer GP contacts after than before: 80 for every 100 before"),
        (1.2, "As counted there were more GP contacts after than before: 120 for every 100 before"),
        (
            1.0,
            "As counted there were as many GP contacts after as before: 100 for every 100 before",
        ),
    ],
)
def test_a_crude_number_is_described_and_gets_no_verdict(ratio: float, sentence: str) -> None:
    claim = describe(log_rr=math.log(ratio), low=math.log(0.7), high=math.log(1.3))
    assert claim.sentence == f"{sentence} (95% interval 70 to 130)."
    assert (claim.level, claim.verdict) == ("described", None)


def test_an_end_of_an_interval_never_seems_to_reach_what_it_does_not() -> None:
    claim = compare(log_rr=math.log(0.90), low=math.log(0.81), high=math.log(0.997))
    assert "(95% interval 81 to 99.7)" in claim.sentence


@pytest.mark.parametrize(
    ("points", "ends", "said"),
    [
        ((0.90, 0.91), (0.83, 0.997), "83 to 99.7 for every 100"),
        ((1.10, 1.12), (1.003, 1.2), "100.3 to 120 for every 100"),
    ],
)
def test_nor_does_an_end_of_the_range_of_matched_people(
    points: tuple[float, float], ends: tuple[float, float], said: str
) -> None:
    logs = [(math.log(one), math.log(other)) for one, other in (points, ends)]
    claim = match(points=logs[0], span=logs[1], checks_hold=True)
    assert claim.verdict in ("fewer", "more")
    assert said in claim.sentence
    assert said in claim.number


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.9, 1.1, "is narrow"), (0.8, 1.2, "middling width"), (0.6, 1.4, "is wide")],
)
def test_how_sure_follows_from_the_width_alone(low: float, high: float, words: str) -> None:
    assert words in compare(log_rr=0.0, low=math.log(low), high=math.log(high)).sureness


def test_empirical_bayes_alone_never_says_fewer_or_the_same() -> None:
    """It takes rates to be steady, and so expects too many contacts where they drift."""
    family = find_family("empirical_bayes")
    numbers: dict[str, Any] = {"log_rr": math.log(0.7), "low": math.log(0.6), "high": math.log(0.8)}
    claim = compare(**numbers, verdicts=family.verdicts, unless=family.unless)
    assert claim.verdict == "cannot_tell"
    assert "takes people's rates to be steady" in claim.sentence
    same: dict[str, Any] = {"log_rr": 0.0, "low": math.log(0.92), "high": math.log(1.08)}
    assert compare(**same, verdicts=family.verdicts).verdict == "cannot_tell"
    more: dict[str, Any] = {"log_rr": math.log(1.4), "low": math.log(1.2), "high": math.log(1.6)}
    assert compare(**more, verdicts=family.verdicts).verdict == "more"


@pytest.mark.parametrize("name", ["ratio_of_ratios", "external_correlation"])
def test_a_weaker_comparison_earns_no_verdict_however_clear_its_interval(name: str) -> None:
    family = find_family(name)
    numbers: dict[str, Any] = {
        "log_rr": math.log(0.5),
        "low": math.log(0.45),
        "high": math.log(0.55),
    }
    claim = compare(**numbers, verdicts=family.verdicts, unless=family.unless)
    assert claim.verdict == "cannot_tell"
    assert family.unless in claim.sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Link workers reduced GP contacts", ("reduced",)),
        ("a reduction of 20%", ("reduction",)),
        ("It saved appointments, cut costs and freed up time.", ("saved", "cut", "freed up")),
        ("due to the scheme; thanks to it; because of it", ("due to", "thanks to", "because of")),
        ("This led to fewer visits, caused by support", ("led to", "caused")),
        ("the effect of link work, its impact; it works", ("effect of", "impact", "works")),
        ("Contacts were lowered and health improved", ("lowered", "improved")),
        # Words that only look like them.
        ("A link worker, link work, workers at work", ()),
        ("not estimable here, because no reference people were given", ()),
        ("fewer contacts than expected; much lower numbers; the executive", ()),
    ],
)
def test_causal_words_are_known_in_all_their_forms(text: str, words: tuple[str, ...]) -> None:
    assert find_causal_words(text) == words


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_design_explains_itself_with_a_causal_verb(family: object) -> None:
    assert find_causal_words(f"{family}") == ()
