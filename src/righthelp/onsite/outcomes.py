"""What people said of themselves before and after: scores made, and the two that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from righthelp.engine import Engine
from righthelp.estimators.arrays import FloatArray, IntArray
from righthelp.estimators.scores import Scores, look_up_metric, look_up_utility, sum_answers
from righthelp.onsite.cohort import SQL
from righthelp.onsite.rules import Rules
from righthelp.protocol.instruments import NO_VALUE_SET, Scale, list_instruments, list_scales
from righthelp.protocol.instruments.value_sets import UtilityTable, read_value_set
from righthelp.protocol.outcomes import Outcomes


@dataclass(frozen=True)
class ScorePairs:
    """The first and last score of each seen person on one scale, and who lacks which.

    unit: (n,) of `units`, so that contacts can be put beside them; first, last: (n,) scores;
    first_day, last_day: (n,) days from the first contact with the link worker; version: (n,) text.
    n_seen: everybody seen; n_first_only, n_last_only, n_versions_differ: those without a pair;
    n_neither: those without a score in either spell. n_disagreeing: days on which scores disagreed
    and were left out. minimal_change: None where none is agreed or set. reason: why there is no
    score at all, or empty.
    """

    scale: Scale
    unit: IntArray
    first: FloatArray
    last: FloatArray
    first_day: IntArray
    last_day: IntArray
    version: tuple[str, ...]
    n_seen: int
    n_first_only: int
    n_last_only: int
    n_versions_differ: int
    n_disagreeing: int
    minimal_change: float | None
    reason: str = ""

    @property
    def n(self) -> int:
        """People with a pair."""
        return int(self.unit.size)

    @property
    def n_neither(self) -> int:
        """People without a score in either spell."""
        lacking = self.n_first_only + self.n_last_only + self.n_versions_differ
        return self.n_seen - self.n - lacking


def read_scores(engine: Engine, rules: Rules) -> list[ScorePairs]:
    """Score the answers and choose the pairs, scale by scale in the order of the declarations.

    A scale is told of where the study names it or the site sent it. Reads `outcomes`,
    `outcome_items` and `units`; both tables of outcomes may be empty. Raises ProtocolError for a
    value set that cannot be used.
    """
    outcomes = rules.study.outcomes
    write_outcome_rules(engine, outcomes)
    _score_forms(engine, outcomes)
    engine.run_file(SQL, "scores.sql")
    sent = {row[0] for row in engine.rows("SELECT DISTINCT instrument FROM scores_made")}
    filled = {row[0] for row in engine.rows("SELECT DISTINCT instrument FROM forms")}
    told = []
    for scale in outcomes.list_scales():
        needs_set = scale.rule == "value_set"
        could_be_made = needs_set and scale.instrument in filled
        if outcomes.instruments or scale.name in sent or could_be_made:
            lacks_set = needs_set and scale.instrument not in outcomes.value_set
            told.append(_read_pairs(engine, outcomes, scale=scale, lacks_set=lacks_set))
    return told


def read_value_sets(outcomes: Outcomes) -> dict[str, UtilityTable]:
    """The value sets that a study names, by the scale that takes them; raises ProtocolError."""
    return {
        scale.name: read_value_set(named.path, named.version, scale=scale)
        for scale in list_scales()
        if scale.rule == "value_set" and (named := outcomes.value_set.get(scale.instrument))
    }


def write_outcome_rules(engine: Engine, outcomes: Outcomes) -> None:
    """Write the declarations and the study's choice of them as the tables that the SQL joins."""
    used = {scale.name for scale in outcomes.list_scales()}
    instruments = list_instruments()
    scales = [(one, scale) for one in instruments for scale in one.scales]
    engine.create_table(
        "instrument_rules",
        {
            "instrument": "VARCHAR",
            "lowest": "DOUBLE",
            "highest": "DOUBLE",
            "is_whole": "BOOLEAN",
            "empty_version": "VARCHAR",
            "raw_version": "VARCHAR",
            "needs_set": "BOOLEAN",
            "set_version": "VARCHAR",
            "is_used": "BOOLEAN",
        },
        rows=[
            (
                scale.name,
                scale.lowest,
                scale.highest,
                scale.is_whole,
                one.version_if_empty,
                one.raw_version,
                scale.rule == "value_set",
                _name_set(outcomes, one.name) if scale.rule == "value_set" else None,
                scale.name in used,
            )
            for one, scale in scales
        ],
    )
    engine.create_table(
        "instrument_versions",
        {"instrument": "VARCHAR", "version": "VARCHAR"},
        rows=[(scale.name, version) for one, scale in scales for version in one.versions],
    )
    engine.create_table(
        "metric_scores",
        {"instrument": "VARCHAR", "raw": "INTEGER", "score": "DOUBLE"},
        rows=[(scale.name, *row) for _, scale in scales for row in scale.metric.items()],
    )
    engine.create_table(
        "questionnaires",
        {"instrument": "VARCHAR", "items_allowed": "BOOLEAN", "is_used": "BOOLEAN"},
        rows=[
            (one.name, one.items_allowed, any(scale.name in used for scale in one.scales))
            for one in instruments
        ],
    )
    _write_items(engine)
    days = ("before_days", "start_days", "follow_up_from_days", "follow_up_days")
    engine.create_table(
        "score_days",
        dict.fromkeys((*days, "follow_up_to_days"), "INTEGER"),
        rows=[tuple(getattr(outcomes, name) for name in (*days, "follow_up_to_days"))],
    )


