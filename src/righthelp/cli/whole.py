"""Commands that go the whole way: a study, the demo, a simulated world."""

from __future__ import annotations

import json
from pathlib import Path

import click

from righthelp.cli.options import FILE, FOLDER, as_json_option
from righthelp.cli.printing import progress, shorten


@click.command()
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


@click.command()
@click.argument("folder", type=FOLDER, default="demo")
@as_json_option
def demo(folder: Path, *, as_json: bool) -> None:
    """Run eight simulated sites from records to report, in FOLDER."""
    from righthelp.world.demo import write_demo

    with progress(as_json=as_json) as tell:
        study = write_demo(folder, tell=tell)
    _run(study, folder / "results", as_json=as_json)


@click.command()
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

    with progress(as_json=False) as tell:
        tell(f"simulating {people} people over {months} months")
        population = simulate(World(seed=seed, n_people=people, months=months, effect_rr=effect))
        tell("writing the records")
        if extract:
            paths = write_extract(population, out, route=extract)
        else:
            paths = write_world(population, out, file_format="csv" if as_csv else "parquet")
    for path in paths:
        click.echo(f"wrote {path}")


def _run(study: Path, out: Path, *, as_json: bool) -> None:
    from righthelp.run import run_study
    from righthelp.terminal import show_run

    with progress(as_json=as_json) as tell:
        made = run_study(study, out, tell=tell)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "reports": [str(path) for path in made.reports],
                    "returns": [str(path) for path in made.returns],
                    "refused": {site: str(error) for site, error in made.refused},
                    "sites": {one.released.site: shorten(one) for one in made.counted},
                },
                indent=2,
            )
        )
    else:
        show_run(made.evidence)
        for site, error in made.refused:
            click.echo(f"site {site} was refused: {error}", err=True)
        for path in (*made.returns, *made.reports):
            click.echo(f"wrote {path}")
    if made.refused:
        raise SystemExit(4)


COMMANDS = (run, demo, world)
