"""One site, from what it holds to what it lets out: the kinds of route, one function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from righthelp.engine import open_engine
from righthelp.errors import UsageError
from righthelp.onsite.count import Progress, count_records
from righthelp.onsite.findings import Finding, Ledger, count_kinds
from righthelp.onsite.provenance import describe_provenance
from righthelp.onsite.quality import Quality, look_at
from righthelp.onsite.release import Answer, release
from righthelp.onsite.rules import Rules
from righthelp.onsite.sheets import answer_counts, answer_summary
from righthelp.onsite.sources.counts import SiteCounts, read_counts
from righthelp.onsite.sources.kinds import KINDS
from righthelp.onsite.sources.records import read_records
from righthelp.onsite.sources.summary import SiteSummary, read_summary
from righthelp.protocol.contacts import Definition, list_definitions
from righthelp.protocol.routes import RECORD_ROUTES
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import Released


@dataclass(frozen=True)
class Counted:
    """A site's return, and what only the site itself may see: its findings and row accounts."""

    released: Released
    findings: tuple[Finding, ...]
    ledger: tuple[Ledger, ...]


def count_site(
    study: Study, site_id: str, *, tell: Progress | None = None, memory_limit: str = "700MB"
) -> Counted:
    """Count one site of a study and release what may leave.

    `tell` hears a few words at each stage. Raises DataRefused with every problem of the data,
    DisclosureRefused when a spreadsheet names a person, UsageError for a site the study has not.
    """
    site = find_site(study, site_id)
    count = _ROUTES[site.route]
    return count(study, site, tell or (lambda _: None), memory_limit)


def check_site(
    study: Study, site_id: str, *, tell: Progress | None = None
) -> tuple[tuple[Finding, ...], tuple[Ledger, ...]]:
    """Read one site's data without counting: its findings and the account of its rows."""
    site = find_site(study, site_id)
    (tell or (lambda _: None))("reading the data")
    if site.has_records:
        with open_engine() as engine:
            records = read_records(engine, study=study, site=site, folder=site.path)
        return records.findings, records.ledger
    if site.route == "counts":
        sheet = read_counts(study=study, site=site, path=site.path)
        return sheet.findings, sheet.ledger
    form = read_summary(study=study, site=site, path=site.path)
    return form.findings, form.ledger


def judge_records(
    study: Study, site_id: str, *, tell: Progress | None = None
) -> tuple[Quality, tuple[Finding, ...], tuple[Ledger, ...]]:
    """Look at one site's records as a whole; raises UsageError where it has none."""
    site = find_site(study, site_id)
    if not site.has_records:
        raise UsageError(
            f"site {site_id} has no records to look at (its route is {site.route})",
            do="`righthelp check` says what is odd in its sheet.",
        )
    tell = tell or (lambda _: None)
    with open_engine() as engine:
        tell("reading the records")
        records = read_records(engine, study=study, site=site, folder=site.path)
        tell("looking at them")
        quality = look_at(engine, study, site=site, ledger=records.ledger)
    return quality, records.findings, records.ledger


def _count_records(study: Study, site: Site, tell: Progress, memory_limit: str) -> Counted:
    with open_engine(memory_limit=memory_limit) as engine:
        tell("reading the records")
        records = read_records(engine, study=study, site=site, folder=site.path)
        engine.open_workspace()
        engine.lock()
        rules = Rules.of(
            study,
            site,
            role_missing=records.role_missing,
            with_categories=records.with_categories,
        )
        counted = count_records(engine, rules, tell=tell)
    answer = Answer(
        estimates=counted.estimates,
        flow=counted.flow,
        changes=counted.changes,
        course=counted.course,
        not_held=counted.not_held,
        matching=counted.matching,
        diagnostics=counted.diagnostics,
        rehearsal=counted.rehearsal,
        series=counted.series,
        meaning=counted.meaning,
        quality=_quality(records.findings),
        supply=records.supply,
        provenance=_provenance(
            study, site, records.checksums, rules.definitions, role_missing=records.role_missing
        ),
    )
    return Counted(release(answer, study=study, site=site), records.findings, records.ledger)


def _count_sheet(study: Study, site: Site, tell: Progress, memory_limit: str) -> Counted:
    del memory_limit
    tell("reading the spreadsheet")
    counts = read_counts(study=study, site=site, path=site.path)
    figures = (
        read_summary(study=study, site=site, path=site.population, needed=("population",))
        if site.population
        else None
    )
    tell("estimating")
    described = answer_counts(counts, study=study, site=site, figures=figures)
    read = (counts, figures) if figures else (counts,)
    return _release_sheet(study, site, described, read)


def _count_summary(study: Study, site: Site, tell: Progress, memory_limit: str) -> Counted:
    del memory_limit
    tell("reading the form")
    summary = read_summary(study=study, site=site, path=site.path)
    described = answer_summary(summary, study=study)
    return _release_sheet(study, site, described, (summary,))


def _release_sheet(
    study: Study,
    site: Site,
    described: Mapping[str, Any],
    read: Sequence[SiteCounts | SiteSummary],
) -> Counted:
    definitions = list_definitions(study.contacts, role_missing=False)[:1]
    findings = tuple(finding for one in read for finding in one.findings)
    ledger = tuple(account for one in read for account in one.ledger)
    answer = Answer(
        **described,
        quality=_quality(findings),
        supply=read[0].supply,
        # No checksum of a sheet or form leaves: so small a file could be guessed from it.
        provenance=_provenance(study, site, {}, definitions, role_missing=False),
    )
    return Counted(release(answer, study=study, site=site), findings, ledger)


_ROUTES: Mapping[str, Callable[[Study, Site, Progress, str], Counted]] = {
    **dict.fromkeys(RECORD_ROUTES, _count_records),
    "counts": _count_sheet,
    "summary": _count_summary,
}


def _quality(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "check": kind,
            "table": table,
            "column": column or None,
            "n_rows": n_rows,
            "effect": KINDS[kind].effect,
            "do": KINDS[kind].do,
        }
        for (kind, table, column), n_rows in count_kinds(findings).items()
    ]


def _provenance(
    study: Study,
    site: Site,
    checksums: Mapping[str, str],
    definitions: Sequence[Definition],
    *,
    role_missing: bool,
) -> dict[str, Any]:
    return describe_provenance(
        study,
        site,
        inputs_sha256=dict(checksums),
        definitions={one.name: one.label for one in definitions},
        role_missing=role_missing,
        made_on=datetime.now(tz=UTC).date(),
    )


def find_site(study: Study, site_id: str) -> Site:
    """The site of a study; raises UsageError when it has none of that name."""
    site = study.find_site(site_id)
    if site is None:
        raise UsageError(
            f"the study has no site {site_id}",
            do=f"Name one of: {', '.join(site.id for site in study.site)}.",
        )
    return site
