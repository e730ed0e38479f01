"""The main numbers of a report as its tables show them, one by one, for its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from righthelp.evidence import Evidence
from righthelp.evidence.claims import HEADLINES
from righthelp.evidence.meaning.support import Share
from righthelp.report.cells import STATE_WORDS, Ratio, ShownTable, show, show_ratio
from righthelp.report.meaning import consultation, reasons, wellbeing
from righthelp.report.meaning.support_words import USUAL_DAYS, find_target
from righthelp.report.ratio_tables import show_crude, show_together, show_twin
from righthelp.returns.support import ALL, EVENTS

CRUDE, ADJUSTED = "as counted", "against what was expected"
REFERRED: Mapping[str, str] = {
    "served": "with a need that is served, %",
    "returned": "returned as unsuitable, %",
}
NEEDS: Mapping[str, str] = {
    "fitting_offered": "needs: fitting support offered for, %",
    "fitting_started": "needs: fitting support begun for, %",
    "met": "needs met, %",
}


class ShownNumber(NamedTuple):
    """One number as text. table: the name of a table that shows it. where: the id of a site, or
    empty for sites together. verdict: what may be said of it, in words; empty where nothing is."""

    table: str
    where: str
    what: str
    shown: str
    verdict: str = ""


def list_shown_numbers(evidence: Evidence) -> Iterator[ShownNumber]:
    """Every main number: of contacts first, then of each question that the summary tells of."""
    yield from _list_contacts(evidence)
    yield from _list_definitions(evidence)
    yield from _list_matched(evidence)
    yield from _list_support(evidence)
    yield from _list_scores(evidence)
    yield from _list_reasons(evidence)
    yield from _list_consultation(evidence)


def _list_contacts(evidence: Evidence) -> Iterator[ShownNumber]:
    for twin in evidence.twins:
        verdict = HEADLINES[twin.claim.verdict] if twin.claim.verdict else ""
        how = twin.adjusted.family.label if twin.adjusted else ""
        yield ShownNumber("twins", twin.site, CRUDE, show_ratio(show_crude(twin)))
        yield ShownNumber("twins", twin.site, ADJUSTED, show_ratio(show_twin(twin)), verdict)
        yield ShownNumber("twins", twin.site, "how it was compared", how)
    if len(evidence.twins) > 1:
        together = evidence.adjusted
        yield ShownNumber("twins", "", CRUDE, show_ratio(show_together(evidence.crude)))
        yield ShownNumber(
            "twins", "", ADJUSTED, show_ratio(show_together(together)), together.claim.headline
        )
        number = "1 site" if len(together.members) == 1 else f"{len(together.members)} sites"
        yield ShownNumber("twins", "", "sites brought together", number)


def _list_definitions(evidence: Evidence) -> Iterator[ShownNumber]:
    single = len(evidence.answered) == 1
    for one in evidence.definitions:
        twin = one.twins[0] if single and one.twins else None
        crude = show_crude(twin) if twin else show_together(one.crude)
        adjusted = show_twin(twin) if twin else show_together(one.adjusted)
        verdict = twin.claim.headline if twin else one.adjusted.claim.headline
        where, what = twin.site if twin else "", one.label
        yield ShownNumber("definitions", where, f"{what}: {CRUDE}", show_ratio(crude))
        yield ShownNumber(
            "definitions", where, f"{what}: {ADJUSTED}", show_ratio(adjusted), verdict
        )


def _list_matched(evidence: Evidence) -> Iterator[ShownNumber]:
    matched = evidence.matched
    if matched.claim.verdict == "not_estimable" and not matched.sites:
        return
    for what, one in (
        ("matched people: contacts after", matched.after),
        ("matched people: change from before", matched.change),
        ("matched people: rest of their past taken off", matched.adjusted),
    ):
        yield ShownNumber("matched", "", what, show_ratio(show_together(one)))
    span = show_ratio(Ratio(None, span=matched.span) if matched.span else Ratio(None))
    yield ShownNumber(
        "matched", "", "matched people: sensitivity range", span, matched.claim.headline
    )
    yield ShownNumber("checks", "", "matched people: level of the claim", matched.claim.level)


def _list_support(evidence: Evidence) -> Iterator[ShownNumber]:
    support = evidence.meaning.support
    if not support.sites:
        return
    referred = support.shares["referred"]
    people = STATE_WORDS.get(referred.state, "") if referred.n is None else f"{referred.n:,.0f}"
    yield ShownNumber("referrals_in", "", "people referred", people)
    shares = [(words, support.shares.get(name)) for name, words in REFERRED.items()]
    shares += [(words, support.needs.get((ALL, name))) for name, words in NEEDS.items()]
    for what, one in shares:
        if one is not None:
            yield ShownNumber("referrals_in", "", what, _show_share(one))
    for wait in support.waits:
        day = find_target(evidence.study, wait.event) or USUAL_DAYS[wait.event]
        point = wait.at(day)
        if point is not None and point.share is not None:
            what = f"{EVENTS[wait.event]} within {day} days, %"
            yield ShownNumber("days_to_help", wait.site, what, f"{100 * point.share:.0f}")


def _show_share(share: Share) -> str:
    if share.share is None:
        return STATE_WORDS.get(share.state, "–")
    return f"{100 * share.share:.0f}"


def _list_scores(evidence: Evidence) -> Iterator[ShownNumber]:
    ids = {site.label: site.id for site in evidence.sites}
    for row in _read(wellbeing.list_fared(evidence), "scale", "site", "change", "beyond"):
        scale, site, change, beyond = row
        yield ShownNumber("fared", ids.get(site, ""), f"{scale}: change", change)
        if beyond:
            yield ShownNumber("fared", ids.get(site, ""), f"{scale}: beyond regression", beyond)


def _list_reasons(evidence: Evidence) -> Iterator[ShownNumber]:
    table = reasons.list_reasons(evidence)
    for name, after, change, told in _read(
        table, "reason", "difference_after", "difference", "told"
    ):
        yield ShownNumber("reasons", "", f"{name}: after, against matched people", after, told)
        yield ShownNumber("reasons", "", f"{name}: change, against matched people", change)


def _list_consultation(evidence: Evidence) -> Iterator[ShownNumber]:
    table = consultation.list_consultation(evidence)
    for name, change, difference, told in _read(
        table, "measure", "change", "difference", "direction"
    ):
        yield ShownNumber("consultation", "", f"{name}: change", change)
        yield ShownNumber(
            "consultation", "", f"{name}: change, against matched people", difference, told
        )


def _read(table: ShownTable, *keys: str) -> Iterator[tuple[str, ...]]:
    """Some columns of a shown table, as text."""
    at = [[one.key for one in table.headings].index(key) for key in keys]
    for row in table.rows:
        yield tuple(show(row[place], table.headings[place]) for place in at)
