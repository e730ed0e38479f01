"""How a living synthesis came about: what came in and went out, and the result after each step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from righthelp.evidence import Evidence
from righthelp.evidence.claims import HEADLINES
from righthelp.report.cells import NBSP, Amount, Cell, Heading, Ratio, ShownTable, show_ratio
from righthelp.returns.history import Did, ReturnEntry, Standing

DID_WORDS: Mapping[Did, str] = {
    "received": "return taken in",
    "replaced": "another return in its place",
    "withdrawn": "return withdrawn and deleted",
}
THEN = (
    "Each result as it was then, by the settings and the version of righthelp of that day. A "
    "return that was withdrawn counts in the results before its withdrawal and in none after it."
)


def list_changes(evidence: Evidence) -> ShownTable:
    """Each step with its day and its reason, and the main result after it; empty without a log."""
    labels = {site.id: site.label for site in evidence.sites}
    rows = tuple(_row(one, labels) for one in evidence.history)
    return ShownTable(
        "changes",
        "How this synthesis came about",
        (
            Heading("on", "On"),
            Heading("site", "Site"),
            Heading("did", "What was done"),
            Heading("because", "Why"),
            Heading("sites", "Returns then", "number"),
            Heading("crude", "As counted", "number"),
            Heading("adjusted", "Against what was expected (95% interval)", "number"),
            Heading("verdict", "What may be said"),
        ),
        rows,
        (THEN, *_note_unlogged(evidence)) if rows else (),
    )


def _row(one: ReturnEntry, labels: Mapping[str, str]) -> tuple[Cell, ...]:
    after = one.after
    return (
        f"{one.on.day} {one.on:%B %Y}",
        labels.get(one.site, one.site),
        DID_WORDS[one.did],
        one.because,
        after.n_sites,
        Amount(after.crude, 2, "not estimable here"),
        _as_ratio(after),
        HEADLINES[after.verdict] if after.verdict else "",
    )


def _note_unlogged(evidence: Evidence) -> Iterator[str]:
    """Sites whose return in this report is not the one that the log holds last."""
    last = {one.site: "" if one.did == "withdrawn" else one.digest for one in evidence.history}
    other = [
        site.label
        for site in evidence.answered
        if site.fingerprint is not None and last.get(site.id, "") != site.fingerprint.whole
    ]
    if other:
        yield f"Not noted here as it is in this report: the return of {', '.join(other)}."


def say_standing(standing: Standing) -> str:
    """The main result on one line."""
    if standing.n_sites == 0:
        return "no return"
    n = "1 return" if standing.n_sites == 1 else f"{standing.n_sites} returns"
    crude = "not estimable" if standing.crude is None else f"{standing.crude:.2f}"
    adjusted = show_ratio(_as_ratio(standing)).replace(NBSP, " ")
    verdict = f", {HEADLINES[standing.verdict]}" if standing.verdict else ""
    return f"{n}; as counted {crude}; against what was expected {adjusted}{verdict}"


def _as_ratio(standing: Standing) -> Ratio:
    if standing.adjusted is None:
        return Ratio(None, missing="not brought together")
    low, high = (None if end is None else math.log(end) for end in (standing.low, standing.high))
    return Ratio(math.log(standing.adjusted), low, high)
