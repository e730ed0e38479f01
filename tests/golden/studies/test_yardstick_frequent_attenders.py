"""The most frequent attenders fall back by themselves: 79% of them within six months.

McDermott and others (2020), BJGP Open, doi 10.3399/bjgpopen20X101083: of 35,926 adults in seven
Bristol practices the 1,227 (top 3%, ties in) with most GP consultations in six months were followed
for six more with nothing done; 973 (79.3%, 95% interval 77.0 to 81.6) attended less. Only these
totals are used. Steady personal rates, gamma-Poisson with a mean of 2 a half-year and shape 1.2,
give the same share by formula; here they are drawn and counted.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import nbinom

from bench.panel import answer, count_panel
from righthelp.evidence import Evidence
from righthelp.evidence.claims import find_causal_words
from righthelp.onsite.describe import describe_change
from righthelp.onsite.people import Counted

N, MEAN, SHAPE = 35_926, 2.0, 1.2
PUBLISHED = (0.770, 0.816)


@pytest.fixture(scope="module")
def visits() -> npt.NDArray[np.int64]:
    rng = np.random.default_rng(2020)
    rate = rng.gamma(SHAPE, MEAN / SHAPE, N)
    return rng.poisson(rate[:, None], (N, 3))


@pytest.fixture(scope="module")
def counted(visits: npt.NDArray[np.int64]) -> Counted:
    return count_panel(visits, visits[:, 1] >= _threshold())


@pytest.fixture(scope="module")
def evidence(counted: Counted) -> Evidence:
    return answer(counted)


def _threshold() -> int:
    """The least count that no more than 3.5% reach."""
    return int(nbinom.isf(0.035, SHAPE, SHAPE / (SHAPE + MEAN))) + 1


def _share_falling() -> float:
    """P(after < before) for counts from the threshold on: after is again negative binomial."""
    before = np.arange(_threshold(), 200)
    weight = nbinom.pmf(before, SHAPE, SHAPE / (SHAPE + MEAN))
    falls = nbinom.cdf(before - 1, SHAPE + before, (SHAPE / MEAN + 1) / (SHAPE / MEAN + 2))
    return float(weight @ falls / weight.sum())


def test_steady_rates_reproduce_the_published_share() -> None:
    assert PUBLISHED[0] < _share_falling() < PUBLISHED[1]


def test_the_share_that_is_counted_is_the_share_by_formula(counted: Counted) -> None:
    change = describe_change(counted)[0]
    assert 0.025 < change.n / N < 0.035
    error = math.sqrt(0.79 * 0.21 / change.n)
    assert change.fell / change.n == pytest.approx(_share_falling(), abs=3 * error)


def test_crude_falls_by_a_quarter_and_what_allows_for_it_finds_nothing(evidence: Evidence) -> None:
    """Where rates are steady empirical Bayes and the learned line are right; nobody is alike."""
    found = {one.design: one for one in evidence.estimates if one.who == "new"}
    crude = found["crude"].log_rr
    assert crude is not None
    assert math.exp(crude) < 0.75
    assert found["count_projection"].status == "not_estimable"
    for design in ("empirical_bayes", "learned_correlation"):
        one = found[design]
        assert one.low is not None and one.high is not None
        assert one.low < 0 < one.high
        assert one.high - one.low < 0.2


def test_the_report_claims_nothing(evidence: Evidence) -> None:
    twin = evidence.twins[0]
    assert twin.claim.verdict in ("cannot_tell", "as_expected")
    assert find_causal_words(f"{evidence.summary} {twin.claim}") == ()
