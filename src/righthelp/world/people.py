"""Who is registered where: age, sex, deprivation, social need, and who joins late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.world.days import Bools, Days, Floats, Ints
from righthelp.world.settings import World, open_stream

SEXES = ("female", "male")
ETHNICITIES = ("white", "asian", "black", "mixed", "other")
_ETHNICITY_SHARES = (0.80, 0.10, 0.04, 0.03, 0.03)


@dataclass(frozen=True)
class People:
    """One entry a person, ordered by practice. `joined` may be negative (before the first day).

    `level`: lasting rate of visits against the population's mean of 1.
    """

    practice: Ints
    sex: Ints
    age_months: Ints
    ethnicity: Ints
    imd_decile: Ints
    social_need: Bools
    joined: Ints
    level: Floats


def draw_people(world: World, days: Days) -> People:
    """Adults of 18 to 95 at the first day, in practices of unequal size."""
    rng = open_stream(world, "people")
    n = world.n_people
    size = rng.lognormal(0.0, 0.35, world.n_practices)
    practice = np.sort(rng.choice(world.n_practices, n, p=size / size.sum()))
    practice[: world.n_practices] = np.arange(world.n_practices)  # none is empty
    practice.sort()
    sex = (rng.random(n) < 0.49).astype(np.int64)
    age_months = (12 * (18 + 77 * rng.beta(1.3, 1.9, n))).astype(np.int64)
    ethnicity = rng.choice(len(ETHNICITIES), n, p=_ETHNICITY_SHARES)
    social_need = rng.random(n) < world.social_need_share
    chance = rng.random(n)
    if world.need_observed:
        imd_decile = np.where(social_need, 1 + chance * 2, 3 + chance * 8).astype(np.int64)
    else:
        imd_decile = (1 + chance * 10).astype(np.int64)
    late = rng.random(n) < world.late_joiner_share
    joined = np.where(
        late,
        1 + rng.integers(0, max(days.n_days - 1, 1), n),
        -30 - np.minimum(rng.exponential(2500.0, n), age_months * 30.0 - 31).astype(np.int64),
    )
    practice_level = rng.normal(0.0, 1.0, world.n_practices) * world.practice_log_sd
    personal = rng.normal(0.0, 1.0, n) * world.person_log_sd
    log_level = (
        0.010 * (age_months / 12 - 50)
        + 0.25 * (sex == 0)
        + np.log(np.where(social_need, max(world.social_need_rr, 1e-12), 1.0))
        + practice_level[practice]
        + personal
    )
    level = np.exp(log_level)
    return People(
        practice, sex, age_months, ethnicity, imd_decile, social_need, joined, level / level.mean()
    )
