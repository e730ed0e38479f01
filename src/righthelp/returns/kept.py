"""The returns that a study keeps beside its file, and changes to them that happen whole or not.

A change is written into a folder of its own, which then gets the name by which it counts; moving
its files into place comes after that, and whoever next opens the kept returns finishes it. So an
interruption leaves either the old or the new state, and nothing of a return that was withdrawn.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from righthelp.errors import DataRefused, UsageError
from righthelp.returns.bundle import PROVENANCE, copy_bundle, read_bundle
from righthelp.returns.history import LOG, ReturnEntry, read_history, write_history
from righthelp.returns.tables import Released

FOLDER = "returns"
PENDING, READY = ".pending-", ".ready"
TAKEN = "taken.json"


@dataclass(frozen=True)
class Kept:
    """What is kept: returns by site, those that cannot be read, and the log.

    refused: why, by the name of the file or folder. strays: of those that can be read but lie under
    another name or a second time, the site. log: the file of the log, as it stood.
    """

    returns: Mapping[str, Released]
    refused: Mapping[str, DataRefused]
    strays: Mapping[str, str]
    entries: tuple[ReturnEntry, ...]
    log: bytes

    def places_of(self, site: str) -> tuple[str, ...]:
        """The files and folders in which a return of the site lies, or seems to by its name."""
        broken = (one for one in self.refused if self.strays.get(one, _stem(one)) == site)
        return (site, f"{site}.zip", *broken) if site in self.returns else tuple(broken)

    def take_all(self) -> tuple[Released, ...]:
        """Every return kept; raises DataRefused with all problems if one cannot be read."""
        if self.refused:
            problems = [one for error in self.refused.values() for one in error.problems]
            raise DataRefused("a return that is kept cannot be used:", problems=problems)
        return tuple(self.returns.values())


def read_kept(folder: Path) -> Kept:
    """What is kept in a folder; finishes a change that was interrupted. Empty without the folder.

    Raises ProtocolError with all problems of the log.
    """
    _settle(folder)
    returns: dict[str, Released] = {}
    refused: dict[str, DataRefused] = {}
    strays: dict[str, str] = {}
    for place in _list_places(folder):
        try:
            found = read_bundle(place)
        except DataRefused as error:
            refused[place.name] = error
            continue
        if _stem(place.name) == found.site and found.site not in returns:
            returns[found.site] = found
            continue
        what = f"this is a{' second' * (found.site in returns)} return of {found.site}"
        do = "Move it elsewhere, and take it in with righthelp receive."
        refused[place.name] = DataRefused(what, where=str(place), do=do)
        strays[place.name] = found.site
    return Kept(returns, refused, strays, read_history(folder / LOG), _read_log(folder))


def change_kept(
    folder: Path,
    kept: Kept,
    *,
    entries: Sequence[ReturnEntry],
    put: Mapping[str, Path] = MappingProxyType({}),
    take: Sequence[str] = (),
) -> None:
    """Put returns into the folder and take others out, and add to the log.

    put: by site, where its return lies now. take: names of files and folders. kept: what was there
    when the change was worked out; raises UsageError when the log is not the same any more.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pending = Path(tempfile.mkdtemp(prefix=PENDING, dir=folder))
    try:
        for site, source in put.items():
            copy_bundle(source, pending / f"{site}.zip")
        (pending / TAKEN).write_text(json.dumps(list(take)), encoding="utf-8")
        (pending / LOG).write_text(write_history([*kept.entries, *entries]), encoding="utf-8")
        for path in pending.iterdir():
            _hold(path)
        if _read_log(folder) != kept.log:
            raise UsageError(
                "the kept returns were changed at the same time",
                where=str(folder / LOG),
                do="Do it again.",
            )
        pending.rename(folder / READY)
    finally:
        if pending.exists():
            shutil.rmtree(pending)
    _settle(folder)


def _settle(folder: Path) -> None:
    """Finish the change that is ready, if there is one, and drop those that never were."""
    ready = folder / READY
    if ready.is_dir():
        for path in ready.glob("*.zip"):
            _take_folder(folder, path.stem)
            path.replace(folder / path.name)
        taken = ready / TAKEN
        for name in json.loads(taken.read_text(encoding="utf-8")) if taken.exists() else ():
            _take_folder(folder, name)
            if (folder / name).is_file():
                (folder / name).unlink()
        if (ready / LOG).exists():
            (ready / LOG).replace(folder / LOG)
        shutil.rmtree(ready)
    for left in folder.glob(f"{PENDING}*"):
        shutil.rmtree(left)


def _list_places(folder: Path) -> list[Path]:
    """Where a return lies: a zip, or a folder that says where its tables come from."""
    if not folder.is_dir():
        return []
    places = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return sorted(one for one in places if one.suffix == ".zip" or (one / PROVENANCE).exists())


def _stem(name: str) -> str:
    return name.removesuffix(".zip")


def _hold(path: Path) -> None:
    """See to it that a file is on the disk before it counts."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _take_folder(folder: Path, name: str) -> None:
    """Take a return that was kept as a folder away in one step; it goes with the change."""
    if (folder / name / PROVENANCE).exists():
        (folder / name).rename(folder / READY / f"gone-{name}")


def _read_log(folder: Path) -> bytes:
    log = folder / LOG
    return log.read_bytes() if log.exists() else b""
