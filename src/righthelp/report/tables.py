"""The tables of people and of sites as they are shown, and all of them as CSV files."""

from __future__ import annotations

import csv
from pathlib import Path

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, read_count
from righthelp.evidence.summary import begin_low
from righthelp.report.cells import NBSP, Cell, Heading, Ratio, ShownTable
from righthelp.report.changes import list_changes
from righthelp.report.checklists import list_checklists
from righthelp.report.funnel_figures import list_funnel_plot, list_funnel_table
from righthelp.report.matched_tables import (
    list_alike,
    list_balance,
    list_checks,
    list_detectable,
    list_lost,
    list_matched,
    list_matched_months,
)
from righthelp.report.meaning.parts import list_meaning_tables
from righthelp.report.ratio_tables import (
    list_definitions,
    list_estimates,
    list_left_out,
    list_side_by_side,
    list_syntheses,
    list_twins,
    list_varied,
    show_together,
    show_twin,
)
from righthelp.report.scheme_tables import list_series, list_series_months, list_staggered
from righthelp.report.site_tables import list_questions, list_returns, list_sites
from righthelp.returns.tables import BANDS, NOT_HELD_STATUSES

_NOT_THERE = Count(None, "not_collected")
STEPS_DIFFER = (
    "A dash: the site's way of answering does not have this step. So a later step can hold more "
    "people than an earlier one."
)
OVER_EXPECTED = "After, over expected (95% interval)"
ROUNDED = (
    "Counts of people are rounded by the sites; sums are sums of rounded counts. “(2 withheld)”: "
    "without two sites whose number was withheld."
)


def list_flow(evidence: Evidence) -> ShownTable:
    """Everybody counted, step by step, a column for each site."""
    sites = evidence.answered
    rows: list[tuple[Cell, ...]] = []
    for step in evidence.flow:
        words = step.words
        if step.kind == "left_out":
            words = f"left out: {begin_low(words)}"
        rows.append(
            (words, step.total, *(step.by_site.get(site.id, "–") for site in sites)),
        )
    return ShownTable(
        "flow",
        "People at each step",
        (
            Heading("step", "Step"),
            Heading("all_sites", "All sites", "number"),
            *(Heading(site.id, site.label, "number") for site in sites),
        ),
        tuple(rows),
        (ROUNDED, STEPS_DIFFER),
    )


def list_change(evidence: Evidence) -> ShownTable:
    """People with fewer, as many and more; medians; beside what was expected of the contacts."""
    twins = {twin.site: twin for twin in evidence.twins}
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(one.site),
            one.n,
            one.fell,
            one.stayed,
            one.rose,
            one.median_before,
            one.median_after,
            show_twin(twins[one.site]),
        )
        for one in evidence.change
    ]
    total = evidence.change_total
    if total.n_sites > 1:
        together = show_together(evidence.adjusted)
        rows.append(("All sites", "", total.fell, total.stayed, total.rose, "", "", together))
    return ShownTable(
        "change",
        "People with fewer, as many and more contacts after, and what was expected",
        (
            Heading("site", "Site"),
            Heading("n", "People", "number"),
            Heading("fell", "Fewer after", "number"),
            Heading("stayed", "As many", "number"),
            Heading("rose", "More after", "number"),
            Heading("median_before", "Median before", "number", 1, short=True),
            Heading("median_after", "Median after", "number", 1, short=True),
            Heading("adjusted", OVER_EXPECTED, "number", pinned=True),
        ),
        tuple(rows),
        (ROUNDED,),
    )


def list_rates(evidence: Evidence) -> ShownTable:
    """Contacts per 100 people before, after, and as many as were expected after."""
    twins = {twin.site: twin for twin in evidence.twins}
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(one.site),
            one.before_per_100,
            one.after_per_100,
            one.expected_after_per_100,
            show_twin(twins[one.site]),
        )
        for one in evidence.change
    ]
    return ShownTable(
        "rates",
        f"{evidence.study.study.outcome} per 100 people: before, after, and expected after",
        (
            Heading("site", "Site"),
            Heading("before_per_100", "Before", "number"),
            Heading("after_per_100", "After", "number"),
            Heading("expected_after_per_100", "Expected after", "number"),
            Heading("adjusted", OVER_EXPECTED, "number"),
        ),
        tuple(rows),
        ("Expected after: the number after, divided by the ratio in the last column.",),
    )


