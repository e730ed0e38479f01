"""What contacts were about: the waterfall, its tables, and what was newly found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count, read_count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.meaning.reasons import GroupReasons, ReasonNumber
from righthelp.report.behind import TABLE_BELOW, say_behind
from righthelp.report.canvas import (
    ACCENT,
    INK,
    MIDDLE,
    MUTED,
    PALE,
    Paper,
    ShownFigure,
    clear_frame,
    open_figure,
)
from righthelp.report.cells import (
    Cell,
    Difference,
    Heading,
    Ratio,
    ShownTable,
    show_difference,
    show_number,
)
from righthelp.report.rows import wrap_label
from righthelp.returns.reasons import DAY_BANDS, EVENTS, GROUPS, REASONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAME = 27
"""Letters in a line of a reason's name beside its bar."""
DIRECTIONS = {"fewer": "fewer", "more": "more", "unclear": "cannot tell"}
HOW_READ = (
    (
        "A contact has one reason: of the codes entered on its day the first in the study's "
        "order. Codes and contacts are joined by the day alone."
    ),
    (
        "It is called fewer or more only where the people seen differ from matched people both "
        "after and in the change, with all reasons looked at together. The intervals are of one "
        "reason by itself."
    ),
    (
        "People were matched on how often they came, not on what for. A reason for which the "
        "people seen came often may become rarer by itself."
    ),
)


def list_reasons(evidence: Evidence) -> ShownTable:
    """The sites together by reason: the people seen beside matched people, and the sum."""
    found = evidence.meaning.reasons
    groups = found.together
    rows: tuple[tuple[Cell, ...], ...] = ()
    if "seen" in groups:
        rows = tuple(
            _compare(part, groups, found.told.get(part.reason))
            for part in (*groups["seen"].parts, groups["seen"].total)
        )
        rows += tuple(
            _compare(own["seen"].parts[0], own, found.told.get(reason), apart=True)
            for reason, own in found.apart.items()
        )
    notes: tuple[str, ...] = HOW_READ if rows else ()
    if found.apart:
        notes += (
            (
                "Rows marked “by itself” are over the sites where enough people came for it; in "
                "the rows above it is counted with another reason, and in all contacts once."
            ),
        )
    return ShownTable(
        "reasons",
        f"{evidence.study.study.outcome} per 100 people by what they were about",
        (
            Heading("reason", "Reason"),
            Heading("before", "Before", "number", 1),
            Heading("after", "After", "number", 1),
            Heading("change", "Change", "number", 1),
            Heading("matched_before", "Before, matched people", "number", 1),
            Heading("matched_after", "After, matched people", "number", 1),
            Heading("matched_change", "Change in matched people", "number", 1),
            Heading("difference", "Difference of the changes", "number", 1),
            Heading("difference_after", "Difference after", "number", 1),
            Heading("told", "Can it be told?"),
        ),
        rows,
        notes,
    )


def _compare(
    part: ReasonNumber,
    groups: Mapping[str, GroupReasons],
    told: str | None,
    *,
    apart: bool = False,
) -> tuple[Cell, ...]:
    """A row: one reason in every group."""
    matched = _find_part(groups.get("comparators"), part.reason)
    return (
        f"{name_reason(part)}, by itself" if apart else name_reason(part),
        part.before,
        part.after,
        _difference(part),
        matched.before if matched else None,
        matched.after if matched else None,
        matched.change if matched else None,
        _find(groups.get("difference"), part.reason),
        _find(groups.get("difference_after"), part.reason),
        DIRECTIONS[told] if told else "",
    )


def _find(one: GroupReasons | None, reason: str) -> Difference:
    """The change of a reason in another group."""
    part = _find_part(one, reason)
    return _difference(part) if part else Difference(None)


def _find_part(one: GroupReasons | None, reason: str) -> ReasonNumber | None:
    parts = (*one.parts, one.total) if one else ()
    return next((part for part in parts if part.reason == reason), None)


def _difference(part: ReasonNumber) -> Difference:
    return Difference(part.change, part.low, part.high)


def name_reason(part: ReasonNumber) -> str:
    """What a reason is called, with those that are folded into it."""
    if part.reason == "total":
        return "All contacts"
    if not part.holds:
        return REASONS[part.reason]
    held = ", ".join(REASONS[name].lower() for name in part.holds)
    return f"{REASONS[part.reason]} (with {held})"


