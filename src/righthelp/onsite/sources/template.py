"""Empty sheets for the `counts` and `summary` routes, made from the declarations and the study."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from righthelp.protocol.calendar import Clock, add_months
from righthelp.protocol.records import COUNTS, SUMMARY
from righthelp.protocol.study import Site, Study
from righthelp.schema import Column, Table

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LAST_ROW = 20_000
_WIDTHS = {"row_label": 14, "age_band": 14}
_WORDS = {
    "gp": "a GP",
    "nurse": "a practice nurse",
    "other_direct_care": "other clinical staff",
    "admin": "office staff",
    "unknown": "staff whose role is not known",
    "one": "Count at most one contact a person a day.",
    "all": "Count every appointment, also several on one day.",
}


def write_counts_template(study: Study, path: Path) -> None:
    """Write the sheet of the `counts` route: header, checks on what is typed, notes."""
    _write(COUNTS, study, path, list(_explain_counts(study)))


def write_summary_template(study: Study, path: Path) -> None:
    """Write the form of the `summary` route, with a row begun for each group."""
    groups = SUMMARY.column("group").values
    _write(SUMMARY, study, path, list(_explain_summary(study)), first_column=groups)


def _write(
    table: Table,
    study: Study,
    path: Path,
    notes: list[str],
    *,
    first_column: tuple[str, ...] = (),
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = table.name
    _write_header(sheet, table)
    last = _LAST_ROW if not first_column else len(first_column) + 1
    for place, column in enumerate(table.columns, start=1):
        _check_entries(sheet, column, study, place=place, last=last)
    for line, value in enumerate(first_column, start=2):
        sheet.cell(row=line, column=1, value=value)
    _write_notes(book, table, notes)
    book.properties.creator = "righthelp"
    book.properties.title = study.study.title
    book.save(path)


def _write_header(sheet: Worksheet, table: Table) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(table.columns, start=1):
        cell = sheet.cell(row=1, column=place, value=column.name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F3A5F")
        cell.alignment = Alignment(vertical="center")
        note = Comment(_describe(column), "righthelp", width=320, height=110)
        cell.comment = note
        width = _WIDTHS.get(column.name, max(12, len(column.name) + 3))
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 22


def _check_entries(
    sheet: Worksheet, column: Column, study: Study, *, place: int, last: int
) -> None:
    """Let the spreadsheet program refuse what the reader would refuse."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    rule: dict[str, Any]
    if column.values:
        rule = {"type": "list", "formula1": f'"{",".join(column.values)}"'}
        message = f"Choose one of: {', '.join(column.values)}."
    elif column.type == "integer":
        rule = {"type": "whole", "operator": "greaterThanOrEqual", "formula1": "0"}
        message = "Enter a whole number, 0 or more."
    elif column.type == "number":
        low, high = _range(column.name, study)
        rule = {"type": "decimal", "operator": "between", "formula1": low, "formula2": high}
        message = f"Enter a number from {low} to {high}."
    else:
        # text, so that an age band such as 10-19 is not turned into a date
        for line in range(2, min(last, 2_000) + 1):
            sheet.cell(row=line, column=place).number_format = "@"
        return
    check = DataValidation(
        allow_blank=True,
        showErrorMessage=True,
        errorTitle=column.name,
        error=message,
        showInputMessage=True,
        promptTitle=column.name,
        prompt=_describe(column)[:250],
        **rule,
    )
    letter = get_column_letter(place)
    check.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(check)


