"""Where the truth by reason is known: as many contacts as without, for other reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from righthelp.engine import open_engine
from righthelp.evidence.meaning.reasons import ReasonEvidence, gather_reasons
from righthelp.onsite.count import count_records
from righthelp.onsite.disclosure import POLICIES
from righthelp.onsite.meaning.reasons_rows import list_reason_rows
from righthelp.onsite.rules import Rules
from righthelp.returns.reasons import REASONS
from righthelp.world import Population, World, load_world, simulate
from righthelp.world.settings import REASONS as WORLD_REASONS
from tests.lib.studies import make_study, site_of

INDEX = {"anchor": "date", "index_from": date(2023, 7, 1), "index_to": date(2024, 4, 1)}
STUDY = make_study(index=INDEX, site={"index_month": None})
SHIFTED = (3.5, 1.0, 1.0, 0.35, 1.0)
"""Half as many social contacts and less, more than three times as many newly found problems: with
the shares of this world the sum is about what it would have been."""


def look(effect: tuple[float, ...], seed: int) -> tuple[ReasonEvidence, Population]:
    """The reasons of one simulated site of 40,000 people, as they would be gathered."""
    world = World(
        seed=seed, n_people=40_000, referral_probability=0.02, effect_by_reason=effect, site_id="s"
    )
    population = simulate(world)
    with open_engine() as engine:
        load_world(engine, population)
        engine.open_workspace()
        rules = Rules.of(STUDY, site_of(STUDY), role_missing=False)
        found = count_records(engine, rules, tell=lambda _: None).meaning
    rows: dict[str, list[dict[str, Any]]] = {
        name: [dict(row, site="s") for row in own]
        for name, own in list_reason_rows(found.reasons, POLICIES["default"]).items()
    }
    return gather_reasons(rows), population


@pytest.fixture(scope="module")
def shifted() -> tuple[ReasonEvidence, Population]:
    return look(SHIFTED, 5)


def test_the_total_says_no_change_and_the_reasons_are_found(
    shifted: tuple[ReasonEvidence, Population],
) -> None:
    told = shifted[0].told
    assert told["total"] == "unclear"
    assert told["social"] == "fewer"
    assert told["new_problem"] == "more"
    assert {reason for reason, way in told.items() if way != "unclear"} == {"social", "new_problem"}


def test_what_is_found_is_the_truth_within_its_error(
    shifted: tuple[ReasonEvidence, Population],
) -> None:
    """Against visits with and without the link worker, reason by reason.

    All newly found problems are coded; of other visits the world's share is.
    """
    found, population = shifted
    truth, coded = population.truth, population.world.coded_share
    inside = (truth.first_contact_on >= np.datetime64(date(2023, 7, 1))) & (
        truth.first_contact_on < np.datetime64(date(2024, 4, 1))
    )
    chosen = inside & truth.complete
    change = truth.realised_after_by_reason - truth.counterfactual_after_by_reason
    per_100 = 100 * change[chosen].mean(axis=0)
    after = {part.reason: part for part in found.together["difference_after"].parts}
    for place, reason in enumerate(WORLD_REASONS):
        share = 1.0 if reason == "new_problem" else coded
        part = after[reason]
        assert part.high is not None
        error = (part.high - part.change) / 1.96
        assert part.change == pytest.approx(share * per_100[place], abs=4 * error + 1.5), reason
    total = found.together["difference_after"].total
    assert total.high is not None
    assert total.change == pytest.approx(per_100.sum(), abs=4 * (total.high - total.change) / 1.96)


def test_more_conditions_are_found_and_no_more_than_that(
    shifted: tuple[ReasonEvidence, Population],
) -> None:
    (conditions, referrals) = shifted[0].found
    assert conditions.event == "new_condition"
    assert conditions.together.ci_low is not None and conditions.together.ci_low > 0
    assert referrals.event == "clinical_referral"
    assert sum(shifted[0].found_after[days].value or 0 for days in shifted[0].found_after) > 50


def test_where_nothing_is_done_no_reason_is_told() -> None:
    """Over several worlds: at most one of them finds anything."""
    found = [look((1.0,) * 5, seed)[0] for seed in (21, 22, 23)]
    told = [sum(way != "unclear" for way in one.told.values()) for one in found]
    assert sum(n > 0 for n in told) <= 1
    assert all(set(one.told) == {*REASONS, "total"} for one in found)
