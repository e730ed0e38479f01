"""The reference pages, written from the code that they describe.

python -m righthelp.reference           # write docs/reference
python -m righthelp.reference --check   # name the pages that are not current; then exit 1
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType
from typing import Any

from righthelp.markdown import as_text as _as_text
from righthelp.markdown import list_words as _list_words
from righthelp.markdown import page as _page
from righthelp.markdown import tabulate as _tabulate
from righthelp.markdown import tabulate_columns as _tabulate_columns

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
SOURCE = "../../src/righthelp"
WIDTH = 90  # columns of a line of help or of a signature
MAP_EXAMPLE = """\
date_formats = ["%d/%m/%Y"]

[appointments]
file = "appts_*.csv"
columns = { patient_id = "Patient ID", start_date = "Appointment Date" }
values.status = { "Seen" = "attended", "Failed" = "did_not_attend" }
"""
THEORY = (
    "How the scheme might work, as statements that can be looked at: a `title`, the rows and notes "
    "on them. [How to write one](../how-to/write-a-theory.md)."
)
UNIT = re.compile(r"\s*Unit: (.+?)\.$")


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or compare them; the exit code."""
    pages = make_pages()
    if "--check" in arguments:
        stale = find_stale(pages, FOLDER)
        for name in stale:
            print(f"docs/reference/{name} is not current: run make docs", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in find_stale(pages, FOLDER):
        (FOLDER / name).unlink(missing_ok=True)
        if name in pages:
            (FOLDER / name).write_text(pages[name], encoding="utf-8")
        print(f"{'wrote' if name in pages else 'removed'} docs/reference/{name}")
    return 0


def make_pages() -> dict[str, str]:
    """Every page by its file name; the same text on every machine."""
    return {name: make() for name, make in PAGES.items()}


def find_stale(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Names of pages that differ from the folder's, are missing there, or should not be there."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.*")}
    return sorted(name for name in {*pages, *there} if pages.get(name) != there.get(name))


def _describe_protocol() -> str:
    from righthelp.protocol.study import Study

    schema = Study.model_json_schema()
    parts = []
    for name, field in schema["properties"].items():
        section = schema["$defs"][field.get("items", field)["$ref"].rpartition("/")[2]]
        heading = f"[[{name}]]" if "items" in field else f"[{name}]"
        parts += [f"## `{heading}`", section["description"], _tabulate_fields(section)]
    return _page(
        "# The study file",
        "A study is one file, `study.toml`: its question, its rules and its sites. Every setting "
        "but the title and the sites has a default, so a file holds only what differs. `righthelp "
        "new` writes one with all of them, `righthelp check` tells everything that is wrong with "
        "one. The same as a schema for editors: [study.schema.json](study.schema.json).",
        *parts,
    )


def _describe_sitemap() -> str:
    from righthelp.onsite.sources import vocabulary
    from righthelp.protocol.records import COUNTS, RECORDS, SUMMARY
    from righthelp.protocol.sitemap import SiteMap, list_words

    schema = SiteMap.model_json_schema()
    whole = {name: one for name, one in schema["properties"].items() if "$ref" not in one}
    tables = [f"[{name}]" for name in schema["properties"] if name not in whole]
    words = [
        (f"`{table.name}.{column.name}`", _list_words(list_words(table, column.name)))
        for table in (*RECORDS, COUNTS, SUMMARY)
        for column in table.columns
        if list_words(table, column.name)
    ]
    known = [
        (one.column, one.word, f"`{one.meaning}`", one.source) for one in vocabulary.read_words()
    ]
    return _page(
        "# The column map of a site",
        "A site whose files or columns have other names than [ours](records.md) says so once, in "
        "a TOML file that the study file names under `map`. Without a map, files and columns carry "
        "our names and dates are ISO dates.",
        "## The whole file",
        _tabulate_fields({"properties": whole}),
        "## Each table",
        f"One part for each table that needs it: {_list_words(tables)}.",
        _tabulate_fields(schema["$defs"]["TableMap"]),
        f"```toml\n{MAP_EXAMPLE}```",
        "## Our words",
        "What `values` may map to, and the words that are read without a map.",
        _tabulate(("Column", "Our words"), words),
        _tabulate(("Column", "Known without a map", "Read as", "Source"), known),
    )


def _describe_records() -> str:
    from righthelp.protocol.records import COUNTS, RECORDS, SUMMARY

    parts = []
    for table in RECORDS:
        optional = " The table may be left out." if table.optional else ""
        parts += [f"### `{table.name}`", table.description + optional, _tabulate_columns(table)]
    return _page(
        "# What a site holds",
        "The tables as they are once read. A site with other names or words writes a [column "
        "map](sitemap.md). A column that may be empty may also be left out; what that rules out is "
        "told in the supply statement.",
        "## Records: the `csv` route",
        *parts,
        "## A spreadsheet: the `counts` route",
        COUNTS.description,
        _tabulate_columns(COUNTS),
        "## A form of means: the `summary` route",
        SUMMARY.description,
        _tabulate_columns(SUMMARY),
    )


def _describe_returns() -> str:
    from righthelp.returns.tables import DESIGNS, TABLES

    parts = []
    for table in TABLES:
        columns = _tabulate_columns(table, with_role=True)
        parts += [f"## `{table.name}.csv`", table.description, columns]
    return _page(
        "# What may leave a site",
        "A return is these tables as CSV files, a `provenance.json` (study, versions, checksums) "
        "and a page in plain words, `what-leaves.html`. Nothing else leaves.",
        "The last column is what disclosure control knows of a column. *key* names the row. "
        "*people* counts people: small counts are withheld, the rest rounded. *sum* is a sum or a "
        "statistic over people, given only where enough people stand behind it. *free* says "
        "nothing about people. `state` says what became of the numbers of a row.",
        *parts,
        "## Designs",
        "The words of the column `design`, and what each sets the contacts after against.",
        _tabulate(("Design", "Meaning"), ((f"`{key}`", text) for key, text in DESIGNS.items())),
    )


def _describe_findings() -> str:
    from righthelp.onsite.sources.kinds import KINDS

    rows = ((f"`{one.name}`", one.effect, one.says, one.do) for one in KINDS.values())
    return _page(
        "# What can be found odd in the data",
        "`righthelp check STUDY --site S` lists every finding with its file, line, column and "
        "value. That list stays at the site; a return holds only how many rows had which kind. "
        "[Read your findings](../how-to/read-your-findings.md).",
        "*refused*: nothing is made from these data until it is mended. *dropped*: the row is left "
        "out. *changed*: the value was read as something else, or set empty. *noted*: nothing was "
        "done.",
        _tabulate(("Kind", "Effect", "What was found", "What to do"), rows),
    )


def _describe_errors() -> str:
    from righthelp.cli import BUG
    from righthelp.errors import RightHelpError

    families = (
        (str(one.exit_code), f"`{one.__name__}`", inspect.getdoc(one) or "")
        for one in RightHelpError.__subclasses__()
    )
    first, bug = ("0", "", "It was done."), (str(BUG), "", "A bug of ours; please tell us.")
    return _page(
        "# Errors and exit codes",
        "A trouble that can be mended is told as what happened, where, and what to do, all "
        "problems of a file at once, and ends the command with the code of its family. In Python "
        "each is an exception of `righthelp.errors`, with the single problems in `problems`.",
        _tabulate(
            ("Exit code", "Family", "Meaning"),
            (first, *families, bug, ("130", "", "It was interrupted.")),
        ),
        "An estimate that cannot be made is no error: it has a status and a reason, and the exit "
        "code is 0. Data that are odd are no error either, unless they cannot be used at all: they "
        "are [findings](findings.md).",
    )


def _describe_cli() -> str:
    import click

    from righthelp.cli import cli

    settings = {**cli.context_settings, "max_content_width": WIDTH, "terminal_width": WIDTH}
    top = click.Context(cli, info_name="righthelp", **settings)
    parts = [f"```\n{cli.get_help(top)}\n```"]
    for name, command in sorted(cli.commands.items()):
        context = click.Context(command, info_name=name, parent=top)
        parts += [f"## righthelp {name}", f"```\n{command.get_help(context)}\n```"]
    return _page("# The command", "What `--help` says.", *parts)


def _describe_estimators() -> str:
    import righthelp.estimators as package

    plumbing = {"arrays", "influence"}
    names = sorted({one.name for one in pkgutil.iter_modules(package.__path__)} - plumbing)
    modules = (import_module(f"{package.__name__}.{name}") for name in names)
    return _page(
        "# Estimators",
        "Array functions: moments, counts or published figures in, a small frozen result out. They "
        "know nothing of files or studies, so they can be used and checked by themselves. A number "
        "that cannot be made is a status and a reason.",
        *(part for module in modules for part in _describe_module(module)),
    )


def _describe_module(module: ModuleType) -> Iterator[str]:
    name = module.__name__.rpartition(".")[2]
    yield f"## `{name}`"
    yield _as_text(inspect.getdoc(module) or "")
    yield f"[Source]({SOURCE}/estimators/{name}.py)"
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
            continue
        written = _write_function(node) if isinstance(node, ast.FunctionDef) else _write_class(node)
        yield f"### `{node.name}`"
        yield f"```python\n{written}\n```".replace("'", '"')
        yield _as_text(ast.get_docstring(node) or "")


def _describe_sql() -> str:
    folder = resources.files("righthelp.onsite.sql")
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    texts = {entry.name: entry.read_text(encoding="utf-8") for entry in files}
    order = sorted(texts, key=lambda name: (_stage_of(texts[name]), name))
    rows = []
    for name in order:
        made = _find_names(texts[name], r"CREATE OR REPLACE (?:TABLE|VIEW|MACRO) (\w+)")
        read = _find_names(texts[name], r"\b(?:FROM|JOIN) ([a-z_]+)\b(?!\s*\()")
        others = _list_words(table for table in read if table not in made)
        stage = " to ".join(map(str, _stage_of(texts[name])))
        link = f"[{name}]({SOURCE}/onsite/sql/{name})"
        rows.append((stage, link, others, _list_words(made)))
    return _page(
        "# The steps on the data",
        "One SQL file a stage, in the order in which they run. The files are fixed: a study enters "
        "as rows of small tables (`rules`, `eligible`, `window_months` and the like), never as "
        "text within the SQL. All of it runs beside the records; the tables it makes stay there. "
        "What each file says of itself stands below.",
        _tabulate(("Stage", "File", "Reads", "Makes"), rows),
        *(part for name in order for part in (f"## {name}", _read_head(texts[name]))),
    )


def _describe_theory() -> str:
    from righthelp.protocol.indicators import INDICATORS
    from righthelp.protocol.theory import TheoryNote, TheoryRow

    parts = ["# The theory file", THEORY]
    for name, schema in (
        ("row", TheoryRow.model_json_schema()),
        ("note", TheoryNote.model_json_schema()),
    ):
        parts += [f"## `[[{name}]]`", schema["description"], _tabulate_fields(schema)]
    rows = (
        (f"`{one.name}`", one.words, _list_words(one.allowed), one.rule, one.unit, f"`{one.table}`")
        for one in INDICATORS.values()
    )
    head = ("Indicator", "What it is", "May be expected", "Present when", "Unit", "Returned table")
    return _page(*parts, "## Indicators", _tabulate(head, rows))


def _make_schema() -> str:
    from righthelp.protocol.study import Study

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**dialect, **Study.model_json_schema()}, indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": _describe_cli,
    "errors.md": _describe_errors,
    "estimators.md": _describe_estimators,
    "findings.md": _describe_findings,
    "protocol.md": _describe_protocol,
    "records.md": _describe_records,
    "returns.md": _describe_returns,
    "sitemap.md": _describe_sitemap,
    "sql.md": _describe_sql,
    "study.schema.json": _make_schema,
    "theory.md": _describe_theory,
}


