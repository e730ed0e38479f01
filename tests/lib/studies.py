"""Small studies of one site, with everything but what the test is about left at its default."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from righthelp.protocol.study import Site, Study

SITE = {
    "id": "north",
    "route": "csv",
    "path": ".",
    "index_month": "2024-03",
    "extract_from": date(2022, 1, 1),
    "extract_to": date(2025, 1, 1),
}


def make_study(*, site: dict[str, Any] | None = None, **sections: dict[str, Any]) -> Study:
    """A study of one site, index month March 2024 unless told; sections by name, as in the file."""
    return Study.model_validate(
        {"study": {"title": "A small study"}, "site": [{**SITE, **(site or {})}], **sections}
    )


def site_of(study: Study) -> Site:
    """The only site of a small study."""
    (site,) = study.site
    return site


def write_study(study: Study, path: Path, *, places: dict[str, str]) -> Path:
    """Write a study file that says what this study says; `places` are the paths of its sites."""
    lines: list[str] = []
    for name, section in study:
        if name != "site":
            lines += [f"[{name}]", *_entries(section)]
    for site in study.site:
        lines += ["[[site]]", *_entries(site, path=places[site.id])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _entries(section: Any, **instead: str) -> list[str]:
    lines = []
    for name, value in section:
        told = instead.get(name, value)
        if told is not None and told != "":
            lines.append(f"{name} = {_to_toml(told)}")
    return lines


def _to_toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(_to_toml(one) for one in value) + "]"
    return f'"{value}"'
