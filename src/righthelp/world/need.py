"""How often people would see a GP with no link worker, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from righthelp.world.days import Bools, Floats
from righthelp.world.people import People
from righthelp.world.settings import World, open_stream


@dataclass(frozen=True)
class Need:
    """Month by month, (months, n_people): `rate`, expected attended GP visits in a full month
    with no link worker; `relative`, the drifting personal rate times that of an episode (mean
    about 1); `episode`, whether an episode of need runs.
    """

    rate: Floats
    relative: NDArray[np.float32]
    episode: Bools


def draw_need(world: World, people: People, *, month_weights: Floats) -> Need:
    """Frailty that drifts (first-order autoregression of its log) and transient episodes."""
    rng = open_stream(world, "need")
    shape = (world.months, world.n_people)
    log_variance = np.log1p(world.frailty_variance)
    carry = np.float32(world.frailty_autocorrelation)
    fresh = np.float32(np.sqrt(1 - world.frailty_autocorrelation**2))
    frailty = rng.standard_normal(shape, dtype=np.float32)
    chance = rng.random(shape, dtype=np.float32)
    episode = np.empty(shape, dtype=np.bool_)
    end = 1 / world.episode_months_mean
    start = world.episode_starts_per_month
    share = start / (start + end)
    episode[0] = chance[0] < share
    for month in range(1, world.months):
        frailty[month] = carry * frailty[month - 1] + fresh * frailty[month]
        episode[month] = chance[month] < np.where(
            episode[month - 1], np.float32(1 - end), np.float32(start)
        )
    relative = frailty
    relative *= np.float32(np.sqrt(log_variance))
    relative -= np.float32(log_variance / 2)
    np.exp(relative, out=relative)
    during = np.float32(world.episode_rr)
    relative *= np.where(episode, during, np.float32(1)) / np.float32(1 + share * (during - 1))
    rate = relative * (people.level * world.gp_rate_per_month)
    rate *= month_weights[:, None]
    return Need(rate, relative, episode)
