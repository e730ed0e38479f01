"""What is timed for `make bench`: a bare scan, the stages of the product, and pandas."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.appointments import EXTRACT_TO, FIRST_DAY, INDEX_MONTH, write_appointments
from righthelp.engine import Engine, quote
from righthelp.onsite.cohort import select_cohort
from righthelp.onsite.moments import collect_course
from righthelp.onsite.rules import Rules
from righthelp.onsite.store import count_contacts, fill_store
from righthelp.protocol.records import RECORDS
from righthelp.protocol.study import Study

FLOOR = """
SELECT count(*), sum(a.start_date - DATE '2022-01-01')
FROM appointments AS a
SEMI JOIN cohort AS c ON a.patient_id = c.patient_id
WHERE a.role = 'gp' AND a.status = 'attended'
    AND a.mode IN ('face_to_face', 'telephone', 'video', 'home_visit', 'written', 'unknown')
"""
Took = dict[str, float]
"""Seconds by the clock (`seconds`) and of the processors (`cpu`)."""


class Watch:
    """A clock that starts when it is made."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Took:
        """What has passed since."""
        return {
            "seconds": time.perf_counter() - self._clock,
            "cpu": time.process_time() - self._cpu,
        }


class TimedEngine(Engine):
    """An engine that keeps the seconds of each SQL file by its name."""

    def __init__(self) -> None:
        super().__init__()
        self.stages: dict[str, Took] = {}

    def run_file(self, package: str, name: str) -> None:
        """Run a SQL file of a package and note how long it took."""
        watch = Watch()
        super().run_file(package, name)
        self.stages[name.removesuffix(".sql")] = watch.read()


def make_rules() -> Rules:
    """The default study with one index month on the generated book."""
    site = {
        "id": "bench",
        "route": "csv",
        "path": ".",
        "index_month": INDEX_MONTH[:7],
        "extract_from": date.fromisoformat(FIRST_DAY),
        "extract_to": date.fromisoformat(EXTRACT_TO),
    }
    study = Study.model_validate({"study": {"title": "Speed"}, "site": [site]})
    return Rules.of(study, study.site[0], role_missing=False)


def open_tables(folder: Path) -> TimedEngine:
    """An engine as the product opens it, with the tables as views of their Parquet files."""
    engine = TimedEngine()
    for table in RECORDS:
        parquet = quote(str(folder / f"{table.name}.parquet"))
        engine.execute(f"CREATE VIEW {table.name} AS FROM read_parquet({parquet})")
    return engine


def make_book(folder: Path, n_rows: int) -> dict[str, Any]:
    """Write the book and its tables, whole or not at all."""
    unfinished = folder.with_name(f"{folder.name}-unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    written = write_appointments(unfinished, n_rows)
    unfinished.rename(folder)
    return {"seconds": written.seconds}


def keep_cohort(folder: Path) -> dict[str, Any]:
    """Write the people of the study beside the book, for the floor and for pandas."""
    with open_tables(folder) as engine:
        select_cohort(engine, make_rules())
        engine.copy_to(
            "SELECT u.unit, u.patient_id, u.grp, u.is_new, u.from_on, u.to_on, w.store_from, "
            "w.store_to FROM units AS u JOIN reach AS w ON u.index_on = w.index_on",
            folder / "cohort.parquet",
            file_format="parquet",
        )
        n_units, n_seen, n_people = engine.rows(
            "SELECT count(*), count(*) FILTER (WHERE grp = 'seen'), count(DISTINCT patient_id) "
            "FROM units"
        )[0]
        n_rows = engine.rows("SELECT count(*) FROM appointments")[0][0]
        n_registered = engine.rows("SELECT count(*) FROM patients")[0][0]
    return {
        "n_rows": n_rows,
        "n_registered": n_registered,
        "n_units": n_units,
        "n_people": n_people,
        "n_seen": n_seen,
    }


def time_floor(folder: Path) -> dict[str, Any]:
    """Seconds of the bare scan; the people of the study are in memory before the clock starts."""
    with open_tables(folder) as engine:
        cohort = quote(str(folder / "cohort.parquet"))
        engine.execute(
            f"CREATE TABLE cohort AS SELECT DISTINCT patient_id FROM read_parquet({cohort})"
        )
        watch = Watch()
        engine.rows(FLOOR)
        return {**watch.read()}


def time_righthelp(folder: Path) -> dict[str, Any]:
    """Seconds of each stage and of the whole, and the sums by month of the moments."""
    rules, engine = make_rules(), open_tables(folder)
    with engine:
        whole = Watch()
        select_cohort(engine, rules)
        fill_store(engine)
        count_contacts(engine, rules.definitions[0])
        collecting = Watch()
        course = collect_course(engine, rules)
        stages = {**engine.stages, "moments": collecting.read()}
        took = whole.read()
    return {
        **took,
        "stages": stages,
        "sums": {who: course.of(who).counts.tolist() for who in ("new", "ongoing", "reference")},
    }


def time_pandas(folder: Path) -> dict[str, Any]:
    """Seconds of tidy pandas from the book to the moments by month, and the same sums."""
    import numpy as np
    import pandas as pd

    rules = make_rules()
    months = rules.course_months()
    cohort = pd.read_parquet(folder / "cohort.parquet")
    for name in ("from_on", "to_on"):
        cohort[name] = pd.to_datetime(cohort[name])
    watch = Watch()
    first, end = cohort["store_from"].min(), cohort["store_to"].max()
    book = pd.read_parquet(
        folder / "appointments.parquet",
        columns=["patient_id", "start_date"],
        filters=[
            ("role", "==", "gp"),
            ("status", "==", "attended"),
            ("start_date", ">=", first),
            ("start_date", "<", end),
        ],
        to_pandas_kwargs={"date_as_object": False},
    )
    book = book[book["patient_id"].isin(cohort["patient_id"].unique())]
    book = book.drop_duplicates()
    found = book.merge(
        cohort[["unit", "patient_id", "grp", "is_new", "from_on", "to_on"]], on="patient_id"
    )
    found = found[
        (found["start_date"] >= found["from_on"]) & (found["start_date"] < found["to_on"])
    ]
    day = found["start_date"].to_numpy().astype("datetime64[M]").astype(np.int64)
    found = found.assign(month=day - np.datetime64(INDEX_MONTH[:7], "M").astype(np.int64))
    counts = found.groupby(["unit", "month"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=months, fill_value=0)
    who = cohort.set_index("unit").loc[counts.index, ["grp", "is_new"]]
    sums: dict[str, list[float]] = {}
    for name, grp, is_new in (
        ("new", "seen", True),
        ("ongoing", "seen", False),
        ("reference", "reference", False),
    ):
        rows = counts.to_numpy()[((who["grp"] == grp) & (who["is_new"] == is_new)).to_numpy()]
        products = rows.T @ rows
        assert products.shape == (len(months), len(months))
        sums[name] = rows.sum(axis=0).tolist()
    return {**watch.read(), "sums": sums}
