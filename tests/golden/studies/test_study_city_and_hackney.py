"""A published table through the `summary` route: City and Hackney, means alone.

Hull, Carnes et al., abstract at the conference of the Society for Academic Primary Care, 2016: 381
people seen, GP consultations a year 10.0 before and 8.6 after; matched controls 3.9 and 4.3; no
standard deviations. No data of persons. Ratios are arithmetic on these means.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.estimates import SiteEstimate
from righthelp.onsite.site import count_site
from righthelp.onsite.sources.summary import read_summary
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Study
from righthelp.report import render_page


@pytest.fixture(scope="module")
def study(root: Path) -> Study:
    return load_study(root / "studies" / "city-and-hackney" / "study.toml")


@pytest.fixture(scope="module")
def evidence(study: Study) -> Evidence:
    return gather(study, [count_site(study, "city-and-hackney").released])


@pytest.fixture(scope="module")
def page(evidence: Evidence) -> str:
    """The words of the report's page."""

    class Reader(HTMLParser):
        words: tuple[str, ...] = ()

        def handle_data(self, data: str) -> None:
            self.words += (data,)

    reader = Reader()
    reader.feed(render_page(evidence).partition("<body")[2])
    return " ".join(" ".join(reader.words).split())


def _find(evidence: Evidence, design: str) -> SiteEstimate:
    return next(one for one in evidence.estimates if one.design == design)


def test_the_ratio_of_ratios_is_a_point_without_an_interval(evidence: Evidence) -> None:
    compared = _find(evidence, "ratio_of_ratios")
    assert compared.log_rr == -0.248  # log((8.6 / 10.0) / (4.3 / 3.9)), three decimals; 0.780
    assert (compared.status, compared.se) == ("point_only", None)
    assert "no standard deviations were supplied, so no interval can be made" in compared.reason


def test_the_groups_that_were_not_alike_at_the_start_are_flagged(evidence: Evidence) -> None:
    assert "differed 2.6-fold before" in _find(evidence, "ratio_of_ratios").reason


def test_the_crude_ratio_has_no_interval_either(evidence: Evidence) -> None:
    crude = _find(evidence, "crude")
    assert crude.log_rr == -0.151  # log(0.86)
    assert (crude.status, crude.se) == ("point_only", None)


def test_the_difference_of_differences_follows_from_the_form(study: Study) -> None:
    """-1.8 consultations a person a year, as the publication's means give."""
    site = study.site[0]
    groups = read_summary(study=study, site=site, path=site.path).rows
    seen, controls = (
        round(groups[name].mean_after - groups[name].mean_before, 9)  # type: ignore[operator]
        for name in ("seen", "reference")
    )
    assert (seen, controls) == (-1.4, 0.4)
    assert round(seen - controls, 9) == -1.8


def test_the_report_cannot_tell_and_says_so(evidence: Evidence, page: str) -> None:
    twin = evidence.twins[0]
    assert twin.claim.verdict == "cannot_tell"
    assert twin.strength == "weaker"
    assert evidence.adjusted.result is None
    assert "The data cannot tell whether that differs from what was expected" in page
    assert "the two groups differed 2.6-fold before the link worker was seen" in page
    assert "86 for every 100 before" in page
    assert "78 for every 100 expected" in page


def test_the_page_has_no_causal_word(page: str) -> None:
    assert len(page) > 5_000
    assert find_causal_words(page) == ()
