"""The quality of a site's records as a page and a workbook, for the practice; they stay there."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from righthelp.onsite.findings import Finding, Ledger
from righthelp.onsite.look import OUTCOME_WORDS
from righthelp.onsite.quality import Quality

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

PAGE, WORKBOOK = "quality.html", "quality.xlsx"
SHORT = 14
"""A cell of so few signs is not broken over lines."""
STAYS = (
    "This stays at the practice. It shows single values so that they can be put right; only "
    "rounded numbers of rows, by kind of finding, are passed on."
)
_STYLE = """body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
color:#1f2933}table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;
font-weight:600;padding:.6rem 0}td,th{text-align:left;vertical-align:top;padding:.35rem .7rem
.35rem 0;border-bottom:1px solid #d5dbe1}td.n{text-align:right}.short{white-space:nowrap}
.blocks{font-weight:700}.look{font-weight:600}h2{margin-top:2rem}.wide{overflow-x:auto}"""

LOOKS = ("Question", "Answer", "What was seen", "What it does to the result", "What to do")
FOUND = ("Effect", "Where", "What was found", "Rows", "What to do")
ACCOUNT = ("Table", "Rows read", "Kept", "Left out")
MONTHS = (
    "Month",
    "Appointments",
    "Attended",
    "With whom is not known",
    "Still booked",
    "Registered people",
    "Link worker contacts",
    "Referrals",
)


@dataclass(frozen=True)
class Sheet:
    """One table of the page and the workbook."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def list_sheets(
    quality: Quality, findings: Sequence[Finding], *, ledger: Sequence[Ledger]
) -> tuple[Sheet, ...]:
    """What is shown, in order: questions, findings, the account of rows, months."""
    order = ("refused", "dropped", "changed", "noted")
    return (
        Sheet(
            "The records as a whole",
            LOOKS,
            tuple(
                (one.title, OUTCOME_WORDS[one.outcome], one.seen, one.does, one.do)
                for one in quality.looks
            ),
        ),
        Sheet(
            "Single rows",
            FOUND,
            tuple(
                (one.effect, one.where, one.what, one.n_rows or "", one.declared.do)
                for one in sorted(findings, key=lambda each: order.index(each.effect))
            ),
        ),
        Sheet(
            "Every row read",
            ACCOUNT,
            tuple(
                (
                    one.table,
                    one.rows_in,
                    one.kept,
                    ", ".join(f"{n:,} {kind}" for kind, n in one.left_out.items()),
                )
                for one in ledger
            ),
        ),
        Sheet(
            "Month by month",
            MONTHS,
            tuple(
                (
                    f"{one.month:%Y-%m}",
                    one.n_appointments,
                    one.n_attended,
                    one.n_unknown_role,
                    one.n_booked,
                    one.registered,
                    one.n_contacts,
                    one.n_referrals,
                )
                for one in quality.months
            ),
        ),
    )


def write_quality(
    quality: Quality, findings: Sequence[Finding], *, ledger: Sequence[Ledger], folder: Path
) -> tuple[Path, Path]:
    """Write the page and the workbook into a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets = list_sheets(quality, findings, ledger=ledger)
    page, workbook = folder / PAGE, folder / WORKBOOK
    page.write_text(_render(quality, sheets), encoding="utf-8")
    _write_workbook(sheets, workbook)
    return page, workbook


def _render(quality: Quality, sheets: Iterable[Sheet]) -> str:
    parts = [_render_sheet(sheet) for sheet in sheets]
    site = html.escape(quality.site)
    n_look = sum(one.outcome != "good" for one in quality.looks)
    first = f"{n_look or 'None'} of {len(quality.looks)} questions need somebody to look."
    if quality.blocks:
        first += " Something must be mended before any result can rest on these records."
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Records of {site}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{_STYLE}</style></head><body><main>
<h1>What the records of {site} are like</h1>
<p>{html.escape(first)} {html.escape(STAYS)}</p>
{"".join(parts)}
</main></body></html>
"""


def _render_sheet(sheet: Sheet) -> str:
    heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in sheet.heads)
    rows = "".join(f"<tr>{''.join(map(_render_cell, row))}</tr>" for row in sheet.rows)
    body = rows or f'<tr><td colspan="{len(sheet.heads)}">Nothing.</td></tr>'
    return (
        f'<h2>{html.escape(sheet.title)}</h2><div class="wide" tabindex="0">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _render_cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    text = str(value)
    outcome = next((key for key, words in OUTCOME_WORDS.items() if words == value), "")
    short = "short" if len(text) <= SHORT else ""
    return f'<td class="{f"{outcome} {short}".strip()}">{html.escape(text)}</td>'


def _write_workbook(sheets: Iterable[Sheet], path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    book.save(path)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for at, row in enumerate((sheet.heads, *sheet.rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(at, column)
            cell.value = value if isinstance(value, int) else _as_text(str(value))
            cell.data_type = "n" if isinstance(value, int) else "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if at == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(sheet.heads) + 1):
        longest = max((len(str(row[column - 1])) for row in sheet.rows), default=10)
        page.column_dimensions[get_column_letter(column)].width = min(60, max(14, longest))
    page.freeze_panes = "A2"


def _as_text(value: str) -> str:
    """Text without control characters, which a workbook cannot hold."""
    return "".join(sign for sign in value if sign >= " " or sign in "\t\n")
