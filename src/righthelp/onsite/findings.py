"""What was odd in a site's data: every oddity at once, with its place, its remedy and its effect.

A finding shows a value and a row, so it stays at the site; only counts by kind may leave, and the
release does that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from righthelp.errors import DataRefused, Problem
from righthelp.onsite.sources.kinds import KINDS, Kind
from righthelp.onsite.sources.system_kinds import Effect

if TYPE_CHECKING:
    from rich.table import Table

_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Finding:
    """One oddity: where it was first met, what was there, and how many rows it touches.

    `row` is the first line in the file, the header counted as line 1; None when the whole file is
    meant. `value` is shown to the site only.
    """

    kind: str
    table: str
    column: str = ""
    file: str = ""
    row: int | None = None
    value: str = ""
    n_rows: int = 0

    def __post_init__(self) -> None:
        assert self.kind in KINDS, f"undeclared kind of finding: {self.kind}"

    @property
    def declared(self) -> Kind:
        return KINDS[self.kind]

    @property
    def effect(self) -> Effect:
        return self.declared.effect

    @property
    def where(self) -> str:
        """The place to open: file, line, column."""
        place = [self.file or self.table]
        if self.row is not None:
            place.append(f"line {self.row}")
        if self.column:
            place.append(self.column)
        return f"{place[0]}: {', '.join(place[1:])}" if len(place) > 1 else place[0]

    @property
    def what(self) -> str:
        """The sentence of the kind, with the value and the number of rows."""
        shown = f" ({self.value})" if self.value else ""
        rows = f" [{self.n_rows} rows]" if self.n_rows > 1 else ""
        return f"{self.declared.says}{shown}{rows}"

    def to_problem(self) -> Problem:
        return Problem(self.what, self.where, self.declared.do)


@dataclass(frozen=True)
class Ledger:
    """The account of one table: every row read was kept, or left out for one stated reason.

    A row with two troubles stands under the first of them, in the order in which KINDS lists them.
    """

    table: str
    rows_in: int
    kept: int
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        return self.rows_in == self.kept + sum(self.left_out.values())


class FindingLog:
    """Findings gathered while a site is read, in the order in which they were met."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def add(
        self,
        kind: str,
        table: str,
        *,
        column: str = "",
        file: str = "",
        row: int | None = None,
        value: object = "",
        n_rows: int = 0,
    ) -> None:
        """Note one finding; long values are cut."""
        text = " ".join(str(value).split())
        if len(text) > _LONGEST_VALUE:
            text = f"{text[: _LONGEST_VALUE - 1]}…"
        self._findings.append(Finding(kind, table, column, file, row, text, n_rows))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)

    @property
    def refused(self) -> bool:
        return any(finding.effect == "refused" for finding in self._findings)


class RecordsRefused(DataRefused):
    """A site's data cannot be used as they are; carries every finding, blocking or not."""

    def __init__(self, what: str, *, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        blocking = [finding for finding in findings if finding.effect == "refused"]
        super().__init__(what, problems=[finding.to_problem() for finding in blocking])


def refuse_if_blocked(findings: Sequence[Finding], *, site: str) -> None:
    """Raise `RecordsRefused` with all blocking findings at once, when there is one."""
    blocking = sum(finding.effect == "refused" for finding in findings)
    if not blocking:
        return
    others = len(findings) - blocking
    more = f"; {others} more findings did not block it" if others else ""
    problems = (
        "1 problem must be mended" if blocking == 1 else f"{blocking} problems must be mended"
    )
    raise RecordsRefused(
        f"{problems} before the data of {site} can be used{more}", findings=findings
    )


def count_kinds(findings: Iterable[Finding]) -> dict[tuple[str, str, str], int]:
    """Rows by (kind, table, column): all that may be told outside, and that only once protected."""
    totals: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        key = (finding.kind, finding.table, finding.column)
        totals[key] = totals.get(key, 0) + finding.n_rows
    return totals


def tabulate_findings(findings: Sequence[Finding], *, title: str = "Findings") -> Table:
    """The findings as a table for the terminal, the blocking ones first."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", show_lines=False)
    for name in ("Effect", "Where", "What was found", "What to do"):
        table.add_column(name, overflow="fold")
    table.add_column("Rows", justify="right")
    order: tuple[Effect, ...] = ("refused", "dropped", "changed", "noted")
    for finding in sorted(findings, key=lambda each: order.index(each.effect)):
        shown = f": {finding.value}" if finding.value else ""
        cells = (
            finding.effect,
            finding.where,
            f"{finding.declared.says}{shown}",
            finding.declared.do,
            str(finding.n_rows) if finding.n_rows else "",
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


def dump_findings(findings: Sequence[Finding], ledgers: Sequence[Ledger] = ()) -> str:
    """The findings and the account of rows as JSON, for a machine at the site."""
    return json.dumps(
        {
            "findings": [
                {
                    **asdict(finding),
                    "effect": finding.effect,
                    "says": finding.declared.says,
                    "do": finding.declared.do,
                }
                for finding in findings
            ],
            "ledger": [{**asdict(each), "left_out": dict(each.left_out)} for each in ledgers],
        },
        indent=2,
        ensure_ascii=False,
    )


__all__ = [
    "KINDS",
    "Effect",
    "Finding",
    "FindingLog",
    "Kind",
    "Ledger",
    "RecordsRefused",
    "count_kinds",
    "dump_findings",
    "refuse_if_blocked",
    "tabulate_findings",
]
