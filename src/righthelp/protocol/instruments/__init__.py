"""Patient-reported instruments as declarations: one TOML file each beside this module.

An instrument is what a person fills in; a scale is what is scored from it, and the word that stands
in the column `instrument` of `outcomes`. ONS4 is four scales, SWEMWBS is one. No question's text is
held for any of them.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal

Direction = Literal["higher_is_better", "higher_is_worse"]
Rule = Literal["sum", "metric", "mean_replaced_sum", "value_set", "imported"]
"""sum: of the answers, all of which are needed; metric: that sum through a table;
mean_replaced_sum: a few missing answers take the mean of the rest; value_set: the state through a
value set that the study names; imported: a score comes as it is or not at all."""

NO_VALUE_SET = "no value set named"


@dataclass(frozen=True)
class Band:
    """A range of scores that has a name, from its first score up to the next band."""

    name: str
    starts: float


@dataclass(frozen=True)
class Scale:
    """One score of an instrument, and how it is made of answers.

    lowest, highest: of the score. items: names of the items scored, in the order of the rule.
    answers: lowest and highest answer. most_missing: answers that may be missing. is_whole: whether
    scores are whole numbers. metric: score by raw total, where the rule is `metric`.
    minimal_change: minimal important difference in points; None where none is agreed, and then
    nobody is called improved unless the study sets one. bands: empty where none are agreed.
    """

    name: str
    label: str
    instrument: str
    lowest: float
    highest: float
    direction: Direction
    rule: Rule
    items: tuple[str, ...] = ()
    answers: tuple[int, int] | None = None
    most_missing: int = 0
    is_whole: bool = True
    metric: Mapping[int, float] = field(default_factory=dict)
    minimal_change: float | None = None
    minimal_change_source: str = ""
    bands: tuple[Band, ...] = ()
    bands_source: str = ""


@dataclass(frozen=True)
class Instrument:
    """A questionnaire: what it measures, who may use it, and the scales that it gives.

    n_items: how many items it has; several where its versions differ. versions: those known; empty
    means that any is taken. version_if_empty: what a score without a version is taken as.
    raw_version: the version under which raw totals are sent. items_allowed: whether answers may be
    held at all. licence, source: plain words for the report.
    """

    name: str
    label: str
    measures: str
    n_items: tuple[int, ...]
    licence: str
    source: str
    scales: tuple[Scale, ...]
    versions: tuple[str, ...] = ()
    version_if_empty: str = ""
    raw_version: str = ""
    items_allowed: bool = True

    @property
    def items(self) -> tuple[str, ...]:
        """The names of the items that may be sent, each once."""
        return tuple(dict.fromkeys(item for scale in self.scales for item in scale.items))


@cache
def list_instruments() -> tuple[Instrument, ...]:
    """Every instrument that is declared, in order of the name."""
    files = [one for one in resources.files(__package__).iterdir() if one.name.endswith(".toml")]
    texts = sorted((one.name, one.read_text(encoding="utf-8")) for one in files)
    return tuple(_read_instrument(tomllib.loads(text)) for _, text in texts)


def find_instrument(name: str) -> Instrument | None:
    """The instrument with this name, or None."""
    return next((one for one in list_instruments() if one.name == name), None)


def list_scales(names: Iterable[str] = ()) -> tuple[Scale, ...]:
    """The scales of some instruments, each named by itself or by its instrument; of all if none."""
    wanted = set(names)
    return tuple(
        scale
        for instrument in list_instruments()
        for scale in instrument.scales
        if not wanted or {scale.name, instrument.name} & wanted
    )


def find_scale(name: str) -> Scale | None:
    """The scale with this name, or None."""
    return next((one for one in list_scales() if one.name == name), None)


def _read_instrument(given: dict[str, Any]) -> Instrument:
    scales = given.pop("scale")
    lists: dict[str, Any] = {
        key: tuple(given.pop(key)) for key in ("n_items", "versions") if key in given
    }
    read = tuple(_read_scale(one, given["name"]) for one in scales)
    return Instrument(**given, **lists, scales=read)


def _read_scale(given: dict[str, Any], instrument: str) -> Scale:
    lowest, highest = given.pop("range")
    bands = tuple(Band(name, starts) for name, starts in given.pop("bands", ()))
    answers = given.pop("answers", None)
    return Scale(
        instrument=instrument,
        lowest=lowest,
        highest=highest,
        items=tuple(given.pop("items", ())),
        answers=(answers[0], answers[1]) if answers else None,
        is_whole=given.pop("whole", True),
        metric=_read_metric(given["name"]) if given["rule"] == "metric" else {},
        bands=bands,
        **given,
    )


def _read_metric(scale: str) -> dict[int, float]:
    """The table raw total -> metric score of a scale, from the CSV file of its name."""
    text = resources.files(__package__).joinpath(f"{scale}.csv").read_text(encoding="utf-8")
    return {int(row["raw"]): float(row["score"]) for row in csv.DictReader(text.splitlines())}
