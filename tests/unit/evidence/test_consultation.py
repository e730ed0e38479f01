"""Consultations over the sites, and capacity from the adjusted estimate, each by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from righthelp.evidence import Evidence, gather
from righthelp.evidence.meaning.consultation import gather_consultation
from righthelp.protocol.study import Study
from righthelp.returns.consultation import MEASURES
from tests.lib.consultation_rows import (
    Rows,
    list_dose,
    list_everything,
    list_measure,
    list_summary,
)
from tests.unit.report.eight_sites import estimate, make_return, make_study

PRICES = {
    "year": "2023/24",
    "basis": "with and without direct care staff",
    "gp_contact": (37, 42, 49),
    "link_worker_hour": (39, 41, 44),
    "link_worker_minutes": 30,
}


def at(site: str, rows: Rows) -> Rows:
    return [{"site": site, **row} for row in rows]


def bring(consultation: Rows, dose: Rows = (), summary: Rows = ()) -> Any:  # type: ignore[assignment]
    tables = {"consultation": consultation, "dose": dose, "dose_summary": summary}
    return gather_consultation(tables)


def test_sites_are_weighed_by_their_people() -> None:
    """300 people from 10 to 12 and 100 from 20 to 18: (300 x 2 - 100 x 2)/400 = 1; the error is
    that of independent means."""
    rows = at("a", list_measure("wait", seen=(10, 12), others=0.0, se=0.4, n=300, lacking=2.0))
    rows += at("b", list_measure("wait", seen=(20, 18), others=1.0, se=0.8, n=100, lacking=6.0))
    (wait,) = bring(rows).together
    seen, compared = wait.groups["seen"], wait.groups["difference"]
    assert (seen.before, seen.after, seen.change, seen.n) == (12.5, 13.5, 1.0, 400)
    assert (seen.lacking_before, seen.lacking_after) == (3.0, 3.0)
    assert seen.se == pytest.approx(math.hypot(0.75 * 0.4, 0.25 * 0.8))
    assert seen.low == pytest.approx(seen.change - 1.959964 * seen.se)
    assert compared.change == pytest.approx(0.75 * 2 + 0.25 * -3)
    assert wait.sites == ("a", "b")


def test_a_site_without_comparators_is_left_out_where_others_have_them() -> None:
    """So that the columns of a row are of the same people; alone it is described."""
    alone = at("b", list_measure("wait", others=None))
    both = at("a", list_measure("wait")) + alone
    assert bring(both).together[0].sites == ("a",)
    (wait,) = bring(alone).together
    assert (set(wait.groups), wait.direction) == ({"seen"}, "unclear")
    assert bring(both).sites[1].states["difference"] == "suppressed"
    assert bring(both).sites[1].reason == "too few people"


def test_a_measure_that_no_site_has_is_not_there() -> None:
    rows = at("a", list_measure("length", seen=None, others=None, state="not_collected"))
    found = bring(rows)
    assert found.together == ()
    assert found.reason
    assert bring([]).reason == found.reason


@pytest.mark.parametrize(
    ("change", "se", "direction"),
    [(2.0, 0.4, "higher"), (-2.0, 0.4, "lower"), (1.0, 0.3, "unclear"), (2.0, None, "unclear")],
)
def test_a_direction_needs_an_interval_beyond_the_margin(
    change: float, se: float | None, direction: str
) -> None:
    """One measure: 1.96 errors; the margin is a twentieth of the 10 before."""
    rows = at("a", list_measure("wait", seen=(10, 10 + change), others=0.0, se=se))
    assert bring(rows).together[0].direction == direction


def test_directions_take_account_of_all_measures_together() -> None:
    """2.2 errors beyond the margin tell of one measure, not of six; what the link worker left to
    see is never asked."""
    facts: dict[str, Any] = {"seen": (10, 10.5 + 2.2 * 0.4), "others": 0.0, "se": 0.4}
    assert bring(at("a", list_measure("wait", **facts))).together[0].direction == "higher"
    found = {
        one.measure: one.direction for one in bring(at("a", list_everything(**facts))).together
    }
    assert found.pop("visible") == "not_asked"
    assert set(found.values()) == {"unclear"}


def test_the_dose_adds_up_and_once_seen_is_a_share_of_all() -> None:
    dose = at("a", list_dose(10, 40, 40, 10)) + at("b", list_dose(20, 30, None, None))
    summary = at("a", list_summary()) + at("b", list_summary(None, caseload=None))
    found = bring([], dose, summary)
    values = {band: (one.value, one.n_withheld) for band, one in found.bands.items()}
    assert values == {"1": (30, 0), "2-3": (70, 0), "4-6": (40, 1), "7+": (10, 1)}
    first, second = found.dose
    assert (first.seen_once.value, first.values["caseload"].value) == (10, 40)
    assert (second.seen_once.state, second.values["contacts"].state) == ("suppressed",) * 2


def make_evidence(
    study: Study,
    *,
    mean_after: Mapping[str, float | None],
    log_rr: float = math.log(0.8),
    se: float = 0.05,
) -> Evidence:
    """Sites with so many contacts a person after, one adjusted ratio, and 3.5 or 4.5 link worker
    contacts."""
    returns = []
    for place, (site, mean) in enumerate(mean_after.items()):
        change = dict.fromkeys(("fell", "stayed", "rose"), 50)
        sums = {"mean_before": 6.0, "mean_after": mean, "median_before": 5, "median_after": 4}
        returns.append(
            make_return(
                site,
                provenance={"protocol_digest": study.digest(), "disclosure_policy": "default"},
                estimates=[
                    estimate("crude", -0.3, se, n=100 * (place + 1)),
                    estimate("projection", log_rr, se, n=100 * (place + 1)),
                ],
                change=[
                    {"who": "new", "n": 100 * (place + 1), "state": "rounded", **change, **sums}
                ],
                consultation=list_everything(),
                dose=list_dose(10, 40, 40, 10),
                dose_summary=list_summary(3.5 + place),
            )
        )
    return gather(study, returns)


def test_capacity_is_what_was_expected_less_what_was_counted() -> None:
    """4 contacts a person at a ratio of 0.8: 500 were expected of 100 people, 400 counted. Before
    was 600: before less after would have said 200."""
    evidence = make_evidence(make_study(), mean_after={"riverside": 4.0})
    (one,) = evidence.capacity.sites
    assert (one.counted, one.link_worker) == (400, 350)
    assert one.freed == pytest.approx(100)
    assert one.low == pytest.approx(400 / (0.8 * math.exp(1.959964 * 0.05)) - 400)
    assert one.high == pytest.approx(400 / (0.8 * math.exp(-1.959964 * 0.05)) - 400)
    assert one.verdict == "fewer"
    assert (one.worth, one.link_worker_cost) == (None, None)


def test_prices_run_over_the_interval_and_the_range() -> None:
    study = make_study().model_copy(update={"cost": _cost()})
    (one,) = make_evidence(study, mean_after={"riverside": 4.0}).capacity.sites
    assert one.worth is not None and one.low is not None and one.high is not None
    assert one.worth.central == pytest.approx(4200)
    assert (one.worth.low, one.worth.high) == pytest.approx((37 * one.low, 49 * one.high))
    assert one.link_worker_cost is not None
    cost = one.link_worker_cost
    assert (cost.low, cost.central, cost.high) == (350 * 19.5, 350 * 20.5, 350 * 22)


def _cost() -> Any:
    return type(make_study().cost).model_validate(PRICES)


def test_an_interval_on_both_sides_prices_both() -> None:
    """From capacity used at the high price to capacity freed at the high price."""
    study = make_study().model_copy(update={"cost": _cost()})
    evidence = make_evidence(study, mean_after={"riverside": 4.0}, log_rr=-0.02, se=0.1)
    (one,) = evidence.capacity.sites
    assert one.low is not None and one.high is not None and one.worth is not None
    assert one.low < 0 < one.high
    assert (one.worth.low, one.worth.high) == pytest.approx((49 * one.low, 49 * one.high))
    assert one.verdict == "cannot_tell"


def test_together_it_is_of_the_people_of_the_sites_behind_the_estimate() -> None:
    """100 people with 4 contacts, 200 with 5.5: 500 per 100; link worker 350 and 450: 416.7."""
    evidence = make_evidence(make_study(), mean_after={"riverside": 4.0, "hillview": 5.5})
    one = evidence.capacity.together
    assert one.site is None
    assert one.counted == pytest.approx(500)
    assert one.link_worker == pytest.approx(1250 / 3)
    assert one.freed == pytest.approx(500 / 0.8 - 500)


def test_a_range_over_an_assumption_is_said_as_a_range_and_gives_no_capacity() -> None:
    """Each of its points is an assumption about a correlation that nobody measured."""
    study = make_study()
    returned = make_return(
        "riverside",
        provenance={"protocol_digest": study.digest(), "disclosure_policy": "default"},
        estimates=[
            estimate("crude", -0.3, 0.05),
            *(
                estimate(f"external_correlation_0.{rho}", log_rr)
                for rho, log_rr in ((25, 0.14), (50, -0.07), (75, -0.25))
            ),
        ],
        change=[{"who": "new", "n": 100, "state": "rounded", "mean_before": 6, "mean_after": 4.0}],
    )
    evidence = gather(study, [returned])
    assert evidence.change[0].expected_after_per_100.value is None
    assert evidence.capacity.sites == ()
    _, claim = evidence.headline
    assert (claim.number, claim.verdict) == ("78 to 115 for every 100 expected", "cannot_tell")
    assert claim.sentence == (
        "There were 78 to 115 GP contacts for every 100 expected, depending on what is assumed. "
        "The data cannot tell whether that differs from what was expected, because what was "
        "expected rests on a correlation taken from elsewhere."
    )


def test_without_an_adjusted_estimate_there_is_no_capacity() -> None:
    study = make_study()
    returned = make_return(
        "riverside",
        provenance={"protocol_digest": study.digest(), "disclosure_policy": "default"},
        estimates=[estimate("crude", -0.3, 0.05)],
        consultation=list_everything(),
    )
    capacity = gather(study, [returned]).capacity
    assert capacity.sites == ()
    assert capacity.together.freed is None
    assert capacity.together.reason
    assert set(MEASURES) == {
        one.measure for one in gather(study, [returned]).meaning.consultation.sites
    }
