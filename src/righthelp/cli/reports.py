"""Commands that make a report of returns."""

from __future__ import annotations

from pathlib import Path

import click

from righthelp.cli.options import ANY_PATH, FILE, FOLDER
from righthelp.cli.printing import progress


@click.command()
@click.argument("study", type=FILE)
@click.argument("returns", nargs=-1, required=True, type=ANY_PATH)
@click.option("--out", type=FILE, default="report.html", show_default=True, help="The page.")
@click.option("--tables", type=FOLDER, help="Also write every table of the report as CSV here.")
def report(study: Path, returns: tuple[Path, ...], *, out: Path, tables: Path | None) -> None:
    """Pool RETURNS into one report that opens offline."""
    from righthelp.run import LOG, load_study, read_returns, write_report

    with progress(as_json=False) as tell:
        tell("reading the returns")
        loaded = load_study(study)
        read = read_returns(returns)
        tell("writing the report")
        write_report(loaded, read, path=out, tables=tables, log=study.parent / LOG)
    click.echo(f"wrote {out}")


COMMANDS = (report,)
