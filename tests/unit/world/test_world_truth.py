"""What the link worker changed is known exactly; nothing else depends on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from righthelp.world import World, simulate
from tests.unit.world.counting import (
    count_days,
    list_gp_days,
    log_naive_ratio,
    log_projected_ratio,
    to_days,
)


@pytest.mark.parametrize("effect_rr", [0.5, 0.85, 1.2])
def test_realised_against_counterfactual_visits_is_the_effect(effect_rr: float) -> None:
    population = simulate(World(seed=4, n_people=60_000, n_practices=6, effect_rr=effect_rr))
    truth = population.truth
    without = truth.counterfactual_after.sum()
    # Thinning: binomial; adding: Poisson. Relative error of the ratio, given what was without.
    spread = np.sqrt(effect_rr * (1 - effect_rr) if effect_rr < 1 else effect_rr - 1)
    error = spread / np.sqrt(without) / effect_rr
    assert truth.realised_after.sum() / without == pytest.approx(effect_rr, rel=3.5 * error)
    assert error < 0.012


def test_visits_expected_without_a_link_worker_are_the_mean_of_those_drawn() -> None:
    truths = [simulate(World(seed=seed, n_people=30_000)).truth for seed in range(4)]
    drawn = sum(truth.counterfactual_after.sum() for truth in truths)
    expected = sum(truth.expected_after.sum() for truth in truths)
    assert drawn == pytest.approx(expected, abs=3.5 * np.sqrt(expected))
    # Not so before the contact: referral was made at a visit, often at a bad time.
    before = sum(truth.counterfactual_before[truth.complete].sum() for truth in truths)
    after = sum(truth.expected_after[truth.complete].sum() for truth in truths)
    assert before > 1.15 * after


def test_the_book_holds_the_realised_visits() -> None:
    population = simulate(World(seed=6, n_people=20_000, effect_rr=0.8))
    truth, days = population.truth, population.days
    gp_days = list_gp_days(population)
    contact = to_days(population, truth.first_contact_on)
    counted = count_days(gp_days, truth.person, contact + 1, contact + 183)
    np.testing.assert_array_equal(counted, truth.realised_after)
    first, end = days.month_first[:-1], days.month_first[1:]
    by_month = count_days(gp_days, truth.person[:, None], first[None, :], end[None, :])
    np.testing.assert_array_equal(by_month, truth.realised)


def test_the_effect_begins_the_day_after_the_first_contact() -> None:
    """With no visits at all afterwards, those up to and on the day of contact are as they were."""
    world = World(seed=7, n_people=4_000, gp_rate_per_month=2.0, referral_probability=0.05)
    population, idle = simulate(replace(world, effect_rr=0.0)), simulate(world)
    person = population.truth.person
    contact = to_days(population, population.truth.first_contact_on)
    gp_days, as_they_were = list_gp_days(population), list_gp_days(idle)
    on_the_day = count_days(as_they_were, person, contact, contact + 1)
    assert on_the_day.sum() > 100
    np.testing.assert_array_equal(count_days(gp_days, person, contact, contact + 1), on_the_day)
    np.testing.assert_array_equal(
        count_days(gp_days, person, contact * 0, contact),
        count_days(as_they_were, person, contact * 0, contact),
    )
    assert count_days(gp_days, person, contact + 1, contact + 2_000).sum() == 0


def test_naive_change_falls_where_nothing_is_done() -> None:
    """METHODS 4: people are referred at a visit, at a bad time, so contacts fall afterwards."""
    for seed in range(3):
        assert log_naive_ratio(simulate(World(seed=seed, n_people=30_000))) < -0.15


@pytest.mark.parametrize("effect_rr", [1.0, 0.8])
def test_projection_from_lagged_visits_of_people_not_yet_referred_finds_the_effect(
    effect_rr: float,
) -> None:
    """As the world is set, what the records show accounts for referral. One world errs by 0.02."""
    worlds = [World(seed=seed, n_people=40_000, effect_rr=effect_rr) for seed in range(5)]
    log_ratios = [log_projected_ratio(simulate(world)) for world in worlds]
    assert np.mean(log_ratios) == pytest.approx(np.log(effect_rr), abs=0.03)


def test_an_unobserved_cause_of_referral_biases_the_same_projection_upwards() -> None:
    """METHODS 4: +0.03 where a cause of referral is unobserved; more where it is stronger."""
    world = World(
        n_people=40_000,
        need_observed=False,
        social_need_rr=3.0,
        referral_need_rr=4.0,
        referral_probability=0.003,
    )
    log_ratios = [log_projected_ratio(simulate(replace(world, seed=seed))) for seed in range(3)]
    assert np.mean(log_ratios) > 0.03


def test_people_who_leave_needed_more() -> None:
    """Informative attrition; with power 0 need tells nothing."""

    def log_rate_ratio(power: float) -> float:
        world = World(
            seed=9, n_people=30_000, attrition_need_power=power, death_rate_per_month=0,
            departure_rate_per_month=0.01,
        )  # fmt: skip
        population = simulate(world)
        end = population.stay.end
        stayed = np.flatnonzero(end > 360)
        year = count_days(
            list_gp_days(population), stayed, np.zeros_like(stayed), end[stayed] * 0 + 360
        )
        left = end[stayed] < population.days.n_days
        return float(np.log(year[left].mean() / year[~left].mean()))

    assert log_rate_ratio(0.7) > 0.2
    assert abs(log_rate_ratio(0.0)) < 0.06


def test_social_need_is_seen_in_deprivation_only_where_observed() -> None:
    shown = simulate(World(seed=1, n_people=5_000)).people
    np.testing.assert_array_equal(shown.social_need, shown.imd_decile <= 2)
    hidden = simulate(World(seed=1, n_people=5_000, need_observed=False)).people
    assert abs(np.corrcoef(hidden.social_need, hidden.imd_decile)[0, 1]) < 0.05


def test_lags_uptake_and_contacts_are_as_asked() -> None:
    population = simulate(World(seed=3, n_people=60_000, n_practices=6))
    referrals, truth = population.referrals, population.truth
    n = len(referrals.person)
    never = np.iinfo(np.int64).min
    # Answers that would come after the world's end or after the person left are not recorded.
    assert np.mean(referrals.declined != never) == pytest.approx(0.16, abs=0.02)
    assert np.mean(referrals.returned != never) == pytest.approx(0.04, abs=0.012)
    assert 0.65 < len(truth.person) / n < 0.8
    early = to_days(population, truth.referred_on) < population.days.n_days - 150
    lag = to_days(population, truth.first_contact_on) - to_days(population, truth.referred_on)
    shares = np.histogram(lag[early], [1, 17, 60, 108])[0] / early.sum()
    np.testing.assert_allclose(shares, [0.45, 0.40, 0.15], atol=0.03)
    contacts = population.link_worker_contacts
    assert contacts.attended[contacts.first].all()
    month_of = population.days.month_of[contacts.day]
    new = np.bincount(month_of[contacts.first], minlength=36)
    everybody = np.bincount(month_of, minlength=36)
    assert (new[14:] > 0).all()
    assert (everybody[18:] > 2 * new[18:]).all()  # so an index month mixes new and ongoing people


def test_practices_can_start_one_after_another() -> None:
    population = simulate(
        World(
            seed=3, n_people=20_000, n_practices=3, scheme_start_month=10, scheme_stagger_months=8
        )
    )
    np.testing.assert_array_equal(
        population.days.to_dates(population.scheme_start),
        np.array(["2022-11-01", "2023-03-01", "2023-07-01"], "datetime64[D]"),
    )
    practice = population.people.practice[population.referrals.person]
    assert (population.referrals.referred >= population.scheme_start[practice]).all()
    assert set(practice) == {0, 1, 2}
