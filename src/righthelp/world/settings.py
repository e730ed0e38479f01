"""What a simulated world is like: every number that can be turned, and its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np

from righthelp.errors import Problem, UsageError

SEASON = (1.044, 1.010, 1.047, 1.011, 1.003, 0.985, 0.967, 0.913, 1.004, 1.005, 1.026, 0.986)
"""Attended GP appointments a working day, January to December, mean 1.

Source: NHS England GP appointments data, March 2019 to February 2020, 49 CCGs."""

REASONS = ("new_problem", "long_term_condition", "mental_health", "social", "other")
"""What a visit can be about, in the order of `reason_shares` and `effect_by_reason`."""

Stream = Literal[
    "people",
    "need",
    "stay",
    "visits",
    "referral",
    "contacts",
    "effect",
    "book",
    "staff",
    "reasons",
    "record",
    "help",
]
_STREAMS: tuple[Stream, ...] = get_args(Stream)


_SHARES = (
    "coded_share",
    "offered_share",
    "fit_share",
    "flagged_share",
    "scored_again_share",
    "social_need_share",
    "late_joiner_share",
    "did_not_attend_share",
    "same_day_share",
    "returned_share",
    "referral_probability",
    "episode_starts_per_month",
)
_AMOUNTS = (
    "seed",
    "gp_rate_per_month",
    "person_log_sd",
    "frailty_variance",
    "practice_log_sd",
    "trend_per_year",
    "episode_rr",
    "social_need_rr",
    "practices_without_role",
    "scheme_start_month",
    "scheme_stagger_months",
    "referral_recent_rr",
    "referral_need_rr",
    "referral_episode_rr",
    "follow_up_contacts_mean",
    "death_rate_per_month",
    "departure_rate_per_month",
    "attrition_need_power",
    "other_staff_ratio",
)


@dataclass(frozen=True)
class World:
    """A registered adult population, its GP practices, and a link worker scheme of known effect.

    As set here, whether somebody is referred depends on nothing but GP visits, so a study that
    sees the visits can account for it. `referral_need_rr` (with `need_observed` false) and
    `referral_episode_rr` above 1 make a cause of referral that the records do not show.
    """

    seed: int = 1
    n_people: int = 10_000
    start_on: date = date(2022, 1, 1)
    months: int = 36
    site_id: str = "world"
    n_practices: int = 2
    practices_without_role: int = 0
    """The last so many practices write role `unknown` beside every appointment, and keep their link
    worker out of the book."""

    gp_rate_per_month: float = 0.35
    """Mean attended GP visits a person a month, at most one a day."""
    person_log_sd: float = 0.25
    """Lasting differences between people on the log scale, beside age and sex."""
    frailty_variance: float = 0.6
    """Variance of the personal rate (mean 1) that drifts."""
    frailty_autocorrelation: float = 0.98
    """Correlation of the log of that rate from one month to the next."""
    practice_log_sd: float = 0.15
    season: tuple[float, ...] = SEASON
    trend_per_year: float = 1.01

    episode_starts_per_month: float = 0.012
    episode_months_mean: float = 2.5
    episode_rr: float = 2.5
    """Visits during an episode of need, against outside it."""
    social_need_share: float = 0.2
    social_need_rr: float = 1.4
    """Visits of people with social need, against others."""
    need_observed: bool = True
    """Social need is then the same as deprivation decile 1 or 2; else unrelated to it."""

    scheme_start_month: int = 12
    """Months after `start_on` at which referral begins."""
    scheme_stagger_months: int = 0
    """Practices begin at equal steps over so many months."""
    referral_probability: float = 0.005
    """Of an attended GP visit with no other in the 91 days before it."""
    referral_recent_rr: float = 1.15
    """For each attended GP visit in the 91 days before, up to 8."""
    referral_need_rr: float = 1.0
    referral_episode_rr: float = 1.0
    lag_months: tuple[int, ...] = (0, 1, 3)
    """From referral to the first link worker contact, about 30 days each and 1-14 days more."""
    lag_weights: tuple[float, ...] = (0.45, 0.40, 0.15)
    uptake: float = 0.8
    returned_share: float = 0.04
    """Of all referrals; those who neither take it up nor are returned decline."""
    follow_up_contacts_mean: float = 3.0
    """Further link worker contacts, about four weeks apart."""
    effect_rr: float = 1.0
    """Attended GP visits from the day after the first link worker contact, against no contact."""
    effect_by_reason: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    """The same for each reason (REASONS), on top of `effect_rr`."""

    reason_shares: tuple[float, ...] = (0.02, 0.25, 0.12, 0.09, 0.52)
    """What visits are about (REASONS), before age and social need."""
    coded_share: float = 0.85
    """Visits that leave a code of what they were about; newly found problems always do."""
    offered_share: float = 0.9
    """Needs of people seen for which support is offered."""
    fit_share: float = 0.85
    """Support offered that addresses the need."""
    flagged_share: float = 0.1
    """People seen of whom the link worker passes something back to the practice."""
    scored_again_share: float = 0.55
    """Of those who filled in a questionnaire at the start, those who do so again."""
    wellbeing_effect: float = 0.25
    """Change of wellbeing by the link worker, in standard deviations of people."""

    death_rate_per_month: float = 0.0008
    departure_rate_per_month: float = 0.004
    attrition_need_power: float = 0.7
    """Death and departure rise with the personal rate to this power; 0 is uninformative."""
    late_joiner_share: float = 0.06

    attended_share: float = 0.90
    did_not_attend_share: float = 0.05
    same_day_share: float = 0.03
    """Of attended GP visits, those with a second GP appointment on the same day."""
    other_staff_ratio: float = 0.85
    """Appointments with other staff for each GP appointment; no effect on them."""

    def __post_init__(self) -> None:
        problems = [
            Problem(f"{name} is {getattr(self, name)}", f"world: {name}", f"Give {wanted}.")
            for name, right, wanted in _list_rules(self)
            if not right
        ]
        if problems:
            raise UsageError("this world cannot be made", problems=problems)


def _list_rules(world: World) -> list[tuple[str, bool, str]]:
    """Each setting that can be wrong, whether it is right, and what would be."""
    rules = [
        ("n_people", world.n_people >= 1, "one person or more"),
        ("start_on", world.start_on.day == 1, "the first day of a month"),
        ("months", 1 <= world.months <= 240, "1 to 240 months"),
        (
            "n_practices",
            1 <= world.n_practices <= min(world.n_people, 8000),
            "1 to n_people practices",
        ),
        (
            "frailty_autocorrelation",
            0 <= world.frailty_autocorrelation <= 1,
            "a number from 0 to 1",
        ),
        ("season", len(world.season) == 12 and min(world.season) > 0, "12 numbers above 0"),
        ("episode_months_mean", world.episode_months_mean >= 1, "1 month or more"),
        ("lag_months", min(world.lag_months, default=-1) >= 0, "one or more months from 0"),
        (
            "lag_weights",
            len(world.lag_weights) == len(world.lag_months)
            and min(world.lag_weights, default=-1) >= 0
            and sum(world.lag_weights) > 0,
            "one weight of 0 or more for each of lag_months",
        ),
        ("effect_rr", 0 <= world.effect_rr <= 3, "a ratio from 0 to 3"),
        (
            "effect_by_reason",
            len(world.effect_by_reason) == len(REASONS)
            and min(world.effect_by_reason) >= 0
            and world.effect_rr * max(world.effect_by_reason) <= 20,
            "a ratio of 0 or more for each of five reasons, with effect_rr at most 20",
        ),
        (
            "reason_shares",
            len(world.reason_shares) == len(REASONS) and min(world.reason_shares) > 0,
            "a share above 0 for each of five reasons",
        ),
        ("wellbeing_effect", abs(world.wellbeing_effect) <= 3, "a number from -3 to 3"),
        (
            "attended_share",
            0 < world.attended_share <= 1 - world.did_not_attend_share,
            "a share above 0 that leaves room for did_not_attend_share",
        ),
        ("uptake", 0 <= world.uptake <= 1 - world.returned_share, "a share within 1"),
    ]
    rules += [(n, 0 <= getattr(world, n) <= 1, "a share from 0 to 1") for n in _SHARES]
    rules += [
        (n, math.isfinite(getattr(world, n)) and getattr(world, n) >= 0, "0 or more")
        for n in _AMOUNTS
    ]
    return rules


def open_stream(world: World, name: Stream) -> np.random.Generator:
    """Random numbers for one part of the world; a setting that another part uses changes none."""
    return np.random.default_rng([world.seed, _STREAMS.index(name)])
