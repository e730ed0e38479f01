"""The same simulated people through every route: the answers are equal, to what a route carries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.onsite.site import Counted, count_site
from righthelp.protocol.study import Study
from righthelp.world import EXTRACTS, Population, World, simulate, write_extract, write_world

CARRIED: dict[str, frozenset[str]] = {
    "emis": frozenset({"estimates", "change", "pattern", "course", "matching", "matched_course"}),
}
"""The tables of the return that a route gives to the last digit."""


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


def make_study(route: str, folder: Path) -> Study:
    site: dict[str, Any] = {
        "id": "north",
        "route": route,
        "path": folder,
        "extract_from": date(2021, 1, 1),
        "extract_to": date(2024, 7, 1),
    }
    index = {"anchor": "date", "index_from": date(2023, 1, 1), "index_to": date(2023, 12, 1)}
    return Study.model_validate({"study": {"title": "T"}, "index": index, "site": [site]})


def count_route(population: Population, route: str, folder: Path) -> Counted:
    if route == "csv":
        write_world(population, folder, file_format="csv")
    else:
        write_extract(population, folder, route)
    return count_site(make_study(route, folder), "north")


@pytest.fixture(scope="module")
def by_csv(population: Population, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return count_route(population, "csv", tmp_path_factory.mktemp("csv"))


@pytest.mark.parametrize("route", sorted(EXTRACTS))
def test_the_same_people_give_the_same_answer(
    route: str, population: Population, by_csv: Counted, tmp_path: Path
) -> None:
    found = count_route(population, route, tmp_path)
    mine, theirs = found.released.tables, by_csv.released.tables
    assert {name for name in theirs if mine[name] == theirs[name]} >= CARRIED[route]
    assert any(row["design"] == "projection" and row["log_rr"] for row in mine["estimates"])
    refused = [one for one in found.findings if one.effect == "refused"]
    assert refused == []


@pytest.mark.parametrize("route", sorted(EXTRACTS))
def test_no_row_is_lost_silently(route: str, population: Population, tmp_path: Path) -> None:
    found = count_route(population, route, tmp_path)
    for account in found.ledger:
        assert account.adds_up, account
