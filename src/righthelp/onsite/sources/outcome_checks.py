"""What is odd in scores and answers of questionnaires, by what is declared of them."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.onsite.outcomes import write_outcome_rules
from righthelp.onsite.sources.columns import ColumnCheck
from righthelp.onsite.sources.landing import Landed
from righthelp.protocol.outcomes import Outcomes

_SCORE = "concat(instrument, ' ', score)"
_VERSION = "nullif(lower(trim(e.version)), '')"
_SAME_DAY = "patient_id, date, instrument, version"
_METRIC = (
    "LEFT JOIN metric_scores AS m ON e.instrument = m.instrument AND "
    f"CASE WHEN {_VERSION} = r.raw_version THEN e.score = m.raw "
    "ELSE abs(e.score - m.score) < 0.005 END"
)
_SCORE_CHECKS: tuple[tuple[str, str, str], ...] = (
    ("instrument_not_used", "instrument", "NOT r.is_used"),
    ("score_missing", "score", "e.score IS NULL"),
    (
        "utility_without_value_set",
        "version",
        f"r.needs_set AND NOT coalesce({_VERSION} = r.set_version, false)",
    ),
    ("score_out_of_range", "score", "e.score < r.lowest OR e.score > r.highest"),
    (
        "score_not_possible",
        "score",
        "(r.is_whole AND e.score <> floor(e.score)) OR (r.raw_version <> '' AND m.raw IS NULL)",
    ),
)


def check_outcomes(check: ColumnCheck, landed: Mapping[str, Landed], *, outcomes: Outcomes) -> None:
    """Check landed scores and answers, and note all that cannot be used.

    To be called once their columns have been checked and before the rows in `read_left_out` are
    deleted. A table that did not come is passed over.
    """
    write_outcome_rules(check.engine, outcomes)
    scores, answers = landed["outcomes"], landed["outcome_items"]
    if scores.files:
        _check_scores(check, scores)
        _check_versions(check, scores)
    if answers.files:
        _check_questionnaires(check, answers)
        _check_answers(check, answers)


def _keep(landed: Landed) -> str:
    """Rows that have not been left out so far."""
    return f"e.rowid NOT IN (SELECT row_id FROM read_left_out WHERE name = '{landed.table.name}')"


def _check_scores(check: ColumnCheck, landed: Landed) -> None:
    unknown = "instrument = 'unknown'"
    check.note(landed, "instrument_unknown", column="instrument", where=unknown, value="instrument")
    joined = (
        f"FROM {landed.name} AS e JOIN instrument_rules AS r ON e.instrument = r.instrument "
        f"{_METRIC}"
    )
    for kind, column, test in _SCORE_CHECKS:
        check.note(
            landed,
            kind,
            column=column,
            where=f"rowid IN (SELECT e.rowid {joined} WHERE {test})",
            value="concat_ws(' ', instrument, version)" if column == "version" else _SCORE,
        )
    made = (
        f"SELECT e.rowid AS row_id, e.patient_id, e.date, e.instrument, "
        f"CASE WHEN {_VERSION} = r.raw_version THEN r.empty_version "
        f"ELSE coalesce({_VERSION}, r.empty_version) END AS version, "
        f"coalesce(m.score, e.score) AS score {joined} WHERE {_keep(landed)}"
    )
    check.engine.execute(f"CREATE OR REPLACE TABLE read_scores AS {made}")
    check.note(
        landed,
        "score_doubled",
        column="score",
        where="rowid IN (SELECT row_id FROM (SELECT row_id, "
        f"max(score) OVER (PARTITION BY {_SAME_DAY}) - min(score) OVER (PARTITION BY {_SAME_DAY}) "
        "AS apart FROM read_scores) WHERE apart >= 0.005)",
        value=_SCORE,
    )


def _check_versions(check: ColumnCheck, landed: Landed) -> None:
    """Note versions, among the rows that are kept; drops `read_scores`."""
    shown = "concat_ws(' ', instrument, version)"
    check.note(
        landed,
        "version_unknown",
        column="version",
        where=f"rowid IN (SELECT e.row_id FROM read_scores AS e WHERE e.version <> '' "
        "AND e.instrument IN (SELECT instrument FROM instrument_versions) "
        "AND (e.instrument, e.version) NOT IN (SELECT (instrument, version) "
        f"FROM instrument_versions) AND {_keep(landed).replace('rowid', 'row_id')})",
        value=shown,
    )
    check.note(
        landed,
        "versions_mixed",
        column="version",
        where="rowid IN (SELECT row_id FROM (SELECT e.row_id, "
        "max(e.version) OVER person <> min(e.version) OVER person AS mixed "
        f"FROM read_scores AS e WHERE {_keep(landed).replace('rowid', 'row_id')} "
        "WINDOW person AS (PARTITION BY e.patient_id, e.instrument)) WHERE mixed)",
        value=shown,
    )
    check.engine.execute("DROP TABLE read_scores")


def _check_questionnaires(check: ColumnCheck, landed: Landed) -> None:
    joined = f"FROM {landed.name} AS e JOIN questionnaires AS q ON e.instrument = q.instrument"
    for kind, where in (
        ("instrument_unknown", "instrument = 'unknown'"),
        ("items_not_allowed", f"rowid IN (SELECT e.rowid {joined} WHERE NOT q.items_allowed)"),
        (
            "instrument_not_used",
            f"rowid IN (SELECT e.rowid {joined} WHERE q.items_allowed AND NOT q.is_used)",
        ),
    ):
        check.note(landed, kind, column="instrument", where=where, value="instrument")
    check.note(
        landed,
        "item_unknown",
        column="item",
        where=f"rowid IN (SELECT e.rowid {joined} LEFT JOIN item_rules AS r "
        "ON e.instrument = r.instrument AND e.item = r.item "
        "WHERE q.items_allowed AND r.item IS NULL)",
        value="concat(instrument, ' ', item)",
    )


def _check_answers(check: ColumnCheck, landed: Landed) -> None:
    outside = (
        f"rowid IN (SELECT e.rowid FROM {landed.name} AS e JOIN item_rules AS r "
        "ON e.instrument = r.instrument AND e.item = r.item "
        "WHERE e.answer < r.lowest OR e.answer > r.highest OR e.answer <> floor(e.answer))"
    )
    shown = "concat(instrument, ' ', item, ': ', answer)"
    if check.note(landed, "answer_out_of_range", column="answer", where=outside, value=shown):
        check.engine.execute(f"UPDATE {landed.name} SET answer = NULL WHERE {outside}")
    form = f"e.patient_id, e.date, e.instrument, coalesce({_VERSION}, '')"
    check.note(
        landed,
        "answers_disagree",
        column="answer",
        where="rowid IN (SELECT row_id FROM (SELECT row_id, "
        "bool_or(disagree) OVER (PARTITION BY patient_id, date, instrument, version) AS broken "
        "FROM (SELECT e.rowid AS row_id, e.patient_id, e.date, e.instrument, "
        f"coalesce({_VERSION}, '') AS version, "
        f"max(e.answer) OVER (PARTITION BY {form}, e.item) > "
        f"min(e.answer) OVER (PARTITION BY {form}, e.item) AS disagree "
        f"FROM {landed.name} AS e WHERE {_keep(landed)})) WHERE broken)",
        value="concat(instrument, ' ', item, ': ', answer)",
    )
