"""OMOP in a database: DuckDB, SQLite and PostgreSQL give what the same tables give as CSV."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from righthelp.engine import open_engine
from righthelp.errors import UsageError
from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.databases import (
    DatabaseTrouble,
    PasswordInFile,
    open_database,
    read_connection,
)
from righthelp.onsite.sources.records import SiteRecords
from righthelp.world import World, simulate, write_extract
from tests.lib.databases import (
    Postgres,
    list_csv,
    open_postgres,
    write_duckdb,
    write_password,
    write_sqlite,
)
from tests.unit.sources.small_site import read_site
from tests.unit.sources.test_omop import write

Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with open_postgres() as server:
        yield server


@pytest.fixture(autouse=True)
def _password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_password(tmp_path / "pgpass")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated extract, and rows that are left out for every reason a table of ours has."""
    folder = tmp_path_factory.mktemp("world")
    people = simulate(World(seed=5, n_people=500, start_on=date(2022, 1, 1), months=18))
    write_extract(people, folder, route="omop")
    visits = folder / "VISIT_OCCURRENCE.csv"
    first = visits.read_text().splitlines()[1].split(",")
    strange = ",".join(["900001", first[1], "9201", *first[3:]])
    nobody = ",".join(["900002", "77777777", *first[2:]])
    visits.write_text(f"{visits.read_text()}{','.join(first)}\n{strange}\n{nobody}\n")
    with (folder / "OBSERVATION.csv").open("a") as opened:
        opened.write(f"900003,{first[1]},2023-01-01,8675309\n")
    return folder


def read(path: Path, **changes: Any) -> tuple[SiteRecords, Tables]:
    return read_site(path, route="omop", **changes)


def tell_findings(records: SiteRecords) -> list[tuple[Any, ...]]:
    return sorted(
        (one.kind, one.table, one.column, one.row or 0, one.value, one.n_rows)
        for one in records.findings
    )


