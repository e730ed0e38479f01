"""How consultations are looked at, and what a contact costs: two parts of the study file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from righthelp.protocol.section import Section

Price = Annotated[tuple[float, ...], Field(min_length=3, max_length=3)]
PRICES = ("gp_contact", "link_worker_contact", "link_worker_hour")
_HOUR = ("link_worker_hour", "link_worker_minutes")


class Consultation(Section):
    """What a consultation is asked for beside that it took place."""

    repeat_days: int = Field(
        default=7,
        ge=1,
        le=91,
        description="A contact counts as repeated when another follows within so many days. "
        "Unit: days.",
    )
    visible_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="How long before a contact a link worker's contact or message must lie for the "
        "GP to have it in sight. Unit: days.",
    )
    at_least_visits: int = Field(
        default=2,
        ge=2,
        le=20,
        description="Fewest consultations of a person in each window for seeing the same "
        "clinician to be told. Unit: consultations.",
    )


class Cost(Section):
    """What a contact costs, if the study names it; nothing here is asked of the sites."""

    year: str | None = Field(
        default=None, description='Year of the prices, such as "2023/24"; needed with any price.'
    )
    basis: str | None = Field(
        default=None,
        description="What the prices hold and where they are from: staff, overheads, "
        "qualification. Needed with any price.",
    )
    gp_contact: Price | None = Field(
        default=None,
        description="Price of one contact that is counted: low, central, high. The same GP contact "
        "costs GBP 37, 42 or 49 by what the price holds (PSSRU 2023, 2024). Unit: pounds.",
    )
    link_worker_contact: Price | None = Field(
        default=None,
        description="Price of one contact with the link worker: low, central, high. "
        "Instead: link_worker_hour and link_worker_minutes. Unit: pounds.",
    )
    link_worker_hour: Price | None = Field(
        default=None,
        description="Price of an hour of the link worker: low, central, high. Unit: pounds.",
    )
    link_worker_minutes: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="Length of a contact with the link worker, notes and travel with it. "
        "Unit: minutes.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Cost:
        for within, what, _ in complain_cost(self.model_dump(exclude_none=True)):
            raise ValueError(f"{'.'.join(within)}: {what}")
        return self

    @property
    def gp(self) -> tuple[float, float, float] | None:
        """Low, central and high price of a counted contact."""
        return _three(self.gp_contact)

    @property
    def link_worker(self) -> tuple[float, float, float] | None:
        """Low, central and high price of a contact with the link worker, by contact or by hour."""
        if self.link_worker_hour and self.link_worker_minutes:
            minutes = self.link_worker_minutes
            return _three(tuple(price * minutes / 60 for price in self.link_worker_hour))
        return _three(self.link_worker_contact)


def complain_cost(given: object) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong with the prices of a study file: place within, what, and what to do."""
    if not isinstance(given, Mapping):
        return
    for name in PRICES:
        prices = given.get(name)
        if isinstance(prices, list | tuple) and not _are_rising(prices):
            shown = ", ".join(map(str, prices))
            yield (
                (name,),
                f"{shown} are not a low, a central and a high price",
                "Give three amounts above 0, none below the one before.",
            )
    named = [name for name in PRICES if name in given]
    for name in ("year", "basis"):
        if named and not str(given.get(name, "")).strip():
            yield (
                (named[0],),
                f"a price has no {name}",
                'Add year = "2023/24" (its own) and basis, with what the price holds.',
            )
    if "link_worker_contact" in given and any(name in given for name in _HOUR):
        yield (
            ("link_worker_contact",),
            "the link worker has a price by the contact and one by the hour",
            "Keep link_worker_contact, or link_worker_hour with link_worker_minutes.",
        )
    elif len([name for name in _HOUR if name in given]) == 1:
        yield (
            (next(name for name in _HOUR if name in given),),
            "an hour's price and the minutes of a contact need each other",
            "Give link_worker_hour and link_worker_minutes together.",
        )


def _are_rising(prices: list[object] | tuple[object, ...]) -> bool:
    amounts = [one for one in prices if isinstance(one, int | float)]
    rising = all(low <= high for low, high in pairwise(amounts))
    return len(amounts) == len(prices) == 3 and amounts[0] > 0 and rising


def _three(prices: tuple[float, ...] | None) -> tuple[float, float, float] | None:
    return (prices[0], prices[1], prices[2]) if prices else None
