"""The four quadrants as tables and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, add_counts
from righthelp.evidence.meaning.wellbeing import CELL_NAMES, Cell, QuadrantEvidence
from righthelp.report import cells
from righthelp.report.behind import TABLE_BELOW, add_known, say_behind
from righthelp.report.canvas import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    OUTSIDE_IS_WHITE,
    WASH,
    Paper,
    ShownFigure,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import STATE_WORDS, Heading, ShownTable
from righthelp.report.meaning.wellbeing_words import (
    CONTACT_WORDS,
    CORNER_SIDES,
    FELT,
    SCORE_WORDS,
    name_scale,
)
from righthelp.returns.wellbeing import CONTACTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NOTHING = Count(None, "not_estimable")
ACROSS = ("worse", "same", "better", "none")
UPWARDS = ("fewer", "same", "more")
CORNER, BAND, GAP, STRIP = 1.0, 0.66, 0.12, 0.72
"""Widths: of a corner, of the neutral band, before the strip of people without scores, and it."""


def list_quadrants(evidence: Evidence) -> ShownTable:
    """The nine cells of each table, counted and expected, with bounds; and those without scores."""
    rows: list[tuple[cells.Cell, ...]] = []
    notes: list[str] = []
    for table in evidence.meaning.wellbeing.together:
        if not table.is_told:
            continue
        for key, count in table.cells.items():
            contacts, score = key
            name = CELL_NAMES.get(key, "")
            low, high = table.bounds.get(name, (None, None))
            rows.append(
                (
                    name_scale(table.scale),
                    CONTACT_WORDS[contacts],
                    SCORE_WORDS[score],
                    name if name in CORNER_SIDES else "",
                    count,
                    "" if score == "none" else table.expected.get(key, NOTHING),
                    None if low is None else 100 * low,
                    None if high is None else 100 * high,
                )
            )
        if table.left_out:
            sites = ", ".join(evidence.label(site) for site in table.left_out)
            notes.append(
                f"{name_scale(table.scale)}: without {sites}, where nothing can be expected."
            )
    if rows:
        notes += [
            "New people registered for the whole of both windows, at the sites that could tell.",
            (
                "By chance: contacts as those of matched people moved, scores as chance and "
                "regression to the mean move them, each apart from the other. A passing bad time "
                "moves both, so that a little more in “relieved” is no finding."
            ),
            "At least and at most: whatever became of people without two scores.",
        ]
    return ShownTable(
        "quadrants",
        "Contacts and scores together",
        (
            Heading("scale", "Score"),
            Heading("contacts", "Contacts after"),
            Heading("moved", "Last score"),
            Heading("corner", "Called here"),
            Heading("n", "People", "number"),
            Heading("expected", "By chance", "number"),
            Heading("low", "At least, of 100", "number", 0),
            Heading("high", "At most, of 100", "number", 0),
        ),
        tuple(rows),
        tuple(notes),
    )


def list_site_quadrants(evidence: Evidence) -> ShownTable:
    """The corners site by site."""
    found = evidence.meaning.wellbeing
    rows: list[tuple[cells.Cell, ...]] = [
        (name_scale(one.scale), evidence.label(str(one.site)), *_fold(one)) for one in found.sites
    ]
    return _list_folded("site_quadrants", "site", "Site", caption="site by site", rows=rows)


def list_strata_quadrants(evidence: Evidence) -> ShownTable:
    """The corners by sex and by age, of the sites where no cell is small."""
    found = evidence.meaning.wellbeing
    rows: list[tuple[cells.Cell, ...]] = [
        (
            name_scale(one.scale),
            one.stratum.capitalize() if one.by == "sex" else f"Age {one.stratum}",
            *_fold(one),
        )
        for one in found.strata
    ]
    caption = "by sex and by age, where counts allow"
    return _list_folded("strata_quadrants", "stratum", "People", caption=caption, rows=rows)


def _list_folded(
    name: str,
    key: str,
    label: str,
    *,
    caption: str,
    rows: Sequence[tuple[cells.Cell, ...]],
) -> ShownTable:
    return ShownTable(
        name,
        f"Contacts and scores together, {caption}",
        (
            Heading("scale", "Score"),
            Heading(key, label),
            *(Heading(corner, corner.capitalize(), "number") for corner in CORNER_SIDES),
            Heading("neutral", "In between", "number"),
            Heading("none", "No two scores", "number"),
        ),
        tuple(rows),
    )


def _fold(one: QuadrantEvidence) -> list[Count]:
    """The four corners, the neutral cells together, and those without scores."""
    places = {name: key for key, name in CELL_NAMES.items()}
    neutral = [one.cells[key] for key, name in CELL_NAMES.items() if name not in CORNER_SIDES]
    return [
        *(one.cells[places[corner]] for corner in CORNER_SIDES),
        add_counts(neutral),
        add_counts(one.cells[contacts, "none"] for contacts in CONTACTS),
    ]


def draw_quadrant_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """A figure for each score of which some site could tell the quadrants."""
    figures = {}
    for table in evidence.meaning.wellbeing.together:
        if table.is_told:
            n_sites = len(
                {one.site for one in evidence.meaning.wellbeing.sites if one.scale == table.scale}
                - {*table.left_out}
            )
            shown = _show(table, n_sites)
            figures[shown.name] = shown
    return figures


def _show(table: QuadrantEvidence, n_sites: int) -> ShownFigure:
    people = add_known(table.cells.values())
    title = f"{name_scale(table.scale)}: {_title(table)}"
    return ShownFigure(
        name=f"quadrants_{table.scale}",
        title=title,
        alt=f"{title} Contacts go up the side and the score across; each cell has the number of "
        "people and, hollow, the number expected by chance; people without two scores stand in a "
        f"strip at the right. {TABLE_BELOW}",
        n=say_behind(n_sites, people),
        level="adjusted",
        table="quadrants",
        draw=lambda paper: _draw(table, paper),
    )


def _title(table: QuadrantEvidence) -> str:
    """The corners with a better score, each beside what chance gives."""
    parts = []
    for contacts in ("fewer", "more"):
        words = f"{CONTACT_WORDS[contacts].lower()} and {FELT[table.kind][0]}"
        counted, expected = (
            table.cells[contacts, "better"],
            table.expected.get((contacts, "better")),
        )
        if counted.value is None:
            continue
        more = " or more" if counted.n_withheld else ""
        chance = expected.value if expected else None
        parts.append(
            f"{words}, {counted.value:,.0f} people{more}"
            + ("" if chance is None else f" where chance gives {chance:,.0f}")
        )
    return f"{'; '.join(parts)}." if parts else "how many felt better is withheld."


def _draw(table: QuadrantEvidence, paper: Paper) -> Figure:
    left, bottom, top = (0.62 if paper.narrow else 0.95), 0.5, 0.1
    units = 2 * CORNER + BAND + GAP + STRIP
    unit = (min(paper.width, 6.6) - left - 0.06) / units
    tall = 1.0 if paper.narrow else 1.05
    rows = (tall, 0.7 * tall, tall)
    paper = Paper(left + unit * units + 0.06, paper.narrow)
    height = bottom + sum(rows) + top
    figure = open_figure(paper, height)
    axes = figure.add_axes(
        (
            left / paper.width,
            bottom / height,
            unit * units / paper.width,
            sum(rows) / height,
        )
    )
    axes.set_xlim(0, units)
    axes.set_ylim(0, sum(rows))
    axes.set_xticks([])
    axes.set_yticks([])
    clear_frame(axes)
    widths = (CORNER, BAND, CORNER, STRIP)
    starts = (0.0, CORNER, CORNER + BAND, 2 * CORNER + BAND + GAP)
    values = [c.value or 0.0 for c in (*table.cells.values(), *table.expected.values())]
    most = max(values) or 1.0
    y = 0.0
    for contacts, high in zip(UPWARDS, rows, strict=True):
        words = CONTACT_WORDS[contacts].replace(" ", "\n")
        axes.text(-0.06, y + high / 2, words, ha="right", va="center", color=MUTED, fontsize=8)
        for score, x, wide in zip(ACROSS, starts, widths, strict=True):
            _draw_cell(axes, table, (contacts, score), box=(x, y, wide, high), most=most)
        y += high
    for score, x, wide in zip(ACROSS, starts, widths, strict=True):
        words = SCORE_WORDS[score].replace(" ", "\n", 1)
        axes.text(x + wide / 2, -0.06, words, ha="center", va="top", color=MUTED, fontsize=8)
    return figure


def _draw_cell(
    axes: Axes,
    table: QuadrantEvidence,
    key: Cell,
    *,
    box: tuple[float, float, float, float],
    most: float,
) -> None:
    """The name of a corner, the number, what chance gives, and both as bars from the left, which
    have one scale in all cells."""
    from matplotlib.patches import Rectangle

    x, y, wide, high = box
    name = CELL_NAMES.get(key, "")
    corner = name in CORNER_SIDES
    shade = OUTSIDE_IS_WHITE if corner else WASH
    place = (x + 0.01, y + 0.015)
    axes.add_patch(
        Rectangle(place, wide - 0.02, high - 0.03, facecolor=shade, edgecolor=FAINT, linewidth=0.8)
    )
    count, expected = table.cells[key], table.expected.get(key)
    inside, line = x + 0.06, 0.17
    at = y + high - 0.15
    if corner:
        axes.text(
            inside, at, name.capitalize(), va="center", color=INK, weight="bold", fontsize=8.5
        )
        at -= line
    axes.text(inside, at, _tell(count), va="center", color=INK, fontsize=8)
    if expected is not None and expected.value is not None:
        text = f"{'by chance ' if corner else 'chance '}{_tell(expected)}"
        axes.text(inside, at - line, text, va="center", color=MUTED, fontsize=7)
    room = (min(CORNER, BAND, STRIP) - 0.12) / most
    for value, base, fill in (
        (count.value, y + 0.15, ACCENT),
        (expected.value if expected else None, y + 0.06, "none"),
    ):
        if value:
            axes.add_patch(
                Rectangle(
                    (inside, base),
                    room * value,
                    0.07,
                    facecolor=fill,
                    edgecolor=ACCENT,
                    linewidth=0.7,
                )
            )


def _tell(count: Count) -> str:
    """A number for a picture; a plus where some site withheld its own."""
    if count.value is None:
        return STATE_WORDS[count.state]
    return f"{count.value:,.0f}" + ("+" if count.n_withheld else "")
