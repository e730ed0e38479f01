"""How it might work: each row of the theory beside what was seen, in words for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.theory import Found, Judged, RowEvidence, Status, Verdict
from righthelp.evidence.summary import begin_high, begin_low, join_words
from righthelp.protocol.indicators import INDICATORS, Expected
from righthelp.protocol.theory import TheoryRow
from righthelp.report.blocks import Block, Grid, Prose, Sign, Signs, Terms
from righthelp.report.cells import Cell, Heading, ShownTable

VERDICTS: Mapping[Verdict, str] = {
    "consistent": "consistent",
    "not_distinguishable": "not distinguishable",
    "contradicted": "contradicted",
    "not_looked_at": "cannot be looked at here",
}
SHORT: Mapping[Verdict, str] = {**VERDICTS, "not_looked_at": "not looked at"}
VERDICT_RULES: Mapping[Verdict, str] = {
    "consistent": "All of its indicators that were supplied are as expected, at least one besides "
    "the direction of contacts, and no rival statement fits as well. It is not shown to be true.",
    "not_distinguishable": "A rival fits as well, something is unclear, or only the direction of "
    "contacts is known.",
    "contradicted": "An indicator is clearly the other way among the people counted. Of some of "
    "them the statement may hold all the same.",
    "not_looked_at": "Its indicators were not supplied, or those it is about are not there.",
}
EXPECTED_WORDS: Mapping[Expected, str] = {
    "up": "higher",
    "down": "lower",
    "same": "about the same",
    "present": "present",
    "absent": "absent",
}
GP_USE: Mapping[str, str] = {
    "down": "fewer contacts",
    "up": "more contacts",
    "same": "about as many contacts",
    "any": "fewer or more contacts",
}
STATUSES: Mapping[Status, tuple[str, str]] = {
    "seen": ("●", "as expected"),
    "unclear": ("◐", "unclear"),
    "not_seen": ("○", "not as expected"),
    "other_way": ("◇", "the other way"),
    "not_supplied": ("–", "not supplied"),
}
"""A sign that can be told apart in grey, and its words, which always stand beside it."""
OVER_SITES = "Sites together"


def compose_theory(evidence: Evidence) -> Iterator[Block]:
    """Every statement of the theory beside what was seen; a sentence where nothing was."""
    told = evidence.theory
    if not told.is_looked_at:
        yield Prose("No site supplied anything that a statement of the theory could be set beside.")
        return
    yield Prose(
        "Fewer contacts, or more, can come about in many ways. Each statement below says in whom "
        "something is thought to happen, what, and what would then be seen. Beside it stands what "
        "was seen. The direction of contacts alone never identifies a statement: many of them "
        "share it."
    )
    yield Prose(
        f"{_say_all(told.rows)} Many things are looked at here, so that one or the other will be "
        "as expected by chance."
    )
    yield Signs(tuple(Sign(glyph, words, "", "") for glyph, words in STATUSES.values()))
    yield Prose(
        "Figures in brackets are 95% intervals; those of shares hold what rounding and withholding "
        "leave open too.",
        "note",
    )
    yield Grid(
        "theory",
        told.theory.title,
        ("Statement", "What is supposed", "Expected, and seen", "What can be said"),
        tuple(_show_row(one) for one in told.rows),
    )
    yield Terms(
        tuple((begin_high(VERDICTS[name]), (rule,)) for name, rule in VERDICT_RULES.items())
    )


def list_theory_tables(evidence: Evidence) -> tuple[ShownTable, ...]:
    """The tables of the theory: rows, every indicator, verdicts by site, and notes."""
    return (
        _list_rows(evidence),
        _list_indicators(evidence),
        _list_sites(evidence),
        _list_notes(evidence),
    )


def say_gp_use(row: TheoryRow) -> str:
    """What a row means for how often people see a GP."""
    return GP_USE[row.gp_use] + (f", {row.when}" if row.when else "")


def _list_rows(evidence: Evidence) -> ShownTable:
    rows: list[tuple[Cell, ...]] = [
        (
            one.row.title,
            one.row.context,
            one.row.mechanism,
            one.row.outcome,
            say_gp_use(one.row),
            VERDICTS[one.together.verdict],
            one.together.reason,
        )
        for one in evidence.theory.rows
    ]
    return ShownTable(
        "theory",
        "What was expected, and what can be said of it",
        (
            Heading("statement", "Statement"),
            Heading("context", "Context"),
            Heading("mechanism", "Mechanism"),
            Heading("outcome", "Outcome"),
            Heading("gp_use", "GP use"),
            Heading("verdict", "What can be said"),
            Heading("reason", "Why"),
        ),
        tuple(rows),
    )


def _list_indicators(evidence: Evidence) -> ShownTable:
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.theory.rows:
        places = {OVER_SITES: one.together}
        places |= {evidence.label(site): judged for site, judged in one.sites.items()}
        rows += [
            (
                place,
                one.row.title,
                part,
                INDICATORS[found.indicator].words,
                EXPECTED_WORDS[found.expected],
                STATUSES[found.status][1],
                found.seen.words,
            )
            for place, judged in places.items()
            for part, found in _list_found(judged)
        ]
    return ShownTable(
        "theory_indicators",
        "Every indicator of every statement: expected and seen",
        (
            Heading("site", "Site"),
            Heading("statement", "Statement"),
            Heading("part", "Part"),
            Heading("indicator", "Indicator"),
            Heading("expected", "Expected"),
            Heading("seen", "Seen"),
            Heading("figures", "Figures"),
        ),
        tuple(rows),
    )


def _list_sites(evidence: Evidence) -> ShownTable:
    """Verdicts by context and site; statements that no site could look at are named below."""
    told = evidence.theory
    shown = [
        one
        for one in told.rows
        if any(judged.verdict != "not_looked_at" for judged in one.sites.values())
    ]
    unseen = [one.row.title for one in told.rows if one not in shown]
    rows: list[tuple[Cell, ...]] = [
        (
            one.row.context,
            one.row.title,
            *(SHORT[one.sites[site].verdict] for site in told.sites),
        )
        for one in shown
    ]
    notes = ["Each site is judged by what it supplied itself, in the order of the study."]
    if unseen:
        notes.append(f"No site could look at: {'; '.join(unseen)}.")
    return ShownTable(
        "theory_sites",
        "What can be said at each site, by context",
        (
            Heading("context", "Context"),
            Heading("statement", "Statement"),
            *(Heading(site, evidence.label(site)) for site in told.sites),
        ),
        tuple(rows),
        tuple(notes),
    )


def _list_notes(evidence: Evidence) -> ShownTable:
    theory = evidence.theory.theory
    rows: list[tuple[Cell, ...]] = [
        (row.title, note.text, note.source, note.added_by, note.on.isoformat())
        for row in theory.row
        for note in theory.notes_on(row.id)
    ]
    return ShownTable(
        "theory_notes",
        "Notes of the study team; not from the data",
        (
            Heading("statement", "Statement"),
            Heading("text", "Note"),
            Heading("source", "Source"),
            Heading("added_by", "Added by"),
            Heading("on", "On"),
        ),
        tuple(rows),
        ("These are the team's own words. They change no verdict.",) if rows else (),
    )


def _show_row(one: RowEvidence) -> tuple[tuple[Prose | Terms | Signs, ...], ...]:
    judged, row = one.together, one.row
    found = _list_found(judged)
    looked_at = [pair for pair in found if pair[1].status != "not_supplied"]
    missing = [INDICATORS[it.indicator].words for _, it in found if it.status == "not_supplied"]
    supposed = (
        ("Context", (row.context,)),
        ("Mechanism", (row.mechanism,)),
        ("Outcome", (row.outcome,)),
        ("GP use", (say_gp_use(row),)),
    )
    sites = _say_sites(one)
    return (
        (Prose(row.title),),
        (Terms(supposed, "inline"),),
        (
            *([Signs(tuple(_show_sign(*pair) for pair in looked_at))] if looked_at else []),
            *([Prose(f"Not supplied: {'; '.join(missing)}.", "note")] if missing else []),
        ),
        (
            Terms(((begin_high(VERDICTS[judged.verdict]), (judged.reason,)),), "inline"),
            *([Prose(sites, "note")] if sites else []),
        ),
    )


def _list_found(judged: Judged) -> list[tuple[str, Found]]:
    context = [("context", judged.context)] if judged.context else []
    return [*context, *(("indicator", found) for found in judged.found)]


def _show_sign(part: str, found: Found) -> Sign:
    glyph, status = STATUSES[found.status]
    words = INDICATORS[found.indicator].words
    if part == "context":
        words = f"Context: {begin_low(words)}"
    rest = f", {found.seen.words}." if found.seen.words else "."
    return Sign(glyph, f"{words}. Expected: {EXPECTED_WORDS[found.expected]}; seen: ", status, rest)


def _say_sites(one: RowEvidence) -> str:
    """How many sites have which verdict; empty with one site, which is the whole."""
    if len(one.sites) < 2:
        return ""
    counted = Counter(judged.verdict for judged in one.sites.values())
    parts = [f"{SHORT[name]}: {counted[name]}" for name in VERDICTS if counted[name]]
    return f"Of {len(one.sites)} sites, {'; '.join(parts)}."


def _say_all(rows: Sequence[RowEvidence]) -> str:
    counted = Counter(one.together.verdict for one in rows)
    parts = [
        f"{counted[name] or 'none'} {'is' if counted[name] <= 1 else 'are'} {words}"
        for name, words in VERDICTS.items()
        if name != "not_looked_at"
    ]
    n = counted["not_looked_at"]
    last = f" {n} cannot be looked at with what was supplied." if n else ""
    total = "Of one statement" if len(rows) == 1 else f"Of {len(rows)} statements"
    return f"{total}, {join_words(parts)}.{last}"
