"""Commands beside the records of one site; what they show of a person stays there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from righthelp.cli.options import ANY_PATH, FILE, FOLDER, as_json_option
from righthelp.cli.printing import progress, shorten


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id in the study file.")
@click.option("--out", type=FOLDER, default="quality", show_default=True, help="Where they go.")
def quality(study: Path, site: str, *, out: Path) -> None:
    """Write what a site's records are like, as a page and a workbook.

    Says what was seen, what it does to the result and what to do. It stays at the site.
    """
    from righthelp.onsite.quality_page import write_quality
    from righthelp.onsite.site import judge_records
    from righthelp.run import load_study
    from righthelp.terminal import show_quality

    with progress(as_json=False) as tell:
        found, findings, ledger = judge_records(load_study(study), site, tell=tell)
        paths = write_quality(found, findings, ledger=ledger, folder=out)
    show_quality(found)
    for path in paths:
        click.echo(f"wrote {path}")


@click.command("map")
@click.argument("file", type=FILE)
@click.option("--table", help="Which of our tables it is; found out when not given.")
@click.option("--out", type=FILE, help="The map; the default is FILE with .map.toml.")
def map_file(file: Path, *, table: str | None, out: Path | None) -> None:
    """Look at an unknown FILE and propose a column map for it.

    Shows what each column was taken for and why, asks only what the file cannot tell, and saves the
    map for next time. Name it under `map` of the site in the study file.
    """
    from righthelp.onsite.sources.propose import propose_map, save_map
    from righthelp.terminal import ask_words, show_proposal

    with progress(as_json=False) as tell:
        tell(f"looking at {file.name}")
        proposal = propose_map(file, table=table)
    show_proposal(proposal)
    answers = ask_words(proposal) if sys.stdin.isatty() else {}
    path = save_map(proposal, answers, path=out or file.with_name(f"{file.name}.map.toml"))
    click.echo(f"wrote {path}")


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id in the study file.")
@click.option(
    "--out", type=ANY_PATH, required=True, help="Where the return goes: a folder or a .zip."
)
@as_json_option
def count(study: Path, site: str, *, out: Path, as_json: bool) -> None:
    """Count one site and write the return that may leave.

    Look through the return (what-leaves.html says what it holds) before you send it.
    """
    from righthelp.run import count_site, load_study, write_return

    with progress(as_json=as_json) as tell:
        counted = count_site(load_study(study), site, tell=tell)
        write_return(counted.released, out)
    if as_json:
        click.echo(json.dumps({"site": site, "return": str(out), **shorten(counted)}, indent=2))
        return
    from righthelp.terminal import show_estimates, show_findings

    show_findings(counted.findings, counted.ledger, site=site, as_json=False)
    show_estimates(counted.released)
    click.echo(f"wrote {out}")


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id in the study file.")
@click.option("--person", required=True, help="The person, as the site's records name them.")
@as_json_option
def trace(study: Path, site: str, *, person: str, as_json: bool) -> None:
    """Tell why one person is in or out; stays at the site."""
    from dataclasses import asdict

    from righthelp.onsite.trace import trace_person
    from righthelp.run import load_study

    with progress(as_json=as_json) as tell:
        tell("following the person")
        found = trace_person(load_study(study), site, person=person)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
        return
    from righthelp.terminal import show_trace

    show_trace(found)


COMMANDS = (quality, map_file, count, trace)
