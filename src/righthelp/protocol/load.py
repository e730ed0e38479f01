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
from righthelp.protocol.categories import suggest_category
from righthelp.protocol.codelists import say_how_many
from righthelp.protocol.consultation_settings import complain_cost
from righthelp.protocol.meanings import check_meanings, load_meanings
from righthelp.protocol.outcomes import complain_outcomes
from righthelp.protocol.reasons import Reason, is_priority
from righthelp.protocol.routes import RECORD_ROUTES
from righthelp.protocol.site_id import is_free_id
from righthelp.protocol.study import Site, Study, are_ages
from righthelp.protocol.support_settings import complain_support

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

    The paths of sites, codelists, value sets and of the theory are taken from the study file's own
    folder. What is wrong with codelists of the study's own is told too, after the problems of the
    file. The theory is read for the report alone: a site that counts need not have it.
    """
    text = read_text(path, "the study file")
    folder = path.resolve().parent
    study = parse_toml(
        text,
        Study,
        name=path.name,
        checks=lambda given: (*_check_study(given), *_check_codelists(given, folder)),
        told=("value_error",),
        beside=lambda given: _check_lists(given, folder),
    )
    sites = tuple(_resolve(site, folder) for site in study.site)
    lists = study.codelists
    if lists.folder is not None:
        place = folder / lists.folder
        sha256 = load_meanings(place).sha256
        lists = lists.model_copy(update={"folder": place, "sha256": sha256})
    sets = {
        name: one.model_copy(update={"path": folder / one.path})
        for name, one in study.outcomes.value_set.items()
    }
    parts: dict[str, object] = {
        "site": sites,
        "codelists": lists,
        "outcomes": study.outcomes.model_copy(update={"value_set": sets}),
    }
    if study.study.theory is not None:
        theory = folder / study.study.theory
        parts["study"] = study.study.model_copy(update={"theory": theory})
    return study.model_copy(update=parts)


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
    yield from _check_categories(given.get("contacts", {}))
    for within, what, do in complain_outcomes(given.get("outcomes")):
        yield ("outcomes", *within), what, do
    for within, what, do in complain_support(given.get("support")):
        yield ("support", *within), what, do
    for within, what, do in complain_cost(given.get("cost")):
        yield ("cost", *within), what, do
    seen: set[str] = set()
    for number, site in enumerate(sites if isinstance(sites, list) else []):
        if not isinstance(site, dict):
            continue
        place: Place = ("site", number)
        name = str(site.get("id", ""))
        if name in seen:
            yield (*place, "id"), f"there are two sites {name}", "Give each its own id."
        seen.add(name)
        if not is_free_id(name):
            what = f"{name} means something else in the tables of a report, or whom it is for"
            yield (*place, "id"), what, "Give the site another id."
        of_records = site.get("route") in RECORD_ROUTES
        if of_records and anchor == "month" and "index_month" not in site:
            yield (
                place,
                "the site has no index_month",
                'Add index_month = "2024-03" (its own month), or set index.anchor = "date".',
            )
        yield from _check_days(site, place, "extract_from", "extract_to", of_records)


def _check_codelists(given: Mapping[str, Any], folder: Path) -> Iterator[Complaint]:
    """Whether own codelists are there and as they were, and every reason has its place."""
    lists = given.get("codelists")
    if not isinstance(lists, dict):
        return
    priority, named, sha256 = (lists.get(name) for name in ("priority", "folder", "sha256"))
    if isinstance(priority, list) and not is_priority(priority):
        yield (
            ("codelists", "priority"),
            f"{priority} is not every reason once, with uncoded last",
            f"Put these in the order you want: {', '.join(get_args(Reason))}.",
        )
    if isinstance(named, str) and not (folder / named).is_dir():
        yield ("codelists", "folder"), f"there is no folder {named}", "Check the path."
    elif isinstance(sha256, str) and len(sha256) == 64 and isinstance(named, str | None):
        place = folder / named if named is not None else None
        if place is None or not check_meanings(place):
            found = load_meanings(place).sha256
            if found != sha256:
                yield (
                    ("codelists", "sha256"),
                    f"the lists mean something else now: their digest is {found}",
                    "Put the lists back, or write the new digest when the change is meant.",
                )


def _check_lists(given: Mapping[str, Any], folder: Path) -> Iterable[Problem]:
    """What is wrong inside the study's own folder of codelists."""
    lists = given.get("codelists")
    named = lists.get("folder") if isinstance(lists, dict) else None
    if isinstance(named, str) and (folder / named).is_dir():
        return check_meanings(folder / named)
    return ()


def _check_categories(contacts: object) -> Iterator[Complaint]:
    """Whether a category that is counted is a national one misspelt: it would match nothing."""
    named = contacts.get("categories") if isinstance(contacts, dict) else None
    for category in named if isinstance(named, list) else []:
        meant = suggest_category(category) if isinstance(category, str) else None
        if meant:
            yield (
                ("contacts", "categories"),
                f"{category} is no national category",
                f"Did you mean {meant}?",
            )


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
    beside: Callable[[Mapping[str, Any]], Iterable[Problem]] = lambda given: (),
) -> Model:
    """TOML text as a model; raises ProtocolError with every problem and its line.

    `checks` gives complaints about the raw content beyond what the model itself can tell; `told`
    names the types of pydantic's errors that they already tell; `beside` gives the problems of
    other files that the content names.
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
    others = list(beside(given))
    if result is not None and not complaints and not others:
        return result
    lines = _index_lines(text)
    placed = sorted(
        {(_find_line(lines, place), _name(place), what, do) for place, what, do in complaints}
    )
    problems = [
        Problem(what, f"{name}: line {line}" + (f", {place}" if place else ""), do)
        for line, place, what, do in placed
    ]
    problems += others
    raise ProtocolError(say_how_many(name, problems), problems=problems)


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
