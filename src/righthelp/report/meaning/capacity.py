"""Capacity freed or used in the appointment book, and what it costs: a table and sentences."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.capacity import Capacity, Worth
from righthelp.evidence.summary import begin_high, count_sites, join_words
from righthelp.report.cells import (
    NBSP,
    STATE_WORDS,
    Cell,
    Difference,
    Heading,
    ShownTable,
    show_number,
)

VERDICTS = {
    "fewer": "capacity freed",
    "more": "capacity used",
    "as_expected": "about as expected",
    "cannot_tell": "cannot tell",
    "not_estimable": STATE_WORDS["not_estimable"],
}
NOT_CASH = (
    "It is time in the appointment book, not cash: no bill is smaller for it, and others may fill "
    "the time."
)
FROM_ADJUSTED = (
    "Contacts expected less contacts counted, per 100 people over the after window, from the "
    "adjusted estimate and never from before less after. Above 0: capacity freed; below 0: "
    "capacity used. The estimate says what differed, not why."
)


def list_capacity(evidence: Evidence) -> ShownTable:
    """Capacity and the link worker's own contacts, site by site and together."""
    found, cost = evidence.capacity, evidence.study.cost
    shown = [(evidence.label(one.site), one) for one in found.sites if one.site is not None]
    if len(shown) > 1:
        shown.append(("Sites together", found.together))
    headings = [
        Heading("site", "Site"),
        Heading("counted", "Contacts counted", "number"),
        Heading("capacity", "Expected less counted (95% interval)", "number"),
        Heading("verdict", "What may be said"),
        Heading("link_worker", "Contacts with the link worker", "number"),
    ]
    if cost.gp:
        headings.append(Heading("worth", "At the prices named, pounds", "number"))
    if cost.link_worker:
        headings.append(Heading("link_worker_cost", "The link worker's own, pounds", "number"))
    rows = []
    for label, one in shown:
        row: list[Cell] = [
            label,
            one.counted,
            Difference(one.freed, one.low, one.high),
            VERDICTS[one.verdict],
            one.link_worker,
        ]
        if cost.gp:
            row.append(_show_worth(one.worth))
        if cost.link_worker:
            row.append(_show_worth(one.link_worker_cost))
        rows.append(tuple(row))
    return ShownTable(
        "capacity",
        f"{evidence.study.study.outcome} freed or used, and the link worker's contacts, per 100 "
        "people seen",
        tuple(headings),
        tuple(rows),
        (FROM_ADJUSTED, *_say_prices(evidence)) if rows else (),
    )


def say_capacity(evidence: Evidence) -> tuple[str, ...]:
    """Capacity freed or used, with its price where the study names one, in sentences."""
    found = evidence.capacity
    one = found.together
    if one.freed is None and len(found.sites) == 1:
        one = found.sites[0]
    outcome, cost = evidence.study.study.outcome, evidence.study.cost
    if one.freed is None:
        return (_say_lack(evidence),)
    said = [_say_amount(one, outcome)]
    if one.link_worker is not None:
        said.append(
            f"Beside it stand {one.link_worker:,.0f} contacts with the link worker per 100 people."
        )
    if one.worth is not None:
        said.append(
            f"At prices of {cost.year} ({cost.basis}) that is {_say_pounds(one.worth)} per 100 "
            "people."
        )
    if one.link_worker_cost is not None:
        said.append(
            f"The link worker's own contacts, at prices of {cost.year}, are "
            f"{_say_pounds(one.link_worker_cost)} per 100 people."
        )
    return (*said, NOT_CASH)


def _say_lack(evidence: Evidence) -> str:
    """Why there is no number for the sites together, and that some sites have one of their own."""
    found = evidence.capacity
    able = {one.site for one in found.sites if one.freed is not None}
    missing = [
        evidence.label(one.estimate.site)
        for one in evidence.adjusted.members
        if one.estimate.site not in able
    ]
    if not able or not missing:
        return f"Capacity freed or used is not estimable here, because {found.together.reason}."
    told = count_sites(len(able), "site has a number", many="sites have a number")
    return (
        f"{begin_high(told)} for capacity freed or used, each its own, in the table. For the sites "
        f"together it is not estimable here, because the contacts of the people concerned did not "
        f"leave {join_words(missing)}."
    )


def _say_amount(one: Capacity, outcome: str) -> str:
    assert one.freed is not None
    size = f"{abs(one.freed):,.0f} {outcome} per 100 people seen"
    if one.low is None or one.high is None:
        return (
            f"Expected less counted is {_sign(one.freed)} {outcome} per 100 people seen, without "
            "an interval: it cannot be told whether capacity was freed or used."
        )
    between = f"95% interval {_sign(one.low)} to {_sign(one.high)}"
    if one.verdict == "fewer":
        return f"Capacity freed, by the adjusted estimate: {size} ({between})."
    if one.verdict == "more":
        return (
            f"Capacity used, by the adjusted estimate: {size} (expected less counted, {between})."
        )
    return (
        f"The data cannot tell whether capacity was freed or used: expected less counted is "
        f"{_sign(one.freed)} {outcome} per 100 people seen ({between})."
    )


def _say_prices(evidence: Evidence) -> tuple[str, ...]:
    """Year and basis of the prices; none where the study names no price."""
    cost = evidence.study.cost
    prices = []
    if cost.gp:
        prices.append(f"a counted contact at {_say_price(cost.gp)}")
    if cost.link_worker:
        prices.append(f"a contact with the link worker at {_say_price(cost.link_worker)}")
    if not prices:
        return ()
    return (
        (
            f"Prices of {cost.year}: {', '.join(prices)}. What they hold: {cost.basis}. The range "
            f"runs over the prices and, for capacity, over the interval too. {NOT_CASH}"
        ),
    )


def _say_price(prices: tuple[float, float, float]) -> str:
    low, central, high = (f"{price:,.2f}".removesuffix(".00") for price in prices)
    return f"{central} pounds ({low} to {high})"


def _show_worth(worth: Worth | None) -> str:
    if worth is None:
        return STATE_WORDS["not_estimable"]
    central, low, high = (_money(one) for one in (worth.central, worth.low, worth.high))
    return f"{central} ({low}{NBSP}to{NBSP}{high})"


def _say_pounds(worth: Worth) -> str:
    central, low, high = (_money(one) for one in (worth.central, worth.low, worth.high))
    return f"{central} pounds (range {low} to {high})"


def _money(amount: float) -> str:
    """To the nearest ten pounds."""
    return show_number(round(amount, -1) + 0.0)


def _sign(value: float) -> str:
    text = show_number(round(value) + 0.0)
    return f"+{text}" if round(value) > 0 else text
