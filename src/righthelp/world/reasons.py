"""What each GP visit was about, and the coded record that it leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from righthelp.world.days import Bools, Days, Floats, Ints
from righthelp.world.people import People
from righthelp.world.settings import REASONS, World, open_stream
from righthelp.world.visits import Visits

Codes = NDArray[np.uint8]

CONDITIONS = (
    "44054006",  # type 2 diabetes
    "38341003",  # hypertension
    "195967001",  # asthma
    "13645005",  # chronic obstructive pulmonary disease
    "53741008",  # coronary arteriosclerosis
    "49436004",  # atrial fibrillation
    "84114007",  # heart failure
    "230690007",  # stroke
    "433144002",  # chronic kidney disease, stage 3
    "40930008",  # hypothyroidism
    "396275006",  # osteoarthritis
    "84757009",  # epilepsy
)
"""Long-term conditions that people of a world have or are found to have, as SNOMED CT codes."""
CODES_OF_REASON: tuple[tuple[str, ...], ...] = (
    CONDITIONS,
    ("170777000", "394700004", "394703002"),
    ("35489007", "48694002", "310495003"),
    ("105531004", "160932005", "267076002"),
    ("49727002", "161891005", "68566005"),
)
"""For each reason the codes that a visit for it may leave."""
CLINICAL_REFERRAL = "183515008"
_REFERRAL_SHARES = (0.35, 0.08, 0.08, 0.01, 0.06)
"""Visits that end in a referral to a clinical service, by reason."""
_HELD_MEAN = 0.5
CODES = tuple(sorted({code for codes in CODES_OF_REASON for code in codes} | {CLINICAL_REFERRAL}))
"""Every code of a world; the record holds places in it."""


@dataclass(frozen=True)
class Record:
    """Coded entries by person and day, which may lie before the world; `code`: place in CODES."""

    person: Ints
    day: Ints
    code: Codes


def share_reasons(world: World, people: People) -> Floats:
    """Each person's shares of visits by reason, (n_people, 5), rows summing to 1.

    Long-term conditions rise with age; social matters with social need.
    """
    shares = np.tile(np.asarray(world.reason_shares, dtype=float), (world.n_people, 1))
    age = np.clip((people.age_months / 12 - 20) / 60, 0.1, 1.2)
    shares[:, REASONS.index("long_term_condition")] *= 1.7 * age
    shares[:, REASONS.index("new_problem")] *= 1.7 * age
    shares[:, REASONS.index("social")] *= np.where(people.social_need, 2.5, 0.6)
    result: Floats = shares / shares.sum(axis=1, keepdims=True)
    return result


def draw_reasons(world: World, visits: Visits, *, shares: Floats) -> Codes:
    """A reason for each visit, in the order of the visits."""
    rng = open_stream(world, "reasons")
    edges = np.cumsum(shares, axis=1)[:, :-1].astype(np.float32)
    chance = rng.random(len(visits.key), dtype=np.float32)
    reason = np.zeros(len(visits.key), np.uint8)
    person = visits.person
    for place in range(edges.shape[1]):
        reason += chance >= edges[person, place]
    return reason


def write_record(
    world: World, people: People, *, visits: Visits, reasons: Codes, days: Days
) -> Record:
    """The coded record: conditions held at the start, then what visits were about.

    A newly found problem is a condition that the person has not had coded before; with none left,
    the visit leaves a code of long-term-condition care. A share of the visits leaves no code.
    """
    rng = open_stream(world, "record")
    n_conditions = len(CONDITIONS)
    age = np.clip((people.age_months / 12 - 20) / 60, 0, 1.2)
    held = np.minimum(rng.poisson(_HELD_MEAN * 4 * age**2), n_conditions - 2)
    offset = rng.integers(0, n_conditions, world.n_people)
    owner = np.repeat(np.arange(world.n_people), held)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(held) - held, held)
    known = (offset[owner] + turn) % n_conditions
    born = days.months_back(people.age_months)
    since = np.maximum(-1 - rng.integers(0, 3650, len(owner)), born[owner] + 31)

    person, day = visits.person, visits.day
    found = _find_conditions(person, reasons, offset=offset, held=held)
    about = np.where((reasons == 0) & (found < 0), np.uint8(1), reasons)
    quarter = rng.integers(0, 12, len(person))
    code = np.zeros(len(person), np.int64)
    for reason, codes in enumerate(CODES_OF_REASON):
        places = np.asarray([CODES.index(one) for one in codes])
        chosen = about == reason
        code[chosen] = places[(found if reason == 0 else quarter)[chosen] % len(places)]
    coded = (rng.random(len(person)) < world.coded_share) | (about == 0)
    referred = rng.random(len(person)) < np.asarray(_REFERRAL_SHARES)[about]
    conditions = np.asarray([CODES.index(one) for one in CONDITIONS])
    n_referred = np.count_nonzero(referred)
    entries = (
        np.concatenate([owner, person[coded], person[referred]]),
        np.concatenate([since, day[coded], day[referred]]),
        np.concatenate(
            [conditions[known], code[coded], np.full(n_referred, CODES.index(CLINICAL_REFERRAL))]
        ),
    )
    return Record(entries[0], entries[1], entries[2].astype(np.uint8))


def _find_conditions(person: Ints, reasons: Codes, *, offset: Ints, held: Ints) -> Ints:
    """For each visit with a newly found problem the place of its condition; -1 for the others."""
    found = np.full(len(person), -1)
    new: Bools = reasons == 0
    owner = person[new]
    first = np.searchsorted(owner, owner)
    rank = held[owner] + np.arange(len(owner)) - first
    found[new] = np.where(rank < len(CONDITIONS), (offset[owner] + rank) % len(CONDITIONS), -1)
    return found
