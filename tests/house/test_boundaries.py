"""What may touch what: the import linter's contracts, and the rules that it cannot say."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SOURCE, list_files, list_imports, list_modules, name_of, parse

ONLY_IN_TESTS = {"scipy.stats", "statsmodels", "pandas", "polars", "matplotlib.pyplot"}
HEAVY = {"numpy", "scipy", "duckdb", "matplotlib", "pydantic", "jinja2", "openpyxl", "rich"}
CLI = SOURCE / "cli"
RELEASE = SOURCE / "onsite" / "release.py"
BUNDLE = "src/righthelp/returns/bundle.py"


def test_only_the_engine_imports_a_database_driver() -> None:
    importers = {
        (name_of(path), module.split("_")[0].split(".")[0])
        for path in list_modules()
        for _, module in list_imports(path)
        if module.startswith(("duckdb", "sqlite3", "psycopg", "adbc_driver_"))
    }
    other = "src/righthelp/onsite/sources/databases.py"
    assert importers == {("src/righthelp/engine.py", "duckdb"), (other, "adbc")}


def test_what_the_tests_compare_with_is_never_what_we_compute_with() -> None:
    found = [
        f"{name_of(path)}:{line} {module}"
        for path in list_modules()
        for line, module in list_imports(path)
        if any(module == banned or module.startswith(f"{banned}.") for banned in ONLY_IN_TESTS)
    ]
    assert found == []


def test_every_room_is_a_package_that_the_linter_can_see() -> None:
    folders = {path.parent for path in list_modules()}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_imports_between_the_rooms_run_as_the_linter_was_told() -> None:
    """The contracts hold, whichever rooms exist; a module without a layer breaks the first."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_only_the_door_makes_something_released() -> None:
    """Made by `onsite.release`; a function `read_...` of `returns.bundle` may read it back."""
    makers = {
        (name_of(path), definition.name if isinstance(definition, ast.FunctionDef) else "")
        for path in list_modules()
        for definition in parse(path).body
        for node in ast.walk(definition)
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Released"
    }
    readers = {maker for maker in makers if maker[0] == BUNDLE and maker[1].startswith("read_")}
    expected = {name_of(RELEASE)} if RELEASE.exists() else set()
    assert {name for name, _ in makers - readers} == expected


def test_no_error_is_swallowed_whole() -> None:
    caught = [
        f"{name_of(path)}:{node.lineno}"
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & set(_names(node.type)))
    ]
    assert caught == []


def test_every_error_that_is_raised_is_met_in_a_test() -> None:
    families = {
        node.name
        for node in parse(SOURCE / "errors.py").body
        if isinstance(node, ast.ClassDef) and node.name != "RightHelpError"
        if any("Error" in name for base in node.bases for name in _names(base))
    }
    raised = {
        name
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Raise) and node.exc is not None
        for name in _names(node.exc)
    }
    tested = {
        name
        for path in list_files()
        if path.suffix == ".py" and ROOT / "tests" in path.parents
        for name in _names(parse(path))
    }
    assert families
    assert (families & raised) - tested == set()


def test_the_protocol_enters_sql_as_tables_never_as_text() -> None:
    """A stage is a fixed file: no gap that text could be put into, be it braces or per cent."""
    gaps = {
        name_of(path): found
        for path in list_files()
        if path.suffix == ".sql" and SOURCE in path.parents
        if not path.name.startswith("as_")  # writes a simulated population; reads nobody's records
        if (found := re.findall(r"[{}]|%\(\w+\)s|%s", _strip_comments(path)))
    }
    assert gaps == {}


def _entry_points() -> list[str]:
    """What a user starts with. `--help` joins as soon as there is a command."""
    found = ["import righthelp"]
    if CLI.exists():
        for words in (["--help"], ["run", "--help"]):
            argv = ["righthelp", *words]
            found.append(f"sys.argv[:] = {argv}; from righthelp.cli import main; main()")
    return found


@pytest.mark.parametrize("statement", _entry_points())
def test_help_is_quick_because_it_loads_nothing_heavy(statement: str) -> None:
    program = (
        "import atexit, sys\n"
        f"heavy = {sorted(HEAVY)!r}\n"
        "atexit.register(lambda: print('LOADED', *(m for m in heavy if m in sys.modules)))\n"
        f"{statement}\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.stdout.splitlines()[-1].split() == ["LOADED"]


def test_a_test_that_asks_the_network_is_stopped() -> None:
    with pytest.raises(AssertionError, match=r"asked the network for 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE.parent), "NO_COLOR": "1"}


def _names(tree: ast.AST) -> Iterator[str]:
    """The names used anywhere in a piece of source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _strip_comments(path: Path) -> str:
    return re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
