"""A simulated scheme of known fit, offers and lags gives these back."""

from __future__ import annotations

import math
from datetime import date

import pytest

from righthelp.engine import open_engine
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.meaning.support import Support, read_support
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.world import World, simulate
from righthelp.world.tables import load_world
from tests.lib.studies import make_study, site_of

OFFERED, FIT, UPTAKE, RETURNED, FLAGGED = 0.7, 0.6, 0.75, 0.10, 0.3
LAGS = (0.3, 0.5, 0.2)
TWO_NEEDS = 2 * 0.4 / 1.4
"""Of all needs, those of somebody with two: 40% of referrals have a second one."""


@pytest.fixture(scope="module")
def counted() -> Support:
    """Nobody dies or leaves, so what is found is what was set, but for chance."""
    world = World(
        seed=8,
        n_people=15_000,
        referral_probability=0.03,
        offered_share=OFFERED,
        fit_share=FIT,
        uptake=UPTAKE,
        returned_share=RETURNED,
        lag_weights=LAGS,
        flagged_share=FLAGGED,
        death_rate_per_month=0,
        departure_rate_per_month=0,
        late_joiner_share=0,
    )
    study = make_study(site={"index_month": "2024-01", "extract_to": date(2025, 1, 1)})
    with open_engine(threads=1, memory_limit="500MB") as engine:
        load_world(engine, simulate(world))
        rules = Rules.of(study, site_of(study), role_missing=False)
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        return read_support(engine, rules)


def assert_near(n: float, of: int, expected: float) -> None:
    """Within four standard errors of a share."""
    assert of > 100
    error = math.sqrt(expected * (1 - expected) / of)
    assert n / of == pytest.approx(expected, abs=4 * error)


def test_offers_and_fit_are_those_that_were_set(counted: Support) -> None:
    """Of a need alone, offered times fit; beside a second need, that one's support may fit it by
    chance: one of the seven other kinds."""
    offered = counted.needs["all", "offered"]
    assert_near(offered.n, offered.of, OFFERED + TWO_NEEDS * OFFERED * (1 - OFFERED))
    fitting = counted.needs["all", "fitting_offered"]
    other = OFFERED * (1 - FIT) / 7
    alone, beside = OFFERED * FIT, 1 - (1 - OFFERED * FIT) * (1 - other)
    assert_near(fitting.n, fitting.of, alone + TWO_NEEDS * (beside - alone))
    begun = counted.needs["all", "fitting_started"]
    assert_near(begun.n, fitting.n, 0.8 * 0.85)


def test_who_was_seen_and_returned_is_as_was_set(counted: Support) -> None:
    steps = {one.step: one for one in counted.steps}
    referred = steps["referred"].n
    assert_near(steps["seen"].n, referred, UPTAKE)
    assert_near(counted.referrals["all", "returned"].n, referred, RETURNED)
    lost = steps["accepted"].lost
    assert_near(lost["declined"], referred, 1 - UPTAKE - RETURNED)
    assert lost["died_or_left"] == lost["waiting"] == 0


@pytest.mark.parametrize(("day", "lags"), [(28, 1), (56, 2), (84, 2), (112, 3), (182, 3)])
def test_first_contacts_come_with_the_lags_that_were_set(
    counted: Support, day: int, lags: int
) -> None:
    """About 30 days a month of lag, up to 14 more, and then to the next weekday."""
    wait = counted.waits[0]
    (point,) = (gap.point for gap in wait.gaps if gap.point.day == day)
    assert point.share is not None
    assert_near(point.share * wait.n, wait.n, UPTAKE * sum(LAGS[:lags]))


def test_as_much_is_passed_back_as_was_set(counted: Support) -> None:
    flagged = counted.flags["any"]
    assert_near(flagged.n, flagged.of, FLAGGED)