def _name_set(outcomes: Outcomes, instrument: str) -> str | None:
    named = outcomes.value_set.get(instrument)
    return named.version.strip().lower() if named else None


def _write_items(engine: Engine) -> None:
    """Which items an instrument has, what may be answered, and in which scales they count."""
    counted = [
        (number, place, scale, item)
        for number, scale in enumerate(list_scales())
        for place, item in enumerate(scale.items)
    ]
    ranges = {(scale.instrument, item): scale.answers for _, _, scale, item in counted}
    engine.create_table(
        "item_rules",
        {"instrument": "VARCHAR", "item": "VARCHAR", "lowest": "INTEGER", "highest": "INTEGER"},
        rows=[(*place, *answers) for place, answers in ranges.items() if answers],
    )
    engine.create_table(
        "scale_items",
        {"scale": "INTEGER", "place": "INTEGER", "instrument": "VARCHAR", "item": "VARCHAR"},
        rows=[(number, place, scale.instrument, item) for number, place, scale, item in counted],
    )


def _score_forms(engine: Engine, outcomes: Outcomes) -> None:
    """Score every form that was sent as answers; makes `form_scores`."""
    engine.run_file(SQL, "answers.sql")
    tables = read_value_sets(outcomes)
    rows = engine.columns("SELECT form, scale, place, answer FROM form_answers")
    made: list[tuple[int, str, float]] = []
    for number, scale in enumerate(list_scales()):
        own = rows["scale"] == number
        if not own.any() or (scale.rule == "value_set" and scale.name not in tables):
            continue
        forms, at = np.unique(rows["form"][own], return_inverse=True)
        answers = np.zeros((forms.size, len(scale.items)))
        answered = np.zeros(answers.shape, dtype=np.bool_)
        answers[at, rows["place"][own]] = rows["answer"][own]
        answered[at, rows["place"][own]] = True
        scores = score_scale(scale, answers=answers, answered=answered, tables=tables)
        kept = scores.is_scored
        pairs = zip(forms[kept].tolist(), scores.score[kept].tolist(), strict=True)
        made += [(form, scale.name, score) for form, score in pairs]
    columns = {"form": "INTEGER", "instrument": "VARCHAR", "score": "DOUBLE"}
    engine.create_table("form_scores", columns, rows=made)


def score_scale(
    scale: Scale,
    *,
    answers: FloatArray,
    answered: np.ndarray,
    tables: Mapping[str, UtilityTable],
) -> Scores:
    """Score forms by the scale's own rule; answers and answered (flags) are (n, items)."""
    assert scale.rule != "imported", "a score that is imported is never made here"
    if scale.rule == "value_set":
        assert scale.answers is not None
        return look_up_utility(
            levels=answers,
            answered=answered,
            utilities=tables[scale.name].utilities,
            n_levels=scale.answers[1],
        )
    sums = sum_answers(answers=answers, answered=answered, most_missing=scale.most_missing)
    if scale.rule != "metric":
        return sums
    return look_up_metric(
        raw=sums, table_raw=list(scale.metric), table_score=list(scale.metric.values())
    )


def _read_pairs(engine: Engine, outcomes: Outcomes, *, scale: Scale, lacks_set: bool) -> ScorePairs:
    rows = engine.rows(
        "SELECT p.unit, p.version, p.first_score, p.last_score, p.first_on - u.contact_on, "
        "p.last_on - u.contact_on FROM score_pairs AS p JOIN units AS u ON p.unit = u.unit "
        "WHERE p.instrument = ? ORDER BY p.unit",
        [scale.name],
    )
    standing = dict(
        engine.rows(
            "SELECT standing, count(*) FROM score_standing WHERE instrument = ? GROUP BY standing",
            [scale.name],
        )
    )
    disagreeing = engine.rows(
        "SELECT coalesce(sum(n), 0) FROM scores_disagreeing WHERE instrument = ?", [scale.name]
    )
    unit, version, first, last, first_day, last_day = zip(*rows, strict=True) if rows else ((),) * 6
    return ScorePairs(
        scale=scale,
        unit=np.array(unit, dtype=np.int64),
        first=np.array(first, dtype=np.float64),
        last=np.array(last, dtype=np.float64),
        first_day=np.array(first_day, dtype=np.int64),
        last_day=np.array(last_day, dtype=np.int64),
        version=tuple(version),
        n_seen=engine.rows("SELECT count(*) FROM units WHERE grp = 'seen'")[0][0],
        n_first_only=standing.get("first_only", 0),
        n_last_only=standing.get("last_only", 0),
        n_versions_differ=standing.get("versions_differ", 0),
        n_disagreeing=int(disagreeing[0][0]),
        minimal_change=outcomes.find_minimal_change(scale),
        reason=NO_VALUE_SET if lacks_set else "",
    )
