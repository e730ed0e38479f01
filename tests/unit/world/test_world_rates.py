"""Simulated practices look like the published figures they were set to, and some they were not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from righthelp.protocol.records import MODES, ROLES, STATUSES
from righthelp.world import Population, World, simulate
from righthelp.world.settings import SEASON
from tests.unit.world.counting import count_months


@pytest.fixture(scope="module")
def plain() -> Population:
    """People who all stay for three years, and no scheme."""
    return simulate(
        World(
            seed=5,
            n_people=36_000,
            n_practices=7,
            referral_probability=0,
            death_rate_per_month=0,
            departure_rate_per_month=0,
            late_joiner_share=0,
        )
    )


def test_gp_rate_is_the_rate_asked(plain: Population) -> None:
    # Hobbs 2016 counts about 5 consultations of all kinds a person a year.
    assert count_months(plain).mean() == pytest.approx(0.35, rel=0.02)


def test_season_follows_the_published_curve(plain: Population) -> None:
    trend = 1.01 ** ((np.arange(36) - 17.5) / 12)
    per_working_day = count_months(plain).sum(axis=0) / plain.days.n_weekdays / trend
    index = per_working_day.reshape(3, 12).mean(axis=0)
    np.testing.assert_allclose(index / index.mean(), SEASON, atol=0.02)


def test_trend_is_a_ratio_a_year_about_the_middle_of_the_world() -> None:
    world = World(seed=3, n_people=20_000, trend_per_year=1.2, referral_probability=0)
    months = count_months(simulate(replace(world, departure_rate_per_month=0, late_joiner_share=0)))
    years = months.reshape(len(months), 3, 12).mean(axis=(0, 2))
    np.testing.assert_allclose(years / 0.35, [1 / 1.2, 1.0, 1.2], rtol=0.035)


def test_every_appointment_is_on_a_working_day(plain: Population) -> None:
    start_on = plain.days.to_dates(plain.appointments.day.astype(np.int64))
    assert np.is_busday(start_on).all()


def test_shares_of_status_mode_and_role_are_those_of_the_national_publication(
    plain: Population,
) -> None:
    # NHS England, GP appointments data, March 2019 to February 2020 (49 CCGs).
    book = plain.appointments
    status = np.bincount(book.status, minlength=len(STATUSES)) / len(book.status)
    assert status[STATUSES.index("attended")] == pytest.approx(0.899, abs=0.006)
    assert status[STATUSES.index("did_not_attend")] == pytest.approx(0.050, abs=0.003)
    mode = np.bincount(book.mode, minlength=len(MODES)) / len(book.mode)
    assert mode[MODES.index("face_to_face")] == pytest.approx(0.787, abs=0.005)
    assert mode[MODES.index("telephone")] == pytest.approx(0.141, abs=0.005)
    role = np.bincount(book.role, minlength=len(ROLES)) / len(book.role)
    assert role[ROLES.index("gp")] == pytest.approx(0.530, abs=0.02)
    assert role[ROLES.index("unknown")] == pytest.approx(0.024, abs=0.005)
    assert np.mean(book.lead_days == 0) == pytest.approx(0.418, abs=0.01)


def test_a_few_gp_visits_have_a_second_appointment_on_the_day(plain: Population) -> None:
    book = plain.appointments
    kept = (book.status == STATUSES.index("attended")) & (book.role == ROLES.index("gp"))
    assert count_months(plain).sum() * 1.03 == pytest.approx(kept.sum(), rel=0.003)


def test_frequent_attenders_fall_back_as_they_do_where_nothing_is_done(plain: Population) -> None:
    """McDermott 2020: of the top 3% by GP visits in six months 79.30% attend less in the next six;
    and the top 3% have about 15% of appointments."""
    months = count_months(plain)
    before, after = months[:, 12:18].sum(axis=1), months[:, 18:24].sum(axis=1)
    top = before >= np.sort(before)[-int(0.03 * len(before))]
    assert np.mean(after[top] < before[top]) == pytest.approx(0.793, abs=0.02)
    year = np.sort(months[:, 12:24].sum(axis=1))[::-1]
    assert year[: int(0.03 * len(year))].sum() / year.sum() == pytest.approx(0.15, abs=0.02)


def test_personal_rates_drift() -> None:
    """Six months correlate less with a six months far off than with the next: no stable rates."""
    months = count_months(simulate(World(seed=8, n_people=20_000, departure_rate_per_month=0)))
    halves = months.reshape(len(months), 6, 6).sum(axis=2)
    correlation = np.corrcoef(halves.T)
    assert correlation[0, 1] > correlation[0, 3] + 0.04 > correlation[0, 5] + 0.06


def test_practices_differ_and_can_lack_the_role() -> None:
    population = simulate(
        World(seed=2, n_people=20_000, n_practices=5, practices_without_role=2, practice_log_sd=0.3)
    )
    book = population.appointments
    practice = population.people.practice[book.person]
    unknown = book.role == ROLES.index("unknown")
    assert unknown[practice >= 3].all()
    assert unknown[practice < 3].mean() < 0.05
    per_person = np.bincount(practice) / np.bincount(population.people.practice)
    assert per_person.max() / per_person.min() > 1.2
