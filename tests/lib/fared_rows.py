"""Hand-made rows of how people fared, as a site would let them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from righthelp.returns.wellbeing import CONTACTS, SCORES
from tests.unit.report.eight_sites import Rows, released

TABLE = ((40, 60, 10, 80), (10, 20, 10, 40), (30, 50, 10, 60))


def list_rows(
    *,
    scale: str = "swemwbs",
    change: tuple[float, float] | None = (1.5, 0.2),
    beyond: tuple[float, float] | None = (0.9, 0.25),
    counts: Mapping[str, float] | None = None,
    table: Sequence[Sequence[float]] = TABLE,
    expected: Sequence[Sequence[float]] | None = TABLE,
    kind: str = "wellbeing",
) -> dict[str, Rows]:
    """The tables of one site. change, beyond: with their errors; None: withheld, not known."""
    told = {
        "both": 240,
        "first_only": 100,
        "last_only": 0,
        "versions_differ": 0,
        "neither": 80,
        "improved": 80,
        "same": 130,
        "worsened": 30,
        **(counts or {}),
    }
    moment: dict[str, Any] = {"scale": scale, "n": None, "state": "suppressed", "reason": "few"}
    if change is not None:
        known = None if beyond is None else change[0] - beyond[0]
        moment = {
            "scale": scale,
            "n": 240,
            "mean_first": 18.2,
            "mean_change": change[0],
            "sd": 3.1,
            "se": change[1],
            "expected_change": known,
            "beyond": beyond and beyond[0],
            "beyond_se": beyond and beyond[1],
            "bound_low": -2.5,
            "bound_high": 6.0,
            "state": "rounded",
        }
    return {
        "score_change": [moment],
        "score_counts": [
            {"scale": scale, "part": part, "number": "counted", **released(n)}
            for part, n in told.items()
        ]
        + [
            {"scale": scale, "part": part, "number": "by_chance", **released(told[part] / 2)}
            for part in ("improved", "same", "worsened")
        ],
        "quadrants": [
            {
                "kind": kind,
                "scale": scale,
                "by": "all",
                "stratum": "all",
                "contacts": contacts,
                "score": score,
                "number": number,
                **released(cells[row][column]),
            }
            for number, cells, scores in (
                ("counted", table, SCORES),
                ("by_chance", expected, SCORES[:3]),
            )
            if cells is not None
            for row, contacts in enumerate(CONTACTS)
            for column, score in enumerate(scores)
        ],
    }
