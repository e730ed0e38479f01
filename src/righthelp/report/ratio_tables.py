"""The tables of ratios as they are shown: every design, every site, and sites together."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.claims import HEADLINES
from righthelp.evidence.designs import FAMILIES
from righthelp.evidence.estimates import Answer, Twin
from righthelp.evidence.synthesis import Combination
from righthelp.protocol.contacts import PRIMARY
from righthelp.report.cells import Cell, Heading, Ratio, ShownTable, show_bound
from righthelp.returns.tables import DESIGNS

NO_ROW = "–"
ALL_DEFINITIONS = "From one definition to another"


def show_answer(answer: Answer) -> Ratio:
    """One family at one site as a cell: point and interval, or the range where one is varied."""
    best = answer.best
    return Ratio(best.log_rr, best.low, best.high, answer.span)


def show_twin(twin: Twin) -> Ratio:
    """The adjusted twin as a cell."""
    return show_answer(twin.adjusted) if twin.adjusted else Ratio(None)


def show_crude(twin: Twin) -> Ratio:
    """The crude estimate of a site as a cell."""
    one = twin.crude
    return Ratio(one.log_rr, one.low, one.high) if one else Ratio(None)


def show_together(combination: Combination) -> Ratio:
    """Sites brought together as a cell."""
    return Ratio(
        combination.log_rr, combination.low, combination.high, missing="not brought together"
    )


def list_side_by_side(evidence: Evidence) -> ShownTable:
    """Every family of designs in a column, every site in a row, and sites together below."""
    families = list(
        dict.fromkeys(answer.family for answers in evidence.answers.values() for answer in answers)
    )
    families.sort(key=FAMILIES.index)
    rows: list[tuple[Cell, ...]] = []
    for site in evidence.answered:
        own = {one.family.name: one for one in evidence.answers[site.id]}
        rows.append(
            (
                site.label,
                *(
                    show_answer(own[family.name]) if family.name in own else NO_ROW
                    for family in families
                ),
            )
        )
    if len(evidence.answered) > 1:
        together = {
            one.name: one for one in reversed(evidence.combinations) if one.definition == PRIMARY
        }
        rows.append(
            (
                "Sites together",
                *(
                    show_together(together[family.members[0]])
                    if family.members[0] in together
                    else NO_ROW
                    for family in families
                ),
            )
        )
    return ShownTable(
        "side_by_side",
        "Every estimate of every site: contacts after, over contacts before or expected "
        "(95% interval)",
        (Heading("site", "Site"), *(Heading(f.name, f.label, "number") for f in families)),
        tuple(rows),
        ("A dash: the site's way of answering has no such estimate.",),
    )


def list_reasons(evidence: Evidence) -> tuple[tuple[str, str, str], ...]:
    """(site, design, reason) for every estimate that lacks something or must be read with care."""
    found: dict[tuple[str, str, str], None] = {}
    for site in evidence.answered:
        for answer in evidence.answers[site.id]:
            for one in answer.members[:1] if answer.family.is_range else answer.members:
                if one.reason:
                    found[site.label, answer.family.label, one.reason] = None
    return tuple(found)


def list_varied(evidence: Evidence) -> ShownTable:
    """The answers that rest on an assumed correlation, one row for each that was assumed."""
    rows: list[tuple[Cell, ...]] = [
        (evidence.label(site), DESIGNS[one.design], Ratio(one.log_rr, one.low, one.high))
        for site, answers in evidence.answers.items()
        for answer in answers
        for one in sorted(answer.members, key=lambda one: one.design)
        if "correlation_" in one.design
    ]
    return ShownTable(
        "varied",
        "Estimates that rest on an assumed correlation, for each that was assumed",
        (
            Heading("site", "Site"),
            Heading("assumed", "What was assumed"),
            Heading("ratio", "Ratio (95% interval)", "number"),
        ),
        tuple(rows),
    )


def list_estimates(evidence: Evidence) -> ShownTable:
    """Every estimate of every return, in long form."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.site,
            one.design,
            DESIGNS[one.design],
            one.who,
            one.definition,
            Ratio(one.log_rr, one.low, one.high),
            one.log_rr,
            one.se,
            one.n,
            one.status,
            one.reason,
        )
        for one in evidence.estimates
    ]
    names = ("site", "design", "meaning", "who", "definition")
    return ShownTable(
        "estimates",
        "Every estimate",
        (
            *(Heading(name, name) for name in names),
            Heading("ratio", "ratio", "number"),
            Heading("log_rr", "log_rr", "number", 4),
            Heading("se", "se", "number", 4),
            Heading("n", "n", "number"),
            Heading("status", "status"),
            Heading("reason", "reason"),
        ),
        tuple(rows),
    )