def list_site_reasons(evidence: Evidence) -> ShownTable:
    """Each site's change by reason, of the people seen."""
    rows: list[tuple[Cell, ...]] = []
    for site in evidence.meaning.reasons.sites:
        one = site.groups.get("seen")
        if one is None:
            held = Count(None, "suppressed")
            rows.append((evidence.label(site.site), "All reasons", held, held, held))
            continue
        rows += [
            (evidence.label(site.site), name_reason(part), part.before, part.after, part.change)
            for part in (*one.parts, one.total)
        ]
    return ShownTable(
        "site_reasons",
        "Contacts per 100 people seen by what they were about, site by site",
        (
            Heading("site", "Site"),
            Heading("reason", "Reason"),
            Heading("before", "Before", "number", 1),
            Heading("after", "After", "number", 1),
            Heading("change", "Change", "number", 1),
        ),
        tuple(rows),
    )


def list_uncoded(evidence: Evidence) -> ShownTable:
    """How far each reason could move had the uncoded contacts been coded."""
    found = evidence.meaning.reasons
    bounds, seen = found.uncoded, found.together.get("seen")
    rows: list[tuple[Cell, ...]] = []
    if bounds is not None and seen is not None:
        coded = [part for part in seen.parts if part.reason != "uncoded"]
        for at, part in enumerate(coded):
            shared = None if bounds.proportional is None else float(bounds.proportional[at])
            rows.append(
                (
                    name_reason(part),
                    part.change,
                    shared,
                    float(bounds.low[at]),
                    float(bounds.high[at]),
                )
            )
    return ShownTable(
        "uncoded",
        "What the contacts without a code could hide: change per 100 people seen",
        (
            Heading("reason", "Reason"),
            Heading("change", "As coded", "number", 1),
            Heading("shared", "If the uncoded were like the coded", "number", 1),
            Heading("low", "At the very least", "number", 1),
            Heading("high", "At the very most", "number", 1),
        ),
        tuple(rows),
        (
            (
                "The last two columns give all uncoded contacts of one window to one reason; no "
                "two rows can be true together."
            ),
        )
        if rows
        else (),
    )


def list_found(evidence: Evidence) -> ShownTable:
    """Newly found conditions and clinical referrals, against matched people."""
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.meaning.reasons.found:
        for row in one.sites:
            held = Count(None, str(row["state"])) if row["seen_per_100"] is None else None
            rows.append(
                (
                    EVENTS[one.event],
                    evidence.label(str(row["site"])),
                    held or read_count(row["seen_per_100"], "rounded"),
                    held or read_count(row["others_per_100"], "rounded"),
                    _ratio(row["log_rr"], row["se"]),
                    str(row["reason"] or ""),
                )
            )
        if one.together.k > 1:
            pooled = Ratio(one.together.log_rr, one.together.ci_low, one.together.ci_high)
            rows.append((EVENTS[one.event], "Sites together", "", "", pooled, ""))
    return ShownTable(
        "found",
        "Found or begun in the months after, per 100 people",
        (
            Heading("event", "What"),
            Heading("site", "Site"),
            Heading("seen", "People seen", "number", 1),
            Heading("others", "Matched people", "number", 1),
            Heading("ratio", "Ratio (95% interval)", "number"),
            Heading("reason", "Why a number is missing"),
        ),
        tuple(rows),
        (
            (
                "A condition counts as newly found when it is coded for the first time ever; it "
                "may have been there before."
            ),
        )
        if rows
        else (),
    )


def _ratio(log_rr: object, se: object) -> Ratio:
    if log_rr is None:
        return Ratio(None)
    assert isinstance(log_rr, float)
    if not isinstance(se, float):
        return Ratio(log_rr)
    return Ratio(log_rr, log_rr - Z95 * se, log_rr + Z95 * se)


def list_found_after(evidence: Evidence) -> ShownTable:
    """When conditions were found, counted from the first contact with the link worker."""
    found = evidence.meaning.reasons.found_after
    return ShownTable(
        "found_after",
        "People seen with a condition coded for the first time, by days from their first contact",
        (Heading("days", "Days"), Heading("n", "People", "number")),
        tuple((days, found[days]) for days in DAY_BANDS if days in found),
    )


