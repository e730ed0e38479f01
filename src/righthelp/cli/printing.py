"""What several commands print: what is being done, and a count in a few values."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from righthelp.onsite.site import Counted


def shorten(counted: Counted) -> dict[str, Any]:
    """What one site's count came to, for a machine."""
    return {
        "findings": len(counted.findings),
        "estimates": [dict(row) for row in counted.released.tables["estimates"]],
    }


@contextlib.contextmanager
def progress(*, as_json: bool) -> Iterator[Callable[[str], None]]:
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
