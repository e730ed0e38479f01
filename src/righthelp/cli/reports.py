"""Commands on reports: make one of returns, and say what changed between two."""

from __future__ import annotations

import json
from pathlib import Path

import click

from righthelp.cli.options import ANY_PATH, FILE, FOLDER, as_json_option
from righthelp.cli.printing import progress


@click.command()
@click.argument("study", type=FILE)
@click.argument("returns", nargs=-1, type=ANY_PATH)
@click.option(
    "--out",
    type=FILE,
    multiple=True,
    default=("report.html",),
    show_default="report.html",
    help="What to write, once or more often: a name that ends in .html, .pdf or .docx.",
)
@click.option(
    "--for",
    "audience",
    default="everybody",
    show_default=True,
    help="Who reads it: everybody, advisory-group, commissioner, or a site by its id.",
)
@click.option(
    "--tables",
    type=FOLDER,
    help="Also write every table of the report as CSV here, and its record.",
)
def report(
    study: Path,
    returns: tuple[Path, ...],
    *,
    out: tuple[Path, ...],
    audience: str,
    tables: Path | None,
) -> None:
    """Pool RETURNS into one report, as a page that opens offline, a PDF or a Word file.

    It opens with a summary of one page in plain words. For a site it shows the site's own results
    beside the others, whose names it does not tell. Without RETURNS it pools those kept beside
    STUDY, and shows how they came together; see `righthelp receive`.
    """
    from righthelp.living import read_living
    from righthelp.run import LOG, load_study, read_returns, write_report

    with progress(as_json=False) as tell:
        tell("reading the returns")
        loaded = load_study(study)
        read, history = (read_returns(returns), ()) if returns else read_living(study)
        tell("writing the report")
        write_report(
            loaded,
            read,
            paths=out,
            audience=audience,
            tables=tables,
            log=study.parent / LOG,
            history=history,
        )
    for path in (*out, *([tables] if tables else [])):
        click.echo(f"wrote {path}")


@click.command()
@click.argument("report1", type=ANY_PATH)
@click.argument("report2", type=ANY_PATH)
@as_json_option
def diff(report1: Path, report2: Path, *, as_json: bool) -> None:
    """Say what changed from REPORT1 to REPORT2, and why.

    Each is a report as a page, its record.json, or the folder of its tables. Why: sites, returns,
    settings, the theory, the version. What: verdicts, numbers, other tables. The exit code is 0
    whether or not anything changed.
    """
    from righthelp.report.difference_words import dump_changes, say_changes
    from righthelp.report.differences import compare_records
    from righthelp.report.record import read_record

    changes = compare_records(read_record(report1), read_record(report2))
    if as_json:
        click.echo(json.dumps(dump_changes(changes), indent=2, ensure_ascii=False))
        return
    for line in say_changes(changes):
        click.echo(line)


COMMANDS = (report, diff)
