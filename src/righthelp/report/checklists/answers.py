"""What the study file and the provenance of the returns say to a checklist's items."""

from __future__ import annotations

from datetime import timedelta

from righthelp.evidence import Evidence
from righthelp.evidence.designs import FAMILIES, Design
from righthelp.evidence.sites import ROUTES, SiteAccount
from righthelp.evidence.summary import join_words, spell
from righthelp.protocol.study import Site
from righthelp.protocol.theory import load_theory
from righthelp.report.cells import show_count
from righthelp.report.explanations import DISCLOSURE, list_rules
from righthelp.report.site_tables import SHOWN_DIGITS
from righthelp.returns.tables import BANDS


def say_design(evidence: Evidence) -> str:
    """The design, with the windows and what the people seen are set against."""
    windows = evidence.study.windows
    against = [one.label.lower() for one in _list_families(evidence, "adjusted", "weaker")]
    said = (
        f"An observational before-and-after study of {evidence.study.study.outcome}, in the "
        f"{windows.before_months} months before and the {windows.after_months} months after people "
        "saw a link worker"
    )
    if not against:
        return f"{said}, described only: no site could say what was to be expected."
    return f"{said}, set against what was expected ({join_words(against)})."


def say_question(evidence: Evidence) -> str:
    """The question of the study file."""
    return f"The study asks: {evidence.study.study.question}"


def say_setting(evidence: Evidence) -> str:
    """Each site: whether it answered, from what, when, and over which days."""
    asked, answered = len(evidence.sites), len(evidence.answered)
    parts = [_say_site(evidence, one) for one in evidence.sites]
    return f"Sites asked: {asked}; answered: {answered}. {'; '.join(parts)}."


def say_participants(evidence: Evidence) -> str:
    """Who was eligible, how they were found and for how long they were followed."""
    study = evidence.study
    rules = dict(list_rules(study))
    return (
        f"Index: {rules['Index']}. People described: {rules['People described']}. "
        "Where records tell it, they had to be registered with the site at the index; those "
        "registered for the whole of both windows are compared before and after. Windows: "
        f"{rules['Windows']}."
    )


def say_matching(evidence: Evidence) -> str:
    """What people were matched on, and how many were matched."""
    matched, asked = evidence.matched, evidence.study.matching
    if not matched.sites:
        return "No site matched people, so there are no matching criteria."
    n = sum(one.estimate.n or 0 for one in matched.after.members)
    told = (
        f"About {n:,} people were matched at {len(matched.after.members)} of the sites."
        if n
        else "How many were matched did not leave the sites."
    )
    return (
        "Matched were sex, age band, how long before such a visit was, and contacts in the year up "
        "to it; where nobody was that much alike, a coarser likeness, rung by rung. For each "
        f"person up to {asked.per_person} comparators were taken; below {asked.at_least} a coarser "
        f"likeness was tried. {told}"
    )


def say_variables(evidence: Evidence) -> str:
    """The outcome, the exposure, and what is allowed for."""
    rules = dict(list_rules(evidence.study))
    return (
        f"Outcome: {evidence.study.study.outcome}, counted {rules['Contacts counted']}; "
        f"{rules['Several a day']}. Exposure: a contact with a link worker at the index. Allowed "
        "for, where a site could: the history of contacts, age band and sex."
    )


def say_data_sources(evidence: Evidence) -> str:
    """The kind of data at each site, and sites that could not tell whom a contact was with."""
    said = f"{_say_routes(evidence)} The input files are named by checksum in the provenance."
    all_staff = [one.label for one in evidence.answered if one.all_staff]
    if all_staff:
        said += (
            f" At {join_words(all_staff)} the records do not say who a contact was with, so "
            "contacts with all staff were counted."
        )
    return said


def say_bias(evidence: Evidence) -> str:
    """The comparisons made, and checks that could have failed."""
    families = _list_families(evidence, "adjusted", "weaker")
    if not families:
        return "No site could compare with anybody, so nothing is claimed beyond what was counted."
    said = [
        "People are referred at a bad time, so fewer contacts are to be expected afterwards.",
        f"Designs that answer how many: {join_words([one.label.lower() for one in families])}.",
    ]
    checks = evidence.matched.checks if evidence.matched.sites else ()
    if checks:
        held = sum(one.outcome == "holds" for one in checks)
        said.append(f"Of {len(checks)} checks of the matched people {held} held.")
    control = evidence.study.matching.control_roles
    if control:
        names = join_words([role.replace("_", " ") for role in control])
        said.append(f"Contacts with {names} served as negative control.")
    return " ".join(said)


def say_quantities(evidence: Evidence) -> str:
    """How counts and ages are handled."""
    ages = join_words([str(age) for age in evidence.study.reference.age_bands])
    bands = join_words([band.replace("-", " to ") for band in BANDS])
    return (
        "Contacts are analysed as counts. For the joint picture they are grouped as "
        f"{bands} in a window. Age bands begin at {ages} years."
    )


def say_statistics(evidence: Evidence) -> str:
    """The comparisons by name, and how sites are brought together."""
    families = _list_families(evidence)
    if not families:
        return "No estimate was made."
    said = (
        "Log ratios of contacts, with 95% intervals. Comparisons: "
        f"{join_words([one.label.lower() for one in families])}; the section says of each how it "
        "is made and what it assumes."
    )
    if len(evidence.answered) > 1:
        said += (
            " Sites are brought together with random effects (restricted maximum likelihood, "
            "Hartung-Knapp intervals)."
        )
    return said


