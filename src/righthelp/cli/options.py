"""What several commands are given: files, folders, and whether a machine reads."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)
ANY_PATH = click.Path(path_type=Path)
FOLDER = click.Path(path_type=Path, file_okay=False)
as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON, for a machine."
)
