"""Files to typed settings: every problem of a file at once, with its line and what to do."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from righthelp.errors import Problem, ProtocolError
from righthelp.protocol.study import RECORD_ROUTES, Site, Study, are_ages

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

    The paths of sites and of the theory are taken from the study file's own folder. The theory is
    read for the report alone: a site that counts need not have it.
    """
    text = read_text(path, "the study file")
    study = parse_toml(text, Study, name=path.name, checks=_check_study, told=("value_error",))
    folder = path.resolve().parent
    sites = tuple(_resolve(site, folder) for site in study.site)
    about = study.study
    if about.theory is not None:
        about = about.model_copy(update={"theory": folder / about.theory})
    return study.model_copy(update={"site": sites, "study": about})


def _resolve(site: Site, folder: Path) -> Site:
    paths = {
        name: folder / getattr(site, name)
        for name in ("path", "map", "population")
        if getattr(site, name) is not None
    }
    return site.model_copy(update=paths)


def _check_study(given: Mapping[str, Any]) -> Iterator[Complaint]:
    """The rules that bind several entries, told even where other entries are wrong."""
    index, sites, reference = (given.get(name, {}) for name in ("index", "site", "reference"))
    anchor = index.get("anchor", "month") if isinstance(index, dict) else "month"
    if isinstance(index, dict):
        yield from _check_days(index, ("index",), "index_from", "index_to", anchor == "date")
    ages = reference.get("age_bands") if isinstance(reference, dict) else None
    if isinstance(ages, list) and not are_ages(ages):
        yield (
            ("reference", "age_bands"),
            f"{ages} are not ages that rise from above 0 to below 200",
            "Give each age at which a new band begins once, the youngest first.",
        )
    yield from _check_also(reference, anchor)
    yield from _check_control(given.get("contacts", {}), given.get("matching", {}))
    seen: set[str] = set()
    for number, site in enumerate(sites if isinstance(sites, list) else []):
        if not isinstance(site, dict):
            continue
        place: Place = ("site", number)
        name = str(site.get("id", ""))
        if name in seen:
            yield (*place, "id"), f"there are two sites {name}", "Give each its own id."
        seen.add(name)
        of_records = site.get("route") in RECORD_ROUTES
        if of_records and anchor == "month" and "index_month" not in site:
            yield (
                place,
                "the site has no index_month",
                'Add index_month = "2024-03" (its own month), or set index.anchor = "date".',
            )
        yield from _check_days(site, place, "extract_from", "extract_to", of_records)


def _check_control(contacts: object, matching: object) -> Iterator[Complaint]:
    """Whether contacts that the link worker cannot change are among those that are compared."""
    if not (isinstance(contacts, dict) and isinstance(matching, dict)):
        return
    counted, control = contacts.get("roles", ["gp"]), matching.get("control_roles", [])
    if isinstance(counted, list) and isinstance(control, list):
        both = [role for role in control if role in counted]
        if both:
            yield (
                ("matching", "control_roles"),
                f"{', '.join(map(str, both))} is counted as a contact in this study",
                "Name staff whose contacts are not among those compared.",
            )


def _check_also(reference: object, anchor: object) -> Iterator[Complaint]:
    """Whether people who declined or waited can be counted from a day of their own."""
    if isinstance(reference, dict) and reference.get("also") and anchor == "month":
        yield (
            ("reference", "also"),
            "in a single index month too few people decline or wait to compare with",
            'Set index.anchor = "date", with index_from and index_to, or leave also out.',
        )


def _check_days(
    entries: Mapping[str, Any], place: Place, first: str, end: str, needed: bool
) -> Iterator[Complaint]:
    """Whether two days are there, if they are needed, and in their order."""
    for name in (first, end):
        if needed and name not in entries:
            owner = "the site" if place[0] == "site" else "the index"
            yield place, f"{owner} has no {name}", f"Add {name} = 2024-01-31 (a day of its own)."
    start, stop = entries.get(first), entries.get(end)
    if type(start) is type(stop) is date and start >= stop:
        yield (*place, end), f"{end} {stop} is not after {first} {start}", f"Correct {end}."


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
    checks: Callable[[Mapping[str, Any]], Iterable[Complaint]] = lambda given: (),
    told: Container[str] = (),
) -> Model:
    """TOML text as a model; raises ProtocolError with every problem and its line.

    `checks` gives complaints about the raw content beyond what the model itself can tell; `told`
    names the types of pydantic's errors that they already tell.
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
        complaints += [
            _explain(model, found)
            for found in error.errors()
            if found["type"] not in told and not _is_echo(found)
        ]
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
