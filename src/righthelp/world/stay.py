"""How long people stay registered: death and departure, likelier when need is high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.world.days import Bools, Days, Ints
from righthelp.world.need import Need
from righthelp.world.people import People
from righthelp.world.settings import World, open_stream


@dataclass(frozen=True)
class Stay:
    """Day each person's registration ends (past the last day while it lasts), and whether dead."""

    end: Ints
    died: Bools


def draw_stay(world: World, people: People, *, need: Need, days: Days) -> Stay:
    """Death and departure by hazards that rise with need; deaths also with age.

    A person who leaves does so on a day after joining and is registered up to the day before.
    """
    rng = open_stream(world, "stay")
    n = world.n_people
    death_patience = rng.exponential(1.0, n)
    departure_patience = rng.exponential(1.0, n)
    age = np.exp(0.08 * (people.age_months / 12 - 50))
    death_factor = world.death_rate_per_month * age / age.mean()
    death = np.full(n, np.inf)
    departure = np.full(n, np.inf)
    used = np.zeros(n)
    joined_month = np.where(
        people.joined <= 0, 0, days.month_of[np.clip(people.joined, 0, days.n_days - 1)]
    )
    for month in range(world.months):
        hazard = need.relative[month] ** np.float32(world.attrition_need_power)
        hazard = np.where(joined_month <= month, hazard, 0.0)
        first, length = days.month_first[month], np.diff(days.month_first)[month]
        for factor, patience, when in (
            (death_factor, death_patience, death),
            (world.departure_rate_per_month, departure_patience, departure),
        ):
            now = np.flatnonzero((used + hazard) * factor >= patience)
            now = now[np.isinf(when[now])]
            scale = factor[now] if isinstance(factor, np.ndarray) else factor
            part = (patience[now] / scale - used[now]) / hazard[now]
            when[now] = np.floor(first + part * length)
        used += hazard
    end = np.minimum(death, departure)
    end = np.where(np.isinf(end), days.n_days + 1, np.maximum(end, people.joined + 1))
    return Stay(end.astype(np.int64), np.isfinite(death) & (death <= departure))
