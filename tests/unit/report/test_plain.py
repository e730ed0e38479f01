"""The summary in plain words: short, easy to read, and never more than the evidence carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyphen
import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import HEADLINES, find_causal_words
from righthelp.evidence.summary import ONE_SIGNAL
from righthelp.report import compose, plain
from righthelp.report.blocks import Bullets, Prose
from tests.lib.small_demo import gather_small_demo
from tests.unit.report.eight_sites import make_returns, make_study

HYPHENS = pyphen.Pyphen(lang="en_GB")
A_TWELVE_YEAR_OLD = 7.0
"""The school grade of a twelve-year-old in the formula's country."""


def gather_one_site() -> Evidence:
    study = make_study()
    one = [answer for answer in make_returns(study) if answer.site == "riverside"]
    return gather(study.model_copy(update={"site": study.site[:1]}), one)


def gather_eight_sites() -> Evidence:
    study = make_study()
    return gather(study, make_returns(study))


def gather_nobody() -> Evidence:
    return gather(make_study(), [])


EVIDENCES = (gather_one_site, gather_eight_sites, gather_nobody, gather_small_demo)


def read_plainly(evidence: Evidence) -> list[str]:
    """The paragraphs of the summary, but for the one that opens every report."""
    summary = compose(evidence).sections[0]
    return [text for text in _texts(summary.blocks) if text != ONE_SIGNAL]


def _texts(blocks: tuple[object, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Prose):
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.items


def count_syllables(word: str) -> int:
    """The larger of two counts that each miss some: hyphenation points, and groups of vowels."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    silent = letters.endswith("e") and not letters.endswith(("le", "ee"))
    groups = len(re.findall(r"[aeiouy]+", letters)) - silent
    return max(1, groups, len(HYPHENS.inserted(letters).split("-")))


def grade(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975): sentence and word length."""
    sentences = [one for one in re.split(r"[.!?]+(?:\s|$)", text) if one.strip()]
    words = re.findall(r"[A-Za-z']+|\d+", text)
    syllables = sum(count_syllables(word) if word[0].isalpha() else 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_the_formula_gives_what_it_gives_by_hand() -> None:
    """Six words, of one syllable each: 2.34 + 11.8 - 15.59; then seven words with nine."""
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    assert grade("A doctor sees people in the morning.") == pytest.approx(
        0.39 * 7 + 11.8 * 10 / 7 - 15.59
    )


def test_a_hard_text_does_not_pass_for_an_easy_one() -> None:
    assert grade(ONE_SIGNAL) < A_TWELVE_YEAR_OLD + 2
    assert grade(gather_small_demo().summary.found[0]) > A_TWELVE_YEAR_OLD


@pytest.mark.parametrize("make", EVIDENCES, ids=lambda make: make.__name__)
def test_a_twelve_year_old_can_read_it(make: Callable[[], Evidence]) -> None:
    text = " ".join(read_plainly(make()))
    assert len(text.split()) > 120
    assert grade(text) <= A_TWELVE_YEAR_OLD
    longest = max(re.split(r"(?<=[.!?])\s", text), key=lambda one: len(one.split()))
    assert len(longest.split()) <= 25, longest


@pytest.mark.parametrize("make", EVIDENCES, ids=lambda make: make.__name__)
def test_it_says_why_only_where_the_claim_may(make: Callable[[], Evidence]) -> None:
    evidence = make()
    text = " ".join(read_plainly(evidence)).replace(evidence.matched.claim.sentence, "")
    assert find_causal_words(text) == ()


def test_its_numbers_are_those_of_the_claims() -> None:
    evidence = gather_small_demo()
    text = " ".join(read_plainly(evidence))
    for claim in (evidence.crude.claim, evidence.adjusted.claim):
        assert f" {claim.number.split()[0]} " in f"{text} ".replace(".", " ")
    low, _, high = evidence.adjusted.claim.interval.removeprefix("95% interval ").split()
    assert f"anywhere from {low} to {high}." in text


def test_every_verdict_has_its_words() -> None:
    for words in (plain.SO, plain.BESIDE_OTHERS):
        assert set(words) == set(HEADLINES)


def test_it_says_who_answered() -> None:
    said = [" ".join(read_plainly(make())) for make in EVIDENCES]
    assert "We asked one site. It answered." in said[0]
    assert "We asked eight sites. Seven answered." in said[1]
    assert "We asked eight sites. No site answered." in said[2]
    assert "We asked five sites. All of them answered." in said[3]
