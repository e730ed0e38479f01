"""The validity benchmark on one page: a row a world, what the designs gave and what was said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bench.performance import Performance, Share

SHOWN = {
    "projection": "projection",
    "matched_after": "matched: after",
    "matched_change": "matched: change",
    "matched_adjusted": "matched: past off",
}


def print_summary(
    rows: Sequence[tuple[str, float, int, Mapping[str, Performance], Share, Share]],
) -> None:
    """Print rows of (title, true ratio, seeds, performance by design, checks held, causal word)."""
    print("\n### All worlds\n")
    heads = [f"{name}: ratio, held %" for name in SHOWN.values()]
    print(
        f"| world | truth | seeds | {' | '.join(heads)} | projection “differs” % "
        "| every check held % | a causal word % |"
    )
    print(f"| --- {'| ---: ' * (len(heads) + 5)}|")
    for title, truth, seeds, found, held, causal in rows:
        cells = [_show(found.get(name), truth) for name in SHOWN]
        projection = found.get("projection")
        differs = projection.differs if projection else None
        cells += ["" if differs is None else percent(differs), percent(held), percent(causal)]
        print(f"| {title} | {truth:.2f} | {seeds} | {' | '.join(cells)} |")


def _show(found: Performance | None, truth: float) -> str:
    if found is None:
        return "not made"
    ratio = truth * math.exp(found.bias.value)
    return f"{ratio:.3f} ± {ratio * found.bias.error:.3f}, {100 * found.coverage.value:.0f}"


def percent(share: Share) -> str:
    """A share in per cent with its Monte Carlo error."""
    return f"{100 * share.value:.1f} ± {100 * share.error:.1f}"
