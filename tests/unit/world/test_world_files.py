"""A world on disk: the same seed gives the same bytes, in the declared tables, in seconds."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Literal

import pytest
from nhs_number.validate import is_valid

from righthelp.engine import open_engine, quote
from righthelp.errors import UsageError
from righthelp.protocol.records import RECORDS
from righthelp.world import World, load_world, simulate, write_world
from righthelp.world.tables import WRITTEN

WORLD = World(
    seed=11, n_people=3_000, months=24, scheme_start_month=6, effect_rr=0.9, site_id="elm"
)


def hash_files(paths: tuple[Path, ...]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_the_same_seed_writes_the_same_bytes(
    tmp_path: Path, file_format: Literal["parquet", "csv"]
) -> None:
    first = write_world(simulate(WORLD), tmp_path / "a", file_format=file_format)
    second = write_world(simulate(WORLD), tmp_path / "b", file_format=file_format)
    other = write_world(
        simulate(World(seed=12, n_people=3_000)), tmp_path / "c", file_format=file_format
    )
    assert [path.name for path in first] == [
        *(f"{name}.{file_format}" for name in WRITTEN),
        "truth.json",
    ]
    assert hash_files(first) == hash_files(second)
    changed = hash_files(other)
    assert all(changed[name] != digest for name, digest in hash_files(first).items())


def test_files_of_many_row_groups_are_the_same_too(tmp_path: Path) -> None:
    world = World(seed=1, n_people=30_000, n_practices=4)
    hashes = [hash_files(write_world(simulate(world), tmp_path / name)) for name in "ab"]
    assert hashes[0] == hashes[1]


def test_parquet_csv_and_loaded_tables_hold_the_same_rows(tmp_path: Path) -> None:
    population = simulate(WORLD)
    write_world(population, tmp_path / "parquet")
    write_world(population, tmp_path / "csv", file_format="csv")
    with open_engine(memory_limit="500MB") as engine:
        load_world(engine, population)
        for table in (table for table in RECORDS if table.name in WRITTEN):
            files = [
                f"(SELECT COLUMNS(*)::TEXT FROM '{tmp_path}/{kind}/{table.name}.{kind}')"
                for kind in ("parquet", "csv")
            ]
            loaded = f"(SELECT COLUMNS(*)::TEXT FROM {table.name})"
            for file in files:
                assert engine.rows(f"FROM {file} EXCEPT ALL FROM {loaded}") == []
                assert engine.rows(f"FROM {loaded} EXCEPT ALL FROM {file}") == []
            header = (tmp_path / "csv" / f"{table.name}.csv").read_text().splitlines()[0]
            assert header == ",".join(table.names)


def test_the_book_is_in_order_of_practice_and_day(tmp_path: Path) -> None:
    paths = write_world(simulate(WORLD), tmp_path)
    book = next(path for path in paths if path.name == "appointments.parquet")
    with open_engine(memory_limit="500MB", threads=1) as engine:
        engine.execute("SET preserve_insertion_order = true")
        rows = engine.rows(
            f"SELECT practice_id, start_date, patient_id FROM read_parquet({quote(str(book))})"
        )
    assert rows == sorted(rows)
    assert rows[0][2].startswith("elm-")


def test_truth_names_the_people_seen(tmp_path: Path) -> None:
    population = simulate(WORLD)
    paths = write_world(population, tmp_path, file_format="csv")
    truth = json.loads(paths[-1].read_text())
    assert truth["effect_rr"] == 0.9
    assert truth["world"]["seed"] == 11
    assert truth["world"]["start_on"] == "2022-01-01"
    lines = (tmp_path / "link_worker_contacts.csv").read_text().splitlines()[1:]
    assert set(truth["seen"]["patient_id"]) == {line.split(",")[0] for line in lines}
    assert {len(column) for column in truth["seen"].values()} == {len(population.truth.person)}
    referrals = (tmp_path / "referrals.csv").read_text().splitlines()[1:]
    referred_on = {line.split(",")[1]: line.split(",")[3] for line in referrals}
    for patient, day in zip(truth["seen"]["patient_id"], truth["seen"]["referred_on"], strict=True):
        assert referred_on[patient] == day


def test_no_identifier_passes_for_an_nhs_number() -> None:
    with open_engine(memory_limit="500MB") as engine:
        load_world(engine, simulate(WORLD))
        (patients,) = zip(*engine.rows("SELECT patient_id FROM patients"), strict=True)
    assert not any(is_valid(patient) for patient in patients)


def test_a_hundred_thousand_people_for_three_years_take_under_ten_seconds(tmp_path: Path) -> None:
    began = time.process_time()
    paths = write_world(simulate(World(seed=1, n_people=100_000, n_practices=12)), tmp_path)
    assert time.process_time() - began < 10
    book = next(path for path in paths if path.name == "appointments.parquet")
    with open_engine(memory_limit="500MB") as engine:
        (n_rows,) = engine.rows(f"SELECT count(*) FROM read_parquet({quote(str(book))})")[0]
    assert n_rows > 2_000_000


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        World(n_people=0, months=0, effect_rr=-1, uptake=0.99, lag_weights=(1.0,))
    wrong = [problem.where for problem in caught.value.problems]
    assert set(wrong) == {
        "world: n_people", "world: months", "world: effect_rr", "world: uptake",
        "world: lag_weights", "world: n_practices",
    }  # fmt: skip
    assert all(problem.do.startswith("Give ") for problem in caught.value.problems)
