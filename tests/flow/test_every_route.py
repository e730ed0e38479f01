"""The same simulated people through every route: the answers are equal, to what a route carries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.engine import open_engine
from righthelp.onsite.site import Counted, count_site
from righthelp.protocol.study import Study
from righthelp.world import EXTRACTS, Population, World, simulate, write_extract, write_world

REASONS = frozenset({"reason_change", "reason_covariance", "found", "found_after"})
"""Where the coded record comes with the extract."""

CARRIED: dict[str, frozenset[str]] = {
    "emis": frozenset({"estimates", "change", "pattern", "course", "matching", "matched_course"})
    | REASONS,
    # the telephone is the only mode that is told, so that face-to-face contacts cannot be counted
    "systmone": frozenset({"change", "pattern", "course", "matching", "matched_course"}) | REASONS,
    # Missed appointments are not there, so that the definitions that count them differ.
    "cprd_aurum": frozenset({"change", "pattern", "course", "matching", "matched_course"})
    | REASONS,
    "ehrql": frozenset({"estimates", "change", "pattern", "course", "matching", "matched_course"})
    | REASONS,
    # an OMOP visit took place: estimates that count missed and cancelled ones cannot be the same
    "omop": frozenset({"change", "pattern", "course", "matching", "matched_course"}) | REASONS,
    # FHIR has no status for people who left unseen, who did not open the door, or not known of
    "fhir": frozenset({"change", "pattern", "course", "matching", "matched_course"}) | REASONS,
    # Missed appointments are not there, nor how contacts were held.
    "vision": frozenset({"change", "pattern", "course", "matching", "matched_course"}) | REASONS,
}
"""The tables of the return that a route gives to the last digit."""

ROLELESS = frozenset({"ehrql"})
"""Routes that say neither who an appointment was with nor how nor why; nor do our tables then."""


@pytest.fixture(scope="module")
def population() -> Population:
    return simulate(
        World(
            seed=7,
            n_people=4_000,
            start_on=date(2021, 1, 1),
            months=42,
            referral_probability=0.03,
        )
    )


def make_study(route: str, folder: Path, *, roles: bool = True) -> Study:
    site: dict[str, Any] = {
        "id": "north",
        "route": route,
        "path": folder,
        "extract_from": date(2021, 1, 1),
        "extract_to": date(2024, 7, 1),
    }
    index = {"anchor": "date", "index_from": date(2023, 1, 1), "index_to": date(2023, 12, 1)}
    contacts = {} if roles else {"if_role_missing": "all_staff_marked"}
    return Study.model_validate(
        {"study": {"title": "T"}, "index": index, "contacts": contacts, "site": [site]}
    )


def count_route(population: Population, route: str, folder: Path) -> Counted:
    if route == "csv":
        write_world(population, folder, file_format="csv")
    else:
        write_extract(population, folder, route=route)
    return count_site(make_study(route, folder, roles=route not in ROLELESS), "north")


@pytest.fixture(scope="module")
def by_csv(population: Population, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return count_route(population, "csv", tmp_path_factory.mktemp("csv"))


@pytest.fixture(scope="module")
def without_roles(population: Population, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    folder = tmp_path_factory.mktemp("roleless")
    write_world(population, folder, file_format="csv")
    appointments = folder / "appointments.csv"
    with open_engine() as engine:
        columns = "patient_id, start_date, status, booked_date"
        engine.execute(f"CREATE TABLE a AS SELECT {columns} FROM '{appointments}'")
        engine.copy_to("SELECT * FROM a", appointments, file_format="csv")
    return count_site(make_study("csv", folder, roles=False), "north")


@pytest.mark.parametrize("route", sorted(EXTRACTS))
def test_the_same_people_give_the_same_answer(
    route: str,
    population: Population,
    by_csv: Counted,
    without_roles: Counted,
    tmp_path: Path,
) -> None:
    found = count_route(population, route, tmp_path)
    wanted = without_roles if route in ROLELESS else by_csv
    mine, theirs = found.released.tables, wanted.released.tables
    assert {name for name in theirs if mine[name] == theirs[name]} >= CARRIED[route]
    assert any(row["design"] == "projection" and row["log_rr"] for row in mine["estimates"])
    refused = [one for one in found.findings if one.effect == "refused"]
    assert refused == []


@pytest.mark.parametrize("route", sorted(EXTRACTS))
def test_no_row_is_lost_silently(route: str, population: Population, tmp_path: Path) -> None:
    found = count_route(population, route, tmp_path)
    for account in found.ledger:
        assert account.adds_up, account


def test_systmone_gives_every_estimate_but_those_of_face_to_face_and_of_categories(
    population: Population, by_csv: Counted, tmp_path: Path
) -> None:
    found = count_route(population, "systmone", tmp_path)
    mine, theirs = (
        [
            row
            for row in one.released.tables["estimates"]
            if row["definition"] not in ("face_to_face", "iif_acc08")
        ]
        for one in (found, by_csv)
    )
    assert mine == theirs
    others = [row for row in found.released.tables["estimates"] if row not in mine]
    assert others and all(row["log_rr"] is None for row in others)
    assert {row["definition"] for row in others} == {"face_to_face"}
    by_category = [
        row for row in by_csv.released.tables["estimates"] if row["definition"] == "iif_acc08"
    ]
    assert {row["design"] for row in by_category} == {"crude", "projection"}
