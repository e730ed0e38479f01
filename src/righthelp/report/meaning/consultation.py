"""The consultation itself and what the link worker did: tables and sentences."""

from __future__ import annotations

from righthelp.evidence import Evidence
from righthelp.evidence.meaning.consultation import Measured, MeasureTogether, SiteMeasure
from righthelp.protocol.study import Study
from righthelp.report.cells import (
    STATE_WORDS,
    Amount,
    Cell,
    Difference,
    Heading,
    ShownTable,
    show_difference,
)
from righthelp.returns.consultation import CONTINUITY, DOSE_BANDS, MEASURES

DIRECTIONS = {
    "lower": "lower",
    "higher": "higher",
    "unclear": "cannot tell",
    "not_asked": "differs by its nature",
}
ROUNDED = (
    "Before and after are of counts that the sites rounded, the changes are of the counts "
    "themselves; so they may differ in the last figure."
)
HOW_READ = (
    (
        "“Lower” and “higher” take account of all measures being looked at together; the "
        "intervals are those of one measure by itself. Neither word says whether that is good."
    ),
    (
        "The difference is of the people seen who have matched people; all people seen are in the "
        "first columns."
    ),
    (
        "Seeing the same clinician is told of people with {at_least} consultations or more before "
        "and as many after. The share with the clinician seen most moves with how often people "
        "come; Bice-Boxerman does not, so read that first."
    ),
    (
        "The length is what the appointment book holds; in some systems that is the slot and not "
        "the talk. Durations of nothing, or of over two hours, are those of lists and sessions, "
        "and lack."
    ),
    (
        "Where fewer appointments are held, the same number missed is a larger share of those "
        "booked. Cancelled appointments are not among them."
    ),
    (
        "The last {repeat} days of each window are not asked whether another contact followed, "
        "because what follows lies outside."
    ),
    (
        "A contact or message of the link worker counts as in sight when it is in the data, also "
        "where the GP cannot open the link worker's own system."
    ),
)


def name_measure(measure: str, study: Study) -> str:
    """A measure in words, with the study's own days."""
    asked = study.consultation
    if measure == "repeat":
        return f"Followed by another within {asked.repeat_days} days, per 100"
    if measure == "visible":
        return f"After a sign of the link worker within {asked.visible_days} days, per 100"
    return MEASURES[measure]


def decimals_of(measure: str) -> int:
    """The decimals in which the change of a measure is shown."""
    return 2 if measure in (*CONTINUITY, "length") else 1


def list_consultation(evidence: Evidence) -> ShownTable:
    """Each measure over the sites that could tell: people seen, matched people, the difference."""
    study, found = evidence.study, evidence.meaning.consultation
    rows = tuple(_row(one, study) for one in found.together)
    asked = study.consultation
    notes = (
        ROUNDED,
        *(
            note.format(at_least=asked.at_least_visits, repeat=asked.repeat_days)
            for note in HOW_READ
        ),
        *_name_sites(evidence),
    )
    return ShownTable(
        "consultation",
        "The consultation before and after, for people seen and for matched people",
        (
            Heading("measure", "What"),
            Heading("before", "Before", "number"),
            Heading("after", "After", "number"),
            Heading("change", "Change (95% interval)", "number"),
            Heading("comparators", "Change in matched people", "number"),
            Heading("difference", "Difference", "number"),
            Heading("direction", "Can it be told?"),
            Heading("n", "People", "number"),
            Heading("lacking_before", "Lacking before, per 100", "number"),
            Heading("lacking_after", "Lacking after, per 100", "number"),
        ),
        rows,
        notes if rows else (),
    )


def _row(one: MeasureTogether, study: Study) -> tuple[Cell, ...]:
    seen, decimals = one.groups["seen"], 2 if one.measure in CONTINUITY else 1
    return (
        name_measure(one.measure, study),
        Amount(seen.before, decimals),
        Amount(seen.after, decimals),
        _show(one.measure, seen),
        _show(one.measure, one.groups.get("comparators")),
        _show(one.measure, one.groups.get("difference")),
        DIRECTIONS[one.direction] if "difference" in one.groups else "",
        seen.n,
        Amount(seen.lacking_before, 1),
        Amount(seen.lacking_after, 1),
    )


def _show(measure: str, one: Measured | None, *, state: str = "not_estimable") -> Difference:
    if one is None:
        return Difference(None, missing=STATE_WORDS[state])
    return Difference(one.change, one.low, one.high, decimals=decimals_of(measure))


def _name_sites(evidence: Evidence) -> list[str]:
    """Which measures rest on some of the sites alone."""
    found = evidence.meaning.consultation
    able = tuple(dict.fromkeys(one.site for one in found.sites))
    notes = []
    for sites in dict.fromkeys(one.sites for one in found.together):
        if set(sites) < set(able):
            names = [
                name_measure(one.measure, evidence.study)
                for one in found.together
                if one.sites == sites
            ]
            labels = ", ".join(evidence.label(site) for site in sites)
            notes.append(f"From {labels} alone: {'; '.join(names)}.")
    return notes


