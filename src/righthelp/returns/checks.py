"""What a return must fulfil before it is pooled: the right study and site, the rules kept."""

from __future__ import annotations

from collections.abc import Sequence

from righthelp.errors import DataRefused, Problem
from righthelp.protocol.study import Study
from righthelp.returns.tables import TABLES, Released
from righthelp.schema import Column, Row, Table

ROUND_TO = 5
FEWEST = 10
"""The fewest people that a count may show: eight, the fewest that may leave a site, rounded.
People expected by chance are no people, and may be fewer."""


def check_returns(study: Study, returns: Sequence[Released]) -> None:
    """Raise DataRefused with everything that keeps these returns from being pooled."""
    problems = [problem for one in returns for problem in _check_return(study, one)]
    ids = [one.site for one in returns]
    problems += [
        Problem(
            f"there are {ids.count(name)} returns of site {name}",
            do="Give the newest one of each site.",
        )
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    if problems:
        raise DataRefused("the returns cannot be pooled:", problems=problems)


def _check_return(study: Study, released: Released) -> list[Problem]:
    problems = []
    where = f"return of {released.site}"
    if study.find_site(released.site) is None:
        problems.append(
            Problem("the study has no such site", where, "Add the site to the study, or leave out.")
        )
    digest = released.provenance.get("protocol_digest")
    if digest != study.digest():
        problems.append(
            Problem(
                "it was made under other rules than this study's",
                where,
                "Ask the site to count again with the present study file.",
            )
        )
    for table in TABLES:
        for row in released.tables[table.name]:
            problems += _check_row(table, row, where)
    return problems


def _check_row(table: Table, row: Row, where: str) -> list[Problem]:
    said = [_say_wrong(column, row) for column in table.columns if row[column.name] is not None]
    return [
        Problem(
            what,
            f"{where}: {table.name}.csv",
            "Ask the site to count again with this version of righthelp.",
        )
        for what in said
        if what
    ]


def _say_wrong(column: Column, row: Row) -> str:
    value = row[column.name]
    if row.get("state") == "suppressed" and column.role in ("people", "sum"):
        return f"a withheld row shows a number in {column.name}"
    if column.role != "people" or not isinstance(value, int):
        return ""
    if value % ROUND_TO:
        return f"{value} people in {column.name} is not rounded to {ROUND_TO}"
    if 0 < value < FEWEST and row.get("number") != "by_chance":
        return f"{value} people in {column.name} is too few to leave a site"
    return ""