def _tabulate_fields(section: Mapping[str, Any]) -> str:
    """The settings of a part of a JSON Schema; the unit is the last sentence of a description."""
    rows = []
    for name, field in section["properties"].items():
        meaning = field.get("description", "")
        unit = UNIT.search(meaning)
        given = field.get("default")
        default = "none" if given is None else f"`{json.dumps(given, ensure_ascii=False)}`"
        if name in section.get("required", ()):
            default = "must be given"
        unit_name, allowed = unit[1] if unit else "", _say_allowed(field)
        rows.append((f"`{name}`", UNIT.sub("", meaning), default, unit_name, allowed))
    return _tabulate(("Setting", "Meaning", "Default", "Unit", "Allowed"), rows)


def _say_allowed(field: Mapping[str, Any]) -> str:
    """The values that a setting may have, in words."""
    if "anyOf" in field:
        return next(_say_allowed(one) for one in field["anyOf"] if one["type"] != "null")
    if "enum" in field:
        return _list_words(field["enum"])
    kind = field["type"]
    if kind == "array":
        least = {field.get("maxItems"): f"{field.get('minItems')}, each of: ", None: "a list of: "}
        return least.get(field.get("minItems"), "at least one of: ") + _say_allowed(field["items"])
    if kind == "object":
        words = {"string": "text", "number": "numbers", "array": "lists"}
        return f"names and {words.get(field['additionalProperties'].get('type'), 'tables')}"
    if kind == "integer":
        ends = (field.get("minimum"), field.get("maximum"))
        return "whole numbers" if None in ends else f"{ends[0]} to {ends[1]}"
    if "pattern" in field:
        return f"text like `{field['pattern']}`"
    formats = {"date": "a date, such as 2024-03-01", "path": "a path"}
    plain = {"boolean": "true, false", "number": "numbers"}.get(kind, "text")
    return formats.get(field.get("format", ""), plain)


