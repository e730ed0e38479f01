"""Commands on returns that are kept beside a study: take them in, and withdraw one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from righthelp.cli.options import ANY_PATH, FILE
from righthelp.cli.printing import progress

if TYPE_CHECKING:
    from righthelp.living import Step


@click.command()
@click.argument("study", type=FILE)
@click.argument("returns", nargs=-1, required=True, type=ANY_PATH)
@click.option("--because", default="", help="Why, for the log, in a few words.")
def receive(study: Path, returns: tuple[Path, ...], *, because: str) -> None:
    """Take RETURNS in beside STUDY, each in place of an earlier one of its site.

    They are checked, and kept under `returns`; where one is refused, none is taken in. The log
    there says what came when, and how the main result stood after it. `righthelp report STUDY`
    then pools what is kept.
    """
    from righthelp.living import receive_returns

    with progress(as_json=False) as tell:
        tell("taking the returns in")
        step = receive_returns(study, returns, because=because)
    _print_step(step)


@click.command()
@click.argument("study", type=FILE)
@click.option("--site", required=True, help="The site, by its id.")
@click.option("--because", required=True, help="Why, for the log, in a few words.")
def withdraw(study: Path, site: str, *, because: str) -> None:
    """Delete the return of a site that is kept beside STUDY.

    Only its digest and the reason stay, in the log. Files elsewhere, such as the one that the site
    sent and reports made with it, are not touched.
    """
    from righthelp.living import withdraw_return

    with progress(as_json=False) as tell:
        tell("withdrawing the return")
        step = withdraw_return(study, site, because=because)
    _print_step(step)
    click.echo("Not touched: the file that the site sent, and reports that were made with it.")


def _print_step(step: Step) -> None:
    from righthelp.report.changes import DID_WORDS, say_standing

    for one in step.entries:
        click.echo(f"{one.site}: {DID_WORDS[one.did]}")
    for site in step.same:
        click.echo(f"{site}: the same return is there already")
    click.echo(f"before: {say_standing(step.before)}")
    click.echo(f"after:  {say_standing(step.after)}")
    for name, why in step.aside.items():
        click.echo(f"kept, and not pooled: {name}: {why}")


COMMANDS = (receive, withdraw)
