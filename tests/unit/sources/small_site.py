"""A small site whose files are all in order, for tests that break one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from righthelp.engine import open_engine
from righthelp.onsite.sources.records import SiteRecords, read_records
from righthelp.protocol.sitemap import SiteMap
from righthelp.protocol.study import Study

TODAY = date(2024, 6, 1)

PATIENTS = """patient_id,sex,date_of_birth,date_of_death
1,female,1950-02-01,
2,male,1960-03-01,
3,female,1970-04-01,2023-09-10
4,male,1980-05-01,
"""
REGISTRATIONS = """patient_id,practice_id,start_date,end_date
1,P1,2010-01-01,
2,P1,2011-01-01,
3,P1,2012-01-01,
4,P2,2013-01-01,2023-12-01
"""
APPOINTMENTS = """patient_id,practice_id,start_date,status,role,mode
1,P1,2023-01-10,attended,gp,face_to_face
1,P1,2023-02-10,attended,gp,telephone
2,P1,2023-03-10,did_not_attend,nurse,video
3,P1,2023-04-10,cancelled,gp,face_to_face
4,P2,2023-05-10,attended,gp,home_visit
1,P1,2023-06-10,attended,link_worker,face_to_face
"""
CONTACTS = """patient_id,date,mode,outcome
1,2023-03-15,telephone,
2,2023-03-20,face_to_face,attended
"""
REFERRALS = """referral_id,patient_id,referred_on
R1,1,2023-02-20
"""
FILES: Mapping[str, str] = {
    "patients.csv": PATIENTS,
    "practice_registrations.csv": REGISTRATIONS,
    "appointments.csv": APPOINTMENTS,
    "link_worker_contacts.csv": CONTACTS,
    "referrals.csv": REFERRALS,
}


def make_study(**changes: Any) -> Study:
    """A study with one site; `changes` go to the site, or to a section when they are a dict."""
    site = {
        "id": "a",
        "route": "csv",
        "path": ".",
        "index_month": "2023-03",
        "extract_from": date(2023, 1, 1),
        "extract_to": date(2023, 7, 1),
    }
    sections = {name: value for name, value in changes.items() if isinstance(value, dict)}
    site |= {name: value for name, value in changes.items() if name not in sections}
    return Study.model_validate({"study": {"title": "A small study"}, "site": [site], **sections})


def write_site(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write the good files with some replaced; None leaves a file out."""
    for name, content in {**FILES, **files}.items():
        if isinstance(content, str):
            content = content.encode("utf-8")
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def read_site(
    folder: Path, *, site_map: Mapping[str, Any] | None = None, **changes: Any
) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    """Read the site, and the rows of every canonical table it left in the engine."""
    study = make_study(**changes)
    with open_engine() as engine:
        records = read_records(
            engine,
            study=study,
            site=study.site[0],
            folder=folder,
            site_map=SiteMap.model_validate(site_map or {}),
            today=TODAY,
        )
        tables = [row[0] for row in engine.rows("SHOW TABLES")]
        return records, {name: engine.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in tables}
