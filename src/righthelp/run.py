"""The whole flow, one line a stage: from a study file to returns and a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from righthelp.errors import RightHelpError, UsageError
from righthelp.protocol.load import load_study
from righthelp.protocol.requests import LOG, read_log
from righthelp.protocol.study import Study
from righthelp.protocol.theory import load_theory

if TYPE_CHECKING:
    from righthelp.evidence import Evidence
    from righthelp.onsite.findings import Finding, Ledger
    from righthelp.onsite.site import Counted
    from righthelp.returns.history import ReturnEntry
    from righthelp.returns.tables import Released

__all__ = [
    "LOG",
    "StudyRun",
    "check_site",
    "count_site",
    "load_study",
    "load_theory",
    "read_returns",
    "run_study",
    "write_report",
    "write_return",
]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class StudyRun:
    """What a run of a whole study made: returns, the reports, what they say, the sites refused."""

    returns: tuple[Path, ...]
    reports: tuple[Path, ...]
    evidence: Evidence
    counted: tuple[Counted, ...]
    refused: tuple[tuple[str, RightHelpError], ...]


def count_site(study: Study, site_id: str, *, tell: Progress | None = None) -> Counted:
    """Count one site where its records are; see `righthelp.onsite.site.count_site`."""
    from righthelp.onsite import site

    return site.count_site(study, site_id, tell=tell)


def check_site(
    study: Study, site_id: str, *, tell: Progress | None = None
) -> tuple[tuple[Finding, ...], tuple[Ledger, ...]]:
    """Read one site's data, count nothing, and return everything odd and the account of rows."""
    from righthelp.onsite import site

    return site.check_site(study, site_id, tell=tell)


def write_return(released: Released, path: Path) -> None:
    """Write a return as a folder, or as a zip when the path ends in .zip."""
    from righthelp.returns.bundle import write_bundle

    write_bundle(released, path)


def read_returns(paths: Sequence[Path]) -> list[Released]:
    """Read returns back from folders or zips."""
    from righthelp.returns.bundle import read_bundle

    return [read_bundle(path) for path in paths]


def write_report(
    study: Study,
    returns: Sequence[Released],
    *,
    paths: Sequence[Path],
    audience: str = "everybody",
    tables: Path | None = None,
    log: Path | None = None,
    history: tuple[ReturnEntry, ...] = (),
) -> Evidence:
    """Pool the returns and write the report to each of `paths`: HTML, PDF or Word by its ending.

    `audience`: "everybody", "advisory-group", "commissioner", or a site by its id. `tables`: a
    folder for every table of the report as CSV, the exports and the record. `log`: the log of
    asking the sites, if one is kept. `history`: that of returns kept beside the study. Gives what
    was found. Raises
    DataRefused when a return was made under other rules, or has been changed, ProtocolError with
    all problems of the study's theory, if it names one, and UsageError for an unknown ending or
    audience, and for the tables beside a report for one site.
    """
    from righthelp.evidence import gather
    from righthelp.report import compose, write_tables
    from righthelp.report.compose import AUDIENCES
    from righthelp.report.exports import write_exports
    from righthelp.report.record import write_record
    from righthelp.report.writing import check_forms, write_document
    from righthelp.returns.checks import check_returns

    check_forms(paths)
    theory = load_theory(study.study.theory)
    check_returns(study, returns)
    entries = read_log(log, study) if log else ()
    evidence = gather(study, returns, log=entries, theory=theory, history=history)
    document = compose(evidence, audience)
    if tables is not None and audience not in AUDIENCES:
        raise UsageError(
            "The tables name every site, and a report for one site names no other.",
            where="--tables",
            do="Leave out --tables, or --for.",
        )
    write_document(document, paths)
    if tables is not None:
        write_tables(evidence, tables)
        write_exports(evidence, tables)
        write_record(evidence, tables)
    return evidence


def run_study(path: Path, out: Path, *, tell: Progress | None = None) -> StudyRun:
    """Count every site of a study on this machine; write the returns and the reports into `out`.

    A site whose data are refused is left out and told; the report counts it among those that did
    not answer. Raises RightHelpError when no site at all can be counted.
    """
    study = load_study(path)
    load_theory(study.study.theory)
    say = tell or (lambda _: None)
    counted: list[Counted] = []
    refused: list[tuple[str, RightHelpError]] = []
    for site in study.site:
        try:
            counted.append(count_site(study, site.id, tell=_name_site(say, site.id)))
        except RightHelpError as error:
            refused.append((site.id, error))
    if not counted:
        raise refused[0][1]
    returns = [out / "returns" / f"{one.released.site}.zip" for one in counted]
    for one, target in zip(counted, returns, strict=True):
        write_return(one.released, target)
    say("writing the report")
    reports = tuple(out / f"report.{ending}" for ending in ("html", "pdf"))
    found = write_report(study, read_returns(returns), paths=reports, log=path.parent / LOG)
    return StudyRun(tuple(returns), reports, found, tuple(counted), tuple(refused))


def _name_site(say: Progress, site_id: str) -> Progress:
    return lambda stage: say(f"{site_id}: {stage}")
