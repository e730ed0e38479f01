"""For all returns: a word on why only where every check holds and both estimates say so."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.evidence import Evidence, gather
from righthelp.evidence.checks import OTHERS
from righthelp.evidence.claims import (
    COMPARED,
    MARGIN,
    ONLY_ADJUSTED,
    SAME_ZONE,
    Claim,
    find_causal_words,
    judge,
    match,
)
from righthelp.evidence.designs import ALL_VERDICTS, Verdict
from righthelp.returns.tables import COVARIATES
from tests.lib.matched_rows import CHECKS, list_rows
from tests.unit.report.eight_sites import make_return, make_study

STUDY = make_study()
SITES = [site.id for site in STUDY.site]

ratios = st.one_of(st.sampled_from([0.0, -0.2, 0.2, -0.06, 0.06, -0.04]), st.floats(-3, 3))
errors = st.one_of(st.sampled_from([0.001, 0.01, 0.03]), st.floats(0.001, 2))
pairs = st.one_of(
    st.tuples(ratios, errors),
    st.tuples(ratios, errors),
    st.tuples(ratios, st.none()),
    st.just((None, None)),
)
ends = st.floats(-6, 6, allow_nan=False)
REASONS = ("", "no site gave both matched estimates with an interval", "one rule; another rule.")


@st.composite
def checks(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly checks that hold, with some that fail, are too wide, or could not be made."""
    told: dict[str, Any] = {}
    for name, (log_rr, _, p_value) in CHECKS.items():
        if draw(st.integers(0, 9)) < 8:
            continue
        if p_value is not None:
            told[name] = draw(st.one_of(st.none(), st.floats(0, 1).map(lambda p: (None, None, p))))
        elif log_rr is not None:
            told[name] = draw(st.one_of(st.none(), st.tuples(ratios, errors, st.none())))
    return told


@st.composite
def sites(draw: st.DrawFn) -> dict[str, Any]:
    """The tables of one site: any estimates, mostly alike, mostly matched, any state."""
    after = draw(pairs)
    change = draw(st.one_of(pairs, st.just(after)))
    smd = st.one_of(st.none(), st.floats(-0.5, 0.5), st.floats(-0.05, 0.05))
    odd = draw(st.lists(st.sampled_from(sorted(COVARIATES)), unique=True, max_size=2))
    sizes = st.integers(0, 60).map(lambda n: 5 * n)
    rows = list_rows(
        after=after,
        change=change,
        adjusted=draw(pairs),
        rungs=draw(st.one_of(st.just((300.0, 50.0)), st.tuples(sizes, sizes, sizes))),
        unmatched=draw(st.one_of(st.just(0), sizes)),
        balance={name: draw(smd) for name in odd},
        checks=draw(checks()),
        others={name: draw(pairs) for name in draw(st.sets(st.sampled_from(sorted(OTHERS))))},
    )
    if draw(st.integers(0, 9)) == 0:
        rows[draw(st.sampled_from(["matching", "balance", "checks", "estimates"]))] = []
    if draw(st.integers(0, 9)) == 0:
        for row in draw(st.sampled_from([rows["estimates"], rows["checks"]])):
            row |= {"log_rr": None, "se": None, "n": None, "state": "suppressed"}
            row |= {"p_value": None} if "p_value" in row else {}
    return rows


@st.composite
def studies(draw: st.DrawFn) -> Evidence:
    """The evidence of one to four sites."""
    names = draw(st.lists(st.sampled_from(SITES), unique=True, min_size=1, max_size=4))
    provenance = {"protocol_digest": STUDY.digest()}
    return gather(
        STUDY, [make_return(name, provenance=provenance, **draw(sites())) for name in names]
    )


def assert_plain(text: str) -> None:
    """A sentence or more, with nothing left of a template or of a program."""
    assert text[0].isupper()
    assert text.endswith(".")
    for odd in ("..", "{", "}", "None", "nan", "inf ", "  ", " .", " ,", ",,", ";;", "because,"):
        assert odd not in text, odd
    assert text == text.strip()


def may_say_why(evidence: Evidence) -> bool:
    """Whether the declared rule is met, from the figures behind the claim."""
    matched = evidence.matched
    both = (matched.after, matched.change)
    if not all(one.outcome == "holds" for one in matched.checks):
        return False
    if any(None in (one.log_rr, one.low, one.high) for one in both):
        return False
    rr = [math.exp(one.log_rr) for one in both if one.log_rr is not None]
    low = min(one.low for one in both if one.low is not None)
    high = max(one.high for one in both if one.high is not None)
    fewer = max(rr) < MARGIN[0] and high < 0
    more = min(rr) > MARGIN[1] and low > 0
    return fewer or more


@settings(max_examples=300)
@given(evidence=studies())
def test_a_causal_word_stands_only_where_every_check_holds_and_both_estimates_agree(
    evidence: Evidence,
) -> None:
    """And there it does: a rule that never lets anything through would be no rule."""
    claim = evidence.matched.claim
    assert bool(find_causal_words(claim.sentence)) is may_say_why(evidence)
    if may_say_why(evidence):
        agree = [
            judge(log_rr=one.log_rr, low=one.low, high=one.high) == claim.verdict
            for one in evidence.matched.others
        ]
        assert claim.level == ("triangulated" if any(agree) else "compared")
        after = evidence.matched.after.log_rr
        assert after is not None
        assert claim.verdict == ("fewer" if after < 0 else "more")


