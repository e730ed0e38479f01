"""From returns to evidence: twins, synthesis, sums and the sentences of the summary."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from righthelp.errors import DataRefused
from righthelp.evidence import Evidence, gather
from righthelp.evidence.claims import find_causal_words
from righthelp.evidence.counts import Count
from righthelp.returns.tables import Released
from tests.unit.report.eight_sites import (
    NO_OVERLAP,
    estimate,
    make_return,
    make_returns,
    make_study,
)

STUDY = make_study()
DIGEST = {"protocol_digest": STUDY.digest()}


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(STUDY, make_returns(STUDY))


def gather_rows(**tables: list[dict[str, Any]]) -> Evidence:
    """The evidence of one site, Riverside, with the rows given."""
    return gather(STUDY, [make_return("riverside", provenance=DIGEST, **tables)])


def gather_estimates(**sites: list[dict[str, Any]]) -> Evidence:
    """The evidence of several sites with the estimates given."""
    return gather(
        STUDY,
        [make_return(name, provenance=DIGEST, estimates=rows) for name, rows in sites.items()],
    )


def test_a_site_without_a_return_is_shown_as_silent(evidence: Evidence) -> None:
    assert [site.label for site in evidence.silent] == ["Harbour"]
    assert len(evidence.answered) == 7
    assert "Eight sites were asked; seven answered. No answer came from Harbour." in (
        evidence.summary.asked
    )


def test_the_order_of_the_returns_changes_nothing(evidence: Evidence) -> None:
    assert gather(STUDY, make_returns(STUDY)[::-1]) == evidence


@pytest.mark.parametrize(
    ("site", "design", "strength"),
    [
        ("riverside", "projection", "adjusted"),
        ("oldtown", "learned_correlation", "weaker"),
        ("chapel", "empirical_bayes", "adjusted"),
        ("city", "ratio_of_ratios", "weaker"),
    ],
)
def test_the_twin_is_the_best_adjusted_estimate_that_gives_a_number(
    evidence: Evidence, site: str, design: str, strength: str
) -> None:
    twin = next(one for one in evidence.twins if one.site == site)
    assert twin.estimate is not None
    assert (twin.estimate.design, twin.strength) == (design, strength)


def test_what_was_passed_over_is_kept_with_its_reason(evidence: Evidence) -> None:
    twin = next(one for one in evidence.twins if one.site == "oldtown")
    assert [(one.design, one.reason) for one in twin.passed_over] == [("projection", NO_OVERLAP)]


def test_without_any_adjusted_number_the_site_says_so_and_why() -> None:
    twin = gather_rows(
        estimates=[
            estimate("crude", -0.2, 0.1),
            estimate("projection", reason="nobody has the same past"),
        ]
    ).twins[0]
    assert (twin.estimate, twin.claim.verdict) == (None, "not_estimable")
    assert "because nobody has the same past" in twin.claim.sentence


def test_a_withheld_estimate_has_no_number_and_says_why() -> None:
    row = estimate("crude", n=None, state="suppressed")
    one = gather_rows(estimates=[row]).estimates[0]
    assert (one.log_rr, one.low, one.status) == (None, None, "not_estimable")
    assert one.reason == "too few people stand behind it, so it was withheld"


def test_the_interval_is_the_normal_one() -> None:
    one = gather_rows(estimates=[estimate("projection", 0.1, 0.05)]).estimates[0]
    assert one.low == pytest.approx(0.1 - 1.959963984540054 * 0.05, abs=1e-12)
    assert one.high == pytest.approx(0.1 + 1.959963984540054 * 0.05, abs=1e-12)


def test_sites_with_like_errors_pool_to_their_mean_by_hand() -> None:
    """Equal errors: equal weights; errors 0.1 and spread 0.2: variance 0.2^2/3, t(2) = 4.302653."""
    points = {"riverside": -0.2, "hillview": 0.0, "station": 0.2}
    together = gather_estimates(
        **{name: [estimate("projection", x, 0.1)] for name, x in points.items()}
    ).adjusted
    assert together.log_rr == pytest.approx(0.0, abs=1e-9)
    half = 4.302652729911275 * 0.2 / math.sqrt(3)
    assert together.high == pytest.approx(half, rel=1e-6)
    assert together.result is not None
    assert together.result.tau2 == pytest.approx(0.2**2 - 0.1**2, rel=1e-6)
    assert [one.weight for one in together.members] == pytest.approx([1 / 3] * 3)


def test_weaker_twins_are_listed_and_not_brought_together(evidence: Evidence) -> None:
    together = evidence.adjusted
    assert [one.estimate.site for one in together.members] == [
        "riverside",
        "hillview",
        "station",
        "meadows",
        "chapel",
    ]
    assert [one.site for one in together.listed] == ["oldtown", "city"]


def test_the_crude_synthesis_is_over_the_same_sites(evidence: Evidence) -> None:
    sites = [one.estimate.site for one in evidence.adjusted.members]
    assert [one.estimate.site for one in evidence.crude.members] == sites


def test_a_weaker_site_with_an_interval_enters_only_a_variation() -> None:
    evidence = gather_estimates(
        riverside=[estimate("projection", 0.0, 0.1)],
        hillview=[estimate("ratio_of_ratios", -0.5, 0.05)],
    )
    assert len(evidence.adjusted.members) == 1
    varied = {one.name: one for one in evidence.variations}
    assert len(varied["weaker_too"].members) == 2
    assert varied["weaker_too"].claim.verdict == "cannot_tell"


def test_people_already_under_the_link_worker_make_an_adjusted_estimate_weaker() -> None:
    twin = gather_rows(estimates=[estimate("projection", -0.5, 0.05, who="all")]).twins[0]
    assert (twin.strength, twin.claim.verdict) == ("weaker", "cannot_tell")
    assert "people already under the link worker are among those counted" in twin.claim.sentence


def test_fewer_must_hold_without_the_sites_that_cannot_say_it_alone() -> None:
    """Empirical Bayes sites pull the mean down; projection alone says nothing of the kind."""
    evidence = gather_estimates(
        riverside=[estimate("projection", -0.10, 0.08)],
        hillview=[estimate("empirical_bayes", -0.11, 0.01)],
        station=[estimate("empirical_bayes", -0.12, 0.01)],
        oldtown=[estimate("empirical_bayes", -0.11, 0.01)],
    )
    assert evidence.adjusted.high is not None
    assert evidence.adjusted.high < math.log(0.95)
    assert evidence.adjusted.claim.verdict == "cannot_tell"
    assert (
        "does not hold on the sites that could give it by themselves"
        in evidence.adjusted.claim.sentence
    )


def test_fewer_is_said_where_both_agree() -> None:
    strong = {
        name: [estimate("projection", -0.2, 0.03)] for name in ("riverside", "station", "oldtown")
    }
    evidence = gather_estimates(**strong, hillview=[estimate("empirical_bayes", -0.22, 0.03)])
    assert evidence.adjusted.claim.verdict == "fewer"


def test_each_site_is_left_out_once(evidence: Evidence) -> None:
    assert [one.site for one in evidence.left_out] == [
        one.estimate.site for one in evidence.adjusted.members
    ]
    assert all(one.result.k == len(evidence.left_out) - 1 for one in evidence.left_out)


def test_the_sums_are_of_what_left_the_sites() -> None:
    def rows(n: int | None, state: str) -> list[dict[str, Any]]:
        row = {"position": 1, "step": "died", "kind": "left_out", "reason": "Died"}
        return [{**row, "n": n, "state": state}]

    evidence = gather(
        STUDY,
        [
            make_return("riverside", provenance=DIGEST, flow=rows(10, "rounded")),
            make_return("hillview", provenance=DIGEST, flow=rows(None, "suppressed")),
            make_return("station", provenance=DIGEST, flow=rows(15, "rounded")),
        ],
    )
    total = evidence.flow[0].total
    assert (total.value, total.n_sites, total.n_withheld) == (25, 2, 1)


def test_steps_keep_their_order_whatever_the_route(evidence: Evidence) -> None:
    assert [step.step for step in evidence.flow] == [
        "seen",
        "not_registered",
        "registered",
        "ongoing",
        "new",
        "incomplete",
        "died",
        "left",
        "complete",
        "reference",
    ]


def test_expected_contacts_are_those_after_over_the_ratio() -> None:
    change = {"who": "new", "n": 100, "mean_before": 5.0, "mean_after": 4.0, "state": "rounded"}
    rows = [estimate("projection", math.log(0.8), 0.1)]
    one = gather_rows(estimates=rows, change=[change]).change[0]
    assert (one.before_per_100.value, one.after_per_100.value) == (500, 400)
    assert one.expected_after_per_100.value == pytest.approx(500)
    assert (one.fell.value, one.fell.state) == (None, "suppressed")


def test_the_expected_of_new_people_is_not_set_beside_the_counts_of_all() -> None:
    change = {"who": "all", "n": 100, "mean_before": 5.0, "mean_after": 4.0, "state": "rounded"}
    rows = [estimate("projection", math.log(0.8), 0.1)]
    one = gather_rows(estimates=rows, change=[change]).change[0]
    assert one.expected_after_per_100 == Count(None, "not_estimable")


def test_the_joint_picture_says_how_much_of_it_is_missing(evidence: Evidence) -> None:
    pattern = evidence.pattern
    assert pattern.sites == ("riverside", "hillview", "station", "oldtown", "meadows", "chapel")
    assert pattern.n_cells == 6 * 25
    assert 0 < pattern.n_cells_withheld < pattern.n_cells
    assert pattern.n_people.value == 420 + 260 + 310 + 120 + 95 + 60
    assert 0 < pattern.n_shown < pattern.n_people.value


def test_the_months_come_together_over_the_sites_that_can_say(evidence: Evidence) -> None:
    first = next(one for one in evidence.months if (one.group, one.month) == ("seen", -12))
    later = next(one for one in evidence.months if (one.group, one.month) == ("seen", -9))
    assert (first.k, later.k) == (3, 4)


def test_every_definition_has_its_crude_beside_its_adjusted_result(evidence: Evidence) -> None:
    assert evidence.definitions[0].name == "primary"
    for one in evidence.definitions:
        assert one.crude.log_rr is not None
        assert one.adjusted.log_rr is not None


def test_one_site_speaks_for_itself_in_the_summary() -> None:
    """Hull, Carnes et al, City and Hackney: means alone, and groups far apart at the start."""
    city = next(one for one in make_returns(STUDY) if one.site == "city")
    found = gather(STUDY, [city]).summary.found[0]
    assert "86 for every 100 before." in found
    assert "78 GP contacts for every 100 expected. The data cannot tell" in found
    assert "2.6-fold" in found


def test_the_summary_has_no_causal_verb_and_no_crude_number_alone(evidence: Evidence) -> None:
    summary = evidence.summary
    said = " ".join((*summary.asked, *summary.found, *summary.sureness, *summary.limits))
    assert find_causal_words(said) == ()
    for sentence in summary.found:
        if "As counted" in sentence:
            assert "expected" in sentence


def test_nothing_returned_is_still_evidence() -> None:
    evidence = gather(STUDY, [])
    assert evidence.answered == ()
    assert evidence.adjusted.claim.verdict == "not_estimable"
    assert evidence.summary.found == ()


def test_a_return_of_other_rules_or_of_a_stranger_is_refused() -> None:
    returns = make_returns(STUDY)
    stranger = Released("elsewhere", returns[0].tables, returns[0].provenance)
    other = replace(returns[1], provenance={"protocol_digest": "another"})
    with pytest.raises(DataRefused) as refused:
        gather(STUDY, [stranger, other])
    assert len(refused.value.problems) >= 2
