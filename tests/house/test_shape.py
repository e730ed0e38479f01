"""How the source is cut: sizes, names, docstrings, frozen results."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import (
    ANY_FUNCTION,
    DEFINITION,
    SOURCE,
    list_files,
    list_modules,
    name_of,
    parse,
)

LINES_A_MODULE = 400
LINES_A_FUNCTION = 60
ARGUMENTS_BY_POSITION = 2
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|base|managers?|misc|v\d+)(_|$)")


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in list_modules()
    }
    assert {name: n for name, n in lengths.items() if n > LINES_A_MODULE} == {}


def test_no_function_is_longer_than_sixty_lines_beside_its_docstring() -> None:
    lengths = {
        f"{name_of(path)}:{node.lineno} {node.name}": _count_lines(node)
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ANY_FUNCTION)
    }
    assert {name: n for name, n in lengths.items() if n > LINES_A_FUNCTION} == {}


@pytest.mark.parametrize("name", ["utils", "date_helpers", "common", "base_source", "report_v2"])
def test_a_name_that_says_nothing_is_known_as_one(name: str) -> None:
    assert EMPTY_NAMES.search(name)


@pytest.mark.parametrize("name", ["cohort", "baseline", "moments", "database", "commons"])
def test_a_name_that_says_something_is_let_be(name: str) -> None:
    assert not EMPTY_NAMES.search(name)


def test_files_and_folders_are_named_for_what_they_hold() -> None:
    parts = {
        part.split(".")[0]: name_of(path)
        for path in list_files()
        if path.suffix in {".py", ".sql", ".js", ".css"}
        for part in path.relative_to(SOURCE.parent.parent).parts
    }
    assert {part: path for part, path in parts.items() if EMPTY_NAMES.search(part)} == {}


def test_every_module_and_public_function_and_class_says_what_it_is() -> None:
    silent = [
        f"{name_of(path)}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'the module')}"
        for path in list_modules()
        for node in (parse(path), *parse(path).body)
        if parse(path).body  # an empty file only marks a folder as a package
        if isinstance(node, (ast.Module, *DEFINITION))
        and not getattr(node, "name", "").startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_what_follows_the_second_argument_is_passed_by_keyword() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ANY_FUNCTION)
        and not node.name.startswith("_")
        and len(_by_position(node)) > ARGUMENTS_BY_POSITION
    ]
    assert long == []


def test_every_dataclass_is_frozen() -> None:
    thawed = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator) and "frozen=True" not in ast.unparse(decorator)
    ]
    assert thawed == []


def _count_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    docstring = node.body[0] if ast.get_docstring(node) else None
    spared = _span(docstring) if docstring else 0
    return _span(node) - spared


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _by_position(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return [name for name in names if name not in {"self", "cls"}]
