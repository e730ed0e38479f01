"""Commands on a study: start it, ask a site, write its templates, check it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from righthelp.cli.options import FILE, FOLDER, as_json_option
from righthelp.cli.printing import progress


@click.command()
@click.argument("folder", type=FOLDER)
def new(folder: Path) -> None:
    """Start a study in FOLDER.

    Writes a study file, in which every setting is explained, and the spreadsheet templates.
    """
    from righthelp.start import start_study

    for path in start_study(folder):
        click.echo(f"wrote {path}")
    click.echo(f"Next: fill in {folder / 'study.toml'}, then: righthelp check {folder}/study.toml")


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id in the study file.")
@click.option("--answer-by", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@click.option("--out", type=FOLDER, help="Where it goes; the default is request-SITE.")
def request(study: Path, site: str, *, answer_by: datetime, out: Path | None) -> None:
    """Write what a site is sent, and note that it was asked.

    A letter in plain words, how to get the data from its system, the study file and, for a sheet or
    form, its template. requests.csv beside STUDY is the log: add a line when something is sent or
    corrected, with the hours it took; the report shows it.
    """
    from datetime import UTC, datetime

    from righthelp.asking import write_request
    from righthelp.run import load_study

    paths = write_request(
        load_study(study),
        site,
        study_file=study,
        folder=out or Path(f"request-{site}"),
        answer_by=answer_by.date(),
        asked_on=datetime.now(tz=UTC).date(),
    )
    for path in paths:
        click.echo(f"wrote {path}")


@click.command()
@click.argument("study", type=FILE)
@click.option("--out", type=FOLDER, default=".", show_default=True, help="Where they go.")
def template(study: Path, *, out: Path) -> None:
    """Write the spreadsheet templates of STUDY.

    Their notes give its dates, its windows and what counts as a contact.
    """
    from righthelp.run import load_study
    from righthelp.start import write_templates

    for path in write_templates(load_study(study), out):
        click.echo(f"wrote {path}")


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", help="Also read this site's data and list everything odd in them.")
@as_json_option
def check(study: Path, site: str | None, *, as_json: bool) -> None:
    """Check a study file and the theory it names, or the data of a site.

    Lists every problem at once, with its place and what to do.

    Where in the data something was found is shown here only. A return says what kinds of things
    were found and how many, rounded.
    """
    from righthelp.run import load_study, load_theory

    loaded = load_study(study)
    if site is None:
        load_theory(loaded.study.theory)
        sites = [one.id for one in loaded.site]
        if as_json:
            click.echo(json.dumps({"sites": sites, "protocol_digest": loaded.digest()}, indent=2))
        else:
            number = "1 site" if len(sites) == 1 else f"{len(sites)} sites"
            click.echo(f"{study} is in order: {number} ({', '.join(sites)})")
            click.echo(f"protocol digest {loaded.digest()}")
        return
    from righthelp.run import check_site
    from righthelp.terminal import show_findings

    with progress(as_json=as_json) as tell:
        findings, ledger = check_site(loaded, site, tell=tell)
    show_findings(findings, ledger, site=site, as_json=as_json)


COMMANDS = (new, request, template, check)
