"""A small OMOP CDM 5.4 extract with what such extracts are known for, read into our tables."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from righthelp.engine import open_engine, quote
from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords
from tests.unit.sources import small_site

PERSON = """person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,\
race_concept_id,care_site_id,gender_source_value,race_source_value
1,8507,1949,1,27,1949-01-27 0:00:00,8527,10,M,A
2,8532,1960,3,,,8527,10.0,F,
3,0,1970,,,,0,,F,
4,8551,1980.0,12.0,,1980-12-31 0:00:00,0,99,,
"""
PERIOD = """observation_period_id,person_id,observation_period_start_date,\
observation_period_end_date,period_type_concept_id
1,1,1953-02-06T00:00:00.000Z,2023-06-30T00:00:00.000Z,32817
2,2,2010-01-01,2023-06-30,32817
3,3,2010-01-01,2023-04-01,32817
4,4,2012-01-01,2023-06-30,32817
"""
VISIT = """visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_start_datetime,\
visit_end_date,visit_end_datetime,provider_id,care_site_id,visit_source_value
100,1,9202,2023-01-10,2023-01-10 09:00:00,2023-01-10,2023-01-10 09:12:00,1,10,
101,1,9202,2023-01-10,2023-01-10 00:00:00,,,2.0,,内科
102,2,581476,2023-02-01,,,,1,,
103,2,5083,2023-02-02,,,,3,11,Telephone
104,3,9201,2023-02-03,,2023-02-09,,1,10,
105,1,9202,2023-03-01,,,,4,10,
106,1,9202,2023-03-02,,,,1,10,Social Prescribing Link Worker
100,1,9202,2023-01-10,2023-01-10 09:00:00,2023-01-10,2023-01-10 09:12:00,1,10,
101,2,9202,2023-04-01,,,,1,10,
107,4,581477,2023-05-01 0:00:00,,,,,,
"""
PROVIDER = """provider_id,specialty_concept_id,specialty_source_value
1,38004446,GENERAL PRACTICE
2,0,Practice Nurse
3,38004453.0,
4,38004446,Social Prescribing Link Worker
"""
CARE_SITE = "care_site_id,care_site_source_value\n10,P1\n11,\n"
DEATH = "person_id,death_date\n3,2023-05-02\n3,2023-05-01 00:00:00\n"
OBSERVATION = """observation_id,person_id,observation_date,observation_source_value
1,1,2023-02-25,871711000000103
2,1,2023-02-20,8675309
"""
PROCEDURE = """procedure_occurrence_id,person_id,procedure_date,procedure_source_value
1,1,2023-02-20,871731000000106
2,2,2023-02-21,871731000000106
"""
FILES: Mapping[str, str] = {
    "PERSON.csv": PERSON,
    "OBSERVATION_PERIOD.csv": PERIOD,
    "Visit_Occurrence.csv": VISIT,
    "PROVIDER.CSV": PROVIDER,
    "CARE_SITE.csv": CARE_SITE,
    "DEATH.csv": DEATH,
    "OBSERVATION.csv": OBSERVATION,
    "PROCEDURE_OCCURRENCE.csv": PROCEDURE,
}
VISITS = [
    ("1", "P1", date(2023, 1, 10), "attended", "gp", "unknown", None, 12.0, "1", None),
    ("1", "P1", date(2023, 1, 10), "attended", "nurse", "unknown", None, None, "2", None),
    ("1", "P1", date(2023, 3, 1), "attended", "link_worker", "unknown", None, None, "4", None),
    ("1", "P1", date(2023, 3, 2), "attended", "link_worker", "unknown", None, None, "1", None),
    ("2", "11", date(2023, 2, 2), "attended", "gp", "telephone", None, None, "3", None),
    ("2", "P1", date(2023, 2, 1), "attended", "gp", "home_visit", None, None, "1", None),
    ("4", "99", date(2023, 5, 1), "attended", "unknown", "unknown", None, None, None, None),
]


def write(folder: Path, changes: Mapping[str, bytes | None] | None = None) -> Path:
    files: dict[str, bytes | None] = {name: text.encode() for name, text in FILES.items()}
    for name, content in {**files, **(changes or {})}.items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def read(folder: Path) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    return small_site.read_site(folder, route="omop")


def count_kinds(records: SiteRecords) -> dict[tuple[str, str], int]:
    return {(one.table, one.kind): one.n_rows for one in records.findings}


def test_every_oddity_of_an_extract(tmp_path: Path) -> None:
    junk = tmp_path / "__MACOSX"
    junk.mkdir()
    (junk / "._PERSON.csv").write_bytes(b"\0\1\2")
    records, tables = read(write(tmp_path))
    assert tables["patients"] == [
        ("1", "male", date(1949, 1, 1), None, "A", None),
        ("2", "female", date(1960, 3, 1), None, None, None),
        ("3", "female", date(1970, 1, 1), date(2023, 5, 1), None, None),
        ("4", "unknown", date(1980, 12, 1), None, None, None),
    ]
    assert tables["practice_registrations"] == [
        ("1", "P1", date(1953, 2, 6), None),
        ("2", "P1", date(2010, 1, 1), None),
        ("3", "not stated", date(2010, 1, 1), date(2023, 4, 1)),
        ("4", "99", date(2012, 1, 1), None),
    ]
    assert tables["appointments"] == VISITS
    assert tables["link_worker_contacts"] == [
        ("1", None, date(2023, 3, 1), "unknown", "attended"),
        ("1", None, date(2023, 3, 2), "unknown", "attended"),
    ]
    declined = date(2023, 2, 25)
    assert [(row[0], row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("procedure-1", "1", date(2023, 2, 20), declined),
        ("procedure-2", "2", date(2023, 2, 21), None),
    ]
    assert count_kinds(records) == {
        ("omop_visit_occurrence", "visit_not_used"): 1,
        ("omop_visit_occurrence", "duplicate_row"): 1,
        ("omop_visit_occurrence", "key_doubled"): 1,
        ("omop_death", "key_doubled"): 1,
        ("omop_observation", "code_not_used"): 1,
        ("appointments", "word_missing"): 5,
        ("appointments", "month_without_appointments"): 0,
        ("clinical_events", "file_without_rows"): 0,
    }
    assert all(account.adds_up for account in records.ledger)
    assert "PERSON.csv" in records.checksums and len(records.checksums) == len(FILES)


def test_a_link_worker_by_the_words_of_the_site_is_no_gp(tmp_path: Path) -> None:
    provider = PROVIDER.replace("GENERAL PRACTICE", "SPLW (PCN)")
    visits = VISIT.replace("Social Prescribing Link Worker", "")
    changes = {"PROVIDER.CSV": provider.encode(), "Visit_Occurrence.csv": visits.encode()}
    words = {"appointments": {"values": {"role": {"SPLW (PCN)": "link_worker"}}}}
    _, tables = small_site.read_site(write(tmp_path, changes), route="omop", site_map=words)
    roles = {row[8]: row[4] for row in tables["appointments"]}
    assert roles == {
        "1": "link_worker",
        "2": "nurse",
        "3": "gp",
        "4": "link_worker",
        None: "unknown",
    }


def test_a_finding_names_the_line_of_the_table_behind_it(tmp_path: Path) -> None:
    later = PROCEDURE + "3,2,2023-02-30,871731000000106\n"
    records, _ = read(write(tmp_path, {"PROCEDURE_OCCURRENCE.csv": later.encode()}))
    found = next(one for one in records.findings if one.kind == "date_unreadable")
    assert (found.table, found.file, found.row) == ("referrals", "PROCEDURE_OCCURRENCE.csv", 4)


CONCEPT = """concept_id	concept_name	vocabulary_id	concept_code
501	"Referral	SNOMED	871731000000106
502	"Declined"	SNOMED	871711000000103
503	Another vocabulary	Local	871731000000106
504	Another code	SNOMED	8675309
"""


def test_referrals_by_concept_where_the_vocabulary_came(tmp_path: Path) -> None:
    """The code of the source, else the concept of the source, else the standard concept."""
    procedure = """procedure_occurrence_id,person_id,procedure_date,procedure_source_value,\
