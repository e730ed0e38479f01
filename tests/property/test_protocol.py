"""The declarations of the study: complete, and their digest changes with every rule alone."""

from __future__ import annotations

import json
import random
import re
import types
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from righthelp.errors import ProtocolError
from righthelp.protocol.load import load_study
from righthelp.protocol.outcomes import ValueSet
from righthelp.protocol.study import Site, Study
from tests.lib.drawn import studies
from tests.lib.studies import make_study, write_study

REPORT_ALONE = ("site", "cost")
REQUIRED = {"study", "site", "study.title", "site.id", "site.route", "site.path"}
NO_QUANTITY = {"reference.seed"}


def list_settings() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting of a study file by its dotted name."""
    for name, field in Study.model_fields.items():
        yield name, field
        inner = Site if name == "site" else field.annotation
        assert isinstance(inner, type) and issubclass(inner, BaseModel)
        for key, setting in inner.model_fields.items():
            yield f"{name}.{key}", setting


SETTINGS = dict(list_settings())


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_description_and_a_default_or_is_needed(name: str) -> None:
    setting = SETTINGS[name]
    assert setting.description
    assert setting.description[0].isupper() or setting.description.startswith("`")
    assert setting.description.endswith((".", "?"))
    assert setting.is_required() is (name in REQUIRED)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_quantity_has_its_unit(name: str) -> None:
    """Numbers and dates say their unit."""
    setting = SETTINGS[name]
    kinds = {setting.annotation, *get_args(setting.annotation)}
    if kinds & {int, date} and name not in NO_QUANTITY:
        assert re.search(r"Unit: [a-z ]+\.", setting.description or "")


def test_the_json_schema_says_the_same() -> None:
    """Made from the declarations, with every description in it."""
    schema = json.dumps(Study.model_json_schema())
    for setting in SETTINGS.values():
        assert json.dumps(setting.description)[1:-1] in schema


def another_value(setting: FieldInfo, value: Any) -> Any:
    """A lawful value other than this one."""
    kind = setting.annotation
    if get_origin(kind) in (types.UnionType,):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return next(word for word in get_args(kind) if word != value)
    if get_origin(kind) is tuple:
        (word, _) = get_args(kind)
        options = get_args(word) or ((30, 50) if word is int else ("Planned",))
        return next((option,) for option in options if (option,) != value)
    if get_origin(kind) is dict:
        given = {float: 2.0, ValueSet: ValueSet(path=Path("x.csv"), version="made up")}
        return {} if value else {"pam": given.get(get_args(kind)[1], (50.0,))}
    if kind is int:
        return (value or 1) + 1
    if kind is date:
        return date(2020, 1, 1) if value != date(2020, 1, 1) else date(2020, 1, 2)
    if kind is Path:
        return Path(f"{value} too")
    assert kind is str
    return f"{value} too"


@settings(max_examples=25)
@given(studies())
def test_every_rule_changes_the_digest(study: Study) -> None:
    """Two sites with one digest counted the same thing."""
    met, words = {study.digest()}, ("title", "question", "folder", "theory")
    for name, section in study:
        if name in REPORT_ALONE:
            continue
        for key, setting in type(section).model_fields.items():
            changed = section.model_copy(
                update={key: another_value(setting, getattr(section, key))}
            )
            digest = study.model_copy(update={name: changed}).digest()
            assert (digest == study.digest()) == (key in words)
            met.add(digest)
    rules = [name for name in SETTINGS if "." in name and name.split(".")[0] not in REPORT_ALONE]
    assert len(met) == 1 + len(rules) - len(words)


def test_prices_change_no_digest() -> None:
    """The report alone reads them: a study may name them when the sites have counted."""
    prices = {"year": "2023/24", "basis": "a book of prices", "gp_contact": (37, 42, 49)}
    assert make_study(cost=prices).digest() == make_study().digest()


@settings(max_examples=25)
@given(study=studies(), random_order=st.randoms(use_true_random=False))
def test_the_digest_is_of_the_rules_and_not_of_how_they_are_written(
    study: Study, random_order: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Comments, the order of sections and settings, paths, and the list of sites change nothing."""
    folder = tmp_path_factory.mktemp("study")
    first = write_study(study, folder / "study.toml", places={"north": "north"})
    text = first.read_text(encoding="utf-8")
    sections = [part.splitlines() for part in re.split(r"(?m)^(?=\[)", text) if part]
    random_order.shuffle(sections)
    lines = ["# Written by somebody else."]
    for title, *entries in sections:
        random_order.shuffle(entries)
        lines += ["", f"{title}  # a section", *(f"  {entry}  # why" for entry in entries)]
    other = folder / "other.toml"
    other.write_text("\n".join(lines).replace('"north"', '"elsewhere"'), encoding="utf-8")
    loaded = load_study(first)
    assert loaded.digest() == study.digest() == load_study(other).digest()
    assert loaded.site[0].path != load_study(other).site[0].path


def test_a_default_that_is_written_out_changes_nothing() -> None:
    written = make_study(windows={"before_months": 6}, contacts={"roles": ("gp",)})
    assert written.digest() == make_study().digest()


def test_a_site_is_no_rule_that_all_share() -> None:
    """Index month, extract and practices are a site's own; they travel in its provenance."""
    study = make_study()
    assert make_study(site={"index_month": "2024-05", "practices": ("P1",)}).digest() == (
        study.digest()
    )


@settings(max_examples=100)
@given(text=st.text(max_size=300))
def test_whatever_is_called_a_study_is_read_or_refused(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path: Path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(ProtocolError) as refused:
        load_study(path)
    assert refused.value.problems


VALUES = ["3", "-1", "true", '"x"', "2024-01-01", "[]", '["gp", 3]', "{}", "[[1]]", "1.5", "nan"]


@settings(max_examples=60)
@given(name=st.sampled_from(sorted(n for n in SETTINGS if "." in n)), value=st.sampled_from(VALUES))
def test_whatever_a_setting_says_it_is_read_or_refused_with_its_line(
    name: str, value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One setting of a good study is replaced by something that may make no sense."""
    section, key = name.split(".")
    sections = {
        "study": {"title": '"Ours"'},
        "index": {"anchor": '"date"', "index_from": "2024-01-01", "index_to": "2024-02-01"},
        "site": {"id": '"north"', "route": '"counts"', "path": '"x"'},
    }
    sections.setdefault(section, {})[key] = value
    lines: list[str] = []
    for title, entries in sections.items():
        lines += ["[[site]]" if title == "site" else f"[{title}]"]
        lines += [f"{setting} = {content}" for setting, content in entries.items()]
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        study = load_study(path)
    except ProtocolError as refused:
        told = [problem.where for problem in refused.problems]
    else:
        assert study.digest()
        return
    at = lines.index(f"{key} = {value}") + 1
    assert any(re.match(rf"study.toml: line {at}, ", where) for where in told) or section in (
        "index",
        "site",
    )
