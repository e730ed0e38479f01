"""The words for scores and quadrants: what each is called, and what it may mean."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.evidence.summary import begin_low
from righthelp.protocol.instruments import Instrument, Scale, find_instrument, find_scale

MEANINGS: Mapping[str, str] = {
    "relieved": "what troubled them may have been seen to elsewhere",
    "activated": "they may have begun to see to something that was put off",
    "withdrawn": "they may have given up asking",
    "escalating": "they may have become more ill, or their troubles may have grown",
}
FELT: Mapping[str, tuple[str, str]] = {
    "wellbeing": ("feeling better", "feeling worse"),
    "activation": ("better able to look after themselves", "less able to look after themselves"),
}
"""By kind of score: better, worse."""
CORNER_SIDES: Mapping[str, tuple[str, int]] = {
    "relieved": ("fewer contacts", 0),
    "activated": ("more contacts", 0),
    "withdrawn": ("fewer contacts", 1),
    "escalating": ("more contacts", 1),
}
CONTACT_WORDS: Mapping[str, str] = {
    "fewer": "Fewer contacts",
    "same": "As many",
    "more": "More contacts",
}
SCORE_WORDS: Mapping[str, str] = {
    "better": "Better score",
    "same": "In between",
    "worse": "Worse score",
    "none": "No two scores",
}


def find_declared(name: str) -> tuple[Scale, Instrument]:
    """The scale of a returned row and its instrument; returns hold no other names."""
    scale = find_scale(name)
    assert scale is not None
    instrument = find_instrument(scale.instrument)
    assert instrument is not None
    return scale, instrument


def name_scale(name: str) -> str:
    """What a scale is called: the instrument, and which of its scores where it has several."""
    scale, instrument = find_declared(name)
    if len(instrument.scales) == 1:
        return instrument.label
    return f"{instrument.label}: {begin_low(scale.label)}"


def explain_corner(corner: str, kind: str) -> str:
    """One corner in plain words."""
    contacts, side = CORNER_SIDES[corner]
    return f"{contacts} and {FELT[kind][side]}: {MEANINGS[corner]}"
