"""How people new to the link worker fared, by what they said themselves, beside their contacts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators import paired
from righthelp.estimators.arrays import FloatArray, IntArray
from righthelp.estimators.quadrants import (
    NO_SCORE,
    chance_quadrants,
    contacts_direction,
    directions_of_comparators,
    quadrants,
)
from righthelp.onsite.cohort import SQL
from righthelp.onsite.outcomes import ScorePairs, read_scores
from righthelp.onsite.rules import Rules
from righthelp.protocol.instruments import Scale, list_scales
from righthelp.protocol.outcomes import Outcomes
from righthelp.returns.wellbeing import KINDS, STANDINGS

ACTIVATION = "pam"
NOT_WELLBEING = (ACTIVATION, "care")
"""Scores that are no wellbeing: activation has a table of its own, CARE is of a consultation."""
FIRST_TAKEN = ("swemwbs", "ons4_satisfied")
"""What stands for wellbeing where the study names no instrument, in this order."""
LEAST_MATCHED = 0.8
"""The share of people with a score who need comparators before anything is expected of all."""
NO_IMPORTANT_CHANGE = "no least difference that matters is agreed or set for this score"
NO_PAIRS = "nobody has a first and a last score"
TOO_FEW_MATCHED = "too few of the people with a score have comparators"


@dataclass(frozen=True)
class ScaleFared:
    """One scale of the new people, exact.

    standing: people by how they stand, as STANDINGS. place: (n,) of those with a pair among the new
    people; first, last: (n,) scores. important: the least difference that matters, in points; where
    it is None, who moved in `change` means nothing. beyond: None where the study gives no mean of
    the population. bands: where the study's own bands begin, rising. reason: why there is no score,
    or empty.
    """

    scale: Scale
    standing: Mapping[str, int]
    place: IntArray
    first: FloatArray
    last: FloatArray
    change: paired.ScoreChange
    important: float | None
    beyond: paired.BeyondRegression | None
    bands: tuple[float, ...]
    reason: str = ""

    @property
    def moves(self) -> bool:
        """Whether anybody can be called better or worse."""
        return self.important is not None


@dataclass(frozen=True)
class FaredQuadrants:
    """Complete new people by the direction of their contacts and of one score.

    counts: (by, stratum) -> (3, 4), rows fewer, same, more, columns better, same, worse, no score;
    ("all", "all") is everybody, the rest by sex and by age. expected: (3, 3), None with a reason.
    counts is empty where the score has no direction.
    """

    kind: str
    scale: Scale
    counts: Mapping[tuple[str, str], IntArray]
    expected: FloatArray | None
    reason: str = ""


@dataclass(frozen=True)
class Wellbeing:
    """Every scale that the study names or the site sent, and the quadrants. n_new: new people."""

    n_new: int
    scales: tuple[ScaleFared, ...]
    quadrants: tuple[FaredQuadrants, ...]


@dataclass(frozen=True)
class _People:
    """The n new people: their unit, the direction of their contacts, strata, and comparators.

    set_place: (r,) place of the case of each comparator; set_direction: (r,).
    """

    unit: IntArray
    is_complete: np.ndarray
    contacts: IntArray
    strata: Mapping[str, np.ndarray]
    set_place: IntArray
    set_direction: IntArray


def read_wellbeing(engine: Engine, rules: Rules) -> Wellbeing | None:
    """Pair the scores and put contacts beside them; None where the site sent no score or answer.

    `people` must hold the counts of the study's own definition, `sets` its matched people.
    """
    sent = "SELECT 1 FROM outcomes UNION ALL SELECT 1 FROM outcome_items LIMIT 1"
    if not engine.rows(sent):
        return None
    pairs = read_scores(engine, rules)
    engine.run_file(SQL, "wellbeing.sql")
    people = _read_people(engine, rules)
    outcomes = rules.study.outcomes
    scales = tuple(_measure(engine, outcomes, one, people=people) for one in pairs)
    return Wellbeing(
        n_new=people.unit.size,
        scales=scales,
        quadrants=tuple(
            _cross(kind, one, people)
            for kind in KINDS
            if (one := choose_scale(kind, scales, outcomes=outcomes)) is not None
        ),
    )


def choose_scale(
    kind: str, scales: Sequence[ScaleFared], *, outcomes: Outcomes
) -> ScaleFared | None:
    """The scale that stands for wellbeing or activation: the study's first, else by FIRST_TAKEN.

    Of those that somebody has twice, one that has a least difference that matters goes first.
    """
    named = [one.name for name in outcomes.instruments for one in list_scales((name,))] or [
        *FIRST_TAKEN,
        ACTIVATION,
    ]
    wanted = [name for name in named if (name == ACTIVATION) == (kind == "activation")]
    if kind == "wellbeing":
        wanted = [name for name in wanted if name not in NOT_WELLBEING]
    held = {one.scale.name: one for one in scales if one.place.size}
    able = [held[name] for name in wanted if name in held]
    return next((one for one in able if one.moves), able[0] if able else None)


def _read_people(engine: Engine, rules: Rules) -> _People:
    """Windows of other lengths are compared per month."""
    found = engine.columns("SELECT * FROM fared_people ORDER BY unit")
    sets = engine.columns("SELECT * FROM fared_others ORDER BY unit, before, after")
    windows = rules.study.windows
    unit = found["unit"].astype(np.int64)

    def direct(rows: Mapping[str, np.ndarray]) -> IntArray:
        return contacts_direction(
            before=rows["before"].astype(float) * windows.after_months,
            after=rows["after"].astype(float) * windows.before_months,
        )

    case = sets["unit"].astype(np.int64)
    known = np.isin(case, unit)
    return _People(
        unit=unit,
        is_complete=found["is_complete"].astype(bool),
        contacts=direct(found),
        strata={"sex": found["sex"].astype(str), "age": found["age_band"].astype(str)},
        set_place=np.searchsorted(unit, case[known]),
        set_direction=direct(sets)[known],
    )


def _measure(
    engine: Engine, outcomes: Outcomes, pairs: ScorePairs, *, people: _People
) -> ScaleFared:
    name = pairs.scale.name
    rows = engine.rows(
        "SELECT standing, first_score FROM fared WHERE instrument = ? ORDER BY unit", [name]
    )
    standing = {key: sum(row[0] == key for row in rows) for key in STANDINGS}
    standing["both"] = sum(row[0] == "pair" for row in rows)
    standing["neither"] = people.unit.size - len(rows)
    lost = [row[1] for row in rows if row[0] in ("first_only", "versions_differ")]
    is_new = np.isin(pairs.unit, people.unit)
    first, last = pairs.first[is_new], pairs.last[is_new]
    assert standing["both"] == first.size
    mean = outcomes.population_mean.get(name)
    return ScaleFared(
        scale=pairs.scale,
        standing=standing,
        place=np.searchsorted(people.unit, pairs.unit[is_new]),
        first=first,
        last=last,
        change=paired.score_change(
            first=first,
            last=last,
            first_only=np.array(lost, dtype=float),
            scale=_range(pairs.scale, pairs.minimal_change),
            reference_mean=mean,
        ),
        important=pairs.minimal_change,
        beyond=None
        if mean is None
        else paired.change_beyond_regression(first=first, last=last, reference_mean=mean),
        bands=outcomes.bands.get(name, ()),
        reason=pairs.reason,
    )


def _range(scale: Scale, important: float | None) -> paired.Scale:
    """The scale as the estimators take it; without an important difference the whole of it."""
    return paired.Scale(
        lowest=scale.lowest,
        highest=scale.highest,
        important=scale.highest - scale.lowest if important is None else important,
        higher_is_better=scale.direction == "higher_is_better",
        step=1.0 if scale.is_whole else 0.0,
    )


def _cross(kind: str, one: ScaleFared, people: _People) -> FaredQuadrants:
    if not one.moves:
        return FaredQuadrants(kind, one.scale, {}, None, NO_IMPORTANT_CHANGE)
    score = np.full(people.unit.size, NO_SCORE)
    score[one.place] = paired.score_direction(
        first=one.first, last=one.last, scale=_range(one.scale, one.important)
    )
    counts = {}
    for by, stratum, kept in _list_strata(people):
        table = quadrants(contacts=people.contacts[kept], score=score[kept])
        counts[by, stratum] = np.column_stack([table.table, table.no_score])
    expected, reason = _expect(one, people)
    return FaredQuadrants(kind, one.scale, counts, expected, reason)


def _list_strata(people: _People) -> Iterator[tuple[str, str, np.ndarray]]:
    yield "all", "all", people.is_complete
    for by, stratum in people.strata.items():
        for name in sorted(set(stratum[people.is_complete].tolist())):
            yield by, name, people.is_complete & (stratum == name)


def _expect(one: ScaleFared, people: _People) -> tuple[FloatArray | None, str]:
    """What to expect of the complete people with a score; those without comparators as the rest."""
    chance = one.change.chance
    if chance.probability is None:
        return None, chance.reason
    kept = people.is_complete[one.place]
    place, score = one.place[kept], chance.probability[kept]
    sets, row_set = np.unique(people.set_place, return_inverse=True)
    matched = np.isin(place, sets)
    if not place.size or matched.sum() < LEAST_MATCHED * place.size:
        return None, TOO_FEW_MATCHED
    shares = directions_of_comparators(
        row_set=row_set, row_direction=people.set_direction, n_sets=sets.size
    )[np.searchsorted(sets, place[matched])]
    contacts = np.tile(shares.mean(axis=0), (place.size, 1))
    contacts[matched] = shares
    found = chance_quadrants(contacts_probability=contacts, score_probability=score)
    return found.expected, ""
