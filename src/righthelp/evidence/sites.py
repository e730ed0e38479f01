"""The sites of a study: who was asked, who answered, and where an answer came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from righthelp.errors import Problem, UsageError
from righthelp.protocol.study import Site, Study
from righthelp.returns.tables import Released

ROUTES: Mapping[str, str] = {
    "csv": "records of appointments",
    "counts": "a spreadsheet of counts, one row a person",
    "summary": "a form of means",
}


@dataclass(frozen=True)
class SiteAccount:
    """A site of the study, whether it answered, and the provenance of its answer.

    all_staff: its records do not say who a contact was with, so every role was counted.
    same_protocol: its answer was made under these rules; None where it does not say.
    provenance: (key, value) as text, nested keys joined by a dot.
    """

    id: str
    label: str
    route: str
    index: str
    answered: bool
    all_staff: bool = False
    same_protocol: bool | None = None
    provenance: tuple[tuple[str, str], ...] = ()


def account_sites(study: Study, returns: Sequence[Released]) -> tuple[SiteAccount, ...]:
    """Every site of the study in its order; raises UsageError for a return that is not of it."""
    _refuse_strangers(study, returns)
    by_site = {one.site: one for one in returns}
    return tuple(_account(study, site, by_site.get(site.id)) for site in study.site)


def _refuse_strangers(study: Study, returns: Sequence[Released]) -> None:
    ids = [one.site for one in returns]
    problems = [
        Problem(
            f"a return is of site {name!r}, which the study does not have",
            "study.toml: site",
            "Add the site to the study, or leave its return out.",
        )
        for name in dict.fromkeys(ids)
        if study.find_site(name) is None
    ]
    problems += [
        Problem(
            f"site {name!r} has {ids.count(name)} returns",
            name,
            "Keep the return that is meant, and leave the others out.",
        )
        for name in dict.fromkeys(ids)
        if ids.count(name) > 1
    ]
    if problems:
        raise UsageError("The returns do not fit the study:", problems=problems)


def _account(study: Study, site: Site, answer: Released | None) -> SiteAccount:
    if answer is None:
        return SiteAccount(site.id, site.label, site.route, _name_index(study, site), False)
    digest = answer.provenance.get("protocol_digest")
    return SiteAccount(
        id=site.id,
        label=site.label,
        route=site.route,
        index=_name_index(study, site),
        answered=True,
        all_staff=any(
            row["table"] == "appointments" and row["column"] == "role" and row["supplied"] is False
            for row in answer.tables["supply"]
        ),
        same_protocol=None if digest is None else digest == study.digest(),
        provenance=tuple(_flatten(answer.provenance)),
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


def _flatten(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _flatten(inner, f"{prefix}{key}.")
        elif isinstance(inner, (list, tuple)):
            yield f"{prefix}{key}", ", ".join(map(str, inner))
        else:
            yield f"{prefix}{key}", str(inner)