def say_follow_up(evidence: Evidence) -> str:
    """The length of the windows, the same for everybody."""
    windows = evidence.study.windows
    said = (
        f"Windows: {windows.before_months} months before and {windows.after_months} months after. "
        "Where records tell it, people compared before and after are those registered for the "
        "whole of both."
    )
    if windows.washout_days:
        said += f" The after window begins {windows.washout_days} days after the index."
    return said


def say_kinds_of_data(evidence: Evidence) -> str:
    """How many sites answered from which kind of data."""
    return _say_routes(evidence)


def say_time(evidence: Evidence) -> str:
    """The index of each site that answered, and the days that extracts cover."""
    told = [_say_time(evidence, one) for one in evidence.answered]
    return f"{'; '.join(told)}." if told else "No site answered."


def say_linkage(evidence: Evidence) -> str:
    """That nobody was linked between sites."""
    return (
        "People were not linked between sites: the data of each were counted by themselves, and "
        "nothing about one person left them. Somebody seen at two sites is counted at both."
    )


def say_found_by(evidence: Evidence) -> str:
    """By what people entered the study."""
    return (
        "People were found by a contact with a link worker, as each site supplied it; link worker "
        f"contacts never count among the {evidence.study.study.outcome}."
    )


def say_codelists(evidence: Evidence) -> str:
    """Which codelists gave contacts their reasons, by checksum."""
    folder = evidence.study.codelists.folder
    lists = (
        "the starter lists that ship with righthelp"
        if folder is None
        else f"the study's own codelists (folder {folder.name})"
    )
    sums = sorted({value for one in evidence.answered for value in _find_sums(one)})
    named = f" (SHA-256 from {join_words([one[:SHOWN_DIGITS] for one in sums])})" if sums else ""
    return (
        f"Reasons for contacts come from {lists}{named}. Which appointments count is in the rules "
        "of the study, applied to what each site's column map makes of its records."
    )


def say_access(evidence: Evidence) -> str:
    """That the report was made from released counts alone."""
    policy = DISCLOSURE[evidence.study.disclosure.policy]
    return (
        "This report was made from counts and estimates that the sites let out; no record was read "
        f"for it. {policy}"
    )


def say_availability(evidence: Evidence) -> str:
    """The digest of the rules, the software, and what each return says of its making."""
    versions = sorted(
        {value for one in evidence.answered for key, value in one.provenance if key == "versions"}
    )
    made = f" Returns were made with {'; or '.join(versions)}." if versions else ""
    return (
        "The rules that every site followed have the digest that begins "
        f"{evidence.digest[:SHOWN_DIGITS]}. The code is righthelp, which is open source.{made} "
        "No raw data can be had from here."
    )


def say_theory(evidence: Evidence) -> str:
    """The theory that the study sets beside its results."""
    theory = evidence.theory.theory
    shipped = ", which ships with righthelp" if theory == load_theory() else ""
    n = len(theory.row)
    return (
        f"Results are set beside the theory “{theory.title}”{shipped}: {spell(n)} "
        f"{'statement' if n == 1 else 'statements'} of how such a scheme might go."
    )


def say_places(evidence: Evidence) -> str:
    """The sites that answered, by name."""
    labels = [site.label for site in evidence.answered]
    return f"People of these sites: {join_words(labels)}." if labels else "No site answered."


def say_provider(evidence: Evidence) -> str:
    """Link workers, and how many people they saw in a month."""
    told = [
        f"{show_count(one.values['caseload'])} at {evidence.label(one.site)}"
        for one in evidence.meaning.consultation.dose
        if one.values["caseload"].value is not None
    ]
    said = "Social prescribing link workers."
    return f"{said} People seen in a month (median): {join_words(told)}." if told else said


def _list_families(evidence: Evidence, *strengths: str) -> list[Design]:
    """The families of designs of which some site gave a number, in their order."""
    found = {one.family.name for one in evidence.estimates if one.log_rr is not None}
    return [
        one
        for one in FAMILIES
        if one.name in found and (not strengths or one.strength in strengths)
    ]


def _say_routes(evidence: Evidence) -> str:
    counted: dict[str, list[str]] = {}
    for one in evidence.answered:
        counted.setdefault(ROUTES[one.route], []).append(one.label)
    told = [f"{route} ({join_words(labels)})" for route, labels in counted.items()]
    return f"Sites answered from {join_words(told)}." if told else "No site answered."


def _say_site(evidence: Evidence, one: SiteAccount) -> str:
    if not one.answered:
        return f"{one.label}: no answer"
    beside = [
        f"system {one.system}" if one.system else "",
        f"{one.list_size:,} registered" if one.list_size else "",
    ]
    more = "".join(f", {part}" for part in beside if part)
    return f"{_say_time(evidence, one)}, from {ROUTES[one.route]}{more}"


def _say_time(evidence: Evidence, one: SiteAccount) -> str:
    site = evidence.study.find_site(one.id)
    covered = _say_covered(site) if site else ""
    return f"{one.label}: {one.index}{covered}"


def _say_covered(site: Site) -> str:
    if site.extract_from is None or site.extract_to is None:
        return ""
    last = site.extract_to - timedelta(days=1)
    return f", records from {site.extract_from.isoformat()} to {last.isoformat()}"


def _find_sums(site: SiteAccount) -> list[str]:
    return [value for key, value in site.provenance if key == "codelists sha256"]