def say_reasons(evidence: Evidence) -> tuple[str, ...]:
    """What the reasons show, in sentences: the sum first, then the reasons that can be told."""
    found = evidence.meaning.reasons
    after = found.together.get("difference_after")
    if after is None or not found.told:
        why = found.reason or "too few people seen have matched people"
        return (f"What contacts were about cannot be set against matched people: {why}.",)
    outcome = evidence.study.study.outcome
    total = {
        "fewer": f"All {outcome} together were fewer than in matched people",
        "more": f"All {outcome} together were more than in matched people",
        "unclear": f"Of all {outcome} together it cannot be told whether they differ from those of "
        "matched people",
    }[found.told["total"]]
    said = [f"{total}: {_say(after.total)} in the months after."]
    others = [own["difference_after"].parts[0] for own in found.apart.values() if _has_after(own)]
    for part in (*after.parts, *others):
        if (told := found.told[part.reason]) != "unclear":
            name = name_reason(part)
            said.append(f"{name}: {told} contacts than in matched people, {_say(part)}.")
    if len(said) == 1:
        said.append("Of no single reason can it be told that it changed.")
    return tuple(said)


def _has_after(own: Mapping[str, GroupReasons]) -> bool:
    return "difference_after" in own


def _say(part: ReasonNumber) -> str:
    return f"{show_difference(_difference(part), decimals=0)} per 100 people"


def draw_reason_figures(evidence: Evidence) -> dict[str, ShownFigure]:
    """The waterfall of the people seen and of matched people."""
    groups = [
        one
        for group in ("seen", "comparators")
        if (one := evidence.meaning.reasons.together.get(group))
    ]
    if not groups:
        return {}
    said = say_reasons(evidence)
    title = f"From contacts before to those after, reason by reason. {' '.join(said)}"
    shown = ShownFigure(
        name="reasons",
        title=title,
        alt=f"{title} Bars from the number before to the number after, a step for each reason. "
        f"{TABLE_BELOW}",
        n=say_behind(len(evidence.meaning.reasons.sites), groups[0].n, people="people seen"),
        level="adjusted",
        table="reasons",
        draw=lambda paper: _draw_waterfall(groups, paper),
    )
    return {shown.name: shown}


def _draw_waterfall(groups: list[GroupReasons], paper: Paper) -> Figure:
    n_rows = max(len(one.parts) for one in groups) + 2
    stacked = paper.narrow
    pitch, top, bottom = 0.3, 0.42, 0.45
    block = top + pitch * n_rows + bottom
    height = block * (len(groups) if stacked else 1)
    figure = open_figure(paper, height)
    most = max(_reach(one) for one in groups)
    label = 1.95
    width = paper.width - label - 0.2 if stacked else (paper.width - label - 0.5) / len(groups)
    for at, one in enumerate(groups):
        left = label if stacked else label + at * (width + 0.25)
        base = height - (at + 1) * block + bottom if stacked else bottom
        axes = figure.add_axes(
            (left / paper.width, base / height, width / paper.width, pitch * n_rows / height)
        )
        _draw_steps(axes, one, most=most, named=stacked or at == 0)
        axes.set_title(GROUPS[one.group], loc="left", fontsize=9, color=INK, pad=4)
    return figure


def _reach(one: GroupReasons) -> float:
    level, most = one.total.before or 0.0, max(one.total.before or 0.0, one.total.after or 0.0)
    for part in one.parts:
        level += part.change
        most = max(most, level)
    return most


def _draw_steps(axes: Axes, one: GroupReasons, *, most: float, named: bool) -> None:
    """A full bar before, a step for each reason from where the last one ended, a full bar after."""
    before, after = one.total.before or 0.0, one.total.after or 0.0
    steps: list[tuple[str, float, float, str]] = [("Before", 0.0, before, PALE)]
    level = before
    for part in one.parts:
        shade = ACCENT if part.change > 0 else MIDDLE
        name = wrap_label(name_reason(part), NAME, lines=2)
        steps.append((name, level, part.change, shade))
        level += part.change
    steps.append(("After", 0.0, after, PALE))
    for at, (_, start, size, shade) in enumerate(steps):
        axes.barh(at, size, left=start, height=0.62, color=shade, linewidth=0)
        whole = at in (0, len(steps) - 1)
        text = show_number(size, decimals=0 if whole else 1)
        text = f"+{text}" if size > 0 and not whole else text
        end = max(start, start + size)
        axes.text(end + 0.015 * most, at, text, va="center", fontsize=8, color=INK)
        if at + 1 < len(steps):
            join = start + size
            axes.plot([join, join], [at - 0.31, at + 1.31], color=MUTED, linewidth=0.6)
    axes.set_xlim(0, 1.2 * most)
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.set_yticks(range(len(steps)), [name for name, *_ in steps] if named else [""] * len(steps))
    axes.tick_params(axis="y", length=0, labelsize=8, labelcolor=INK)
    axes.tick_params(axis="x", length=3, labelsize=8)
    axes.set_xlabel("per 100 people", fontsize=8)
    clear_frame(axes)