@settings(max_examples=150)
@given(evidence=studies())
def test_nothing_else_in_the_summary_ever_says_why(evidence: Evidence) -> None:
    summary, claim = evidence.summary, evidence.matched.claim
    said = [*summary.asked, *summary.found, *summary.sureness, *summary.limits]
    others = [sentence for sentence in said if sentence != claim.sentence]
    assert len(others) >= len(said) - 1
    assert find_causal_words(" ".join(others)) == ()
    assert find_causal_words(claim.headline) == ()
    checks = " ".join(f"{one.rule} {one.found}" for one in evidence.matched.checks)
    assert find_causal_words(checks) == ()
    for sentence in said:
        assert_plain(sentence)


@settings(max_examples=150)
@given(evidence=studies())
def test_a_comparison_that_cannot_be_made_says_so_and_why(evidence: Evidence) -> None:
    matched = evidence.matched
    if matched.span is None:
        assert matched.claim.verdict == "not_estimable"
        assert matched.claim.reason
        assert matched.claim.sentence.startswith(
            "A comparison with matched people is not estimable here, because "
        )
        assert matched.claim.sentence not in evidence.summary.found
    else:
        assert matched.claim.verdict != "not_estimable"
        assert matched.claim.sentence in evidence.summary.found
        assert matched.span[0] <= matched.span[1]
    assert_plain(matched.claim.sentence)
    for check in matched.checks:
        assert check.found
        assert (check.outcome == "holds") is (check.rule not in matched.claim.reason) or (
            matched.span is None
        )


def judge_match(
    *, after: float, change: float, low: float, high: float, holds: bool, reason: str
) -> Claim:
    points, (bottom, top) = (after, change), sorted((low, high))
    return match(points=points, span=(bottom, top), checks_hold=holds, reason=reason)


@settings(max_examples=400)
@given(after=ends, change=ends, low=ends, high=ends, holds=st.booleans())
def test_every_verdict_at_every_level_is_a_plain_sentence(
    after: float, change: float, low: float, high: float, holds: bool
) -> None:
    for reason in ("",) if holds else REASONS[1:]:
        claim = judge_match(
            after=after, change=change, low=low, high=high, holds=holds, reason=reason
        )
        assert_plain(claim.sentence)
        assert_plain(claim.sureness)
        assert claim.level == ("compared" if holds else "adjusted")
        if claim.verdict in ALL_VERDICTS - {"as_expected"}:
            assert not min(low, high) <= 0 <= max(low, high)
            assert all(not MARGIN[0] <= math.exp(one) <= MARGIN[1] for one in (after, change))
        if claim.verdict == "as_expected":
            assert min(low, high) >= math.log(SAME_ZONE[0])
            assert max(low, high) <= math.log(SAME_ZONE[1])
        if not holds:
            assert find_causal_words(claim.sentence) == ()


@given(numbers=st.tuples(ends, ends), holds=st.booleans(), reason=st.sampled_from(REASONS))
def test_without_points_or_range_there_is_no_claim(
    numbers: tuple[float, float], holds: bool, reason: str
) -> None:
    """Whatever the checks say."""
    span = (min(numbers), max(numbers))
    for points, hull in ((None, span), (numbers, None), (None, None)):
        claim = match(points=points, span=hull, checks_hold=holds, reason=reason)
        assert (claim.level, claim.verdict, claim.precision) == (
            "adjusted",
            "not_estimable",
            "none",
        )
        assert (claim.number, claim.interval) == ("", "")
        assert find_causal_words(claim.sentence) == ()
        assert_plain(claim.sentence)


def test_who_agrees_is_named() -> None:
    """Both, one, or none of the people who declined and who waited."""
    both = "declined or still waited"
    facts: dict[str, Any] = {"points": (-0.2, -0.15), "span": (-0.3, -0.1)}
    told_by: list[tuple[dict[str, Verdict], str, str]] = [
        ({"declined": "fewer", "still waited": "fewer"}, "triangulated", both),
        ({"declined": "cannot_tell", "still waited": "fewer"}, "triangulated", "still waited"),
        ({"declined": "cannot_tell", "still waited": "more"}, "compared", ""),
        ({}, "compared", ""),
    ]
    for others, level, words in told_by:
        claim = match(**facts, checks_hold=True, others=others)
        assert claim.level == level
        told = claim.sentence.partition("People who were referred and ")[2]
        assert told == (f"{words} say the same." if words else "")
        assert match(**facts, checks_hold=False, others=others).level == "adjusted"
    nothing = match(
        points=(0.0, 0.01), span=(-0.05, 0.05), checks_hold=True, others={"declined": "as_expected"}
    )
    assert nothing.level == "compared"


def test_the_two_tables_of_wordings_differ_only_where_a_word_says_why() -> None:
    assert set(COMPARED) == set(ONLY_ADJUSTED)
    for verdict, words in COMPARED.items():
        assert bool(find_causal_words(words)) is (verdict in ("fewer", "more"))
        assert find_causal_words(ONLY_ADJUSTED[verdict]) == ()
        assert (words == ONLY_ADJUSTED[verdict]) is (verdict not in ("fewer", "more"))
