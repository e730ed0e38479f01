"""What a return says of where it comes from: rules, versions, inputs; no path and no person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from righthelp import __version__
from righthelp.errors import DataRefused
from righthelp.onsite.site import count_site
from righthelp.protocol.study import Study
from righthelp.returns.tables import Released
from tests.lib.records import Appointment, Records, make_person, write_records
from tests.lib.studies import make_study


def _people(role: str) -> Records:
    held = make_person("ann", link_worker=["2024-03-09"], referred=["2024-02-01"])
    visits = tuple(
        Appointment(name, held.referrals[0].referred_on, role=role) for name in ("ann", "bob")
    )
    return held + make_person("bob") + Records(appointments=visits)


def _count(folder: Path, role: str = "gp", **contacts: str) -> tuple[Study, Released]:
    path = write_records(_people(role), folder / "private" / "north")
    study = make_study(site={"path": str(path)}, contacts=contacts)
    return study, count_site(study, "north").released


def test_a_return_says_which_rules_versions_and_inputs_it_was_made_with(tmp_path: Path) -> None:
    study, released = _count(tmp_path)
    told = released.provenance
    assert told["protocol_digest"] == study.digest()
    assert (told["index_from"], told["index_to"]) == ("2024-03-01", "2024-04-01")
    assert (told["extract_from"], told["extract_to"]) == ("2022-01-01", "2025-01-01")
    assert told["versions"]["righthelp"] == __version__
    assert {"python", "duckdb", "numpy"} <= set(told["versions"])
    assert "appointments.csv" in told["inputs_sha256"]
    assert told["definitions"]["primary"] == "The study's definition"
    assert told["all_staff_counted"] is False
    assert told["disclosure_policy"] == "default"


def test_no_path_and_no_person_is_in_it(tmp_path: Path) -> None:
    _, released = _count(tmp_path)
    text = json.dumps(released.provenance)
    for word in (str(tmp_path), "private", "ann", "bob"):
        assert word not in text


def test_records_without_roles_are_refused_or_marked(tmp_path: Path) -> None:
    """if_role_missing: the column is absent, so GPs cannot be told from other staff."""
    path = write_records(_people("gp"), tmp_path)
    file = path / "appointments.csv"
    lines = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    place = lines[0].index("role")
    kept = [",".join(line[:place] + line[place + 1 :]) for line in lines]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(DataRefused):
        count_site(make_study(site={"path": str(path)}), "north")
    marked = make_study(site={"path": str(path)}, contacts={"if_role_missing": "all_staff_marked"})
    released = count_site(marked, "north").released
    assert released.provenance["all_staff_counted"] is True
    assert "all_staff" not in released.provenance["definitions"]
