"""The kinds of world of the validity benchmark: each changes one thing of the plain one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from righthelp.world import World


@dataclass(frozen=True)
class Scenario:
    """A kind of world: what it changes of the plain one, in which nothing is done."""

    name: str
    title: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    n_sites: int = 1

    @property
    def effect_rr(self) -> float:
        """Visits after the first contact, against no contact: the truth."""
        return float(self.changes.get("effect_rr", 1.0))

    def world(self, seed: int) -> World:
        """One such world; worlds of one seed share every draw that the scenario does not change."""
        return World(seed=seed, **{**PLAIN, **self.changes})

    def worlds(self, seed: int) -> tuple[World, ...]:
        """One study: a world for each site."""
        if self.n_sites == 1:
            return (self.world(seed),)
        return tuple(self.world(100 * seed + number) for number in range(self.n_sites))


PLAIN: Mapping[str, Any] = {
    "n_people": 10_000,
    "referral_probability": 0.0085,
    "start_on": date(2021, 7, 1),
    "months": 42,
    "scheme_start_month": 18,
}
UNOBSERVED = {"need_observed": False, "referral_need_rr": 2.0, "referral_episode_rr": 1.5}
LOSSES = {
    "attrition_need_power": 1.5,
    "death_rate_per_month": 0.003,
    "departure_rate_per_month": 0.012,
}
EIGHT_SITES = {"n_people": 1_800}
SCENARIOS = (
    Scenario("no-effect", "Nothing is done; referral depends on visits alone"),
    Scenario("effect", "Visits after the first contact are thinned to 0.85", {"effect_rr": 0.85}),
    Scenario("more", "A tenth more visits after the first contact", {"effect_rr": 1.10}),
    Scenario(
        "by-count",
        "Nothing is done; referral rises steeply with recent visits",
        {"referral_recent_rr": 1.4},
    ),
    Scenario(
        "by-need",
        "Nothing is done; deprivation, which is recorded, doubles referral",
        {"referral_need_rr": 2.0},
    ),
    Scenario(
        "by-episode",
        "Nothing is done; an episode of need doubles referral",
        {"referral_episode_rr": 2.0},
    ),
    Scenario(
        "unobserved",
        "Nothing is done; social need in no record doubles referral, episodes raise it by half",
        UNOBSERVED,
    ),
    Scenario(
        "unobserved-effect",
        "The same, and visits are thinned to 0.85",
        {**UNOBSERVED, "effect_rr": 0.85},
    ),
    Scenario(
        "lag-0",
        "Nothing is done; seen within a fortnight of the referral",
        {"lag_months": (0,), "lag_weights": (1.0,)},
    ),
    Scenario(
        "lag-3",
        "Nothing is done; seen three months after the referral",
        {"lag_months": (3,), "lag_weights": (1.0,)},
    ),
    Scenario(
        "attrition", "Nothing is done; many die or leave, the more so the more they come", LOSSES
    ),
    Scenario(
        "attrition-effect",
        "The same, and visits are thinned to 0.85",
        {**LOSSES, "effect_rr": 0.85},
    ),
    Scenario(
        "drift", "Nothing is done; people's own rates drift fast", {"frailty_autocorrelation": 0.90}
    ),
    Scenario(
        "steady",
        "Nothing is done; people's own rates stay as they are",
        {"frailty_autocorrelation": 1.0},
    ),
    Scenario("small", "Nothing is done; about 30 people compared", {"n_people": 1_100}),
    Scenario(
        "small-effect",
        "About 30 people compared, visits thinned to 0.85",
        {"n_people": 1_100, "effect_rr": 0.85},
    ),
    Scenario("large", "Nothing is done; about 1,100 people compared", {"n_people": 40_000}),
    Scenario(
        "large-effect",
        "About 1,100 people compared, visits thinned to 0.85",
        {"n_people": 40_000, "effect_rr": 0.85},
    ),
    Scenario("sites", "Nothing is done; eight sites of about 50 people", EIGHT_SITES, n_sites=8),
    Scenario(
        "sites-effect",
        "Eight sites of about 50 people, visits thinned to 0.85",
        {**EIGHT_SITES, "effect_rr": 0.85},
        n_sites=8,
    ),
)
