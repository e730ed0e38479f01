"""Counts from the appointment book of a population, as a study would make them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from righthelp.protocol.records import ROLES, STATUSES
from righthelp.world import Population

Ints = NDArray[np.int64]
STRIDE = 4096


def list_gp_days(population: Population) -> Ints:
    """Sorted `person * STRIDE + day` of attended GP appointments, one a person a day."""
    book = population.appointments
    kept = (book.status == STATUSES.index("attended")) & (book.role == ROLES.index("gp"))
    return np.unique(book.person[kept].astype(np.int64) * STRIDE + book.day[kept])


def count_days(gp_days: Ints, person: Ints, first: Ints, end: Ints) -> Ints:
    """Days of each person in [first, end)."""
    low, high = (np.clip(day, 0, STRIDE - 1) for day in (first, end))
    found: Ints = np.searchsorted(gp_days, person * STRIDE + high) - np.searchsorted(
        gp_days, person * STRIDE + low
    )
    return found


def count_months(population: Population) -> Ints:
    """Attended GP days by person and month, (n_people, months)."""
    person, day = np.divmod(list_gp_days(population), STRIDE)
    counts = np.zeros((population.world.n_people, population.world.months), np.int64)
    np.add.at(counts, (person, population.days.month_of[day]), 1)
    return counts


def to_days(population: Population, dates: NDArray[np.datetime64]) -> Ints:
    """Day numbers of dates."""
    return (dates - population.days.start_on).astype(np.int64)


def log_naive_ratio(population: Population) -> float:
    """Log ratio of GP days in the 182 days after and before the first contact, complete people."""
    truth = population.truth
    person = truth.person[truth.complete]
    contact = to_days(population, truth.first_contact_on[truth.complete])
    gp_days = list_gp_days(population)
    after = count_days(gp_days, person, contact + 1, contact + 183)
    before = count_days(gp_days, person, contact - 182, contact)
    return float(np.log(after.sum() / before.sum()))


def log_projected_ratio(population: Population) -> float:
    """Log ratio of GP days after first contact to those projected from people not yet referred.

    Every GP visit of somebody not yet referred is a visit at which referral could have happened;
    its pseudo-contact lies a lag, drawn from the seen people's, later. The after-count is regressed
    on the counts in the 91, 91 and 183 days before the visit.
    """
    truth, days, people = population.truth, population.days, population.people
    gp_days = list_gp_days(population)

    def describe(person: Ints, visit: Ints, contact: Ints) -> tuple[Ints, Ints]:
        complete = (people.joined[person] <= visit - 365) & (visit >= 365)
        complete &= np.minimum(population.stay.end[person], days.n_days) >= contact + 183
        person, visit, contact = person[complete], visit[complete], contact[complete]
        edges = ((91, 0), (182, 91), (365, 182))
        bands = [count_days(gp_days, person, visit - far, visit - near) for far, near in edges]
        history = np.stack([np.ones_like(person), *bands], axis=1)
        return history, count_days(gp_days, person, contact + 1, contact + 183)

    referred = to_days(population, truth.referred_on)
    contact = to_days(population, truth.first_contact_on)
    history, after = describe(truth.person, referred, contact)
    person, visit = np.divmod(gp_days, STRIDE)
    lag = np.random.default_rng(1).choice(contact - referred, len(visit))
    first_referral = np.full(population.world.n_people, STRIDE)
    first_referral[population.referrals.person] = population.referrals.referred
    early = visit < first_referral[person]
    reference, reference_after = describe(person[early], visit[early], (visit + lag)[early])
    slopes = np.linalg.lstsq(reference, reference_after, rcond=None)[0]
    return float(np.log(after.sum() / (history @ slopes).sum()))
