"""A small FHIR R4 extract with what such extracts are known for, read into our tables."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from righthelp.onsite.findings import RecordsRefused
from righthelp.onsite.sources.records import SiteRecords
from tests.unit.sources import small_site

NPI = "http://hl7.org/fhir/sid/us-npi"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
ELSEWHERE = "elsewhere"
UK = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore"


def resource(kind: str, key: str, **elements: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": key, **elements}


def refer(reference: str) -> dict[str, str]:
    return {"reference": reference}


def actors(*references: str) -> list[dict[str, Any]]:
    return [{"actor": refer(each)} for each in references]


def encounter(
    key: str, start: str, staff: str = "", kind: str = "AMB", **elements: Any
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "status": "finished",
        "class": {"code": kind},
        "subject": refer("Patient/1"),
        "participant": [{"individual": refer(staff)}] if staff else [],
        "period": {"start": start},
    }
    return resource("Encounter", key, **{**given, **elements})


def role(key: str, practitioner: dict[str, Any], *codes: dict[str, Any]) -> dict[str, Any]:
    return resource("PractitionerRole", key, practitioner=practitioner, code=list(codes))


REGISTERED = {
    "url": f"{UK}-RegistrationDetails",
    "extension": [{"url": "registrationPeriod", "valuePeriod": {"start": "2012-01-01"}}],
}
GP = {"coding": [{"code": "R0260", "display": "General Medical Practitioner"}]}
NURSE = {"text": "Practice Nurse"}
LINK_WORKER = {"coding": [{"code": "R9815"}], "text": "Social Prescriber"}
PATIENTS = (
    resource(
        "Patient",
        "1",
        gender="male",
        birthDate="1950-02-17",
        identifier=[{"system": "nhs", "value": "n1"}],
    ),
    resource(
        "Patient", "2", gender="other", birthDate="1960-03", meta={"lastUpdated": "2023-05-01"}
    ),
    resource("Patient", "2", gender="male", meta={"lastUpdated": "2023-04-01T00:00:00Z"}),
    resource(
        "Patient",
        "3",
        gender="female",
        birthDate="1970",
        deceasedDateTime="2023-05-01T23:30:00-05:00",
        extension=[REGISTERED],
        managingOrganization=refer("Organization/o2"),
    ),
    resource("Patient", "4", gender="female", meta={"security": [{"code": "HTEST"}]}),
)
EPISODES = (
    resource(
        "EpisodeOfCare",
        "e1",
        status="active",
        patient=refer("Patient/1"),
        managingOrganization=refer(f"Organization?identifier={ODS}|P1"),
        period={"start": "2010-01-01T00:00:00+00:00"},
    ),
    resource(
        "EpisodeOfCare",
        "e2",
        status="finished",
        patient={"identifier": {"system": "x", "value": "2"}},
        period={"start": "2011-01-01", "end": "2023-06-01"},
    ),
    resource(
        "EpisodeOfCare",
        "e3",
        status="finished",
        patient=refer("urn:uuid:2"),
        managingOrganization=refer("Organization/o1"),
        period={"start": "2011-01-01", "end": "2023-06-01"},
    ),
    resource("EpisodeOfCare", "e4", status="planned", patient=refer("Patient/1")),
    resource(
        "EpisodeOfCare", "e5", status="active", patient=refer("Patient/1"), period={"start": "2009"}
    ),
)
APPOINTMENTS = (
    resource(
        "Appointment",
        "a1",
        status="booked",
        start="2023-01-10T23:30:00-05:00",
        end="2023-01-10T23:42:00-05:00",
        created="2023-01-01T08:00:00+00:00",
        serviceCategory=[{"text": "General Consultation Routine"}],
        extension=[{"url": f"{UK}-DeliveryChannel", "valueCode": "in-person"}],
        participant=actors("https://example.org/fhir/Patient/1/_history/3", "Practitioner/g"),
    ),
    resource(
        "Appointment",
        "a2",
        status="noshow",
        start="2023-02-10T09:00:00Z",
        minutesDuration=10,
        participant=actors("Patient?identifier=nhs%7Cn1", "PractitionerRole/r-nurse", "Location/1"),
    ),
    resource("Appointment", "a3", status="cancelled", participant=actors("Practitioner/g")),
    resource("Appointment", "a4", status="entered-in-error", participant=actors("Patient/1")),
    resource(
        "Appointment",
        "a5",
        status="fulfilled",
        start="2023-03-10",
        participant=actors("Patient/2", "Practitioner/both"),
    ),
)
ENCOUNTERS = (
    encounter("n1", "2023-01-10T23:31:00-05:00", appointment=[refer("Appointment/a1")]),
    encounter(
        "n2",
        "2023-04-01T00:30:00+01:00",
        f"Practitioner?identifier={NPI}|99",
        appointment=[refer("Appointment/gone")],
        type=[{"coding": [{"display": "Check up"}]}],
        period={"start": "2023-04-01T00:30:00+01:00", "end": "2023-04-01T00:45:00+01:00"},
        serviceProvider=refer("Organization/o1"),
    ),
    encounter("n3", "2023-04-02T00:00:00Z", kind="IMP"),
    encounter("n4", "2023-04", "Practitioner/g"),
    encounter("n5", "2023-05-02", "Practitioner/g", kind="HH"),
    encounter("n6", "2023-05-03", "Practitioner/gone", status="cancelled"),
)
REQUESTS = (
    resource(
        "ServiceRequest",
        "s1",
        code={"coding": [{"system": SNOMED, "code": "871731000000106"}]},
        subject=refer("Patient/1"),
        authoredOn="2023-02-20T10:00:00Z",
    ),
    resource(
        "ServiceRequest",
        "s2",
        code={"coding": [{"system": SNOMED, "code": "871711000000103"}]},
        subject=refer("Patient/1"),
        authoredOn="2023-02-25",
    ),
    resource("ServiceRequest", "s3", code={"text": "X-ray"}, subject=refer("Patient/1")),
)
STAFF = (
    resource("Practitioner", "g", identifier=[{"system": NPI, "value": "99"}]),
    resource("Practitioner", "both"),
    role("r-gp", {"identifier": {"system": NPI, "value": "99"}}, GP),
    role("r-nurse", refer("Practitioner/elsewhere"), NURSE),
    role("r-both-1", refer("Practitioner/both"), GP),
    role("r-both-2", refer("Practitioner/both"), LINK_WORKER),
    resource("Organization", "o1", identifier=[{"system": ODS, "value": "P1"}]),
    resource("Organization", "o2"),
)


def to_lines(*resources: dict[str, Any]) -> str:
    return "".join(json.dumps(one) + "\n" for one in resources)


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


FILES: Mapping[str, str] = {
    "Patient.000.ndjson": to_lines(*PATIENTS),
    "Encounter.000.ndjson": to_lines(*ENCOUNTERS[:2]) + "\n" + to_lines(*ENCOUNTERS[2:]),
    "anything.ndjson": to_lines(*EPISODES, *APPOINTMENTS, *STAFF, *REQUESTS),
    "log.ndjson": '{"exportId": "e", "eventId": "kickoff"}\n{"resourceType": "Pat\n',
}


def write(folder: Path, changes: Mapping[str, bytes | None] | None = None) -> Path:
    files: dict[str, bytes | None] = {name: text.encode() for name, text in FILES.items()}
    for name, content in {**files, **(changes or {})}.items():
        if content is not None:
            (folder / name).write_bytes(content)
    return folder


def read(folder: Path) -> tuple[SiteRecords, dict[str, list[tuple[Any, ...]]]]:
    return small_site.read_site(folder, route="fhir")


def test_every_oddity_of_an_extract(tmp_path: Path) -> None:
    records, tables = read(write(tmp_path))
    assert tables["patients"] == [
        ("1", "male", date(1950, 2, 17), None, None, None),
        ("2", "unknown", date(1960, 3, 1), None, None, None),
        ("3", "female", date(1970, 1, 1), date(2023, 5, 1), None, None),
    ]
    assert tables["practice_registrations"] == [
        ("1", "P1", date(2010, 1, 1), None),
        ("2", "P1", date(2011, 1, 1), date(2023, 6, 1)),
        ("3", "o2", date(2012, 1, 1), None),
        ("x|2", "not stated", date(2011, 1, 1), date(2023, 6, 1)),
    ]
    routine, day, none = "General Consultation Routine", date(2023, 1, 10), "unknown"
    assert tables["appointments"] == [
        ("1", "P1", date(2023, 4, 1), "attended", "gp", "unknown", "Check up", 15.0, "g", None),
        ("1", None, day, "attended", "gp", "face_to_face", routine, 12.0, "g", date(2023, 1, 1)),
        (
            "1",
            None,
            date(2023, 2, 10),
            "did_not_attend",
            "nurse",
            none,
            None,
            10.0,
            ELSEWHERE,
            None,
        ),
        ("1", None, date(2023, 5, 2), "attended", "gp", "home_visit", None, None, "g", None),
        ("1", None, date(2023, 5, 3), "cancelled", "unknown", "unknown", None, None, None, None),
        ("2", None, date(2023, 3, 10), "attended", "link_worker", none, None, None, "both", None),
    ]
    assert [(row[0], row[1], row[3], row[6]) for row in tables["referrals"]] == [
        ("s1", "1", date(2023, 2, 20), date(2023, 2, 25))
    ]
    left_out = {each.table: dict(each.left_out) for each in records.ledger if each.left_out}
    assert left_out == {
        "fhir_other": {"line_not_json": 1, "resource_not_used": 1},
        "fhir_patient": {"row_superseded": 1, "test_patient": 1},
        "fhir_episodeofcare": {"registration_not_full": 1, "date_not_exact": 1},
        "fhir_appointment": {"slot_without_patient": 1, "row_deleted": 1},
        "fhir_encounter": {
            "encounter_of_appointment": 1,
            "visit_not_used": 1,
            "date_not_exact": 1,
        },
        "fhir_servicerequest": {"code_not_used": 1},
    }
    assert all(account.adds_up for account in records.ledger)
    assert {one.kind for one in records.findings if one.effect == "refused"} == set()
    assert set(records.checksums) == set(FILES)


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    records, _ = read(write(tmp_path))
    places = {one.kind: (one.file, one.row) for one in records.findings}
    assert places["visit_not_used"] == ("Encounter.000.ndjson", 4)
    assert places["slot_without_patient"] == ("anything.ndjson", 8)
    assert places["line_not_json"] == ("log.ndjson", 2)


def test_compressed_files_of_other_names_give_the_same(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other"
    plain.mkdir()
    other.mkdir()
    _, expected = read(write(plain))
    whole = "".join(FILES.values()).replace("\n", "\r\n").encode()
    (other / "export.ndjson.gz").write_bytes(gzip.compress(whole))
    records, found = read(other)
    assert found == expected
    assert all(account.adds_up for account in records.ledger)


def test_without_registrations_the_finding_says_what_to_add(tmp_path: Path) -> None:
    lines = to_lines(*PATIENTS[:2], *APPOINTMENTS, *STAFF).encode()
    (tmp_path / "all.ndjson").write_bytes(lines)
    with pytest.raises(RecordsRefused, match="when people were registered") as refused:
        read(tmp_path)
    blocking = {one.kind for one in refused.value.findings if one.effect == "refused"}
    assert "registration_not_supplied" in blocking


def test_a_folder_without_patients_is_refused(tmp_path: Path) -> None:
    (tmp_path / "all.ndjson").write_bytes(to_lines(*EPISODES, *APPOINTMENTS).encode())
    with pytest.raises(RecordsRefused, match="Patient"):
        read(tmp_path)


JUNK = st.sampled_from(
    [
        "null",
        "[]",
        "1",
        '""',
        "{",
        "}{",
        '{"resourceType": ["Patient"]}',
        '{"resourceType": "Patient"}',
    ]
)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, bytes | None]:
    """One file cut, with bytes of no meaning, with a line of another kind, or with other values."""
    name = draw(st.sampled_from(sorted(FILES)))
    whole = FILES[name].encode()
    at = draw(st.integers(0, len(whole)))
    how = draw(st.sampled_from(["cut", "bytes", "line", "doubled", "value"]))
    if how == "cut":
        return {name: whole[:at]}
    if how == "bytes":
        return {name: whole[:at] + draw(st.binary(max_size=6)) + whole[at:]}
    lines = FILES[name].splitlines()
    place = draw(st.integers(0, len(lines) - 1))
    if how == "line":
        lines.insert(place, draw(JUNK))
    elif how == "doubled":
        lines.insert(place, lines[place])
    elif lines[place].startswith("{") and lines[place].endswith("}"):
        given = json.loads(lines[place])
        given[draw(st.sampled_from(sorted(given)))] = draw(
            st.sampled_from(
                [None, "", 5, [], {}, [None], "0001-01-01", {"start": 3}, ["?identifier="]]
            )
        )
        lines[place] = json.dumps(given)
    return {name: "\n".join(lines).encode()}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(change=broken())
def test_a_broken_file_is_refused_or_accounted_for(
    change: dict[str, bytes | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        records, _ = read(write(tmp_path_factory.mktemp("fhir"), change))
    except RecordsRefused:
        return
    assert all(account.adds_up for account in records.ledger)


def test_a_synthetic_export_gives_the_days_of_the_place(tmp_path: Path) -> None:
    sample = Path("tests", "samples", "fhir_synthea")
    for file in sample.glob("*.ndjson"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    people = [one["id"] for one in read_lines(sample / "Patient.000.ndjson")]
    found = read_lines(sample / "Encounter.000.ndjson")
    first = min(one["period"]["start"][:10] for one in found)
    episodes = [
        resource("EpisodeOfCare", one, patient=refer(f"Patient/{one}"), period={"start": first})
        for one in people
    ]
    seen = encounter(
        "lw", "2020-01-01", "PractitionerRole/lw", subject=refer(f"Patient/{people[1]}")
    )
    added = to_lines(*episodes, seen, role("lw", {}, LINK_WORKER))
    (tmp_path / "added.ndjson").write_text(added, encoding="utf-8")
    records, tables = small_site.read_site(
        tmp_path, route="fhir", extract_from=date(1962, 1, 1), extract_to=date(2023, 7, 1)
    )
    kept = [one for one in found if one["class"]["code"] != "EMER"]
    assert len(kept) == 124
    assert sorted((row[0], row[2].isoformat()) for row in tables["appointments"]) == sorted(
        [(one["subject"]["reference"].split("/")[1], one["period"]["start"][:10]) for one in kept]
        + [(people[1], "2020-01-01")]
    )
    roles = [row[4] for row in tables["appointments"]]
    assert (roles.count("gp"), roles.count("link_worker")) == (124, 1)
    counted = {(one.table, one.kind): one.n_rows for one in records.findings}
    assert counted[("fhir_other", "resource_not_used")] == 4
    assert counted[("fhir_encounter", "visit_not_used")] == 7
    assert counted[("appointments", "after_death")] == 1
    assert all(account.adds_up for account in records.ledger)


CODED = (
    resource(
        "Condition",
        "c1",
        code={"coding": [{"system": SNOMED, "code": "44054006"}]},
        subject=refer("Patient/1"),
        recordedDate="2023-03-01T10:00:00+00:00",
    ),
    resource(
        "Condition",
        "c2",
        code={"coding": [{"system": SNOMED, "code": "38341003"}]},
        verificationStatus={"coding": [{"code": "entered-in-error"}]},
        subject=refer("Patient/1"),
        recordedDate="2023-03-01",
    ),
    resource(
        "Observation",
        "o1",
        status="final",
        code={"coding": [{"code": "1234-5"}, {"system": SNOMED, "code": "49727002"}]},
        subject=refer("urn:uuid:2"),
        effectiveDateTime="2023-03-02",
    ),
    resource(
        "Observation",
        "o2",
        status="final",
        code={"coding": [{"system": SNOMED, "code": "364075005"}]},
        subject=refer("Patient/1"),
        effectiveDateTime="2023-03-02",
    ),
)


def test_conditions_and_observations_of_the_codelists_are_coded_entries(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "coded.ndjson").write_text(to_lines(*CODED), encoding="utf-8")
    records, tables = read(folder)
    assert [row[:3] for row in tables["clinical_events"]] == [
        ("1", date(2023, 3, 1), "44054006"),
        ("2", date(2023, 3, 2), "49727002"),
    ]
    left_out = {each.table: dict(each.left_out) for each in records.ledger if each.left_out}
    assert left_out["fhir_condition"] == {"row_deleted": 1}
    assert left_out["fhir_observation"] == {"code_not_used": 1}


def answer(key: str, **value: Any) -> dict[str, Any]:
    return {"linkId": key, "answer": [value]}


def test_answers_to_questionnaires_are_read_for_scoring(tmp_path: Path) -> None:
    """In groups too; a name that is ours, and one that the map explains."""
    filled = (
        resource(
            "QuestionnaireResponse",
            "q1",
            status="completed",
            questionnaire="https://example.org/Questionnaire/UCLA-3|1.0",
            subject=refer("Patient/1"),
            authored="2023-03-01T23:30:00-05:00",
            item=[
                answer("1", valueInteger=2),
                {"linkId": "rest", "item": [answer("2", valueCoding={"code": "3"})]},
                answer("3", valueDecimal=1),
            ],
        ),
        resource(
            "QuestionnaireResponse",
            "q2",
            status="entered-in-error",
            questionnaire="https://example.org/Questionnaire/UCLA-3",
            subject=refer("Patient/1"),
            authored="2023-03-01",
            item=[answer("1", valueInteger=2)],
        ),
    )
    folder = write(tmp_path)
    (folder / "forms.ndjson").write_text(to_lines(*filled), encoding="utf-8")
    records, tables = read(folder)
    when = date(2023, 3, 1)
    assert sorted(tables["outcome_items"]) == [
        ("1", when, "ucla3", "1.0", "1", 2.0),
        ("1", when, "ucla3", "1.0", "2", 3.0),
        ("1", when, "ucla3", "1.0", "3", 1.0),
    ]
    left_out = {each.table: dict(each.left_out) for each in records.ledger if each.left_out}
    assert left_out["fhir_questionnaireresponse"] == {"row_deleted": 1}
    assert all(account.adds_up for account in records.ledger)
