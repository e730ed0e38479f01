"""The papers of the project: locks, change log, glossary, links, and no trace of a machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT, list_files, name_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("run.txt", "dev.txt", "uv.txt")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
ADDRESS = re.compile(r"://|\s@\s|^\s*(-i|-f|--index|--extra-index|--find-links)|[\"'\s]/\w", re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)[^)]*\)")

# Put together from parts, so that this file does not hold what it looks for.
HOSTS = [".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"),
    ("anaconda", "org"), ("crates", "io"), ("proxy", "golang", "org"),
)]  # fmt: skip
FOLDERS = "|".join(["work", "root", "home", "tmp", "opt", "Users", "mnt"])
MACHINE_PATH = re.compile(rf"(?<![\w./:~>-])/(?:{FOLDERS})/\w")


def test_nothing_names_a_registry_or_a_path_of_a_machine() -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in list_files()
        for number, line in enumerate(_read_lines(path), start=1)
        if MACHINE_PATH.search(line) or any(host in line for host in HOSTS)
    ]
    assert found == []


@pytest.mark.parametrize("folder", FOLDERS.split("|"))
def test_a_path_of_a_machine_is_known_as_one(folder: str) -> None:
    assert MACHINE_PATH.search(f"see '/{folder}/x'")
    assert not MACHINE_PATH.search(f"see docs/{folder}/x and example.org/{folder}/x")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_held_by_its_hashes_and_says_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[^\s#])", text) if not entry.startswith("#")]
    assert entries
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert [entry.split("\n")[0] for entry in entries if not PIN.match(entry)] == []
    assert ADDRESS.findall(text) == []


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("run.txt", PROJECT["project"]["dependencies"]),
        ("dev.txt", PROJECT["project"]["dependencies"]),
        ("run.txt", PROJECT["dependency-groups"]["build"]),
        ("dev.txt", [one for one in PROJECT["dependency-groups"]["dev"] if isinstance(one, str)]),
        ("uv.txt", PROJECT["dependency-groups"]["uv"]),
    ],
)
def test_what_pyproject_asks_for_is_what_is_locked(name: str, declared: list[str]) -> None:
    locked = _read_pins(name)
    for requirement in map(Requirement, declared):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)])


def test_the_tests_run_on_the_versions_that_users_get() -> None:
    assert _read_pins("run.txt").items() <= _read_pins("dev.txt").items()


def test_there_is_one_kind_of_lock() -> None:
    """Others (uv.lock, poetry.lock) write down where a package was fetched from."""
    assert [name_of(path) for path in list_files() if path.suffix == ".lock"] == []


def test_the_change_log_has_an_entry_for_this_version() -> None:
    headings = re.findall(r"^## (\S+)", _read("CHANGELOG.md"), re.MULTILINE)
    assert PROJECT["project"]["version"] in headings


def test_the_glossary_has_one_word_a_concept() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.*?) ?\|$", _read("docs/glossary.md"), re.M)
    terms = [term for term, _, _ in rows]
    avoided = [word.strip() for _, _, words in rows for word in words.split(",") if word.strip()]
    assert len(terms) > 30
    assert terms == sorted(set(terms), key=str.casefold)
    assert set(terms) & set(avoided) == set()
    assert len(avoided) == len(set(avoided))


def test_every_link_between_our_pages_leads_somewhere() -> None:
    broken = [
        f"{name_of(path)} -> {target}"
        for path in list_files()
        if path.suffix == ".md"
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_what_a_page_quotes_of_another_stands_there() -> None:
    why, validity, methods = (
        " ".join(_read(f"docs/explanation/{name}.md").split())
        for name in ("why-counting-visits-misleads", "validity", "methods")
    )
    assert "gives 0.70 to 0.77 of the truth in every world" in validity
    assert "comes out at 0.70 to 0.77 of the truth" in why
    assert f"at best 1.10 × 0.77 = {1.10 * 0.77:.2f}" in why
    yardsticks = re.findall(r"\| ([+-]0\.\d{3})", why)
    assert len(yardsticks) == 8
    assert [number for number in yardsticks if number not in methods] == []


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _read_pins(name: str) -> dict[str, str]:
    pins = PIN.findall(_read(f"requirements/{name}"))
    return {canonicalize_name(package): version for package, version in pins}
