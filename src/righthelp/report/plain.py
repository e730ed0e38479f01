"""The summary on one page, in words that a twelve-year-old can read.

Short sentences, one thing in each: what was asked, what was found, how sure it is, what it does not
say. Only a comparison that has earned it says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from righthelp.evidence import Evidence
from righthelp.evidence.claims import Claim, Precision, says_why
from righthelp.evidence.designs import Verdict
from righthelp.evidence.meaning.wellbeing import ScaleEvidence
from righthelp.evidence.summary import begin_high, count_sites, join_words, spell
from righthelp.report.cells import show_number
from righthelp.report.meaning.reasons import name_reason
from righthelp.report.meaning.support_words import find_shares_by, say_span
from righthelp.report.meaning.wellbeing_words import find_declared, name_scale
from righthelp.returns.support import ALL

SO: Mapping[Verdict, str] = {
    "fewer": "So there were fewer than we would expect.",
    "more": "So there were more than we would expect.",
    "as_expected": "So there were about as many as we would expect.",
    "cannot_tell": "We cannot tell if that is really fewer or more.",
    "not_estimable": "",
}
BESIDE_OTHERS: Mapping[Verdict, str] = {
    "fewer": "People like them who had not seen a link worker had more. Why is still open.",
    "more": "People like them who had not seen a link worker had fewer. Why is still open.",
    "as_expected": "People like them who had not seen a link worker had about as many.",
    "cannot_tell": "People like them who had not seen a link worker may have had more, or fewer.",
    "not_estimable": "",
}
OF_WHAT: Mapping[str, str] = {
    "wellbeing": "of how they feel",
    "activation": "of how well they can look after themselves",
}
SURE: Mapping[Precision, str] = {
    "narrow": "That is a small range.",
    "middling": "That is a fairly wide range.",
    "wide": "That is a wide range, so much is still open.",
    "none": "We do not know how far off it may be.",
}


def say_asked(evidence: Evidence) -> tuple[str, ...]:
    """What was asked, and of whom."""
    windows, outcome = evidence.study.windows, evidence.study.study.outcome
    first = " for the first time" if evidence.who == "new" else ""
    asked, answered = len(evidence.sites), len(evidence.answered)
    who = begin_high(spell(answered)) if answered else "No site"
    if answered == asked:
        who = "It" if asked == 1 else "All of them"
    reply = f"We asked {count_sites(asked)}. {who} answered."
    seen = f"People saw a link worker{first}. How often did they see their GP before, and after?"
    counted = (
        f"We counted their {outcome} in the {spell(windows.before_months)} months before and the "
        f"{spell(windows.after_months)} months after."
    )
    return seen, counted, reply


def say_support(evidence: Evidence) -> tuple[str, ...]:
    """Whether people got help, and how soon."""
    return tuple(_support(evidence)) or ("No site could tell us if help came in time.",)


def _support(evidence: Evidence) -> Iterator[str]:
    for event, words in (
        ("first_contact", "had met the link worker"),
        ("first_support", "had some support"),
    ):
        day, shares = find_shares_by(evidence, event)
        if shares:
            yield f"Of every 100 people referred, {say_span(shares)} {words} by day {day}."
    met = evidence.meaning.support.needs.get((ALL, "met"))
    if met is not None and met.share is not None:
        yield f"Of every 100 needs, {100 * met.share:.0f} were noted as met."


def say_wellbeing(evidence: Evidence) -> tuple[str, ...]:
    """How people who gave a score twice fared."""
    found = evidence.meaning.wellbeing
    chosen = {table.scale: table.kind for table in found.together}
    told = [
        one
        for one in found.scales
        if one.change.log_rr is not None and (one.scale in chosen or not chosen)
    ]
    if not told:
        return ("No site could tell us how people felt before and after.",)
    return tuple(sentence for one in told[:2] for sentence in _say_scale(one, chosen))


def _say_scale(one: ScaleEvidence, kinds: Mapping[str, str]) -> Iterator[str]:
    assert one.change.log_rr is not None
    both = one.counts["both", "counted"].value
    people = "Some people" if both is None else f"About {both:,.0f} people"
    moved = show_number(abs(one.change.log_rr), decimals=1)
    way = "up" if one.change.log_rr > 0 else "down"
    better = find_declared(one.scale)[0].direction == "higher_is_worse"
    side = " Here, less is better." if better else ""
    what = OF_WHAT.get(kinds.get(one.scale, ""), "of themselves")
    yield (
        f"{people} gave a score {what} twice ({name_scale(one.scale)}). It went {way} by {moved} "
        f"points.{side}"
    )
    if one.verdict == "unclear":
        yield "Some of that comes by itself. We cannot tell if there was more to it."
    elif one.verdict == "not_known":
        yield "We cannot tell how much of that comes by itself."
    else:
        yield "That is not the change that comes by itself."


def say_contacts(evidence: Evidence, *, crude: Claim, adjusted: Claim) -> tuple[str, ...]:
    """What became of contacts. crude, adjusted: the two claims that are shown first."""
    return tuple(_contacts(evidence, crude, adjusted=adjusted))


def _contacts(evidence: Evidence, crude: Claim, *, adjusted: Claim) -> Iterator[str]:
    outcome = evidence.study.study.outcome
    if crude.k:
        yield f"After, there were {crude.k} {outcome} for every 100 before."
    yield "But people see a link worker when times are hard. Later they go less often anyway."
    if adjusted.k:
        yield (
            "So we looked at what would come anyway. For every 100 we would expect, there were "
            f"{adjusted.k}."
        )
        assert adjusted.verdict is not None
        yield SO[adjusted.verdict]
    else:
        yield "We could not find out how many we would expect anyway."
    matched = evidence.matched.claim
    assert matched.verdict is not None
    if says_why(matched):
        yield matched.sentence
    elif BESIDE_OTHERS[matched.verdict]:
        yield BESIDE_OTHERS[matched.verdict]
    yield from _reasons(evidence)


def _reasons(evidence: Evidence) -> Iterator[str]:
    found = evidence.meaning.reasons
    after = found.together.get("difference_after")
    if after is None or not found.told:
        yield "We do not know what the contacts were about."
        return
    changed = {
        way: [name_reason(part).lower() for part in after.parts if found.told[part.reason] == way]
        for way in ("fewer", "more")
    }
    for way, names in changed.items():
        if names:
            yield f"There were {way} contacts about {join_words(names)} than in people like them."
    if not any(changed.values()):
        yield "We cannot tell if what they came about has changed."


def say_sureness(evidence: Evidence, adjusted: Claim) -> tuple[str, ...]:
    """How sure the main number is."""
    return tuple(_sureness(evidence, adjusted))


def _sureness(evidence: Evidence, adjusted: Claim) -> Iterator[str]:
    if not adjusted.k:
        yield "There is no main number, so there is nothing to be sure of."
        return
    low, _, high = adjusted.interval.removeprefix("95% interval ").partition(" to ")
    if high:
        yield f"The true number may well be anywhere from {low} to {high}."
    yield SURE[adjusted.precision]
    members = len(evidence.adjusted.members)
    if members > 1:
        yield f"It comes from {members} of {len(evidence.sites)} sites."
    changed = [one for one in evidence.left_out if one.verdict != evidence.adjusted.claim.verdict]
    if changed:
        yield "But leave out one site, and the answer can change."
    elif evidence.left_out:
        yield "Leave out any one site, and the answer stays the same."


def say_limits(evidence: Evidence) -> tuple[str, ...]:
    """What the report does not say."""
    why = () if says_why(evidence.matched.claim) else ("It does not say why contacts changed.",)
    return (
        *why,
        "It does not say that fewer contacts are good, or that more are bad.",
        "It does not know of the loss, the debt or the illness that somebody came with.",
        "It does not say which site is best.",
    )
