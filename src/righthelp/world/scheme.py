"""The link worker scheme: referral at a GP visit, contacts some time later, and the effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from righthelp.protocol.records import MODES
from righthelp.world.days import Bools, Days, Floats, Ints
from righthelp.world.need import Need
from righthelp.world.people import People
from righthelp.world.settings import World, open_stream
from righthelp.world.stay import Stay
from righthelp.world.visits import Visits, draw_added_visits

Codes = NDArray[np.uint8]

NEVER = np.iinfo(np.int64).min
_RECENT_DAYS = 91
_MOST_RECENT = 8
_CONTACT_MODES = tuple(
    MODES.index(name) for name in ("face_to_face", "face_to_face", "telephone", "home_visit")
)


@dataclass(frozen=True)
class Referrals:
    """First referrals, one a person, by person; days, or NEVER.

    `first_contact` is NEVER for people who declined, were returned, or left before they were seen.
    """

    person: Ints
    referred: Ints
    accepted: Ints
    declined: Ints
    returned: Ints
    closed: Ints
    first_contact: Ints


@dataclass(frozen=True)
class Contacts:
    """Link worker contacts by person and day; `first` marks the first, which is attended."""

    person: Ints
    day: Ints
    first: Bools
    attended: Bools
    mode: NDArray[np.uint8]


def start_scheme(world: World, days: Days) -> Ints:
    """Day from which each practice refers; past the last day where it never does."""
    step = world.scheme_stagger_months / max(world.n_practices - 1, 1)
    month = world.scheme_start_month + np.floor(np.arange(world.n_practices) * step)
    return np.where(
        month >= world.months,
        days.n_days,
        days.month_first[np.minimum(month, world.months).astype(np.int64)],
    )


def refer_people(
    world: World, people: People, *, need: Need, visits: Visits, stay: Stay, days: Days
) -> tuple[Referrals, Contacts]:
    """Each person's first referral, made at an attended GP visit, and what came of it."""
    rng = open_stream(world, "referral")
    person, day = visits.person, visits.day
    chance = rng.random(len(day))
    open_visits = np.flatnonzero(day >= start_scheme(world, days)[people.practice[person]])
    person, day, chance = person[open_visits], day[open_visits], chance[open_visits]
    before = np.searchsorted(visits.key, visits.key[open_visits] - _RECENT_DAYS)
    recent = np.minimum(open_visits - before, _MOST_RECENT)
    probability = world.referral_probability * world.referral_recent_rr**recent
    probability *= np.where(people.social_need[person], world.referral_need_rr, 1.0)
    in_episode = need.episode[days.month_of[day], person]
    probability *= np.where(in_episode, world.referral_episode_rr, 1.0)
    referred_visits = np.flatnonzero(chance < probability)
    person, first = np.unique(person[referred_visits], return_index=True)
    referred = day[referred_visits][first]
    return _follow_up(
        world, person, referred=referred, last=np.minimum(stay.end[person], days.n_days), days=days
    )


def _follow_up(
    world: World, person: Ints, *, referred: Ints, last: Ints, days: Days
) -> tuple[Referrals, Contacts]:
    """What came of each referral; nothing happens on or after `last`."""
    rng = open_stream(world, "contacts")
    n = len(person)
    fate = rng.random(n)
    weights = np.asarray(world.lag_weights) / sum(world.lag_weights)
    lag = np.asarray(world.lag_months)[rng.choice(len(weights), n, p=weights)]
    wait = np.round(lag * 30.4).astype(np.int64) + rng.integers(1, 15, n)
    first_contact = days.to_weekday(referred + wait)
    answer = referred + rng.integers(0, 15, n)
    taken_up = fate < world.uptake
    sent_back = fate >= 1 - world.returned_share
    seen = taken_up & (first_contact < last)

    n_further = rng.poisson(world.follow_up_contacts_mean, n)
    n_contacts = np.where(seen, 1 + n_further, 0)
    row = np.repeat(np.arange(n), n_contacts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(n_contacts) - n_contacts, n_contacts)
    jitter = rng.integers(0, 8, len(row))
    day = days.to_weekday(first_contact[row] + 28 * turn + np.where(turn > 0, jitter, 0))
    attended = (rng.random(len(row)) < 0.92) | (turn == 0)
    kept = day < last[row]
    mode = np.asarray(_CONTACT_MODES, np.uint8)[rng.integers(0, len(_CONTACT_MODES), len(row))]
    contacts = Contacts(person[row[kept]], day[kept], turn[kept] == 0, attended[kept], mode[kept])

    last_contact = np.full(n, NEVER)
    np.maximum.at(last_contact, row, day)
    closed = np.where(seen, last_contact + 14, NEVER)

    def happen(wanted: Bools, day: Ints) -> Ints:
        return np.where(wanted & (day < last), day, NEVER)

    referrals = Referrals(
        person=person,
        referred=referred,
        accepted=happen(taken_up, np.minimum(answer, first_contact)),
        declined=happen(~taken_up & ~sent_back, answer),
        returned=happen(sent_back, answer),
        closed=happen(seen, closed),
        first_contact=np.where(seen, first_contact, NEVER),
    )
    return referrals, contacts


def apply_effect(
    world: World,
    visits: Visits,
    *,
    reasons: Codes,
    shares: Floats,
    referrals: Referrals,
    need: Need,
    stay: Stay,
    days: Days,
) -> tuple[Visits, Codes]:
    """Visits with the scheme, and what each is about: those after the first contact thinned where
    the effect on their reason is below 1, and added to where it is above."""
    effect = world.effect_rr * np.asarray(world.effect_by_reason)
    seen = referrals.first_contact != NEVER
    person, first_contact = referrals.person[seen], referrals.first_contact[seen]
    if (effect == 1).all() or not len(person):
        return visits, reasons
    rng = open_stream(world, "effect")
    key, about = visits.key, reasons
    if effect.min() < 1:
        begins = np.full(world.n_people, visits.stride)
        begins[person] = first_contact
        chance = rng.random(len(key))
        kept = (visits.day <= begins[visits.person]) | (chance < effect[reasons])
        key, about = key[kept], about[kept]
    more = shares[person] * np.maximum(effect - 1, 0)
    if more.any():
        rate = need.rate[:, person] * more.sum(axis=1)
        added = draw_added_visits(rng, rate, days=days, taken=visits, person=person)
        column = np.searchsorted(person, added // visits.stride)
        day = added % visits.stride
        inside = (day > first_contact[column]) & (day < stay.end[person[column]])
        added, column = added[inside], column[inside]
        chance = rng.random(len(added)) * more[column].sum(axis=1)
        what = (chance[:, None] >= np.cumsum(more[column], axis=1)[:, :-1]).sum(axis=1)
        order = np.argsort(np.concatenate([key, added]), kind="stable")
        key = np.concatenate([key, added])[order]
        about = np.concatenate([about, what.astype(np.uint8)])[order]
    return Visits(key, visits.stride), about
