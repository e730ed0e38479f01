"""A return as a folder or a zip: declared tables as CSV, where they came from, and a plain page."""

from __future__ import annotations

import hashlib
import html
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from righthelp.errors import DataRefused, Problem, UsageError
from righthelp.returns.tables import TABLES, Released
from righthelp.schema import Row

PROVENANCE = "provenance.json"
PAGE = "what-leaves.html"
LARGEST_BUNDLE = 50_000_000
"""Bytes of a whole return once unpacked; a real one is a few hundred kilobytes."""


def write_bundle(released: Released, path: Path) -> None:
    """Write a return to a folder, or to a zip when the path ends in .zip; a return there goes.

    Raises UsageError when the folder holds anything else: it would leave with the return.
    """
    files = {
        f"{table.name}.csv": table.to_csv(released.tables[table.name]).encode() for table in TABLES
    }
    checksums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    provenance = {**released.provenance, "site": released.site, "tables_sha256": checksums}
    files[PROVENANCE] = (json.dumps(provenance, indent=2, sort_keys=True) + "\n").encode()
    files[PAGE] = _write_page(released).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        _write_zip(files, path)
        return
    path.mkdir(exist_ok=True)
    others = sorted({one.name for one in path.iterdir()} - set(files))
    if others:
        raise UsageError(
            f"{path} holds other files: {', '.join(others[:5])}",
            do="Give a new folder, so that nothing but the return leaves with it.",
        )
    for name, content in files.items():
        (path / name).write_bytes(content)


def copy_bundle(source: Path, path: Path) -> None:
    """Write a return that was read to a zip, its files byte for byte and nothing that lay beside.

    The page in plain words, which no checksum holds, is made anew.
    """
    files = dict(sorted(_read_files(source).items()))
    files[PAGE] = _write_page(read_bundle(source)).encode()
    _write_zip(files, path)


def _write_zip(files: Mapping[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # A fixed date, so that the same return is the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)


def read_bundle(path: Path) -> Released:
    """Read a return from a folder or zip; raises DataRefused with every problem it has."""
    files = _read_files(path)
    problems: list[Problem] = []
    provenance = _read_provenance(files, path, problems)
    checksums = provenance.get("tables_sha256", {})
    tables: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        name = f"{table.name}.csv"
        where = f"{path}: {name}"
        if name not in files:
            problems.append(
                Problem("the table is missing", where, "Ask the site to send it again.")
            )
            continue
        if checksums.get(name) != hashlib.sha256(files[name]).hexdigest():
            problems.append(
                Problem(
                    "the file is not the one the site wrote",
                    where,
                    "Ask the site to send the return again, unopened.",
                )
            )
        rows, complaints = table.from_csv(files[name].decode("utf-8", "replace"), where=where)
        problems += complaints
        tables[table.name] = tuple(rows)
    if problems:
        raise DataRefused(f"{path} is not a return that can be used:", problems=problems)
    return Released(site=str(provenance["site"]), tables=tables, provenance=provenance)


def _read_files(path: Path) -> dict[str, bytes]:
    wanted = {f"{table.name}.csv" for table in TABLES} | {PROVENANCE}
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in wanted if (path / name).is_file()}
    if not path.is_file():
        raise DataRefused("there is no return here", where=str(path), do="Check the path.")
    content = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise DataRefused(
            "this is neither a folder nor a zip", where=str(path), do="Give a return of a site."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > LARGEST_BUNDLE:
                raise DataRefused(
                    "the zip is far larger than any return",
                    where=str(path),
                    do="Ask the site to send the return again.",
                )
            return {
                PurePosixPath(entry.filename).name: archive.read(entry)
                for entry in entries
                if PurePosixPath(entry.filename).name in wanted
            }
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise DataRefused(
            f"the zip is damaged or locked: {error}",
            where=str(path),
            do="Ask the site to send the return again.",
        ) from None


def _read_provenance(
    files: Mapping[str, bytes], path: Path, problems: list[Problem]
) -> dict[str, Any]:
    try:
        provenance = json.loads(files.get(PROVENANCE, b""))
    except ValueError:
        provenance = None
    needed = {"site": str, "protocol_digest": str, "tables_sha256": dict}
    if isinstance(provenance, dict) and all(
        isinstance(provenance.get(name), kind) for name, kind in needed.items()
    ):
        return provenance
    problems.append(
        Problem(
            "it does not say where the return comes from",
            f"{path}: {PROVENANCE}",
            "Ask the site to send the return again.",
        )
    )
    return {}


def _write_page(released: Released) -> str:
    """What is about to leave, in plain words, for the person who signs it off."""
    provenance = released.provenance
    counts = "".join(
        f"<tr><td>{table.name}.csv</td><td>{len(released.tables[table.name])}</td>"
        f"<td>{html.escape(table.description)}</td></tr>"
        for table in TABLES
    )
    withheld = sum(
        row.get("state") == "suppressed" for rows in released.tables.values() for row in rows
    )
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8">
<title>What leaves {html.escape(released.site)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:1rem/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}
td,th{{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}}</style></head><body>
<h1>What leaves site {html.escape(released.site)}</h1>
<p>These files hold numbers about groups of people. They hold no name, number, address, date of
birth or death, free text, and no row about one person.</p>
<p>Counts of people are rounded to the nearest 5. Counts so small that they could point to somebody
are withheld: {withheld} rows have something withheld. The rule is the policy
&ldquo;{html.escape(str(provenance.get("disclosure_policy", "")))}&rdquo; of the study.</p>
<table><tr><th>File</th><th>Rows</th><th>What it says</th></tr>{counts}</table>
<p>The file {PROVENANCE} says which study and which version of the software made this, and from
which input files (by checksum). Please look through the tables, which open in a spreadsheet,
before you send them.</p>
</body></html>
"""