def _write_function(node: ast.FunctionDef) -> str:
    arguments = node.args
    assert not (arguments.posonlyargs or arguments.vararg or arguments.kwarg or arguments.defaults)
    written = [ast.unparse(one) for one in arguments.args]
    written += ["*"] * bool(arguments.kwonlyargs)
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        written.append(ast.unparse(one) + (f" = {ast.unparse(default)}" if default else ""))
    result = ast.unparse(node.returns) if node.returns else "None"
    line = f"{node.name}({', '.join(written)}) -> {result}"
    if len(line) <= WIDTH:
        return line
    return "\n".join((f"{node.name}(", *(f"    {one}," for one in written), f") -> {result}"))


def _write_class(node: ast.ClassDef) -> str:
    fields = (f"    {ast.unparse(one)}" for one in node.body if isinstance(one, ast.AnnAssign))
    return "\n".join((f"class {node.name}:", *fields))


def _stage_of(text: str) -> tuple[int, ...]:
    """The stage that the head of a SQL file names, or the two that it lies between."""
    found = re.search(r"[Ss]tages? (\d+)(?: and (\d+))?", text)
    assert found, "a SQL file says in its head which stage it is"
    return tuple(int(one) for one in found.groups() if one)


def _read_head(text: str) -> str:
    """The comment at the head of a SQL file, as it stands there."""
    lines = itertools.takewhile(lambda line: line.startswith("--"), text.splitlines())
    written = "\n".join(line[2:].removeprefix(" ") for line in lines)
    return f"```text\n{written}\n```"


def _find_names(text: str, pattern: str) -> list[str]:
    bare = re.sub(r"--[^\n]*", "", text)
    return list(dict.fromkeys(re.findall(pattern, bare)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
