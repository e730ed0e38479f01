"""Files to typed settings: every problem of a file at once, with its line and what to do."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.study import Site, Study

Place = tuple[str | int, ...]
Complaint = tuple[Place, str, str]
"""Where in the file (names and list positions), what is wrong, what to do."""

Model = TypeVar("Model", bound=BaseModel)

_ISSUES = {
    "extra_forbidden": "this name is not known here",
    "missing": "a value is needed here",
    "string_type": "this must be text",
    "tuple_type": "this must be a list",
    "dict_type": "this must be a table of names",
    "model_type": "this must be a table of names",
    "int_type": "this must be a whole number",
    "bool_type": "this must be true or false",
    "too_short": "this must not be empty",
    "string_too_short": "this must not be empty",
    "string_pattern_mismatch": "this is not in the form that is needed",
    "path_type": "this must be the path of a file or folder, as text",
}


def load_study(path: Path) -> Study:
    """Read a study file; raises ProtocolError with all its problems, in the order of the file.

    The paths of sites are taken from the study file's own folder.
    """
    text = read_text(path, "the study file")
    study = parse_toml(text, Study, name=path.name, checks=_check_study)
    folder = path.resolve().parent
    sites = tuple(_resolve(site, folder) for site in study.site)
    return study.model_copy(update={"site": sites})


def _resolve(site: Site, folder: Path) -> Site:
    paths = {
        name: folder / getattr(site, name)
        for name in ("path", "map", "population")
        if getattr(site, name) is not None
    }
    return site.model_copy(update=paths)


def _check_study(given: Mapping[str, Any]) -> Iterable[Complaint]:
    """What one section cannot see of another."""
    index = given.get("index", {})
    sites = given.get("site", [])
    if not isinstance(index, dict) or not isinstance(sites, list):
        return
    by_month = index.get("anchor", "month") == "month"
    for number, site in enumerate(sites):
        if not isinstance(site, dict) or site.get("route") != "csv":
            continue
        if by_month and "index_month" not in site:
            yield (
                ("site", number),
                "the site has no index_month",
                'Add index_month = "2024-03" (its own month), or set index.anchor = "date".',
            )
        for name in ("extract_from", "extract_to"):
            if name not in site:
                yield (
                    ("site", number),
                    f"the site has no {name}",
                    f"Add {name}. {Site.model_fields[name].description}",
                )


def read_text(path: Path, what: str) -> str:
    """The text of a settings file; raises ProtocolError when there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise ProtocolError(
            f"{what} does not exist", where=str(path), do="Check the path."
        ) from None
    except UnicodeDecodeError:
        raise ProtocolError(
            f"{what} is not UTF-8 text", where=str(path), do="Save it as UTF-8."
        ) from None


def parse_toml(
    text: str,
    model: type[Model],
    *,
    name: str,
    checks: Any = lambda given: (),
) -> Model:
    """TOML text as a model; raises ProtocolError with every problem and its line.

    `checks` gives complaints about the raw content beyond what the model itself can tell.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(
            f"the file is not TOML: {error}", where=name, do="Correct this place."
        ) from None
    complaints: list[Complaint] = list(checks(given))
    result: Model | None = None
    try:
        result = model.model_validate(given)
    except ValidationError as error:
        complaints += [_explain(model, found) for found in error.errors() if not _is_echo(found)]
    if result is not None and not complaints:
        return result
    lines = _index_lines(text)
    placed = sorted(
        {(_find_line(lines, place), _name(place), what, do) for place, what, do in complaints}
    )
    raise ProtocolError(
        f"{name} has {len(placed)} problem{'s' if len(placed) > 1 else ''}:",
        problems=[
            Problem(what, f"{name}: line {line}" + (f", {place}" if place else ""), do)
            for line, place, what, do in placed
        ],
    )


def _is_echo(found: Any) -> bool:
    """Whether a list is called too short only because its own entries have problems."""
    return found["type"] == "too_short" and bool(found.get("input"))


def _explain(model: type[BaseModel], found: Any) -> Complaint:
    place: Place = tuple(found["loc"])
    what = _ISSUES.get(found["type"], found["msg"].removeprefix("Value error, "))
    if found["type"] == "missing":
        last = place[-1] if place else ""
        return place[:-1], f"{last} is missing", f"Add {last}. {_describe(model, place)}".strip()
    if found["type"] == "extra_forbidden":
        known = _known_names(model, place[:-1])
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        do = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."
        return place, f"{place[-1]} is not known here", do
    shown = found.get("input")
    if isinstance(shown, str | int | float | bool):
        what = f"{shown!r}: {what[0].lower()}{what[1:]}"
    return place, what, _describe(model, place) or "Correct this entry."


def _describe(model: type[BaseModel], place: Place) -> str:
    field = _find_field(model, place)
    return field.description or "" if field else ""


def _known_names(model: type[BaseModel], place: Place) -> list[str]:
    inner = model if not place else _model_of(_find_field(model, place))
    return list(inner.model_fields) if inner else []


def _find_field(model: type[BaseModel], place: Place) -> FieldInfo | None:
    field: FieldInfo | None = None
    inner: type[BaseModel] | None = model
    for part in place:
        if isinstance(part, int):
            continue
        if inner is None or part not in inner.model_fields:
            return field
        field = inner.model_fields[part]
        inner = _model_of(field)
    return field


def _model_of(field: FieldInfo | None) -> type[BaseModel] | None:
    if field is None:
        return None
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _name(place: Place) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _index_lines(text: str) -> dict[Place, int]:
    """The line of every header and key, as far as can be told without a full parser."""
    lines: dict[Place, int] = {}
    met: dict[str, int] = {}
    section: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        several = re.match(r"\s*\[\[([^\]]+)\]\]", line)
        single = re.match(r"\s*\[([^\[\]]+)\]", line)
        key = re.match(r'\s*("[^"]*"|[A-Za-z0-9_.\-]+)\s*=', line)
        if several:
            title = several.group(1).strip()
            section = (title, met.get(title, 0))
            met[title] = met.get(title, 0) + 1
        elif single:
            section = tuple(_split(single.group(1)))
        elif key:
            lines.setdefault((*section, *_split(key.group(1))), number)
            continue
        else:
            continue
        lines.setdefault(section, number)
    return lines


def _split(dotted: str) -> list[str]:
    return [part.strip().strip('"') for part in re.findall(r'"[^"]*"|[^.\s]+', dotted)]


def _find_line(lines: Mapping[Place, int], place: Place) -> int:
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1
