"""What changed between two reports, in plain lines: why first, then what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from righthelp.evidence.summary import join_words
from righthelp.report.cells import NBSP
from righthelp.report.differences import Changed, Changes

NOTHING = "Nothing changed: the two reports were made from the same and say the same."
NOTHING_SHOWN = "Nothing that the report says has changed."
NO_CAUSE = "Nothing that the two records hold is different."
SEVERAL = (
    "{n} things changed at once. Two reports alone cannot tell apart which of them changed what: "
    "make a report with one of them at a time to see."
)
ONE = "All of it comes of one thing: {words}"
UNSURE = "Whether {names} counted the same files as before is not known."
ASTRAY = (
    "Nothing that changed between the two accounts for this: {names}. If both were made by the "
    "same installed version of righthelp, it is a bug of ours; please report it with both records."
)


def attribute(changes: Changes) -> str:
    """What the changes come of, in a sentence; empty where nothing that is said changed."""
    if not changes.has_results or changes.astray:
        return ""
    suspects = changes.suspects
    if len(suspects) > 1:
        return SEVERAL.format(n=len(suspects))
    unsure = UNSURE.format(names=join_words(changes.unsure, last="or")) if changes.unsure else ""
    return f"{ONE.format(words=suspects[0].words)} {unsure}".rstrip()


def say_changes(changes: Changes) -> tuple[str, ...]:
    """The changes between two reports, line by line; nothing in it can steer a terminal."""
    return tuple(_tidy(line) for line in _say(changes))


def dump_changes(changes: Changes) -> dict[str, Any]:
    """The same for a machine: the fields of `Changes`, and the attribution."""
    return {**asdict(changes), "attribution": attribute(changes)}


def _say(changes: Changes) -> Iterator[str]:
    if changes.is_empty:
        yield NOTHING
        return
    yield "Why"
    yield from (f"  {one.words}" for one in changes.causes)
    if changes.counted_again:
        yield f"  So these sites were counted again: {', '.join(changes.counted_again)}."
    if not changes.causes and not changes.counted_again:
        yield f"  {NO_CAUSE}"
    yield "What"
    if not changes.has_results:
        yield f"  {NOTHING_SHOWN}"
        return
    if changes.verdicts:
        yield "  What may be said"
        yield from (_say_one(one, quoted=True) for one in changes.verdicts)
    if changes.numbers:
        yield "  Numbers"
        yield from (_say_one(one, quoted=False) for one in changes.numbers)
    if changes.tables:
        others = "Other tables" if changes.numbers or changes.verdicts else "Tables"
        yield f"  {others}"
        yield from (f"    {one.caption} ({one.name})" for one in changes.tables)
    if changes.astray:
        yield ASTRAY.format(names="; ".join(changes.astray))
    yield from filter(None, (attribute(changes),))


def _say_one(one: Changed, *, quoted: bool) -> str:
    was, now = ((f"“{text}”" if quoted and text else text) for text in (one.was, one.now))
    if not was:
        told = f"{now}, was not there"
    elif not now:
        told = f"no longer there, was {was}"
    else:
        told = f"{now}, was {was}"
    return f"    {one.where}, {one.what}: {told}"


def _tidy(line: str) -> str:
    """The line with blanks for whatever is not to be seen, such as control characters."""
    return "".join(mark if mark.isprintable() or mark == NBSP else " " for mark in line)
