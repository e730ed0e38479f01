"""Where a return comes from: the rules, the versions and the inputs behind every number."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

from righthelp import __version__
from righthelp.protocol.meanings import load_meanings
from righthelp.protocol.study import Site, Study

PACKAGES = ("duckdb", "numpy", "scipy", "pydantic")


def describe_provenance(
    study: Study,
    site: Site,
    *,
    inputs_sha256: Mapping[str, str],
    definitions: Mapping[str, str],
    role_missing: bool,
    made_on: date,
) -> dict[str, Any]:
    """What travels with a return: no path, only file names and their checksums."""
    index_from, index_to = study.index_range(site) if _has_index(study, site) else (None, None)
    return {
        "protocol_digest": study.digest(),
        "route": site.route,
        "index_from": _iso(index_from),
        "index_to": _iso(index_to),
        "extract_from": _iso(site.extract_from),
        "extract_to": _iso(site.extract_to),
        "definitions": dict(definitions),
        "all_staff_counted": role_missing,
        "inputs_sha256": dict(inputs_sha256),
        "codelists_sha256": load_meanings(study).sha256 if site.has_records else None,
        "made_on": made_on.isoformat(),
        "versions": {
            "righthelp": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
    }


def _has_index(study: Study, site: Site) -> bool:
    return study.index.anchor == "date" or site.index_month is not None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
