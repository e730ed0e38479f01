"""A living synthesis: returns kept beside the study, taken in, replaced and withdrawn, and pooled.

Every step is written into a log with the main result after it; see `returns.kept`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from righthelp.errors import DataRefused, Problem, UsageError
from righthelp.protocol.load import load_study
from righthelp.protocol.study import Study
from righthelp.returns.checks import check_returns
from righthelp.returns.fingerprint import take_fingerprint
from righthelp.returns.history import ReturnEntry, Standing
from righthelp.returns.kept import FOLDER, Kept, change_kept, read_kept

if TYPE_CHECKING:
    from righthelp.returns.tables import Released


@dataclass(frozen=True)
class Step:
    """What was done, and the main result before and after. aside: sites (or files) whose return is
    kept and cannot be pooled now, with the reason. same: sites whose return was there already."""

    entries: tuple[ReturnEntry, ...]
    before: Standing
    after: Standing
    aside: Mapping[str, str]
    same: tuple[str, ...] = ()


def receive_returns(
    study_file: Path, paths: Sequence[Path], *, because: str = "", at: datetime | None = None
) -> Step:
    """Take returns in beside the study, in place of earlier ones of the same sites, and note it.

    All of them or none. `at`: the moment to note, now unless given. Raises DataRefused with every
    problem of those that cannot be used, and ProtocolError for the study file or the log.
    """
    study, folder = load_study(study_file), study_file.parent / FOLDER
    given = _read_all(study, paths)
    kept = read_kept(folder)
    returns = dict(kept.returns)
    before, aside = _pool(study, returns)
    entries, moment = [], _now(at)
    marks = {site: take_fingerprint(one).whole for site, one in returns.items()}
    same = {one.site for one in given if marks.get(one.site) == take_fingerprint(one).whole}
    for one in given:
        if one.site in same:
            continue
        returns[one.site] = one
        after, aside = _pool(study, returns)
        entries.append(
            ReturnEntry(
                on=moment,
                did="replaced" if kept.places_of(one.site) else "received",
                site=one.site,
                digest=take_fingerprint(one).whole,
                replaced_digest=marks.get(one.site, ""),
                because=" ".join(because.split()),
                after=after,
            )
        )
    put = {one.site: path for one, path in zip(given, paths, strict=True) if one.site not in same}
    replaced = [name for site in put for name in kept.places_of(site)]
    new = {f"{site}.zip" for site in put}
    take = [name for name in replaced if name not in new]
    change_kept(folder, kept, entries=entries, put=put, take=take)
    after = entries[-1].after if entries else before
    return Step(
        tuple(entries), before, after, aside | _list_refused(kept, replaced), tuple(sorted(same))
    )


def withdraw_return(
    study_file: Path, site: str, *, because: str, at: datetime | None = None
) -> Step:
    """Delete the return of a site that is kept beside the study, and note it with the reason.

    Also where the return cannot be read, or others cannot be used: they do not stand in the way of
    a withdrawal. Raises UsageError where none of that site is kept, or without a reason.
    """
    study, folder = load_study(study_file), study_file.parent / FOLDER
    reason = " ".join(because.split())
    if not reason:
        raise UsageError("no reason is given", where="--because", do="Say why in a few words.")
    kept = read_kept(folder)
    places = kept.places_of(site)
    if not places:
        known = ", ".join((*kept.returns, *kept.refused))
        raise UsageError(
            f"no return of {site} is kept", where=str(folder), do=f"Kept are: {known or 'none'}."
        )
    returns = dict(kept.returns)
    gone = returns.pop(site, None)
    after, aside = _pool(study, returns)
    entry = ReturnEntry(
        on=_now(at),
        did="withdrawn",
        site=site,
        digest=take_fingerprint(gone).whole if gone else "",
        replaced_digest="",
        because=reason,
        after=after,
    )
    change_kept(folder, kept, entries=[entry], take=places)
    before, _ = _pool(study, kept.returns)
    return Step((entry,), before, after, aside | _list_refused(kept, places))


def read_living(study_file: Path) -> tuple[tuple[Released, ...], tuple[ReturnEntry, ...]]:
    """The returns kept beside a study, and the log of them.

    Raises UsageError where none is kept, DataRefused with every problem of those that cannot be
    read, and ProtocolError with all problems of the log.
    """
    folder = study_file.parent / FOLDER
    kept = read_kept(folder)
    returns = kept.take_all()
    if not returns:
        raise UsageError(
            "no returns were given, and none is kept beside the study",
            where=str(folder),
            do="Name the returns, or take them in with righthelp receive.",
        )
    return returns, kept.entries


def _read_all(study: Study, paths: Sequence[Path]) -> list[Released]:
    """The returns, checked; all their problems at once."""
    from righthelp.returns.bundle import read_bundle

    found: list[Released] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found.append(read_bundle(path))
        except DataRefused as error:
            problems += error.problems
    try:
        check_returns(study, found)
    except DataRefused as error:
        problems += error.problems
    if problems:
        raise DataRefused("nothing was taken in:", problems=problems)
    return found


def _pool(study: Study, returns: Mapping[str, Released]) -> tuple[Standing, dict[str, str]]:
    """The main result over the returns that fit the study as it is now, and those that do not."""
    from righthelp.evidence import gather

    able, aside = [], {}
    for site, one in returns.items():
        try:
            check_returns(study, [one])
        except DataRefused as error:
            aside[site] = error.problems[0].what
        else:
            able.append(one)
    if not able:
        return Standing(0), aside
    evidence = gather(study, able)
    crude, adjusted = evidence.crude, evidence.adjusted
    standing = Standing(
        n_sites=len(able),
        adjusted=_exp(adjusted.log_rr),
        low=_exp(adjusted.low),
        high=_exp(adjusted.high),
        verdict=adjusted.claim.verdict or "",
        crude=_exp(crude.log_rr),
    )
    return standing, aside


def _list_refused(kept: Kept, gone: Sequence[str]) -> dict[str, str]:
    """Files that cannot be used, without those that are gone, and why."""
    left = {name: error for name, error in kept.refused.items() if name not in gone}
    return {name: error.problems[0].what for name, error in left.items()}


def _now(at: datetime | None) -> datetime:
    return (at or datetime.now(tz=UTC)).replace(microsecond=0)


def _exp(log_rr: float | None) -> float | None:
    return None if log_rr is None else math.exp(log_rr)