def refusal(path: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(RecordsRefused) as refused:
        read(path)
    return [
        (one.kind, one.table, one.value)
        for one in refused.value.findings
        if one.effect == "refused"
    ]


@pytest.fixture(scope="module")
def by_csv(world: Path) -> tuple[SiteRecords, Tables]:
    return read(world, extract_from=date(2022, 1, 1), extract_to=date(2023, 7, 1))


@pytest.mark.parametrize("form", ["duckdb", "sqlite", "postgresql"])
def test_a_database_gives_what_its_csv_files_give(
    form: str,
    world: Path,
    by_csv: tuple[SiteRecords, Tables],
    tmp_path: Path,
    postgres: Postgres,
) -> None:
    if form == "duckdb":
        path = tmp_path / "omop.db"
        write_duckdb(world, path)
    elif form == "sqlite":
        path = tmp_path / "omop.sqlite"
        write_sqlite(world, path)
    else:
        path = tmp_path / "connection.txt"
        postgres.take(world, schema="cdm", upper=True)
        path.write_text(postgres.connection("# the trust's own", "schema = cdm"))
    expected, tables = by_csv
    records, found = read(path, extract_from=date(2022, 1, 1), extract_to=date(2023, 7, 1))
    assert found == tables
    assert len(found["appointments"]) > 1_000
    assert records.ledger == expected.ledger
    assert all(account.adds_up for account in records.ledger)
    # A line of a CSV file counts its header.
    without_header = [(*one[:3], max(one[3] - 1, 0), *one[4:]) for one in tell_findings(expected)]
    assert {one[0] for one in without_header} >= {"visit_not_used", "duplicate_row"}
    assert tell_findings(records) == without_header
    assert records.supply == expected.supply
    assert list(records.checksums) == ([] if form == "postgresql" else [path.name])


def test_dates_as_timestamps_and_numbers_of_any_width(tmp_path: Path, postgres: Postgres) -> None:
    plain = tmp_path / "csv"
    plain.mkdir()
    _, expected = read(write(plain))
    postgres.take(plain, schema="widths")
    postgres.psql(
        "ALTER TABLE widths.visit_occurrence ALTER person_id TYPE numeric(20, 2), "
        "ALTER visit_start_date TYPE timestamptz USING visit_start_date::timestamptz, "
        "ALTER visit_concept_id TYPE real, ALTER visit_occurrence_id TYPE varchar(20), "
        "ADD COLUMN extra bytea;"
        # Midnight in Britain, in summer.
        "UPDATE widths.visit_occurrence SET visit_start_date = '2023-04-30 23:00+00' "
        "WHERE visit_occurrence_id = '107';"
        "ALTER TABLE widths.person ALTER person_id TYPE smallint;"
        "ALTER TABLE widths.death ALTER death_date TYPE timestamp USING death_date::timestamp;"
    )
    path = tmp_path / "trust_connection.txt"
    path.write_text(postgres.connection("schema=widths"))
    assert read(path)[1] == expected


def test_a_sqlite_column_of_mixed_types_that_begins_empty(tmp_path: Path) -> None:
    plain = tmp_path / "csv"
    plain.mkdir()
    _, expected = read(write(plain))
    write_sqlite(plain, tmp_path / "mixed.sqlite3")
    with closing(sqlite3.connect(tmp_path / "mixed.sqlite3")) as database:
        database.execute("UPDATE visit_occurrence SET person_id = '1' WHERE person_id = 1")
        database.execute("UPDATE visit_occurrence SET visit_concept_id = 9202.0 WHERE rowid = 2")
        database.execute("ALTER TABLE person RENAME TO kept")
        database.execute("CREATE VIEW Person AS SELECT * FROM kept")
        database.commit()
    assert read(tmp_path / "mixed.sqlite3")[1] == expected


def test_text_of_sqlite_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "csv"
    plain.mkdir()
    write_sqlite(write(plain), tmp_path / "cdm.db")
    with closing(sqlite3.connect(tmp_path / "cdm.db")) as database:
        database.execute("UPDATE person SET race_source_value = CAST(x'41ff' AS TEXT)")
        database.commit()
    [(kind, table, value)] = refusal(tmp_path / "cdm.db")
    assert (kind, table) == ("database_refused", "omop_person") and "unicode" in value.lower()


def test_dates_of_sqlite_kept_as_seconds_are_refused(tmp_path: Path) -> None:
    """As R's SqlRender keeps them; days since 1970 look alike, so that neither is guessed."""
    plain = tmp_path / "csv"
    plain.mkdir()
    write_sqlite(write(plain), tmp_path / "cdm.db")
    with closing(sqlite3.connect(tmp_path / "cdm.db")) as database:
        database.execute(
            "UPDATE visit_occurrence SET visit_start_date = "
            "CAST(strftime('%s', substr(visit_start_date, 1, 10)) AS REAL)"
        )
        database.commit()
    assert "date_format_wrong" in {kind for kind, *_ in refusal(tmp_path / "cdm.db")}


def test_nothing_can_be_written(tmp_path: Path, postgres: Postgres) -> None:
    postgres.psql("CREATE SCHEMA mine; GRANT ALL ON SCHEMA mine TO reader;")
    (tmp_path / "connection.txt").write_text(postgres.connection())
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute("CREATE TABLE t (a)")
    for name, table in (("connection.txt", "mine.made"), ("some.db", "made")):
        with (
            open_engine() as engine,
            open_database(engine, tmp_path / name) as opened,
            pytest.raises(DatabaseTrouble, match=r"read-?only"),
        ):
            opened.run([f"CREATE TABLE {table} (a INT)"])


def test_columns_that_are_not_declared_are_not_read(tmp_path: Path, postgres: Postgres) -> None:
    """The reader may not see them, so that reading them would be refused."""
    plain = tmp_path / "csv"
    plain.mkdir()
    postgres.take(write(plain), schema="narrow")
    postgres.psql(
        "ALTER TABLE narrow.person ADD COLUMN family_name text;"
        "REVOKE SELECT ON narrow.person FROM reader;"
        "GRANT SELECT (person_id, gender_concept_id, year_of_birth, month_of_birth, care_site_id, "
        "birth_datetime, gender_source_value, race_source_value) ON narrow.person TO reader;"
    )
    path = tmp_path / "connection.txt"
    path.write_text(postgres.connection("schema=narrow"))
    assert len(read(path)[1]["patients"]) == 4
    postgres.psql("REVOKE ALL ON narrow.visit_occurrence FROM reader;")
    assert refusal(path) == [
        (
            "database_refused",
            "omop_visit_occurrence",
            "permission denied for table visit_occurrence",
        )
    ]


def test_what_a_database_lacks_or_has_twice_is_named(tmp_path: Path, postgres: Postgres) -> None:
    plain = tmp_path / "csv"
    plain.mkdir()
    postgres.take(write(plain), schema="first")
    postgres.psql("CREATE SCHEMA second; CREATE TABLE second.person (id int);")
    postgres.psql("ALTER TABLE first.visit_occurrence RENAME TO visits;")
    path = tmp_path / "connection.txt"
    path.write_text(postgres.connection("schema=first"))
    assert refusal(path) == [("file_missing", "omop_visit_occurrence", "table visit_occurrence")]
    path.write_text(postgres.connection())
    doubled = {table: value for kind, table, value in refusal(path) if kind == "schema_unclear"}
    assert "first.person, " in doubled["omop_person"]
    postgres.psql("ALTER TABLE first.visits RENAME TO visit_occurrence;")
    postgres.psql("ALTER TABLE first.visit_occurrence RENAME visit_start_date TO seen_on;")
    path.write_text(postgres.connection("schema=first"))
    [(kind, _, value)] = refusal(path)
    assert kind == "column_missing" and value.startswith("visit_start_date; the file has visit_occ")


def test_a_wrong_password_and_a_server_that_is_not_there(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "connection.txt"
    path.write_text(postgres.connection())
    write_password(tmp_path / "pgpass", "not it")
    # libpq adds where the password came from
    [(kind, _, value)] = refusal(path)
    assert kind == "database_refused"
    assert value.startswith('password authentication failed for user "reader"')
    path.write_text(f"host={tmp_path} dbname=omop")
    [(kind, _, value)] = refusal(path)
    assert (kind, value) == ("database_refused", "No such file or directory")
    path.write_text("service=trust")
    services = tmp_path / "services.conf"
    services.write_text("[trust]\n" + postgres.connection().replace(" ", "\n") + "\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    assert "password authentication" in refusal(path)[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "host=db dbname=omop user=ann password=secret",
        "host=db PASSWORD = 'secret'",
        "postgresql://ann:secret@db/omop",
        "postgresql://ann@db/omop?password=secret",
        "host=db sslpassword=secret",
    ],
)
def test_a_password_in_the_file_is_refused_and_never_shown(text: str, tmp_path: Path) -> None:
    path = tmp_path / "connection.txt"
    path.write_text(text)
    with pytest.raises(PasswordInFile):
        read_connection(path)
    with pytest.raises(RecordsRefused, match="holds a password") as refused:
        read(path)
    assert "secret" not in str(refused.value)
    assert {one.kind for one in refused.value.findings} == {"password_in_file"}


@pytest.mark.parametrize(
    ("text", "uri", "schema"),
    [
        ("service=omop", "service=omop", ""),
        ("# a note\nhost=db\nport=5432\n\nschema = cdm\n", "host=db port=5432", "cdm"),
        (
            "postgresql://ann@db:5432/omop\nschema='My CDM'",
            "postgresql://ann@db:5432/omop",
            "My CDM",
        ),
        ("postgresql://ann@[::1]:5432/omop", "postgresql://ann@[::1]:5432/omop", ""),
        ("host=db passfile=pgpass", "host=db passfile=pgpass", ""),
    ],
)
def test_the_lines_of_a_connection_file(text: str, uri: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "connection.txt").write_text(text)
    assert read_connection(tmp_path / "connection.txt") == (uri, schema)


def test_a_connection_file_that_says_nothing(tmp_path: Path) -> None:
    for content in (b"", b"# nothing yet\n", b"the server in the basement", b"\xff\xfe"):
        (tmp_path / "connection.txt").write_bytes(content)
        with pytest.raises(DatabaseTrouble, match="the file"):
            read_connection(tmp_path / "connection.txt")


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_manager", None)
    (tmp_path / "connection.txt").write_text("service=omop")
    with pytest.raises(UsageError, match=r"righthelp\[databases\]"):
        read(tmp_path / "connection.txt")


def test_a_file_beside_the_database_goes_before_what_it_holds(world: Path, tmp_path: Path) -> None:
    """Only where the site names the folder: a database named alone is all that is read."""
    write_sqlite(world, tmp_path / "omop.sqlite")
    person = list_csv(world)[0]
    assert person.exists()
    contacts = "patient_id,date,mode,outcome\n1,2023-03-15,telephone,attended\n"
    (tmp_path / "link_worker_contacts.csv").write_text(contacts)
    spell = {"extract_from": date(2022, 1, 1), "extract_to": date(2023, 7, 1)}
    assert len(read(tmp_path, **spell)[1]["link_worker_contacts"]) == 1
    assert len(read(tmp_path / "omop.sqlite", **spell)[1]["link_worker_contacts"]) != 1
