"""The `righthelp` command: parse, call, print, exit."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

    from righthelp.onsite.site import Counted

BUG = 70
FILE = click.Path(path_type=Path, dir_okay=False)
ANY_PATH = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)
as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for a machine."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90})
@click.version_option(package_name="righthelp")
def cli() -> None:
    """What changed after people saw a link worker, and what would have happened anyway.

    Start with `righthelp demo`, or with `righthelp new` for a study of your own.
    """


@cli.command()
@click.argument("folder", type=FOLDER)
def new(folder: Path) -> None:
    """Start a study in FOLDER.

    Writes a study file, in which every setting is explained, and the spreadsheet templates.
    """
    from righthelp.start import start_study

    for path in start_study(folder):
        click.echo(f"wrote {path}")
    click.echo(f"Next: fill in {folder / 'study.toml'}, then: righthelp check {folder}/study.toml")


@cli.command()
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


@cli.command()
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

    with _progress(as_json=False) as tell:
        found, findings, ledger = judge_records(load_study(study), site, tell=tell)
        paths = write_quality(found, findings, ledger=ledger, folder=out)
    show_quality(found)
    for path in paths:
        click.echo(f"wrote {path}")


@cli.command("map")
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

    with _progress(as_json=False) as tell:
        tell(f"looking at {file.name}")
        proposal = propose_map(file, table=table)
    show_proposal(proposal)
    answers = ask_words(proposal) if sys.stdin.isatty() else {}
    path = save_map(proposal, answers, path=out or file.with_name(f"{file.name}.map.toml"))
    click.echo(f"wrote {path}")


@cli.command()
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


@cli.command()
@click.argument("study", type=FILE)
@click.option("--site", help="Also read this site's data and list everything odd in them.")
@as_json_option
def check(study: Path, site: str | None, *, as_json: bool) -> None:
    """Check a study file and the theory it names, or the data of a site.

    Lists every problem at once, with its place and what to do.

    What is found in the data is shown here only; it never enters a return.
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

    with _progress(as_json=as_json) as tell:
        findings, ledger = check_site(loaded, site, tell=tell)
    _print_findings(findings, ledger, site=site, as_json=as_json)


@cli.command()
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

    with _progress(as_json=as_json) as tell:
        counted = count_site(load_study(study), site, tell=tell)
        write_return(counted.released, out)
    if as_json:
        click.echo(json.dumps({"site": site, "return": str(out), **_short(counted)}, indent=2))
        return
    _print_findings(counted.findings, counted.ledger, site=site, as_json=False)
    _print_estimates(counted)
    click.echo(f"wrote {out}")


