"""The project as the house tests see it: its files, and its source as syntax trees."""

from __future__ import annotations

import ast
import fnmatch
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "righthelp"
ANY_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITION = (*ANY_FUNCTION, ast.ClassDef)


@cache
def list_files() -> tuple[Path, ...]:
    """Every file of the project, tracked or soon to be; without git, what .gitignore leaves."""
    listing = _ask_git() if (ROOT / ".git").exists() and shutil.which("git") else list(_walk())
    files = sorted(ROOT / name for name in set(listing) if (ROOT / name).is_file())
    assert ROOT / "pyproject.toml" in files
    return tuple(files)


def name_of(path: Path) -> str:
    """The path as it is written in a message: from the project's folder, with slashes."""
    return path.relative_to(ROOT).as_posix()


def list_modules() -> list[Path]:
    """The Python modules of righthelp itself."""
    return [path for path in list_files() if path.suffix == ".py" and SOURCE in path.parents]


@cache
def parse(path: Path) -> ast.Module:
    """The syntax tree of one module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name_of(path))


def list_imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module named by an import, wherever in the file, with its line.

    `from a import b` gives both `a` and `a.b`, as b may be a module.
    """
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _ask_git() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in output.split("\0") if name]


def _walk() -> Iterator[str]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [line.rstrip("/") for line in lines if line and not line.startswith("#")]

    def is_kept(path: Path) -> bool:
        names = ("/" + path.relative_to(ROOT).as_posix(), path.name)
        return not any(fnmatch.fnmatch(name, pattern) for name in names for pattern in ignored)

    for folder, folders, names in os.walk(ROOT):
        here = Path(folder)
        folders[:] = [name for name in folders if name != ".git" and is_kept(here / name)]
        yield from (name_of(here / name) for name in names if is_kept(here / name))
