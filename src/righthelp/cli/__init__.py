"""The `righthelp` command: parse, call, print, exit.

Every module here imports click alone; what a command needs is imported when it runs.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from righthelp.cli import living, reports, sites, studies, whole

BUG = 70
COMMANDS = (
    *studies.COMMANDS,
    *sites.COMMANDS,
    *reports.COMMANDS,
    *living.COMMANDS,
    *whole.COMMANDS,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90})
@click.version_option(package_name="righthelp")
def cli() -> None:
    """What changed after people saw a link worker, and what would have happened anyway.

    Start with `righthelp demo`, or with `righthelp new` for a study of your own.
    """


for _command in COMMANDS:
    cli.add_command(_command)


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
