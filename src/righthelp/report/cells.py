"""What a shown table is made of, and the one place where numbers become text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from righthelp.evidence.counts import Count

TOTALS = ("All sites", "Sites together")
"""How the rows begin that stand for several sites."""
WITHHELD = "withheld"
STATE_WORDS = {
    "suppressed": WITHHELD,
    "not_collected": "not collected",
    "not_estimable": "not estimable here",
}
MINUS = "\u2212"
NBSP = "\u00a0"


@dataclass(frozen=True)
class Ratio:
    """A rate ratio on the log scale with its 95% interval; `span` where one assumption varies."""

    log_rr: float | None
    low: float | None = None
    high: float | None = None
    span: tuple[float, float] | None = None
    missing: str = "not estimable here"


@dataclass(frozen=True)
class Difference:
    """A difference with its 95% interval, in the heading's decimals or its own; `missing` where it
    is None."""

    value: float | None
    low: float | None = None
    high: float | None = None
    missing: str = "not estimable here"
    decimals: int | None = None


@dataclass(frozen=True)
class Amount:
    """A number with decimals of its own, where the rows of a column differ in them."""

    value: float | None
    decimals: int
    missing: str = ""


Cell = str | int | float | Count | Ratio | Difference | Amount | None


@dataclass(frozen=True)
class Heading:
    """A column of a shown table: key in the CSV, words on the page, decimals of a plain number.

    short: without noughts after the point. pinned: stays in sight when the table is scrolled.
    """

    key: str
    label: str
    kind: Literal["text", "number"] = "text"
    decimals: int = 0
    short: bool = False
    pinned: bool = False


@dataclass(frozen=True)
class ShownTable:
    """A table as shown: the same rows go to the page and to a CSV of the same name."""

    name: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert all(len(row) == len(self.headings) for row in self.rows), self.name

    def texts(self) -> Iterator[tuple[tuple[str, str], ...]]:
        """Rows of (text, class) for the page; the class tells numbers and states from words."""
        for row in self.rows:
            yield tuple(
                (show(cell, heading), _name_class(cell, heading))
                for cell, heading in zip(row, self.headings, strict=True)
            )

    def records(self) -> Iterator[dict[str, object]]:
        """Rows for a CSV: raw numbers, a state beside every number that can be withheld."""
        for row in self.rows:
            record: dict[str, object] = {}
            for cell, heading in zip(row, self.headings, strict=True):
                record.update(_spread(cell, heading.key))
            yield record

    def columns(self) -> dict[str, Heading]:
        """The columns of the CSV in order, each with the heading that it comes from.

        Those of a table without rows are the headings themselves.
        """
        found: dict[str, Heading] = {}
        for row in self.rows:
            for cell, heading in zip(row, self.headings, strict=True):
                found |= {key: found.get(key, heading) for key in _spread(cell, heading.key)}
        return found or {heading.key: heading for heading in self.headings}


def is_total(row: Sequence[tuple[str, str]]) -> bool:
    """Whether a row of `ShownTable.texts` stands for several sites."""
    return row[0][0] in TOTALS


def show(cell: Cell, heading: Heading) -> str:
    """A cell as text."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Count):
        return show_count(cell, decimals=heading.decimals, short=heading.short)
    if isinstance(cell, Ratio):
        return show_ratio(cell)
    if isinstance(cell, Difference):
        return show_difference(cell, decimals=heading.decimals)
    if isinstance(cell, Amount):
        return show_amount(cell)
    if isinstance(cell, str):
        return cell
    return show_number(cell, decimals=heading.decimals)


def show_number(value: float, *, decimals: int = 0) -> str:
    """A number with thousands commas and a true minus sign."""
    text = f"{value:,.{decimals}f}"
    return text.replace("-", MINUS) if float(value) < 0 and text.strip("-0.,") else text.lstrip("-")


def show_count(count: Count, *, decimals: int = 0, short: bool = False) -> str:
    """A count, or what became of it; a sum says from how many sites it was withheld."""
    if count.value is None:
        return STATE_WORDS[count.state]
    whole = show_number(count.value, decimals=decimals)
    if short and "." in whole:
        whole = whole.rstrip("0").rstrip(".")
    return f"{whole} ({count.n_withheld}{NBSP}withheld)" if count.n_withheld else whole


def show_ratio(ratio: Ratio) -> str:
    """A ratio to two decimals with its interval or span, or the words for why there is none."""
    if ratio.span is not None:
        low, high = map(show_plain_ratio, ratio.span)
        return f"{low}{NBSP}to{NBSP}{high} (range)"
    if ratio.log_rr is None:
        return ratio.missing
    point = show_plain_ratio(ratio.log_rr)
    if ratio.low is None or ratio.high is None:
        return f"{point} (no{NBSP}interval)"
    return f"{point} ({show_bound(ratio.low)}{NBSP}to{NBSP}{show_bound(ratio.high)})"


def show_difference(cell: Difference, *, decimals: int) -> str:
    """A difference with its sign and its interval, or the words for why there is none."""
    if cell.value is None:
        return cell.missing
    decimals = decimals if cell.decimals is None else cell.decimals
    value, low, high = (_sign(x, decimals) for x in (cell.value, cell.low, cell.high))
    if low is None or high is None:
        return f"{value} (no{NBSP}interval)"
    return f"{value} ({low}{NBSP}to{NBSP}{high})"


def _sign(value: float | None, decimals: int) -> str | None:
    if value is None:
        return None
    text = show_number(value, decimals=decimals)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def show_amount(cell: Amount) -> str:
    """A number in its own decimals, or the words for why there is none."""
    return cell.missing if cell.value is None else show_number(cell.value, decimals=cell.decimals)


def show_plain_ratio(log_rr: float) -> str:
    """A ratio to two decimals; "over 100" beyond that."""
    return "over 100" if log_rr > math.log(100) else f"{math.exp(log_rr):.2f}"


def show_bound(log_rr: float) -> str:
    """An end of an interval, with a third decimal where two would hide on which side of 1 it is."""
    text = show_plain_ratio(log_rr)
    return f"{math.exp(log_rr):.3f}" if text == "1.00" and abs(log_rr) > 0.00051 else text


def _name_class(cell: Cell, heading: Heading) -> str:
    names: list[str] = [heading.kind]
    if (
        (isinstance(cell, Count) and cell.value is None)
        or (isinstance(cell, Ratio) and cell.log_rr is None and cell.span is None)
        or (isinstance(cell, (Difference, Amount)) and cell.value is None)
    ):
        names.append("state")
    if heading.pinned:
        names.append("pinned")
    return " ".join(names)


def _spread(cell: Cell, key: str) -> dict[str, object]:
    if isinstance(cell, Count):
        return {key: cell.value, f"{key}_state": cell.state, f"{key}_withheld": cell.n_withheld}
    if isinstance(cell, Ratio):
        low, high = cell.span or (cell.low, cell.high)
        return {
            f"{key}_rr": None if cell.span else _exp(cell.log_rr),
            f"{key}_low": _exp(low),
            f"{key}_high": _exp(high),
        }
    if isinstance(cell, Difference):
        return {key: cell.value, f"{key}_low": cell.low, f"{key}_high": cell.high}
    if isinstance(cell, Amount):
        return {key: cell.value}
    return {key: cell}


def _exp(log_rr: float | None) -> float | None:
    return None if log_rr is None else math.exp(log_rr)
