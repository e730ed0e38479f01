"""The sites of a study: who was asked, who answered, and where an answer came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from righthelp.protocol.requests import Effort, Entry, sum_effort
from righthelp.protocol.study import Site, Study
from righthelp.returns.fingerprint import Fingerprint, take_fingerprint
from righthelp.returns.tables import Released

ROUTES: Mapping[str, str] = {
    "csv": "records of appointments",
    "emis": "an EMIS Web extract",
    "systmone": "a TPP SystmOne extract",
    "cprd_aurum": "a CPRD Aurum extract",
    "ehrql": "ehrQL tables",
    "omop": "an OMOP database",
    "fhir": "FHIR R4 resources",
    "vision": "a Vision extract",
    "counts": "a spreadsheet of counts, one row a person",
    "summary": "a form of means",
}


@dataclass(frozen=True)
class SiteAccount:
    """A site of the study, whether it answered, and the provenance of its answer.

    all_staff: its records do not say who a contact was with, so every role was counted.
    provenance: (key, value) as text. effort: what asking it came to. fingerprint: which return it
    was. system, list_size, imd_decile: what the study file says of the site.
    """

    id: str
    label: str
    route: str
    index: str
    answered: bool
    all_staff: bool = False
    provenance: tuple[tuple[str, str], ...] = ()
    effort: Effort = field(default_factory=Effort)
    fingerprint: Fingerprint | None = None
    system: str = ""
    list_size: int | None = None
    imd_decile: float | None = None


def account_sites(
    study: Study, returns: Sequence[Released], *, log: Sequence[Entry] = ()
) -> tuple[SiteAccount, ...]:
    """Every site of the study in its order, with its return and what asking it took."""
    by_site = {one.site: one for one in returns}
    accounts = []
    for site in study.site:
        accounts.append(
            replace(
                _account(study, site, by_site.get(site.id)),
                effort=sum_effort(log, site.id),
                system=site.system,
                list_size=site.list_size,
                imd_decile=site.imd_decile,
            )
        )
    return tuple(accounts)


def _account(study: Study, site: Site, answer: Released | None) -> SiteAccount:
    if answer is None:
        return SiteAccount(site.id, site.label, site.route, _name_index(study, site), False)
    return SiteAccount(
        id=site.id,
        label=site.label,
        route=site.route,
        index=_name_index(study, site),
        answered=True,
        all_staff=bool(answer.provenance.get("all_staff_counted")),
        provenance=tuple(_flatten(answer.provenance)),
        fingerprint=take_fingerprint(answer),
    )


def _name_index(study: Study, site: Site) -> str:
    if study.index.anchor == "month":
        return _name_month(site.index_month) if site.index_month else "index month not given"
    first, end = study.index.index_from, study.index.index_to
    assert first is not None and end is not None
    last = end - timedelta(days=1)
    return f"first contacts from {_name_day(first)} to {_name_day(last)}"


def _name_month(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _name_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _flatten(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """One row a fact; versions in one row, checksums in one a file.

    The digest is the study's own (a return with another is refused) and is said once.
    """
    for key, value in provenance.items():
        if value is None or key in ("protocol_digest", "definitions", "route"):
            continue
        if key == "versions":
            yield "versions", ", ".join(f"{name} {number}" for name, number in value.items())
        elif key in ("inputs_sha256", "tables_sha256"):
            yield from ((f"SHA-256 of {name}", digest) for name, digest in value.items())
        else:
            yield key.replace("_", " "), {True: "yes", False: "no"}.get(value, str(value))
