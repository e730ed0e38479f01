"""The disclosure policy as arithmetic: what is withheld, and how the rest is rounded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from righthelp.protocol.study import Disclosure

ROUND_TO = 5
SUMS_FROM = 50
FLOOR = 5
TOO_FEW = "too few people for a number to leave the site"


@dataclass(frozen=True)
class Policy:
    """A disclosure policy: people counts up to `threshold` are withheld."""

    threshold: int

    def __post_init__(self) -> None:
        assert self.threshold >= FLOOR

    def people(self, n: int) -> tuple[int | None, str]:
        """A count of people as it may leave, and its state; nobody is a count like any other."""
        if n == 0:
            return 0, "rounded"
        if n <= self.threshold:
            return None, "suppressed"
        return round_to_base(n), "rounded"

    def hides(self, n: int) -> bool:
        """Whether so few people may not be told apart."""
        return 0 < n <= self.threshold


POLICIES: Mapping[str, Policy] = {"default": Policy(7), "sacro10": Policy(9)}


class Hide(Protocol):
    """A rule that says which of some counts are withheld."""

    def __call__(
        self, counts: Sequence[int], policy: Policy, *, hidden: Sequence[bool] = ()
    ) -> list[bool]: ...


def policy_of(disclosure: Disclosure) -> Policy:
    """The policy that a study names."""
    return POLICIES[disclosure.policy]


def round_to_base(value: float) -> int:
    """To the nearest 5, halves up."""
    return math.floor(value / ROUND_TO + 0.5) * ROUND_TO


def round_significant(value: float, figures: int) -> float:
    """To so many significant figures."""
    return float(f"{value:.{figures}g}") if value else 0.0


def round_estimate(log_rr: float, se: float | None, *, n: int) -> tuple[float, float | None]:
    """A log ratio and its error as they may leave: three figures of the error from 50 people on,
    two below; the log ratio to the same decimal place, or to two decimals without an error."""
    if se is None:
        return round(log_rr, 3 if n >= SUMS_FROM else 2), None
    figures = 3 if n >= SUMS_FROM else 2
    decimals = figures - 1 - math.floor(math.log10(se))
    return round(log_rr, decimals), round_significant(se, figures)


def hide_together(
    counts: Sequence[int], policy: Policy, *, hidden: Sequence[bool] = ()
) -> list[bool]:
    """Which of a few counts that add up to a released total are withheld: all, if one is small.

    With three of them, the rule by which one or two were chosen would narrow the rest.
    """
    return [any(hidden) or any(policy.hides(n) for n in counts)] * len(counts)


def hide_complement(
    counts: Sequence[int], policy: Policy, *, hidden: Sequence[bool] = ()
) -> list[bool]:
    """Which of many counts that add up to a released total are withheld: the small ones, and then
    the next smallest, until what is withheld together is more than the policy's threshold."""
    withheld = [policy.hides(n) for n in counts]
    withheld = [a or b for a, b in zip(withheld, hidden or withheld, strict=True)]
    others = sorted(
        (place for place, n in enumerate(counts) if n and not withheld[place]),
        key=lambda place: counts[place],
    )
    for place in others:
        together = [n for n, hide in zip(counts, withheld, strict=True) if hide and n]
        if not together or (len(together) > 1 and sum(together) > policy.threshold):
            break
        withheld[place] = True
    return withheld


def show_counts(counts: Sequence[int], withheld: Sequence[bool]) -> list[int | None]:
    """The counts rounded, but for those that are withheld."""
    return [None if hide else round_to_base(n) for n, hide in zip(counts, withheld, strict=True)]
