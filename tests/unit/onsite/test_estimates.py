"""Which people each design is made from, and the reason where one cannot be made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from righthelp.estimators.projection import projection
from righthelp.estimators.result import Estimate
from righthelp.onsite.estimates import (
    CORRELATIONS,
    GroupRates,
    donut,
    estimate_definition,
    estimate_site,
    project,
)
from righthelp.onsite.people import Counted, People, Population
from tests.lib.studies import make_study

RNG_SEED = 20


def make_people(n: int, *, mean: float = 3.0, seed: int = RNG_SEED, first: int = 0) -> People:
    """People with drifting rates: history, before and after go together."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2.0, mean / 2.0, n)
    history = rng.poisson(rate[:, None] / 2, (n, 3)).astype(float)
    return People(
        before=history[:, 0] + history[:, 1],
        after=rng.poisson(rate).astype(float),
        time_before=np.full(n, 182.0),
        time_after=np.full(n, 183.0),
        complete=np.ones(n, dtype=bool),
        comparable=np.ones(n, dtype=bool),
        history=history,
        ladder=np.zeros((n, 3), dtype=np.int64),
        person=np.arange(first, first + n, dtype=np.int64),
        is_new=np.ones(n, dtype=bool),
    )


def make_population(n: int = 2000) -> Population:
    people = make_people(n, seed=3)
    return Population(
        earlier=people.history[:, 2] + people.history[:, 1],
        before=people.before,
        after=people.after,
        weight=np.ones(n),
        time_before=182.0,
    )


SEEN = make_people(80)
REFERENCE = make_people(600, seed=7, first=1000)
STUDY = make_study()


def estimate(counted: Counted, **more: Any) -> dict[tuple[str, str], Estimate]:
    return {(one.design, one.who): one.estimate for one in estimate_site(counted, STUDY, **more)}


def flag(n: int, on: range) -> np.ndarray:
    """Flags that are set for some places."""
    return np.isin(np.arange(n), np.array(on))


def test_with_reference_people_and_a_population_every_design_has_a_number() -> None:
    found = estimate(Counted(SEEN, REFERENCE, make_population()))
    assert {who for design, who in found if design == "crude"} == {"new", "ongoing", "all"}
    for design in ("count_projection", "learned_correlation", "empirical_bayes"):
        assert found[design, "new"].status == "ok", found[design, "new"].reason
    assert not [design for design, _ in found if design.startswith("external")]


def test_a_route_that_holds_less_says_what_it_lacks() -> None:
    """A reason for each design; the range over borrowed correlations only where nothing is held."""
    found = estimate(Counted(SEEN, None, None))
    reasons = {design: one.reason for (design, who), one in found.items() if who == "new"}
    assert reasons["count_projection"] == "the route has no reference people"
    assert reasons["learned_correlation"] == (
        "the route does not hold everybody registered, with counts of an earlier window"
    )
    assert reasons["empirical_bayes"] == (
        "the practice's rate, its spread and its trend are not known"
    )
    assert reasons["donut"] == "the route has no counts of months 7 to 12 before"
    for rho in CORRELATIONS:
        one = found[f"external_correlation_{rho:.2f}", "new"]
        assert one.reason == "no reference people, and the practice's mean is not known"


def test_figures_of_the_practice_serve_where_there_are_no_people_to_learn_from() -> None:
    """Mean, spread and trend allow empirical Bayes; the mean alone, borrowed correlations.

    A trend of the practice is taken off those: with everybody falling by a tenth, a fall of a tenth
    is nothing.
    """
    counted = Counted(SEEN, None, None)
    flat = estimate(counted, figures=GroupRates(2.0, 6.0, 1.0, 182.0))
    falling = estimate(counted, figures=GroupRates(2.0, 6.0, 0.9, 182.0))
    assert flat["empirical_bayes", "new"].status == "ok"
    for rho in CORRELATIONS:
        name = f"external_correlation_{rho:.2f}", "new"
        assert flat[name].status == "point_only"
        assert falling[name].log_rr == pytest.approx(flat[name].log_rr - np.log(0.9), abs=1e-12)
    alone = estimate(counted, figures=GroupRates(2.0, None, None, 182.0))
    assert alone["empirical_bayes", "new"].status == "not_estimable"
    assert alone["external_correlation_0.50", "new"].log_rr == pytest.approx(
        flat["external_correlation_0.50", "new"].log_rr
    )
    # The site's own population comes before figures that it was given.
    own = Counted(SEEN, None, make_population())
    given = estimate(own, figures=GroupRates(9.0, 60.0, 3.0, 182.0))
    assert given["empirical_bayes", "new"] == estimate(own)["empirical_bayes", "new"]


