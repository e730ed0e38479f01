"""How people fared: who was asked, how scores moved, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count
from righthelp.evidence.meaning.wellbeing import QuadrantEvidence, ScaleEvidence, ScaleSite
from righthelp.evidence.summary import begin_low
from righthelp.report.cells import (
    STATE_WORDS,
    Cell,
    Difference,
    Heading,
    ShownTable,
    show_difference,
    show_number,
)
from righthelp.report.meaning.wellbeing_words import (
    CORNER_SIDES,
    explain_corner,
    find_declared,
    name_scale,
)
from righthelp.returns.wellbeing import ENDS, MOVES

NOTHING = Count(None, "not_collected")
TOGETHER = "Sites together"
NO_SCORES = (
    "No site sent scores that people gave of themselves, so nothing can be said of how they fared."
)
NO_COMPARISON = (
    "Nobody who had not seen a link worker was asked. A change beyond regression to the mean is "
    "therefore no proof that the link worker brought it about."
)


def list_fared(evidence: Evidence) -> ShownTable:
    """Every scale at every site: who has which score, and the mean change."""
    scales = evidence.meaning.wellbeing.scales
    rows = tuple(row for one in scales for row in _list_changes(evidence, one))
    told = {site.site for one in scales for site in one.sites}
    silent = [site.label for site in evidence.answered if site.id not in told]
    notes: tuple[str, ...] = (
        "People new to the link worker. A change is the last score less the first.",
        (
            "“Anyway” is what regression to the mean of the population alone would give; the study "
            "has to give that mean. It stays empty where it has not, or where the change is "
            "withheld."
        ),
    )
    if silent:
        notes += (f"No scores came from {', '.join(silent)}.",)
    return ShownTable(
        "fared",
        "Scores that people gave of themselves, first and last",
        (
            Heading("scale", "Score"),
            Heading("site", "Site"),
            Heading("both", "First and last score", "number"),
            Heading("first_only", "First score only", "number"),
            Heading("neither", "No score", "number"),
            Heading("mean_first", "Mean first score", "number", 1),
            Heading("change", "Change (95% interval)", "number", 2),
            Heading("expected", "Anyway", "number", 2),
            Heading("beyond", "Beyond that (95% interval)", "number", 2),
        ),
        rows,
        notes if rows else (),
    )


def _list_changes(evidence: Evidence, one: ScaleEvidence) -> Iterator[tuple[Cell, ...]]:
    parts = ("both", "first_only", "neither")
    for site in one.sites:
        missing = STATE_WORDS["suppressed"] if site.state == "suppressed" else site.reason
        yield (
            name_scale(one.scale),
            evidence.label(site.site),
            *(_count(site.counts, part) for part in parts),
            Count(None, site.state) if site.mean_first is None else site.mean_first,
            Difference(site.change, site.low, site.high, missing),
            site.expected_change,
            ""
            if site.beyond is None
            else Difference(site.beyond, site.beyond_low, site.beyond_high),
        )
    if len(one.sites) > 1:
        change, beyond = one.change, one.beyond
        yield (
            name_scale(one.scale),
            TOGETHER,
            *(_count(one.counts, part) for part in parts),
            "",
            Difference(change.log_rr, change.ci_low, change.ci_high),
            "",
            ""
            if beyond.log_rr is None
            else Difference(beyond.log_rr, beyond.ci_low, beyond.ci_high),
        )


def _count(counts: Mapping[tuple[str, str], Count], part: str, *, number: str = "counted") -> Count:
    return counts.get((part, number), NOTHING)


def list_fared_moved(evidence: Evidence) -> ShownTable:
    """Who moved by the least difference that matters, and how many chance alone would move."""
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.meaning.wellbeing.scales:
        for label, counts in _list_people(evidence, one):
            if ("improved", "counted") not in counts:
                continue
            if all(_count(counts, part).state == "not_collected" for part in MOVES):
                continue
            told = [_count(counts, part) for part in MOVES]
            by_chance = [_count(counts, part, number="by_chance") for part in MOVES]
            gone = Count(None, "not_estimable")
            chance = [gone if count.state == "not_collected" else count for count in by_chance]
            rows.append((name_scale(one.scale), label, *told, chance[0], chance[2]))
    notes = (
        (
            "By chance: had nobody's true score changed, from the scatter of the scores and, where "
            "the mean of the population is known, regression to it. Differences in how people "
            "truly changed count as scatter, so that too many are expected rather than too few."
        ),
    )
    return ShownTable(
        "fared_moved",
        "People whose score moved by the least difference that matters",
        (
            Heading("scale", "Score"),
            Heading("site", "Site"),
            Heading("improved", "Better", "number"),
            Heading("same", "In between", "number"),
            Heading("worsened", "Worse", "number"),
            Heading("improved_chance", "Better by chance", "number"),
            Heading("worsened_chance", "Worse by chance", "number"),
        ),
        tuple(rows),
        notes if rows else (),
    )


def _list_people(
    evidence: Evidence, one: ScaleEvidence
) -> Iterator[tuple[str, Mapping[tuple[str, str], Count]]]:
    for site in one.sites:
        yield evidence.label(site.site), site.counts
    if len(one.sites) > 1:
        yield TOGETHER, one.counts


def list_fared_ends(evidence: Evidence) -> ShownTable:
    """Who stood at an end of the scale, and how far the mean change could move with the lost."""
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.meaning.wellbeing.scales:
        for site in one.sites:
            ends = (_count(site.counts, part) for part in ENDS)
            label = evidence.label(site.site)
            rows.append((name_scale(one.scale), label, *ends, *_bounds(site)))
    notes = (
        (
            "Somebody at an end of the scale can only move one way. The last two columns put "
            "everybody without a last score at the low and at the high end of the scale; they "
            "leave the site where nobody or at least 50 people lack one."
        ),
    )
    return ShownTable(
        "fared_ends",
        "Ends of the scales, and what the missing last scores could hide",
        (
            Heading("scale", "Score"),
            Heading("site", "Site"),
            Heading("lowest_first", "Lowest score, first", "number"),
            Heading("highest_first", "Highest score, first", "number"),
            Heading("lowest_last", "Lowest score, last", "number"),
            Heading("highest_last", "Highest score, last", "number"),
            Heading("bound_low", "Mean change at the least", "number", 1),
            Heading("bound_high", "Mean change at the most", "number", 1),
        ),
        tuple(rows),
        notes if rows else (),
    )


def _bounds(site: ScaleSite) -> tuple[Cell, Cell]:
    held = Count(None, "suppressed" if site.state == "rounded" else site.state)
    if site.bound_low is None or site.bound_high is None:
        return held, held
    return site.bound_low, site.bound_high


def list_fared_bands(evidence: Evidence) -> ShownTable:
    """People by the study's own bands of a score, first and last."""
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.meaning.wellbeing.scales:
        bands = evidence.study.outcomes.list_bands(find_declared(one.scale)[0])
        for number in sorted({band for _, band in one.bands}):
            counts = (one.bands.get((score, number), NOTHING) for score in ("first", "last"))
            rows.append((name_scale(one.scale), bands[number - 1].name, *counts))
    return ShownTable(
        "fared_bands",
        "People by the study's bands of a score, sites together",
        (
            Heading("scale", "Score"),
            Heading("band", "Band"),
            Heading("first", "First score", "number"),
            Heading("last", "Last score", "number"),
        ),
        tuple(rows),
    )


