"""Declared tables as CSV: whatever is written is read back, and nothing that is read is a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from righthelp.errors import DataRefused
from righthelp.returns.bundle import read_bundle, write_bundle
from righthelp.returns.tables import TABLES, Released
from righthelp.schema import Column, Table

# Every script, and what breaks a CSV: commas, quotes and line ends.
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


def values_of(column: Column) -> st.SearchStrategy[Any]:
    """Values that the column may hold."""
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": st.sampled_from(column.values) if column.values else words,
        "integer": st.integers(-(10**9), 10**9),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "date": st.dates(),
        "boolean": st.booleans(),
    }
    values = plain[column.type]
    return st.one_of(st.none(), values) if column.nullable else values


def rows_of(table: Table) -> st.SearchStrategy[tuple[dict[str, Any], ...]]:
    row = st.fixed_dictionaries({column.name: values_of(column) for column in table.columns})
    return st.lists(row, max_size=4).map(tuple)


@settings(max_examples=100)
@given(st.sampled_from(TABLES).flatmap(lambda t: st.tuples(st.just(t), rows_of(t))))
def test_a_table_is_read_back_as_it_was_written(
    drawn: tuple[Table, tuple[dict[str, Any], ...]],
) -> None:
    """Commas, quotes, line ends and every script; the precision of every number."""
    table, rows = drawn
    read, problems = table.from_csv(table.to_csv(rows), where="here")
    assert not problems
    assert read == list(rows)


@settings(max_examples=20)
@given(
    tables=st.fixed_dictionaries({table.name: rows_of(table) for table in TABLES}),
    name=st.sampled_from(["return", "return.zip"]),
    facts=st.dictionaries(words, st.one_of(words, st.integers(), st.none()), max_size=3),
)
def test_a_bundle_is_read_back_as_it_was_written(
    tables: dict[str, tuple[dict[str, Any], ...]],
    name: str,
    facts: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("bundle") / name
    told = {**facts, "protocol_digest": "0" * 64}
    released = Released(site="north", tables=tables, provenance=told)
    write_bundle(released, path)
    read = read_bundle(path)
    assert read.tables == released.tables
    assert {name: read.provenance[name] for name in told} == told


@settings(max_examples=60)
@given(st.sampled_from(TABLES), st.text(max_size=200), st.booleans())
def test_whatever_the_file_says_every_problem_is_told_and_nothing_breaks(
    table: Table, text: str, with_header: bool
) -> None:
    """Broken text gives rows or problems, each with a place and what to do."""
    header = ",".join(table.names) + "\n" if with_header else ""
    rows, problems = table.from_csv(header + text, where="here")
    assert all(set(row) == set(table.names) for row in rows)
    assert all(problem.what and problem.do for problem in problems)
    assert all(problem.where.startswith("here") for problem in problems)
    if not with_header:
        assert problems


@settings(max_examples=40)
@given(content=st.binary(max_size=300))
def test_whatever_bytes_are_called_a_return_are_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Never a crash: a file that is no return is refused in words."""
    path = tmp_path_factory.mktemp("bytes") / "return.zip"
    path.write_bytes(content)
    with pytest.raises(DataRefused) as refused:
        read_bundle(path)
    assert refused.value.problems[0].do