@cli.command()
@click.argument("study", type=FILE)
@click.argument("returns", nargs=-1, required=True, type=ANY_PATH)
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
@click.option("--tables", type=FOLDER, help="Also write every table of the report as CSV here.")
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
    beside the others, whose names it does not tell.
    """
    from righthelp.run import LOG, load_study, read_returns, write_report

    with _progress(as_json=False) as tell:
        tell("reading the returns")
        loaded = load_study(study)
        read = read_returns(returns)
        tell("writing the report")
        write_report(
            loaded, read, paths=out, audience=audience, tables=tables, log=study.parent / LOG
        )
    for path in out:
        click.echo(f"wrote {path}")


@cli.command()
@click.argument("study", type=FILE)
@click.option(
    "--out", type=FOLDER, help="Folder for returns and report; the default is beside STUDY."
)
@as_json_option
def run(study: Path, out: Path | None, *, as_json: bool) -> None:
    """Count every site here and write the report.

    A site whose data are refused is named with every problem; the others go on. The exit code is
    then 4.
    """
    _run(study, out or study.parent / "results", as_json=as_json)


@cli.command()
@click.argument("folder", type=FOLDER, default="demo")
@as_json_option
def demo(folder: Path, *, as_json: bool) -> None:
    """Run eight simulated sites from records to report, in FOLDER."""
    from righthelp.world.demo import write_demo

    with _progress(as_json=as_json) as tell:
        study = write_demo(folder, tell=tell)
    _run(study, folder / "results", as_json=as_json)


@cli.command()
@click.argument("out", type=FOLDER)
@click.option("--seed", default=1, show_default=True, help="Same seed, same files.")
@click.option("--people", default=10_000, show_default=True, help="Registered people.")
@click.option("--months", default=36, show_default=True, help="Months of records.")
@click.option(
    "--effect", default=1.0, show_default=True, help="Ratio of GP visits after the link worker."
)
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV instead of Parquet.")
@click.option(
    "--as",
    "extract",
    type=click.Choice(["emis", "systmone", "cprd_aurum", "ehrql", "omop", "fhir", "vision"]),
    help="Write it as this system would export it.",
)
def world(
    out: Path,
    *,
    seed: int,
    people: int,
    months: int,
    effect: float,
    as_csv: bool,
    extract: str | None,
) -> None:
    """Simulate practices with a known effect, into OUT.

    truth.json holds what no real site could know: what each person would have done anyway.
    """
    from righthelp.world import World, simulate, write_extract, write_world

    with _progress(as_json=False) as tell:
        tell(f"simulating {people} people over {months} months")
        population = simulate(World(seed=seed, n_people=people, months=months, effect_rr=effect))
        tell("writing the records")
        if extract:
            paths = write_extract(population, out, route=extract)
        else:
            paths = write_world(population, out, file_format="csv" if as_csv else "parquet")
    for path in paths:
        click.echo(f"wrote {path}")


@cli.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id in the study file.")
@click.option("--person", required=True, help="The person, as the site's records name them.")
@as_json_option
def trace(study: Path, site: str, *, person: str, as_json: bool) -> None:
    """Tell why one person is in or out; stays at the site."""
    from dataclasses import asdict

    from righthelp.onsite.trace import trace_person
    from righthelp.run import load_study

    with _progress(as_json=as_json) as tell:
        tell("following the person")
        found = trace_person(load_study(study), site, person=person)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, default=str))
        return
    from righthelp.terminal import show_trace

    show_trace(found)


def _run(study: Path, out: Path, *, as_json: bool) -> None:
    from righthelp.run import run_study
    from righthelp.terminal import show_run

    with _progress(as_json=as_json) as tell:
        made = run_study(study, out, tell=tell)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "reports": [str(path) for path in made.reports],
                    "returns": [str(path) for path in made.returns],
                    "refused": {site: str(error) for site, error in made.refused},
                    "sites": {one.released.site: _short(one) for one in made.counted},
                },
                indent=2,
            )
        )
    else:
        show_run([one.released for one in made.counted])
        for site, error in made.refused:
            click.echo(f"site {site} was refused: {error}", err=True)
        for path in (*made.returns, *made.reports):
            click.echo(f"wrote {path}")
    if made.refused:
        raise SystemExit(4)


def _short(counted: Counted) -> dict[str, Any]:
    return {
        "findings": len(counted.findings),
        "estimates": [dict(row) for row in counted.released.tables["estimates"]],
    }


def _print_findings(findings: Any, ledger: Any, *, site: str, as_json: bool) -> None:
    from righthelp.terminal import show_findings

    show_findings(findings, ledger, site=site, as_json=as_json)


def _print_estimates(counted: Counted) -> None:
    from righthelp.terminal import show_estimates

    show_estimates(counted.released)


@contextlib.contextmanager
def _progress(*, as_json: bool) -> Iterator[Callable[[str], None]]:
    """A line that says what is being done and for how long; nothing where a machine reads."""
    if as_json or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage: bar.update(task, description=stage)


def main() -> None:
    """Run the command; a trouble the user can mend ends with its own exit code, no traceback."""
    from righthelp.errors import RightHelpError

    sys.excepthook = _report_bug
    try:
        cli.main(standalone_mode=False, prog_name="righthelp")
    except OSError as error:
        click.echo(f"{error.filename or 'a file'}: {error.strerror or error}", err=True)
        click.echo("    Name a place that can be read and written.", err=True)
        raise SystemExit(2) from None
    except RightHelpError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None
    except click.exceptions.Abort:
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None


def _report_bug(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Whatever is not the user's to mend is our bug: show it, and end with its own exit code."""
    import os
    import traceback

    traceback.print_exception(kind, error, trace)
    click.echo("This is a bug in righthelp. Please report it with the lines above.", err=True)
    sys.stdout.flush()
    os._exit(BUG)