def list_instruments_used(evidence: Evidence) -> ShownTable:
    """What each score measures, what change of it matters, and who may use it."""
    rows: list[tuple[Cell, ...]] = []
    for one in evidence.meaning.wellbeing.scales:
        scale, instrument = find_declared(one.scale)
        change = evidence.study.outcomes.find_minimal_change(scale)
        own = scale.name in evidence.study.outcomes.minimal_change
        source = "Set by the study." if own else scale.minimal_change_source
        rows.append(
            (
                name_scale(one.scale),
                instrument.measures,
                f"{scale.lowest:g} to {scale.highest:g}",
                "higher" if scale.direction == "higher_is_better" else "lower",
                "none agreed or set" if change is None else f"{change:g}. {source}",
                instrument.licence,
            )
        )
    return ShownTable(
        "instruments",
        "The scores, and who may use them",
        (
            Heading("scale", "Score"),
            Heading("measures", "What it measures"),
            Heading("range", "Range"),
            Heading("better", "Better is"),
            Heading("change", "Least difference that matters"),
            Heading("licence", "Licence"),
        ),
        tuple(rows),
    )


def say_wellbeing(evidence: Evidence) -> tuple[str, ...]:
    """What the scores show, in sentences; one sentence where no site sent any."""
    found = evidence.meaning.wellbeing
    if not found.scales:
        return (NO_SCORES,)
    return (*(_say_scale(one) for one in found.scales), NO_COMPARISON)


