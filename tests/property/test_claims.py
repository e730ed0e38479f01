"""For all numbers: a sentence, never a causal verb, and a verdict only where its rule holds."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from righthelp.evidence.claims import (
    MARGIN,
    SAME_ZONE,
    Claim,
    compare,
    describe,
    find_causal_words,
    judge,
)
from righthelp.evidence.designs import ALL_VERDICTS, FAMILIES

LOG_RATIOS = st.floats(-6, 6, allow_nan=False)
WIDTHS = st.floats(1e-6, 8)
NUMBERS = st.one_of(
    st.just((None, None, None)),
    LOG_RATIOS.map(lambda log_rr: (log_rr, None, None)),
    st.tuples(LOG_RATIOS, WIDTHS, WIDTHS).map(lambda x: (x[0], x[0] - x[1], x[0] + x[2])),
)
VERDICTS = st.sampled_from([family.verdicts for family in FAMILIES])
UNLESS = st.sampled_from(["", *(family.unless for family in FAMILIES)])
REASONS = st.sampled_from(["", "the route has no reference people", "no overlap."])


def assert_fit_to_print(claim: Claim) -> None:
    assert find_causal_words(f"{claim.headline} {claim.sentence} {claim.sureness}") == ()
    assert claim.sentence[0].isupper()
    assert claim.sentence.endswith(".")
    assert not claim.sentence.endswith("..")
    assert "{" not in claim.sentence
    assert "None" not in claim.sentence
    assert "nan" not in claim.sentence
    assert claim.sureness.endswith(".")


@given(numbers=NUMBERS, reason=REASONS)
def test_every_description_is_a_sentence_without_a_causal_verb(
    numbers: tuple[float | None, float | None, float | None], reason: str
) -> None:
    log_rr, low, high = numbers
    assert_fit_to_print(describe(log_rr=log_rr, low=low, high=high, reason=reason))


@given(numbers=NUMBERS, reason=REASONS, verdicts=VERDICTS, unless=UNLESS)
def test_every_comparison_is_a_sentence_without_a_causal_verb(
    numbers: tuple[float | None, float | None, float | None],
    reason: str,
    verdicts: frozenset,
    unless: str,
) -> None:
    log_rr, low, high = numbers
    claim = compare(
        log_rr=log_rr, low=low, high=high, reason=reason, verdicts=verdicts, unless=unless
    )
    assert_fit_to_print(claim)
    assert claim.verdict is not None
    assert (claim.verdict == "not_estimable") == (log_rr is None)
    assert claim.verdict in verdicts | {"cannot_tell", "not_estimable"}


@given(numbers=NUMBERS)
def test_a_difference_is_claimed_only_beyond_the_margin_with_1_outside(
    numbers: tuple[float | None, float | None, float | None],
) -> None:
    log_rr, low, high = numbers
    verdict = judge(log_rr=log_rr, low=low, high=high)
    if verdict in ("fewer", "more"):
        assert log_rr is not None and low is not None and high is not None
        assert not low <= 0 <= high
        assert not MARGIN[0] <= math.exp(log_rr) <= MARGIN[1]
        assert (verdict == "fewer") == (log_rr < 0)
    if verdict == "as_expected":
        assert low is not None and high is not None
        assert math.exp(low) >= SAME_ZONE[0] - 1e-12
        assert math.exp(high) <= SAME_ZONE[1] + 1e-12


@given(log_rr=LOG_RATIOS, low=WIDTHS, high=WIDTHS, more=WIDTHS)
def test_a_wider_interval_never_says_more(
    log_rr: float, low: float, high: float, more: float
) -> None:
    narrow = judge(log_rr=log_rr, low=log_rr - low, high=log_rr + high)
    wide = judge(log_rr=log_rr, low=log_rr - low - more, high=log_rr + high + more)
    assert wide in {narrow, "cannot_tell", "as_expected"}
    assert wide != "as_expected" or narrow in ALL_VERDICTS