def list_twins(evidence: Evidence) -> ShownTable:
    """Each site: as counted, against what was expected, how, and what may be said."""
    weights = {one.estimate.site: one.weight for one in evidence.adjusted.members}
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(twin.site),
            show_crude(twin),
            show_twin(twin),
            twin.adjusted.family.label + (" (weaker)" if twin.strength == "weaker" else "")
            if twin.adjusted
            else "",
            HEADLINES[twin.claim.verdict] if twin.claim.verdict else "",
            twin.estimate.n if twin.estimate else None,
            f"{100 * weights[twin.site]:.0f}%" if twin.site in weights else "not in the mean",
        )
        for twin in evidence.twins
    ]
    together = evidence.adjusted
    if len(rows) > 1:
        rows.append(
            (
                "Sites together",
                show_together(evidence.crude),
                show_together(together),
                "best of each site, weaker ones left out",
                together.claim.headline,
                None,
                "100%" if together.members else "",
            )
        )
    notes = []
    result = together.result
    if result and result.pi_low is not None and result.pi_high is not None:
        between = Ratio(result.log_rr, result.pi_low, result.pi_high)
        notes.append(f"95% prediction interval for another site: {_show_interval(between)}.")
        assert result.i2 is not None
        notes.append(
            f"Share of the spread that is between sites rather than chance (I²): "
            f"{100 * result.i2:.0f}%."
        )
    return ShownTable(
        "twins",
        "As counted and against what was expected (95% interval)",
        (
            Heading("site", "Site"),
            Heading("crude", "As counted", "number"),
            Heading("adjusted", "Against what was expected", "number"),
            Heading("how", "How it was compared"),
            Heading("verdict", "What may be said"),
            Heading("n", "People", "number"),
            Heading("weight", "Weight", "number"),
        ),
        tuple(rows),
        tuple(notes),
    )


def list_syntheses(evidence: Evidence) -> ShownTable:
    """Each design over the sites that have it, and the main synthesis with other sites in it."""
    rows: list[tuple[Cell, ...]] = []
    for one in (evidence.crude, evidence.adjusted, *evidence.variations, *_by_design(evidence)):
        if one.result is None:
            continue
        result = one.result
        rows.append(
            (
                one.label,
                len(one.members),
                show_together(one),
                _show_reach(one),
                "" if result.i2 is None else f"{100 * result.i2:.0f}%",
                one.claim.headline,
            )
        )
    return ShownTable(
        "syntheses",
        "Sites brought together, in several ways",
        (
            Heading("way", "Way"),
            Heading("sites", "Sites", "number"),
            Heading("ratio", "Ratio (95% interval)", "number"),
            Heading("prediction", "Ratio (95% prediction interval)", "number"),
            Heading("i2", "I²", "number"),
            Heading("verdict", "What may be said"),
        ),
        tuple(rows),
    )


def list_left_out(evidence: Evidence) -> ShownTable:
    """The adjusted synthesis without each site in turn."""
    rows: list[tuple[Cell, ...]] = [
        (
            evidence.label(one.site),
            Ratio(one.result.log_rr, one.result.ci_low, one.result.ci_high),
            HEADLINES[one.verdict],
        )
        for one in evidence.left_out
    ]
    return ShownTable(
        "left_out",
        "Sites together, leaving out one site at a time",
        (
            Heading("site", "Without"),
            Heading("adjusted", "Against what was expected (95% interval)", "number"),
            Heading("verdict", "What may be said"),
        ),
        tuple(rows),
    )


def list_definitions(evidence: Evidence) -> ShownTable:
    """The result under each definition of a contact, crude and adjusted side by side."""
    single = len(evidence.answered) == 1
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.definitions:
        twin = one.twins[0] if single and one.twins else None
        rows.append(
            (
                one.label,
                len(one.adjusted.members) or len(one.twins),
                show_crude(twin) if twin else show_together(one.crude),
                show_twin(twin) if twin else show_together(one.adjusted),
                "" if twin else _show_reach(one.adjusted),
                twin.claim.headline if twin else one.adjusted.claim.headline,
            )
        )
    if (span := find_definition_span(evidence)) is not None:
        rows.append((ALL_DEFINITIONS, None, "", Ratio(None, span=span), "", ""))
    return ShownTable(
        "definitions",
        "The same people under other definitions of a contact (95% interval)",
        (
            Heading("definition", "What counts"),
            Heading("sites", "Sites", "number"),
            Heading("crude", "As counted", "number"),
            Heading("adjusted", "Against what was expected", "number"),
            Heading("prediction", "Ratio (95% prediction interval)", "number"),
            Heading("verdict", "What may be said"),
        ),
        tuple(rows),
    )


def find_definition_span(evidence: Evidence) -> tuple[float, float] | None:
    """Lowest and highest adjusted log ratio over the definitions; None below two of them."""
    single = len(evidence.answered) == 1
    found = [
        (show_twin(one.twins[0]) if single and one.twins else show_together(one.adjusted)).log_rr
        for one in evidence.definitions
    ]
    points = [one for one in found if one is not None]
    return (min(points), max(points)) if len(points) > 1 else None


def _by_design(evidence: Evidence) -> list[Combination]:
    """Designs over several sites, new people, the study's own definition."""
    return [
        one
        for one in evidence.combinations
        if one.definition == PRIMARY
        and one.who == "new"
        and (len(one.members) > 1 or len(evidence.answered) == 1)
    ]


def _show_reach(one: Combination) -> Cell:
    """Where another site might lie; empty where too few sites say so."""
    result = one.result
    if result is None or result.pi_low is None:
        return ""
    return Ratio(result.log_rr, result.pi_low, result.pi_high)


def _show_interval(ratio: Ratio) -> str:
    assert ratio.low is not None and ratio.high is not None
    return f"{show_bound(ratio.low)} to {show_bound(ratio.high)}"
