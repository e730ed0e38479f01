"""The summary in plain words: what was asked, what was found, how sure, what it does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from righthelp.estimators.synthesis import Synthesis
from righthelp.evidence.claims import HEADLINES, MARGIN, Claim, per_100, says_why
from righthelp.evidence.counts import ChangeTotal
from righthelp.evidence.designs import Verdict
from righthelp.evidence.estimates import Twin
from righthelp.evidence.sites import SiteAccount
from righthelp.evidence.synthesis import Combination, WithoutSite
from righthelp.protocol.study import Study

_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

ONE_SIGNAL = (
    "How often people see a GP is one signal among several. Fewer contacts can mean that a need "
    "was met elsewhere, or that somebody gave up asking. More contacts can mean that an illness "
    "was found in time, or that things got worse. Neither direction is success, and nothing in "
    "this report treats it so."
)
LIMITS: tuple[str, ...] = (
    (
        "{why}What made people come to the link worker (a bereavement, a debt, an illness) often "
        "is not in the records, and can move contacts by itself. Ratios within {low:.2f} to "
        "{high:.2f} are therefore never called different."
    ),
    (
        "It does not say whether a change in contacts was good for anybody: their number cannot. "
        "What they were about, what people say of themselves and whether help came in time stand "
        "beside it, where sites could supply them."
    ),
    "It does not rank sites. They differ in whom they see and in how they could answer.",
    "Somebody seen at two sites is counted at both; this cannot be noticed from here.",
)


WHY_OPEN = "It does not say why contacts changed. "


@dataclass(frozen=True)
class Summary:
    """Sentences under four headings, in the order of reading."""

    asked: tuple[str, ...]
    found: tuple[str, ...]
    sureness: tuple[str, ...]
    limits: tuple[str, ...]


def summarise(
    study: Study,
    sites: Sequence[SiteAccount],
    *,
    twins: Sequence[Twin],
    crude: Combination,
    adjusted: Combination,
    left_out: Sequence[WithoutSite],
    change: ChangeTotal,
    matched: Claim,
) -> Summary:
    """Put the evidence into sentences; each crude number has its twin.

    Only the sentence on matched people may have a causal verb, as its level allows.
    """
    return Summary(
        asked=_say_asked(study, sites),
        found=(
            *_say_found(study, twins=twins, crude=crude, adjusted=adjusted, change=change),
            *((matched.sentence,) if matched.verdict != "not_estimable" else ()),
        ),
        sureness=_say_sureness(adjusted, twins=twins, left_out=left_out, sites=sites),
        limits=tuple(
            one.format(low=MARGIN[0], high=MARGIN[1], why="" if says_why(matched) else WHY_OPEN)
            for one in LIMITS
        ),
    )


def spell(number: int) -> str:
    """A whole number in a sentence: in words up to twelve."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


FEW_SITES = 10
"""Fewer sites than this hardly tell how far apart sites are."""