def list_site_consultation(evidence: Evidence) -> ShownTable:
    """Each measure at each site, with what consultations lack and why a number is missing."""
    rows = tuple(
        (
            evidence.label(one.site),
            name_measure(one.measure, evidence.study),
            _show_site(one, "seen"),
            _show_site(one, "comparators"),
            _show_site(one, "difference"),
            one.reason,
        )
        for one in evidence.meaning.consultation.sites
    )
    return ShownTable(
        "site_consultation",
        "The consultation, site by site: changes with their 95% intervals",
        (
            Heading("site", "Site"),
            Heading("measure", "What"),
            Heading("change", "Change in people seen", "number"),
            Heading("comparators", "Change in matched people", "number"),
            Heading("difference", "Difference", "number"),
            Heading("reason", "Why a number is missing"),
        ),
        rows,
    )


def _show_site(one: SiteMeasure, group: str) -> Difference:
    return _show(one.measure, one.groups.get(group), state=one.states.get(group, "not_collected"))


def list_dose(evidence: Evidence) -> ShownTable:
    """People seen by how often they saw the link worker, over the sites."""
    bands = evidence.meaning.consultation.bands
    return ShownTable(
        "dose",
        "People seen by their contacts with the link worker, the first one too, up to the end of "
        "the after window",
        (Heading("contacts", "Contacts"), Heading("n", "People", "number")),
        tuple((band, bands[band]) for band in DOSE_BANDS if band in bands),
    )


def list_site_dose(evidence: Evidence) -> ShownTable:
    """How much the link worker did at each site."""
    rows = tuple(
        (
            evidence.label(one.site),
            one.values["contacts"],
            one.seen_once,
            one.values["months"],
            one.values["months_median"],
            one.values["caseload"],
        )
        for one in evidence.meaning.consultation.dose
    )
    return ShownTable(
        "site_dose",
        "How much the link worker did, site by site",
        (
            Heading("site", "Site"),
            Heading("contacts", "Contacts a person", "number", 1),
            Heading("seen_once", "Seen once only, per 100", "number"),
            Heading("months", "Months from first to last contact, mean", "number", 1),
            Heading("months_median", "Median", "number", 1),
            Heading("caseload", "People seen in a month, median", "number"),
        ),
        rows,
        (
            (
                "Contacts and months are counted up to the end of the after window, so that "
                "people still under the link worker then have more to come. People seen in a "
                "month are all of them, new or not, of the whole site: how many link workers it "
                "has is not known."
            ),
        )
        if rows
        else (),
    )


def say_consultation(evidence: Evidence) -> tuple[str, ...]:
    """What can be told of consultations, in sentences."""
    found = evidence.meaning.consultation
    if not found.together:
        return (f"Nothing can be said of the consultation itself, because {found.reason}.",)
    study = evidence.study
    compared = [one for one in found.together if "difference" in one.groups]
    by_nature = [one for one in compared if one.direction == "not_asked"]
    compared = [one for one in compared if one.direction != "not_asked"]
    told = [one for one in compared if one.direction in ("lower", "higher")]
    said = []
    for one in told:
        size = show_difference(_show(one.measure, one.groups["difference"]), decimals=1)
        said.append(
            f"{name_measure(one.measure, study)}: the change is {one.direction} than in matched "
            f"people, by {size}."
        )
    if not compared and not by_nature:
        said.append("No site had enough matched people to set the changes against.")
    elif compared and not told:
        said.append(
            "Set against matched people, of none of these measures can it be told that it changed."
        )
    said += [
        f"{name_measure(one.measure, study)}: this differs by its nature, since nobody had seen "
        "the link worker before."
        for one in by_nature
    ]
    missing = [
        name_measure(measure, study)
        for measure in MEASURES
        if all(one.measure != measure for one in found.together)
    ]
    if missing:
        said.append(f"No site could say: {'; '.join(missing)}.")
    return tuple(said)


def say_dose(evidence: Evidence) -> tuple[str, ...]:
    """How much the link worker did, in a sentence; none where no site could say."""
    dose = evidence.meaning.consultation.dose
    values = [one.values["contacts"] for one in dose]
    known = [one.value for one in values if one.value is not None]
    if not known:
        return ()
    low, high = min(known), max(known)
    many = f"{low:.1f}" if f"{low:.1f}" == f"{high:.1f}" else f"{low:.1f} to {high:.1f}"
    once = [one.seen_once.value for one in dose if one.seen_once.value is not None]
    said = f"People saw the link worker {many} times on average by the end of the after window"
    if once:
        ends = sorted({f"{min(once):.0f}", f"{max(once):.0f}"}, key=float)
        said += f"; {' to '.join(ends)} of every 100 saw them once only"
    return (f"{said}.",)
