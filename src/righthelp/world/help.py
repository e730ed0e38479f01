"""What the link worker scheme did for people: needs, support, flags, and how people fared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from righthelp.protocol.instruments import find_scale
from righthelp.world.days import Days, Ints
from righthelp.world.people import People
from righthelp.world.scheme import NEVER, Referrals
from righthelp.world.settings import World, open_stream
from righthelp.world.stay import Stay

NEEDS = (
    "loneliness",
    "low mood or anxiety",
    "debt or benefits",
    "housing",
    "long-term condition",
    "activity or weight",
    "caring",
    "employment",
)
SUPPORTS = (
    "befriending",
    "wellbeing group",
    "money advice",
    "housing advice",
    "self-management course",
    "exercise on referral",
    "carers' centre",
    "job coaching",
)
"""For each need, at the same place, the support that addresses it."""
REFERRERS = ("gp", "nurse", "other_direct_care", "admin", "self")
RETURN_REASONS = ("need not served", "already supported elsewhere", "could not be reached")
FLAG_KINDS = ("medical concern", "medication", "safeguarding")
INSTRUMENTS = ("swemwbs", "pam", "ons4_satisfied", "ons4_anxious")
_NEED_WEIGHTS = (0.24, 0.24, 0.12, 0.08, 0.10, 0.10, 0.06, 0.06)
_REFERRER_WEIGHTS = (0.78, 0.10, 0.06, 0.03, 0.03)


@dataclass(frozen=True)
class Help:
    """Needs and support by referral (its place), flags and scores by person; days, or NEVER.

    referrer, return_reason: a word for each referral. score: one decimal or two.
    """

    referrer: Ints
    return_reason: Ints
    need_referral: Ints
    need: Ints
    need_resolved: Ints
    support_referral: Ints
    support: Ints
    offered: Ints
    accepted: Ints
    started: Ints
    flag_person: Ints
    flag_day: Ints
    flag: Ints
    score_person: Ints
    score_day: Ints
    instrument: Ints
    score: np.ndarray


def give_help(
    world: World, people: People, *, referrals: Referrals, stay: Stay, days: Days
) -> Help:
    """Needs recorded at referral; for people seen support, flags and scores while registered."""
    rng = open_stream(world, "help")
    n = len(referrals.person)
    last = np.minimum(stay.end[referrals.person], days.n_days)
    n_needs = 1 + (rng.random(n) < 0.4)
    of = np.repeat(np.arange(n), n_needs)
    second = np.arange(len(of)) - np.repeat(np.cumsum(n_needs) - n_needs, n_needs)
    first = rng.choice(len(NEEDS), n, p=_NEED_WEIGHTS)
    poor = people.social_need[referrals.person] & (rng.random(n) < 0.3)
    first = np.where(poor, NEEDS.index("debt or benefits"), first)
    other = 1 + rng.integers(0, len(NEEDS) - 1, len(of))
    need = (first[of] + second * other) % len(NEEDS)

    begun = referrals.first_contact[of]
    offered = np.where(begun != NEVER, begun + rng.integers(0, 22, len(of)), NEVER)
    offered = np.where(rng.random(len(of)) < world.offered_share, offered, NEVER)
    fits = rng.random(len(of)) < world.fit_share
    support = np.where(fits, need, (need + 1 + rng.integers(0, 7, len(of))) % len(NEEDS))
    accepted = _then(rng, offered, share=0.8, within=15)
    started = _then(rng, accepted, share=0.85, within=60)
    resolved = _then(rng, np.where(fits, started, NEVER), share=0.6, within=120)
    offered, accepted, started, resolved = (
        np.where(day < last[of], day, NEVER) for day in (offered, accepted, started, resolved)
    )
    given = offered != NEVER

    flag = _then(rng, referrals.first_contact, share=world.flagged_share, within=60)
    flagged = (flag != NEVER) & (flag < last)
    kind = rng.choice(len(FLAG_KINDS), n, p=(0.6, 0.25, 0.15))
    scores = _score(world, rng, referrals, last=last)
    return Help(
        referrer=rng.choice(len(REFERRERS), n, p=_REFERRER_WEIGHTS),
        return_reason=np.where(
            referrals.returned != NEVER, rng.choice(len(RETURN_REASONS), n), NEVER
        ),
        need_referral=of,
        need=need,
        need_resolved=resolved,
        support_referral=of[given],
        support=support[given],
        offered=offered[given],
        accepted=accepted[given],
        started=started[given],
        flag_person=referrals.person[flagged],
        flag_day=flag[flagged],
        flag=kind[flagged],
        score_person=scores[0],
        score_day=scores[1],
        instrument=scores[2],
        score=scores[3],
    )


def _then(rng: np.random.Generator, day: Ints, *, share: float, within: int) -> Ints:
    """A later day for a share of those that have a day."""
    happens = rng.random(len(day)) < share
    wait = rng.integers(0, within, len(day))
    return np.where(happens & (day != NEVER), day + wait, NEVER)


def _score(
    world: World, rng: np.random.Generator, referrals: Referrals, *, last: Ints
) -> tuple[Ints, Ints, Ints, np.ndarray]:
    """Scores at the first contact and about six months later, of those who fill them in.

    Wellbeing moves back towards its mean by itself, and by `wellbeing_effect` standard deviations
    because of the link worker; whether somebody answers again has nothing to do with it.
    """
    n = len(referrals.person)
    begun = referrals.first_contact
    start = rng.normal(-0.5, 1.0, n)
    later = 0.6 * start + rng.normal(0.0, 0.7, n) + world.wellbeing_effect
    again = begun + 150 + rng.integers(0, 70, n)
    answers = (begun != NEVER) & (begun < last) & (rng.random(n) < 0.8)
    answers_again = answers & (again < last) & (rng.random(n) < world.scored_again_share)
    rows = []
    for place, instrument in enumerate(INSTRUMENTS):
        for level, day, who in ((start, begun, answers), (later, again, answers_again)):
            noise = rng.normal(0.0, 0.3, n)
            score = _put_on_scale(instrument, level + noise)[who]
            rows.append((referrals.person[who], day[who], np.full(who.sum(), place), score))
    person, day, kind, score = (np.concatenate(part) for part in zip(*rows, strict=True))
    return person, day, kind, score


def _put_on_scale(instrument: str, level: np.ndarray) -> np.ndarray:
    """A level in standard deviations as a score of the instrument."""
    if instrument == "swemwbs":
        scale = find_scale(instrument)
        assert scale is not None
        raw = np.clip(np.round(21 + 4.5 * level), 7, 35).astype(np.int64)
        metric: np.ndarray = np.asarray([scale.metric[total] for total in range(7, 36)])[raw - 7]
        return metric
    if instrument == "pam":
        score: np.ndarray = np.round(np.clip(58 + 12 * level, 0, 100), 1)
        return score
    sign = -1 if instrument == "ons4_anxious" else 1
    item: np.ndarray = np.clip(np.round((6 if sign > 0 else 4) + sign * 2 * level), 0, 10)
    return item
