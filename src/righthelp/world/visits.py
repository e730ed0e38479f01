"""Attended GP visits with no link worker: at most one a person a day, on working days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.world.days import Bools, Days, Floats, Ints
from righthelp.world.need import Need
from righthelp.world.people import People
from righthelp.world.settings import World, open_stream
from righthelp.world.stay import Stay

_GAP_DAYS = 400
"""Days between the last day of one person and the first of the next in a key."""
_MOST_A_MONTH = 12
_MOST_ADDED_A_MONTH = 6
"""Together fewer than the 20 working days of the shortest month."""


@dataclass(frozen=True)
class Visits:
    """Visits by person and day: `key = person * stride + day`, ascending, each once."""

    key: Ints
    stride: int

    @property
    def person(self) -> Ints:
        return self.key // self.stride

    @property
    def day(self) -> Ints:
        return self.key % self.stride

    def count_between(self, person: Ints, *, first: Ints, end: Ints) -> Ints:
        """Visits of each person in [first, end) by day number; days outside the world are empty."""
        low = np.clip(first, 0, self.stride - 1)
        high = np.clip(end, low, self.stride - 1)
        place = np.searchsorted(self.key, [person * self.stride + low, person * self.stride + high])
        counts: Ints = place[1] - place[0]
        return counts


def draw_visits(world: World, people: People, *, need: Need, stay: Stay, days: Days) -> Visits:
    """Poisson visits at the rate of need on distinct working days while registered."""
    rng = open_stream(world, "visits")
    stride = days.n_days + _GAP_DAYS
    key = _place(rng, need.rate, most=_MOST_A_MONTH, days=days, stride=stride)
    person, day = np.divmod(key, stride)
    registered = (day >= people.joined[person]) & (day < stay.end[person])
    return Visits(key[registered], stride)


def draw_added_visits(
    rng: np.random.Generator, rate: Floats, *, days: Days, taken: Visits, person: Ints
) -> Ints:
    """Keys of Poisson visits at a further rate (months, persons), on days not yet taken."""
    low = np.searchsorted(taken.key, person * taken.stride)
    high = np.searchsorted(taken.key, (person + 1) * taken.stride)
    column = np.repeat(np.arange(len(person)), high - low)
    place = np.repeat(low - np.cumsum(high - low) + (high - low), high - low)
    own = taken.key[place + np.arange(len(place))] if len(place) else np.empty(0, np.int64)
    taken_here = np.sort(column * taken.stride + own % taken.stride)
    key = _place(
        rng, rate, most=_MOST_ADDED_A_MONTH, days=days, stride=taken.stride, taken=taken_here
    )
    column, day = np.divmod(key, taken.stride)
    return person[column] * taken.stride + day


def _place(
    rng: np.random.Generator,
    rate: Floats,
    *,
    most: int,
    days: Days,
    stride: int,
    taken: Ints | None = None,
) -> Ints:
    """Sorted keys of Poisson counts of `rate` (months, persons), each on a working day of its own.

    A visit that falls on a day already taken moves to another working day of the month, so that
    counts stay Poisson; at most `most` a month.
    """
    n_months, n = rate.shape
    counts = np.minimum(rng.poisson(rate), most).ravel()
    month, person = np.divmod(np.repeat(np.arange(n_months * n), counts), n)
    key = np.sort(person * stride + _draw_day(rng, month, days=days))
    clash = _find_clashes(key, () if taken is None else (taken,))
    settled, moving = key[~clash], key[clash]
    moved = np.empty(0, np.int64)
    while len(moving):
        person, day = np.divmod(moving, stride)
        moving = np.sort(person * stride + _draw_day(rng, days.month_of[day], days=days))
        others = (settled, moved) if taken is None else (settled, moved, taken)
        clash = _find_clashes(moving, others)
        moved = np.sort(np.concatenate([moved, moving[~clash]]))
        moving = moving[clash]
    return np.insert(settled, np.searchsorted(settled, moved), moved)


def _find_clashes(key: Ints, others: tuple[Ints, ...]) -> Bools:
    """Sorted keys that repeat the one before them or stand in one of the other sorted arrays."""
    clash = np.zeros(len(key), np.bool_)
    clash[1:] = key[1:] == key[:-1]
    for other in others:
        if len(other):
            clash |= other[np.minimum(np.searchsorted(other, key), len(other) - 1)] == key
    return clash


def _draw_day(rng: np.random.Generator, month: Ints, *, days: Days) -> Ints:
    """A working day of each month."""
    place = (rng.random(len(month), dtype=np.float32) * days.n_weekdays[month]).astype(np.int64)
    return days.weekdays[month, np.minimum(place, days.n_weekdays[month] - 1)]
