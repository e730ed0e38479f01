"""The figures of the report: what each says, for whom cannot see it too, and its drawings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from righthelp.evidence import Evidence
from righthelp.evidence.claims import IN_TITLES, Level, per_100
from righthelp.evidence.counts import Pattern
from righthelp.evidence.designs import FAMILY_OF
from righthelp.evidence.summary import count_sites, spell
from righthelp.protocol.contacts import PRIMARY
from righthelp.report.behind import TABLE_BELOW, add_known, say_behind, say_people_of
from righthelp.report.canvas import ShownFigure
from righthelp.report.cells import ShownTable
from righthelp.report.funnel_figures import (
    list_funnel_plot,
    list_funnel_table,
    plan_detectable,
    plan_funnel,
)
from righthelp.report.matched_figures import draw_balance, list_matched_rows
from righthelp.report.meaning.parts import draw_meaning_figures
from righthelp.report.month_figures import draw_course, draw_months
from righthelp.report.people_figures import (
    draw_change,
    draw_pattern,
    find_shares,
    list_change_rows,
)
from righthelp.report.ratio_figures import (
    draw_rows,
    list_definition_rows,
    list_design_rows,
    list_site_rows,
)
from righthelp.report.scheme_figures import draw_series
from righthelp.report.spread_figures import list_spread, list_spread_table, plan_spread
from righthelp.report.steps_figures import draw_steps, list_flow_steps, title_flow


def draw_all(evidence: Evidence) -> dict[str, ShownFigure]:
    """Every figure that the returns can fill, by name; one without numbers is left out.

    Nothing is drawn before a drawing is asked for.
    """
    plans = (_plan_people, _plan_course, _plan_ratios, _plan_matched, _plan_scheme)
    drawn = {figure.name: figure for plan in plans for figure in plan(evidence)}
    for figure in (plan_funnel(evidence), plan_detectable(evidence)):
        if figure is not None:
            drawn[figure.name] = figure
    return drawn | draw_meaning_figures(evidence)


def _plan_people(evidence: Evidence) -> Iterator[ShownFigure]:
    steps = list_flow_steps(evidence)
    if steps and steps.bars[0].n:
        title = title_flow(steps)
        yield ShownFigure(
            name="flow",
            title=title,
            alt=f"Bars of people at each step, with what was lost between. {title} {TABLE_BELOW}",
            n=say_behind(len(steps.sites), steps.bars[0].n),
            level="described",
            table="flow",
            draw=lambda paper: draw_steps(steps.bars, paper),
        )
    change = list_change_rows(evidence)
    if any(row.shares for row in change):
        title = _title_change(evidence)
        told = [
            one.site for one in evidence.change if find_shares(one.fell, one.stayed, rose=one.rose)
        ]
        yield ShownFigure(
            name="change",
            title=title,
            alt=f"Bars of people with fewer, as many and more contacts. {title} {TABLE_BELOW}",
            n=say_people_of(evidence, told),
            level=_level(evidence),
            table="change",
            draw=lambda paper: draw_change(change, paper),
        )
    pattern = evidence.pattern
    if pattern.sites:
        title = _title_pattern(pattern)
        yield ShownFigure(
            name="pattern",
            title=title,
            alt=f"A grid of squares: bands before by bands after. {title} {TABLE_BELOW}",
            n=say_behind(len(pattern.sites), pattern.n_people.value),
            level="described",
            table="pattern",
            draw=lambda paper: draw_pattern(pattern, paper),
        )


def _plan_course(evidence: Evidence) -> Iterator[ShownFigure]:
    told = [one for one in evidence.course if one.rate_per_100.value is not None]
    if told:
        title = _title_course(evidence)
        yield ShownFigure(
            name="course",
            title=title,
            alt=f"Lines by month for people seen and reference people. {title} {TABLE_BELOW}",
            n=say_people_of(evidence, (one.site for one in told if one.group == "seen")),
            level="described",
            table="course",
            draw=lambda paper: draw_course(evidence, paper),
        )
    if evidence.months:
        title = _title_months(evidence)
        yield ShownFigure(
            name="months",
            title=title,
            alt=f"Points with intervals by month. {title} {TABLE_BELOW}",
            n=say_behind(max(one.k for one in evidence.months)),
            level="described",
            table="months",
            draw=lambda paper: draw_months(evidence.months, paper),
        )


def _plan_ratios(evidence: Evidence) -> Iterator[ShownFigure]:
    result = _title_result(evidence)
    plans = (
        ("designs", list_design_rows(evidence), _title_designs(evidence), "side_by_side"),
        ("sites", list_site_rows(evidence), result, "twins"),
        (
            "definitions",
            list_definition_rows(evidence) if len(evidence.definitions) > 1 else (),
            _title_definitions(evidence),
            "definitions",
        ),
    )
    for name, rows, title, table in plans:
        if any(row.ratio.log_rr is not None or row.crude is not None for row in rows):
            yield ShownFigure(
                name=name,
                title=title,
                alt=f"Points with intervals on an axis of ratios. {title} {TABLE_BELOW}",
                n=say_people_of(evidence, (twin.site for twin in evidence.twins)),
                level=_level(evidence),
                table=table,
                draw=partial(draw_rows, rows),
            )


def _plan_matched(evidence: Evidence) -> Iterator[ShownFigure]:
    found = evidence.matched
    rows = list_matched_rows(evidence)
    people = add_known(count for site in found.sites for count in site.alike.values())
    behind = say_behind(len(found.sites), people, people="people seen")
    if rows:
        title = _title_matched(evidence)
        yield ShownFigure(
            name="matched",
            title=title,
            alt=f"Points with intervals on an axis of ratios. {title} {TABLE_BELOW}",
            n=behind,
            level=found.claim.level,
            table="matched",
            draw=partial(draw_rows, rows),
        )
    if found.months:
        title = _title_matched_months(evidence)
        yield ShownFigure(
            name="matched_months",
            title=title,
            alt=f"Points with intervals by month. {title} {TABLE_BELOW}",
            n=behind,
            level="adjusted",
            table="matched_months",
            draw=lambda paper: draw_months(found.months, paper),
        )
    if found.balance:
        largest = max(abs(one.smd_matched or 0.0) for one in found.balance)
        title = (
            "In what was not matched on, people seen and their comparators differ by at most "
            f"{largest:.2f} standard deviations."
        )
        yield ShownFigure(
            name="balance",
            title=title,
            alt=f"Dots of differences by covariate, before and after matching. {title} "
            f"{TABLE_BELOW}",
            n=behind,
            level="described",
            table="balance",
            draw=lambda paper: draw_balance(found.balance, paper),
        )


def _plan_scheme(evidence: Evidence) -> Iterator[ShownFigure]:
    series = [one for one in evidence.scheme.sites if any(m.rate is not None for m in one.months)]
    if series:
        title = _title_series(evidence, len(series))
        panels = [(evidence.label(one.site), one) for one in series]
        yield ShownFigure(
            name="series",
            title=title,
            alt=f"Lines by calendar month, one picture a site. {title} {TABLE_BELOW}",
            n=f"Behind it: {count_sites(len(series))}, all registered people.",
            level="described",
            table="series_months",
            draw=lambda paper: draw_series(panels, paper),
        )


def _level(evidence: Evidence) -> Level:
    """Of a title that has the crude and the adjusted result in one breath."""
    return evidence.headline[1].level


def _title_change(evidence: Evidence) -> str:
    total = evidence.change_total
    shares = find_shares(total.fell, total.stayed, rose=total.rose)
    assert shares is not None
    fell, stayed, rose = (f"{100 * share:.0f}" for share in shares)
    return (
        f"Of every 100 people {fell} had fewer contacts after, {stayed} as many and {rose} more. "
        f"{_title_result(evidence)}"
    )


def _title_result(evidence: Evidence) -> str:
    """The crude and the adjusted result in one breath, never one without the other."""
    crude, adjusted = evidence.headline
    counted = f"{crude.k} contacts after for every 100 before; " if crude.k else ""
    if not adjusted.k:
        return f"{counted}what was to be expected is not estimable here.".capitalize()
    assert adjusted.verdict is not None
    return f"{counted}{adjusted.k} for every 100 expected, {IN_TITLES[adjusted.verdict]}."


def _title_designs(evidence: Evidence) -> str:
    points = [
        one.log_rr
        for one in evidence.combinations
        if one.definition == PRIMARY
        and one.log_rr is not None
        and FAMILY_OF[one.name].strength == "adjusted"
    ]
    crude = evidence.crude.log_rr
    if len(evidence.twins) < 2 or not points or crude is None:
        return _title_result(evidence)
    return (
        f"{per_100(crude)} contacts after for every 100 before; set against what was expected, "
        f"from {per_100(min(points))} to {per_100(max(points))} for every 100, depending on the "
        "design."
    )


def _title_matched(evidence: Evidence) -> str:
    span = evidence.matched.span
    assert span is not None
    return (
        f"Set against matched people, {per_100(span[0])} to {per_100(span[1])} contacts for every "
        "100 of theirs (sensitivity range)."
    )


def _title_pattern(pattern: Pattern) -> str:
    """A share only where nothing is withheld: of the cells shown it would be too high, as the small
    ones off the diagonal are those withheld."""
    known = {key: cell.value for key, cell in pattern.cells.items() if cell.value is not None}
    total = sum(known.values())
    if not total:
        return "The joint picture is withheld."
    same = sum(value for (before, after), value in known.items() if before == after)
    if not pattern.n_cells_withheld:
        return (
            f"About {100 * same / total:.0f} of every 100 people were in the same band before and "
            "after."
        )
    people = pattern.n_people
    of = f" of about {people.value:,.0f}" if people.value and not people.n_withheld else ""
    withheld = f"{pattern.n_cells_withheld} of {pattern.n_cells} numbers are withheld"
    stayed = "in the same band before and after"
    if not same:
        return f"How many{of} people were {stayed} cannot be told; {withheld}."
    return f"At least about {same:,.0f}{of} people were {stayed}; {withheld}."


def _title_course(evidence: Evidence) -> str:
    """At how many sites the people seen came most often just before the index."""
    busiest: dict[str, tuple[float, int]] = {}
    for point in evidence.course:
        rate = point.rate_per_100.value
        if point.group == "seen" and rate is not None:
            busiest[point.site] = max(busiest.get(point.site, (0.0, 0)), (rate, point.month))
    before = sum(-3 <= month <= -1 for _, month in busiest.values())
    n, outcome = len(busiest), evidence.study.study.outcome
    if n == 1:
        isnt = "is" if before else "is not"
        return (
            f"The month with the most {outcome} of the people seen {isnt} one of the three before "
            "the index month."
        )
    return (
        f"At {spell(before)} of {spell(n)} sites the month with the most {outcome} of the people "
        "seen is one of the three before the index month."
    )


def _title_matched_months(evidence: Evidence) -> str:
    points = [one.log_rr for one in evidence.matched.months if one.month > 0]
    if not points:
        return "People seen over their comparators, month by month"
    return (
        f"In single months after the index, people seen had {per_100(min(points))} to "
        f"{per_100(max(points))} contacts for every 100 of their comparators."
    )


def _title_series(evidence: Evidence, n_sites: int) -> str:
    points = [one.log_rr for one in evidence.scheme.sites if one.log_rr is not None]
    who = f"{evidence.study.study.outcome} of all registered people by month"
    if not points:
        return f"{who} at {count_sites(n_sites)}; no start is common to a site's practices."
    low, high = per_100(min(points)), per_100(max(points))
    span = low if low == high else f"{low} to {high}"
    return f"{who}: from the start on, {span} for every 100 that season and trend foretold."


def _title_months(evidence: Evidence) -> str:
    seen = [one for one in evidence.months if one.group == "seen" and one.month < 0]
    if not seen:
        return "Each month against months 12 to 7 before"
    top = max(seen, key=lambda one: one.log_rr)
    words = "one month" if top.month == -1 else f"{spell(-top.month)} months"
    title = (
        f"Before the index, contacts of people seen stood highest {words} before it: "
        f"{per_100(top.log_rr)} for every 100 in months 12 to 7 before"
    )
    like = [one for one in evidence.months if one.group == "reference" and one.month == top.month]
    if like:
        title += f"; reference people then stood at {per_100(like[0].log_rr)}"
    return f"{title}."


def _title_definitions(evidence: Evidence) -> str:
    points = [
        math.exp(one.adjusted.log_rr)
        for one in evidence.definitions
        if one.adjusted.log_rr is not None
    ]
    if not points:
        return "The same people under other definitions of a contact."
    return (
        f"Under the definitions in use, the answer against what was expected runs from "
        f"{100 * min(points):.0f} to {100 * max(points):.0f} for every 100 expected."
    )


def draw_site_figures(evidence: Evidence, site: str) -> tuple[tuple[ShownFigure, ShownTable], ...]:
    """One site beside the others without names, each figure with its table; few sites have none."""
    planned = (
        (plan_spread(evidence, site), list_spread_table(list_spread(evidence, site))),
        (plan_funnel(evidence, site), list_funnel_table(list_funnel_plot(evidence, site))),
    )
    return tuple((figure, table) for figure, table in planned if figure is not None)