def test_ongoing_people_are_described_and_never_compared() -> None:
    """Adding ongoing people with wild counts changes `ongoing` and `all` alone."""
    wild = replace(make_people(40, first=500), before=np.full(40, 30.0))
    both = {name: np.concatenate([getattr(SEEN, name), getattr(wild, name)]) for name in vars(SEEN)}
    both["is_new"] = flag(120, range(80))
    one = estimate(Counted(SEEN, REFERENCE, make_population()))
    other = estimate(Counted(People(**both), REFERENCE, make_population()))
    changed = {key for key in one if one[key] != other[key]}
    assert changed == {("crude", "ongoing"), ("crude", "all")}


def test_projection_takes_people_with_their_history() -> None:
    """People who are not comparable are left out of it, not only of its n."""
    partly = replace(SEEN, comparable=flag(80, range(60)))
    found = project(partly, REFERENCE)
    assert found == project(SEEN.where(flag(80, range(60))), REFERENCE)
    assert found.n == 60
    direct = projection(
        seen_after=SEEN.after[:60],
        seen_history=SEEN.history[:60],
        seen_ladder=SEEN.ladder[:60],
        seen_person=SEEN.person[:60],
        reference_after=REFERENCE.after,
        reference_history=REFERENCE.history,
        reference_ladder=REFERENCE.ladder,
        reference_person=REFERENCE.person,
    ).estimate
    assert found == direct


def test_the_learned_correlation_takes_complete_people() -> None:
    """Somebody who died half way through the after window is not like somebody who came less."""
    partly = replace(SEEN, complete=flag(80, range(60)), after=np.where(np.arange(80) < 60, 2.0, 0))
    found = estimate(Counted(partly, None, make_population()))["learned_correlation", "new"]
    whole = partly.where(flag(80, range(60)))
    assert found == estimate(Counted(whole, None, make_population()))["learned_correlation", "new"]
    assert found.n == 60


@pytest.mark.parametrize(("before", "side"), [(40.0, "more contacts"), (0.0, "fewer contacts")])
def test_projection_is_not_made_where_few_reference_people_are_like_those_seen(
    before: float, side: str
) -> None:
    """More than 5% of the people seen with counts that hardly any reference person had."""
    some = flag(80, range(10))
    seen = replace(SEEN, before=np.where(some, before, 5.0))
    reference = replace(REFERENCE, before=np.full(600, 5.0))
    found = project(seen, reference)
    assert found.status == "not_estimable"
    assert found.reason == (
        f"more than 5% of the people seen had {side} before than any fair number of reference "
        "people"
    )
    fewer = replace(SEEN, before=np.where(flag(80, range(4)), before, 5.0))
    assert project(fewer, reference).status == "ok"


def test_the_donut_is_about_new_people() -> None:
    """Also where it cannot be made."""
    both = replace(SEEN, is_new=flag(80, range(60)))
    assert donut(Counted(both, None, None), STUDY).n == 60


def test_a_rival_definition_is_estimated_naively_and_adjusted() -> None:
    """The naive change is never shown without its adjusted twin."""
    found = list(estimate_definition(Counted(SEEN, REFERENCE, None), STUDY, name="all_staff"))
    assert [(one.design, one.who, one.definition) for one in found] == [
        ("crude", "new", "all_staff"),
        ("projection", "new", "all_staff"),
    ]
