"""What is known of a simulated world and of no real one: visits had there been no link worker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.world.days import Bools, Dates, Days, Floats, Ints
from righthelp.world.need import Need
from righthelp.world.scheme import NEVER, Codes, Referrals
from righthelp.world.settings import REASONS, World
from righthelp.world.stay import Stay
from righthelp.world.visits import Visits


@dataclass(frozen=True)
class Truth:
    """The effect, and for each seen person (row) the visits with and without it.

    `person`: index into the patients. `counterfactual`, `realised` (n_seen, months): attended GP
    visits of each calendar month without and with the link worker; `expected`: the mean of the
    former given the person's need. The `_after` columns count the `after_days` days that start
    the day after the first contact, the `_before` column those that end the day before it; days
    not registered count nothing.
    """

    effect_rr: float
    after_days: int
    person: Ints
    referred_on: Dates
    first_contact_on: Dates
    expected: Floats
    counterfactual: Ints
    realised: Ints
    counterfactual_before: Ints
    expected_after: Floats
    counterfactual_after: Ints
    realised_after: Ints
    complete: Bools
    """Registered and inside the world for all of both windows."""
    counterfactual_after_by_reason: Ints
    realised_after_by_reason: Ints
    """(n_seen, 5): the same counts by what the visits were about (settings.REASONS)."""


AFTER_DAYS = 182


def tell_truth(
    world: World,
    referrals: Referrals,
    *,
    without: Visits,
    realised: Visits,
    reasons: Codes,
    realised_reasons: Codes,
    need: Need,
    joined: Ints,
    stay: Stay,
    days: Days,
) -> Truth:
    """The truth about the people who were seen."""
    seen = referrals.first_contact != NEVER
    person, contact = referrals.person[seen], referrals.first_contact[seen]
    first = days.month_first[:-1][None, :]
    end = days.month_first[1:][None, :]
    begin, finish = joined[person][:, None], stay.end[person][:, None]
    after = contact[:, None] + 1
    column = person[:, None]
    share = need.rate[:, person].T / np.maximum(days.n_weekdays, 1)

    def expect(low: Ints, high: Ints) -> Floats:
        working = days.weekdays_between(np.maximum(low, begin), np.minimum(high, finish))
        result: Floats = share * working
        return result

    within = (np.maximum(first, after), np.minimum(end, after + AFTER_DAYS))
    window_end = contact + 1 + AFTER_DAYS

    def split(visits: Visits, about: Codes) -> Ints:
        each = [Visits(visits.key[about == one], visits.stride) for one in range(len(REASONS))]
        counts = [one.count_between(person, first=contact + 1, end=window_end) for one in each]
        return np.column_stack(counts)

    return Truth(
        effect_rr=world.effect_rr,
        after_days=AFTER_DAYS,
        person=person,
        referred_on=days.to_dates(referrals.referred[seen]),
        first_contact_on=days.to_dates(contact),
        expected=expect(first, end),
        counterfactual=without.count_between(column, first=first, end=end),
        realised=realised.count_between(column, first=first, end=end),
        counterfactual_before=without.count_between(
            person, first=contact - AFTER_DAYS, end=contact
        ),
        expected_after=expect(*within).sum(axis=1),
        counterfactual_after=without.count_between(person, first=contact + 1, end=window_end),
        realised_after=realised.count_between(person, first=contact + 1, end=window_end),
        complete=(joined[person] <= contact - AFTER_DAYS)
        & (contact >= AFTER_DAYS)
        & (window_end <= np.minimum(stay.end[person], days.n_days)),
        counterfactual_after_by_reason=split(without, reasons),
        realised_after_by_reason=split(realised, realised_reasons),
    )
