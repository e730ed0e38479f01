"""How people themselves fared, and what became of their contacts."""

from __future__ import annotations

from collections.abc import Mapping

from righthelp.protocol.instruments import list_scales
from righthelp.returns.columns import SITE, STATE
from righthelp.schema import Column, Table

STANDINGS: Mapping[str, str] = {
    "both": "A first and a last score",
    "first_only": "A first score only",
    "last_only": "A last score only",
    "versions_differ": "Two scores of versions that cannot be compared",
    "neither": "No score",
}
"""How a person new to the link worker stands on a scale; everybody stands once."""
MOVES: Mapping[str, str] = {
    "improved": "Better by the least difference that matters",
    "same": "In between",
    "worsened": "Worse by the least difference that matters",
}
ENDS: Mapping[str, str] = {
    "lowest_first": "First score at the low end of the scale",
    "highest_first": "First score at the high end of the scale",
    "lowest_last": "Last score at the low end of the scale",
    "highest_last": "Last score at the high end of the scale",
}
CONTACTS = ("fewer", "same", "more")
SCORES = ("better", "same", "worse", "none")
NUMBERS: Mapping[str, str] = {
    "counted": "People counted",
    "by_chance": "People expected had nothing but chance and regression to the mean moved them",
}
KINDS: Mapping[str, str] = {"wellbeing": "Wellbeing", "activation": "Activation"}

_SCALE = Column(
    "scale", "text", "The score", role="key", values=tuple(one.name for one in list_scales())
)
_N = Column("n", "integer", "People", unit="people", nullable=True, role="people")
_NUMBER = Column("number", "text", "Counted or expected", role="key", values=tuple(NUMBERS))
_REASON = Column("reason", "text", "Why there is no number", nullable=True)

SCORE_COUNTS = Table(
    "score_counts",
    "New people seen by the scores they have and, of those with a first and a last score, by "
    "how it moved and by who stood at an end of the scale.",
    (
        SITE,
        _SCALE,
        Column("part", "text", "Which people", role="key", values=(*STANDINGS, *MOVES, *ENDS)),
        _NUMBER,
        _N,
        STATE,
    ),
)
SCORE_CHANGE = Table(
    "score_change",
    "The change of a score in new people seen who have a first and a last one, last less first.",
    (
        SITE,
        _SCALE,
        _N,
        Column("mean_first", "number", "Mean first score", nullable=True, role="sum"),
        Column("mean_change", "number", "Mean change", nullable=True, role="sum"),
        Column("sd", "number", "Standard deviation of the change", nullable=True, role="sum"),
        Column("se", "number", "Standard error of mean_change", nullable=True, role="sum"),
        Column(
            "expected_change",
            "number",
            "What regression to the population's mean alone would give",
            nullable=True,
            role="sum",
        ),
        Column("beyond", "number", "mean_change less that", nullable=True, role="sum"),
        Column("beyond_se", "number", "Standard error of beyond", nullable=True, role="sum"),
        Column(
            "bound_low",
            "number",
            "Mean change had everybody without a last score come out at the low end of the scale",
            nullable=True,
            role="sum",
        ),
        Column(
            "bound_high",
            "number",
            "The same had they come out at the high end",
            nullable=True,
            role="sum",
        ),
        _REASON,
        STATE,
    ),
)
SCORE_BANDS = Table(
    "score_bands",
    "People with both scores by the bands that the study sets, first and last.",
    (
        SITE,
        _SCALE,
        Column("score", "text", "Which score", role="key", values=("first", "last")),
        Column("band", "integer", "Number of the band, from the lowest", role="key"),
        _N,
        STATE,
    ),
)
QUADRANTS = Table(
    "quadrants",
    "New people registered for the whole of both windows, by how their contacts and how their "
    "score moved. Of a stratum only where no cell is small.",
    (
        SITE,
        Column("kind", "text", "What the score is of", role="key", values=tuple(KINDS)),
        _SCALE,
        Column(
            "by", "text", "What people are told apart by", role="key", values=("all", "sex", "age")
        ),
        Column("stratum", "text", "Which of them", role="key"),
        Column("contacts", "text", "Contacts after", role="key", values=CONTACTS),
        Column("score", "text", "Last score; none where one is missing", role="key", values=SCORES),
        _NUMBER,
        _N,
        _REASON,
        STATE,
    ),
)
WELLBEING_TABLES: tuple[Table, ...] = (SCORE_COUNTS, SCORE_CHANGE, SCORE_BANDS, QUADRANTS)
