"""A study file of the eight made-up sites, and their returns as files, for a living synthesis."""

from __future__ import annotations

from pathlib import Path

from righthelp.protocol.study import Study
from righthelp.returns.bundle import write_bundle
from righthelp.returns.tables import Released
from tests.lib.studies import write_study
from tests.unit.report.eight_sites import make_returns, make_study

STUDY = make_study()
RETURNS = {one.site: one for one in make_returns(STUDY)}


def write_study_file(folder: Path, study: Study = STUDY) -> Path:
    """The study as a file in a folder."""
    places = {site.id: f"sites/{site.id}" for site in study.site}
    return write_study(study, folder / "study.toml", places=places)


def send(folder: Path, released: Released, *, name: str = "") -> Path:
    """What a site sends, as a file in a folder."""
    path = folder / "sent" / (name or f"{released.site}.zip")
    write_bundle(released, path)
    return path