procedure_concept_id,procedure_source_concept_id
1,1,2023-02-20,,501.0,0
2,2,2023-02-21,SP referral,0,501
3,3,2023-02-22,,503,504
4,4,2023-02-23,871731000000106,504,502
5,4,2023-02-26,,501,502
"""
    observation = (
        "observation_id,person_id,observation_date,observation_concept_id\n1,1,2023-02-25,502\n"
    )
    changes: dict[str, bytes | None] = {
        "PROCEDURE_OCCURRENCE.csv": procedure.encode(),
        "OBSERVATION.csv": observation.encode(),
        "CONCEPT.csv": CONCEPT.encode(),
    }
    records, tables = read(write(tmp_path, changes))
    assert [(row[0], row[3], row[6]) for row in tables["referrals"]] == [
        ("procedure-1", date(2023, 2, 20), date(2023, 2, 25)),
        ("procedure-2", date(2023, 2, 21), None),
        ("procedure-4", date(2023, 2, 23), date(2023, 2, 26)),
    ]
    assert count_kinds(records)[("omop_procedure_occurrence", "code_not_used")] == 1
    accounts = {one.table: one for one in records.ledger}
    assert (accounts["omop_concept"].rows_in, accounts["omop_concept"].kept) == (4, 4)
    assert all(account.adds_up for account in records.ledger)
    (tmp_path / "CONCEPT.csv").unlink()
    with pytest.raises(RecordsRefused, match="nor concept ids with the table concept"):
        read(tmp_path)


@pytest.mark.parametrize("form", ["parquet", "duckdb", "gz"])
def test_other_files_give_what_csv_gives(form: str, tmp_path: Path) -> None:
    plain, other = tmp_path / "csv", tmp_path / "other"
    plain.mkdir()
    other.mkdir()
    _, expected = read(write(plain))
    with open_engine() as engine:
        if form == "duckdb":
            engine.execute(f"ATTACH {quote(str(other / 'cdm.duckdb'))} AS cdm")
        for name in FILES:
            table = name.split(".")[0].lower()
            source = f"SELECT * FROM read_csv({quote(str(plain / name))})"
            if form == "duckdb":
                engine.execute(f"CREATE TABLE cdm.{table} AS {source}")
            elif form == "parquet":
                engine.copy_to(source, other / f"{table}.parquet", file_format="parquet")
            else:
                (other / f"{name}.gz").write_bytes(gzip.compress((plain / name).read_bytes()))
    records, found = read(other)
    assert found == expected
    assert all(account.adds_up for account in records.ledger)


def test_a_database_without_visits_or_that_is_none_is_refused(tmp_path: Path) -> None:
    with open_engine() as engine:
        engine.execute(f"ATTACH {quote(str(tmp_path / 'cdm.duckdb'))} AS cdm")
        engine.execute("CREATE TABLE cdm.person (person_id INT, gender_concept_id INT)")
    with pytest.raises(RecordsRefused) as refused:
        read(tmp_path)
    assert "visit_occurrence" in str(refused.value) or "year_of_birth" in str(refused.value)
    (tmp_path / "cdm.duckdb").write_bytes(b"not a database")
    with pytest.raises(RecordsRefused, match="DuckDB"):
        read(tmp_path)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, bytes | None]:
    """One file cut, ragged, without a column, with a column twice, or with bytes of no meaning."""
    name = draw(st.sampled_from(sorted(FILES)))
    lines = FILES[name].splitlines()
    how = draw(st.sampled_from(["cut", "ragged", "missing", "doubled", "bytes", "values"]))
    place = draw(st.integers(0, len(lines) - 1))
    column = draw(st.integers(0, lines[0].count(",")))
    if how == "cut":
        return {name: FILES[name].encode()[: draw(st.integers(0, len(FILES[name])))]}
    if how == "bytes":
        junk = draw(st.binary(max_size=6))
        whole = FILES[name].encode()
        at = draw(st.integers(0, len(whole)))
        return {name: whole[:at] + junk + whole[at:]}
    if how == "ragged":
        lines[place] += draw(st.sampled_from([",", ",x,y", '"']))
    cells = [line.split(",") for line in lines]
    for row in cells if how in ("missing", "doubled") else cells[place : place + 1]:
        if column < len(row):
            if how == "missing":
                del row[column]
            elif how == "doubled":
                row.insert(column, row[column])
            elif how == "values":
                row[column] = draw(st.sampled_from(["", "-1", "x", "9" * 30, "0001-01-01", "NaN"]))
    return {name: "\n".join(",".join(row) for row in cells).encode()}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(change=broken())
def test_a_broken_file_is_refused_or_accounted_for(
    change: dict[str, bytes | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        records, _ = read(write(tmp_path_factory.mktemp("omop"), change))
    except RecordsRefused:
        return
    assert all(account.adds_up for account in records.ledger)