def _write_notes(book: Workbook, table: Table, notes: list[str]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet("notes")
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90
    line = 1
    for note in notes:
        title = note.startswith("# ")
        cell = sheet.cell(row=line, column=1, value=note.removeprefix("# "))
        cell.font = Font(bold=title, size=13 if title else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=2)
        sheet.row_dimensions[line].height = 22 if title else 16 * (1 + len(note) // 105)
        line += 1
    sheet.cell(row=line, column=1, value="The columns").font = Font(bold=True, size=13)
    for column in table.columns:
        line += 1
        sheet.cell(row=line, column=1, value=column.name)
        cell = sheet.cell(row=line, column=2, value=_describe(column))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[line].height = 16 * (1 + len(_describe(column)) // 85)


def _describe(column: Column) -> str:
    words = f" One of: {', '.join(column.values)}." if column.values else ""
    may = " May be left empty." if column.nullable else ""
    return f"{column.description}.{words}{may}"


def _range(name: str, study: Study) -> tuple[str, str]:
    if name == "correlation":
        return "-1", "1"
    if name == "months_before":
        return "0", str(study.windows.before_months)
    if name == "months_after":
        return "0", str(study.windows.after_months)
    return "0", "1000"


def _explain_counts(study: Study) -> Iterator[str]:
    yield f"# {study.study.title}"
    yield study.study.question
    yield "# Never enter a name, an NHS number, a date of birth, a postcode or an address"
    yield (
        "One row for each person. Number the rows 1, 2, 3 … in row_label, and keep the list of who "
        "is who in the practice. A file with an NHS number anywhere in it is refused."
    )
    yield "# Who"
    yield (
        "group = seen: everybody the link worker saw in the site's index month (below). "
        "group = reference: registered people who were not referred to the link worker, best all "
        "of them or a random draw of them; without them less can be said."
    )
    yield (
        "ongoing = yes: the person was already seeing the link worker before the index month. "
        "Include people who died or left, with the months for which they were registered."
    )
    yield from _explain_contacts(study)
    yield from _explain_dates(study, ("counts",))


def _explain_summary(study: Study) -> Iterator[str]:
    yield f"# {study.study.title}"
    yield study.study.question
    yield "# Figures of groups only, never of a person; no names and no NHS numbers"
    yield (
        "One row for each group. Fill in what you have; a group without figures is left out. "
        "Means are contacts a person in the window; without standard deviations only a point "
        "can be shown, without an interval."
    )
    yield (
        "seen: everybody the link worker saw in the index month. reference: the people they are "
        "compared with. population: everybody registered."
    )
    yield from _explain_contacts(study)
    yield from _explain_dates(study, ("summary", "counts"))


def _explain_contacts(study: Study) -> Iterator[str]:
    rules = study.contacts
    yield f"# What counts as a contact ({study.study.outcome})"
    yield f"Appointments with {_join(_WORDS.get(role, role) for role in rules.roles)}."
    yield f"Held as: {_join(mode.replace('_', ' ') for mode in rules.modes)}."
    yield f"Appointment status: {_join(status.replace('_', ' ') for status in rules.statuses)}."
    if rules.categories:
        yield f"Only these categories: {_join(rules.categories)}."
    yield f"{_WORDS[rules.same_day]} Contacts with the link worker never count."


def _explain_dates(study: Study, routes: tuple[str, ...]) -> Iterator[str]:
    yield "# Which dates are before and after"
    sites = [site for site in study.site if site.route in routes or site.population is not None]
    for site in sites or study.site:
        yield from _explain_site(study, site)


def _explain_site(study: Study, site: Site) -> Iterator[str]:
    windows = study.windows
    clock = Clock(study.index.anchor == "month", windows.washout_days)
    if not clock.index_month:
        wait = f", beginning {windows.washout_days} days later" if windows.washout_days else ""
        yield (
            f"{site.label}: the index is each person's first contact with the link worker between "
            f"the study's dates. Before: the {windows.before_months} months ending the day before "
            f"it. After: the {windows.after_months} months starting the day after it{wait}."
        )
        return
    if site.index_month is None:
        yield (
            f"{site.label}: the study names no index month for this site. Before: the "
            f"{windows.before_months} calendar months up to the end of the month before it. After: "
            f"the {windows.after_months} calendar months from the month after it."
        )
        return
    first, end = study.index_range(site)
    earlier = add_months(first, -windows.before_months)
    after = clock.after_from(first)
    gap = 1 + round(windows.washout_days / 30.44)
    before_that = add_months(earlier, -windows.before_months - gap)
    yield (
        f"{site.label}: index month {_span(first, end)}, which belongs to neither side. "
        f"Before: {_span(earlier, first)}. "
        f"After: {_span(after, add_months(after, windows.after_months))}. "
        f"Earlier: {_span(before_that, add_months(earlier, -gap))} (as far from the before window "
        "as that lies from the after window)."
    )


def _span(first: date, end: date) -> str:
    last = end - timedelta(1)
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _join(words: Any) -> str:
    listed = list(words)
    return " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
