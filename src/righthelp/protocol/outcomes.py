"""What people said of themselves, as settings: instruments, days, changes, bands, value sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from pydantic import Field, model_validator

from righthelp.protocol.instruments import (
    Band,
    Scale,
    find_instrument,
    find_scale,
    list_instruments,
    list_scales,
)
from righthelp.protocol.section import Section

_DAYS = ("start_days", "follow_up_from_days", "follow_up_days", "follow_up_to_days")


class ValueSet(Section):
    """A table that gives every state of an instrument its value; none is shipped."""

    path: Path = Field(description="The value set as CSV, from the study file.")
    version: str = Field(
        min_length=1, description="Which value set it is, such as its country and year."
    )


class Outcomes(Section):
    """Which scores are compared, of which days, and what counts as a change."""

    instruments: tuple[str, ...] = Field(
        default=(),
        description="Instruments that the study uses, or single scores of them, such as "
        "`ons4_anxious`; empty means whatever a site sends.",
    )
    before_days: int = Field(
        default=60,
        ge=0,
        le=365,
        description="How long before the first contact with the link worker a first score may lie. "
        "The last one on or before that day is taken. Unit: days.",
    )
    start_days: int = Field(
        default=30,
        ge=0,
        le=182,
        description="How long after that contact a first score may lie, for people without one "
        "before it; the earliest is taken. Unit: days.",
    )
    follow_up_from_days: int = Field(
        default=60,
        ge=1,
        le=730,
        description="Days after that contact from which a last score counts. Unit: days.",
    )
    follow_up_days: int = Field(
        default=182,
        ge=1,
        le=730,
        description="Days after that contact to which the last score should lie nearest; of two "
        "as near the earlier is taken. Unit: days.",
    )
    follow_up_to_days: int = Field(
        default=365,
        ge=1,
        le=1095,
        description="Days after that contact up to which a last score counts, that day included. "
        "Unit: days.",
    )
    minimal_change: dict[str, float] = Field(
        default_factory=dict,
        description="Score = its minimal important difference in this study, in points; it stands "
        "in for the declared one.",
    )
    population_mean: dict[str, float] = Field(
        default_factory=dict,
        description="Score = its mean in the population that people come from. People come at a "
        "bad time, and what of a change is to be expected anyway is told only where this mean is "
        "known.",
    )
    bands: dict[str, tuple[float, ...]] = Field(
        default_factory=dict,
        description="Score = the points at which a new band begins, rising; they stand in for the "
        "declared bands.",
    )
    value_set: dict[str, ValueSet] = Field(
        default_factory=dict,
        description="Instrument = its value set: `path` of a CSV file from the study file, and "
        "`version`.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Outcomes:
        told = [what for _, what, _ in complain_outcomes(self.model_dump())]
        if told:
            raise ValueError("; ".join(told))
        return self

    def list_scales(self) -> tuple[Scale, ...]:
        """The scales that the study uses."""
        return list_scales(self.instruments)

    def find_minimal_change(self, scale: Scale) -> float | None:
        """The study's own minimal important difference, or the declared one, or None."""
        return self.minimal_change.get(scale.name, scale.minimal_change)

    def list_bands(self, scale: Scale) -> tuple[Band, ...]:
        """The study's own bands, or those declared; empty where there are none."""
        starts = self.bands.get(scale.name)
        if starts is None:
            return scale.bands
        ends = (scale.lowest, *starts, scale.highest)
        return tuple(
            Band(f"{low:g} to {'' if high == scale.highest else 'below '}{high:g}", low)
            for low, high in pairwise(ends)
        )


def complain_outcomes(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong with this part of a study file beyond types: where in it, what, what to do."""
    if not isinstance(given, Mapping):
        return
    names = given.get("instruments", ())
    for name in names if isinstance(names, list | tuple) else ():
        if isinstance(name, str) and not (find_instrument(name) or find_scale(name)):
            known = ", ".join(one.name for one in list_instruments())
            yield (
                ("instruments",),
                f"there is no instrument {name!r}",
                f"The instruments are {known}.",
            )
    days = _read_numbers(given.get(name, Outcomes.model_fields[name].default) for name in _DAYS)
    if len(days) == len(_DAYS):
        start, first, wanted, end = days
        if not start < first <= wanted <= end:
            named = [name for name in _DAYS if name in given]
            yield (
                (named[-1],),
                f"the days {start:g}, {first:g}, {wanted:g}, {end:g} do not rise",
                f"Let start_days lie below {_DAYS[1]}, and {', '.join(_DAYS[1:])} not fall.",
            )
    yield from _complain_changes(given.get("minimal_change"))
    yield from _complain_means(given.get("population_mean"))
    yield from _complain_bands(given.get("bands"))
    yield from _complain_value_sets(given.get("value_set"))


def _read_numbers(given: Iterable[object]) -> list[float]:
    """The numbers among some values, read as leniently as the settings themselves are."""
    numbers = []
    for one in given:
        if isinstance(one, int | float | str):
            try:
                numbers.append(float(one))
            except ValueError:
                continue
    return numbers


def _complain_scale(part: str, name: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if find_scale(name) is None:
        instrument = find_instrument(name)
        known = instrument.scales if instrument else list_scales()
        yield (
            (part, name),
            f"there is no score {name!r}",
            f"The scores are {', '.join(one.name for one in known)}.",
        )


def _complain_changes(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, change in given.items() if isinstance(given, Mapping) else ():
        yield from _complain_scale("minimal_change", name)
        scale = find_scale(name)
        if scale is None:
            continue
        for number in _read_numbers([change]):
            width = scale.highest - scale.lowest
            if not 0 < number <= width:
                yield (
                    ("minimal_change", name),
                    f"{change} is no change that the score can make",
                    f"Give a number above 0 and up to {width:g}.",
                )


def _complain_means(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, mean in given.items() if isinstance(given, Mapping) else ():
        yield from _complain_scale("population_mean", name)
        scale = find_scale(name)
        for number in _read_numbers([mean]) if scale else ():
            assert scale is not None
            if not scale.lowest < number < scale.highest:
                yield (
                    ("population_mean", name),
                    f"{mean} is no mean that the score can have",
                    f"Give a number between {scale.lowest:g} and {scale.highest:g}.",
                )


def _complain_bands(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, starts in given.items() if isinstance(given, Mapping) else ():
        yield from _complain_scale("bands", name)
        scale = find_scale(name)
        if scale is None or not isinstance(starts, list | tuple):
            continue
        numbers = _read_numbers(starts)
        ends = (scale.lowest, *numbers, scale.highest)
        if len(numbers) == len(starts) and not all(low < high for low, high in pairwise(ends)):
            yield (
                ("bands", name),
                f"{list(starts)} are not points that rise within the score",
                f"Give points between {scale.lowest:g} and {scale.highest:g}, the lowest first.",
            )


def _complain_value_sets(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    takers = sorted({one.instrument for one in list_scales() if one.rule == "value_set"})
    for name in given if isinstance(given, Mapping) else ():
        if name not in takers:
            yield (
                ("value_set", name),
                f"{name!r} takes no value set",
                f"A value set is for {', '.join(takers)}.",
            )
