"""Indicators read from what a change means: reasons, help, scores and consultations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from righthelp.evidence.counts import Count
from righthelp.evidence.estimates import Z95
from righthelp.evidence.meaning.consultation import SiteMeasure
from righthelp.evidence.meaning.gather import MeaningEvidence
from righthelp.evidence.meaning.reasons import GroupReasons, ReasonNumber, tell_directions
from righthelp.evidence.meaning.seen import (
    NOT_SUPPLIED,
    Direction,
    Reading,
    Seen,
    bound_share,
    read_ratios,
    read_shares,
)
from righthelp.evidence.meaning.seen import Share as Bounded
from righthelp.evidence.meaning.sides import MARGIN, Side, find_side
from righthelp.evidence.meaning.support import Share
from righthelp.protocol.indicators import MANY

MeaningReader = Callable[[MeaningEvidence], Reading]
HALF = 0.5
DIRECTIONS: Mapping[str, Direction] = {
    "fewer": "down",
    "more": "up",
    "lower": "down",
    "higher": "up",
    "unclear": "unclear",
    "not_asked": "unclear",
    "not_known": "unclear",
    "less": "down",
}
"""The words of the questions as directions of an indicator."""
SIDES: Mapping[Side, Direction] = {-1: "down", 0: "unclear", 1: "up"}


def _read_contacts(reason: str) -> MeaningReader:
    """Contacts for one reason after the index, against matched people."""

    def read(meaning: MeaningEvidence) -> Reading:
        found = meaning.reasons
        sites = {
            site.site: seen
            for site in found.sites
            if (seen := _see_reason(site.groups, reason, told=tell_directions(site.groups)))
        }
        groups = found.apart.get(reason, found.together)
        together = _see_reason(groups, reason, told=found.told)
        return Reading(sites, together or NOT_SUPPLIED)

    return read


def _see_reason(
    groups: Mapping[str, GroupReasons], reason: str, *, told: Mapping[str, str]
) -> Seen | None:
    after = groups.get("difference_after")
    part = _find_part(after.parts, reason) if after else None
    if part is None or part.holds or reason not in told:
        return None
    words = f"{_say(part.change, part.low, part.high)} per 100 people against matched people"
    return Seen(DIRECTIONS[told[reason]], words, after.n if after else None)


def _find_part(parts: Iterable[ReasonNumber], reason: str) -> ReasonNumber | None:
    return next((part for part in parts if part.reason == reason), None)


def _read_found(event: str) -> MeaningReader:
    """What was found or begun, against matched people."""

    def read(meaning: MeaningEvidence) -> Reading:
        rows = [row for one in meaning.reasons.found if one.event == event for row in one.sites]
        estimates = {
            str(row["site"]): (float(str(row["log_rr"])), float(str(row["se"])))
            for row in rows
            if row["log_rr"] is not None and row["se"]
        }
        return read_ratios(estimates, against="in matched people")

    return read


def _read_measure(measure: str) -> MeaningReader:
    """A measure of consultations, its change against that of matched people."""

    def read(meaning: MeaningEvidence) -> Reading:
        found = meaning.consultation
        sites = {
            one.site: seen
            for one in found.sites
            if one.measure == measure and (seen := _see_measure(one))
        }
        together = NOT_SUPPLIED
        for both in found.together:
            other = both.groups.get("difference")
            if both.measure == measure and other is not None:
                number = _say(other.change, other.low, other.high, decimals=2)
                words = f"{number} beyond matched people"
                together = Seen(DIRECTIONS[both.direction], words, other.n)
        return Reading(sites, together)

    return read


def _see_measure(one: SiteMeasure) -> Seen | None:
    other, own = one.groups.get("difference"), one.groups.get("seen")
    if other is None:
        return None
    margin = MARGIN * abs(own.before) if own and own.before is not None else 0.0
    side = find_side(other.change, other.se, margin=margin, critical=Z95)
    words = f"{_say(other.change, other.low, other.high, decimals=2)} beyond matched people"
    return Seen(SIDES[side], words, other.n)


def _read_scale(kind: str) -> MeaningReader:
    """The change of the scale that the quadrants use, beyond what chance alone gives."""

    def read(meaning: MeaningEvidence) -> Reading:
        found = meaning.wellbeing
        used = {table.scale for table in found.together if table.kind == kind}
        for one in found.scales:
            change, beyond = one.change, one.beyond
            if one.scale in used and change.log_rr is not None:
                words = f"{_say(change.log_rr, change.ci_low, change.ci_high, decimals=2)} points"
                if beyond.log_rr is None:
                    words += "; what would have come anyway is not known"
                return Reading({}, Seen(DIRECTIONS[one.verdict], words))
        return Reading({}, NOT_SUPPLIED)

    return read


def _read_corner(corner: str) -> MeaningReader:
    """The share of people in one corner of the first table of quadrants, missing scores bounded."""

    def read(meaning: MeaningEvidence) -> Reading:
        tables = meaning.wellbeing.sites
        kinds = [table.kind for table in meaning.wellbeing.together]
        shares = {}
        for table in tables:
            if kinds and table.kind == kinds[0] and table.site and table.bounds.get(corner):
                n = sum(count.value or 0.0 for count in table.cells.values())
                low, high = (share * n for share in table.bounds[corner])
                shares[table.site] = Bounded(low, high, n, n, is_withheld_in_part=high > low)
        return read_shares(shares)

    return read


def _read_share(measure: str, *, limit: float, of: str) -> MeaningReader:
    """A share of referrals or of needs at each site."""

    def read(meaning: MeaningEvidence) -> Reading:
        own = {
            site: share
            for (site, name), share in meaning.support.of_site.items()
            if name == measure
        }
        return read_shares({site: _bound(one) for site, one in own.items()}, of=of, limit=limit)

    return read


def _bound(share: Share) -> Bounded | None:
    if share.n is None or not share.of:
        return None
    return bound_share([Count(share.n, "rounded")], of=Count(share.of, "rounded"))


def _read_step(step: str, *, fate: str | None = None, limit: float) -> MeaningReader:
    """Of those referred, people who reached a step, or got no further than the one before."""

    def read(meaning: MeaningEvidence) -> Reading:
        steps = {one.step: one for one in meaning.support.funnel}
        if step not in steps or "referred" not in steps:
            return Reading({}, NOT_SUPPLIED)
        counts = steps[step].lost.get(fate, {}) if fate else steps[step].by_site
        referred = steps["referred"].by_site
        return read_shares(
            {
                site: bound_share([count], of=referred[site])
                for site, count in counts.items()
                if site in referred
            },
            of="people referred",
            limit=limit,
        )

    return read


def _read_dose(*, first: int, last: int | None, limit: float) -> MeaningReader:
    """People in some bands of contacts with the link worker, of those whom they saw."""

    def read(meaning: MeaningEvidence) -> Reading:
        shares = {}
        for one in meaning.consultation.dose:
            counts = list(one.bands.values())
            inside = counts[first:last]
            rest = [count for count in counts if not any(count is each for each in inside)]
            shares[one.site] = bound_share(inside, of=one.n, rest=rest)
        return read_shares(shares, of="people seen", limit=limit)

    return read


def _read_flags(meaning: MeaningEvidence) -> Reading:
    """People of whom the link worker passed anything back, over the sites that could say."""
    share = meaning.support.flags.get("any")
    bounded = _bound(share) if share else None
    together = read_shares({"all": bounded}, of="people seen").together if bounded else NOT_SUPPLIED
    return Reading({}, together)


def _say(value: float, low: float | None, high: float | None, *, decimals: int = 0) -> str:
    text = _sign(value, decimals)
    if low is None or high is None:
        return f"{text} (no interval)"
    return f"{text} ({_sign(low, decimals)} to {_sign(high, decimals)})"


def _sign(value: float, decimals: int) -> str:
    text = f"{value:+.{decimals}f}".replace("-", "\u2212")
    return text if text.strip("+\u22120.") else text[1:]


MEANING_READERS: Mapping[str, MeaningReader] = {
    "contacts_new_problem": _read_contacts("new_problem"),
    "contacts_long_term": _read_contacts("long_term_condition"),
    "contacts_mental_health": _read_contacts("mental_health"),
    "contacts_social": _read_contacts("social"),
    "contacts_other": _read_contacts("other"),
    "new_conditions": _read_found("new_condition"),
    "clinical_referrals": _read_found("clinical_referral"),
    "continuity": _read_measure("same_clinician"),
    "length": _read_measure("length"),
    "repeat_contact": _read_measure("repeat"),
    "wellbeing": _read_scale("wellbeing"),
    "activation": _read_scale("activation"),
    "relieved": _read_corner("relieved"),
    "activated": _read_corner("activated"),
    "withdrawn": _read_corner("withdrawn"),
    "escalating": _read_corner("escalating"),
    "returned": _read_share("returned", limit=MANY, of="people referred"),
    "repeat_referral": _read_share("repeated", limit=MANY, of="people referred"),
    "needs_fitted": _read_share("fitting_offered", limit=HALF, of="needs"),
    "need_met": _read_share("met", limit=HALF, of="needs"),
    "declined": _read_step("accepted", fate="declined", limit=MANY),
    "support_started": _read_step("started", limit=HALF),
    "seen_once": _read_dose(first=0, last=1, limit=MANY),
    "link_worker_contacts": _read_dose(first=1, last=None, limit=HALF),
    "flags": _read_flags,
}
"""Who reads which indicator of the vocabulary."""
