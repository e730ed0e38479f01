"""The tables of the scheme as a whole: series by site, and practices by when they started."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.estimators.staggered import StaggeredStart
from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count
from righthelp.report.cells import Cell, Heading, Ratio, ShownTable

SERIES_SAYS = (
    "Whatever else changed in the month of the start, or bent the trend, is in the ratio too.",
    (
        "Intervals of short series are too narrow: in simulated ones of 24 months before and 12 "
        "after they held the truth 93 times in 100, and 78 times where a high month tends to be "
        "followed by another."
    ),
    "A practice whose start is not known, or that never started, is left out.",
)
STAGGERED_SAYS = (
    (
        "Each practice is set against those that had not started yet. Practices choose when to "
        "start, and may choose a time when much changes."
    ),
    (
        "A change that is there with no quarter left out and gone with one was there before the "
        "start: people are referred in a bad spell."
    ),
)


def list_series(evidence: Evidence) -> ShownTable:
    """The interrupted series, a row a site."""
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(one.site),
            one.n_practices,
            one.n_left_out,
            one.started_in or "differs",
            one.n_before if one.started_in else None,
            one.n_after if one.started_in else None,
            Ratio(one.log_rr, one.low, one.high),
            _say_how(by_waves=one.by_waves) if one.log_rr is not None else one.reason,
        )
        for one in evidence.scheme.sites
    ]
    return ShownTable(
        "series",
        f"{evidence.study.study.outcome} of all registered people from the start on, over season "
        "and trend",
        (
            Heading("site", "Site"),
            Heading("practices", "Practices", "number"),
            Heading("left_out", "Left out", "number"),
            Heading("started_in", "Start"),
            Heading("months_before", "Months before", "number"),
            Heading("months_after", "Months after", "number"),
            Heading("ratio", "Ratio (95% interval)", "number"),
            Heading("remark", "Season, or why there is no ratio"),
        ),
        tuple(rows),
        SERIES_SAYS if rows else (),
    )


def list_series_months(evidence: Evidence) -> ShownTable:
    """Contacts per 1,000 registered people, a row a calendar month, a column a site."""
    sites = evidence.scheme.sites
    rates = {(one.site, point.month): point.rate for one in sites for point in one.months}
    months = sorted({month for _, month in rates})
    rows: list[tuple[Cell, ...]] = [
        (month, *(_show_rate(rates, one.site, month) for one in sites)) for month in months
    ]
    return ShownTable(
        "series_months",
        f"{evidence.study.study.outcome} per 1,000 registered people by calendar month",
        (
            Heading("month", "Month"),
            *(Heading(one.site, evidence.label(one.site), "number", 1) for one in sites),
        ),
        tuple(rows),
    )


def _show_rate(rates: Mapping[tuple[str, str], float | None], site: str, month: str) -> Cell:
    if (site, month) not in rates:
        return Count(None, "not_collected")
    rate = rates[site, month]
    return Count(None, "suppressed") if rate is None else Count(rate, "given")


def list_staggered(evidence: Evidence) -> ShownTable:
    """Practices that started against those that had not, by quarters of anticipation."""
    rows = tuple(
        _show_start(one, n_incomplete=evidence.scheme.n_incomplete)
        for one in evidence.scheme.staggered
    )
    return ShownTable(
        "staggered",
        f"{evidence.study.study.outcome} per 1,000 registered people a quarter: change where "
        "practices started, against practices that had not yet",
        (
            Heading("anticipation", "Quarters before the start left out", "number"),
            Heading("change", "Change", "number", 1),
            Heading("low", "95% interval from", "number", 1),
            Heading("high", "to", "number", 1),
            Heading("started", "Practices that started", "number"),
            Heading("compared", "Compared with", "number"),
            Heading("left_out", "Left out", "number"),
            Heading("reason", "Why a number is missing"),
        ),
        rows,
        STAGGERED_SAYS if rows else (),
    )


def _show_start(one: StaggeredStart, *, n_incomplete: int) -> tuple[Cell, ...]:
    low, high = one.simple.interval() or (None, None)
    return (
        one.anticipation_periods,
        one.simple.att,
        low,
        high,
        one.n_started,
        one.n_compared,
        one.n_left_out + n_incomplete,
        one.simple.reason,
    )


def _say_how(*, by_waves: bool) -> str:
    return "season as two waves: few months before" if by_waves else "season by month of the year"