def list_not_held(evidence: Evidence) -> ShownTable:
    """Appointments missed and cancelled, per 100 people before and after."""
    found = {(one.site, one.status): one for one in evidence.not_held}
    sites = [
        site
        for site in evidence.answered
        if any((site.id, status) in found for status in NOT_HELD_STATUSES)
    ]
    rows: list[tuple[Cell, ...]] = []
    for site in sites:
        cells: list[Cell] = [site.label]
        for status in NOT_HELD_STATUSES:
            one = found.get((site.id, status))
            cells += [one.before_per_100, one.after_per_100] if one else [_NOT_THERE, _NOT_THERE]
        rows.append(tuple(cells))
    return ShownTable(
        "not_held",
        "Appointments missed and cancelled per 100 people, before and after",
        (
            Heading("site", "Site"),
            Heading("did_not_attend_before_per_100", "Missed before", "number"),
            Heading("did_not_attend_after_per_100", "Missed after", "number"),
            Heading("cancelled_before_per_100", "Cancelled before", "number"),
            Heading("cancelled_after_per_100", "Cancelled after", "number"),
        ),
        tuple(rows),
        ("They are no contacts: no other number here holds them. Only records have them.",),
    )


def list_pattern(evidence: Evidence) -> ShownTable:
    """The joint picture: bands before in rows, bands after in columns."""
    pattern = evidence.pattern
    rows: list[tuple[Cell, ...]] = [
        (f"{before}{NBSP}before", *(pattern.cells[before, after] for after in BANDS))
        for before in BANDS
    ]
    notes = (
        f"From {len(pattern.sites)} sites; {pattern.n_cells_withheld} of {pattern.n_cells} cells "
        f"of theirs are withheld. The cells shown hold about {pattern.n_shown:,.0f}"
        + (f" of about {pattern.n_people.value:,.0f} people." if pattern.n_people.value else "."),
        ROUNDED,
    )
    return ShownTable(
        "pattern",
        f"People by number of {evidence.study.study.outcome} before and after",
        (
            Heading("before_band", "Contacts"),
            *(Heading(f"after_{band}", f"{band}{NBSP}after", "number") for band in BANDS),
        ),
        tuple(rows) if pattern.sites else (),
        notes if pattern.sites else (),
    )


def list_months(evidence: Evidence) -> ShownTable:
    """Each month against months -12 to -7, the sites brought together."""
    months = sorted({one.month for one in evidence.months})
    found = {(one.group, one.month): one for one in evidence.months}
    rows: list[tuple[Cell, ...]] = []
    for month in months:
        cells: list[Cell] = [month]
        for group in ("seen", "reference"):
            one = found.get((group, month))
            cells += (
                [Ratio(one.log_rr, one.low, one.high), one.k]
                if one
                else [Ratio(None, missing="not collected"), 0]
            )
        rows.append(tuple(cells))
    return ShownTable(
        "months",
        "Each month against months 12 to 7 before, sites brought together",
        (
            Heading("month", "Month from the index", "number"),
            Heading("seen", "People seen (95% interval)", "number"),
            Heading("seen_sites", "Sites", "number"),
            Heading("reference", "Reference people (95% interval)", "number"),
            Heading("reference_sites", "Sites", "number"),
        ),
        tuple(rows),
    )


def list_course(evidence: Evidence) -> ShownTable:
    """Contacts per 100 people a month, a row a month, two columns a site."""
    sites = [site for site in evidence.answered if any(p.site == site.id for p in evidence.course)]
    found = {(one.site, one.group, one.month): one for one in evidence.course}
    columns = [
        (site, group, words)
        for site in sites
        for group, words in (("seen", "seen"), ("reference", "reference"))
        if any(key[:2] == (site.id, group) for key in found)
    ]
    rows: list[tuple[Cell, ...]] = []
    for month in sorted({one.month for one in evidence.course}):
        points = (found.get((site.id, group, month)) for site, group, _ in columns)
        rows.append((month, *(one.rate_per_100 if one else _NOT_THERE for one in points)))
    return ShownTable(
        "course",
        f"{evidence.study.study.outcome} per 100 people a month",
        (
            Heading("month", "Month from the index", "number"),
            *(
                Heading(f"{site.id}_{group}", f"{site.label}, {words}", "number", 1)
                for site, group, words in columns
            ),
        ),
        tuple(rows),
    )


