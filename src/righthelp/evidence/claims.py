"""The words: what may be said of a number, and the verbs that may not be used of it.

A claim has a level: *described* (what was counted), *adjusted* (set against what was expected),
*compared* (set against matched people, and every check of them held), *triangulated* (people who
declined or waited say the same). Only the last two earn a causal verb, and only beyond the margin.
The sentences are data; the functions only choose.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from righthelp.evidence.designs import ALL_VERDICTS, Verdict

Level = Literal["described", "adjusted", "compared", "triangulated"]
Precision = Literal["narrow", "middling", "wide", "none"]

MARGIN = (0.95, 1.05)
"""Ratios this close to 1 can come from what the records do not hold; no difference is claimed."""
SAME_ZONE = (0.90, 1.11)
"""An interval wholly inside counts as about what was expected: a tenth either way."""
NARROW, MIDDLING = 1.25, 1.6
"""Upper end over lower end of an interval, up to which it is called so."""

HEADLINES: Mapping[Verdict, str] = {
    "fewer": "differs from what was expected (fewer)",
    "more": "differs from what was expected (more)",
    "as_expected": "about as expected",
    "cannot_tell": "cannot tell",
    "not_estimable": "not estimable here",
}

IN_TITLES: Mapping[Verdict, str] = {
    "fewer": "which is fewer than expected",
    "more": "which is more than expected",
    "as_expected": "which is about as expected",
    "cannot_tell": "and the data cannot tell whether that differs",
    "not_estimable": "",
}
"""How a title goes on after "98 for every 100 expected"."""

DESCRIBED: Mapping[str, str] = {
    "fewer": "As counted there were fewer {outcome} after than before: {k} for every 100 "
    "before{interval}.",
    "more": "As counted there were more {outcome} after than before: {k} for every 100 "
    "before{interval}.",
    "same": "As counted there were as many {outcome} after as before: {k} for every 100 "
    "before{interval}.",
    "none": "As counted, no ratio of after to before can be given{because}.",
}
ADJUSTED: Mapping[Verdict, str] = {
    "fewer": "Set against what was expected there were fewer {outcome}: {k} for every 100 "
    "expected{interval}. This differs from what was expected.",
    "more": "Set against what was expected there were more {outcome}: {k} for every 100 "
    "expected{interval}. This differs from what was expected.",
    "as_expected": "There were about as many {outcome} as expected: {k} for every 100 "
    "expected{interval}.",
    "cannot_tell": "There were {k} {outcome} for every 100 expected{interval}. The data cannot "
    "tell whether that differs from what was expected{because}.",
    "not_estimable": "How many {outcome} were to be expected is not estimable here{because}.",
}
OVER_ASSUMPTIONS = (
    "There were {k} {outcome} for every 100 expected, depending on what is assumed. The data "
    "cannot tell whether that differs from what was expected{because}."
)
_RANGE = "{low} to {high} for every 100 of theirs (sensitivity range)"
COMPARED: Mapping[Verdict, str] = {
    "fewer": "Seeing the link worker reduced {outcome}, set against matched people who had not "
    f"seen one: {_RANGE}.",
    "more": "Seeing the link worker led to more {outcome}, set against matched people who had not "
    f"seen one: {_RANGE}.",
    "as_expected": "People seen had about as many {outcome} as matched people who had not seen a "
    f"link worker: {_RANGE}.",
    "cannot_tell": "Set against matched people who had not seen a link worker, the data cannot "
    f"tell fewer {{outcome}} from more: {_RANGE}.",
    "not_estimable": "A comparison with matched people is not estimable here{because}.",
}
TRIANGULATED: Mapping[Verdict, str] = {
    verdict: f"{sentence} People who were referred and {{others}} say the same."
    for verdict, sentence in COMPARED.items()
    if verdict in ("fewer", "more")
}
ONLY_ADJUSTED: Mapping[Verdict, str] = {
    **COMPARED,
    "fewer": "People seen had fewer {outcome} than matched people who had not seen a link worker: "
    f"{_RANGE}. Why is left open{{because}}.",
    "more": "People seen had more {outcome} than matched people who had not seen a link worker: "
    f"{_RANGE}. Why is left open{{because}}.",
}
"""The same numbers where a check of the comparators failed or could not be made."""
PRECISION: Mapping[Precision, str] = {
    "narrow": "The interval is narrow.",
    "middling": "The interval is of middling width.",
    "wide": "The interval is wide: much lower and much higher numbers fit the data too.",
    "none": "There is no interval, so it stays open how sure this is.",
}

_CAUSAL: Mapping[str, str] = {
    "reduce": r"reduc(?:e[sd]?|ing|tions?)",
    "cut": r"cuts?|cutting",
    "save": r"sav(?:e[sd]?|ings?)",
    "free up": r"free[sd]?\s+up|freeing\s+up",
    "cause": r"caus(?:e[sd]?|ing|al|ally|ation)",
    "lead to": r"lead(?:s|ing)?\s+to|led\s+to",
    "due to": r"due\s+to",
    "because of": r"because\s+of",
    "thanks to": r"thanks\s+to",
    "owing to": r"owing\s+to",
    "effect of": r"effects?\s+(?:of|on)|effective(?:ness)?",
    "affect": r"affect(?:s|ed|ing)?",
    "impact": r"impact(?:s|ed|ing|ful)?",
    "work": r"work(?:s|ed)",
    "result in": r"result(?:s|ed|ing)?\s+(?:in|of|from)",
    "attribute": r"attribut(?:e[sd]?|able|ing|ion)",
    "prevent": r"prevent(?:s|ed|ing|ion)?",
    "avoid": r"avoid(?:s|ed|ing)?",
    "lower": r"lower(?:s|ed|ing)\b",
    "raise": r"rais(?:e[sd]?|ing)",
    "improve": r"improv(?:e[sd]?|ing|ements?)",
    "produce": r"produc(?:e[sd]?|ing)",
    "bring about": r"br(?:ings?|ought|inging)\s+about",
    "drive": r"drives?|drove|driven|driving",
    "make a difference": r"ma(?:kes?|de|king)\s+(?:a|the|any|no)\s+difference",
    "achieve": r"achiev(?:e[sd]?|ing|ements?)",
    "benefit from": r"benefit(?:s|ed|ing)?\s+(?:of|from)",
    "help": r"help(?:s|ed|ing)\b",
}
CAUSAL_WORDS: tuple[str, ...] = tuple(_CAUSAL)
"""Words that say why. None may be used of an estimate that is described or adjusted."""
_CAUSAL_PATTERN = re.compile(r"\b(?:" + "|".join(_CAUSAL.values()) + r")\b", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """What may be said of one number: its level, verdict (adjusted only), precision, sentence.

    number, interval: the same in short ("98 for every 100 expected"), empty where there is none.
    """

    level: Level
    verdict: Verdict | None
    precision: Precision
    sentence: str
    reason: str = ""
    number: str = ""
    interval: str = ""

    @property
    def headline(self) -> str:
        """The verdict in words; "described only" where nothing was expected."""
        return HEADLINES[self.verdict] if self.verdict else "described only"

    @property
    def k(self) -> str:
        """The number alone, for every 100; empty where there is none."""
        return self.number.partition(" for ")[0]

    @property
    def sureness(self) -> str:
        """How precise the number is, in a sentence."""
        return PRECISION[self.precision]


def find_causal_words(text: str) -> tuple[str, ...]:
    """The causal words in a text, as written and in order; "link worker" is not one."""
    return tuple(match.group(0) for match in _CAUSAL_PATTERN.finditer(text))


def judge(
    *,
    log_rr: float | None,
    low: float | None,
    high: float | None,
    verdicts: frozenset[Verdict] = ALL_VERDICTS,
) -> Verdict:
    """The verdict on an adjusted log rate ratio with its 95% interval.

    fewer, more: the interval excludes 1 and the point lies beyond MARGIN. as_expected: the whole
    interval lies in SAME_ZONE. Else, without an interval, or where the design may not say it
    (`verdicts`): cannot_tell. No number: not_estimable.
    """
    if log_rr is None:
        return "not_estimable"
    if low is None or high is None:
        return "cannot_tell"
    verdict: Verdict = "cannot_tell"
    if high < 0 and log_rr < math.log(MARGIN[0]):
        verdict = "fewer"
    elif low > 0 and log_rr > math.log(MARGIN[1]):
        verdict = "more"
    elif math.log(SAME_ZONE[0]) <= low and high <= math.log(SAME_ZONE[1]):
        verdict = "as_expected"
    return verdict if verdict in verdicts else "cannot_tell"


def describe(
    *,
    log_rr: float | None,
    low: float | None = None,
    high: float | None = None,
    outcome: str = "GP contacts",
    reason: str = "",
) -> Claim:
    """Say what was counted after for every 100 before; log scale in, never a word on why."""
    if log_rr is None:
        sentence = DESCRIBED["none"].format(because=_because(reason))
        return Claim("described", None, "none", sentence, reason)
    k = per_100(log_rr)
    direction = "same" if k == "100" else "fewer" if log_rr < 0 else "more"
    sentence = DESCRIBED[direction].format(outcome=outcome, k=k, interval=say_interval(low, high))
    return Claim(
        level="described",
        verdict=None,
        precision=_precision(low, high),
        sentence=sentence,
        reason=reason,
        number=f"{k} for every 100 before",
        interval=say_interval(low, high).strip(" ()"),
    )


def compare(
    *,
    log_rr: float | None,
    low: float | None = None,
    high: float | None = None,
    outcome: str = "GP contacts",
    reason: str = "",
    verdicts: frozenset[Verdict] = ALL_VERDICTS,
    unless: str = "",
    span: tuple[float, float] | None = None,
) -> Claim:
    """Say what was counted for every 100 expected, with one of the verdicts; log scale in.

    reason: why there is no number or no interval. unless: why the design may not say more. span:
    the range over an assumption, where that is the answer and a point of it would say too much.
    """
    if span is not None:
        return _compare_range(span, outcome=outcome, because=_because(unless))
    verdict = judge(log_rr=log_rr, low=low, high=high, verdicts=verdicts)
    if verdict in ALL_VERDICTS:
        reason = ""
    elif verdict == "cannot_tell" and (low is None or high is None):
        reason = reason or unless
    elif verdict == "cannot_tell":
        reason = "" if judge(log_rr=log_rr, low=low, high=high) == verdict else unless
    k = "" if log_rr is None else per_100(log_rr)
    sentence = ADJUSTED[verdict].format(
        outcome=outcome,
        k=k,
        interval=say_interval(low, high),
        because=_because(reason),
    )
    return Claim(
        level="adjusted",
        verdict=verdict,
        precision=_precision(low, high),
        sentence=sentence,
        reason=reason,
        number=f"{k} for every 100 expected" if k else "",
        interval=say_interval(low, high).strip(" ()"),
    )


def _compare_range(span: tuple[float, float], *, outcome: str, because: str) -> Claim:
    number = f"{per_100(span[0])} to {per_100(span[1])}"
    return Claim(
        level="adjusted",
        verdict="cannot_tell",
        precision="none",
        sentence=OVER_ASSUMPTIONS.format(outcome=outcome, k=number, because=because),
        reason=because.removeprefix(", because "),
        number=f"{number} for every 100 expected",
        interval="range over what is assumed",
    )


def match(
    *,
    points: tuple[float, float] | None,
    span: tuple[float, float] | None,
    checks_hold: bool,
    others: Mapping[str, Verdict] | None = None,
    outcome: str = "GP contacts",
    reason: str = "",
) -> Claim:
    """Say what matched people say, by both estimates together; log scale in.

    points: the level after and the change; span: the hull of their 95% intervals, a sensitivity
    range and no bound. fewer, more: the hull excludes 1 and both points lie beyond MARGIN.
    as_expected: the hull lies in SAME_ZONE. checks_hold: every check was informative and held;
    without that no word on why. others: what people who "declined" or "still waited" say by
    themselves; one that says the same makes it triangulated. reason: why there is no number, or
    why checks do not hold.
    """
    verdict: Verdict = "not_estimable"
    if points is not None and span is not None:
        nearer = max(points) if span[1] < 0 else min(points)
        verdict = judge(log_rr=nearer, low=span[0], high=span[1])
    level: Level = "compared" if checks_hold and verdict != "not_estimable" else "adjusted"
    low, high = (_bound(end) for end in span) if span and points else ("", "")
    agree = [name for name, said in (others or {}).items() if said == verdict]
    if level == "compared" and verdict in TRIANGULATED and agree:
        level = "triangulated"
    words = {"compared": COMPARED, "triangulated": TRIANGULATED}.get(level, ONLY_ADJUSTED)
    sentence = words[verdict].format(
        outcome=outcome,
        low=low,
        high=high,
        because=_because(reason),
        others=" or ".join(agree),
    )
    return Claim(
        level=level,
        verdict=verdict,
        precision=_precision(*span) if span and points else "none",
        sentence=sentence,
        reason=reason,
        number=f"{low} to {high} for every 100 of matched people" if low else "",
        interval="sensitivity range" if low else "",
    )


def says_why(claim: Claim) -> bool:
    """Whether a claim has a causal verb: compared or triangulated, and different."""
    return claim.level in ("compared", "triangulated") and claim.verdict in ("fewer", "more")


def per_100(log_rr: float) -> str:
    """A ratio as a whole number for every 100; "more than 10,000" beyond that."""
    if log_rr > math.log(100):
        return "more than 10,000"
    return f"{100 * math.exp(log_rr):,.0f}"


def _bound(log_rr: float) -> str:
    """An end of an interval for every 100, with digits enough to be seen apart from 100."""
    if abs(log_rr) > 0.0051 or log_rr == 0:
        return per_100(log_rr)
    return f"{100 * math.exp(log_rr):.1f}" if abs(log_rr) > 0.00051 else "100"


def say_interval(low: float | None, high: float | None) -> str:
    """A 95% interval in brackets, for every 100; log scale in. Empty without one."""
    if low is None or high is None:
        return ""
    return f" (95% interval {_bound(low)} to {_bound(high)})"


def _because(reason: str) -> str:
    return f", because {reason.strip().rstrip('.')}" if reason.strip() else ""


def _precision(low: float | None, high: float | None) -> Precision:
    if low is None or high is None:
        return "none"
    width = high - low
    if width <= math.log(NARROW):
        return "narrow"
    return "middling" if width <= math.log(MIDDLING) else "wide"