def join_words(words: Sequence[str], *, last: str = "and") -> str:
    """Words as a list in a sentence: "a, b and c"."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def begin_high(words: str) -> str:
    """Words with a capital letter first."""
    return words[:1].upper() + words[1:]


def begin_low(words: str) -> str:
    """Words as they stand within a sentence."""
    return words[:1].lower() + words[1:]


def count_sites(number: int, one: str = "site", *, many: str = "sites") -> str:
    """A number of sites in a sentence: "one site", "seven sites"; or of something else."""
    return f"{spell(number)} {one if number == 1 else many}"


def _say_asked(study: Study, sites: Sequence[SiteAccount]) -> tuple[str, ...]:
    before, after = study.windows.before_months, study.windows.after_months
    who = (
        "people who saw a link worker for the first time"
        if study.index.who == "new"
        else "everybody who saw a link worker"
    )
    window = (
        f"the {spell(before)} months before and the {spell(after)} months after"
        if before != after
        else f"the {spell(before)} months before and the {spell(after)} after"
    )
    anchor = (
        "the month in which they saw the link worker; that month belongs to neither"
        if study.index.anchor == "month"
        else "their first contact with the link worker; that day belongs to neither"
    )
    silent = [site.label for site in sites if not site.answered]
    answered = len(sites) - len(silent)
    reply = f"{count_sites(len(sites), 'site was', many='sites were').capitalize()} asked"
    if not silent:
        reply += " and answered." if len(sites) == 1 else ", and all answered."
    else:
        reply += f"; {spell(answered)} answered. No answer came from {join_words(silent)}."
    return (
        f"Counted were the {study.study.outcome} of {who}, in {window} {anchor}.",
        reply,
    )


def _say_found(
    study: Study,
    *,
    twins: Sequence[Twin],
    crude: Combination,
    adjusted: Combination,
    change: ChangeTotal,
) -> tuple[str, ...]:
    said: list[str] = []
    if adjusted.result is not None:
        said.append(f"{crude.claim.sentence} {adjusted.claim.sentence}")
    elif twins:
        said.append(
            f"{crude.claim.sentence} No site could say what was to be expected with enough ground "
            "to bring sites together; what each could say is listed below."
        )
    if len(twins) == 1 and adjusted.result is None:
        said = [f"{twins[0].described.sentence} {twins[0].claim.sentence}"]
    total = sum(part.value or 0 for part in (change.fell, change.stayed, change.rose))
    if total and change.fell.value is not None:
        fell, stayed, rose = (
            f"{100 * (part.value or 0) / total:.0f}"
            for part in (change.fell, change.stayed, change.rose)
        )
        said.append(
            f"Of every 100 people, {fell} had fewer {study.study.outcome} after than before, "
            f"{stayed} as many and {rose} more. People with many contacts before tend to have "
            "fewer afterwards and people with few to have more, whoever they are; only the "
            "comparison with what was expected allows for that."
        )
    return tuple(said)


def _say_sureness(
    adjusted: Combination,
    *,
    twins: Sequence[Twin],
    left_out: Sequence[WithoutSite],
    sites: Sequence[SiteAccount],
) -> tuple[str, ...]:
    said: list[str] = []
    k = len(adjusted.members)
    if k:
        said.append(
            f"The comparison with what was expected rests on {count_sites(k)}. "
            f"{adjusted.claim.sureness}"
        )
    said += say_another(adjusted.result)
    if left_out:
        points = [one.result.log_rr for one in left_out if one.result.log_rr is not None]
        changed = [one for one in left_out if one.verdict != adjusted.claim.verdict]
        labels = {site.id: site.label for site in sites}
        said.append(
            f"Leaving out any one site gives {per_100(min(points))} to {per_100(max(points))} for "
            f"every 100 expected. {_say_steadiness(changed, labels)}"
        )
    said.extend(_say_verdicts(twins, sites))
    all_staff = [site.label for site in sites if site.all_staff]
    if all_staff:
        said.append(
            f"The records of {join_words(all_staff)} do not say who a contact was with, so "
            "contacts with all staff were counted there."
        )
    return tuple(said)


def say_another(result: Synthesis | None) -> list[str]:
    """Where the true ratio of another site might lie, and how little so few sites know of it."""
    if result is None or result.pi_low is None or result.pi_high is None:
        return []
    said = (
        "The true ratio of another site like these might lie anywhere from "
        f"{per_100(result.pi_low)} to {per_100(result.pi_high)} for every 100 expected (95% "
        "prediction interval); what is counted there lies about it by chance."
    )
    if not result.tau2:
        said += " The sites here differ no more than chance would make them"
        said += f", but {count_sites(result.k)} can hardly tell." if result.k < FEW_SITES else "."
    return [said]


def _say_steadiness(changed: Sequence[WithoutSite], labels: Mapping[str, str]) -> str:
    if not changed:
        return "The verdict is the same whichever it is."
    parts = [
        f"without {_list_sites(changed, verdict, labels=labels)} it would be “{HEADLINES[verdict]}”"
        for verdict in dict.fromkeys(one.verdict for one in changed)
    ]
    return f"The verdict is not the same whichever it is: {'; '.join(parts)}."


def _list_sites(
    changed: Sequence[WithoutSite], verdict: Verdict, *, labels: Mapping[str, str]
) -> str:
    names = [labels[one.site] for one in changed if one.verdict == verdict]
    return join_words(names, last="or")


def _say_verdicts(twins: Sequence[Twin], sites: Sequence[SiteAccount]) -> list[str]:
    if len(twins) < 2:
        return []
    counted: dict[Verdict, int] = {}
    for twin in twins:
        assert twin.claim.verdict is not None
        counted[twin.claim.verdict] = counted.get(twin.claim.verdict, 0) + 1
    parts = [
        f"“{HEADLINES[verdict]}” for {count_sites(counted[verdict])}"
        for verdict in HEADLINES
        if verdict in counted
    ]
    said = [f"Taken one by one, the verdict is {join_words(parts)}."]
    labels = {site.id: site.label for site in sites}
    weaker = [labels[twin.site] for twin in twins if twin.strength == "weaker"]
    if weaker:
        said.append(
            f"{join_words(weaker)} could be compared only in a weaker way, which is shown but not "
            "brought together with the others."
        )
    return said