def list_supply(evidence: Evidence) -> ShownTable:
    """What each site could not supply, and what that rules out; sites that did not answer too."""
    rows: list[tuple[Cell, ...]] = []
    for site in evidence.sites:
        if not site.answered:
            rows.append((site.label, "everything", "the site did not answer"))
            continue
        lacking: dict[str, list[str]] = {}
        for row in evidence.supply:
            if row["site"] == site.id and row["supplied"] is False:
                place = _name_place(row["table"], row["column"])
                lacking.setdefault(str(row["reason"] or ""), []).append(place)
        rows += [(site.label, ", ".join(places), why) for why, places in lacking.items()]
        if not lacking:
            rows.append((site.label, "nothing", "all that the study can use was supplied"))
    return ShownTable(
        "supply",
        "What each site could not supply",
        (
            Heading("site", "Site"),
            Heading("lacking", "Could not supply"),
            Heading("reason", "Why, and what that rules out"),
        ),
        tuple(rows),
    )


def list_quality(evidence: Evidence) -> ShownTable:
    """What was odd in the data of each site, by kind."""
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(str(row["site"])),
            str(row["check"]).replace("_", " "),
            _name_place(row["table"], row["column"]),
            read_count(row["n_rows"], row["state"]),
            str(row["effect"]),
            str(row["do"] or ""),
        )
        for row in evidence.quality
    ]
    return ShownTable(
        "quality",
        "What was odd in the data",
        (
            Heading("site", "Site"),
            Heading("check", "What was odd"),
            Heading("place", "Where"),
            Heading("n_rows", "Rows", "number"),
            Heading("done", "What was done with them"),
            Heading("do", "What the site can do"),
        ),
        tuple(rows),
    )


def list_provenance(evidence: Evidence) -> ShownTable:
    """Where every number came from: what each return says of its making."""
    rows: list[tuple[Cell, ...]] = []
    for site in evidence.answered:
        rows += [(site.label, key, value) for key, value in site.provenance]
    return ShownTable(
        "provenance",
        "Where each return came from",
        (Heading("site", "Site"), Heading("key", "What"), Heading("value", "Value")),
        tuple(rows),
    )


def list_all(evidence: Evidence) -> tuple[ShownTable, ...]:
    """Every table shown, and the estimates in long form."""
    return (
        list_sites(evidence),
        list_questions(evidence),
        list_flow(evidence),
        list_change(evidence),
        list_rates(evidence),
        list_not_held(evidence),
        list_pattern(evidence),
        list_course(evidence),
        list_months(evidence),
        list_side_by_side(evidence),
        list_estimates(evidence),
        list_varied(evidence),
        list_twins(evidence),
        list_syntheses(evidence),
        list_left_out(evidence),
        list_definitions(evidence),
        list_funnel_table(list_funnel_plot(evidence)),
        list_matched(evidence),
        list_matched_months(evidence),
        list_alike(evidence),
        list_balance(evidence),
        list_checks(evidence),
        list_detectable(evidence),
        list_lost(evidence),
        list_series(evidence),
        list_series_months(evidence),
        list_staggered(evidence),
        *list_meaning_tables(evidence),
        list_supply(evidence),
        list_quality(evidence),
        list_returns(evidence),
        list_provenance(evidence),
        *list_checklists(evidence),
        list_changes(evidence),
    )


def write_tables(evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """Write every shown table as a CSV into the folder, which is made if need be; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in list_all(evidence):
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.columns(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(table.records())
        written.append(path)
    return tuple(written)


def _name_place(table: object, column: object) -> str:
    place = f"{table}: {column}" if column else str(table)
    return place.replace("_", " ")