def say_wellbeing_briefly(evidence: Evidence) -> tuple[str, ...]:
    """The same for the summary: one scale of wellbeing and one of activation, where they came."""
    found = evidence.meaning.wellbeing
    chosen = {table.scale for table in found.together}
    told = [_say_scale(one) for one in found.scales if one.scale in chosen]
    return (*told, NO_COMPARISON) if told else say_wellbeing(evidence)


def _say_scale(one: ScaleEvidence) -> str:
    name = name_scale(one.scale)
    both, lost = (_count(one.counts, part) for part in ("both", "first_only"))
    asked = f"{name}: {_people(both)} with a first and a last score, {_people(lost)} with a first"
    asked += " one only."
    change = one.change
    if change.log_rr is None:
        reason = next((site.reason for site in one.sites if site.reason), change.reason)
        return f"{asked} No change can be given: {reason}."
    moved = show_difference(Difference(change.log_rr, change.ci_low, change.ci_high), decimals=2)
    lower = find_declared(one.scale)[0].direction == "higher_is_worse"
    side = ", and a lower score is better" if lower else ""
    return f"{asked} The mean changed by {moved}{side}. {_say_beyond(one)}"


def _people(count: Count) -> str:
    if count.value is None:
        return f"people ({STATE_WORDS[count.state]})"
    sites = f"{count.n_withheld} site{'s' if count.n_withheld > 1 else ''}"
    gone = f" (withheld at {sites})" if count.n_withheld else ""
    return f"{show_number(count.value)} people{gone}"


def _say_beyond(one: ScaleEvidence) -> str:
    beyond = one.beyond
    if one.verdict == "not_known" or beyond.log_rr is None:
        return (
            "How much of this would have come anyway, as people are referred at a bad time, cannot "
            "be told without the mean of the population."
        )
    rest = show_difference(Difference(beyond.log_rr, beyond.ci_low, beyond.ci_high), decimals=2)
    if one.verdict == "unclear":
        return (
            f"Less what regression to the mean alone would give this is {rest}: the scores cannot "
            "tell a change from what would have come anyway."
        )
    return (
        f"Less what regression to the mean alone would give this is {rest}: regression to the mean "
        "does not account for it."
    )


def say_quadrants(evidence: Evidence) -> tuple[str, ...]:
    """What each corner means, and how many people stand in it; what could not be said."""
    said = []
    for table in evidence.meaning.wellbeing.together:
        name = name_scale(table.scale)
        if not table.is_told:
            why = table.reason or "too few people for a number to leave any site"
            said.append(f"{name}: no quadrants, {_lower(why)}.")
            continue
        said += [f"{name}: {_say_corner(table, corner)}" for corner in CORNER_SIDES]
    return tuple(said)


def _say_corner(table: QuadrantEvidence, corner: str) -> str:
    contacts, side = CORNER_SIDES[corner]
    key = contacts.split()[0], ("better", "worse")[side]
    words = explain_corner(corner, table.kind)
    counted, expected = table.cells[key], table.expected.get(key, NOTHING)
    number = "how many is withheld" if counted.value is None else _people(counted)
    anyway = "" if expected.value is None else f", {show_number(expected.value)} expected by chance"
    return f"{words} ({corner}; {number}{anyway})."


def _lower(text: str) -> str:
    return begin_low(text).rstrip(".")
