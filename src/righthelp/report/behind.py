"""Who stands behind a figure: sites, and people where their number left the sites."""

from __future__ import annotations

from collections.abc import Iterable

from righthelp.evidence import Evidence
from righthelp.evidence.counts import Count
from righthelp.evidence.summary import count_sites, spell

TABLE_BELOW = "The numbers are in the table below."
"""How the words for whom cannot see a figure end."""


def say_behind(n_sites: int, n_people: float | None = None, *, people: str = "people") -> str:
    """ "Behind it: five sites, about 1,230 people." Without a number of people, the sites alone."""
    counted = f", about {n_people:,.0f} {people}" if n_people else ""
    return f"Behind it: {count_sites(n_sites)}{counted}."


def say_people_of(evidence: Evidence, sites: Iterable[str]) -> str:
    """The people counted at the sites named: those registered for the whole of both windows.

    Where not every site told their number, of how many it is the sum.
    """
    named = set(sites)
    told = [one.n.value for one in evidence.change if one.site in named and one.n.value is not None]
    if len(told) in (0, len(named)):
        return say_behind(len(named), sum(told))
    where = "one of them" if len(told) == 1 else f"{spell(len(told))} of them"
    return say_behind(len(named), sum(told), people=f"people at {where}")


def add_known(counts: Iterable[Count]) -> float | None:
    """The sum of the counts that are shown; None where one is withheld or there is none."""
    values = [one.value for one in counts]
    if not values or any(value is None for value in values):
        return None
    return sum(value or 0.0 for value in values)
