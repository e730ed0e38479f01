"""A new study: a commented study file, a column map and the spreadsheets, all from declarations."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from righthelp.errors import UsageError
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Site, Study

EXAMPLE_SITE = (
    ("id", '"north"'),
    ("name", '"North"'),
    ("route", '"counts"'),
    ("path", '"north.xlsx"'),
    ("index_month", '"2024-03"'),
)


def start_study(folder: Path) -> list[Path]:
    """Write a study file and the templates of the sheet routes; raises UsageError if one exists."""
    study_path = folder / "study.toml"
    if study_path.exists():
        raise UsageError(
            "there is a study here already", where=str(study_path), do="Name a new folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    study_path.write_text("\n".join(_lines()) + "\n", encoding="utf-8")
    return [study_path, *write_templates(load_study(study_path), folder)]


def write_templates(study: Study, folder: Path) -> list[Path]:
    """Write the templates of the sheet routes for a study; their notes give its own dates."""
    from righthelp.onsite.sources.template import write_counts_template, write_summary_template

    folder.mkdir(parents=True, exist_ok=True)
    counts, summary = folder / "counts-template.xlsx", folder / "summary-template.xlsx"
    write_counts_template(study, counts)
    write_summary_template(study, summary)
    return [counts, summary]


def _lines() -> Iterator[str]:
    yield "# A study for righthelp. Lines that begin with # are explanations or defaults."
    yield "# `righthelp check study.toml` tells what is still wrong, all at once."
    for name, field in Study.model_fields.items():
        if name == "site":
            continue
        section = field.annotation
        assert isinstance(section, type) and issubclass(section, BaseModel)
        yield f"\n[{name}]"
        yield from _comment(field.description or "")
        for key, setting in section.model_fields.items():
            yield from _comment(setting.description or "")
            if key == "title":
                yield 'title = "Give the study a title"'
            else:
                default = setting.get_default(call_default_factory=True, validated_data={})
                yield f"# {key} = {_to_toml(default)}"
    yield "\n# One [[site]] for each site."
    yield "[[site]]"
    given = dict(EXAMPLE_SITE)
    for key, setting in Site.model_fields.items():
        yield from _comment(setting.description or "")
        yield f"{key} = {given[key]}" if key in given else f"# {key} = {_to_toml(setting.default)}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 92, initial_indent="# ", subsequent_indent="# ")


def _to_toml(value: Any) -> str:
    if value is None or value is PydanticUndefined:
        return "..."
    if isinstance(value, tuple):
        return json.dumps(list(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_to_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)
