"""What was seen of a theory: each row beside the indicators that would show it, and a verdict.

Pure functions of a theory and of what was seen. The direction of GP contacts alone never makes a
row consistent; a rival can only weaken it; what was not supplied counts neither for nor against.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from righthelp.evidence.meaning.seen import NOT_SUPPLIED, Direction, Seen
from righthelp.protocol.indicators import GP_CONTACTS, INDICATORS, Expected
from righthelp.protocol.theory import Theory, TheoryRow

Status = Literal["seen", "not_seen", "other_way", "unclear", "not_supplied"]
Verdict = Literal["consistent", "not_distinguishable", "contradicted", "not_looked_at"]

ONLY_DIRECTION = (
    "Of its indicators only the direction of contacts was supplied, and that alone never "
    "identifies a statement."
)
OPPOSITES: Mapping[str, tuple[Direction, ...]] = {
    "up": ("down",),
    "down": ("up",),
    "same": ("up", "down"),
    "present": ("absent",),
    "absent": ("present",),
}
"""What is clearly the other way from what was expected."""


@dataclass(frozen=True)
class Found:
    """One expected indicator beside what was seen of it.

    not_seen: clearly something else, though not the other way (about the same, not up).
    """

    indicator: str
    expected: Expected
    seen: Seen
    status: Status


@dataclass(frozen=True)
class Judged:
    """One row at one site, or over the sites.

    context: what its context needs, None where it needs nothing. rivals: titles of rows that what
    was supplied fits as well. open_rivals: those that could not be looked at, and so are not ruled
    out. reason: why this verdict, in a sentence or more.
    """

    verdict: Verdict
    found: tuple[Found, ...]
    context: Found | None
    rivals: tuple[str, ...]
    open_rivals: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class RowEvidence:
    """A row of the theory, judged over the sites and at each of them."""

    row: TheoryRow
    together: Judged
    sites: Mapping[str, Judged]


@dataclass(frozen=True)
class TheoryEvidence:
    """The theory, its rows in their order, and the sites that could be looked at."""

    theory: Theory
    rows: tuple[RowEvidence, ...]
    sites: tuple[str, ...]

    @property
    def is_looked_at(self) -> bool:
        """Whether any indicator of any row was supplied by any site."""
        return any(
            one.status != "not_supplied"
            for row in self.rows
            for judged in (row.together, *row.sites.values())
            for one in judged.found
        )


def judge_theory(
    theory: Theory,
    *,
    sites: Mapping[str, Mapping[str, Seen]],
    together: Mapping[str, Seen],
) -> TheoryEvidence:
    """Judge every row at every site and over the sites; an indicator left out was not supplied."""
    return TheoryEvidence(
        theory=theory,
        rows=tuple(
            RowEvidence(
                row=row,
                together=judge_row(row, theory=theory, seen=together),
                sites={
                    site: judge_row(row, theory=theory, seen=own) for site, own in sites.items()
                },
            )
            for row in theory.row
        ),
        sites=tuple(sites),
    )


def judge_row(row: TheoryRow, *, theory: Theory, seen: Mapping[str, Seen]) -> Judged:
    """Judge one row by what was seen at one place, by the first rule that fits.

    not_looked_at: its context is absent, or nothing was supplied. contradicted: an indicator is
    clearly the other way. not_distinguishable: only the direction of GP contacts was supplied, or
    something is unclear or not seen, or a rival fits as well. consistent: all that was supplied is
    as expected. A rival fits where it would be consistent had it no rivals itself.
    """
    found, context = _look(row, seen), _look_at_context(row, seen)
    rivals = theory.rivals_of(row.id)
    fitting = tuple(one.title for one in rivals if _settle(one, seen)[0] == "consistent")
    verdict, reason = _settle(row, seen)
    open_rivals: tuple[str, ...] = ()
    if verdict == "consistent" and fitting:
        verdict = "not_distinguishable"
        reason = f"All that was supplied is as expected here, and also for: {_quote(fitting)}."
    elif verdict == "consistent":
        open_rivals = tuple(one.title for one in rivals if not _is_looked_at(one, seen))
        if open_rivals:
            reason += f" Not looked at, and so not ruled out: {_quote(open_rivals)}."
    return Judged(verdict, found, context, fitting, open_rivals, reason)


def _settle(row: TheoryRow, seen: Mapping[str, Seen]) -> tuple[Verdict, str]:
    """The verdict and its reason had the row no rivals."""
    context = _look_at_context(row, seen)
    supplied = [one for one in _look(row, seen) if one.status != "not_supplied"]
    status = {
        name: [one for one in supplied if one.status == name]
        for name in ("other_way", "not_seen", "unclear")
    }
    if context and context.status == "other_way":
        return "not_looked_at", f"Its context is not there: {_name([context])}."
    if not supplied:
        return "not_looked_at", "Nothing that would show it was supplied."
    if status["other_way"]:
        return "contradicted", f"Clearly the other way: {_name(status['other_way'])}."
    if all(one.indicator == GP_CONTACTS for one in supplied):
        return "not_distinguishable", ONLY_DIRECTION
    reasons = []
    if status["not_seen"]:
        reasons.append(f"Clearly not as expected: {_name(status['not_seen'])}.")
    if status["unclear"]:
        reasons.append(f"Unclear: {_name(status['unclear'])}.")
    if context and context.status == "unclear":
        reasons.append(f"Whether its context is there is unclear: {_name([context])}.")
    if reasons:
        return "not_distinguishable", " ".join(reasons)
    return "consistent", "All that was supplied is as expected."


def _is_looked_at(row: TheoryRow, seen: Mapping[str, Seen]) -> bool:
    """Whether anything beyond the direction of GP contacts was supplied, or rules the row out."""
    return _settle(row, seen)[0] == "contradicted" or any(
        one.status != "not_supplied" and one.indicator != GP_CONTACTS for one in _look(row, seen)
    )


def _look(row: TheoryRow, seen: Mapping[str, Seen]) -> tuple[Found, ...]:
    return tuple(
        _compare(name, expected, seen.get(name, NOT_SUPPLIED))
        for name, expected in row.indicators.items()
    )


def _look_at_context(row: TheoryRow, seen: Mapping[str, Seen]) -> Found | None:
    if row.needs is None:
        return None
    return _compare(row.needs, "present", seen.get(row.needs, NOT_SUPPLIED))


def _compare(name: str, expected: Expected, seen: Seen) -> Found:
    status: Status = "not_seen"
    if seen.direction in ("unclear", "not_supplied"):
        status = seen.direction
    elif seen.direction == expected:
        status = "seen"
    elif seen.direction in OPPOSITES[expected]:
        status = "other_way"
    return Found(name, expected, seen, status)


def _name(found: Sequence[Found]) -> str:
    return "; ".join(_lower(INDICATORS[one.indicator].words) for one in found)


def _quote(titles: Iterable[str]) -> str:
    return "; ".join(f"“{title}”" for title in titles)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
