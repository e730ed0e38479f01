"""What is read of each type of FHIR resource: its elements, and how our columns come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_BREAK = "chr(10)"
_CODING = "STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)"
_CONCEPT = f"STRUCT(coding {_CODING}[], text VARCHAR)"
_IDENTIFIER = "STRUCT(system VARCHAR, value VARCHAR)"
_REFERENCE = f"STRUCT(reference VARCHAR, identifier {_IDENTIFIER})"
_PERIOD = 'STRUCT(start VARCHAR, "end" VARCHAR)'
_ANSWER = (
    "STRUCT(valueInteger VARCHAR, valueDecimal VARCHAR, valueString VARCHAR, "
    f"valueCoding {_CODING})"
)
_META = f"STRUCT(lastUpdated VARCHAR, security {_CODING}[])"
_EXTENSION = (
    f"STRUCT(url VARCHAR, valueCode VARCHAR, valueCodeableConcept {_CONCEPT}, "
    f"valuePeriod {_PERIOD})"
)
_OUTER = (
    f"STRUCT(url VARCHAR, valueCode VARCHAR, valueCodeableConcept {_CONCEPT}, "
    f"valuePeriod {_PERIOD}, extension {_EXTENSION}[])"
)


@dataclass(frozen=True)
class Resource:
    """A type of resource: the elements read from it, and an expression for each of our columns."""

    type: str
    description: str
    elements: Mapping[str, str]
    columns: Mapping[str, str]
    optional: bool = False

    @property
    def name(self) -> str:
        return f"fhir_{self.type.lower()}"


def _refer(reference: str) -> str:
    """A reference as one text: literal, conditional, or the identifier that stands for it."""
    return (
        f"coalesce({reference}.reference, "
        f"'?identifier=' || {reference}.identifier.system || '|' || {reference}.identifier.value)"
    )


def _join(values: str, each: str) -> str:
    """The values of a list as lines of one text."""
    return f"array_to_string(list_transform({values}, lambda x: {each}), {_BREAK})"


def _join_codings(concepts: str) -> str:
    """Codes, then displays, then texts of a list of concepts, as lines of one text."""
    codings = f"flatten(list_transform({concepts}, lambda x: x.coding))"
    parts = (
        _join(codings, "x.code"),
        _join(codings, "x.display"),
        _join(concepts, "x.text"),
    )
    return f"concat_ws({_BREAK}, {', '.join(parts)})"


def _list_answers(items: str) -> str:
    """The items of a questionnaire and its groups, a line each: what was asked and the answer."""
    each = "lambda x: struct_pack(asked := x.linkId, given := x.answer[1])"
    groups = f"flatten(list_transform({items}, lambda x: x.item))"
    whole = f"list_concat(list_transform({items}, {each}), list_transform({groups}, {each}))"
    given = "x.given.valueInteger, x.given.valueDecimal, x.given.valueCoding.code"
    return _join(whole, f"x.asked || chr(9) || coalesce({given}, x.given.valueString, '')")


def _name(concept: str) -> str:
    """What a concept is called: its text, else the first display."""
    return f"coalesce({concept}.text, {concept}.coding[1].display)"


def _pick(extensions: str, ending: str) -> str:
    """The first extension whose address contains a name; versions differ in how they end."""
    return f"list_filter({extensions}, lambda x: contains(lower(x.url), '{ending}'))[1]"


OF_EVERY = {"id": "VARCHAR", "meta": _META}
TAKEN_FROM_EVERY = {"id": "id", "updated": "meta.lastUpdated"}
"""Elements and columns that every type has."""
_TEST = "len(list_filter(meta.security, lambda x: x.code = 'HTEST')) > 0"
_REGISTERED = _pick(f"{_pick('extension', 'registrationdetails')}.extension", "registrationperiod")
_ETHNIC = f"{_pick('extension', 'ethniccategory')}.valueCodeableConcept"

_ODS = "list_filter(identifier, lambda x: contains(lower(x.system), 'ods-'))"

RESOURCES: tuple[Resource, ...] = (
    Resource(
        "Patient",
        "A person.",
        {
            "identifier": f"{_IDENTIFIER}[]",
            "gender": "VARCHAR",
            "birthDate": "VARCHAR",
            "deceasedDateTime": "VARCHAR",
            "managingOrganization": _REFERENCE,
            "extension": f"{_OUTER}[]",
        },
        {
            "is_test": _TEST,
            "identifiers": _join("identifier", "x.system || '|' || x.value"),
            "gender": "gender",
            "birth_date": "birthDate",
            "deceased": "deceasedDateTime",
            "organization": _refer("managingOrganization"),
            "registered_from": f"{_REGISTERED}.valuePeriod.start",
            "registered_to": f'{_REGISTERED}.valuePeriod."end"',
            "ethnicity": f"coalesce({_ETHNIC}.coding[1].code, {_ETHNIC}.text)",
        },
    ),
    Resource(
        "EpisodeOfCare",
        "A registration with a practice.",
        {
            "status": "VARCHAR",
            "patient": _REFERENCE,
            "managingOrganization": _REFERENCE,
            "period": _PERIOD,
        },
        {
            "status": "status",
            "patient": _refer("patient"),
            "organization": _refer("managingOrganization"),
            "starts": "period.start",
            "ends": 'period."end"',
        },
        optional=True,
    ),
    Resource(
        "Appointment",
        "A booking, whatever became of it.",
        {
            "status": "VARCHAR",
            "start": "VARCHAR",
            "end": "VARCHAR",
            "created": "VARCHAR",
            "minutesDuration": "VARCHAR",
            "serviceCategory": f"{_CONCEPT}[]",
            "participant": f"STRUCT(actor {_REFERENCE})[]",
            "extension": f"{_OUTER}[]",
        },
        {
            "status": "status",
            "starts": '"start"',
            "ends": '"end"',
            "created": "created",
            "minutes": "minutesDuration",
            "category": _name("serviceCategory[1]"),
            "actors": _join("participant", _refer("x.actor")),
            "channel": f"{_pick('extension', 'deliverychannel')}.valueCode",
            "staff_role": _join_codings(
                f"[{_pick('extension', 'practitionerrole')}.valueCodeableConcept]"
            ),
        },
        optional=True,
    ),
    Resource(
        "Encounter",
        "A meeting of a person and staff.",
        {
            "status": "VARCHAR",
            "class": _CODING,
            "type": f"{_CONCEPT}[]",
            "subject": _REFERENCE,
            "participant": f"STRUCT(individual {_REFERENCE})[]",
            "appointment": f"{_REFERENCE}[]",
            "period": _PERIOD,
            "serviceProvider": _REFERENCE,
        },
        {
            "status": "status",
            "class": '"class".code',
            "category": _name('"type"[1]'),
            "subject": _refer("subject"),
            "actors": _join("participant", _refer("x.individual")),
            "appointments": _join("appointment", _refer("x")),
            "starts": "period.start",
            "ends": 'period."end"',
            "organization": _refer("serviceProvider"),
        },
        optional=True,
    ),
    Resource(
        "Condition",
        "A problem or diagnosis; those of the codelists are used.",
        {
            "verificationStatus": _CONCEPT,
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "onsetDateTime": "VARCHAR",
            "recordedDate": "VARCHAR",
        },
        {
            "status": "verificationStatus.coding[1].code",
            "codes": _join_codings("[code]"),
            "subject": _refer("subject"),
            "authored": "coalesce(recordedDate, onsetDateTime)",
        },
        optional=True,
    ),
    Resource(
        "Observation",
        "What was noted or measured; those of the codelists are used.",
        {
            "status": "VARCHAR",
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "effectiveDateTime": "VARCHAR",
        },
        {
            "status": "status",
            "codes": _join_codings("[code]"),
            "subject": _refer("subject"),
            "authored": "effectiveDateTime",
        },
        optional=True,
    ),
    Resource(
        "QuestionnaireResponse",
        "A questionnaire that was filled in; its answers are scored here.",
        {
            "questionnaire": "VARCHAR",
            "status": "VARCHAR",
            "subject": _REFERENCE,
            "authored": "VARCHAR",
            "item": f"STRUCT(linkId VARCHAR, answer {_ANSWER}[], "
            f"item STRUCT(linkId VARCHAR, answer {_ANSWER}[])[])[]",
        },
        {
            "status": "status",
            "instrument": "regexp_extract(questionnaire, '([^/|]+)(\\|.*)?$', 1)",
            "version": "nullif(regexp_extract(questionnaire, '\\|(.+)$', 1), '')",
            "answers": _list_answers("item"),
            "subject": _refer("subject"),
            "authored": "authored",
        },
        optional=True,
    ),
    Resource(
        "ServiceRequest",
        "A referral; those of the codelists are used.",
        {
            "status": "VARCHAR",
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "authoredOn": "VARCHAR",
        },
        {
            "status": "status",
            "codes": _join_codings("[code]"),
            "subject": _refer("subject"),
            "authored": "authoredOn",
        },
        optional=True,
    ),
    Resource(
        "Practitioner",
        "A member of staff.",
        {"identifier": f"{_IDENTIFIER}[]"},
        {"identifiers": _join("identifier", "x.system || '|' || x.value")},
        optional=True,
    ),
    Resource(
        "PractitionerRole",
        "What a member of staff does.",
        {
            "identifier": f"{_IDENTIFIER}[]",
            "practitioner": _REFERENCE,
            "organization": _REFERENCE,
            "code": f"{_CONCEPT}[]",
        },
        {
            "identifiers": _join("identifier", "x.system || '|' || x.value"),
            "practitioner": _refer("practitioner"),
            "organization": _refer("organization"),
            "codes": _join_codings("code"),
        },
        optional=True,
    ),
    Resource(
        "Organization",
        "A practice.",
        {"identifier": f"{_IDENTIFIER}[]"},
        {
            "identifiers": _join("identifier", "x.system || '|' || x.value"),
            "ods_code": f"{_ODS}[1].value",
        },
        optional=True,
    ),
)
"""The types of resource that are read."""
