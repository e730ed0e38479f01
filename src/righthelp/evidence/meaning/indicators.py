"""What was seen of each indicator, at each site and over the sites, from what was released.

`READERS` says who reads which; a measure that lands later is one more line there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from righthelp.evidence.counts import (
    Count,
    FlowStep,
    SiteChange,
    SiteNotHeld,
    add_flow,
    read_changes,
    read_count,
    read_not_held,
)
from righthelp.evidence.course import CoursePoint, read_course
from righthelp.evidence.estimates import Twin
from righthelp.evidence.likeness import plain_rows
from righthelp.evidence.meaning.gather import MeaningEvidence
from righthelp.evidence.meaning.readers import MEANING_READERS, MeaningReader
from righthelp.evidence.meaning.seen import (
    NOT_SUPPLIED,
    Estimate,
    Reading,
    Seen,
    bound_share,
    read_ratios,
    read_shares,
    see_claim,
)
from righthelp.evidence.meaning.theory import TheoryEvidence, judge_theory
from righthelp.evidence.synthesis import Combination
from righthelp.protocol.indicators import GP_CONTACTS, INDICATORS
from righthelp.protocol.study import Study
from righthelp.protocol.theory import Theory
from righthelp.schema import Row

_PEAK, _EARLY, _N_LATE = (-2, -1), (1, 2), 2


@dataclass(frozen=True)
class Material:
    """What the readers read; the parts of `evidence.Evidence` of the same names.

    sites: those that answered, in the study's order. pattern: rows as released. before_months,
    after_months: lengths of the windows.
    """

    sites: tuple[str, ...]
    before_months: int
    after_months: int
    twins: Sequence[Twin]
    adjusted: Combination
    course: tuple[CoursePoint, ...]
    flow: Sequence[FlowStep]
    change: Sequence[SiteChange]
    not_held: Sequence[SiteNotHeld]
    pattern: Sequence[Row]
    meaning: MeaningEvidence


Reader = Callable[[Material], Reading]


@dataclass(frozen=True)
class Readings:
    """Every indicator of the vocabulary: site -> indicator -> what was seen, and over the sites."""

    sites: Mapping[str, Mapping[str, Seen]]
    together: Mapping[str, Seen]


def read_material(
    rows: Mapping[str, Sequence[Row]],
    study: Study,
    *,
    twins: Sequence[Twin],
    adjusted: Combination,
    meaning: MeaningEvidence,
) -> Material:
    """What the readers read, from the rows of all returns and what was made of them."""
    return Material(
        sites=tuple(twin.site for twin in twins),
        before_months=study.windows.before_months,
        after_months=study.windows.after_months,
        twins=twins,
        adjusted=adjusted,
        course=read_course(rows["course"]),
        flow=add_flow(rows["flow"]),
        change=read_changes(rows["change"], twins, who=study.index.who),
        not_held=read_not_held(rows["not_held"]),
        pattern=rows["pattern"],
        meaning=meaning,
    )


def gather_theory(theory: Theory, material: Material) -> TheoryEvidence:
    """The theory judged by what was seen at the sites that answered."""
    readings = read_indicators(material)
    return judge_theory(theory, sites=readings.sites, together=readings.together)


def read_indicators(material: Material, *, readers: Mapping[str, Reader] | None = None) -> Readings:
    """Read every indicator; one without a reader was not supplied. One site alone is the whole."""
    made = {name: read(material) for name, read in (readers or READERS).items()}
    sites = {
        site: {
            name: made[name].sites.get(site, NOT_SUPPLIED) if name in made else NOT_SUPPLIED
            for name in INDICATORS
        }
        for site in material.sites
    }
    if len(sites) == 1:
        return Readings(sites, next(iter(sites.values())))
    together = {name: made[name].together if name in made else NOT_SUPPLIED for name in INDICATORS}
    return Readings(sites, together)


def _read_gp_contacts(material: Material) -> Reading:
    sites = {
        twin.site: see_claim(twin.claim, twin.estimate.n if twin.estimate else None)
        for twin in material.twins
    }
    return Reading(sites, see_claim(material.adjusted.claim))


def _read_missed(material: Material) -> Reading:
    """Appointments missed: they are released without an error, so no direction is clear."""
    sites = {
        one.site: Seen(
            "unclear",
            f"{one.before_per_100.value:.0f} per 100 people before, "
            f"{one.after_per_100.value:.0f} after, without an interval",
        )
        for one in material.not_held
        if one.status == "did_not_attend"
        and one.before_per_100.value is not None
        and one.after_per_100.value is not None
    }
    together = Seen("unclear", "no site released an interval") if sites else NOT_SUPPLIED
    return Reading(sites, together)


def _read_peak(material: Material) -> Reading:
    found = {site: _average(material, site, "seen", _PEAK) for site in material.sites}
    return read_ratios(found, against="a month in months 7 to 12 before", present="up")


def _read_early(material: Material) -> Reading:
    rest = range(_EARLY[-1] + 1, material.after_months + 1)
    found = {site: _contrast(material, site, _EARLY, rest) for site in material.sites}
    return read_ratios(
        found, against="in the months that follow, beyond reference people", present="up"
    )


def _read_late(material: Material) -> Reading:
    start = material.after_months - _N_LATE + 1
    late, rest = range(start, material.after_months + 1), range(1, start)
    found = {site: _contrast(material, site, late, rest) for site in material.sites}
    return read_ratios(
        found, against="in the months before them, beyond reference people", present="up"
    )


def _read_comparators(material: Material) -> Reading:
    before, after = range(-material.before_months, 0), range(1, material.after_months + 1)
    found = {
        site: _subtract(
            _average(material, site, "reference", after),
            _average(material, site, "reference", before),
        )
        for site in material.sites
    }
    return read_ratios(found, against="before, in reference people", present="down")


def _contrast(
    material: Material, site: str, own: Sequence[int], rest: Sequence[int]
) -> Estimate | None:
    """Some months against others, among people seen over the same among reference people."""
    seen, reference = (
        _subtract(_average(material, site, group, own), _average(material, site, group, rest))
        for group in ("seen", "reference")
    )
    return _subtract(seen, reference)


def _average(material: Material, site: str, group: str, months: Sequence[int]) -> Estimate | None:
    """The mean of the months' log ratios; None unless all have a number and an error.

    The mean of their errors is the largest that its own can be, however the months hang together.
    """
    own = {
        one.month: (one.log_rr, one.se)
        for one in material.course
        if (one.site, one.group) == (site, group)
    }
    numbers = [own.get(month, (None, None)) for month in months]
    known = [(log_rr, se) for log_rr, se in numbers if log_rr is not None and se is not None]
    if not known or len(known) < len(numbers):
        return None
    return sum(one for one, _ in known) / len(known), sum(se for _, se in known) / len(known)


def _subtract(first: Estimate | None, other: Estimate | None) -> Estimate | None:
    """A difference as of numbers that do not hang together; months that share a baseline and
    people vary together, which makes the true error smaller."""
    if first is None or other is None or first[1] is None or other[1] is None:
        return None
    return first[0] - other[0], math.hypot(first[1], other[1])


def _read_lost(material: Material) -> Reading:
    """Of the people new to the link worker, those who died or left; those complete did neither."""
    steps = {one.step: one.by_site for one in material.flow}

    def at(site: str, *names: str) -> list[Count]:
        return [steps[name][site] for name in names if site in steps.get(name, {})]

    shares = {
        site: bound_share(at(site, "died", "left"), of=new, rest=at(site, "complete"))
        for site in material.sites
        for new in at(site, "new")
        if len(at(site, "died", "left")) == 2
    }
    return read_shares(shares)


def _read_attenders(band: str) -> Reader:
    """People in one band of contacts before, among those whose change is described."""

    def read(material: Material) -> Reading:
        rows = plain_rows(material.pattern)

        def cells(one: SiteChange, *, inside: bool) -> list[Count]:
            return [
                read_count(row["n"], row["state"])
                for row in rows
                if (row["site"], row["who"]) == (one.site, one.who)
                and (row["before_band"] == band) is inside
            ]

        return read_shares(
            {
                one.site: bound_share(
                    cells(one, inside=True), of=one.n, rest=cells(one, inside=False)
                )
                for one in material.change
            }
        )

    return read


def _of_meaning(read: MeaningReader) -> Reader:
    """A reader of what a change means as a reader of all there is."""
    return lambda material: read(material.meaning)


READERS: Mapping[str, Reader] = {
    GP_CONTACTS: _read_gp_contacts,
    "missed": _read_missed,
    "peak_before": _read_peak,
    "early_burst": _read_early,
    "late_rise": _read_late,
    "comparators_fall_too": _read_comparators,
    "died_or_left": _read_lost,
    "frequent_attenders": _read_attenders("10+"),
    "rare_attenders": _read_attenders("0"),
    **{name: _of_meaning(read) for name, read in MEANING_READERS.items()},
}
"""Who reads which indicator. `read_ratios` and `read_shares` make a reading of most measures."""
assert set(READERS) <= set(INDICATORS), "every reader reads an indicator of the vocabulary"
