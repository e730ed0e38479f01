"""The tables of the matched comparison: estimates, how alike, checks, what could be found."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.counts import add_counts
from righthelp.evidence.summary import begin_high
from righthelp.report.cells import STATE_WORDS, Cell, Heading, Ratio, ShownTable
from righthelp.report.ratio_tables import show_together

OUTCOMES = {
    "holds": "holds",
    "fails": "does not hold",
    "not_informative": "not informative",
}
RANGE_SAYS = (
    "The two estimates rest on different assumptions. Their range shows how much hangs on which is "
    "believed; the truth can lie outside it."
)
MONTHS_SAY = "The year before was matched on, so a ratio near 1 in those months is no evidence."
LOST_SAYS = (
    "Seldom: as often as the tenth of reference people who came least; often: as the tenth who "
    "came most. Withheld where few were lost: then they move little."
)
DESIGNS = ("matched_after", "matched_change", "matched_adjusted")


def list_matched(evidence: Evidence) -> ShownTable:
    """The matched estimates, a row a site and one for the sites together, and their range."""
    found = {
        (one.site, one.design): Ratio(
            one.log_rr,
            one.low,
            one.high,
            missing=STATE_WORDS.get(one.state, STATE_WORDS["not_estimable"]),
        )
        for one in evidence.estimates
        if one.design in DESIGNS and one.who == "new"
    }
    sites = [
        site for site in evidence.answered if any((site.id, design) in found for design in DESIGNS)
    ]
    rows: list[tuple[Cell, ...]] = []
    for site in sites:
        cells = [found.get((site.id, design), Ratio(None)) for design in DESIGNS]
        rows.append((site.label, *cells, _range(cells[:2])))
    matched = evidence.matched
    if len(sites) > 1:
        together = [show_together(one) for one in (matched.after, matched.change, matched.adjusted)]
        rows.append(("Sites together", *together, _range(together[:2])))
    return ShownTable(
        "matched",
        "People seen over matched people who had not seen a link worker",
        (
            Heading("site", "Site"),
            Heading("after", "Contacts after (95% interval)", "number"),
            Heading("change", "Change from before (95% interval)", "number"),
            Heading("adjusted", "Rest of their past taken off (95% interval)", "number"),
            Heading("range", "Sensitivity range of the first two", "number"),
        ),
        tuple(rows),
        (RANGE_SAYS,),
    )


def list_matched_months(evidence: Evidence) -> ShownTable:
    """Matched people seen over their comparators by month, the sites brought together."""
    return ShownTable(
        "matched_months",
        "People seen over their comparators by month, sites brought together",
        (
            Heading("month", "Month from the index", "number"),
            Heading("ratio", "Ratio (95% interval)", "number"),
            Heading("sites", "Sites", "number"),
        ),
        tuple(
            (one.month, Ratio(one.log_rr, one.low, one.high), one.k)
            for one in evidence.matched.months
        ),
        (MONTHS_SAY,) if evidence.matched.months else (),
    )


def list_alike(evidence: Evidence) -> ShownTable:
    """New people by what had to be the same as in their comparators, over the sites."""
    sites = evidence.matched.sites
    keys = sorted({key for site in sites for key in site.alike})
    rows: list[tuple[Cell, ...]] = [
        (
            words,
            add_counts(site.alike[rung, words] for site in sites if (rung, words) in site.alike),
        )
        for rung, words in keys
    ]
    if rows:
        rows.append(("nobody alike enough", add_counts(site.unmatched for site in sites)))
    return ShownTable(
        "alike",
        "New people by what was the same in their comparators, finest first",
        (Heading("alike", "The same"), Heading("n", "People", "number")),
        tuple(rows),
    )


def list_balance(evidence: Evidence) -> ShownTable:
    """Differences in what was not matched on, before and after matching."""
    return ShownTable(
        "balance",
        "Differences in what was not matched on, in standard deviations",
        (
            Heading("covariate", "In what"),
            Heading("all", "Against all candidates", "number", 2),
            Heading("matched", "Against their comparators", "number", 2),
            Heading("n", "Matched people", "number"),
        ),
        tuple((one.label, one.smd_all, one.smd_matched, one.n) for one in evidence.matched.balance),
    )


def list_checks(evidence: Evidence) -> ShownTable:
    """Each declared rule on the comparators and whether it held."""
    return ShownTable(
        "checks",
        "Checks of the comparators; all must hold before anything is said of why",
        (
            Heading("rule", "Rule"),
            Heading("outcome", "Outcome"),
            Heading("found", "What was found"),
        ),
        tuple(
            (begin_high(one.rule), OUTCOMES[one.outcome], one.found)
            for one in evidence.matched.checks
        )
        if evidence.matched.sites
        else (),
    )


def list_detectable(evidence: Evidence) -> ShownTable:
    """What each site could find, from the past alone."""
    return ShownTable(
        "detectable",
        "The change that each site could find in four studies of five, from the past alone",
        (
            Heading("site", "Site"),
            Heading("fewer", "Ratio below 1", "number", 2),
            Heading("more", "Ratio above 1", "number", 2),
        ),
        tuple((evidence.label(site.site), *site.detectable) for site in evidence.matched.sites),
        ("Computed from contacts before and from reference people; no result enters it.",),
    )


def list_lost(evidence: Evidence) -> ShownTable:
    """The comparison with the same past, had those who died or left been followed."""
    rows: list[tuple[Cell, ...]] = []
    for site in evidence.matched.sites:
        own = {one.family.name: one.best for one in evidence.answers[site.site]}
        best = own.get("projection")
        rows.append(
            (
                evidence.label(site.site),
                Ratio(best.log_rr, best.low, best.high) if best else Ratio(None),
                *site.lost,
            )
        )
    return ShownTable(
        "lost",
        "Against people with the same past, had everybody who died or left been followed",
        (
            Heading("site", "Site"),
            Heading("projection", "Those followed (95% interval)", "number"),
            Heading("low", "Had they come seldom", "number", 2),
            Heading("high", "Had they come often", "number", 2),
        ),
        tuple(rows),
        (LOST_SAYS,),
    )


def _range(cells: list[Ratio]) -> Cell:
    ends = [end for cell in cells for end in (cell.low, cell.high) if end is not None]
    if len(ends) < 4:
        return Ratio(None)
    return Ratio(None, span=(min(ends), max(ends)))
