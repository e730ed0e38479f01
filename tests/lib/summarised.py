"""The rules of omopgenerics for a `summarised_result` file, written from its documentation.

See tests/samples/omopgenerics/SOURCE.txt. Plain Python; nothing of righthelp is used.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

COLUMNS = [
    "result_id",
    "cdm_name",
    "group_name",
    "group_level",
    "strata_name",
    "strata_level",
    "variable_name",
    "variable_level",
    "estimate_name",
    "estimate_type",
    "estimate_value",
    "additional_name",
    "additional_level",
]
TYPES = {"numeric", "integer", "date", "character", "proportion", "percentage", "logical"}
PAIRS = ("group", "strata", "additional")
NEEDED = {"result_type", "package_name", "package_version"}
COUNTS = {"count", "denominator_count", "outcome_count", "record_count", "subject_count"}
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
Line = Mapping[str, str]


def complain(header: Sequence[str], lines: Sequence[Line]) -> list[str]:
    """Everything that breaks a rule, in words; settings are read from their rows."""
    if list(header) != COLUMNS:
        return [f"the columns are {list(header)}"]
    results = [line for line in lines if line["variable_name"] != "settings"]
    settings = read_settings(lines)
    return [
        *(found for line in results for found in _complain_line(line)),
        *_complain_repeats(results),
        *_complain_settings(results, settings),
        *_complain_small(results, settings),
        *_complain_links(results),
    ]


def read_settings(lines: Sequence[Line]) -> dict[str, dict[str, str]]:
    """result_id -> settings, from the rows that hold them."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for line in lines:
        if line["variable_name"] == "settings":
            found[line["result_id"]][line["estimate_name"]] = line["estimate_value"]
    return dict(found)


def group_of(line: Line) -> tuple[str, ...]:
    """What rows of one group share."""
    names = ("result_id", "cdm_name", *(f"{p}_{end}" for p in PAIRS for end in ("name", "level")))
    return tuple(line[name] for name in names)


def _complain_line(line: Line) -> Iterator[str]:
    for name in COLUMNS:
        if name != "variable_level" and line[name] in ("", "NA"):
            yield f"{name} is missing in {dict(line)}"
    if not line["result_id"].isdigit():
        yield f"result_id {line['result_id']} is no whole number"
    if line["estimate_type"] not in TYPES:
        yield f"{line['estimate_type']} is no type"
    if not SNAKE.fullmatch(line["estimate_name"]):
        yield f"{line['estimate_name']} is not snake_case"
    if line["estimate_value"] != "-":
        yield from _complain_value(line)
    for pair in PAIRS:
        names, levels = (line[f"{pair}_{end}"].split(" &&& ") for end in ("name", "level"))
        if len(names) != len(levels):
            yield f"{pair}: {names} and {levels} do not pair"
        yield from (f"{name} is not snake_case" for name in names if not SNAKE.fullmatch(name))


def _complain_value(line: Line) -> Iterator[str]:
    value, kind = line["estimate_value"], line["estimate_type"]
    if kind == "integer" and not re.fullmatch(r"-?\d+", value):
        yield f"{value} is no whole number"
    if kind in ("numeric", "proportion", "percentage") and not _is_number(value):
        yield f"{value} is no number"


def _complain_repeats(results: Sequence[Line]) -> Iterator[str]:
    keys = Counter(
        tuple(value for name, value in line.items() if name != "estimate_value") for line in results
    )
    yield from (f"{key} is there {n} times" for key, n in keys.items() if n > 1)
    subjects = Counter(
        (group_of(line), _plain(line["variable_name"]))
        for line in results
        if _is_whole_group(line) and "count" in line["estimate_name"]
    )
    yield from (f"{key} has {n} numbers of subjects" for key, n in subjects.items() if n > 1)


def _complain_settings(
    results: Sequence[Line], settings: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    yield from (
        f"result {one} has no settings"
        for one in {line["result_id"] for line in results} - set(settings)
    )
    for number, one in settings.items():
        if not set(one) >= NEEDED:
            yield f"settings {number} lack {NEEDED - set(one)}"
        told = [set(filter(None, one.get(pair, "").split(" &&& "))) for pair in PAIRS]
        if (told[0] & told[1]) | (told[0] & told[2]) | (told[1] & told[2]):
            yield f"a name of settings {number} is in two pairs"
    if len({tuple(sorted(one.items())) for one in settings.values()}) < len(settings):
        yield "two settings are alike"


def _complain_small(
    results: Sequence[Line], settings: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    """A count above 0 and below the least that the settings name must be gone."""
    for line in results:
        least = float(settings.get(line["result_id"], {}).get("min_cell_count", "0"))
        told = "count" in line["estimate_name"] and _is_number(line["estimate_value"])
        if told and 0 < float(line["estimate_value"]) < least:
            yield f"a count of {line['estimate_value']} is below {least:g}"


def _complain_links(results: Sequence[Line]) -> Iterator[str]:
    """Where a count is gone, the numbers that hang on it must be gone too."""
    gone = [line for line in results if line["estimate_value"] == "-"]
    groups = {group_of(line) for line in gone if _is_whole_group(line)}
    variables = {
        (group_of(line), line["variable_name"]) for line in gone if line["estimate_name"] in COUNTS
    }
    for line in results:
        number = line["estimate_type"] == "numeric" and "count" not in line["estimate_name"]
        linked = group_of(line) in groups or (group_of(line), line["variable_name"]) in variables
        if number and linked and line["estimate_value"] != "-":
            yield f"{line['estimate_name']} stands though its count is withheld"


def _is_whole_group(line: Line) -> bool:
    return _plain(line["variable_name"]) in ("number subjects", "number records")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", text) is not None


def _plain(name: str) -> str:
    return name.replace("_", " ").lower()
