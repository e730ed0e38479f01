"""The right help, in time, in plain sentences: what was found, and never whether it is good."""

from __future__ import annotations

import math
from collections.abc import Iterator

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.support import Reach, Share
from righthelp.evidence.summary import join_words
from righthelp.protocol.study import Study
from righthelp.report.meaning.support import LEVEL_WORDS
from righthelp.returns.support import ALL, CHARACTERISTICS

USUAL_DAYS = {"first_contact": 28, "first_support": 84}
"""Days told in the sentences where the study sets no target."""
NOBODY_COULD_SAY = (
    "No site could say whether the help was right and in time: that needs records of referrals to "
    "the link worker."
)


def find_target(study: Study, event: str) -> int | None:
    """The study's target for an event in days from the referral, if it sets one."""
    settings = study.support
    contact = settings.target_days_first_contact
    return contact if event == "first_contact" else settings.target_days_first_support


def find_shares_by(evidence: Evidence, event: str) -> tuple[int, list[float]]:
    """The day told for an event, and the share (0 to 1) of each site that had had it by then."""
    day = find_target(evidence.study, event) or USUAL_DAYS[event]
    points = (one.at(day) for one in evidence.meaning.support.waits if one.event == event)
    return day, [point.share for point in points if point and point.share is not None]


def say_span(shares: list[float]) -> str:
    """Shares as "35 to 37" of every 100, or one number where they do not differ."""
    low, high = f"{100 * min(shares):.0f}", f"{100 * max(shares):.0f}"
    return low if low == high else f"{low} to {high}"


def say_support(evidence: Evidence) -> tuple[str, ...]:
    """What was found, in sentences; without a site that could say, why there is nothing."""
    parts = (_say_referred, _say_in_time, _say_needs, _say_who_could_not, _say_reach)
    if not evidence.meaning.support.sites:
        return (NOBODY_COULD_SAY, *_say_reach(evidence))
    return tuple(sentence for part in parts for sentence in part(evidence))


def say_support_briefly(evidence: Evidence) -> tuple[str, ...]:
    """The same for the summary: how soon, and whether it fitted; who is reached is told below."""
    if not evidence.meaning.support.sites:
        return (NOBODY_COULD_SAY,)
    parts = (_say_referred, _say_in_time, _say_needs, _say_who_could_not)
    return tuple(sentence for part in parts for sentence in part(evidence))


def _say_who_could_not(evidence: Evidence) -> Iterator[str]:
    could = evidence.meaning.support.sites
    silent = [one.label for one in evidence.answered if one.id not in could]
    if silent:
        yield f"{join_words(silent)} could not say: no records of referrals were supplied."


def _say_referred(evidence: Evidence) -> Iterator[str]:
    shares = evidence.meaning.support.shares
    referred = shares["referred"]
    if referred.n is None:
        return
    n_sites = referred.n_sites
    where = "one site" if n_sites == 1 else f"{n_sites} sites"
    yield (
        f"In the twelve months up to the end of the index period about {referred.n:,.0f} people "
        f"were referred to the link worker at {where}."
    )
    parts = [
        f"{words} {_out_of_100(shares[name])}"
        for name, words in (
            ("served", "a need that the scheme serves was recorded for"),
            ("returned", "the referral was returned as unsuitable for"),
        )
        if shares[name].share is not None
    ]
    if parts:
        yield f"Of every 100 of them, {join_words(parts)}."


def _say_in_time(evidence: Evidence) -> Iterator[str]:
    for event, words in (
        ("first_contact", "had had a first contact with the link worker"),
        ("first_support", "had had support begun"),
    ):
        target = find_target(evidence.study, event)
        day = target or USUAL_DAYS[event]
        waits = [one for one in evidence.meaning.support.waits if one.event == event]
        told = [
            f"{100 * point.share:.0f} at {evidence.label(one.site)}"
            for one in waits
            if (point := one.at(day)) is not None and point.share is not None
        ]
        if not told:
            continue
        aim = "the study's target" if target else "the study sets no target"
        silent = len(waits) - len(told)
        without = (
            f" ({silent} {'site' if silent == 1 else 'sites'} could not say)" if silent else ""
        )
        yield (
            f"Within {day} days of the referral ({aim}), of every 100 people referred "
            f"{join_words(told)} {words}{without}."
        )


def _say_needs(evidence: Evidence) -> Iterator[str]:
    needs = evidence.meaning.support.needs
    parts = [
        f"{words} {_out_of_100(share)}"
        for name, words in (
            ("fitting_offered", "support that fits was offered for"),
            ("fitting_started", "it was begun for"),
            ("met", "the need was recorded as met for"),
        )
        if (share := needs.get((ALL, name))) is not None and share.share is not None
    ]
    if parts:
        yield f"Of every 100 needs of people whom the link worker saw, {join_words(parts)}."


def _say_reach(evidence: Evidence) -> Iterator[str]:
    reach = evidence.meaning.support.reach
    if not any(one.log_ratio is not None for one in reach):
        return
    fewer = [_name_level(one) for one in reach if one.high is not None and one.high < 0]
    more = [_name_level(one) for one in reach if one.low is not None and one.low > 0]
    if fewer:
        yield f"Seen less than their share of the registered people: {join_words(fewer)}."
    if more:
        yield f"Seen more than their share of the registered people: {join_words(more)}."
    if not fewer and not more:
        yield (
            "In no group that is shown did the number of people seen differ from its share of the "
            "registered people by more than chance and rounding can explain."
        )
    yield (
        "How much need there was in each group is not recorded, so this does not say whom the link "
        "worker should have seen."
    )


def _name_level(one: Reach) -> str:
    level = LEVEL_WORDS.get((one.characteristic, one.level), one.level)
    assert one.log_ratio is not None
    name = _CALLED.get(one.characteristic, CHARACTERISTICS[one.characteristic].lower())
    return f"{name} {level} ({math.exp(one.log_ratio):.2f} times)"


_CALLED = {"deprivation": "deprivation fifth"}


def _out_of_100(share: Share) -> str:
    assert share.share is not None
    return f"{100 * share.share:.0f}"
